"""How the names of treatments and conditions read inside a sentence."""

from django import template

register = template.Library()


@register.filter
def midsentence(name: str) -> str:
    """"Low back pain" as in "dry needling for low back pain"; an abbreviation, as in "SI joint pain", stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
