"""Stored codes in the desk's words."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.desk.forms import AttemptForm
from appointments.models import AppointmentRequest, RequestEvent
from appointments.services.counting import count_work
from clinic.practice.models import OpeningHours

register = template.Library()

OUTCOMES = dict(AttemptForm.OUTCOMES) | dict(RequestEvent.DeclineReason.choices)
SUSPICIONS = {
    "honeypot": _("a hidden field was filled in"),
    "no_form_token": _("the form was not fetched first"),
    "too_fast": _("filled in within three seconds"),
    "cross_site": _("sent from another website"),
    "many_from_one_address": _("many from one internet address"),
}


@register.simple_tag
def desk_numbers() -> dict[str, int]:
    """What waits, and how many visits there are today."""
    now = timezone.now()
    today = AppointmentRequest.objects.on_day(timezone.localdate(now)).count()
    return count_work(now) | {"appointments_today": today}


@register.filter
def outcome_words(outcome: str) -> str:
    return str(OUTCOMES.get(outcome, outcome))


@register.filter
def suspicion_words(reason: str) -> str:
    return str(SUSPICIONS.get(reason, reason))


@register.filter
def day_names(days: list[int]) -> str:
    return ", ".join(str(OpeningHours.Weekday(day).label) for day in days)
