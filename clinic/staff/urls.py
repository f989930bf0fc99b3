"""The part of django-allauth that is in use, under the names it looks up itself. Nothing else of it has an address."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path

from clinic.core.http import private_page
from clinic.staff import views

urlpatterns = [
    path("login/", private_page(account.login), name="account_login"),
    path("logout/", private_page(account.logout), name="account_logout"),
    path("reauthenticate/", private_page(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", private_page(account.password_change), name="account_change_password"),
    path("2fa/", private_page(mfa.index), name="mfa_index"),
    path("2fa/authenticate/", private_page(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", private_page(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", private_page(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", private_page(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", private_page(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        private_page(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("first-password/", private_page(views.first_password), name="staff_first_password"),
    path("first-password/<str:token>/", private_page(views.open_password_link), name="staff_open_password_link"),
    path("first-account/<str:token>/", private_page(views.first_account), name="staff_first_account"),
    path("session/", private_page(views.session), name="staff_session"),
]
