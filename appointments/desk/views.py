"""The front desk's pages around a request, inside the admin: find a patient, news, enter a call."""

from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments import guards
from appointments.desk.forms import FindForm, PhoneInForm
from appointments.desk.request_page import ADMIN_PAGE, VIEW
from appointments.desk.search import find, keep, kept, known_by
from appointments.desk.shell import count_waiting
from appointments.models import AppointmentRequest
from appointments.services.asking import submit_request
from appointments.services.triage import AlreadyClaimed, claim
from clinic.core.text import sanitize_post
from clinic.practice.models import ClinicProfile
from clinic.staff.shell import counted

BOOK_FIELD = "id_book-appointment_at"
ADD = "appointments.add_appointmentrequest"


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
