from datetime import date

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.core.pictures import PictureField
from clinic.core.prose import PROSE, ProseField
from clinic.core.text import comma_separated, lines

ALSO_CALLED = _("What patients call it, one a line. Shown on its page, and found by the search.")


class Treatment(models.Model):
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    also_called = models.TextField(_("also called"), blank=True, help_text=ALSO_CALLED)
    summary = models.CharField(_("summary"), max_length=160, help_text=_("Shown on cards and in search engines."))
    what_it_is = ProseField(_("what it is"), extensions=PROSE, sanitize=True, blank=True)
    what_to_expect = ProseField(_("what to expect"), extensions=PROSE, sanitize=True, blank=True)
    who_should_not = models.TextField(_("who should not"), blank=True, help_text=_("One line each."))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    class Meta:
        verbose_name = _("treatment")
        verbose_name_plural = _("treatments")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("providers:treatment-detail", args=[self.slug])

    @property
    def cautions(self) -> list[str]:
        return lines(self.who_should_not)

    @property
    def other_names(self) -> list[str]:
        return lines(self.also_called)


class Condition(models.Model):
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    also_called = models.TextField(_("also called"), blank=True, help_text=ALSO_CALLED)
    summary = models.CharField(_("summary"), max_length=160, help_text=_("Shown on cards and in search engines."))
    description = ProseField(_("description"), extensions=PROSE, sanitize=True, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("providers:condition-detail", args=[self.slug])

    @property
    def other_names(self) -> list[str]:
        return lines(self.also_called)


class TreatmentForCondition(models.Model):
    """What this treatment does for this condition, where the clinic has something to say about the two together."""

    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="for_conditions")
    condition = models.ForeignKey(Condition, on_delete=models.CASCADE, related_name="by_treatments")
    text = ProseField(_("text"), extensions=PROSE, sanitize=True)

    class Meta:
        verbose_name = _("treatment for a condition")
        verbose_name_plural = _("treatments for conditions")
        constraints = [
            models.UniqueConstraint(fields=["treatment", "condition"], name="providers_one_text_for_a_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.treatment} / {self.condition}"

    def get_absolute_url(self) -> str:
        return reverse("providers:treatment-for-condition", args=[self.treatment.slug, self.condition.slug])


class ProviderQuerySet(models.QuerySet["Provider"]):
    def listed(self) -> "ProviderQuerySet":
        """Providers the public sees."""
        return self.filter(is_listed=True)

    def accepting_patients(self) -> "ProviderQuerySet":
        return self.listed().filter(is_accepting=True)


class Provider(models.Model):
    """A person who treats patients and writes for them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("sign-in"),
        help_text=_("Whoever signs in as this user edits this page."),
    )
    name = models.CharField(_("full name"), max_length=120, help_text=_("As in Dr. Jason Williams."))
    short_name = models.CharField(_("short name"), max_length=60, help_text=_("As in Dr. Williams."))
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    credentials = models.CharField(_("credentials"), max_length=60, blank=True, help_text=_("As in DC."))
    job_title = models.CharField(_("job title"), max_length=80)
    summary = models.CharField(_("summary"), max_length=160, help_text=_("Shown on cards and in search engines."))
    bio = ProseField(_("bio"), extensions=PROSE, sanitize=True, blank=True)
    techniques = models.TextField(_("techniques"), blank=True, help_text=_("One a line."))
    focus_areas = models.TextField(_("focus areas"), blank=True, help_text=_("One a line."))
    athletes = models.TextField(_("athletes treated"), blank=True, help_text=_("One sport a line."))
    languages = models.CharField(_("languages"), max_length=200, blank=True, help_text=_("Separated by commas."))

    # What patients ask before they choose; each is left out of the page where it is empty
    education = models.TextField(_("education"), blank=True, db_default="", default="", help_text=_("One a line."))
    license_number = models.CharField(_("license number"), max_length=40, blank=True, db_default="", default="")
    license_state = models.CharField(
        _("licensed in"), max_length=40, blank=True, db_default="", default="", help_text=_("As in North Carolina.")
    )
    practicing_since = models.PositiveSmallIntegerField(
        _("practicing since"), null=True, blank=True, help_text=_("A year: the page says for how many.")
    )
    first_visit = models.TextField(
        _("what a first visit with you is like"),
        blank=True,
        db_default="",
        default="",
        help_text=_("A paragraph or two."),
    )

    portrait = PictureField(
        _("portrait"),
        upload_to="portraits/",
        blank=True,
        width_field="portrait_width",
        height_field="portrait_height",
    )
    portrait_width = models.PositiveIntegerField(editable=False, null=True)
    portrait_height = models.PositiveIntegerField(editable=False, null=True)
    portrait_alt = models.CharField(_("what the portrait shows"), max_length=200, blank=True)
    treatments = models.ManyToManyField(Treatment, related_name="providers", blank=True, verbose_name=_("treatments"))
    conditions = models.ManyToManyField(Condition, related_name="providers", blank=True, verbose_name=_("conditions"))
    is_listed = models.BooleanField(_("shown on the site"), default=True)
    is_accepting = models.BooleanField(_("accepting patients"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = ProviderQuerySet.as_manager()

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("providers:provider-detail", args=[self.slug])

    @property
    def name_with_credentials(self) -> str:
        return ", ".join(filter(None, [self.name, self.credentials]))

    @property
    def honorific(self) -> str:
        """ "Dr.", where the full name starts with such a title."""
        first = self.name.partition(" ")[0]
        return first if first.endswith(".") and len(first) > len("J.") else ""

    @property
    def initials(self) -> str:
        """First and last initial of the name without its title, for the tile that stands in for a portrait."""
        words = [word for word in self.name.split() if not word.endswith(".")] or [self.name]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()

    @property
    def is_accepting_patients(self) -> bool:
        return self.is_listed and self.is_accepting

    @property
    def education_list(self) -> list[str]:
        return lines(self.education)

    @property
    def years_in_practice(self) -> int:
        """Whole years since `practicing_since`; 0 where that is unknown or this year."""
        return max(0, timezone.localdate().year - self.practicing_since) if self.practicing_since else 0

    @property
    def technique_list(self) -> list[str]:
        return lines(self.techniques)

    @property
    def focus_area_list(self) -> list[str]:
        return lines(self.focus_areas)

    @property
    def athlete_list(self) -> list[str]:
        return lines(self.athletes)

    @property
    def language_list(self) -> list[str]:
        return comma_separated(self.languages)

    def next_time_away(self, today: date | None = None) -> "TimeAway | None":
        """Return the absence that is on, or the next one. Reads the prefetched rows where there are any."""
        today = today or timezone.localdate()
        ahead = [away for away in self.time_away.all() if away.ends_on >= today]
        return min(ahead, key=lambda away: away.starts_on, default=None)


class TimeAway(models.Model):
    """Days on which a provider sees nobody, told to patients who ask for them."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="time_away")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("time away")
        verbose_name_plural = _("time away")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="providers_away_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}-{self.ends_on}"
