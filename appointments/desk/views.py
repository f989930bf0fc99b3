"""The front desk's pages, inside the admin."""

from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments import guards
from appointments.desk.forms import FindForm, PhoneInForm
from appointments.desk.search import find, keep, kept, known_by, possibly_the_same
from appointments.desk.shell import count_waiting
from appointments.desk.steps import STEPS, booking_warnings, steps_for
from appointments.models import AppointmentRequest, RequestEvent, RequestView
from appointments.moves import MoveRefused
from appointments.services.asking import submit_request
from appointments.services.triage import AlreadyClaimed, add_note, claim
from clinic.core.steps import Step
from clinic.core.text import sanitize_post
from clinic.practice.models import ClinicProfile
from clinic.staff.shell import counted

ADMIN_PAGE = "admin:appointments_appointmentrequest_change"
BOOK_FIELD = "id_book-appointment_at"
VIEW, CHANGE, ADD = (f"appointments.{verb}_appointmentrequest" for verb in ("view", "change", "add"))


@sensitive_post_parameters()
@permission_required(VIEW, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything for the call on one screen; a post takes one step."""
    appointment_request = get_object_or_404(
        AppointmentRequest.objects.with_mail_failed().select_related(
            "provider", "source_article", "source_treatment", "claimed_by", "appointment_with"
        ),
        pk=pk,
    )
    if request.method == "POST":
        return take_step(request, appointment_request)
    if request.method == "GET":
        RequestView.objects.create(appointment_request=appointment_request, by=request.user)  # type: ignore[misc]  # signed in
    return show(request, appointment_request)


def take_step(request: HttpRequest, appointment_request: AppointmentRequest) -> HttpResponse:
    """Do what the button said, unless the form is wrong, the page is stale or the table of moves says no.

    Whatever happens, a note that was typed is kept.
    """
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        return show(request, appointment_request, status=400)
    form = step.form(request.POST, prefix=step.name)
    if not form.is_valid():
        return show(request, appointment_request, form=form, step=step, status=422)
    news = newer_events(appointment_request, form.cleaned_data["seen"], request.user)
    if news and step.name != "note":
        keep_note(request, appointment_request, form)
        return show(request, appointment_request, news=news, status=409)
    if step.name == "book" and not form.cleaned_data["despite_warning"]:
        answers = form.cleaned_data
        warnings = booking_warnings(appointment_request, answers["appointment_at"], answers["appointment_with"])
        if warnings:
            return show(request, appointment_request, form=form, step=step, warnings=warnings, status=422)
    try:
        if not step.is_open(appointment_request, request.user):
            raise MoveRefused(f"{appointment_request.reference} is {appointment_request.status}")
        step.run(appointment_request, request.user, **form.cleaned_data)
    except (MoveRefused, AlreadyClaimed):
        keep_note(request, appointment_request, form)
        appointment_request.refresh_from_db()
        return show(request, appointment_request, refused=step, status=409)
    messages.success(request, _("Done: %(step)s") % {"step": step.label})
    return redirect(ADMIN_PAGE, appointment_request.pk)


def newer_events(appointment_request: AppointmentRequest, seen: int | None, user) -> list[RequestEvent]:
    """What others did with the request since this page was shown."""
    return list(appointment_request.events.filter(pk__gt=seen or 0).exclude(by=user).select_related("by"))


def keep_note(request: HttpRequest, appointment_request: AppointmentRequest, form) -> None:
    if text := form.cleaned_data.get("text"):
        add_note(appointment_request=appointment_request, by=request.user, text=text)
        messages.info(request, _("Your note was kept; the rest was not done."))


def show(
    request: HttpRequest,
    appointment_request: AppointmentRequest,
    *,
    form=None,
    step: Step | None = None,
    news: list[RequestEvent] | None = None,
    warnings: list[str] | None = None,
    refused: Step | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page as it stands; `form` is the one to mend, `news` what changed behind a stale page."""
    events = list(appointment_request.events.select_related("by"))
    newest = max((event.pk for event in events), default=0)
    now = timezone.now()
    is_claimed = appointment_request.is_claimed(now)
    forms = {
        each.name.replace("-", "_"): form if step and each.name == step.name else each.form(
            prefix=each.name, initial=initial_for(each, appointment_request, newest)
        )
        for each in steps_for(appointment_request, request.user)
    }  # fmt: skip
    context = {
        **admin.site.each_context(request),
        "title": _("Request %(reference)s") % {"reference": appointment_request.reference},
        "opts": AppointmentRequest._meta,
        "it": appointment_request,
        "events": events,
        "forms": forms if request.user.has_perm(CHANGE) else {},
        "open_form": step.name if step else "",
        "errors": form.errors if form else {},
        "news": news or [],
        "warnings": warnings or [],
        "refused": refused,
        "now": now,
        "is_overdue": appointment_request.is_overdue(now),
        "claimed_by_me": is_claimed and appointment_request.claimed_by_id == request.user.pk,
        "claimed_by_other": is_claimed and appointment_request.claimed_by_id != request.user.pk,
        "same_person": possibly_the_same(appointment_request),
    }
    return render(request, "appointments/desk/request.html", context, status=status)


def initial_for(step: Step, appointment_request: AppointmentRequest, newest: int) -> dict:
    initial: dict = {"seen": newest}
    if step.name == "book":
        initial["appointment_with"] = appointment_request.appointment_with_id or appointment_request.provider_id
        initial["appointment_at"] = appointment_request.appointment_at
    return initial


@sensitive_post_parameters()
@permission_required(VIEW, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def find_patient(request: HttpRequest) -> HttpResponse:
    """Look a caller up. What was typed travels in the body; the results have an address of their own that says nothing.

    The one request that matches is opened at once.
    """
    form = FindForm(request.POST or None)
    if form.is_valid():
        found = list(find(form.cleaned_data["q"]).values_list("pk", flat=True))
        if len(found) == 1:
            return redirect(ADMIN_PAGE, found[0])
        return redirect(f"{request.path}?found={keep(found, request.session)}")
    context = {
        **admin.site.each_context(request),
        "title": _("Find a patient"),
        "opts": AppointmentRequest._meta,
        "form": form,
        "found": kept(request.GET.get("found", ""), request.session),
    }
    return render(request, "appointments/desk/find.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters()
@permission_required(ADD, raise_exception=True)
@require_POST
def known(request: HttpRequest) -> HttpResponse:
    """The earlier requests of the number that somebody is typing, as a piece of the page. Asked by the page itself."""
    context = {"known": known_by(request.POST.get("phone", ""))}
    return render(request, "appointments/desk/parts/known.html", context)


@permission_required(VIEW, raise_exception=True)
@require_safe
def news(request: HttpRequest, since: int) -> JsonResponse:
    """How many requests have come in since the page was shown, and how many wait now. Asked by the page itself."""
    count = AppointmentRequest.objects.awaiting_reply().filter(pk__gt=since).count()
    news = {"count": count, "waiting": counted(count_waiting())}
    return JsonResponse(news, headers={"Cache-Control": "no-store"})


def typed(sent: QueryDict | None) -> dict[str, Any]:
    """Return a form's answers as it may start with them again."""
    return {name: values if name == "preferred_days" else values[-1] for name, values in sent.lists()} if sent else {}


@sensitive_post_parameters()
@permission_required(ADD, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def phone_in(request: HttpRequest) -> HttpResponse:
    """Enter a call, a voicemail or a walk-in into the same queue, with the same clock.

    "Look up" asks who has this number and keeps what was typed; "book" goes on to the request, which is then mine.
    """
    clinic = ClinicProfile.objects.current()
    sent = sanitize_post(request.POST) if request.method == "POST" else None
    looks_up = sent is not None and "look_up" in sent
    form = PhoneInForm(None if looks_up else sent, initial=typed(sent) if looks_up else None, clinic=clinic)
    if sent is not None and form.is_valid():
        stored = submit_request(
            answers=form.answers(), submission_key=guards.submission_key(form.cleaned_data["stamp"]), by=request.user
        )
        if "book" not in sent:
            return redirect(ADMIN_PAGE, stored.pk)
        with suppress(AlreadyClaimed):  # the same form sent twice, and a colleague was quicker: the page says so
            claim(appointment_request=stored, by=request.user)
        return redirect(f"{reverse(ADMIN_PAGE, args=[stored.pk])}#{BOOK_FIELD}")
    context = {
        **admin.site.each_context(request),
        "title": _("Enter a call"),
        "opts": AppointmentRequest._meta,
        "form": form,
        "known": known_by(sent.get("phone", "")) if sent else None,
    }
    return render(request, "appointments/desk/phone_in.html", context, status=422 if form.errors else 200)
