"""The forms by which a manager keeps the staff's accounts."""

from itertools import count

from django import forms
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from clinic.staff.roles import IN_WORDS, ROLES

NAMES = ["first_name", "last_name", "email", "username"]
WIDE = {"class": "radiolist"}  # one choice a line, as wide as it is


class InWords:
    """Choices that say what a role may do."""

    def label_from_instance(self, group: Group) -> str:
        return str(IN_WORDS.get(group.name, group.name))


class RoleField(InWords, forms.ModelChoiceField):
    """One role."""


class RolesField(InWords, forms.ModelMultipleChoiceField):
    """Any number of roles: who treats patients may manage the clinic too."""


class ColleagueForm(forms.ModelForm):
    """A new colleague on one page: who, which role, and how they sign in for the first time."""

    role = RoleField(
        label=_("Role"),
        queryset=Group.objects.filter(name__in=ROLES).order_by("name"),
        widget=forms.RadioSelect(WIDE),
        empty_label=None,
    )
    first_password = forms.CharField(
        label=_("First password"),
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Leave it empty and we mail a link by which they choose their own, good once and for a day."),
    )

    class Meta:
        model = User
        fields = NAMES
        help_texts = {"username": _("What they sign in with. Left empty, it is made of the name, as in rita.lopez.")}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name"):
            self.fields[name].required = True
        self.fields["username"].required = False

    def clean_username(self) -> str:
        typed = self.cleaned_data["username"]
        if typed and User.objects.filter(username__iexact=typed).exists():
            raise ValidationError(_("Somebody else signs in with this name."), code="taken")
        return typed or free_username(self.cleaned_data.get("first_name", ""), self.cleaned_data.get("last_name", ""))

    def clean(self) -> dict:
        answers = super().clean() or self.cleaned_data
        password = answers.get("first_password")
        if not password and not answers.get("email") and "email" not in self.errors:
            self.add_error("email", _("Enter an e-mail address for the link, or type a first password below."))
        if password:
            names = {name: answers.get(name) or "" for name in NAMES}
            try:
                validate_password(password, User(**names))
            except ValidationError as error:
                self.add_error("first_password", error)
        return answers

    def save(self, commit: bool = True) -> User:
        self.instance.is_staff = True  # every account here is for the office
        self.instance.set_password(self.cleaned_data["first_password"] or None)
        return super().save(commit)

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]  # not in the stubs
        self.instance.groups.set([self.cleaned_data["role"]])


class AccountForm(UserChangeForm):
    """An account as a manager changes it. Its password is not on show, not even as a hash."""

    password = None  # type: ignore[assignment]  # Django's way to take a field out
    groups = RolesField(
        label=_("Roles"),
        queryset=Group.objects.filter(name__in=ROLES).order_by("name"),
        widget=forms.CheckboxSelectMultiple(WIDE),
        required=False,
    )


class ResetCodesForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("As in: lost the phone. Both of you read it in a mail.")
    )


def free_username(first_name: str, last_name: str) -> str:
    """Return a name to sign in with that nobody has: rita.lopez, rita.lopez2, and so on."""
    wanted = ".".join(filter(None, [slugify(first_name), slugify(last_name)])) or "colleague"
    numbered = (wanted if number == 1 else f"{wanted}{number}" for number in count(1))
    return next(name for name in numbered if not User.objects.filter(username__iexact=name).exists())
