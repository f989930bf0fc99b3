from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Installed for its template tags."""

    name = "clinic.core"
    label = "core"
