from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinic.core.prose import PROSE, ProseField
from clinic.practice.models import ClinicProfile


class PageQuerySet(models.QuerySet["Page"]):
    def in_footer(self) -> "PageQuerySet":
        return self.filter(show_in_footer=True)


class Page(models.Model):
    """A plain page of the clinic: first visit, fees, privacy."""

    clinic = models.ForeignKey(ClinicProfile, on_delete=models.CASCADE, related_name="pages", default=1, editable=False)
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    summary = models.CharField(_("summary"), max_length=160, help_text=_("One or two sentences for search engines."))
    body = ProseField(_("text"), extensions=PROSE, sanitize=True)
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
