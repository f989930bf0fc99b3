"""Forms and form fields that any app may use."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class LocalDateTime(forms.DateTimeField):
    """A date and time of the clinic's zone, picked with the browser's own control."""

    def __init__(self, **kwargs) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": 300}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)


class HoursField(forms.DecimalField):
    """A span of time typed as hours, as in 6 or 0.5, to the minute. Say the unit in the label."""

    default_error_messages = {
        "invalid": gettext_lazy("Enter a number of hours, like 4 or 1.5."),
        "out_of_range": gettext_lazy("Enter between %(least)s and %(most)s hours."),
    }

    def __init__(self, *, least: float, most: float, **kwargs) -> None:
        self.least, self.most = least, most
        widget = forms.NumberInput(attrs={"step": "any", "min": least, "max": most})
        super().__init__(decimal_places=2, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return a span as hours without needless zeros; what was typed stays as it is."""
        if not isinstance(value, timedelta):
            return value
        return f"{round(Decimal(value / timedelta(hours=1)), 2):f}".rstrip("0").rstrip(".")

    def clean(self, value: Any) -> timedelta | None:
        """Return the span. Raise ValidationError for no number, or one out of range."""
        hours = super().clean(value)
        if hours is None:
            return None
        if not self.least <= hours <= self.most:
            limits = {"least": self.least, "most": self.most}
            raise forms.ValidationError(self.error_messages["out_of_range"], code="out_of_range", params=limits)
        return timedelta(minutes=round(hours * 60))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "").strip()


class LabelledRows(forms.BaseInlineFormSet):
    """The rows of a table in the admin: a screen reader hears which column and row it is in at every control."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        row = str(form.instance) if form.instance.pk else _("new row")
        for field in form.fields.values():
            if not field.widget.is_hidden:
                field.widget.attrs["aria-label"] = f"{field.label}, {row}"
