from dataclasses import astuple

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic.staff import links
from clinic.staff.forms import FirstAccountForm, FirstPasswordForm
from clinic.staff.middleware import seconds_left
from clinic.staff.services import LinkSpent, choose_password, make_first_account

LINK = "password_link"  # in the session: what the link said, from which nobody can make it again


@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """Tell static/js/idle.js how many seconds are left; asked without X-Background: 1, it is a sign of life itself."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return JsonResponse({"seconds": seconds_left(request)})


@require_safe
def open_password_link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to the page without the key in its address. Who only looks, as mail scanners do, spends nothing."""
    link = links.read(token)
    if link is None or links.owner_of(link) is None:
        return link_gone(request)
    request.session[LINK] = astuple(link)
    return redirect("staff_first_password")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first_password(request: HttpRequest) -> HttpResponse:
    """Choose a password, which spends the link. It signs nobody in: that takes the password, and the code."""
    link = links.PasswordLink(*request.session[LINK]) if LINK in request.session else None
    user = links.owner_of(link)
    if link is None or user is None:
        return link_gone(request)
    form = FirstPasswordForm(user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "account/first_password.html", {"form": form}, status=422 if form.errors else 200)
    try:
        choose_password(link=link, password=form.cleaned_data["new_password1"])
    except LinkSpent:
        return link_gone(request)
    logout(request)  # on a shared machine somebody else may have been signed in
    messages.success(request, _("Your password is kept. Sign in with it as %(name)s.") % {"name": user.get_username()})
    return redirect("account_login")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first_account(request: HttpRequest, token: str) -> HttpResponse:
    """Make the owner's account on a new site. The sign-in that follows takes the password, and sets up the code."""
    if not links.makes_first_account(token):
        return link_gone(request)
    form = FirstAccountForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "account/first_account.html", {"form": form}, status=422 if form.errors else 200)
    user = form.save(commit=False)
    try:
        make_first_account(user=user)
    except LinkSpent:
        return link_gone(request)
    messages.success(request, _("Your account is made. Sign in with it as %(name)s.") % {"name": user.get_username()})
    return redirect("account_login")


def link_gone(request: HttpRequest) -> HttpResponse:
    """One answer to unknown, spent and expired links."""
    return render(request, "account/link_gone.html", status=404)
