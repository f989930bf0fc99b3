"""Times in words, in the clinic's zone: the same words on a page, in a mail and in the queue."""

from datetime import datetime, timedelta

from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def in_words(at: datetime | None) -> str:
    """For a page, relative to now: "today, 2:30 pm", "Tuesday, 10:30 am", "Tuesday, March 10, 10:30 am"."""
    if not at:
        return ""
    local, today = timezone.localtime(at), timezone.localdate()
    away = local.date() - today
    if away == timedelta(0):
        day = _("today")
    elif away == timedelta(days=1):
        day = _("tomorrow, %(weekday)s") % {"weekday": formats.date_format(local, "l")}
    elif timedelta(0) < away < timedelta(days=7):
        day = formats.date_format(local, "l")
    else:
        day = formats.date_format(local, "l, F j")
    return f"{day}, {clock(local)}"


@register.filter
def in_full(at: datetime | None) -> str:
    """For a mail, true whenever it is read: "Tuesday, March 10, 10:30 am"."""
    if not at:
        return ""
    local = timezone.localtime(at)
    return f"{formats.date_format(local, 'l, F j')}, {clock(local)}"


@register.filter
def in_short(at: datetime | None) -> str:
    """For a subject line or a table: "Tue 2:30 PM"."""
    return formats.date_format(timezone.localtime(at), "D g:i A") if at else ""


@register.filter
def clock(at: datetime) -> str:
    """The time of day alone: "10:30 am", "9 am"."""
    return formats.date_format(at, "g:i a" if at.minute else "g a").replace(".", "")
