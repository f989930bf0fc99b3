from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def grant_roles(**kwargs) -> None:
    """Permissions are made by post_migrate too, so roles can only be granted here, after the last app's."""
    from clinic.staff.roles import apply_roles

    apply_roles()


class StaffConfig(AppConfig):
    name = "clinic.staff"
    label = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from clinic.staff import middleware  # noqa: F401  (listens for sign-ins)

        post_migrate.connect(grant_roles, sender=self)
