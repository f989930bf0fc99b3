"""Times in words, in the clinic's zone: the same words on a page, in a mail and in the queue."""

from datetime import datetime, time

from django import template
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def clock(at: datetime | time) -> str:
    """Return the time of day without the full stops that would end a sentence early: "10:30 am", "noon"."""
    local = timezone.localtime(at) if isinstance(at, datetime) else at
    return time_format(local, "TIME_FORMAT").replace("a.m.", "am").replace("p.m.", "pm")


@register.filter
def in_words(at: datetime | None) -> str:
    """For a page, relative to now: "today, 4:30 pm", "tomorrow, 10:30 am", else "Tuesday, March 10, 10:30 am"."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localdate()).days
    words = {"time": clock(at), "date": date_format(local, "l, F j")}
    if days == 0:
        return _("today, %(time)s") % words
    if days == 1:
        return _("tomorrow, %(time)s") % words
    return _("%(date)s, %(time)s") % words


@register.filter
def in_full(at: datetime | None) -> str:
    """For a mail, true whenever it is read: "Tuesday, March 10, 10:30 am"."""
    return f"{date_format(timezone.localtime(at), 'l, F j')}, {clock(at)}" if at else ""


@register.filter
def in_short(at: datetime | None) -> str:
    """For a subject line, true whenever it is read: "Tue, Mar 10, 2:30 pm"."""
    return f"{date_format(timezone.localtime(at), 'D, M j')}, {clock(at)}" if at else ""


@register.filter
def at_the_desk(at: datetime | None) -> str:
    """For staff, short and never in doubt: "today, 4:30 pm", and from the day after tomorrow on with its date."""
    if at is None:
        return ""
    local, today = timezone.localtime(at), timezone.localdate()
    days = (local.date() - today).days
    if days in (0, 1):
        return in_words(at)
    day = date_format(local, "D, M j" if local.year == today.year else "D, M j, Y")
    return f"{day}, {clock(at)}"


@register.filter
def in_zone(at: datetime | None) -> str:
    """For what must not be mistaken, the zone named: "Tuesday, March 10, 10:30 am EDT"."""
    return f"{in_full(at)} {timezone.localtime(at).tzname()}" if at else ""
