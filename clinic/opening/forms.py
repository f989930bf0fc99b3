from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from providers.models import Provider


class AdviceForm(forms.Form):
    """Who read the urgent advice and stands for it."""

    clinician = forms.ModelChoiceField(
        label=_("The clinician who read it and finds it right for our patients"),
        queryset=Provider.objects.none(),
        error_messages={"required": _("Choose the clinician who read it.")},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinician"].queryset = Provider.objects.listed()  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
