"""What search engines and security researchers ask for: /sitemap.xml, /robots.txt, /.well-known/security.txt."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from clinic.core.http import public_page
from clinic.pages.models import Page
from providers.models import Condition, Provider, Treatment, TreatmentForCondition

LISTS = [
    "pages:home",
    "pages:contact",
    "articles:list",
    "providers:provider-list",
    "providers:treatment-list",
    "providers:condition-list",
]
SECURITY_TXT_HOLDS = timedelta(days=180)


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page worth finding, with the day it last changed where it is known."""
    urls = "".join(_url(path, changed_at) for path, changed_at in _addresses())
    xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>\n'
    return HttpResponse(f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}', content_type="application/xml")


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    closed = [reverse("admin:index"), "/accounts/", reverse("appointments:status")]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]
    return _text(lines)


@public_page
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a hole (RFC 9116). It ends on a month's first, so that the text holds for a while."""
    end = (timezone.now() + SECURITY_TXT_HOLDS).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SITE_URL}{reverse('pages:contact')}",
        f"Expires: {end:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{request.path}",
    ]
    return _text(lines)


def _text(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _url(path: str, changed_at: datetime | None) -> str:
    changed = f"<lastmod>{changed_at.isoformat(timespec='seconds')}</lastmod>" if changed_at else ""
    return f"<url><loc>{escape(settings.SITE_URL + path)}</loc>{changed}</url>"


def _addresses() -> Iterator[tuple[str, datetime | None]]:
    yield from ((reverse(name), None) for name in LISTS)
    articles = Article.objects.published().order_by("pk").values_list("slug", "live__published_at")
    yield from ((reverse("articles:detail", args=[slug]), published_at) for slug, published_at in articles)
    rows: Iterator[Any] = chain(
        Provider.objects.listed(), Treatment.objects.all(), Condition.objects.all(), Page.objects.published()
    )
    yield from ((row.get_absolute_url(), row.updated_at) for row in rows)
    pairs = TreatmentForCondition.objects.order_by("pk").values_list("treatment__slug", "condition__slug")
    yield from ((reverse("providers:treatment-for-condition", args=pair), None) for pair in pairs)
