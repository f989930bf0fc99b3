"""What every page's frame needs from a template: structured data, pictures that may be missing, text said twice."""

import json
from functools import lru_cache

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from clinic.core.json_ld import breadcrumbs

register = template.Library()

# Escapes that keep the JSON the same and cannot end the script element it stands in
SCRIPT_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def prose(html: str) -> SafeString:
    """Return rich text for its page: a table too wide for a phone scrolls in a region that the keyboard reaches."""
    region = format_html(
        '<div class="table-scroll" role="region" tabindex="0" aria-label="{}">', _("Table, scrolls sideways")
    )
    html = html.replace("<table", f"{region}<table").replace("</table>", "</table></div>")
    return mark_safe(html)  # nosec B308 B703: sanitised when it was stored


@register.simple_tag
def structured_data(items: list[dict] | None, breadcrumb: list[tuple[str, str]] | None = None) -> SafeString:
    """Return one JSON-LD script element per dict and one for the breadcrumb.

    They are data only, so the page needs no nonce for them and its ETag stays.
    """
    data = [*(items or []), *([breadcrumbs(breadcrumb)] if breadcrumb else [])]
    texts = (json.dumps(item, ensure_ascii=False).translate(SCRIPT_ESCAPES) for item in data)
    scripts = ((mark_safe(text),) for text in texts)  # nosec B308 B703: escaped a line above
    return format_html_join("\n", '<script type="application/ld+json">{}</script>', scripts)


@lru_cache(maxsize=64)
def _exists(path: str) -> bool:
    return finders.find(path) is not None


@register.simple_tag
def static_if_any(path: str) -> str:
    """Return the address of a static file, or an empty string when the clinic has none such."""
    return static(path) if _exists(path) else ""


@register.simple_block_tag(takes_context=True)
def capture(context: template.Context, content: str, name: str) -> str:
    """Keep what `{% capture "name" %}…{% endcapture %}` holds as a variable, to be said more than once."""
    context[name] = mark_safe(content.strip())  # nosec B308 B703: rendered by this template, escaped where it must be
    return ""
