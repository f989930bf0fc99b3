"""What a patient answers about the time of a visit, on the status page."""

from collections.abc import Sequence

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.fields import Choice, OneLine
from appointments.forms import TimeOfDay, choices_of
from appointments.models import OfferedTime
from clinic.practice.models import OpeningHours
from clinic.practice.templatetags.clock import in_zone


class _StatusForm(forms.Form):
    """One of several forms on a page, whose tags and button the template writes."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class PickForm(_StatusForm):
    """The times that are held for the patient, to pick one from."""

    offered_time = Choice(label=_("Which time suits you?"), required_message=_("Choose a time"), coerce=int)

    def __init__(self, *args, times: Sequence[OfferedTime], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices_of(self, "offered_time").choices = [(time.pk, in_words(time)) for time in times]


def in_words(time: OfferedTime) -> str:
    """As in "Tuesday, December 1, 8:30 am EST: Dr. Jason Williams, DC, 30 minutes"."""
    return gettext("%(at)s: %(provider)s, %(minutes)d minutes") % {
        "at": in_zone(time.starts_at),
        "provider": time.provider.name_with_credentials,
        "minutes": time.minutes,
    }


class NoneSuitsForm(_StatusForm):
    """None of the times suits: what would."""

    preferred_days = forms.TypedMultipleChoiceField(
        label=_("Which days would suit?"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("Choose from the days shown"),
            "invalid_list": _("Choose from the days shown"),
        },
    )
    preferred_time = Choice(label=_("What time would suit?"), choices=TimeOfDay.choices, required=False)
    text = OneLine(
        label=_("Anything that helps us find a time"),
        required=False,
        max_length=200,
        help_text=_("At most 200 characters. Please do not describe symptoms."),
        error_messages={"max_length": _("Shorten this to 200 characters; it has %(show_value)d")},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        open_days = sorted(set(OpeningHours.objects.values_list("weekday", flat=True)))
        choices_of(self, "preferred_days").choices = [(day, OpeningHours.Weekday(day).label) for day in open_days]
        if not open_days:
            del self.fields["preferred_days"]
        self.helper.layout = Layout(*self.fields)
