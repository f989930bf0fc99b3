"""One request, all of a call on one screen. Its one form takes every step, and no step loses what was typed."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from appointments.desk.forms import AttemptForm, NoteForm, StepForm
from appointments.desk.names import names_hidden
from appointments.desk.search import possibly_the_same
from appointments.desk.steps import STEPS, DeskStep, steps_for, taken_words
from appointments.models import AppointmentRequest, RequestEvent, RequestView
from appointments.moves import MoveRefused
from appointments.services.scheduling import TimeTaken
from appointments.services.triage import TRIES_BEFORE_UNREACHABLE, AlreadyClaimed, tries_of
from clinic.mail.models import OutgoingEmail

ADMIN_PAGE = "admin:appointments_appointmentrequest_change"
VIEW, CHANGE = "appointments.view_appointmentrequest", "appointments.change_appointmentrequest"
DONE = "desk.done"  # in the session until the next page: the step that was taken, and what was typed besides
SAYS_ITS_STEP = {"attempt-outcome": "attempt", "duplicate-of": "duplicate"}  # buttons that carry an answer


@sensitive_post_parameters()
@permission_required(VIEW, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything for the call; a post takes one step."""
    appointment_request = get_object_or_404(
        AppointmentRequest.objects.with_mail_failed().select_related(
            "provider", "source_article", "source_treatment", "claimed_by", "appointment_with", "duplicate_of"
        ),
        pk=pk,
    )
    if request.method == "POST":
        return take_step(request, appointment_request)
    done = {}
    if request.method == "GET":
        RequestView.objects.create(appointment_request=appointment_request, by=request.user)  # type: ignore[misc]  # signed in
        done = request.session.pop(DONE, {})
    return show(request, appointment_request, done=done if done.get("pk") == pk else {})


def take_step(request: HttpRequest, appointment_request: AppointmentRequest) -> HttpResponse:
    """Do what the button said, or show the page again with all that was typed and what stands in the way."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    step = pressed(request.POST)
    if step is None:
        is_enter = not request.POST.get("step", "-")
        return show(request, appointment_request, is_enter=is_enter, status=422 if is_enter else 400)
    note = NoteForm(request.POST, prefix="note")
    form = step.form(request.POST, prefix=step.name, initial=step.initial(appointment_request))
    is_filled_in = check(step, form, note)
    is_open = step.is_open(appointment_request, request.user)
    if news := news_of(appointment_request, step, note, request.user):
        return show(request, appointment_request, news=news, again=step if is_open else None, status=409)
    if not is_open:
        return show(request, appointment_request, refused=step, status=409)
    if not is_filled_in:
        return show(request, appointment_request, step=step, form=form, note=note, status=422)
    if warnings := step.warnings(appointment_request, form.cleaned_data):
        return show(request, appointment_request, step=step, form=form, note=note, warnings=warnings, status=422)
    mails_before = mails_to_patient(appointment_request)
    try:
        with transaction.atomic():
            step.run(appointment_request, request.user, **form.cleaned_data, text=note.cleaned_data["text"])
    except TimeTaken as taken:
        form.add_error("appointment_at", taken_words(taken))
        return show(request, appointment_request, step=step, form=form, note=note, status=409)
    except (MoveRefused, AlreadyClaimed):
        appointment_request.refresh_from_db()
        return show(request, appointment_request, refused=step, status=409)
    request.session[DONE] = {
        "pk": appointment_request.pk,
        "step": step.name,
        "is_mailed": mails_to_patient(appointment_request) > mails_before,
        "typed": {name: value for name, value in request.POST.items() if is_kept(name, step)},
    }
    return redirect(ADMIN_PAGE, appointment_request.pk)


def pressed(post: Mapping[str, str]) -> DeskStep | None:
    """Return the step whose button was pressed. None for anything else, as for Enter in a field."""
    named = [step for button, step in SAYS_ITS_STEP.items() if button in post]
    return STEPS.get(post.get("step") or "".join(named))


def check(step: DeskStep, form: StepForm, note: NoteForm) -> bool:
    """Whether the step has all it needs; what is missing stands at its field afterwards."""
    form.is_valid()
    if note.is_valid() and form.note_required and not note.cleaned_data["text"]:
        note.add_error("text", str(form.note_required))
    return not form.errors and not note.errors


def news_of(appointment_request: AppointmentRequest, step: DeskStep, note: NoteForm, user) -> list[RequestEvent]:
    """Return what others did since this page was shown, if they changed the status or the appointment.

    A colleague's note, try or claim alone stands in nobody's way, and some steps may always be taken.
    """
    if step.is_never_stale:
        return []
    newer = appointment_request.events.filter(pk__gt=note.cleaned_data.get("seen") or 0).exclude(by=user)
    is_moved = newer.filter(kind=RequestEvent.Kind.MOVED).exists()
    return list(newer.select_related("by")) if is_moved else []


def mails_to_patient(appointment_request: AppointmentRequest) -> int:
    mails = OutgoingEmail.objects.filter(reference=appointment_request.reference)
    return mails.filter(audience=OutgoingEmail.Audience.PATIENT).count()


def is_kept(name: str, taken: DeskStep) -> bool:
    """Whether an answer belongs to another step than the one taken, so that it must still be there afterwards."""
    return any(name.startswith(f"{step}-") for step in STEPS if step not in ("note", taken.name))


def show(
    request: HttpRequest,
    appointment_request: AppointmentRequest,
    *,
    status: int = 200,
    step: DeskStep | None = None,
    form: StepForm | None = None,
    note: NoteForm | None = None,
    done: Mapping[str, Any] | None = None,
    **trouble: Any,
) -> HttpResponse:
    """The page as it stands; `form` and `note` are to mend, `trouble` is what stood in the way of a step."""
    done = done or {}
    typed = request.POST or done.get("typed", {})
    events = list(appointment_request.events.select_related("by"))
    newest = max((event.pk for event in events), default=0)
    seen = newest if status in (200, 409) else typed.get("note-seen", newest)
    now = timezone.now()
    may_change = request.user.has_perm(CHANGE)
    steps = steps_for(appointment_request, request.user) if may_change else []
    forms = {each.name: fresh_form(each, appointment_request, typed) for each in steps}
    if step and form:
        forms[step.name] = form
    context = {
        **admin.site.each_context(request),
        "title": _("Request %(reference)s") % {"reference": appointment_request.reference},
        "opts": AppointmentRequest._meta,
        "it": appointment_request,
        "events": events,
        "forms": {name.replace("-", "_"): each for name, each in forms.items()},
        "steps": {step.name.replace("-", "_"): step for step in steps},
        "note": note or NoteForm(prefix="note", initial={"text": typed.get("note-text", ""), "seen": seen}),
        "errors": problems(form, note),
        "pressed": button_pressed(typed),
        "now": now,
        "is_late": appointment_request.is_late(now),
        "is_call_back_due": appointment_request.is_call_back_due(now),
        "same_person": possibly_the_same(appointment_request),
        "names_hidden": names_hidden(request),
        "next_request": next_request(appointment_request, request.user, now),
        "tries": tries_of(appointment_request),
        "tries_needed": TRIES_BEFORE_UNREACHABLE,
        "done": what_was_done(done),
        **claim_of(appointment_request, request.user, now),
        **trouble,
    }
    return render(request, "appointments/desk/request.html", context, status=status)


def fresh_form(step: DeskStep, appointment_request: AppointmentRequest, typed: Mapping[str, str]) -> StepForm:
    """Return the step's form with what stands in the request, or what was typed into it a moment ago."""
    names = {name: f"{step.name}-{name}" for name in step.form.base_fields}
    answers = {name: typed[posted] for name, posted in names.items() if posted in typed}
    return step.form(prefix=step.name, initial=step.initial(appointment_request) | answers)


def problems(form: StepForm | None, note: NoteForm | None) -> list[tuple[str, str]]:
    """Return what is to mend, each with the id of its field."""
    bound = [each for each in (note, form) if each]
    return [
        (each[name].auto_id, str(problem)) for each in bound for name, found in each.errors.items() for problem in found
    ]


def button_pressed(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the button that was pressed, so that it can be offered again: its name, value and words."""
    for name in (*SAYS_ITS_STEP, "step"):
        if value := typed.get(name, ""):
            step = pressed(typed)
            words = dict(AttemptForm.OUTCOMES).get(value) or (step.label if step else "")
            return {"name": name, "value": value, "words": str(words)}
    return {}


def claim_of(appointment_request: AppointmentRequest, user, now) -> dict[str, bool]:
    is_claimed = appointment_request.is_claimed(now)
    is_mine = appointment_request.claimed_by_id == user.pk
    return {"claimed_by_me": is_claimed and is_mine, "claimed_by_other": is_claimed and not is_mine}


def next_request(appointment_request: AppointmentRequest, user, now) -> AppointmentRequest | None:
    """Return what to turn to after this one: the next in the queue's order while this one waits too, else the first."""
    others = AppointmentRequest.objects.to_do_now(now).not_claimed_by_others(user, now)
    others = others.exclude(pk=appointment_request.pk).by_due()
    if not appointment_request.is_to_do_now(now):
        return others.first()
    return others.later_than(appointment_request).first() or others.first()


def what_was_done(done: Mapping[str, Any]) -> dict[str, Any]:
    """Return the step that was taken, and whether the patient hears of it, for the words after "Done"."""
    if not done:
        return {}
    step = STEPS[done["step"]]
    is_to_tell = step.tells_the_patient and not done["is_mailed"]
    return {"step": step, "is_mailed": done["is_mailed"], "is_to_tell": is_to_tell}
