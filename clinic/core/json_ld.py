"""The grammar of structured data (schema.org, JSON-LD). Each app describes its own rows with it, in its json_ld.py."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

CONTEXT = {"@context": "https://schema.org"}


def absolute(path: str) -> str:
    """Return the full address of a path of this site; a full address as it is."""
    return path if path.startswith(("http://", "https://")) else settings.SITE_URL + path


def filled(**properties: Any) -> dict[str, Any]:
    """Return the properties that say something; `type` and `id` are schema.org's own."""
    own = {"type": "@type", "id": "@id"}
    return {own.get(name, name): value for name, value in properties.items() if value or value == 0}


def clinic_id() -> str:
    """Return the address by which every description names the clinic itself."""
    return absolute("/#clinic")


def breadcrumbs(trail: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Describe the way to a page: (name, path) pairs after Home, the last of which is the page itself."""
    steps = [(_("Home"), "/"), *trail]
    items = [
        filled(type="ListItem", position=position, name=str(name), item=_page_at(path) if path else None)
        for position, (name, path) in enumerate(steps, start=1)
    ]
    return CONTEXT | filled(type="BreadcrumbList", itemListElement=items)


def _page_at(path: str) -> dict[str, Any]:
    return filled(type="WebPage", id=absolute(path))
