"""What the worker does so that no request waits unseen. Every mail has a name of its own: two workers send it once."""

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from appointments import emails
from appointments.models import AppointmentRequest, RequestEvent
from appointments.services.counting import count_work
from appointments.services.trail import record
from clinic.practice.hours import NeverOpen, OpenTime
from clinic.practice.models import open_time

DIGEST_AT = time(7, 30)


def remind_of_overdue(now: datetime | None = None) -> None:
    """Past the promise the desk, at twice the promise the manager, then both once a day that the clinic opens."""
    now = now or timezone.now()
    hours = open_time()
    today = timezone.localdate(now)
    for appointment_request in AppointmentRequest.objects.overdue(now).by_due():
        emails.desk_overdue(appointment_request)
        twice_at = twice_the_promise(appointment_request, hours)
        if now >= twice_at:
            emails.manager_overdue(appointment_request)
        if hours.is_open(now) and timezone.localdate(twice_at) < today:
            emails.still_overdue(appointment_request, today)


def twice_the_promise(appointment_request: AppointmentRequest, hours: OpenTime) -> datetime:
    """Return when the same open time has passed once more since the promise; at once where the clinic has no hours."""
    promised = hours.between(appointment_request.created_at, appointment_request.reply_due_at)
    try:
        return hours.add(appointment_request.reply_due_at, promised)
    except NeverOpen:
        return appointment_request.reply_due_at


def tell_patients_of_delay(now: datetime | None = None) -> None:
    """Once the promise is missed the patient hears so, once."""
    now = now or timezone.now()
    for pk in AppointmentRequest.objects.overdue(now).filter(told_late_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            late = AppointmentRequest.objects.select_for_update().get(pk=pk)
            if late.told_late_at or not late.is_overdue(now):
                continue  # another worker told them, or somebody called meanwhile
            late.told_late_at = now
            late.save(update_fields=["told_late_at"])
            record(late, RequestEvent.Kind.TOLD_LATE, at=now)
            emails.running_late(late)


def remind_of_quarantine(now: datetime | None = None) -> None:
    """While the clinic is open and something waits to be checked, say so once an hour."""
    now = now or timezone.now()
    count = AppointmentRequest.objects.quarantined().count()
    if count and open_time().is_open(now):
        emails.desk_to_check(count, timezone.localtime(now))


def send_digest(now: datetime | None = None) -> None:
    """At half past seven on a day the clinic opens, or later that day if the worker was away."""
    now = now or timezone.now()
    local = timezone.localtime(now)
    spans = open_time().spans(local.date())
    if not spans or local.time() < DIGEST_AT or now >= spans[-1][1]:
        return
    emails.desk_digest(count_work(now), local.date())
