"""The office: Django's admin with the clinic's name and the one sign-in for everybody."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _


class ClinicAdminSite(admin.AdminSite):
    """The admin's own sign-in and password forms count no attempts and ask for no code, so allauth's stand in."""

    site_header = site_title = _("Clinic office")
    index_title = _("Today")
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return secure_admin_login(super().login)(request, extra_context)

    def password_change(  # type: ignore[override]  # any response will do
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return what this person may open. The frame and the page both ask; it is put together once a request."""
        lists: dict = request.__dict__.setdefault("_app_lists", {})
        if app_label not in lists:
            lists[app_label] = super().get_app_list(request, app_label)
        return lists[app_label]
