"""Publishing writes down what the author has, all or nothing, and the public reads only that."""

from datetime import UTC, date, datetime, timedelta

import pytest

from articles.models import Article, ArticleVersion, Citation
from articles.search import search
from articles.services.publishing import CannotPublish, problems_of, publish, retire
from providers.models import Condition, Treatment
from tests.factories import make_provider, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]

NOON = datetime(2026, 3, 9, 17, tzinfo=UTC)


@pytest.fixture
def article():
    article = Article.objects.create(
        title="Needling for headaches",
        slug="needling-for-headaches",
        author=make_provider(),
        reviewer=make_provider(),
        summary="What a trial found.",
        intro="Some words first.",
        key_points="One\nTwo",
        urgent_advice="Call if it is sudden.",
        who_should_not="Anyone who says no",
        body="<h2>What it is</h2><p>Less pain [1], and again [1].</p><p>More [2].</p>",
        last_reviewed_on=date(2026, 1, 5),
        next_review_on=date(2027, 1, 5),
    )
    for number in (1, 2):
        Citation.objects.create(
            article=article, number=number, authors="Doe J", title="A trial", source="J Trials", doi=f"10.1/{number}",
            shows="Less pain", does_not_show="Why",
        )  # fmt: skip
    article.treatments.add(Treatment.objects.create(name="Dry needling", slug="dry-needling", summary="x"))
    article.conditions.add(Condition.objects.create(name="Headache", slug="headache", summary="x"))
    return article


def test_publishing_writes_an_immutable_version_and_shows_it(article):
    editor = make_user("editor")
    version = publish(article=article, by=editor, now=NOON)
    assert (version.number, version.published_at, version.published_by) == (1, NOON, editor)
    assert (version.title, version.summary, version.intro) == (
        article.title,
        "What a trial found.",
        "Some words first.",
    )
    assert (version.author, version.reviewer) == (article.author, article.reviewer)
    assert '<a class="cite" href="#ref-1" id="cite-1-2"' in version.body_html
    assert version.headings == [("section-what-it-is", "What it is")]
    assert [citation["back"] for citation in version.citations] == [["cite-1-1", "cite-1-2"], ["cite-2-1"]]
    assert version.citations[0]["address"] == "https://doi.org/10.1/1"
    assert [str(topic) for topic in [*version.treatments.all(), *version.conditions.all()]] == [
        "Dry needling",
        "Headache",
    ]
    article.refresh_from_db()
    assert (article.live, article.first_published_at, article.is_published) == (version, NOON, True)
    assert list(search("headache")) == [article]


def test_the_next_version_leaves_the_first_as_it_was(article):
    first = publish(article=article, by=None, now=NOON)
    article.title, article.body = "New title", "<p>New words [1] [2]</p>"
    article.save()
    second = publish(article=article, by=None, now=NOON + timedelta(days=1))
    first.refresh_from_db()
    article.refresh_from_db()
    assert (first.number, first.title) == (1, "Needling for headaches")
    assert (second.number, second.title) == (2, "New title")
    assert (article.live, article.first_published_at) == (second, NOON)


def test_saved_changes_are_published_even_through_an_old_object(article):
    Article.objects.filter(pk=article.pk).update(title="Saved by another")
    assert publish(article=article, by=None).title == "Saved by another"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"summary": ""}, "no_summary"),
        ({"body": "<p></p>"}, "no_text"),
        ({"reviewer": None}, "no_reviewer"),
        ({"last_reviewed_on": None}, "no_last_review"),
        ({"next_review_on": None}, "no_next_review"),
        ({"body": "<p>[1] [2] [3]</p>"}, "unknown_citation"),
        ({"body": "<p>[1] [2]</p><img src='/media/articles/x.jpg'>"}, "unknown_picture"),
        ({"body": "<p>[1] [2] <a href='www.example.org'>x</a></p>"}, "bad_link"),
    ],
)
def test_nothing_is_published_while_something_is_missing(article, change, code):
    Article.objects.filter(pk=article.pk).update(**change)
    with pytest.raises(CannotPublish) as refusal:
        publish(article=article, by=None)
    assert code in [problem.code for problem in refusal.value.problems]
    assert refusal.value.problems[0].message in str(refusal.value)
    article.refresh_from_db()
    assert article.live is None and not ArticleVersion.objects.exists() and not search("needling")


def test_an_unused_citation_is_told_and_does_not_stop_publishing(article):
    article.body = "<p>Only one [1]</p>"
    article.save()
    assert [(problem.code, problem.is_blocking) for problem in problems_of(article)] == [("unused_citation", False)]
    assert publish(article=article, by=None).citations[1]["back"] == []


def test_retiring_takes_it_off_and_publishing_brings_it_back(article):
    publish(article=article, by=None, now=NOON)
    retire(article=article, by=None)
    assert not article.is_published and not search("headache") and not Article.objects.published()
    version = publish(article=article, by=None)
    assert version.number == 2 and article.is_published and article.first_published_at == NOON
    assert list(search("headache")) == [article]


def test_retiring_twice_keeps_the_first_date(article):
    publish(article=article, by=None)
    retire(article=article, by=None, now=NOON)
    retire(article=article, by=None)
    assert article.retired_at == NOON
