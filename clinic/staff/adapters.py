"""Where django-allauth asks the site."""

import time
from io import BytesIO

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.userkit import get_user_by_username
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from clinic.core.http import client_address
from clinic.practice.models import ClinicProfile
from clinic.staff import encryption, throttling


class StaffAdapter(DefaultAccountAdapter):
    """Accounts are made by managers; passwords are counted before they are looked at."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many wrong tries. Wait five minutes, or sign in now with a code from your authenticator app."
        ),
        "username_password_mismatch": _("This username and password do not belong together. Try again."),
        "enter_current_password": _("This is not your current password. Try again."),
        "incorrect_password": _("This is not your password. Try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def authenticate(self, request: HttpRequest, *, code: str = "", **credentials):
        """Look at a password if its buckets have room, or if a right `code` came with it.

        Raises ValidationError where neither is so; the password then stays unread.
        """
        username = credentials["username"]
        attempt = throttling.count_attempt(throttling.password_buckets(request, username))
        if attempt is None and not self._has_right_code(request, username, code):
            raise self.validation_error("too_many_login_attempts")
        user = super().authenticate(request, **credentials)
        if user and attempt:
            attempt.forgive()
        return user

    def _has_right_code(self, request: HttpRequest, username: str, code: str) -> bool:
        from clinic.staff.forms import CodeForm  # allauth's forms ask for this adapter while they load

        user = get_user_by_username(username)
        if not (user and code):
            return False
        form = CodeForm(user=user, data={"code": code})
        if form.is_valid():
            request.code_given = form  # type: ignore[attr-defined]  # CodeStage asks no second time
            return True
        return False

    def get_login_stages(self) -> list[str]:
        return ["clinic.staff.stages.CodeStage"]

    def post_login(self, request: HttpRequest, user, **kwargs) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        if any(record["method"] == "mfa" for record in get_authentication_records(request, user)):
            throttling.remember_device(response, user.get_username())
        return response

    def respond_user_inactive(self, request: HttpRequest, user) -> HttpResponse:
        messages.error(request, _("This account is closed. Ask your manager."))
        return HttpResponseRedirect(reverse("account_login"))

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Whoever typed the password a moment ago, to sign in, is not asked for it again."""
        return not self._signed_in_just_now() and super().is_reauthentication_required(app=app, **kwargs)

    def _signed_in_just_now(self) -> bool:
        records = get_authentication_records(self.request, self.request.user)
        return bool(records) and records[-1]["at"] > time.time() - throttling.WITHIN.total_seconds()


class CodesAdapter(DefaultMFAAdapter):
    """The authenticator app: what it stores, and what it shows on the phone."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or it was used before. Wait for the next one and try again."),
        "too_many_codes": _("Too many wrong codes. Wait five minutes and try again."),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def get_totp_label(self, user) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        return ClinicProfile.objects.current().name or super().get_totp_issuer()

    def build_totp_svg(self, url: str) -> str:
        """On white also in a dark page: cameras do not read light marks on dark."""
        image = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(image)
        return image.getvalue().decode()
