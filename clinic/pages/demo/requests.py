"""What the demo's patients asked and what became of it, told through the services a real day goes through.

The people are invented. Notes hold nothing medical, as the form asks of patients.
"""

from datetime import datetime, timedelta
from itertools import count

from django.contrib.auth.models import User

from appointments.models import AppointmentRequest, RequestEvent
from appointments.services import triage
from appointments.services.asking import record, submit_request
from articles.models import Article
from clinic.mail.models import OutgoingEmail
from clinic.pages.demo.clock import Clock
from clinic.pages.demo.making import Maker
from clinic.practice.models import UrgentAdvice, open_time
from providers.models import Provider, Treatment

Status = AppointmentRequest.Status
Via = AppointmentRequest.EnteredVia

MAIL_TAKES = timedelta(seconds=2)


class Story:
    """One request from asking to its end. Each step says how many open hours ago it was, and returns the story."""

    def __init__(self, day: "Day", row: AppointmentRequest) -> None:
        self.day = day
        self.row = row

    def claimed(self, ago: float) -> "Story":
        self.row = triage.claim(appointment_request=self.row, by=self.day.desk, now=self.day.clock.ago(ago))
        return self

    def tried(self, ago: float, outcome: str, text: str = "") -> "Story":
        now = self.day.clock.ago(ago)
        self.row = triage.log_attempt(
            appointment_request=self.row, by=self.day.desk, outcome=outcome, text=text, now=now
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
        """What this step queued left at the time, so that starting the worker does not send it all again."""
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
        self.numbers = count(1)

    def asked(
        self,
        ago: float,
        name: str,
        *,
        via: str = Via.WEB,
        suspicions: list[str] | None = None,
        is_sent: bool = True,
        **answers,
    ) -> Story:
        """Somebody asked for an appointment; the fields not given here are the commonest answers."""
        number = next(self.numbers)
        defaults = {
            "kind": AppointmentRequest.Kind.APPOINTMENT,
            "patient_relation": AppointmentRequest.Relation.SELF,
            "visit_type": AppointmentRequest.VisitType.NEW_PROBLEM,
            "patient_type": AppointmentRequest.PatientType.NEW,
            "contact_method": AppointmentRequest.ContactMethod.PHONE,
            "phone": f"+191955501{number:02d}",
        }
        if via == Via.WEB:
            defaults["urgent_advice"] = self.advice
        now = self.clock.ago(ago)
        row = submit_request(
            answers=defaults | answers | {"patient_name": name, "entered_via": via},
            submission_key=f"demo-{number}-{self.clock.now.timestamp()}",
            suspicions=suspicions,
            by=None if via == Via.WEB else self.desk,
            now=now,
        )
        self.maker.remember(row)
        story = Story(self, row)
        return story._mail_left(now) if is_sent else story

    def wondered(self, ago: float, name: str, message: str, **answers) -> Story:
        """Somebody asked a question on the contact page."""
        question = {
            "kind": AppointmentRequest.Kind.QUESTION,
            "visit_type": "",
            "patient_type": "",
            "urgent_advice": None,
            "message": message,
        }
        return self.asked(ago, name, **question | answers)


def tell_requests(maker: Maker, now: datetime) -> None:
    """Store the demo's requests, as many stories as a busy morning has."""
    day = Day(maker, now)
    tell_waiting(day)
    tell_being_worked_on(day)
    tell_booked(day)
    tell_closed(day)


def tell_waiting(day: Day) -> None:
    """Nobody has tried to reach these yet: some too late, some due soon, one mail that did not arrive."""
    day.asked(
        6.3, "Harold Jenkins", visit_type="follow_up", patient_type="returning", provider=provider("jason-williams"),
        best_time="morning", voicemail_ok=True, preferred_days=[0, 1, 2], preferred_time="morning",
    )  # fmt: skip
    day.asked(
        5.1, "Keisha Monroe", contact_method="text", preferred_time="afternoon", source_treatment=treatment("dry-needling"),
        note="Away Thursday and Friday.",
    )  # fmt: skip
    day.asked(
        3.7, "Linh Tran", source_article=article("reasons-to-try-dry-needling-for-low-back-pain"), voicemail_ok=False,
        provider=provider("jason-williams"), email="linh.tran@example.org", note="I work nights; please call after noon.",
        best_time="afternoon",
    ).claimed(0.05)  # fmt: skip
    day.asked(
        3.3, "Tobias Feldman", contact_method="email", email="tobias.feldman@example.com", visit_type="check_up",
        patient_type="unsure", preferred_days=[4, 5],
    ).refused_mail()  # fmt: skip
    day.asked(
        2.4, "Ruth Castellanos", via=Via.VOICEMAIL, voicemail_ok=True, patient_type="returning", visit_type="by_phone",
        note="Spoke slowly and left the number twice.",
    )  # fmt: skip
    day.wondered(
        1.6, "Gregory Whitfield", "Do you take a flexible spending card, and do I get an itemized receipt?",
        contact_method="email", phone="", email="g.whitfield@example.org",
    )  # fmt: skip
    day.asked(
        0.9, "Mateo Villanueva", patient_relation="child", requester_name="Carmen Villanueva", preferred_language="Spanish",
        provider=provider("marisol-reyes"), email="carmen.villanueva@example.com", note="After school, please.",
        preferred_time="afternoon",
    )  # fmt: skip
    day.asked(
        0.1, "Priya Natarajan", contact_method="email", email="priya.natarajan@example.com", preferred_time="morning",
        source_article=article("dry-needling-for-neck-pain-relief"), provider=provider("ngozi-okafor"), is_sent=False,
    )  # fmt: skip
    day.asked(
        1.2, "Walter Brandt", patient_relation="other", requester_name="Annika Brandt", suspicions=["too_fast"],
        note="Step-free access, please.", patient_type="returning", visit_type="follow_up",
    )  # fmt: skip
    day.wondered(
        4.4, "Top Rank Partners", "We can bring your clinic to page one of every search engine. Reply for our prices.",
        suspicions=["honeypot", "no_stamp"], contact_method="email", phone="", email="hello@toprank.example.com",
    )  # fmt: skip


def tell_being_worked_on(day: Day) -> None:
    """Tried and not yet reached, or waiting for the patient to choose."""
    day.asked(9.5, "Aisha Rahman", best_time="afternoon", voicemail_ok=True, email="aisha.rahman@example.org").claimed(
        6.2
    ).tried(6.1, "voicemail", "Said who we are and when we are open.")
    day.asked(13.2, "Thomas Lindqvist", contact_method="text", patient_type="returning", visit_type="follow_up").tried(
        10.5, "no_answer"
    ).tried(3.9, "no_answer").noted(3.8, "Text sent as asked; next try after lunch.")
    day.asked(7.4, "Yelena Petrova", suspicions=["too_fast"], note="Russian interpreter, if there is one.").moved(
        6.6, Status.NEW, "A person, not a robot."
    ).tried(4.8, "voicemail")
    day.asked(
        11.8, "Daniel Kim", email="daniel.kim@example.com", preferred_days=[1, 3], preferred_time="morning",
        source_article=article("training-through-a-crossfit-or-jiu-jitsu-injury"),
    ).tried(9.0, "spoke", "Wants to see the calendar first.").moved(
        8.9, Status.OFFERED, "Two mornings with Dr. Williams, and one with Dr. Okafor."
    )  # fmt: skip
    day.asked(
        8.2, "Denise Okonkwo-Park", via=Via.WALK_IN, patient_type="new", contact_method="email",
        email="denise.okonkwo@example.org",
    ).moved(5.4, Status.OFFERED, "Three afternoons; she writes back by tomorrow.")  # fmt: skip


def tell_booked(day: Day) -> None:
    """Agreed times ahead, one of them moved."""
    slot = day.clock.slot
    day.asked(
        15.5,
        "Samuel Whitehorse",
        email="samuel.whitehorse@example.com",
        patient_type="returning",
        visit_type="follow_up",
    ).tried(12.4, "spoke").booked(12.3, slot(1, 2), "jason-williams")
    day.asked(20.3, "Fatima El-Sayed", provider=provider("ngozi-okafor"), preferred_time="morning").tried(
        17.9, "voicemail"
    ).booked(15.2, slot(2, 1), "ngozi-okafor", "Called back.")
    day.asked(
        18.6, "Rosa Delgado", via=Via.PHONE, preferred_language="Spanish", provider=provider("marisol-reyes"),
        email="rosa.delgado@example.org",
    ).booked(18.5, slot(1, 4), "marisol-reyes").booked(
        7.0, slot(3, 3), "marisol-reyes", "She called: her shift changed."
    )  # fmt: skip
    day.asked(25.7, "Benjamin Okoye", visit_type="check_up", contact_method="text").tried(23.0, "spoke").booked(
        22.9, slot(4, 0), "ngozi-okafor"
    )


def tell_closed(day: Day) -> None:
    """Finished, one way or another."""
    day.wondered(
        22.4, "Margaret O’Connell", "What does a first visit cost without insurance?", contact_method="email", phone="",
        email="m.oconnell@example.com",
    ).moved(20.1, Status.ANSWERED, "Wrote back with the fees page.")  # fmt: skip
    day.wondered(30.8, "Jamal Carter", "Is there a parking space for a van with a ramp?").tried(
        28.7, "spoke"
    ).moved(28.6, Status.ANSWERED, "Two accessible spaces by the entrance.")  # fmt: skip
    day.asked(26.2, "Susan Blackwell", email="susan.blackwell@example.org", note="Evenings after seven only.").tried(
        24.3, "spoke"
    ).moved(24.2, Status.DECLINED, "Needs evenings after seven, when we are closed. Gave her two other clinics.")
    day.asked(44.5, "Andre Baptiste", email="andre.baptiste@example.com", voicemail_ok=True).tried(
        41.6, "no_answer"
    ).tried(33.2, "voicemail").tried(21.8, "no_answer").moved(21.7, Status.UNREACHABLE)
    twice = day.asked(
        5.6, "Aisha Rahman", via=Via.VOICEMAIL, phone=patient_phone("Aisha Rahman"), patient_type="unsure"
    )
    twice.moved(5.2, Status.DUPLICATE, "The same person asked on the website.")
    day.wondered(
        19.1, "Cheap Web Leads", "Buy ten thousand visitors today.", suspicions=["honeypot"], contact_method="email",
        phone="", email="sales@leads.example.com",
    ).moved(16.8, Status.SPAM)  # fmt: skip
    day.asked(14.4, "Hannah Yoder", contact_method="email", email="hannah.yoder@example.com").withdrawn(13.6)
    day.asked(29.3, "Vikram Shah", email="vikram.shah@example.org", patient_type="returning").tried(
        26.9, "spoke"
    ).booked(26.8, day.clock.slot(2, 5), "jason-williams").moved(
        10.8, Status.CANCELLED, "He called: he is out of town that day."
    )


def provider(slug: str) -> Provider:
    return Provider.objects.get(slug=slug)


def treatment(slug: str) -> Treatment:
    return Treatment.objects.get(slug=slug)


def article(slug: str) -> Article | None:
    return Article.objects.filter(slug=slug).first()


def patient_phone(name: str):
    return AppointmentRequest.objects.get(patient_name=name).phone
