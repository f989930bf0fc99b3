"""What holds for every page a signed-in person opens."""

import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

IDLE_FOR = timedelta(minutes=30)
SEEN_AT = "seen_at"
NOTE_EVERY = 30  # seconds; a sign of life is not written down more often than this


@receiver(user_logged_in)
def start_clock(request: HttpRequest, **kwargs) -> None:
    """However somebody signs in, the half hour starts."""
    request.session[SEEN_AT] = time.time()


def seconds_left(request: HttpRequest) -> int:
    """Return how long this session lives on without a sign of life. A session that never had one is over."""
    return int(request.session.get(SEEN_AT, 0) + IDLE_FOR.total_seconds() - time.time())


def is_background(request: HttpRequest) -> bool:
    """Whether a page asked by itself, which is no sign of life."""
    return request.headers.get("X-Background") == "1"


class StaffSession:
    """Middleware, after authentication and messages: signs out the idle, and leads to the second factor first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A visitor without a session stays without: looking would make pages differ by cookie
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response = self._answer_instead(request) if request.user.is_authenticated else _answer_script(request)
            if response:
                return response
        return self.get_response(request)

    def _answer_instead(self, request: HttpRequest) -> HttpResponse | None:
        left = seconds_left(request)
        if left <= 0:
            return _sign_out(request)
        if not is_background(request) and IDLE_FOR.total_seconds() - left >= NOTE_EVERY:
            request.session[SEEN_AT] = time.time()
        if not request.path.startswith("/accounts/") and lacks_code(request.user):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return None


def _sign_out(request: HttpRequest) -> HttpResponse:
    if refused := _answer_script(request):  # its page comes next: that is signed out, and told why
        return refused
    logout(request)
    messages.info(request, _("You were away for half an hour, so you have been signed out. Sign in to go on."))
    return redirect_to_login(_page_to_return_to(request))


def _answer_script(request: HttpRequest) -> HttpResponse | None:
    """Return 401 where a script asks: led to the sign-in page it would use up what that has to say."""
    return HttpResponse(status=401) if "X-Background" in request.headers else None


def _page_to_return_to(request: HttpRequest) -> str:
    """Return this page, or the one whose form was sent: what a form is sent to may not be a page."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host():
        return reverse("admin:index")
    return referer._replace(scheme="", netloc="").geturl()


def lacks_code(user: User | AnonymousUser) -> bool:
    """Whether this person must set up their second factor before anything else."""
    return settings.STAFF_MFA == "required" and not is_mfa_enabled(user, [Authenticator.Type.TOTP])
