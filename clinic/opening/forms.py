from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.practice.models import UrgentAdvice
from providers.models import Provider


class AdviceForm(forms.Form):
    """Who read this version of the urgent advice and stands for it."""

    advice = forms.ModelChoiceField(queryset=UrgentAdvice.objects.all(), widget=forms.HiddenInput)
    clinician = forms.ModelChoiceField(
        label=_("The clinician who read it and finds it right for our patients"),
        queryset=Provider.objects.listed(),
        error_messages={"required": _("Choose the clinician who read it.")},
    )
