"""Stored codes in the desk's words."""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.desk import today
from appointments.desk.forms import AttemptForm
from appointments.desk.names import names_hidden
from appointments.desk.today import Why, count_past_visits, count_today, do_next
from appointments.models import Appointment, AppointmentRequest, RequestEvent
from appointments.services.reminding import to_call
from clinic.practice.models import ClinicProfile, MessageTemplate, OpeningHours

register = template.Library()

OUTCOMES = {
    **dict(AttemptForm.OUTCOMES),
    **dict(RequestEvent.DeclineReason.choices),
    **dict(Appointment.CancelReason.choices),
    **dict(Appointment.State.choices),
    RequestEvent.Kind.RAN_OUT: RequestEvent.Kind.RAN_OUT.label,
}
SUSPICIONS = {
    "honeypot": _("a hidden field was filled in"),
    "no_form_token": _("the form was not fetched first"),
    "too_fast": _("filled in within three seconds"),
    "cross_site": _("sent from another website"),
    "many_from_one_address": _("many from one internet address"),
}


@register.simple_tag(takes_context=True)
def desk_today(context: dict) -> dict:
    """Return what the first page leads with: the next calls of whoever asks, numbers, whether names are shown."""
    request, now = context["request"], timezone.now()
    more: dict[str, Any] = {"names_hidden": names_hidden(request), "to_remind": len(to_call(now))}
    more["past_visits"] = count_past_visits(now)
    return count_today(now) | more | {"do_next": do_next(request.user, now)}


@register.simple_tag
def why_now(row: AppointmentRequest) -> Why:
    return today.why_now(row, timezone.now())


@register.filter
def asks_for(row: AppointmentRequest) -> str:
    """Return what and whom: "appointment, new patient"."""
    patient = {"new": _("new"), "returning": _("returning"), "unsure": _("not sure")}.get(row.patient_type)
    return f"{row.get_kind_display()}, {patient}" if patient else row.get_kind_display()


@register.filter
def reach_by(row: AppointmentRequest) -> str:
    return str({"phone": _("call"), "text": _("text"), "email": _("e-mail")}[row.contact_method])


@register.filter
def on_it(row: AppointmentRequest) -> str:
    return str(row.claimed_by) if row.is_claimed(timezone.now()) else str(_("nobody"))


@register.simple_tag
def words_to_send(appointment_request: AppointmentRequest) -> list[dict[str, str]]:
    """Return the clinic's templates as they read for whom we answer: title and text, in the clinic's order."""
    clinic = ClinicProfile.objects.current()
    facts = {
        "name": appointment_request.requester_name or appointment_request.patient_name,
        "clinic": clinic.name,
        "phone": clinic.phone.as_national if clinic.phone else "",
        "reference": appointment_request.reference,
    }
    return [{"title": each.title, "text": each.filled_in(**facts)} for each in MessageTemplate.objects.all()]


@register.filter
def outcome_words(outcome: str) -> str:
    return str(OUTCOMES.get(outcome, outcome))


@register.filter
def suspicion_words(reason: str) -> str:
    return str(SUSPICIONS.get(reason, reason))


@register.filter
def day_names(days: list[int]) -> str:
    return ", ".join(str(OpeningHours.Weekday(day).label) for day in days)
