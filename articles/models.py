from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.core.pictures import PictureField
from clinic.core.prose import ILLUSTRATED, ProseField
from clinic.core.text import lines
from providers.models import Condition, Provider, Treatment

REVIEW_NOTICE = timedelta(days=30)


def is_about(kind: str, topics: Iterable[models.Model] | models.QuerySet) -> Q:
    """Whether an article's live version is about one of these; `kind` is treatment or condition.

    It is asked of one article after the other, so that the search for the twelve newest ends with the twelfth.
    """
    links = getattr(ArticleVersion, f"{kind}s").through.objects
    return Q(Exists(links.filter(articleversion=OuterRef("live"), **{f"{kind}__in": topics})))


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self) -> "ArticleQuerySet":
        """Articles the public reads: a version is live and nobody retired the article."""
        return self.filter(live__isnull=False, retired_at=None)

    def due_for_publishing(self, now: datetime) -> "ArticleQuerySet":
        """Approved articles whose time has come."""
        return self.filter(status=Article.Status.APPROVED, publish_at__lte=now)

    def due_for_review(self, today: date) -> "ArticleQuerySet":
        """Published articles whose next review is at most thirty days away, or past."""
        return self.published().filter(live__next_review_on__lte=today + REVIEW_NOTICE)

    def by(self, user: User) -> "ArticleQuerySet":
        """Articles whose author signs in as this user."""
        return self.filter(author__user=user)

    def awaiting_review_by(self, user: User) -> "ArticleQuerySet":
        return self.filter(status=Article.Status.IN_REVIEW, reviewer__user=user)

    def written_by(self, provider: Provider) -> "ArticleQuerySet":
        """Articles whose live version names this author."""
        return self.filter(live__in=ArticleVersion.objects.filter(author=provider).values("pk"))

    def newest_first(self) -> "ArticleQuerySet":
        return self.order_by("-first_published_at", "-pk")

    def for_cards(self) -> "ArticleQuerySet":
        """Newest first, with what a card shows and no more, in one query."""
        texts = ["body", "intro", "key_points", "urgent_advice", "who_should_not"]
        unread = [*texts, *(f"live__{name}" for name in [*texts, "body_html", "headings", "citations"])]
        return self.select_related("live__author", "live__picture").defer(*unread).newest_first()


class Article(models.Model):
    """The working copy its author edits. The public reads `live`, an immutable version of it."""

    class Status(models.TextChoices):
        """Where the working copy stands. Scheduled is approved with a time; due for review is a date."""

        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        APPROVED = "approved", _("approved")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    card_template = "articles/parts/picture_card.html"  # how it is shown by a room below that lists articles

    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(_("address"), max_length=100, unique=True)
    author = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="articles", verbose_name=_("author"))
    reviewer = models.ForeignKey(
        Provider,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviewed_articles",
        verbose_name=_("reviewer"),
    )
    summary = models.CharField(
        _("summary"), max_length=160, blank=True, help_text=_("Shown on cards and in search engines.")
    )
    intro = models.TextField(_("opening"), blank=True, help_text=_("A blank line starts a new paragraph."))
    key_points = models.TextField(_("key points"), blank=True, help_text=_("Three to five, one a line."))
    urgent_advice = models.TextField(_("call 911 if"), blank=True, help_text=_("Only where it applies."))
    who_should_not = models.TextField(_("who should not"), blank=True, help_text=_("One a line, where it applies."))
    body = ProseField(
        _("text"), extensions=ILLUSTRATED, sanitize=True, blank=True, help_text=_("Type [1] to refer to citation 1.")
    )
    video_url = models.URLField(
        _("video elsewhere"),
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Type [video] as a paragraph of its own where the link belongs. Without an address nothing is shown there."
        ),
    )
    video_title = models.CharField(
        _("what the video shows"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_("The link’s words."),
    )
    picture = models.ForeignKey(
        "ArticleImage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead picture"),
    )
    treatments = models.ManyToManyField(Treatment, blank=True, related_name="articles", verbose_name=_("treatments"))
    conditions = models.ManyToManyField(Condition, blank=True, related_name="articles", verbose_name=_("conditions"))
    related = models.ManyToManyField("self", blank=True, symmetrical=False, verbose_name=_("related articles"))

    # The review the clinic vouches for, and when the next one is due
    last_reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True)
    next_review_on = models.DateField(_("next review"), null=True, blank=True)

    # Where the working copy stands on its way to the public (articles/services/workflow.py)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False, db_index=True
    )
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True, editable=False)
    is_correction = models.BooleanField(_("a correction, not a review"), default=False, editable=False)
    review_note = models.TextField(_("what the reviewer asks for"), blank=True, editable=False)
    imported_from = models.CharField(_("imported from"), max_length=250, blank=True, editable=False)

    # What the public sees
    live = models.OneToOneField(
        "ArticleVersion", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="live_for"
    )
    first_published_at = models.DateTimeField(_("first published"), null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(_("last saved"), auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-updated_at"]
        indexes = [
            # Lists and feeds read published articles, newest first, and ask of each what its live version is about
            models.Index(
                fields=["-first_published_at", "-id", "live"],
                name="articles_newest_live",
                condition=Q(live__isnull=False, retired_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(live=None) | Q(first_published_at__isnull=False), name="articles_live_has_first_date"
            ),
            models.CheckConstraint(
                condition=Q(publish_at=None) | Q(status="approved"), name="articles_only_approved_are_scheduled"
            ),
            models.UniqueConstraint(
                fields=["imported_from"], condition=~Q(imported_from=""), name="articles_imported_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("articles:detail", args=[self.slug])

    @property
    def is_published(self) -> bool:
        return self.live_id is not None and self.retired_at is None

    @property
    def is_scheduled(self) -> bool:
        return self.status == self.Status.APPROVED and self.publish_at is not None


class ArticleVersionQuerySet(models.QuerySet["ArticleVersion"]):
    """Providers, treatments and conditions reach it as `authored_versions` and `article_versions`."""

    def published(self) -> "ArticleVersionQuerySet":
        """Return the versions that the public reads now."""
        return self.filter(live_for__isnull=False, live_for__retired_at=None)

    def newest_articles(self, count: int) -> list[Article]:
        """Return the newest published articles among these, with what a card shows, in one query."""
        newest_first = ["-live_for__first_published_at", "-pk"]
        newest = self.published().order_by(*newest_first).values("pk")[:count]  # sorted without their texts
        shown = ArticleVersion.objects.filter(pk__in=newest).select_related("live_for", "author", "picture")
        return [version.live_for for version in shown.order_by(*newest_first)]


class ArticleVersion(models.Model):
    """One published state of an article: finished HTML and everything around it. Never changed after it is written."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("published by")
    )
    is_correction = models.BooleanField(
        _("correction"), default=False, help_text=_("Its reviewer let the review date stand.")
    )
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=160)
    intro = models.TextField(blank=True)
    key_points = models.TextField(blank=True)
    urgent_advice = models.TextField(blank=True)
    who_should_not = models.TextField(blank=True)
    body = models.TextField(blank=True, help_text=_("As its author had it, so that it can be taken up again."))
    body_html = models.TextField(help_text=_("Sanitised, with citations and pictures resolved."))
    headings = models.JSONField(default=list, help_text=_("The h2 headings: [[id, text], …]."))
    citations = models.JSONField(
        default=list, help_text=_("The references in order, as Citation.as_dict() gives them.")
    )
    words = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="authored_versions")
    reviewer = models.ForeignKey(Provider, on_delete=models.SET_NULL, null=True, related_name="reviewed_versions")
    video_url = models.URLField(blank=True, default="", db_default="")
    video_title = models.CharField(max_length=120, blank=True, default="", db_default="")
    picture = models.ForeignKey("ArticleImage", on_delete=models.SET_NULL, null=True, related_name="+")
    treatments = models.ManyToManyField(Treatment, related_name="article_versions")
    conditions = models.ManyToManyField(Condition, related_name="article_versions")
    related = models.ManyToManyField(Article, related_name="+")
    last_reviewed_on = models.DateField(null=True)
    next_review_on = models.DateField(null=True)

    objects = ArticleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("published version")
        verbose_name_plural = _("published versions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="articles_version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def key_point_list(self) -> list[str]:
        return lines(self.key_points)

    @property
    def caution_list(self) -> list[str]:
        return lines(self.who_should_not)

    @property
    def urgent_advice_list(self) -> list[str]:
        return lines(self.urgent_advice)

    def review_is_late(self, days: int | None, today: date | None = None) -> bool:
        """Whether the next review was due so many days ago or more; never where `days` is None."""
        if days is None or self.next_review_on is None:
            return False
        return (today or timezone.localdate()) - self.next_review_on >= timedelta(days=days)

    @property
    def minutes_to_read(self) -> int:
        """At 220 words a minute, an ordinary adult's pace (Brysbaert 2019 gives 238 for English), at least 1."""
        return max(1, round(self.words / 220))


class Citation(models.Model):
    """One numbered reference of an article, with what it shows and what it does not."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="citations")
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    authors = models.CharField(_("authors"), max_length=400)
    title = models.CharField(_("title"), max_length=400)
    source = models.CharField(_("journal or publisher"), max_length=200, help_text=_("With volume and pages."))
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    doi = models.CharField(
        _("DOI"),
        max_length=120,
        blank=True,
        help_text=_("As in 10.1589/jpts.29.1502."),
        validators=[RegexValidator(r"^10\.\d{4,9}/[^\s<>\"]+$", _("Enter a DOI, like 10.1589/jpts.29.1502."))],
    )
    pubmed_id = models.CharField(
        _("PubMed id"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^[1-9]\d*$", _("Enter the PubMed id, digits only."))],
    )
    url = models.URLField(_("address"), blank=True, help_text=_("Where there is no DOI."))
    accessed_on = models.DateField(_("accessed"), null=True, blank=True, help_text=_("For pages that may change."))
    shows = models.TextField(_("what it shows"))
    does_not_show = models.TextField(_("what it does not show"))

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="articles_citation_number_once"),
            models.CheckConstraint(
                condition=~Q(doi="", pubmed_id="", url=""),
                name="articles_citation_can_be_found",
                violation_error_message=_("Give a DOI, a PubMed id or an address, so that readers can find it."),
            ),
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.title}"

    @property
    def address(self) -> str:
        """Where a reader finds it: the DOI first, then PubMed, then the plain address."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pubmed_id:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pubmed_id}/"
        return self.url if self.url.startswith(("https://", "http://")) else ""

    def as_dict(self) -> dict[str, str | int | None]:
        """Return what a published version keeps of it."""
        names = ["number", "authors", "title", "source", "year", "doi", "pubmed_id", "shows", "does_not_show"]
        accessed = str(self.accessed_on or "")
        return {name: getattr(self, name) for name in names} | {"address": self.address, "accessed_on": accessed}


class ArticleImage(models.Model):
    """A picture uploaded for an article, kept only as clean files of our own making (clinic/core/pictures.py)."""

    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, blank=True, related_name="images", verbose_name=_("article")
    )
    file = PictureField(_("picture"), upload_to="articles/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    alt = models.CharField(
        _("what it shows"), max_length=250, blank=True, help_text=_("For readers who cannot see it.")
    )
    is_decorative = models.BooleanField(_("decorative, says nothing"), default=False)
    caption = models.CharField(_("caption"), max_length=250, blank=True)
    credit = models.CharField(_("credit"), max_length=120, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    imported_from = models.CharField(max_length=250, blank=True, editable=False)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.alt or str(self.file.name)

    def clean(self) -> None:
        """Whoever uploads a picture says what it shows. One that was imported may lack it, until it is published."""
        if self.lacks_words:
            raise ValidationError(
                {"alt": ValidationError(_("Say what the picture shows, or tick decorative."), code="no_alt")}
            )

    @property
    def lacks_words(self) -> bool:
        return not self.alt and not self.is_decorative
