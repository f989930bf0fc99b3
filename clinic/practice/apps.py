from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PracticeConfig(AppConfig):
    name = "clinic.practice"
    label = "practice"
    verbose_name = _("The clinic")

    def ready(self) -> None:
        from clinic.practice import checks  # noqa: F401  (registers them)
