"""Until the clinic opens, every public address shows one page: that the site is being prepared."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from clinic.pages.context import site_of

RETRY_SECONDS = 24 * 3600
CONFIRM = "/confirm/"  # where the links of our mails to staff lead


class BeforeOpening:
    """Middleware, innermost: it asks the database once, and the page that follows does not ask again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(always_reached()) or may_enter(request):
            return self.get_response(request)
        return being_prepared(request)


@cache
def always_reached() -> tuple[str, ...]:
    """Return how the addresses start that staff, machines and patients with a request reach at any time."""
    accounts = reverse("account_login").removesuffix("login/")
    machines = ["healthz", "readyz", "monitor", "robots", "security-txt", "favicon"]
    return (
        reverse("admin:index"),
        accounts,
        CONFIRM,
        reverse("appointments:status"),
        settings.STATIC_URL,
        settings.MEDIA_URL,
        *(reverse(f"pages:{name}") for name in machines),
    )


def may_enter(request: HttpRequest) -> bool:
    """Whether the site is open. What a patient sends from a page of before a closing is still taken."""
    clinic = site_of(request).clinic
    return clinic.is_open_to_public or (request.method == "POST" and clinic.opened_at is not None)


def being_prepared(request: HttpRequest) -> HttpResponse:
    """Say so with 503, which a search engine takes for a while and not for good."""
    context = {"preview_url": reverse("opening:preview") + request.path_info[1:]}
    response = render(request, "opening/being_prepared.html", context, status=503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # nothing is broken: Django would log each visit
    response["Retry-After"] = str(RETRY_SECONDS)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
