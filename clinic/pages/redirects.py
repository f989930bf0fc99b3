"""Where there is no page, an old address leads to the new one."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from clinic.practice.models import OldAddress

UNMOVED = ("/admin/", "/accounts/", "/media/", "/static/")
HOUR = 3600


class OldAddresses:
    """Answers 301 in place of 404 where an address is remembered. A page that exists is never asked about."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD") or request.path.startswith(UNMOVED):
            return response
        try:
            new = new_address(request.path)
        except (DatabaseError, ValueError):  # no database, or an address no database can hold
            return response
        if not new:
            return response
        query = request.META.get("QUERY_STRING", "")
        moved = HttpResponsePermanentRedirect(f"{new}?{query}" if query else new)
        # Browsers keep a 301 for good unless told otherwise, and a new page may come to stand at the old address
        moved["Cache-Control"] = f"public, max-age={HOUR}"
        return moved


def new_address(path: str) -> str:
    """Give where a path leads now, or an empty string. What lies below a moved address moved with it. One query."""
    steps = path.strip("/").split("/")
    above = {"/" + "".join(f"{step}/" for step in steps[:count]): steps[count:] for count in range(1, len(steps) + 1)}
    is_pair = len(steps) == 4 and steps[0] == "treatments" and steps[2] == "for"
    condition = f"/conditions/{steps[3]}/" if is_pair else ""
    targets = dict(OldAddress.objects.filter(path__in=[*above, condition]).values_list("path", "target"))
    if is_pair:
        return _pair(f"/treatments/{steps[1]}/", condition, targets)
    for old, below in reversed(above.items()):
        if old in targets:
            return targets[old] + "".join(f"{step}/" for step in below)
    return ""


def _pair(treatment: str, condition: str, targets: dict[str, str]) -> str:
    """Give the address of the page about both, of which either may have moved."""
    if treatment not in targets and condition not in targets:
        return ""
    slugs = [targets.get(page, page).strip("/").split("/")[-1] for page in (treatment, condition)]
    return reverse("providers:treatment-for-condition", args=slugs)
