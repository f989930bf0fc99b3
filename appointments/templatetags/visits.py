"""The times of a request, for the desk's page."""

from typing import Any

from django import template
from django.utils import timezone

from appointments.models import AppointmentRequest

register = template.Library()


@register.simple_tag
def times_of(appointment_request: AppointmentRequest) -> dict[str, Any]:
    """Return the visits and offers of a request, newest offer first, and what may be done about them. Two queries."""
    now = timezone.now()
    offers = list(appointment_request.offered_times.select_related("provider").order_by("-offered_at", "starts_at"))
    for time in offers:
        time.is_held_now = time.is_held(now)  # type: ignore[attr-defined]
    return {
        "visits": list(appointment_request.appointments.select_related("provider")),
        "offers": offers,
        "has_visit_ahead": appointment_request.has_visit_ahead(now),
    }
