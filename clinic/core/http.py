"""Who asks, how an answer may be kept, and how large a body may be."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

LARGEST_FORM = 256 * 1024  # bytes; the longest honest request form is under 10 kB
LARGEST_UPLOAD = 30 * 1024 * 1024  # bytes, in the admin: an article with a few pictures of 8 MB at most each


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address: as many hops from the right as proxies of ours; no header is trusted further."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    count = settings.TRUSTED_PROXY_COUNT
    if count and len(hops) >= count:
        return hops[-count]
    return request.META.get("REMOTE_ADDR", "")


# How pages may be kept by browsers and caches between us and the reader. One of these stands on every view.


def public_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The same page for everybody: kept, but asked for again each time, which an ETag answers with 304.

    GET and HEAD only. For a class: `@method_decorator(public_page, name="dispatch")`.
    """

    @require_safe
    @wraps(view)
    def keepable(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, public=True, no_cache=True)
        return response

    keepable.is_public_page = True  # type: ignore[attr-defined]  # is_public_page reads it
    return keepable


def is_public_page(view: Callable[..., HttpResponseBase]) -> bool:
    """Whether a view gives the same page to everybody, as `public_page` makes it."""
    return getattr(view, "is_public_page", False)


# A page with a form, or about one patient: kept nowhere (Cache-Control: no-store among others).
private_page = never_cache


def is_preview(request: HttpRequest) -> bool:
    """Whether staff look at a page before the public may (clinic/opening/views.py), drafts of plain pages too."""
    return getattr(request, "is_preview", False)


class BodySizeLimit:
    """Middleware, before everything that looks at the body: Django would first write an upload to /tmp.

    A body that does not say how long it is counts as broken. Raises what Django answers with 400 and 413.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:  # no browser sends a form so, and Django would read it as empty
            raise BadRequest
        if _body_size(request) > _limit(request):
            raise RequestDataTooBig
        return self.get_response(request)


def _body_size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0  # Django reads such a body as empty


def _limit(request: HttpRequest) -> int:
    is_staffs = request.path_info.startswith(reverse("admin:index"))
    return LARGEST_UPLOAD if is_staffs and settings.SESSION_COOKIE_NAME in request.COOKIES else LARGEST_FORM
