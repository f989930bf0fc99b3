"""What every page's frame needs from a template: structured data, pictures that may be missing, times in words."""

import json
from datetime import datetime, timedelta
from functools import lru_cache

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()

# Escapes that keep the JSON the same and cannot end the script element it stands in
SCRIPT_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def structured_data(items: list[dict] | None) -> SafeString:
    """Give one JSON-LD script element per dict; data only, so the page needs no nonce and its ETag stays."""
    texts = (json.dumps(item, ensure_ascii=False).translate(SCRIPT_ESCAPES) for item in items or [])
    return format_html_join("\n", '<script type="application/ld+json">{}</script>', ((mark_safe(t),) for t in texts))  # noqa: S308 (escaped above)


@lru_cache(maxsize=64)
def _exists(path: str) -> bool:
    return finders.find(path) is not None


@register.simple_tag
def static_if_any(path: str) -> str:
    """Give the address of a static file, or an empty string when the clinic has none such."""
    return static(path) if _exists(path) else ""


@register.filter
def in_words(at: datetime | None) -> str:
    """Say when, as to a person: "today, 4:30 p.m.", "Tuesday, 10:30 a.m.", with the date from a week ahead on."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localdate()).days
    clock = date_format(local, "TIME_FORMAT")
    if days == 0:
        return _("today, %(time)s") % {"time": clock}
    if days == 1:
        return _("tomorrow, %(time)s") % {"time": clock}
    if timedelta(days=0) < timedelta(days=days) < timedelta(days=7):
        return _("%(weekday)s, %(time)s") % {"weekday": date_format(local, "l"), "time": clock}
    return _("%(date)s, %(time)s") % {"date": date_format(local, "l, F j"), "time": clock}
