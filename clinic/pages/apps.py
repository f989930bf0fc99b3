from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "clinic.pages"
    label = "pages"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from clinic.pages.content import watch

        connection_created.connect(watch)
