"""Who signs in: a manager keeps the staff's accounts, and cannot reach further than a manager."""

from typing import cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.staff import services
from clinic.staff.colleagues import AccountForm, ColleagueForm, ResetCodesForm

# What django-allauth would show and nobody here needs: addresses it never mails to, and encrypted secrets
admin.site.unregister([EmailAddress, Authenticator, User, Group])


@admin.register(User)
class StaffAdmin(UserAdmin):
    """Accounts of the staff. Roles come from groups; single permissions and superusers are nobody's to give here."""

    form = AccountForm
    add_form = ColleagueForm
    add_form_template = None
    list_display = ["username", "first_name", "last_name", "roles", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]
    fieldsets = [
        (_("Person"), {"fields": ["first_name", "last_name", "email"]}),
        (_("What they may do"), {"fields": ["is_active", "groups"]}),
        (_("Sign-in"), {"fields": ["username", "sign_in"]}),
    ]
    add_fieldsets = [
        (_("Person"), {"fields": ["first_name", "last_name", "email"]}),
        (_("What they may do"), {"fields": ["role"]}),
        (_("Sign-in"), {"fields": ["username", "first_password"]}),
    ]
    filter_horizontal = []

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users = super().get_queryset(request).prefetch_related("groups")
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # their name stands in the trail of requests: take away "active" instead

    # A new colleague

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        return super().add_view(request, form_url, {"title": _("New colleague")} | (extra_context or {}))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return ["sign_in"] if obj else []

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change and not form.cleaned_data["first_password"]:
            services.send_sign_in_link(user=form.instance, by=_signed_in(request))

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """To the list, with what the colleague has to know."""
        words = gettext("%(name)s signs in as %(username)s.") if obj.has_usable_password() else gettext(
            "%(name)s signs in as %(username)s. A link to choose a password is on its way, good once and for a day."
        )  # fmt: skip
        self.message_user(request, words % {"name": obj.get_full_name(), "username": obj.username}, messages.SUCCESS)
        return redirect("admin:auth_user_changelist")

    # How a colleague signs in

    @admin.display(description=_("password and codes"))
    def sign_in(self, user: User) -> str:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:auth_user_sign_in", args=[user.pk]),
            _("New password, sign-in link, or new codes"),
        )

    def get_urls(self) -> list:
        page = path("<int:pk>/sign-in/", self.admin_site.admin_view(self.sign_in_page), name="auth_user_sign_in")
        return [page, *super().get_urls()]

    def sign_in_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a link, or take lost codes off the account. A post says which."""
        user = self.get_object(request, str(pk))
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user is None:
            raise Http404
        form = ResetCodesForm(request.POST if "reset" in request.POST else None)
        if request.method == "POST" and (answer := self._act(request, user, form)):
            return answer
        context = {
            **self.admin_site.each_context(request),
            "title": _("Sign-in of %(name)s") % {"name": user.get_full_name() or user},
            "opts": self.opts,
            "colleague": user,
            "has_codes": Authenticator.objects.filter(user=user).exists(),
            "form": form,
        }
        return render(request, "admin/auth/user/sign_in.html", context, status=422 if form.errors else 200)

    def _act(self, request: HttpRequest, user: User, form: ResetCodesForm) -> HttpResponse | None:
        """Do what was asked and return where to go; None for a form to mend."""
        if "link" in request.POST and user.is_active and user.email:
            services.send_sign_in_link(user=user, by=_signed_in(request))
            words = _("A link is on its way to %(name)s, good once and for a day.")
        elif form.is_valid() and user != request.user:
            try:
                services.reset_codes(user=user, by=_signed_in(request), reason=form.cleaned_data["reason"])
            except services.NothingToReset:
                form.add_error(None, _("This account has no codes. The next sign-in sets them up."))
                return None
            words = _("The codes of %(name)s are gone; the next sign-in sets up new ones. You are both told by mail.")
        else:
            return None
        self.message_user(request, words % {"name": user.get_full_name() or user}, messages.SUCCESS)
        return redirect("admin:auth_user_sign_in", user.pk)


def _signed_in(request: HttpRequest) -> User:
    """Return who asks; the admin lets nobody else come so far."""
    return cast(User, request.user)
