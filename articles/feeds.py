"""The newest articles as Atom feeds: all of them, and those on one treatment. Read from the live versions."""

from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from articles.body import with_absolute_links
from articles.models import Article
from clinic.practice.caching import public_page
from clinic.practice.models import ClinicProfile
from providers.models import Treatment

NEWEST = 20


class FullText(Atom1Feed):
    """Atom with the whole article beside its summary."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


class ArticleFeed(Feed):
    feed_type = FullText

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return public_page(super().__call__)(request, *args, **kwargs)

    def articles(self, treatment: Treatment | None) -> QuerySet[Article]:
        return Article.objects.published()

    def items(self, treatment: Treatment | None) -> list[Article]:
        return list(self.articles(treatment).for_cards()[:NEWEST])

    def title(self, treatment: Treatment | None) -> str:
        return _("Articles from %(clinic)s") % {"clinic": ClinicProfile.objects.current()}

    def link(self, treatment: Treatment | None) -> str:
        return settings.SITE_URL + reverse("articles:list")

    def feed_url(self, treatment: Treatment | None) -> str:
        return settings.SITE_URL + reverse("articles:feed")

    def item_title(self, article: Article) -> str:
        return article.live.title

    def item_description(self, article: Article) -> str:
        return article.live.summary

    def item_link(self, article: Article) -> str:
        return settings.SITE_URL + article.get_absolute_url()

    def item_author_name(self, article: Article) -> str:
        return article.live.author.name_with_credentials

    def item_author_link(self, article: Article) -> str | None:
        author = article.live.author
        return settings.SITE_URL + author.get_absolute_url() if author.is_listed else None

    def item_pubdate(self, article: Article) -> Any:
        return article.first_published_at

    def item_updateddate(self, article: Article) -> Any:
        return article.live.published_at

    def item_extra_kwargs(self, article: Article) -> dict[str, str]:
        return {"content": with_absolute_links(article.live.body_html, self.item_link(article))}


class TreatmentFeed(ArticleFeed):
    def get_object(self, request: HttpRequest, slug: str) -> Treatment:
        return get_object_or_404(Treatment, slug=slug)

    def articles(self, treatment: Treatment | None) -> QuerySet[Article]:
        return Article.objects.published().filter(live__treatments=treatment)

    def title(self, treatment: Treatment) -> str:
        names = {"treatment": treatment, "clinic": ClinicProfile.objects.current()}
        return _("Articles on %(treatment)s from %(clinic)s") % names

    def link(self, treatment: Treatment) -> str:
        return settings.SITE_URL + treatment.get_absolute_url()

    def feed_url(self, treatment: Treatment) -> str:
        return settings.SITE_URL + reverse("articles:treatment-feed", args=[treatment.slug])
