"""What a member of staff fills in at each step. Every form has a note; none asks for medical detail."""

from datetime import datetime
from typing import cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.fields import Choice
from appointments.forms import AppointmentRequestForm, choices_of
from appointments.models import AppointmentRequest, RequestEvent
from clinic.core.forms import LocalDateTime
from providers.models import Provider

EnteredVia = AppointmentRequest.EnteredVia


class StepForm(forms.Form):
    """The common part: an optional note, and the newest event this page has shown."""

    text = forms.CharField(
        label=_("Note (optional)"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 1})
    )
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
    call_back_at = LocalDateTime(label=_("Call back at (optional)"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("What was said (optional)")


class BookForm(StepForm):
    appointment_at = LocalDateTime(
        label=_("Agreed time"), error_messages={"required": _("Enter the time you agreed with the patient")}
    )
    appointment_with = forms.ModelChoiceField(
        label=_("With"), queryset=Provider.objects.none(), required=False, empty_label=_("Not decided")
    )
    despite_warning = forms.BooleanField(label=_("Book all the same"), required=False)

    field_order = ["appointment_at", "appointment_with", "text", "despite_warning"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["appointment_with"]).queryset = Provider.objects.listed()

    def clean_appointment_at(self) -> datetime:
        at = self.cleaned_data["appointment_at"]
        if at <= timezone.now():
            raise forms.ValidationError(_("Enter a time that is still to come"), code="past")
        return at


class DeclineForm(StepForm):
    reason = forms.ChoiceField(
        label=_("Why? The patient reads a sentence about it"),
        choices=[("", _("Choose a reason")), *RequestEvent.DeclineReason.choices],
        error_messages={"required": _("Choose a reason")},
    )

    field_order = ["reason", "text"]


class DuplicateForm(StepForm):
    of = forms.CharField(
        label=_("Same as"), max_length=12, error_messages={"required": _("Enter the other request's reference")}
    )

    field_order = ["of", "text"]

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
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )


class PhoneInForm(AppointmentRequestForm):
    """A call, a voicemail or somebody at the desk: the same questions, the same queue, the same clock."""

    entered_via = Choice(
        label=_("How did it come in?"),
        choices=[choice for choice in EnteredVia.choices if choice[0] != EnteredVia.WEB],
        required_message=_("Choose how it came in"),
    )

    # The same questions in the words of whoever types while listening
    LABELS = {
        "patient_relation": _("Who is calling?"),
        "requester_name": _("Caller’s name"),
        "provider": _("Whom would they like to see?"),
        "contact_method": _("How should we get back to them?"),
        "phone": _("Phone number"),
        "voicemail_ok": _("May we leave a voicemail?"),
        "best_time": _("Best time to reach them"),
        "email": _("E-mail address"),
    }
    RELATIONS = [
        ("self", _("The patient")),
        ("child", _("A parent, for a child under 18")),
        ("other", _("Somebody else for the patient")),
    ]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.LABELS.items():
            self.fields[name].label = label
        choices_of(self, "patient_relation").choices = self.RELATIONS
        for field in self.fields.values():
            field.widget.attrs.pop("autocomplete", None)  # what is typed here is about somebody else
        for name in ("requester_name", "preferred_days", "phone", "email"):
            if name in self.fields:
                self.fields[name].help_text = ""
        self.fields["note"].help_text = _("Interpreter, relay call, step-free access, days away. No symptoms.")

    def layout(self) -> Layout:
        visit = ["visit_type", "provider", "preferred_days", "preferred_time"]
        reach = [
            "contact_method", "phone", "voicemail_ok", "best_time", "email", "preferred_language", "note"
        ]  # fmt: skip
        return Layout(
            Fieldset(_("The call"), "entered_via"),
            Fieldset(_("Who is it for?"), "patient_relation", "patient_name", "requester_name"),
            Fieldset(_("The visit"), *[name for name in visit if name in self.fields]),
            Fieldset(_("Getting back to them"), *[name for name in reach if name in self.fields]),
            *self.guards_layout(),
        )
