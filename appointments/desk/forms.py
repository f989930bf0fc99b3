"""What a member of staff fills in at each step. Every form has a note; none asks for medical detail."""

from datetime import datetime

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.forms import AppointmentRequestForm, Choice
from appointments.models import AppointmentRequest
from providers.models import Provider

EnteredVia = AppointmentRequest.EnteredVia


class LocalDateTime(forms.DateTimeField):
    """A date and time of the clinic's zone, picked with the browser's own control."""

    def __init__(self, **kwargs) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": 300}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)


class StepForm(forms.Form):
    """The common part: an optional note, and the newest event this page has shown."""

    text = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    use_required_attribute = False


class NoteForm(StepForm):
    text = forms.CharField(
        label=_("Note"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a note")},
    )


class ReasonForm(StepForm):
    text = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why")},
    )


class AttemptForm(StepForm):
    OUTCOMES = [
        ("no_answer", _("No answer")),
        ("voicemail", _("Voicemail left")),
        ("message_sent", _("Message sent")),
        ("spoke", _("Spoke")),
    ]
    outcome = forms.ChoiceField(choices=OUTCOMES, error_messages={"required": _("Choose what came of it")})
    call_back_at = LocalDateTime(label=_("Call back at"), required=False)


class BookForm(StepForm):
    appointment_at = LocalDateTime(
        label=_("Agreed time"), error_messages={"required": _("Enter the time you agreed with the patient")}
    )
    appointment_with = forms.ModelChoiceField(
        label=_("With"), queryset=Provider.objects.none(), required=False, empty_label=_("Not decided")
    )
    despite_warning = forms.BooleanField(label=_("Book all the same"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["appointment_with"].queryset = Provider.objects.listed()

    def clean_appointment_at(self) -> datetime:
        at = self.cleaned_data["appointment_at"]
        if at <= timezone.now():
            raise forms.ValidationError(_("Enter a time that is still to come"), code="past")
        return at


class DeclineForm(StepForm):
    REASONS = [
        ("full", _("No times that suit")),
        ("not_treated", _("Not something we treat")),
        ("insurance", _("Insurance")),
        ("elsewhere", _("Better helped elsewhere")),
    ]
    reason = forms.ChoiceField(choices=REASONS, error_messages={"required": _("Choose a reason")})


class DuplicateForm(StepForm):
    of = forms.CharField(
        label=_("Same as"), max_length=12, error_messages={"required": _("Enter the other request's reference")}
    )

    def clean_of(self) -> AppointmentRequest:
        reference = self.cleaned_data["of"].strip().upper()
        other = AppointmentRequest.objects.filter(reference=reference).first()
        if other is None:
            raise forms.ValidationError(_("There is no request with this reference"), code="unknown")
        return other


class FindForm(forms.Form):
    """Sent as a POST, so that no name or number ever stands in an address or a log."""

    q = forms.CharField(
        label=_("Name, phone number, its last four digits, e-mail or reference"),
        max_length=120,
        error_messages={"required": _("Enter something to look for")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class PhoneInForm(AppointmentRequestForm):
    """A call, a voicemail or somebody at the desk: the same questions, the same queue, the same clock."""

    entered_via = Choice(
        label=_("How did it come in?"),
        choices=[choice for choice in EnteredVia.choices if choice[0] != EnteredVia.WEB],
        required_message=_("Choose how it came in"),
    )

    def layout(self) -> Layout:
        return Layout(Fieldset(_("The call"), "entered_via"), *super().layout().fields)
