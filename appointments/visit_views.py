"""The pages behind a patient's status page: cancelling a visit, withdrawing a request, and the calendar file."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from appointments import links
from appointments.calendars import calendar_file
from appointments.models import AppointmentRequest
from appointments.moves import MoveRefused, is_allowed
from appointments.services.visits import cancel_for_patient
from appointments.views import OPENED, no_such_link, private


def for_opened_request(view: Callable[..., HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give the view the request that this browser may see; answer 404 where there is none."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        appointment_request = links.find_open(*request.session.get(OPENED, ["", 0]))
        if appointment_request is None:
            return no_such_link(request)
        return private(view(request, appointment_request), referrer="same-origin")

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@for_opened_request
def cancel(request: HttpRequest, appointment_request: AppointmentRequest) -> HttpResponse:
    """Ask once, and whether another time is wanted; a post cancels the visit."""
    if not appointment_request.has_visit_ahead(timezone.now()):
        return redirect("appointments:status")
    if request.method == "POST":
        with suppress(MoveRefused):  # the desk was faster: the page shows what became of it
            cancel_for_patient(appointment_request=appointment_request, wants_another="another" in request.POST)
        return redirect("appointments:status")
    context = {"appointment_request": appointment_request, "visit": appointment_request.appointment}
    return render(request, "appointments/cancel.html", context)


@require_safe
@for_opened_request
def withdraw(request: HttpRequest, appointment_request: AppointmentRequest) -> HttpResponse:
    """Ask once; the button posts to the status page."""
    if not is_allowed(appointment_request, AppointmentRequest.Status.CANCELLED):
        return redirect("appointments:status")
    return render(request, "appointments/withdraw.html", {"appointment_request": appointment_request})


@require_safe
@for_opened_request
def calendar(request: HttpRequest, appointment_request: AppointmentRequest) -> HttpResponse:
    """The visit as a file for the patient's own calendar."""
    visit = appointment_request.appointment
    if visit is None:
        return no_such_link(request)
    response = HttpResponse(calendar_file(visit), content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response
