"""The newest articles as Atom feeds: all of them, and those on one treatment. Read from the live versions."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from articles.body import with_absolute_links
from articles.models import Article, ArticleVersion, is_about
from clinic.practice.models import ClinicProfile
from providers.models import Treatment

NEWEST = 20


class FullText(Atom1Feed):
    """Atom with the whole article beside its summary: opening, key points and text."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


class ArticleFeed(Feed):
    """Every article, or those on the treatment whose slug is in the address."""

    feed_type = FullText

    def get_object(self, request: HttpRequest, slug: str = "") -> Treatment | None:
        return get_object_or_404(Treatment, slug=slug) if slug else None

    def items(self, treatment: Treatment | None) -> list[ArticleVersion]:
        articles = Article.objects.published().newest_first()
        if treatment:
            articles = articles.filter(is_about("treatment", [treatment]))
        newest = articles.values("live")[:NEWEST]
        versions = ArticleVersion.objects.filter(pk__in=newest).select_related("article", "author")
        return list(versions.order_by("-article__first_published_at", "-article__pk"))

    def title(self, treatment: Treatment | None) -> str:
        names = {"clinic": ClinicProfile.objects.current(), "treatment": treatment}
        if treatment:
            return _("Articles on %(treatment)s from %(clinic)s") % names
        return _("Articles from %(clinic)s") % names

    def link(self, treatment: Treatment | None) -> str:
        return settings.SITE_URL + (treatment.get_absolute_url() if treatment else reverse("articles:list"))

    def feed_url(self, treatment: Treatment | None) -> str:
        if treatment:
            return settings.SITE_URL + reverse("articles:treatment-feed", args=[treatment.slug])
        return settings.SITE_URL + reverse("articles:feed")

    def item_title(self, version: ArticleVersion) -> str:
        return version.title

    def item_description(self, version: ArticleVersion) -> str:
        return version.summary

    def item_link(self, version: ArticleVersion) -> str:
        return settings.SITE_URL + version.article.get_absolute_url()

    def item_author_name(self, version: ArticleVersion) -> str:
        return version.author.name_with_credentials

    def item_author_link(self, version: ArticleVersion) -> str | None:
        return settings.SITE_URL + version.author.get_absolute_url() if version.author.is_listed else None

    def item_pubdate(self, version: ArticleVersion) -> datetime | None:
        return version.article.first_published_at

    def item_updateddate(self, version: ArticleVersion) -> datetime:
        return version.published_at

    def item_extra_kwargs(self, version: ArticleVersion) -> dict[str, str]:
        content = render_to_string("articles/feed_entry.html", {"version": version})
        return {"content": with_absolute_links(content, self.item_link(version))}
