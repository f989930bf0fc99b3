"""One switch for a screen that faces the counter: lists of patients without names, kept by this browser."""

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "names"
HIDDEN = "hidden"
REMEMBERED = 365 * 24 * 3600  # seconds


def names_hidden(request: HttpRequest) -> bool:
    return request.COOKIES.get(COOKIE) == HIDDEN


@permission_required("appointments.view_appointment", raise_exception=True)
@require_POST
def switch_names(request: HttpRequest) -> HttpResponse:
    """Show names if they are hidden, else hide them, and lead back to the list."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "admin:index"
    response = redirect(back)
    if names_hidden(request):
        response.delete_cookie(COOKIE, path="/admin/", samesite="Lax")
        return response
    response.set_cookie(
        COOKIE, HIDDEN, max_age=REMEMBERED, path="/admin/", httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response
