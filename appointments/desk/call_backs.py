"""The times for a call-back that are one tap away."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.practice.models import open_time
from clinic.practice.templatetags.clock import at_the_desk, clock

AFTERNOON = time(14)
FIVE_MINUTES = timedelta(minutes=5)


def call_back_times(now: datetime) -> dict[str, datetime]:
    """Return when the clinic could call again, by the name of the chip; only times at which it is open."""
    hours, local = open_time(), timezone.localtime(now)
    afternoon = local.replace(hour=AFTERNOON.hour, minute=0, second=0, microsecond=0)
    midnight = timezone.make_aware(datetime.combine(local.date() + timedelta(days=1), time.min))
    times = {"hour": _up_to_five_minutes(now + timedelta(hours=1)), "afternoon": afternoon}
    times = {name: at for name, at in times.items() if at > now and hours.is_open(at)}
    if opening := hours.next_open(midnight):
        times["opening"] = opening
    return times


def chips(now: datetime, planned: datetime | None) -> list[tuple[str, str]]:
    """Return the chips as a form's choices; `planned` is the call-back agreed earlier, if it is still ahead."""
    times = call_back_times(now)
    labels = [("none", _("No call-back"))]
    if planned and planned > now:
        labels = [("planned", _("As planned: %(when)s") % {"when": at_the_desk(planned)}), *labels]
    if "hour" in times:
        labels.append(("hour", _("In an hour")))
    if "afternoon" in times:
        labels.append(("afternoon", _("This afternoon, %(time)s") % {"time": clock(times["afternoon"])}))
    if "opening" in times:
        labels.append(("opening", _("At opening: %(when)s") % {"when": at_the_desk(times["opening"])}))
    return labels


def _up_to_five_minutes(at: datetime) -> datetime:
    return at + (timezone.make_aware(datetime(2000, 1, 1)) - at) % FIVE_MINUTES
