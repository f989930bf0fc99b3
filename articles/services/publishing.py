"""From the working copy to what the public reads, and off the site again."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import search
from articles.body import Problem, Rendered, Video, render
from articles.models import Article, ArticleVersion

# What a reader sees of an article that is not a row of its own
TEXT = [
    "title",
    "body",
    "summary",
    "intro",
    "key_points",
    "urgent_advice",
    "who_should_not",
    "video_url",
    "video_title",
    "picture",
]
# What a version takes over from the working copy as it stands
COPIED = [*TEXT, "is_correction", "author", "reviewer", "last_reviewed_on", "next_review_on"]


class CannotPublish(Exception):
    """Something is missing; `problems` says what, in an author's words."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(" ".join(problem.message for problem in problems))


def problems_of(article: Article) -> list[Problem]:
    """Return everything its author should know before publishing, what stands in the way first."""
    return _problems(article, _rendered(article))


@transaction.atomic
def publish(*, article: Article, by: User | None, now: datetime | None = None) -> ArticleVersion:
    """Write the working copy down as the next version and show it to the public.

    `article` is brought up to date. Raises CannotPublish, and changes nothing, when something is missing.
    """
    now = now or timezone.now()
    # Two who publish at once take turns, so each version has its own number.
    Article.objects.select_for_update().get(pk=article.pk)
    article.refresh_from_db()
    rendered = _rendered(article)
    if blocking := [problem for problem in _problems(article, rendered) if problem.is_blocking]:
        raise CannotPublish(blocking)
    version = _write_version(article, rendered, by, now)
    article.live = version
    article.first_published_at = article.first_published_at or now
    article.retired_at = article.publish_at = None
    article.status = Article.Status.PUBLISHED
    article.is_correction = False
    article.save(update_fields=["live", "first_published_at", "retired_at", "publish_at", "status", "is_correction"])
    search.index(version)
    return version


@transaction.atomic
def retire(*, article: Article, by: User | None, now: datetime | None = None) -> None:
    """Take an article off the site; its versions stay, and publishing brings it back. Safe to run again."""
    Article.objects.filter(pk=article.pk, retired_at=None).update(
        retired_at=now or timezone.now(), status=Article.Status.RETIRED, publish_at=None
    )
    article.refresh_from_db()
    search.remove(article)


def write_version(article: Article, *, by: User | None, now: datetime) -> ArticleVersion:
    """Write the working copy down as its next version, whatever may be missing. Shows it to nobody."""
    return _write_version(article, _rendered(article), by, now)


def _rendered(article: Article) -> Rendered:
    return render(
        article.body, article.citations.all(), article.images.all(), Video(article.video_url, article.video_title)
    )


def _problems(article: Article, rendered: Rendered) -> list[Problem]:
    missing = [
        (
            article.summary,
            "no_summary",
            _("Write a summary: one or two sentences for cards and search engines."),
        ),
        (rendered.words, "no_text", _("Write the text.")),
        (article.reviewer_id, "no_reviewer", _("Say who reviewed the article.")),
        (article.last_reviewed_on, "no_last_review", _("Say when it was last reviewed.")),
        (article.next_review_on, "no_next_review", _("Say when the next review is due.")),
    ]
    picture = article.picture
    if picture and picture.lacks_words:
        rendered.report("picture_without_words", _("Say what each picture shows, or tick decorative."))
    problems = [Problem(code, message) for value, code, message in missing if not value] + rendered.problems
    return sorted(problems, key=lambda problem: not problem.is_blocking)


def _write_version(article: Article, rendered: Rendered, by: User | None, now: datetime) -> ArticleVersion:
    latest = article.versions.aggregate(number=Max("number"))["number"] or 0
    version = ArticleVersion.objects.create(
        article=article,
        number=latest + 1,
        published_at=now,
        published_by=by,
        body_html=rendered.html,
        headings=rendered.headings,
        citations=[
            citation.as_dict() | {"back": rendered.uses[citation.number]} for citation in article.citations.all()
        ],
        words=rendered.words,
        **{name: getattr(article, name) for name in COPIED},
    )
    version.treatments.set(article.treatments.all())
    version.conditions.set(article.conditions.all())
    version.related.set(article.related.all())
    return version
