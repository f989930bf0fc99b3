"""What search engines read about an article (schema.org, JSON-LD), from the version the public reads."""

from collections.abc import Iterable
from typing import Any

from articles.models import Article, ArticleVersion
from clinic.core.json_ld import CONTEXT, absolute, clinic_id, filled
from providers.json_ld import person, topic
from providers.models import Condition, Treatment


def article_page(article: Article, version: ArticleVersion, topics: Iterable[Treatment | Condition]) -> dict[str, Any]:
    """Describe an article's page: what it is about, who reviewed it and when, and the article itself. No query."""
    url = absolute(article.get_absolute_url())
    return CONTEXT | filled(
        type="MedicalWebPage",
        id=url,
        url=url,
        name=version.title,
        description=version.summary,
        about=[topic(row) for row in topics],
        reviewedBy=person(version.reviewer) if version.reviewer else None,
        lastReviewed=version.last_reviewed_on.isoformat() if version.last_reviewed_on else "",
        mainEntity=_article(article, version, url),
    )


def _article(article: Article, version: ArticleVersion, url: str) -> dict[str, Any]:
    return filled(
        type="Article",
        headline=version.title,
        description=version.summary,
        mainEntityOfPage=url,
        author=person(version.author),
        publisher={"@type": "MedicalClinic", "@id": clinic_id()},
        datePublished=article.first_published_at.isoformat() if article.first_published_at else "",
        dateModified=version.published_at.isoformat(),
        image=_image(version),
        citation=[_citation(citation) for citation in version.citations],
    )


def _image(version: ArticleVersion) -> dict[str, Any] | None:
    picture = version.picture
    if picture is None:
        return None
    return filled(
        type="ImageObject",
        url=absolute(picture.file.url),
        width=_pixels(picture.width),
        height=_pixels(picture.height),
        caption=picture.caption,
        creditText=picture.credit,
    )


def _pixels(count: int) -> dict[str, Any]:
    return filled(type="QuantitativeValue", value=count, unitCode="E37")  # UN/CEFACT's code for a pixel


def _citation(citation: dict[str, Any]) -> dict[str, Any]:
    return filled(
        type="ScholarlyArticle" if citation["doi"] or citation["pubmed_id"] else "CreativeWork",
        name=citation["title"],
        creditText=citation["authors"],
        isPartOf=filled(type="CreativeWork", name=citation["source"]),
        datePublished=str(citation["year"] or ""),
        url=citation["address"],
    )
