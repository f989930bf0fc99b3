"""One function a message to the people who write. A row names the member of staff by number, never by address."""

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format

from articles.models import Article
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import enqueue
from providers.models import Provider

Audience = OutgoingEmail.Audience


def to_provider(provider: Provider | None, article: Article, message: str, *, name: str, **facts) -> None:
    """Queue a message to a provider; to the manager where the provider has no sign-in or no address."""
    user = provider.user if provider else None
    is_reachable = bool(user and user.is_active and user.email)
    enqueue(
        name=name,
        template=f"articles/emails/{message}",
        audience=Audience.STAFF if is_reachable else Audience.MANAGER,
        context={
            "user_id": user.pk if user and is_reachable else None,
            "article_id": article.pk,
            "title": article.title,
        }
        | facts,
    )


def _once(article: Article) -> str:
    """A step is taken once, in a transaction; the same step later is another mail."""
    return f"{article.pk}.{timezone.now():%Y%m%dT%H%M%S%f}"


def please_review(article: Article) -> None:
    to_provider(article.reviewer, article, "please_review", name=f"please-review.{_once(article)}")


def approved(article: Article) -> None:
    to_provider(article.author, article, "approved", name=f"approved.{_once(article)}")


def sent_back(article: Article) -> None:
    to_provider(article.author, article, "sent_back", name=f"sent-back.{_once(article)}")


def not_published(article: Article, day: date) -> None:
    to_provider(article.author, article, "not_published", name=f"not-published.{article.pk}.{day}")


def review_due(article: Article, due_on: date, *, is_today: bool) -> None:
    """Thirty days before and on the day, once each."""
    name = f"review-due.{article.pk}.{due_on}.{'today' if is_today else 'soon'}"
    to_provider(article.author, article, "review_due", name=name, due=date_format(due_on), is_today=is_today)
