"""What the desk's first page leads with: the next calls, and how much there is of everything."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.models import Appointment, AppointmentRequest
from appointments.moves import CLOSED
from appointments.services.counting import count_work
from clinic.practice.templatetags.clock import at_the_desk
from clinic.staff.shell import MOST_COUNTED, counted

NEXT_CALLS = 5


def do_next(user: AbstractBaseUser, now: datetime) -> QuerySet[AppointmentRequest]:
    """Return the next calls, most pressing first. What a colleague is on is left to them."""
    requests = AppointmentRequest.objects.live().not_claimed_by_others(user, now)
    return requests.with_mail_failed().by_due()[:NEXT_CALLS]


def count_today(now: datetime) -> dict[str, int]:
    """Return what waits, and how many visits there are today."""
    requests = AppointmentRequest.objects
    return count_work(now) | {
        "call_back": requests.to_call_back(now).count(),
        "visits_today": requests.on_day(timezone.localdate(now)).count(),
    }


def count_past_visits(now: datetime) -> str:
    """Return how many visits are over without an outcome, in words as in the frame; nothing where there is none."""
    count = Appointment.objects.without_outcome(now)[:MOST_COUNTED].count()
    return counted(count) if count else ""


@dataclass(frozen=True)
class Why:
    """What a row says of its turn, and whether it is late."""

    words: str
    is_pressing: bool = False


def why_now(row: AppointmentRequest, now: datetime) -> Why:
    """Return when to call, be it for the promise or because it was planned; after that, when the visit is."""
    if row.is_live and row.next_action_at:
        return why_again(row.next_action_at, now)
    if row.is_overdue(now):
        return Why(_("Overdue since %(at)s") % {"at": at_the_desk(row.reply_due_at)}, is_pressing=True)
    if row.status == AppointmentRequest.Status.BOOKED:
        return Why(_("Visit %(at)s") % {"at": at_the_desk(row.appointment_at)})
    if row.status in CLOSED:
        return Why("-")
    if row.first_contact_at:
        return Why(_("Replied, no call-back agreed"))
    return Why(_("Reply due %(at)s") % {"at": at_the_desk(row.reply_due_at)})


def why_again(at: datetime, now: datetime) -> Why:
    """Return when the next call was planned for."""
    if at <= now:
        return Why(_("Call back now, due since %(at)s") % {"at": at_the_desk(at)}, is_pressing=True)
    return Why(_("Call back %(at)s") % {"at": at_the_desk(at)})
