"""Stored codes in the desk's words."""

from django import template
from django.utils.translation import gettext_lazy as _

from appointments.desk.forms import AttemptForm
from clinic.practice.models import OpeningHours

register = template.Library()

SUSPICIONS = {
    "honeypot": _("a hidden field was filled in"),
    "no_stamp": _("the form was not fetched first"),
    "too_fast": _("filled in within three seconds"),
    "cross_site": _("sent from another website"),
    "many_from_one_address": _("many from one internet address"),
}


@register.filter
def outcome_words(outcome: str) -> str:
    return str(dict(AttemptForm.OUTCOMES).get(outcome, outcome))


@register.filter
def suspicion_words(reason: str) -> str:
    return str(SUSPICIONS.get(reason, reason))


@register.filter
def day_names(days: list[int]) -> str:
    return ", ".join(str(OpeningHours.Weekday(day).label) for day in days)
