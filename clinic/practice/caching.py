"""How pages may be kept by browsers and caches between us and the reader. One of these stands on every view."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


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

    return keepable


# A page with a form, or about one patient: kept nowhere (Cache-Control: no-store among others).
private_page = never_cache
