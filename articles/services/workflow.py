"""An article's way from a draft to a trusted page: who may take which step, from where.

The table decides the buttons, the refusals and the tests. Every step is one function that takes the actor as `by=`.
"""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _T

from articles import emails
from articles.body import Problem
from articles.models import Article, ArticleVersion, Citation
from articles.services.publishing import TEXT, CannotPublish, problems_of, publish, retire
from clinic.core.steps import Step, by_name
from clinic.practice.models import ClinicProfile

Status = Article.Status
# The reviewer gives these when approving; an author is not asked for them
GIVEN_BY_REVIEWER = {"no_last_review", "no_next_review"}


class NotAllowed(Exception):
    """This person may not take this step, or not from here. The message says so in plain words."""


# Who


def is_manager(user: User) -> bool:
    """Managers look after everybody's articles."""
    return user.has_perm("articles.delete_article")


def is_author(user: User, article: Article) -> bool:
    return user.has_perm("articles.change_article") and article.author.user_id == user.pk


def is_reviewer(user: User, article: Article) -> bool:
    """The provider the page will name. A manager stands in for one who has no sign-in, and for nobody else."""
    if article.reviewer is None or not user.has_perm("articles.change_article"):
        return False
    if article.reviewer.user_id is None:
        return is_manager(user)
    return article.reviewer.user_id == user.pk


def may_edit(user: User, article: Article) -> bool:
    return is_manager(user) or is_author(user, article)


def may_read(user: User, article: Article) -> bool:
    """Who sees the working copy: whoever edits it, and its reviewer."""
    return may_edit(user, article) or is_reviewer(user, article)


# What a step needs, and does


def missing(article: Article) -> list[Problem]:
    """Return what its author should mend before sending it for review, what stands in the way first."""
    problems = [problem for problem in problems_of(article) if problem.code not in GIVEN_BY_REVIEWER]
    if article.reviewer_id and article.reviewer_id == article.author_id and _needs_second_reader():
        problems.insert(0, Problem("own_reviewer", _("Choose a reviewer other than the author.")))
    return problems


def _needs_second_reader() -> bool:
    return ClinicProfile.objects.current().second_reader_required


def _set(article: Article, **fields) -> None:
    for name, value in fields.items():
        setattr(article, name, value)
    article.save(update_fields=fields)


def _submit(article: Article, by: User) -> None:
    if blocking := [problem for problem in missing(article) if problem.is_blocking]:
        raise CannotPublish(blocking)
    _set(article, status=Status.IN_REVIEW, review_note="", is_correction=False)
    emails.please_review(article)


def _approve(
    article: Article, by: User, *, seen: str, next_review_on: date | None = None, is_correction: bool = False
) -> None:
    """The reviewer vouches for what they read: the whole page, or a correction that lets the review date stand."""
    if seen != revision(article):
        raise NotAllowed(_("The article was changed after you opened it. Read it again before you approve it."))
    if blocking := [problem for problem in missing(article) if problem.is_blocking]:
        raise CannotPublish(blocking)
    if is_correction:
        _approve_correction(article)
    else:
        _approve_review(article, next_review_on)
    emails.approved(article)


def _approve_correction(article: Article) -> None:
    before = article.live
    if before is None or before.last_reviewed_on is None:
        raise NotAllowed(_("Only a published article can be corrected. This one needs a review of the whole page."))
    _set(
        article,
        status=Status.APPROVED,
        is_correction=True,
        last_reviewed_on=before.last_reviewed_on,
        next_review_on=before.next_review_on,
    )


def _approve_review(article: Article, next_review_on: date | None) -> None:
    today = timezone.localdate()
    if next_review_on is None or next_review_on <= today:
        raise NotAllowed(_("Say when the next review is due, on a day after today."))
    _set(
        article,
        status=Status.APPROVED,
        is_correction=False,
        last_reviewed_on=today,
        next_review_on=next_review_on,
    )


def _send_back(article: Article, by: User, *, note: str = "") -> None:
    if not note.strip():
        raise NotAllowed(_("Say what you would like changed."))
    _set(article, status=Status.DRAFT, review_note=note.strip())
    emails.sent_back(article)


def _withdraw(article: Article, by: User) -> None:
    _set(article, status=Status.DRAFT, publish_at=None)


def _publish(article: Article, by: User) -> None:
    publish(article=article, by=by)


def _schedule(article: Article, by: User, *, publish_at: datetime | None = None) -> None:
    if publish_at is None or publish_at <= timezone.now():
        raise NotAllowed(_("Give a day and time that are still to come."))
    if blocking := [problem for problem in problems_of(article) if problem.is_blocking]:
        raise CannotPublish(blocking)
    _set(article, publish_at=publish_at)


def _retire(article: Article, by: User) -> None:
    retire(article=article, by=by)


def _reopen(article: Article, by: User) -> None:
    _set(article, status=Status.DRAFT)


# The table


def _from(*statuses: Status) -> frozenset[str]:
    return frozenset(statuses)


def is_published_too(user: User, article: Article) -> bool:
    return article.is_published and may_edit(user, article)


STEPS: dict[str, Step] = by_name(
    [
        Step("submit", _T("Send for review"), _from(Status.DRAFT), _submit, Status.IN_REVIEW, may_edit),
        Step("approve", _T("Approve"), _from(Status.IN_REVIEW), _approve, Status.APPROVED, is_reviewer),
        Step("send_back", _T("Ask for changes"), _from(Status.IN_REVIEW), _send_back, Status.DRAFT, is_reviewer),
        Step("publish", _T("Publish now"), _from(Status.APPROVED), _publish, Status.PUBLISHED, may_edit),
        Step("schedule", _T("Publish at this time"), _from(Status.APPROVED), _schedule, None, may_edit),
        Step("reopen", _T("Bring back as a draft"), _from(Status.RETIRED), _reopen, Status.DRAFT, may_edit),
        Step(
            "review",
            _T("Review the whole page again"),
            _from(Status.PUBLISHED),
            _submit,  # nothing changed in the text; its reviewer reads the whole page once more
            Status.IN_REVIEW,
            may_edit,
        ),
        Step(
            "withdraw",
            _T("Take back"),
            _from(Status.IN_REVIEW, Status.APPROVED),
            _withdraw,
            Status.DRAFT,
            may_edit,
            is_way_out=True,
        ),
        Step(
            "retire",
            _T("Take off the site"),
            _from(Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, Status.PUBLISHED),
            _retire,
            Status.RETIRED,
            is_published_too,
            is_way_out=True,
        ),
    ]
)


def may(user: User, name: str, article: Article) -> bool:
    """Whether this person may take this step now."""
    return STEPS[name].is_open(article, user)


def steps_for(user: User, article: Article) -> list[Step]:
    """Return the steps this person may take now, the obvious one first."""
    return [step for step in STEPS.values() if step.is_open(article, user)]


@transaction.atomic
def take(name: str, *, article: Article, by: User, **facts) -> None:
    """Take a step by its name, with what it needs, as a button does.

    `article` is brought up to date. Raises NotAllowed or CannotPublish, and changes nothing, where it cannot be.
    """
    locked = Article.objects.select_for_update().get(pk=article.pk)
    if not may(by, name, locked):
        raise NotAllowed(_("This step is not open to you now. Somebody may have changed the article meanwhile."))
    STEPS[name].run(locked, by, **facts)
    article.refresh_from_db()


# Changes that are no step


def revision(article: Article) -> str:
    """Return what tells one saved state of the working copy from the next."""
    return article.updated_at.isoformat()


def edited(article: Article) -> None:
    """A change to the working copy: whatever was sent for review, approved or scheduled is a draft again."""
    if article.status not in (Status.DRAFT, Status.RETIRED):
        _set(article, status=Status.DRAFT, publish_at=None, is_correction=False)


@transaction.atomic
def restore(*, article: Article, version: ArticleVersion, by: User) -> None:
    """Take an earlier version up again as the working copy. The public sees nothing of it until it is published."""
    if version.article_id != article.pk or not may_edit(by, article):
        raise NotAllowed(_("This version cannot be taken up here."))
    Article.objects.select_for_update().get(pk=article.pk)
    article.refresh_from_db()
    for name in TEXT:
        setattr(article, name, getattr(version, name))
    article.save(update_fields=[*TEXT, "updated_at"])
    article.treatments.set(version.treatments.all())
    article.conditions.set(version.conditions.all())
    article.related.set(version.related.all())
    article.citations.all().delete()
    Citation.objects.bulk_create(Citation(article=article, **_citation_fields(kept)) for kept in version.citations)
    edited(article)


def _citation_fields(kept: dict) -> dict:
    """Return the row of a citation again, from what a version kept of it."""
    names = ["number", "authors", "title", "source", "year", "doi", "pubmed_id", "shows", "does_not_show"]
    has_id = kept["doi"] or kept["pubmed_id"]
    return {name: kept[name] for name in names} | {
        "url": "" if has_id else kept["address"],
        "accessed_on": kept.get("accessed_on") or None,
    }
