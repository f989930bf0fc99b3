from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.core.pictures import img
from providers.models import Provider

register = template.Library()


@register.simple_tag
def portrait(
    provider: Provider, sizes: str = "15rem", lazy: bool = True, css: str = "", alt: str | None = None
) -> SafeString:
    """Return a provider's portrait, or their initials where there is none. `alt=""` beside a name that says it all."""
    if not provider.portrait:
        return format_html('<span class="portrait__initials" aria-hidden="true">{}</span>', provider.initials)
    return img(
        provider.portrait,
        width=provider.portrait_width,
        height=provider.portrait_height,
        alt=provider.portrait_alt if alt is None else alt,
        sizes=sizes,
        lazy=lazy,
        css=css,
    )
