"""Two people at one form: nobody's changes are lost.

A form carries a fingerprint of each field as it was shown. When it is saved, a field that a colleague changed meanwhile
and nobody touched here takes the colleague's value; where both changed it, the form comes back with what was typed,
and the colleague's value beside it.
"""

import hashlib
import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _

SEEN = "seen"
LONGEST_SHOWN = 1500  # characters; the whole is one click away


def comparable(value: Any) -> str:
    """Return a field's value as text that is the same whether it was typed or read from the database."""
    if isinstance(value, models.Model):
        value = value.pk
    elif isinstance(value, models.QuerySet | list):
        value = sorted(str(getattr(item, "pk", item)) for item in value)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def fingerprint(value: Any) -> str:
    return hashlib.blake2s(comparable(value).encode(), digest_size=6).hexdigest()


def in_words(value: Any) -> str:
    """Return a field's value as a colleague reads it, without markup."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, models.QuerySet | list):
        value = ", ".join(map(str, value))
    text = strip_tags("" if value is None else str(value)).strip()
    return Truncator(text).chars(LONGEST_SHOWN) or _("nothing")


class SeenField(forms.CharField):
    """The fingerprints that a form was shown with, as JSON in a hidden input. No answer of anybody's."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(label=SEEN, required=False)

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, str]:
        """Return the fingerprints by field; none for a form that came without any, or with something else."""
        try:
            seen = json.loads(value or "{}")
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class SharedForm(forms.ModelForm):
    """A form that notices what a colleague saved since it was shown."""

    seen = SeenField()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.kept: list[str] = []  # labels of fields that took a colleague's value
        if self.instance.pk:
            self.initial[SEEN] = {name: fingerprint(value) for name, value in self.saved().items()}

    def saved(self) -> dict[str, Any]:
        """Return what the row holds now, by field of this form."""
        ours = {field.name for field in [*self._meta.model._meta.concrete_fields, *self._meta.model._meta.many_to_many]}
        values = {name: getattr(self.instance, name) for name in self.fields if name in ours}
        return {name: list(value.all()) if hasattr(value, "all") else value for name, value in values.items()}

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if self.instance.pk and answers.get(SEEN):
            # Locked until the end of the transaction, so that of two who save at once the second meets the first
            self.instance.refresh_from_db(from_queryset=type(self.instance)._default_manager.select_for_update())
            self._meet(answers)
        if self._meta.model._meta.pk.name in self.errors:  # the hidden key of a row in a table
            words = _("A colleague took this row out meanwhile. Tick “Delete” here; to keep it, add it as a new row.")
            self.add_error(None, ValidationError(words, code="taken_out_meanwhile"))
        return answers

    def _meet(self, answers: dict[str, Any]) -> None:
        """Take over what only the colleague changed; mark what both changed."""
        seen, clashes = answers[SEEN], {}
        for name, value in self.saved().items():
            now = fingerprint(value)
            if name not in answers or seen.get(name, now) == now:
                continue
            typed = fingerprint(answers[name])
            if typed == seen[name]:
                answers[name] = value
                self.kept.append(str(self.fields[name].label))
            elif typed != now:
                clashes[name] = now
                self.add_error(name, ValidationError(self._beside(value), code="changed_meanwhile"))
        if clashes:
            self._show_again(seen | clashes)

    def _show_again(self, seen: dict[str, str]) -> None:
        """Say who was here, and let the next save go over what has now been shown."""
        data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, or a dict
        data[self.add_prefix(SEEN)] = json.dumps(seen)
        self.data = data
        words = _("%(who)s, while you were typing. Nothing of yours is saved yet: look at the fields marked below.")
        link = format_html('<a href="?" target="_blank">{}</a>', _("Open what is saved now in a new tab"))
        self.add_error(None, ValidationError(format_html("{} {}", words % {"who": self._who_saved()}, link)))

    def _beside(self, value: Any) -> str:
        words = _("Saved meanwhile: “%(value)s”. Below is what you typed. Keep yours or take that, then save again.")
        return words % {"value": in_words(value)}

    def _who_saved(self) -> str:
        kind = ContentType.objects.get_for_model(self.instance)
        entries = LogEntry.objects.filter(content_type=kind, object_id=str(self.instance.pk)).select_related("user")
        last = entries.order_by("-action_time").first()
        if last is None:
            return _("A colleague saved this")
        at = date_format(timezone.localtime(last.action_time), "TIME_FORMAT")
        return _("%(name)s saved this at %(time)s") % {"name": last.user.get_full_name() or last.user, "time": at}


class SharedFields:
    """For a ModelAdmin or an inline whose form is a SharedForm: the fingerprints travel in its first fieldset."""

    form: Any = SharedForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        fieldsets = [
            (name, options | {"fields": [field for field in options["fields"] if field != SEEN]})
            for name, options in super().get_fieldsets(request, obj)  # type: ignore[misc]
        ]
        if obj and self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            fieldsets[0][1]["fields"].append(SEEN)
        return fieldsets


class SharedAdmin(SharedFields, admin.ModelAdmin):
    """For a ModelAdmin whose rows two people may edit at once."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if getattr(form, "kept", None):
            words = _("A colleague’s changes, saved while you were typing, were kept: %(fields)s.")
            self.message_user(request, words % {"fields": ", ".join(form.kept)}, messages.INFO)
