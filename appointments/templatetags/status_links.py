from django import template
from django.conf import settings
from django.urls import reverse

from appointments.emails import status_token

register = template.Library()


@register.simple_tag
def status_link(reference: str, link_version: int) -> str:
    """The absolute address of a request's status page, signed now: it lasts from the moment the mail leaves."""
    return settings.SITE_URL + reverse("appointments:open-status", args=[status_token(reference, link_version)])
