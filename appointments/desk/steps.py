"""Every step a member of staff can take with a request: its button, its form, and the service it calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments import moves
from appointments.desk.forms import (
    AddNoteForm,
    AttemptForm,
    BookForm,
    DeclineForm,
    DuplicateForm,
    ReasonForm,
    StepForm,
)
from appointments.models import AppointmentRequest, OfferedTime
from appointments.services import triage
from appointments.services.scheduling import TimeTaken
from clinic.core.steps import Step, by_name
from clinic.practice.models import open_time
from providers.models import Provider

Status = AppointmentRequest.Status


def _nothing(appointment_request: AppointmentRequest) -> dict[str, Any]:
    return {}


def _no_warnings(appointment_request: AppointmentRequest, answers: Mapping[str, Any]) -> list[str]:
    return []


@dataclass(frozen=True)
class DeskStep(Step):
    """A step at the front desk, with what its page must know besides."""

    is_never_stale: bool = False  # a colleague's change a moment ago does not stand in its way
    tells_the_patient: bool = False  # by mail, if there is an address
    initial: Callable[[AppointmentRequest], dict[str, Any]] = _nothing  # what its form starts with
    warnings: Callable[[AppointmentRequest, Mapping[str, Any]], list[str]] = _no_warnings  # what speaks against it


def _move_to(target: str) -> Callable:
    def run(appointment_request, by, *, text="", **answers):
        return triage.move(appointment_request=appointment_request, to=target, by=by, text=text)

    return run


def _claim(appointment_request, by, *, text="", **answers):
    """Claim it; what was typed meanwhile is kept as a note."""
    claimed = triage.claim(appointment_request=appointment_request, by=by)
    return _note_if_any(claimed, by, text)


def _take_over(appointment_request, by, *, text="", **answers):
    claimed = triage.claim(appointment_request=appointment_request, by=by, take_over=True)
    return _note_if_any(claimed, by, text)


def _give_back(appointment_request, by, *, text="", **answers):
    given = triage.give_back(appointment_request=appointment_request, by=by)
    return _note_if_any(given, by, text)


def _note_if_any(appointment_request, by, text):
    if text:
        triage.add_note(appointment_request=appointment_request, by=by, text=text)
    return appointment_request


def _attempt(appointment_request, by, *, outcome, text="", call_back_at=None, **answers):
    return triage.log_attempt(
        appointment_request=appointment_request, by=by, outcome=outcome, text=text, call_back_at=call_back_at
    )


def _book(appointment_request, by, *, appointment_at, appointment_with, text="", **answers):
    return triage.move(
        appointment_request=appointment_request,
        to=Status.BOOKED,
        by=by,
        text=text,
        appointment_at=appointment_at,
        appointment_with=appointment_with,
    )


def _decline(appointment_request, by, *, reason, text="", **answers):
    return triage.move(appointment_request=appointment_request, to=Status.DECLINED, by=by, text=text, outcome=reason)


def _duplicate(appointment_request, by, *, of, text="", **answers):
    text = "\n".join(filter(None, [_("The same as %(reference)s") % {"reference": of.reference}, text]))
    return triage.move(appointment_request=appointment_request, to=Status.DUPLICATE, by=by, text=text, duplicate_of=of)


def _note(appointment_request, by, *, text, **answers):
    return triage.add_note(appointment_request=appointment_request, by=by, text=text)


def _is_question(user, appointment_request: AppointmentRequest) -> bool:
    return appointment_request.kind == AppointmentRequest.Kind.QUESTION


def _is_live(user, appointment_request: AppointmentRequest) -> bool:
    return appointment_request.is_live


def _is_tried_enough(user, appointment_request: AppointmentRequest) -> bool:
    return triage.tries_of(appointment_request).are_enough


def _call_back_of(appointment_request: AppointmentRequest) -> dict[str, Any]:
    return {"next_action_at": appointment_request.next_action_at}


def _agreed(appointment_request: AppointmentRequest) -> dict[str, Any]:
    with_whom = appointment_request.appointment_with_id or appointment_request.provider_id
    return {"appointment_with": with_whom, "appointment_at": appointment_request.appointment_at}


def _against_booking(appointment_request: AppointmentRequest, answers: Mapping[str, Any]) -> list[str]:
    if answers["despite_warning"]:
        return []
    return booking_warnings(appointment_request, answers["appointment_at"], answers["appointment_with"])


_T = gettext_lazy
EVERY = frozenset(Status.values)
# A booked one too, while its patient waits to hear from the desk
CALLED = frozenset([*AppointmentRequest.LIVE, Status.BOOKED])

STEPS: dict[str, DeskStep] = by_name(
    [
        DeskStep("claim", _T("I am on it"), CALLED, _claim, form=StepForm, is_for=_is_live, is_never_stale=True),
        DeskStep("take-over", _T("Take over"), CALLED, _take_over, form=StepForm, is_for=_is_live, is_never_stale=True),
        DeskStep("give-back", _T("Give it back"), EVERY, _give_back, form=StepForm, is_never_stale=True),
        DeskStep(
            "attempt", _T("Log a try"), CALLED, _attempt, form=AttemptForm, is_for=_is_live, initial=_call_back_of
        ),
        DeskStep.of(
            moves.BOOK,
            _T("Book"),
            _book,
            form=BookForm,
            initial=_agreed,
            warnings=_against_booking,
            tells_the_patient=True,
        ),
        DeskStep.of(moves.ANSWER, _T("Answered"), _move_to(Status.ANSWERED), form=StepForm, is_for=_is_question),
        DeskStep.of(
            moves.DECLINE, _T("Decline and tell the patient"), _decline, form=DeclineForm, tells_the_patient=True
        ),
        DeskStep.of(
            moves.UNREACHABLE,
            _T("Close as unreachable"),
            _move_to(Status.UNREACHABLE),
            form=StepForm,
            is_for=_is_tried_enough,
            tells_the_patient=True,
        ),
        DeskStep.of(moves.DUPLICATE, _T("Duplicate"), _duplicate, form=DuplicateForm),
        DeskStep.of(
            moves.CANCEL,
            _T("Withdraw for the patient"),
            _move_to(Status.CANCELLED),
            form=StepForm,
            tells_the_patient=True,
        ),
        DeskStep.of(
            moves.RELEASE,
            _T("A person sent this: release it"),
            _move_to(Status.NEW),
            form=StepForm,
            tells_the_patient=True,
        ),
        DeskStep.of(moves.SPAM, _T("Spam"), _move_to(Status.SPAM), form=StepForm),
        DeskStep.of(moves.REOPEN, _T("Reopen"), _move_to(Status.NEW), form=ReasonForm),
        DeskStep("note", _T("Add a note"), EVERY, _note, form=AddNoteForm, is_never_stale=True),
    ]
)


def steps_for(appointment_request: AppointmentRequest, user) -> list[DeskStep]:
    """Return what this person can do with the request as it stands."""
    return [step for step in STEPS.values() if step.is_open(appointment_request, user)]


def booking_warnings(appointment_request: AppointmentRequest, at: datetime, provider: Provider | None) -> list[str]:
    """Return what speaks against this time: closed then, or the provider away."""
    found = []
    if not open_time().is_open(at):
        found.append(_("The clinic is closed at that time."))
    if provider is None:
        return found
    day = timezone.localdate(at)
    if provider.time_away.filter(starts_on__lte=day, ends_on__gte=day).exists():
        found.append(_("%(name)s is away that day.") % {"name": provider.short_name})
    return found


def taken_words(taken: TimeTaken) -> str:
    """Return why a time cannot be booked at all: it is somebody else's."""
    if taken.by is None or taken.by.provider is None:
        return _("This time is taken.")
    words = {"name": taken.by.provider.short_name, "reference": taken.by.appointment_request.reference}
    if isinstance(taken.by, OfferedTime):
        return _("This time of %(name)s is held for another patient (%(reference)s).") % words
    return _("%(name)s has another appointment then (%(reference)s).") % words
