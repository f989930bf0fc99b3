"""Form fields that any app may use."""

from django import forms


class LocalDateTime(forms.DateTimeField):
    """A date and time of the clinic's zone, picked with the browser's own control."""

    def __init__(self, **kwargs) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": 300}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)
