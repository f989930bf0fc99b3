"""Offering times, agreeing one in a call, and cancelling for the clinic. Before anything leaves, the desk reads it."""

from datetime import date, datetime, timedelta

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from appointments.desk.names import names_hidden
from appointments.desk.previews import preview_of_booking, preview_of_cancelling, preview_of_offer
from appointments.models import Appointment, AppointmentRequest, RequestEvent, RequestView
from appointments.moves import MoveRefused
from appointments.schedule import MOST_OFFERED
from appointments.services import visits
from appointments.services.free_times import provider_day
from appointments.services.reminding import mark_reminded, to_call
from appointments.services.scheduling import Slot, TimeTaken, usual_minutes
from appointments.services.trail import record
from appointments.services.triage import add_note, move
from clinic.core.text import sanitize_post
from clinic.practice.models import open_time
from providers.models import Provider

ADMIN_PAGE = "admin:appointments_appointmentrequest_change"
CHANGE = "appointments.change_appointmentrequest"
Status = AppointmentRequest.Status

TAKEN = gettext_lazy("One of these times has been taken or held meanwhile. Nothing was sent: choose again.")
CLOSED = gettext_lazy("The request has changed meanwhile. Nothing was sent.")


class DayForm(forms.Form):
    """Whose day the page shows, for how long a visit, and a note for the trail."""

    provider = forms.ModelChoiceField(label=gettext_lazy("Provider"), queryset=Provider.objects.listed())
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=5, max_value=480)
    text = forms.CharField(
        label=gettext_lazy("Note (optional)"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


@sensitive_post_parameters()
@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def offer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The provider's day, to pick times from; then the very mail; then it leaves."""
    appointment_request = get_object_or_404(AppointmentRequest.objects.select_related("provider"), pk=pk)
    if appointment_request.status not in visits.MAY_BE_OFFERED:
        messages.warning(request, CLOSED)
        return redirect(ADMIN_PAGE, pk)
    if request.method == "GET":
        RequestView.objects.create(appointment_request=appointment_request, by=request.user)  # type: ignore[misc]  # signed in
    post = sanitize_post(request.POST)
    form = DayForm(shown_day(appointment_request, post))
    if not form.is_valid():
        return show(request, appointment_request, form, [], status=422)
    picks, do = picked(post.getlist("slot"), form.cleaned_data["minutes"]), post.get("do", "")
    problem = what_is_wrong(picks, do)
    if problem or do not in ("send", "book"):
        return show(request, appointment_request, form, picks, problem=problem, wants="" if problem else do)
    try:
        act(request, appointment_request, do, picks, form.cleaned_data["text"])
    except TimeTaken:
        return show(request, appointment_request, form, picks, problem=TAKEN, status=409)
    except MoveRefused:
        messages.warning(request, CLOSED)
    return redirect(ADMIN_PAGE, pk)


def act(request: HttpRequest, appointment_request: AppointmentRequest, do: str, picks: list[Slot], text: str) -> None:
    """Send the offer, or book the one time. Raises TimeTaken and MoveRefused."""
    if do == "send":
        visits.offer(appointment_request=appointment_request, slots=picks, by=request.user, text=text)
        messages.success(request, _("The times are held."))
        return
    (slot,) = picks
    move(
        appointment_request=appointment_request,
        to=Status.BOOKED,
        by=request.user,
        text=text,
        appointment_at=slot.starts_at,
        appointment_with=slot.provider,
        minutes=(slot.ends_at - slot.starts_at) // timedelta(minutes=1),
    )
    messages.success(request, _("The appointment is agreed."))


def shown_day(appointment_request: AppointmentRequest, post) -> dict:
    """Return what the day's form is filled with: what was posted, else the wished provider and the next open day."""
    given = {name: post[name] for name in ("provider", "day", "minutes", "text") if name in post}
    provider = appointment_request.appointment_with_id or appointment_request.provider_id
    defaults = {
        "provider": provider or Provider.objects.listed().values_list("pk", flat=True).first(),
        "day": next_open_day(),
        "minutes": usual_minutes(appointment_request),
        "text": post.get("note-text", ""),
    }
    shown = defaults | given
    if post.get("go") in ("-1", "1"):
        shown["day"] = str(date.fromisoformat(str(shown["day"])) + timedelta(days=int(post["go"])))
    return shown


def next_open_day() -> date:
    """Return the next day after today that the clinic opens, tomorrow where none does."""
    tomorrow = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return timezone.localdate(open_time().next_open(tomorrow) or tomorrow)


def picked(values: list[str], minutes: int) -> list[Slot]:
    """Return the slots chosen so far, each once and in order. A value is "provider@start"; what is none is left out."""
    providers = Provider.objects.listed().in_bulk()
    slots = set()
    for value in values:
        pk, _at, start = value.partition("@")
        starts_at = parse_start(start)
        if starts_at and pk.isdigit() and int(pk) in providers:
            slots.add(Slot(providers[int(pk)], starts_at, starts_at + timedelta(minutes=minutes)))
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.provider.pk))


def parse_start(value: str) -> datetime | None:
    try:
        starts_at = parse_datetime(value)
    except ValueError:
        return None
    return starts_at if starts_at and timezone.is_aware(starts_at) else None


def what_is_wrong(picks: list[Slot], do: str) -> str:
    """Return what to say of the chosen times before they may be offered or booked; nothing where all is well."""
    if do in ("preview", "send") and not picks:
        return _("Choose at least one time.")
    if do in ("preview", "send") and len(picks) > MOST_OFFERED:
        return _("Choose at most %(most)d times.") % {"most": MOST_OFFERED}
    if do in ("preview-booking", "book") and len(picks) != 1:
        return _("Choose the one time that you agreed.")
    return ""


def show(
    request: HttpRequest,
    appointment_request: AppointmentRequest,
    form: DayForm,
    picks: list[Slot],
    *,
    problem: object = "",
    wants: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page as it stands; `wants` is which mail to show."""
    now = timezone.now()
    preview = None
    if wants == "preview":
        preview = preview_of_offer(appointment_request, picks, now)
    elif wants == "preview-booking":
        preview = preview_of_booking(appointment_request, picks[0])
    shown = form.cleaned_data if form.is_valid() else None
    context = {
        **admin.site.each_context(request),
        "title": _("Times for %(reference)s") % {"reference": appointment_request.reference},
        "opts": AppointmentRequest._meta,
        "it": appointment_request,
        "form": form,
        "day": shown and provider_day(shown["provider"], shown["day"], minutes=shown["minutes"], now=now),
        "picks": picks,
        "values": [value_of(pick) for pick in picks],
        "other_picks": [(value_of(pick), pick) for pick in picks if shown and not is_shown(pick, shown)],
        "problem": problem,
        "preview": preview,
        "is_booking": wants == "preview-booking",
    }
    return render(request, "appointments/desk/offer.html", context, status=422 if problem and status == 200 else status)


def is_shown(slot: Slot, shown: dict) -> bool:
    """Whether the slot stands on the day that the page shows, where its own box keeps it chosen."""
    return slot.provider == shown["provider"] and timezone.localdate(slot.starts_at) == shown["day"]


def value_of(slot: Slot) -> str:
    return f"{slot.provider.pk}@{slot.starts_at.isoformat()}"


@permission_required(CHANGE, raise_exception=True)
@require_POST
def book_offered(request: HttpRequest, pk: int) -> HttpResponse:
    """The patient says on the phone which of the offered times it is."""
    appointment_request = get_object_or_404(AppointmentRequest, pk=pk)
    offered_time = get_object_or_404(appointment_request.offered_times, pk=request.POST.get("offered_time") or 0)
    try:
        visits.take(offered_time=offered_time, by=request.user)
        if text := request.POST.get("note-text", "").strip()[:1000]:
            add_note(appointment_request=appointment_request, by=request.user, text=text)
        messages.success(request, _("The appointment is agreed."))
    except MoveRefused:
        messages.warning(request, _("This time is not held any more."))
    return redirect(ADMIN_PAGE, pk)


class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Why? The patient reads a sentence about it"),
        choices=[("", gettext_lazy("Choose a reason")), *Appointment.CancelReason.choices],
        error_messages={"required": gettext_lazy("Choose a reason")},
    )
    text = forms.CharField(
        label=gettext_lazy("Note (optional)"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


@sensitive_post_parameters()
@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_page(request: HttpRequest, pk: int) -> HttpResponse:
    """We cancel: why, then the very mail; then it leaves, and somebody has to call the patient now."""
    appointment_request = get_object_or_404(AppointmentRequest, pk=pk)
    if request.method == "GET":
        RequestView.objects.create(appointment_request=appointment_request, by=request.user)  # type: ignore[misc]  # signed in
    visit = appointment_request.appointment
    if visit is None or not appointment_request.has_visit_ahead(timezone.now()):
        messages.warning(request, _("There is no appointment to cancel."))
        return redirect(ADMIN_PAGE, pk)
    post = sanitize_post(request.POST) if request.method == "POST" and "do" in request.POST else None
    form = CancelForm(post, initial={"text": request.POST.get("note-text", "")})
    if form.is_valid() and post and post["do"] == "cancel":
        try:
            visits.cancel_for_clinic(appointment_request=appointment_request, by=request.user, **form.cleaned_data)
            messages.success(request, _("The appointment is cancelled. Please call the patient."))
        except MoveRefused:
            messages.warning(request, CLOSED)
        return redirect(ADMIN_PAGE, pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Cancel the appointment of %(reference)s") % {"reference": appointment_request.reference},
        "opts": AppointmentRequest._meta,
        "it": appointment_request,
        "visit": visit,
        "form": form,
        "preview": preview_of_cancelling(visit, form.cleaned_data["reason"]) if form.is_valid() else None,
    }
    return render(request, "appointments/desk/cancel_visit.html", context, status=422 if form.errors else 200)


@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    """Whom to call about a visit: those without an e-mail address. A post says that one was reminded."""
    visits_to_call = to_call(timezone.now())
    if request.method == "POST":
        for visit in visits_to_call:
            if str(visit.pk) == request.POST.get("visit"):
                mark_reminded(visit, timezone.now())
                record(visit.appointment_request, RequestEvent.Kind.REMINDED, by=request.user)
        return redirect("admin:appointments_reminders")
    context = {
        **admin.site.each_context(request),
        "title": _("Call to remind"),
        "opts": AppointmentRequest._meta,
        "visits": visits_to_call,
        "names_hidden": names_hidden(request),
    }
    return render(request, "appointments/desk/reminders.html", context)
