from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def grant_roles(**kwargs) -> None:
    """Permissions are made by post_migrate too, so roles can only be granted here, after the last app's."""
    from clinic.roles import apply_roles

    apply_roles()


class PagesConfig(AppConfig):
    name = "clinic.pages"
    label = "pages"
    verbose_name = _("Pages")

    def ready(self) -> None:
        post_migrate.connect(grant_roles, sender=self)
