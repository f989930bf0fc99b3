from typing import Any

from django import template

from clinic.opening import links
from clinic.opening.checks import requirements
from clinic.practice.models import ClinicProfile

register = template.Library()


@register.inclusion_tag("opening/parts/on_today.html")
def before_you_open() -> dict[str, Any]:
    """What still keeps the site from opening, for a manager's first page; nothing once it is open."""
    clinic = ClinicProfile.objects.current()
    return {"missing": None if clinic.is_open_to_public else [r for r in requirements(clinic) if not r.is_met]}


@register.simple_tag
def desk_link(address: str) -> str:
    """Return the address of the page that proves the front desk's mailbox, signed now."""
    return links.desk_link(address)
