"""The demo's articles: written, illustrated, pointed at each other and published, each as long ago as its file says."""

from datetime import datetime, time, timedelta

from django.core.files import File
from django.utils import timezone

from articles.models import Article, ArticleImage, Citation
from articles.services.publishing import publish
from clinic.demo.making import Maker
from clinic.demo.texts import PICTURES, one_a_line, read, read_articles
from providers.models import Condition, Provider, Treatment

REVIEWED_AGAIN_AFTER = timedelta(days=365)
PUBLISHED_AT = time(9)


def load_articles(maker: Maker, now: datetime) -> None:
    """Store all articles before any is published, so that each can point at the others."""
    studies = read("citations")
    articles = [(texts, make_article(maker, texts, studies)) for texts in read_articles()]
    for texts, article in articles:
        article.related.set(Article.objects.filter(slug__in=texts["related"]))
        publish_and_review(article, texts, now)


def make_article(maker: Maker, texts: dict, studies: dict) -> Article:
    as_they_are = ["title", "slug", "summary", "intro", "urgent_advice", "who_should_not", "body"]
    article = maker.make(
        Article,
        **{name: texts[name] for name in as_they_are},
        key_points=one_a_line(texts["key_points"]),
        author=Provider.objects.get(user__username=texts["author"]),
        reviewer=Provider.objects.get(user__username=texts["reviewer"]),
    )
    article.treatments.set(Treatment.objects.filter(slug__in=texts["treatments"]))
    article.conditions.set(Condition.objects.filter(slug__in=texts["conditions"]))
    for number, key in enumerate(texts["citations"], start=1):
        maker.make(Citation, article=article, number=number, **studies[key])
    article.picture = make_picture(maker, article, texts)
    article.save(update_fields=["picture"])
    return article


def make_picture(maker: Maker, article: Article, texts: dict) -> ArticleImage | None:
    path = PICTURES / f"{texts['picture']}.jpg"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return maker.make(ArticleImage, article=article, file=File(file, name=path.name), alt=texts["picture_alt"])


def publish_and_review(article: Article, texts: dict, now: datetime) -> None:
    """Publish it, and once more where it was reviewed again since."""
    days_ago = {texts["published_days_ago"], min(texts["published_days_ago"], texts["reviewed_days_ago"])}
    for days in sorted(days_ago, reverse=True):
        day = timezone.localdate(now) - timedelta(days=days)
        article.last_reviewed_on = day
        article.next_review_on = day + REVIEWED_AGAIN_AFTER
        article.save(update_fields=["last_reviewed_on", "next_review_on"])
        at = timezone.make_aware(datetime.combine(day, PUBLISHED_AT))
        publish(article=article, by=article.author.user, now=at)
