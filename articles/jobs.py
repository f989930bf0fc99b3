"""What the worker does for articles: publish on time, and tell authors when a review is due."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from articles import emails
from articles.models import Article
from articles.services.publishing import CannotPublish, publish


def publish_scheduled(now: datetime | None = None) -> None:
    """Publish what is approved and due. Each on its own: one that cannot be published delays no other."""
    now = now or timezone.now()
    for pk in Article.objects.due_for_publishing(now).values_list("pk", flat=True):
        with transaction.atomic():
            article = Article.objects.due_for_publishing(now).select_for_update(of=("self",)).filter(pk=pk).first()
            if article:  # else another worker was quicker, or its author took it back
                _publish(article, now)


def _publish(article: Article, now: datetime) -> None:
    try:
        publish(article=article, by=None, now=now)
    except CannotPublish:
        # Only what lies outside the text can be missing by now, such as a reviewer who left
        article.status, article.publish_at = Article.Status.DRAFT, None
        article.save(update_fields=["status", "publish_at"])
        emails.not_published(article, timezone.localdate(now))


def remind_of_reviews(now: datetime | None = None) -> None:
    """Thirty days before a review is due, and on the day, its author hears."""
    today = timezone.localdate(now)
    due = Article.objects.due_for_review(today).select_related("live", "author__user")
    for article in due:
        due_on = article.live.next_review_on if article.live else None
        if due_on:
            emails.review_due(article, due_on, is_today=due_on <= today)
