"""What the worker does about visits: offers that run out, reminders. Each is safe to run twice and by two workers."""

from datetime import datetime

from django.utils import timezone

from appointments.models import AppointmentRequest, OfferedTime
from appointments.services.reminding import remind
from appointments.services.visits import let_offer_run_out


def let_offers_run_out(now: datetime | None = None) -> None:
    """Whoever did not answer an offer in time is called, and the times are free again."""
    now = now or timezone.now()
    waiting = AppointmentRequest.objects.filter(status=AppointmentRequest.Status.OFFERED, offered_times__isnull=False)
    still_held = OfferedTime.objects.held(now).values("appointment_request")
    for appointment_request in waiting.exclude(pk__in=still_held).distinct():
        let_offer_run_out(appointment_request=appointment_request, now=now)


def remind_of_visits(now: datetime | None = None) -> None:
    """At the clinic's hour on the open day before."""
    remind(now or timezone.now())
