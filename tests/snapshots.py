"""Every row there is, to see that looking changed none."""

from django.apps import apps

READING_ADDS_TO = ("sessions.Session", "appointments.RequestView")  # the browser's own state, and the staff's view log


def snapshot() -> dict[str, list]:
    """Return every row of every table, but for those that reading may add to."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.label not in READING_ADDS_TO]
    return {model._meta.label: sorted(map(repr, model.objects.values_list())) for model in models}
