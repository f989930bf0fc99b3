"""Refuse a body that is too large before anything reads it: Django would first write an upload to /tmp."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from clinic.pages.errors import bad_request, too_large

LARGEST_FORM = 256 * 1024  # bytes; the longest honest request form is under 10 kB
LARGEST_UPLOAD = 30 * 1024 * 1024  # bytes, in the admin: an article with a few pictures of 8 MB at most each


class BodySizeLimit:
    """Middleware, before everything that looks at the body. One that does not say how long it is counts as broken."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:  # no browser sends a form so, and Django would read it as empty
            return bad_request(request, BadRequest())
        may_upload = request.path_info.startswith("/admin/") and "sessionid" in request.COOKIES
        limit = LARGEST_UPLOAD if may_upload else LARGEST_FORM
        try:
            size = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            size = 0  # Django reads such a body as empty
        if size > limit:
            return too_large(request)
        return self.get_response(request)
