"""django-allauth's forms, counted, and without its placeholders: a label that stays is easier to read."""

import logging

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_codes_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import InvalidToken
from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, SetPasswordForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from clinic.staff import throttling

logger = logging.getLogger(__name__)


class PlainFields:
    """Fields without placeholders; codes bring up the number pad of a phone."""

    fields: dict[str, forms.Field]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name == "code":
                field.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric"}


class SignInForm(PlainFields, account.LoginForm):
    """Username and password; the code only where wrong attempts have filled a bucket."""

    code = forms.CharField(label=_("Code from your authenticator app, or a recovery code"), required=False)

    def user_credentials(self) -> dict:
        return super().user_credentials() | {"code": self.cleaned_data.get("code", "")}

    @property
    def asks_code(self) -> bool:
        return bool(self.data.get("code")) or self.has_error("__all__", "too_many_login_attempts")


class CountedCode(PlainFields):
    """A code is counted before it is looked at, and good for one use."""

    def clean_code(self) -> str:
        attempt = throttling.count_attempt(throttling.code_buckets(context.request, self.user.get_username()))  # type: ignore[attr-defined]
        if attempt is None:
            raise get_codes_adapter().validation_error("too_many_codes")
        try:
            code = super().clean_code()  # type: ignore[misc]
        except InvalidToken:
            logger.error("A sign-in secret cannot be read: add the old key to SECRET_KEY_FALLBACKS, or run reset_mfa")
            raise get_codes_adapter().validation_error("incorrect_code") from None
        is_totp = self.authenticator.type == Authenticator.Type.TOTP  # type: ignore[attr-defined]
        if is_totp and not throttling.is_first_use(self.user.pk, code):  # type: ignore[attr-defined]
            raise get_codes_adapter().validation_error("incorrect_code")
        attempt.forgive()
        return code


class CodeForm(CountedCode, AuthenticateForm):
    code = forms.CharField(label=_("Code from your authenticator app, or a recovery code"))


class ConfirmByCodeForm(CountedCode, ReauthenticateForm):
    code = forms.CharField(label=_("Code from your authenticator app, or a recovery code"))


class ActivateForm(PlainFields, ActivateTOTPForm):
    code = forms.CharField(label=_("The six digits your app shows now"))


class ConfirmByPasswordForm(PlainFields, account.ReauthenticateForm):
    pass


class ChangePasswordForm(PlainFields, account.ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        # Through the adapter, where passwords are counted
        if not get_adapter().reauthenticate(self.user, self.cleaned_data["oldpassword"]):
            raise get_adapter().validation_error("enter_current_password")
        return self.cleaned_data["oldpassword"]


class FirstAccountForm(BaseUserCreationForm):
    """Who the owner of a new site is."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _("What you sign in with: letters, digits and @ . + - _")
        self.fields["email"].required = True  # a lost password is found again by mail


class FirstPasswordForm(SetPasswordForm):
    """A new password, typed twice, by who has no old one to show."""
