"""The clinic's facts for the frame of every page: read once a request, and only by a page that shows them."""

from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from clinic.pages.models import Page
from clinic.practice.contact_file import saved_contact
from clinic.practice.models import ClinicProfile

URGENT_HELP = "urgent-help"
FIRST_VISIT, FEES = "first-visit", "insurance-and-fees"
BEFORE_YOU_COME = [FIRST_VISIT, FEES]  # led to from the home page, where there are such pages


@dataclass
class Site:
    """What the frame shows: the clinic, and the plain pages the footer leads to."""

    clinic: ClinicProfile
    footer_pages: list[Page] = field(default_factory=list)

    def page(self, slug: str) -> Page | None:
        return next((page for page in self.footer_pages if page.slug == slug), None)

    def pages(self, slugs: list[str]) -> list[Page]:
        """Return the pages of these addresses that there are, in this order."""
        return [page for page in map(self.page, slugs) if page]

    @property
    def menu_pages(self) -> list[Page]:
        """The plain pages that a phone's menu names."""
        return self.pages([*BEFORE_YOU_COME, URGENT_HELP])


def site(request: HttpRequest) -> dict:
    """The context processor; costs nothing until a template reads one of the names."""
    return {
        "clinic": SimpleLazyObject(lambda: site_of(request).clinic),
        "footer_pages": SimpleLazyObject(lambda: site_of(request).footer_pages),
        "menu_pages": SimpleLazyObject(lambda: site_of(request).menu_pages),
        "urgent_page": SimpleLazyObject(lambda: site_of(request).page(URGENT_HELP)),
        "site_url": settings.SITE_URL,
    }


def site_of(request: HttpRequest) -> Site:
    """Return the site's facts, read at most once a request. Raises DatabaseError where there is no database."""
    site: Site | None = getattr(request, "_site", None)
    if site is None:
        site = request._site = _read()  # type: ignore[attr-defined]  # ours, kept for this one request
    return site


def offline_site() -> Site:
    """Return the name and telephone number as last seen, for pages shown while the database is gone."""
    return Site(clinic=saved_contact())


def _read() -> Site:
    """One query while there are footer pages, two in a clinic that has none."""
    pages = list(Page.objects.in_footer().select_related("clinic").defer("body"))
    return Site(clinic=pages[0].clinic if pages else ClinicProfile.objects.current(), footer_pages=pages)
