"""One visit: move it, cancel it, say whether the patient came. And the list of those nobody has said it of."""

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from appointments.desk.day import SEE_ALL, SEE_DAY, own_provider
from appointments.desk.names import names_hidden
from appointments.models import Appointment, AppointmentRequest, RequestView
from appointments.moves import MoveRefused
from appointments.services import visits
from clinic.practice.templatetags.clock import in_full

CHANGE = "appointments.change_appointmentrequest"
State = Appointment.State
ON_A_PAGE = 25
# What a button says: the state, and whether somebody is to call about another time
OUTCOMES = {
    "came": (State.CAME, False),
    "did_not_come": (State.DID_NOT_COME, False),
    "call": (State.DID_NOT_COME, True),
}
NOTED = {
    "came": gettext_lazy("Noted: the patient came."),
    "did_not_come": gettext_lazy("Noted: the patient did not come."),
    "call": gettext_lazy("Noted: the patient did not come. The request is in the queue: call about another time."),
}


@permission_required(SEE_DAY, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def visit_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes when and to whom, with what can be done about it; a post says what became of it."""
    visit = get_object_or_404(visible_to(request), pk=pk)
    if request.method == "POST":
        return set_outcome(request, visit)
    asked = visit.appointment_request
    if request.method == "GET":
        RequestView.objects.create(appointment_request=asked, by=request.user)  # type: ignore[misc]  # signed in
    now, may_change = timezone.now(), request.user.has_perm(CHANGE)
    has_begun = timezone.localdate(visit.starts_at) <= timezone.localdate(now)
    context = {
        **admin.site.each_context(request),
        "title": in_full(visit.starts_at),
        "opts": AppointmentRequest._meta,
        "visit": visit,
        "it": asked,
        "may_open_requests": request.user.has_perm(SEE_ALL),
        "may_move": may_change and visit.is_live and asked.status in visits.MAY_BE_OFFERED,
        "may_cancel": may_change and visit.is_live and asked.has_visit_ahead(now),
        "may_come": may_change and has_begun and visit.allows(State.CAME),
        "may_not_come": may_change and has_begun and visit.allows(State.DID_NOT_COME),
    }
    return render(request, "appointments/desk/day_visit.html", context)


def visible_to(request: HttpRequest):
    """Return the visits this person may see: everybody's at the desk, a provider's own."""
    found = Appointment.objects.select_related("appointment_request", "provider")
    if request.user.has_perm(SEE_ALL):
        return found
    provider = own_provider(request)
    return found.filter(provider=provider) if provider else found.none()


def set_outcome(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Do what the button said, and lead back to the day or to the list of past visits."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    outcome = request.POST.get("outcome", "")
    if outcome in OUTCOMES:
        state, follow_up = OUTCOMES[outcome]
        try:
            visits.set_outcome(appointment=visit, state=state, by=request.user, follow_up=follow_up)
            messages.success(request, NOTED[outcome])
        except MoveRefused:
            messages.warning(request, _("The visit has changed meanwhile. Nothing was noted."))
    if request.POST.get("back") == "past":
        return redirect("admin:appointments_past_visits")
    return redirect(f"{reverse('admin:appointments_day')}?on={timezone.localdate(visit.starts_at)}#visit-{visit.pk}")


@permission_required(CHANGE, raise_exception=True)
@require_safe
def past_visits(request: HttpRequest) -> HttpResponse:
    """The visits that are over and of which nobody has said whether the patient came, the latest first."""
    over = Appointment.objects.without_outcome(timezone.now()).select_related("appointment_request", "provider")
    page = Paginator(over.order_by("-starts_at", "-pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": _("Did they come?"),
        "opts": AppointmentRequest._meta,
        "page": page,
        "names_hidden": names_hidden(request),
    }
    return render(request, "appointments/desk/day_past.html", context)
