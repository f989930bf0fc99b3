"""What a member of staff fills in: the page's one note, and what each step asks for. None asks for medical detail."""

from datetime import datetime
from typing import cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appointments.desk.call_backs import call_back_times, chips
from appointments.fields import Choice
from appointments.forms import AppointmentRequestForm, choices_of
from appointments.models import AppointmentRequest, RequestEvent
from clinic.core.forms import LocalDateTime
from providers.models import Provider

EnteredVia = AppointmentRequest.EnteredVia


class StepForm(forms.Form):
    """What a step asks for besides the page's one note."""

    use_required_attribute = False
    note_required: str | Promise = ""  # what is said where a step needs words and the note has none


class NoteForm(forms.Form):
    """The page's one note, which goes with whatever step is taken, and the newest event the page has shown."""

    text = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "data-key": "w"}),
        error_messages={"max_length": _("Shorten the note to %(limit_value)d characters; it has %(show_value)d")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AddNoteForm(StepForm):
    note_required = _("Enter a note")


class ReasonForm(StepForm):
    note_required = _("Say why, in the note")


class AttemptForm(StepForm):
    OUTCOMES = [
        ("no_answer", _("No answer")),
        ("voicemail", _("Voicemail left")),
        ("message_sent", _("Message sent")),
        ("spoke", _("Spoke")),
    ]
    outcome = forms.ChoiceField(choices=OUTCOMES, error_messages={"required": _("Choose what came of it")})
    call_back = forms.ChoiceField(
        label=_("Call back"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("That time has passed: choose when to call back again")},
    )
    call_back_at = LocalDateTime(label=_("or at"), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.now = timezone.now()
        chip = cast(forms.ChoiceField, self.fields["call_back"])
        chip.choices = chips(self.now, self.initial.get("next_action_at"))
        self.initial.setdefault("call_back", chip.choices[0][0])

    def clean_call_back_at(self) -> datetime | None:
        at = self.cleaned_data["call_back_at"]
        if at and at <= self.now:
            raise forms.ValidationError(_("Enter a time to call back that is still to come"), code="past")
        return at

    def clean(self) -> dict:
        """Turn the chip into its time; a typed time is meant instead of "no call-back" and of the earlier plan."""
        answers = super().clean() or self.cleaned_data
        chip, typed = answers.pop("call_back", ""), answers.get("call_back_at")
        if chip in ("", "none", "planned"):
            planned = self.initial.get("next_action_at") if chip == "planned" else None
            return answers | {"call_back_at": typed or planned}
        if typed:
            self.add_error("call_back_at", _("Choose one of the times, or enter another: not both"))
        return answers | {"call_back_at": call_back_times(self.now).get(chip)}


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
        self.fields["appointment_at"].widget.attrs["data-key"] = "b"
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


class DuplicateForm(StepForm):
    """Which request stays, by its reference: the page's buttons send it, nobody types it."""

    of = forms.ModelChoiceField(
        queryset=AppointmentRequest.objects.all(),
        to_field_name="reference",
        error_messages={
            "required": _("Choose the request that stays"),
            "invalid_choice": _("There is no such request"),
        },
    )


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
    MISSING = {
        "patient_relation": _("Choose who is calling"),
        "contact_method": _("Choose how we should get back to them"),
        "provider": _("Choose someone from the list; this one takes no requests now"),
    }
    requester_missing = _("Enter the caller's name")
    RELATIONS = [
        ("self", _("The patient")),
        ("child", _("A parent, for a child under 18")),
        ("other", _("Somebody else for the patient")),
    ]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.LABELS.items():
            self.fields[name].label = label
        for name, words in self.MISSING.items():
            code = "invalid_choice" if name == "provider" else "required"
            self.fields[name].error_messages[code] = words
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
