"""Status links: signed, read and built here and nowhere else. Nothing is stored; a new link_version revokes them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from appointments.models import AppointmentRequest

SALT = "appointments.status"
LINK_LASTS = timedelta(days=30)


def status_url(reference: str, link_version: int) -> str:
    """Return the absolute address of a request's status page, signed now. Its host is the site's, whoever asks."""
    path = reverse("appointments:open-status", args=[status_token(reference, link_version)])
    return settings.SITE_URL + path


def status_token(reference: str, link_version: int) -> str:
    """Return the signed half of a status link."""
    return signing.dumps({"reference": reference, "link_version": link_version}, salt=SALT)


def request_of_token(token: str) -> AppointmentRequest | None:
    """Return the request that a status link's token leads to; None for what is altered, revoked or run out."""
    try:
        payload = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return find_open(payload["reference"], payload["link_version"])


def find_open(reference: str, link_version: int) -> AppointmentRequest | None:
    """Return the request whose links of this version still hold, or None."""
    appointment_request = AppointmentRequest.objects.filter(reference=reference, link_version=link_version).first()
    if appointment_request is None or link_expires_at(appointment_request) < timezone.now():
        return None
    return appointment_request


def link_expires_at(appointment_request: AppointmentRequest) -> datetime:
    """Return when the links end: thirty days after the last event or the appointment, whichever is later."""
    last = max(filter(None, [appointment_request.last_event_at, appointment_request.appointment_at]))
    return last + LINK_LASTS
