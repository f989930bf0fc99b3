"""Published articles for tests of what patients read."""

from datetime import date, timedelta
from itertools import count

from django.utils import timezone

from articles.models import Article, ArticleVersion
from providers.models import Provider

numbers = count(1)


def make_provider(**fields) -> Provider:
    number = next(numbers)
    defaults = {
        "name": f"Dr. Ana Ruiz {number}",
        "short_name": f"Dr. Ruiz {number}",
        "slug": f"ana-ruiz-{number}",
        "job_title": "Chiropractic physician",
        "summary": "Sees people with back pain.",
    }
    return Provider.objects.create(**defaults | fields)


def make_article(*, author=None, treatments=(), conditions=(), related=(), days_ago=1, **fields) -> Article:
    """A published article whose working copy says "draft" wherever the live version says something else."""
    number = next(numbers)
    author = author or make_provider()
    published_at = timezone.now() - timedelta(days=days_ago)
    article = Article.objects.create(
        title=f"Draft title {number}",
        slug=fields.pop("slug", f"article-{number}"),
        author=author,
        intro="Draft intro",
        body="<p>Draft body</p>",
        first_published_at=published_at,
    )
    defaults = {
        "title": f"Live title {number}",
        "summary": f"Live summary {number}",
        "intro": "First paragraph.\n\nSecond paragraph.",
        "body_html": "<h2 id='what'>What</h2><p>Live body</p>",
        "headings": [["what", "What"]],
        "words": 660,
        "last_reviewed_on": date(2026, 1, 5),
        "next_review_on": date(2027, 1, 5),
    }
    article.live = ArticleVersion.objects.create(
        article=article, number=1, published_at=published_at, author=author, **defaults | fields
    )
    article.save()
    article.live.treatments.set(treatments)
    article.live.conditions.set(conditions)
    article.live.related.set(related)
    return article
