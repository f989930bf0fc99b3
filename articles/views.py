"""What patients read of articles: always the live version, never the working copy its author edits."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView

from articles.json_ld import article_page
from articles.models import Article, ArticleQuerySet, ArticleVersion, is_about
from articles.search import search
from clinic.core.http import public_page
from providers.models import Condition, Provider, Treatment, TreatmentForCondition
from providers.templatetags.names import midsentence

RELATED = 3
LONG_ARTICLE = 3  # more sections than this get a list of contents


def topics_of(version: ArticleVersion) -> dict[str, QuerySet]:
    """Return what a version is about, names and addresses only: its treatments, its conditions, the pages on both."""
    pairs = TreatmentForCondition.objects.filter(
        treatment__article_versions=version, condition__article_versions=version
    )
    both = [f"{one}__{column}" for one in ("treatment", "condition") for column in ("name", "slug")]
    return {
        "treatments": version.treatments.only("name", "slug"),
        "conditions": version.conditions.only("name", "slug"),
        "pairs": pairs.select_related("treatment", "condition")
        .only(*both)
        .order_by("condition__position", "treatment__name", "condition__name"),
    }


def related_to(version: ArticleVersion, topics: dict[str, QuerySet]) -> QuerySet[Article]:
    """Return up to three articles to read next: those its author chose, then the newest on the same topics.

    `topics` is what `topics_of` gave, read for the page anyway: named one by one they make the query simpler.
    """
    others = Article.objects.published().exclude(pk=version.article_id)
    chosen = Q(pk__in=version.related.values("pk"))
    on_a_topic = is_about("treatment", list(topics["treatments"])) | is_about("condition", list(topics["conditions"]))
    alike = Q(pk__in=others.filter(on_a_topic).newest_first().values("pk")[:RELATED])
    first = Case(When(chosen, then=0), default=1)
    return others.filter(chosen | alike).for_cards().order_by(first, "-first_published_at", "-pk")[:RELATED]


def article_context(article: Article, version: ArticleVersion) -> dict[str, Any]:
    """What an article's page shows: one version of it, and all around it."""
    topics = topics_of(version)
    asked_about = {"article": article.slug}
    if version.author.is_accepting_patients:
        asked_about["provider"] = version.author.slug
    return {
        "article": article,
        "version": version,
        "author": version.author,
        "topics": topics,
        "related": related_to(version, topics),
        "has_contents": len(version.headings) > LONG_ARTICLE,
        "request_url": f"{reverse('appointments:request')}?{urlencode(asked_about)}",
        "breadcrumb": [(_("Articles"), reverse("articles:list")), (version.title, "")],
        "json_ld": [article_page(article, version, [*topics["treatments"], *topics["conditions"]])],
    }


@method_decorator(public_page, name="dispatch")
class ArticleDetail(DetailView):
    def get_queryset(self) -> QuerySet[Article]:
        return Article.objects.published().select_related("live__author", "live__reviewer", "live__picture")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | article_context(self.object, self.object.live)


@dataclass(frozen=True)
class Filter:
    """One thing the list is narrowed by: what it is called, and the list's address without it."""

    label: str
    remove_url: str


@method_decorator(public_page, name="dispatch")
class ArticleList(ListView):
    paginate_by = 12
    kinds = ("treatment", "condition", "provider")

    @cached_property
    def chosen(self) -> dict[str, str]:
        """What the reader asked for: the words and the slugs that are not empty."""
        # PostgreSQL takes no NUL in a text, and no name or word has one.
        asked = {name: self.request.GET.get(name, "").replace("\0", "") for name in ("q", *self.kinds)}
        return {name: " ".join(value.split())[:100] for name, value in asked.items() if value.strip()}

    @cached_property
    def choices(self) -> dict[str, list[Treatment | Condition | Provider]]:
        """The treatments, conditions and authors that have articles, and whatever is chosen now."""

        def offered(kind: str, path: str) -> Q:
            has_articles = Exists(Article.objects.published().filter(**{path: OuterRef("pk")}))
            return Q(has_articles) | Q(slug=self.chosen.get(kind, ""))

        return {
            "treatment": list(Treatment.objects.filter(offered("treatment", "live__treatments"))),
            "condition": list(Condition.objects.filter(offered("condition", "live__conditions"))),
            "provider": list(Provider.objects.filter(offered("provider", "live__author"))),
        }

    def get_queryset(self) -> ArticleQuerySet:
        words = self.chosen.get("q")
        articles = search(words) if words else Article.objects.published().newest_first()
        for kind in self.kinds:
            if kind in self.chosen:
                articles = self._narrowed(articles, kind)
        return articles

    def _narrowed(self, articles: ArticleQuerySet, kind: str) -> ArticleQuerySet:
        option = self._option(kind)
        if option is None:
            return articles.none()
        return articles.written_by(option) if kind == "provider" else articles.filter(is_about(kind, [option]))

    def paginate_queryset(self, queryset: Any, page_size: int) -> tuple[Paginator, Page, Any, bool]:
        """A page number that does not exist gives the last page, what is no number the first (Django's get_page)."""
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        # First which, then what they say: sorting thousands must not drag their texts along.
        found: Any = page.object_list
        order = list(found.values_list("pk", flat=True))
        by_pk = Article.objects.for_cards().in_bulk(order)
        page.object_list = [by_pk[pk] for pk in order]
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        page, heading = context["page_obj"], self._heading()
        above = [(_("Articles"), reverse("articles:list"))] if heading != _("Articles") else []
        return context | {
            "chosen": self.chosen,
            "choices": self.choices,
            "filters": [self._filter(name) for name in self.chosen],
            "heading": heading,
            "breadcrumb": [*above, (heading, "")],
            "this_url": self._url(page=page.number),
            "previous_url": self._url(page=page.number - 1) if page.has_previous() else "",
            "next_url": self._url(page=page.number + 1) if page.has_next() else "",
            # One filter makes a page worth finding; words and combinations make endless ones.
            "is_noindex": "q" in self.chosen or len(self.chosen) > 1 or not page.paginator.count,
        }

    def _url(self, *, page: int = 1, without: str = "") -> str:
        query = {name: value for name, value in self.chosen.items() if name != without}
        if page > 1:
            query["page"] = str(page)
        return reverse("articles:list") + (f"?{urlencode(query)}" if query else "")

    def _option(self, kind: str) -> Any:
        """The treatment, condition or provider that was chosen; None where nothing has that slug."""
        return next((option for option in self.choices[kind] if option.slug == self.chosen[kind]), None)

    def _name(self, kind: str) -> str:
        option = self._option(kind)
        return option.name if option else ""

    def _filter(self, kind: str) -> Filter:
        label = f"“{self.chosen['q']}”" if kind == "q" else self._name(kind) or self.chosen[kind]
        return Filter(label, self._url(without=kind))

    def _heading(self) -> str:
        """What the page is called: by its one filter where that is known, else in general."""
        if "q" in self.chosen:
            return _("Search the articles")
        if len(self.chosen) == 1 and (name := self._name(*self.chosen)):
            if "provider" in self.chosen:
                return _("Articles by %(name)s") % {"name": name}
            return _("Articles on %(topic)s") % {"topic": midsentence(name)}
        return _("Articles")
