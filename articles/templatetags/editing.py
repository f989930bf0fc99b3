from dataclasses import dataclass, field

from django import template
from django.contrib.auth.models import User
from django.db.models import Count
from django.utils import timezone

from articles.models import Article
from articles.services.workflow import Status

register = template.Library()


@dataclass
class Desk:
    """What waits for somebody who writes, and what their articles brought."""

    drafts: list[Article] = field(default_factory=list)
    to_review: list[Article] = field(default_factory=list)
    due: list[Article] = field(default_factory=list)
    brought: list[Article] = field(default_factory=list)


@register.simple_tag
def writing_desk(user: User) -> Desk:
    """Return a provider's articles by what is to be done. Four queries.

    What an article brought is counted on the requests that name it as their source; no reader is followed.
    """
    mine = Article.objects.by(user)
    return Desk(
        drafts=list(mine.filter(status__in=[Status.DRAFT, Status.IN_REVIEW, Status.APPROVED]).select_related("live")),
        to_review=list(Article.objects.awaiting_review_by(user).select_related("author")),
        due=list(mine.due_for_review(timezone.localdate()).select_related("live").order_by("live__next_review_on")),
        brought=list(
            mine.exclude(first_published_at=None)
            .annotate(brought=Count("requests"))
            .filter(brought__gt=0)
            .order_by("-brought", "title")
        ),
    )
