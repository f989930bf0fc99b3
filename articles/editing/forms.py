"""Forms of the people who write."""

import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, ArticleImage
from articles.services.workflow import revision
from clinic.core.forms import LocalDateTime

BEFORE_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
BEFORE_PUBMED = re.compile(r"^(?:https?://pubmed\.ncbi\.nlm\.nih\.gov/|pmid:\s*)", re.IGNORECASE)
STILL_TO_COME = _("Give a day and time that are still to come.")


class ArticleForm(forms.ModelForm):
    """Knows which saved copy it started from, so that nobody's words are written over unseen."""

    copy = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["copy"] = revision(self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        started_from = cleaned.get("copy")
        if started_from and self.instance.pk:
            saved = Article.objects.get(pk=self.instance.pk)
            if started_from != revision(saved):
                raise forms.ValidationError(
                    _(
                        "This article was saved elsewhere after you opened it. Nothing was written over. Copy what"
                        " you need from below, then open the article again."
                    ),
                    code="changed_meanwhile",
                )
        return cleaned

    @property
    def changed_content(self) -> list[str]:
        return [name for name in self.changed_data if name != "copy"]


class PastedCharField(forms.CharField):
    """Takes what people paste, less what stands in front of it."""

    def __init__(self, *args: Any, before: re.Pattern[str], **kwargs: Any) -> None:
        self.before = before
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> str:
        return self.before.sub("", super().to_python(value) or "").strip("/ ")


class CitationForm(forms.ModelForm):
    """Takes a DOI or a PubMed id as it is pasted, address and all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, before in (("doi", BEFORE_DOI), ("pubmed_id", BEFORE_PUBMED)):
            if name in self.fields:
                field = self.fields[name]
                self.fields[name] = PastedCharField(
                    before=before,
                    label=field.label,
                    help_text=field.help_text,
                    required=False,
                    widget=field.widget,
                    max_length=200,
                )


class PictureForm(forms.ModelForm):
    """One more picture for an article, from the editor's picture window."""

    class Meta:
        model = ArticleImage
        fields = ["file", "alt", "is_decorative", "caption", "credit"]


def in_a_year() -> date:
    today = timezone.localdate()
    return today.replace(year=today.year + 1, day=min(today.day, 28))


class ReviewForm(forms.Form):
    """What a reviewer decides about an article they have read."""

    seen = forms.CharField(widget=forms.HiddenInput)
    next_review_on = forms.DateField(
        label=_("Next review"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    is_correction = forms.BooleanField(
        label=_("This is a correction: let the date of the last review stand"), required=False
    )
    note = forms.CharField(
        label=_("What you would like changed"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class ScheduleForm(forms.Form):
    """When an approved article appears. Its names begin with "_": it is sent together with the article's own form."""

    publish_at = LocalDateTime(
        label=_("Or publish at"),
        error_messages={"required": STILL_TO_COME, "invalid": STILL_TO_COME},
    )

    use_required_attribute = False

    def add_prefix(self, field_name: str) -> str:
        return f"_{field_name}"

    def clean_publish_at(self) -> datetime:
        at = self.cleaned_data["publish_at"]
        if at <= timezone.now():
            raise forms.ValidationError(STILL_TO_COME, code="past")
        return at
