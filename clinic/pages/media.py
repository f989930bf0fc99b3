"""Uploaded pictures, served by the site itself: as pictures and nothing else, kept for good by whoever fetched them."""

import re
from os import stat_result
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from clinic.core.http import public_page

TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
# No dot but the last one: no way up, no hidden file, no second extension
NAME = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.(?:jpg|png|webp)")


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Return a picture. Its name is random and its content never changes, so nobody need ask again."""
    file, status = _find(path)
    etag, changed = f'"{status.st_mtime_ns:x}-{status.st_size:x}"', int(status.st_mtime)
    request.META.pop("HTTP_ACCEPT_ENCODING", None)  # a picture is compressed as it is; nobody need try again
    unchanged = get_conditional_response(request, etag=etag, last_modified=changed)
    response = unchanged or FileResponse(file.open("rb"), content_type=TYPES[file.suffix])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = etag
    response["Last-Modified"] = http_date(changed)
    return response


@public_page
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead to the icon that browsers, feed readers and search engines ask for without reading a page."""
    if not finders.find("img/favicon.ico"):
        raise Http404
    return redirect(static("img/favicon.ico"))


def _find(path: str) -> tuple[Path, stat_result]:
    root = Path(settings.MEDIA_ROOT).resolve()
    try:
        if NAME.fullmatch(path):
            file = (root / path).resolve()
            if file.is_relative_to(root) and file.is_file():
                return file, file.stat()
    except OSError:
        pass  # a name longer than the disk takes, a file that went away: there is no such picture
    raise Http404
