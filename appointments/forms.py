from typing import cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from appointments.fields import Choice, Fold, OneLine, ProviderChoice
from appointments.guards import new_form_token
from appointments.models import AppointmentRequest
from clinic.practice.models import ClinicProfile, OpeningHours
from providers.models import Provider

ContactMethod = AppointmentRequest.ContactMethod
TimeOfDay = AppointmentRequest.TimeOfDay
Relation = AppointmentRequest.Relation
VisitType = AppointmentRequest.VisitType

PHONE_HELP = _("Enter a phone number, like 919 555 0123")

# Which of the two each way needs, and how the page asks for it
NEEDED = {
    ContactMethod.PHONE: ("phone", _("Enter a phone number, like 919 555 0123, so that we can call you")),
    ContactMethod.TEXT: ("phone", _("Enter a phone number, like 919 555 0123, so that we can text you")),
    ContactMethod.EMAIL: ("email", _("Enter an e-mail address, like name@example.com, so that we can write to you")),
}


def choices_of(form: forms.Form, name: str) -> forms.ChoiceField:
    return cast(forms.ChoiceField, form.fields[name])


class ReachingYou(forms.Form):
    """How to get back to whoever asks; the two public forms share it."""

    contact_method = Choice(
        label=_("How should we reach you?"),
        choices=ContactMethod.choices,
        required_message=_("Choose how we should reach you"),
    )
    phone = PhoneNumberField(
        label=_("Your phone number"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("For a call or a text. Write it any way you like; an extension is fine."),
        error_messages={"invalid": PHONE_HELP},
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("For an e-mail, or if you would like a receipt."),
        error_messages={
            "invalid": _("Enter an e-mail address, like name@example.com"),
            "max_length": _("Enter an e-mail address of at most 254 characters"),
        },
    )
    # Hidden: the form token of this showing (its field keeps the name others post), and a trap that only robots fill in
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)
    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args, clinic: ClinicProfile, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        if not clinic.texts_patients:
            choices_of(self, "contact_method").choices = [
                c for c in ContactMethod.choices if c[0] != ContactMethod.TEXT
            ]
        if not self.is_bound:
            self.initial["stamp"] = new_form_token()

    @cached_property
    def helper(self) -> FormHelper:
        """What crispy-forms asks a form for."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = self.layout()
        return helper

    def layout(self) -> Layout:
        raise NotImplementedError

    def guards_layout(self) -> list:
        return [Field("stamp"), Div(Field("website"), css_class="visually-hidden", aria_hidden="true")]

    def clean(self) -> dict:
        answers = super().clean() or {}
        method = answers.get("contact_method")
        if not method:
            return answers
        name, words = NEEDED[method]
        if name not in self.errors and not answers.get(name):
            self.add_error(name, ValidationError(words, code="required"))
        return answers

    def answers(self) -> dict:
        """Return the cleaned answers that are fields of AppointmentRequest."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("stamp", "website")}


class ContactForm(ReachingYou):
    """On the status page: reach me some other way. It starts empty, for the page shows nothing that was typed."""

    best_time = Choice(label=_("Best time to reach you"), choices=TimeOfDay.choices, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _("Only needed if we should write.")

    def layout(self) -> Layout:
        return Layout("contact_method", "phone", "email", "best_time")

    def answers(self) -> dict:
        """Return only what was filled in: a blank leaves the earlier answer."""
        return {name: value for name, value in super().answers().items() if value}


class AppointmentRequestForm(ReachingYou):
    patient_relation = Choice(
        label=_("Who is the visit for?"),
        choices=Relation.choices,
        required_message=_("Choose who the visit is for"),
    )
    patient_name = OneLine(
        label=_("Patient’s full name"),
        max_length=120,
        error_messages={
            "required": _("Enter the patient’s full name"),
            "max_length": _("Enter a name of at most 120 characters"),
        },
    )
    requester_name = OneLine(
        label=_("Your name"),
        help_text=_("If you are asking for someone else."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"max_length": _("Enter a name of at most 120 characters")},
    )
    visit_type = Choice(
        label=_("What kind of visit is it?"),
        choices=[
            (VisitType.FIRST_VISIT, _("First visit here")),
            (VisitType.NEW_PROBLEM, _("Been here, something new")),
            (VisitType.FOLLOW_UP, _("Been here, follow-up")),
            (VisitType.BY_PHONE, _("Talk by phone")),
        ],
        required_message=_("Choose what kind of visit it is"),
    )
    provider = ProviderChoice(
        label=_("Whom would you like to see?"),
        queryset=Provider.objects.none(),
        required=False,
        empty_label=_("First available"),
        error_messages={"invalid_choice": _("Choose someone from the list; the one you chose takes no requests now")},
    )
    preferred_days = forms.TypedMultipleChoiceField(
        label=_("Which days suit?"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick as many as you like, or none if any day is fine."),
        error_messages={
            "invalid_choice": _("Choose from the days shown"),
            "invalid_list": _("Choose from the days shown"),
        },
    )
    preferred_time = Choice(label=_("What time suits?"), choices=TimeOfDay.choices, required=False)
    voicemail_ok = Choice(
        label=_("May we leave a voicemail?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        required=False,
    )
    best_time = Choice(label=_("Best time to reach you"), choices=TimeOfDay.choices, required=False)
    preferred_language = Choice(label=_("Language"), required=False)
    note = forms.CharField(
        label=_("Anything that helps us schedule"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Interpreter, relay call, step-free access, days away. Please do not describe symptoms."),
        error_messages={"max_length": _("Shorten the note to 300 characters; it has %(show_value)d")},
    )

    QUESTIONS = [
        "patient_relation", "patient_name", "requester_name", "visit_type", "contact_method", "phone", "email"
    ]  # fmt: skip
    OPTIONAL = [
        "provider", "preferred_days", "preferred_time", "voicemail_ok", "best_time", "preferred_language", "note"
    ]  # fmt: skip
    field_order = QUESTIONS + OPTIONAL

    requester_missing = _("Enter your name")

    def __init__(self, *args, clinic: ClinicProfile, **kwargs) -> None:
        super().__init__(*args, clinic=clinic, **kwargs)
        cast(
            forms.ModelChoiceField, self.fields["provider"]
        ).queryset = Provider.objects.accepting_patients().prefetch_related("time_away")
        open_days = sorted(set(OpeningHours.objects.values_list("weekday", flat=True)))
        self.offer("preferred_days", [(day, OpeningHours.Weekday(day).label) for day in open_days], at_least=1)
        self.offer("preferred_language", [(name, name) for name in clinic.language_list], at_least=2)

    def offer(self, name: str, choices: list, *, at_least: int) -> None:
        """Ask only where there is something to choose."""
        choices_of(self, name).choices = choices
        if len(choices) < at_least:
            del self.fields[name]

    def layout(self) -> Layout:
        optional = [name for name in self.OPTIONAL if name in self.fields]
        named = [Fold("appointments/parts/whom.html", "provider")] if self.initial.get("provider") else []
        rest = [name for name in optional if not (named and name == "provider")]
        return Layout(*named, *self.QUESTIONS, Fold("appointments/parts/sooner.html", *rest), *self.guards_layout())

    @property
    def whom(self) -> str:
        """Return who is asked for, as things stand: by the link that led here, or by what was chosen since."""
        field = cast(ProviderChoice, self.fields["provider"])
        provider = self.cleaned_data.get("provider") if self.is_bound else self.initial["provider"]
        return field.label_from_instance(provider) if provider else str(field.empty_label)

    def clean(self) -> dict:
        answers = super().clean()
        relation = answers.get("patient_relation")
        if relation == Relation.SELF:
            answers["requester_name"] = ""
            self.errors.pop("requester_name", None)  # the question does not apply, whatever stands there
        elif relation and "requester_name" not in self.errors and not answers.get("requester_name"):
            self.add_error("requester_name", ValidationError(self.requester_missing, code="required"))
        return answers

    def answers(self) -> dict:
        patient_type = VisitType(self.cleaned_data["visit_type"]).patient_type
        return {"kind": AppointmentRequest.Kind.APPOINTMENT, "patient_type": patient_type, **super().answers()}


class QuestionForm(ReachingYou):
    patient_name = OneLine(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": _("Enter your name"),
            "max_length": _("Enter a name of at most 120 characters"),
        },
    )
    message = forms.CharField(
        label=_("Your question"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Fees, insurance, hours, what a treatment is. For anything about your health, please call."),
        error_messages={
            "required": _("Enter your question"),
            "max_length": _("Shorten the question to 500 characters; it has %(show_value)d"),
        },
    )

    field_order = ["patient_name", "message", "contact_method", "phone", "email"]

    def layout(self) -> Layout:
        return Layout("patient_name", "message", "contact_method", "phone", "email", *self.guards_layout())

    def answers(self) -> dict:
        return {"kind": AppointmentRequest.Kind.QUESTION, **super().answers()}
