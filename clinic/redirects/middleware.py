"""Where there is no page, a recorded redirect leads to the new address."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from clinic.redirects.services import find_redirect

UNMOVED = ("/admin/", "/accounts/", "/media/", "/static/")
HOUR = 3600


class RedirectMiddleware:
    """Answers 301 in place of 404 where a redirect is recorded. A page that exists is never asked about."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD") or request.path.startswith(UNMOVED):
            return response
        try:
            new = find_redirect(request.path)
        except (DatabaseError, ValueError):  # no database, or an address no database can hold
            return response
        if not new:
            return response
        query = request.META.get("QUERY_STRING", "")
        moved = HttpResponsePermanentRedirect(f"{new}?{query}" if query else new)
        # Browsers keep a 301 for good unless told otherwise, and a new page may come to stand at the old address
        moved["Cache-Control"] = f"public, max-age={HOUR}"
        return moved
