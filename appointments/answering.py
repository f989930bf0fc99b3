"""What a patient says on the status page about the time of a visit, and what the page shows of it."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appointments.models import AppointmentRequest, OfferedTime, RequestEvent
from appointments.moves import MoveRefused
from appointments.services import visits
from appointments.services.scheduling import TimeTaken
from appointments.visit_forms import NoneSuitsForm, PickForm
from clinic.core.text import sanitize_post
from clinic.practice.models import ClinicProfile

Kind = RequestEvent.Kind
Status = AppointmentRequest.Status

GONE = _("This time is gone. Here are the others.")
ALL_GONE = _("This time is gone, and so are the others. We will get in touch to find another one.")
YOURS_ALREADY = _("This time is yours already. There is nothing more to do.")
NOT_NOW = _("This is no longer possible. The page shows where your appointment stands now.")


class Answer:
    """What came of a post: done, or a form to mend, or a notice why it was not done."""

    def __init__(self, *, form=None, notice: str | Promise = "") -> None:
        self.form = form
        self.notice = notice

    @property
    def is_done(self) -> bool:
        return self.form is None and not self.notice

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows it."""
        if self.notice:
            return 409
        return 422 if self.form else 200


def answer_about_visit(request: HttpRequest, appointment_request: AppointmentRequest, now: datetime) -> Answer | None:
    """Do what the button says, one of those below; None for a post that is about something else."""
    for name, act in ACTS.items():
        if name in request.POST:
            try:
                return act(request, appointment_request, now)
            except MoveRefused:
                return Answer(notice=NOT_NOW)
    return None


def pick(request: HttpRequest, appointment_request: AppointmentRequest, now: datetime) -> Answer:
    """Take the chosen time. A time that is gone is answered with those that are left."""
    all_times = list(appointment_request.offered_times.select_related("provider"))
    form = PickForm(sanitize_post(request.POST), times=all_times)
    if not form.is_valid():
        held = PickForm(sanitize_post(request.POST), times=held_times(appointment_request, now))
        held.is_valid()
        return Answer(form=held)
    chosen = next(time for time in all_times if time.pk == form.cleaned_data["offered_time"])
    try:
        visits.take(offered_time=chosen, now=now)
    except TimeTaken:
        return Answer(notice=why_not(chosen, now))
    return Answer()


def why_not(chosen: OfferedTime, now: datetime) -> str | Promise:
    """Return the kind words for a time that could not be taken."""
    visit = chosen.appointment_request.appointment
    if visit and (visit.starts_at, visit.provider_id) == (chosen.starts_at, chosen.provider_id):
        return YOURS_ALREADY
    return GONE if held_times(chosen.appointment_request, now) else ALL_GONE


def none_suits(request: HttpRequest, appointment_request: AppointmentRequest, now: datetime) -> Answer:
    form = NoneSuitsForm(sanitize_post(request.POST))
    if not form.is_valid():
        return Answer(form=form)
    visits.decline_offers(
        appointment_request=appointment_request,
        days=form.cleaned_data.get("preferred_days"),
        time_of_day=form.cleaned_data["preferred_time"],
        text=form.cleaned_data["text"],
        now=now,
    )
    return Answer()


def another_time(request: HttpRequest, appointment_request: AppointmentRequest, now: datetime) -> Answer:
    visits.ask_for_another_time(appointment_request=appointment_request, now=now)
    return Answer()


def no_reminder(request: HttpRequest, appointment_request: AppointmentRequest, now: datetime) -> Answer:
    visits.stop_reminders(appointment_request=appointment_request, now=now)
    return Answer()


# By the name of the button; for picking also by the choice
ACTS = {
    "none_suits": none_suits,
    "another_time": another_time,
    "no_reminder": no_reminder,
    "pick": pick,
    "offered_time": pick,
}


def held_times(appointment_request: AppointmentRequest, now: datetime) -> list[OfferedTime]:
    """Return what the patient can still pick from."""
    return list(appointment_request.offered_times.held(now).select_related("provider"))


def last_said(appointment_request: AppointmentRequest) -> str:
    """Return the kind of what last happened between us while no time is agreed: tried, declined, run out, cancelled."""
    if appointment_request.status != Status.CONTACTING:
        return ""
    event = appointment_request.events.filter(kind__in=[Kind.ATTEMPT, Kind.NONE_SUITS, Kind.RAN_OUT, Kind.MOVED]).last()
    if event is None or event.kind != Kind.MOVED:
        return event.kind if event else ""
    return "cancelled" if event.from_status == Status.BOOKED else Kind.ATTEMPT


def is_reminded(appointment_request: AppointmentRequest) -> bool:
    """Whether an e-mail will remind the patient, so that they may ask us not to."""
    by_mail = bool(appointment_request.email) and not appointment_request.wants_no_reminder
    return by_mail and ClinicProfile.objects.current().reminder_hour is not None


def visit_context(appointment_request: AppointmentRequest, now: datetime, answered: Answer) -> dict:
    """Return what the status page shows about times: the visit, those to pick from, and the forms."""
    times = held_times(appointment_request, now)
    last = last_said(appointment_request)
    can_decline = bool(times) or appointment_request.status == Status.OFFERED or last == Kind.RAN_OUT
    failed = answered.form
    is_booked = appointment_request.status == Status.BOOKED
    return {
        "last_said": last,
        "reminds": is_reminded(appointment_request),
        "visit": appointment_request.appointment if is_booked else None,
        "visit_is_ahead": appointment_request.has_visit_ahead(now),
        "asked_another_time": is_booked and appointment_request.next_action_at is not None and not times,
        "times": times,
        "notice": answered.notice,
        "pick_form": failed if isinstance(failed, PickForm) else PickForm(times=times) if times else None,
        "none_suits_form": failed if isinstance(failed, NoneSuitsForm) else (NoneSuitsForm() if can_decline else None),
        "none_suits_open": isinstance(failed, NoneSuitsForm) or not times,
    }
