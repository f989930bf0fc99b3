"""The words in which the demo's requests are told; each goes through the services that a real day goes through."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User

from appointments.models import AppointmentRequest, RequestEvent
from appointments.services import triage, visits
from appointments.services.asking import submit_request
from appointments.services.scheduling import slot
from appointments.services.trail import record
from clinic.demo.clock import Clock
from clinic.demo.making import Maker
from clinic.mail.models import OutgoingEmail
from clinic.practice.models import UrgentAdvice, open_time
from providers.models import Provider

Status = AppointmentRequest.Status
Via = AppointmentRequest.EnteredVia
VisitType = AppointmentRequest.VisitType

MAIL_TAKES = timedelta(seconds=2)
CLAIMED_AGO = timedelta(minutes=4)


class Story:
    """One request from asking to its end. Each step says how many open hours ago it was, and returns the story."""

    def __init__(self, day: "Day", row: AppointmentRequest) -> None:
        self.day = day
        self.row = row

    def claimed_just_now(self) -> "Story":
        """The front desk is on it; minutes on the wall clock, for a claim runs out at night too."""
        self.row = triage.claim(appointment_request=self.row, by=self.day.desk, now=self.day.clock.now - CLAIMED_AGO)
        return self

    def tried(self, ago: float, outcome: str, text: str = "", *, call_back_at: datetime | None = None) -> "Story":
        now = self.day.clock.ago(ago)
        self.row = triage.log_attempt(
            appointment_request=self.row,
            by=self.day.desk,
            outcome=outcome,
            text=text,
            call_back_at=call_back_at,
            now=now,
        )
        return self._mail_left(now)

    def moved(self, ago: float, to: str, text: str = "", **details) -> "Story":
        """Moved by the front desk."""
        return self._moved(ago, to, by=self.day.desk, text=text, **details)

    def withdrawn(self, ago: float) -> "Story":
        """Taken back by the patient."""
        return self._moved(ago, Status.CANCELLED, by=None)

    def booked(self, ago: float, at: datetime, provider: str, text: str = "") -> "Story":
        with_whom = Provider.objects.get(slug=provider)
        return self.moved(ago, Status.BOOKED, text, appointment_at=at, appointment_with=with_whom)

    def offered(self, ago: float, *times: tuple[str, datetime], text: str = "") -> "Story":
        """Times offered to choose from: with whom, and when."""
        now = self.day.clock.ago(ago)
        slots = [slot(self.row, Provider.objects.get(slug=slug), at) for slug, at in times]
        visits.offer(appointment_request=self.row, slots=slots, by=self.day.desk, text=text, now=now)
        self.row.refresh_from_db()
        return self._mail_left(now)

    def noted(self, ago: float, text: str) -> "Story":
        record(self.row, RequestEvent.Kind.NOTE, by=self.day.desk, at=self.day.clock.ago(ago), text=text)
        return self

    def refused_mail(self) -> "Story":
        """The patient's mail server did not take the receipt."""
        receipt = OutgoingEmail.objects.filter(reference=self.row.reference, audience=OutgoingEmail.Audience.PATIENT)
        reason = "the server refused the recipient (550)"
        receipt.update(sent_at=None, failed_at=self.row.created_at + MAIL_TAKES, last_error=reason)
        return self

    def _moved(self, ago: float, to: str, *, by: User | None, **details) -> "Story":
        now = self.day.clock.ago(ago)
        self.row = triage.move(appointment_request=self.row, to=to, by=by, now=now, **details)
        return self._mail_left(now)

    def _mail_left(self, at: datetime) -> "Story":
        """Return what this step queued left at the time, so that starting the worker does not send it all again."""
        waiting = OutgoingEmail.objects.waiting().filter(reference=self.row.reference)
        waiting.update(created_at=at, due_at=at, sent_at=at + MAIL_TAKES, attempts=1)
        return self


class Day:
    """The desk, the clock and the patients of the demo."""

    def __init__(self, maker: Maker, now: datetime) -> None:
        self.maker = maker
        self.clock = Clock(now, open_time())
        self.desk = User.objects.get(username="frontdesk")
        self.advice = UrgentAdvice.objects.first()
        self.numbers = count(30)  # 555-0130 and on; 555-0123 is the clinic itself

    def asked(
        self,
        ago: float,
        name: str,
        *,
        via: str = Via.WEB,
        suspicions: list[str] | None = None,
        is_mail_waiting: bool = False,
        **answers,
    ) -> Story:
        """Somebody asked for an appointment; the fields not given here are the commonest answers."""
        number = next(self.numbers)
        defaults: dict[str, Any] = {
            "kind": AppointmentRequest.Kind.APPOINTMENT,
            "patient_relation": AppointmentRequest.Relation.SELF,
            "visit_type": VisitType.FIRST_VISIT,
            "contact_method": AppointmentRequest.ContactMethod.PHONE,
            "phone": f"+1919555{100 + number:04d}",
        }
        if via == Via.WEB:
            defaults["urgent_advice"] = self.advice
        now = self.clock.ago(ago)
        asked = defaults | answers | {"patient_name": name, "entered_via": via}
        if asked["visit_type"]:
            asked["patient_type"] = VisitType(asked["visit_type"]).patient_type
        row = submit_request(
            answers=asked,
            submission_key=f"demo-{number}-{self.clock.now.timestamp()}",
            suspicions=suspicions,
            by=None if via == Via.WEB else self.desk,
            now=now,
        )
        self.maker.remember(row)
        story = Story(self, row)
        return story if is_mail_waiting else story._mail_left(now)

    def wondered(self, ago: float, name: str, message: str, **answers) -> Story:
        """Somebody asked a question on the contact page."""
        question = {
            "kind": AppointmentRequest.Kind.QUESTION,
            "visit_type": "",
            "urgent_advice": None,
            "message": message,
        }
        return self.asked(ago, name, **question | answers)
