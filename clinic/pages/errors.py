"""Every error page: designed, with the telephone number, also when the database is gone."""

import logging
import sys

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _

from clinic.pages.context import Site, offline_site, site_of

logger = logging.getLogger(__name__)

RETRY_SECONDS = 30
DATABASE_AWAY = "clinic.database_away"  # in the WSGI environ of a request that met no database
DATABASE_GONE = (OperationalError, InterfaceError)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that outlived its cookie: the way on is to go back and send it again."""
    return _page(request, 403, template="csrf")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404)


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(request, 413)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while the exception is being handled; a database that is gone makes it a 503."""
    if isinstance(sys.exc_info()[1], DATABASE_GONE):
        return unavailable(request)
    return _page(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that the database is away; a kept page may take the place of this one (clinic/pages/kept.py)."""
    request.META[DATABASE_AWAY] = True
    return _page(request, 503, retry_after=RETRY_SECONDS)


def _page(request: HttpRequest, status: int, *, template: str = "", retry_after: int | None = None) -> HttpResponse:
    site = _site(request)
    context = {
        "clinic": site.clinic,
        "footer_pages": site.footer_pages,
        "menu_pages": site.menu_pages,
        "urgent_page": site.page("urgent-help"),
    }
    try:
        response = render(request, f"errors/{template or status}.html", context, status=status)
    except Exception:  # whatever broke the page may break this one too: say the least, but say it
        logger.exception("the error page %s failed as well", status)
        response = _bare(site, status)
    response["Cache-Control"] = "no-store"
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def _site(request: HttpRequest) -> Site:
    try:
        return site_of(request)
    except DatabaseError:
        return offline_site()


def _bare(site: Site, status: int) -> HttpResponse:
    words = _("Something went wrong on our side. Please call us: %(phone)s") % {"phone": site.clinic.phone}
    page = '<!doctype html><html lang="en"><title>{}</title><h1>{}</h1><p>{}</p></html>'
    return HttpResponse(format_html(page, site.clinic.name, site.clinic.name, words), status=status)
