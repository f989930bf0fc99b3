"""How the names of treatments and conditions read in headings and inside sentences."""

from django import template
from django.utils.translation import gettext as _

from clinic.practice.models import ClinicProfile
from providers.models import Condition, Treatment

register = template.Library()


@register.filter
def midsentence(name: str) -> str:
    """As in "dry needling for low back pain"; an abbreviation, as in "SI joint pain", keeps its capitals."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


@register.simple_tag
def pair_name(treatment: Treatment, condition: Condition) -> str:
    """ "Dry needling for low back pain"."""
    names = {"treatment": treatment.name, "condition": midsentence(condition.name)}
    return _("%(treatment)s for %(condition)s") % names


@register.simple_tag
def in_place(name: str, clinic: ClinicProfile) -> str:
    """ "Dry needling in Cary, NC", or the name alone where the clinic has not said where it is."""
    return _("%(name)s in %(place)s") % {"name": name, "place": clinic.place} if clinic.place else name
