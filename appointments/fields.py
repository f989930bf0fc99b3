"""What the public forms are made of: fields that forgive how an answer is typed, and a part that opens by itself."""

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from providers.models import Provider

CHOOSE = _("Choose one of the answers")


class OneLine(forms.CharField):
    """Text of one line: line breaks, which a name may carry into a mail header, become spaces."""

    def to_python(self, value):
        return " ".join((super().to_python(value) or "").split())


class Choice(forms.TypedChoiceField):
    """Radio buttons with nothing chosen beforehand; an unknown answer is not repeated back."""

    widget = forms.RadioSelect

    def __init__(self, *, required_message=CHOOSE, **kwargs) -> None:
        messages = {"required": required_message, "invalid_choice": CHOOSE}
        super().__init__(error_messages=messages, **kwargs)


class ProviderChoice(forms.ModelChoiceField):
    def label_from_instance(self, provider: Provider) -> str:
        away = provider.next_time_away()
        if not away:
            return provider.name_with_credentials
        return gettext("%(name)s (away %(first)s to %(last)s)") % {
            "name": provider.name_with_credentials,
            "first": date_format(away.starts_on, "M j"),
            "last": date_format(away.ends_on, "M j"),
        }


class Fold(LayoutObject):
    """Questions inside a native `<details>`, whose template draws the summary."""

    def __init__(self, template: str, *fields: str) -> None:
        self.template = template
        self.fields = list(fields)

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs) -> SafeString:
        """Return the part, open where it holds an answer or one to mend: nothing of a patient's is out of sight."""
        shown = {
            "form": form,
            "questions": self.get_rendered_fields(form, context, template_pack, **kwargs),
            "has_error": any(form[name].errors for name in self.fields),
            "is_answered": any(form[name].value() for name in self.fields),
        }
        return render_to_string(self.template, shown)
