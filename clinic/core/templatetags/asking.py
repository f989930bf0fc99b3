"""Ways to the request form that say which page they stand on, so that the form and the front desk know."""

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def asking_at(html: str, request_url: str) -> SafeString:
    """Return the sanitised text with its own links to the request form leading to `request_url`, where there is one."""
    plain = f'href="{reverse("appointments:request")}"'
    return mark_safe(html.replace(plain, f'href="{escape(request_url)}"' if request_url else plain))  # nosec B308 B703: sanitised when it was stored
