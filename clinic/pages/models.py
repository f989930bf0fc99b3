from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinic.core.prose import PROSE, ProseField
from clinic.practice.models import ClinicProfile
from providers.models import Condition, Provider, Treatment

UNANSWERED = "[?"  # how a question starts that a draft asks its writer (clinic/opening/starting_pages.py)


class PageQuerySet(models.QuerySet["Page"]):
    def published(self) -> "PageQuerySet":
        return self.filter(is_published=True)

    def in_footer(self) -> "PageQuerySet":
        return self.published().filter(show_in_footer=True)


class Page(models.Model):
    """A plain page of the clinic: first visit, fees, privacy."""

    clinic = models.ForeignKey(ClinicProfile, on_delete=models.CASCADE, related_name="pages", default=1, editable=False)
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    summary = models.CharField(_("summary"), max_length=160, help_text=_("One or two sentences for search engines."))
    body = ProseField(_("text"), extensions=PROSE, sanitize=True)
    is_published = models.BooleanField(
        _("published"),
        default=True,
        db_default=True,
        help_text=_("A page that is not is a draft: staff preview it, and nobody else sees it."),
    )
    show_in_footer = models.BooleanField(_("link in the footer"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pages:page", args=[self.slug])

    def clean(self) -> None:
        """Raise ValidationError where a draft is to be published with a question in it that nobody has answered."""
        if self.is_published and UNANSWERED in self.body:
            words = _(
                "The text still asks you something, in brackets that start with a question mark. Answer it first."
            )
            raise ValidationError({"is_published": ValidationError(words, code="unanswered")})


class CommonQuestion(models.Model):
    """What visitors ask again and again, answered on the pages it is ticked for."""

    question = models.CharField(_("question"), max_length=160, help_text=_("As visitors ask it."))
    answer = ProseField(_("answer"), extensions=PROSE, sanitize=True, help_text=_("Two or three sentences."))
    on_home = models.BooleanField(_("on the home page"), default=False)
    pages = models.ManyToManyField(Page, blank=True, related_name="questions", verbose_name=_("on these pages"))
    treatments = models.ManyToManyField(
        Treatment, blank=True, related_name="questions", verbose_name=_("on these treatments")
    )
    conditions = models.ManyToManyField(
        Condition, blank=True, related_name="questions", verbose_name=_("on these conditions")
    )
    providers = models.ManyToManyField(
        Provider, blank=True, related_name="questions", verbose_name=_("on these providers")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.question


class ContentVersion(models.Model):
    """How often anything that the public reads has changed: the sum of the rows (clinic/pages/content.py).

    There are as many rows as transactions have written at the same time.
    """

    number = models.BigIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("content version")
        verbose_name_plural = _("content versions")

    def __str__(self) -> str:
        return str(self.number)
