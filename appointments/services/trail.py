"""The trail of a request: who did what, and when. Rows are only ever added."""

from datetime import datetime

from django.utils import timezone

from appointments.models import AppointmentRequest, RequestEvent


def record(
    appointment_request: AppointmentRequest, kind: str, *, by=None, at: datetime | None = None, **details
) -> RequestEvent:
    """Add to the request's trail and return the event. `details` are fields of RequestEvent."""
    at = at or timezone.now()
    AppointmentRequest.objects.filter(pk=appointment_request.pk).update(last_event_at=at)
    appointment_request.last_event_at = at
    return RequestEvent.objects.create(appointment_request=appointment_request, kind=kind, by=by, at=at, **details)
