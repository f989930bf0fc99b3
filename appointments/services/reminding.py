"""Reminding patients of their visits: at an hour of the open day before, once for each agreed time."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from appointments import visit_emails
from appointments.models import Appointment
from clinic.practice.hours import OpenTime
from clinic.practice.models import ClinicProfile, open_time

LONGEST_BREAK = timedelta(days=31)  # a clinic closed for longer reminds on the day before the visit


def remind(now: datetime) -> None:
    """Write to every patient with an address whose reminder is due. Two workers send one."""
    for visit in due(now):
        if visit.appointment_request.email:
            remind_by_mail(visit, now)


@transaction.atomic
def remind_by_mail(visit: Appointment, now: datetime) -> None:
    if mark_reminded(visit, now):
        visit_emails.reminder(visit)


def mark_reminded(visit: Appointment, now: datetime) -> bool:
    """Note that the patient was reminded; False where that, or a change of the visit, came first."""
    as_it_was = Appointment.objects.agreed().filter(pk=visit.pk, sequence=visit.sequence, reminded_at=None)
    return bool(as_it_was.update(reminded_at=now))


def to_call(now: datetime) -> list[Appointment]:
    """Return the visits of which a patient without an e-mail address is to be reminded by phone, earliest first."""
    return [visit for visit in due(now) if not visit.appointment_request.email]


def due(now: datetime) -> list[Appointment]:
    """Return the visits whose reminder is due, earliest first: not begun, and agreed before the reminder's hour."""
    hour = ClinicProfile.objects.current().reminder_hour
    if hour is None:
        return []
    hours = open_time()
    return [
        visit
        for visit in _candidates(now, hours)
        if visit.agreed_at < remind_at(visit.starts_at, hour=hour, hours=hours) <= now
    ]


def remind_at(starts_at: datetime, *, hour: int, hours: OpenTime) -> datetime:
    """Return when to remind of a visit: at this hour of the last day before it that the clinic opens."""
    visit_day = timezone.localdate(starts_at)
    day = visit_day - timedelta(days=1)
    while not hours.spans(day) and visit_day - day < LONGEST_BREAK:
        day -= timedelta(days=1)
    if not hours.spans(day):
        day = visit_day - timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _candidates(now: datetime, hours: OpenTime) -> QuerySet[Appointment]:
    """Visits up to the end of the next open day, of which nobody was reminded."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now) + timedelta(days=1), time.min))
    last_day = timezone.localdate(hours.next_open(midnight) or midnight)
    end = timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time.min))
    ahead = Appointment.objects.agreed().filter(starts_at__gt=now, starts_at__lt=end, reminded_at=None)
    wanted = ahead.filter(appointment_request__wants_no_reminder=False)
    return wanted.select_related("appointment_request", "provider").order_by("starts_at", "pk")
