from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SignInConfig(AppConfig):
    name = "clinic.pages.sign_in"
    label = "sign_in"
    verbose_name = _("Sign-in")

    def ready(self) -> None:
        from clinic.pages.sign_in import middleware  # noqa: F401  (listens for sign-ins)
