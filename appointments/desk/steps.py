"""Every step a member of staff can take with a request: its button, its form, and the service it calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.desk.forms import (
    AttemptForm,
    BookForm,
    DeclineForm,
    DuplicateForm,
    NoteForm,
    ReasonForm,
    StepForm,
)
from appointments.models import AppointmentRequest
from appointments.moves import is_allowed
from appointments.services import triage
from clinic.practice.models import open_time
from providers.models import Provider

Status = AppointmentRequest.Status
SLOT = timedelta(minutes=30)  # two visits of one provider closer than this are worth a warning


@dataclass(frozen=True)
class Step:
    """One step. `target` is the status it leads to; None for steps beside the table of moves."""

    name: str
    label: str | Promise
    form: type[forms.Form]
    run: Callable
    target: str | None = None
    sources: tuple[str, ...] = ()  # where a step without a target may be taken; empty means everywhere

    def is_open_to(self, appointment_request: AppointmentRequest) -> bool:
        if self.target:
            if self.name in FROM and appointment_request.status not in FROM[self.name]:
                return False
            return is_allowed(appointment_request, self.target)
        return not self.sources or appointment_request.status in self.sources


def _move(to: str) -> Callable:
    def run(appointment_request, by, answers: dict):
        return triage.move(appointment_request=appointment_request, to=to, by=by, text=answers["text"])

    return run


def _claim(appointment_request, by, answers: dict):
    return triage.claim(appointment_request=appointment_request, by=by)


def _take_over(appointment_request, by, answers: dict):
    return triage.claim(appointment_request=appointment_request, by=by, take_over=True)


def _give_back(appointment_request, by, answers: dict):
    return triage.give_back(appointment_request=appointment_request, by=by)


def _attempt(appointment_request, by, answers: dict):
    return triage.log_attempt(
        appointment_request=appointment_request,
        by=by,
        outcome=answers["outcome"],
        text=answers["text"],
        call_back_at=answers["call_back_at"],
    )


def _book(appointment_request, by, answers: dict):
    return triage.move(
        appointment_request=appointment_request,
        to=Status.BOOKED,
        by=by,
        text=answers["text"],
        appointment_at=answers["appointment_at"],
        appointment_with=answers["appointment_with"],
    )


def _decline(appointment_request, by, answers: dict):
    return triage.move(
        appointment_request=appointment_request,
        to=Status.DECLINED,
        by=by,
        text=answers["text"],
        outcome=answers["reason"],
    )


def _duplicate(appointment_request, by, answers: dict):
    other = answers["of"].reference
    text = "\n".join(filter(None, [_("Same as %(reference)s") % {"reference": other}, answers["text"]]))
    return triage.move(appointment_request=appointment_request, to=Status.DUPLICATE, by=by, text=text)


def _note(appointment_request, by, answers: dict):
    return triage.add_note(appointment_request=appointment_request, by=by, text=answers["text"])


# A step may be narrower than the table: releasing and reopening both lead to new, from different places
FROM = {
    "release": {Status.QUARANTINED},
    "reopen": set(Status) - {Status.QUARANTINED},
}

_T = gettext_lazy
LIVE_STATUSES = tuple(AppointmentRequest.LIVE)

STEPS = {
    step.name: step
    for step in [
        Step("claim", _T("I am on it"), StepForm, _claim, sources=LIVE_STATUSES),
        Step("take-over", _T("Take over"), StepForm, _take_over, sources=LIVE_STATUSES),
        Step("give-back", _T("Give it back"), StepForm, _give_back),
        Step("attempt", _T("Log a try"), AttemptForm, _attempt, sources=LIVE_STATUSES),
        Step("book", _T("Book"), BookForm, _book, Status.BOOKED),
        Step("answer", _T("Answered"), StepForm, _move(Status.ANSWERED), Status.ANSWERED),
        Step("decline", _T("Decline"), DeclineForm, _decline, Status.DECLINED),
        Step("unreachable", _T("Could not be reached"), StepForm, _move(Status.UNREACHABLE), Status.UNREACHABLE),
        Step("duplicate", _T("Duplicate"), DuplicateForm, _duplicate, Status.DUPLICATE),
        Step("cancel", _T("Patient took it back"), StepForm, _move(Status.CANCELLED), Status.CANCELLED),
        Step("release", _T("A person sent this: release it"), StepForm, _move(Status.NEW), Status.NEW),
        Step("spam", _T("Spam"), StepForm, _move(Status.SPAM), Status.SPAM),
        Step("reopen", _T("Reopen"), ReasonForm, _move(Status.NEW), Status.NEW),
        Step("note", _T("Add a note"), NoteForm, _note),
    ]
}


def steps_for(appointment_request: AppointmentRequest) -> list[Step]:
    """What can be done with this request as it stands."""
    return [step for step in STEPS.values() if step.is_open_to(appointment_request)]


def booking_warnings(appointment_request: AppointmentRequest, at: datetime, provider: Provider | None) -> list[str]:
    """What speaks against this time: closed then, the provider away, or with somebody else."""
    found = []
    if not open_time().is_open(at):
        found.append(_("The clinic is closed at that time."))
    if provider is None:
        return found
    day = timezone.localdate(at)
    if provider.time_away.filter(starts_on__lte=day, ends_on__gte=day).exists():
        found.append(_("%(name)s is away that day.") % {"name": provider.short_name})
    same_time = AppointmentRequest.objects.filter(
        status=Status.BOOKED, appointment_with=provider, appointment_at__gt=at - SLOT, appointment_at__lt=at + SLOT
    ).exclude(pk=appointment_request.pk)
    if other := same_time.first():
        words = {"name": provider.short_name, "reference": other.reference}
        found.append(_("%(name)s has another appointment then (%(reference)s).") % words)
    return found
