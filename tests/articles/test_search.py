"""Patients find published articles by the words they would use, whatever else they type."""

import pytest
from django.core.management import call_command
from django.core.paginator import Paginator
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from articles import search as search_module
from articles.models import Article, ArticleVersion
from articles.search import index, rebuild, remove, search
from providers.models import Treatment
from tests.factories import make_article, make_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]


def findable(**fields) -> Article:
    article = make_article(**fields)
    index(article.live)
    return article


@pytest.fixture
def headache():
    return findable(
        title="Needling for a headache", body_html="<h2>What a trial found</h2><p>Less pain in the n&amp;eck</p>"
    )


@pytest.mark.parametrize(
    "words",
    [
        "headache",
        "Headaches",
        "HEADACHE",
        "head",
        "needl",
        "headache needling",
        "trial",
        "“headache”",
        "headache?",
        "headache, pain",
    ],
)
def test_words_are_found_in_any_form_and_from_their_beginning(headache, words):
    findable(title="Walking", body_html="<p>Shoes</p>")
    assert list(search(words)) == [headache]


@pytest.mark.parametrize("words", ["jose", "José", "JOSÉ", "Jose\u0301", "ibanez"])
def test_accents_do_not_matter(words):
    article = findable(author=make_provider(name="José Ibáñez"))
    assert list(search(words)) == [article]


def test_accents_in_the_question_alone_do_not_matter():
    article = findable(title="Needling with Jose")
    assert list(search("Jóse")) == [article]


@pytest.mark.parametrize(
    "field", ["title", "summary", "intro", "key_points", "urgent_advice", "who_should_not", "body_html"]
)
def test_every_part_a_patient_reads_is_searched(field):
    article = findable(**{field: "A pneumothorax is rare"})
    assert list(search("pneumothorax")) == [article]


def test_topics_are_searched():
    article = findable(treatments=[Treatment.objects.create(name="Cupping", slug="cupping", summary="x")])
    assert list(search("cupping")) == [article]


def test_markup_and_addresses_are_not_searched():
    findable(body_html='<p class="secret"><a href="https://nih.gov/secret">words</a></p>')
    assert not search("secret") and search("words")


def test_a_title_counts_more_than_the_text_and_then_the_newest_comes_first():
    in_text = findable(body_html="<p>sciatica</p>", days_ago=1)
    old = findable(title="Sciatica", body_html="<p>a</p>", days_ago=9)
    new = findable(title="Sciatica", body_html="<p>a</p>", days_ago=2)
    assert list(search("sciatica")) == [new, old, in_text]


def test_of_a_common_word_the_newest_are_ranked_and_every_title_that_has_it(monkeypatch):
    monkeypatch.setattr(search_module, "RANKED_AT_MOST", 2)
    titled = findable(title="Sciatica", body_html="<p>a</p>")
    in_text = [findable(title=f"Walk {number}", body_html="<p>sciatica</p>") for number in range(4)]
    assert list(search("sciatica")) == [titled, *reversed(in_text[2:])]


def test_all_the_words_if_any_article_has_them_else_some():
    both = findable(title="Neck pain", body_html="<p>a</p>")
    neck = findable(title="Neck", body_html="<p>a</p>")
    assert list(search("neck pain")) == [both]
    assert set(search("neck zebra")) == {both, neck}
    assert not search("zebra giraffe")


def test_only_published_articles_are_found(headache):
    Article.objects.filter(pk=headache.pk).update(retired_at="2026-01-01T00:00Z")
    assert not search("headache")


def test_what_an_article_said_before_is_forgotten(headache):
    headache.live = ArticleVersion.objects.create(
        article=headache, number=2, title="Walking", summary="x", body_html="<p>Shoes</p>", author=headache.author
    )
    headache.save()
    index(headache.live)
    assert not search("headache") and list(search("shoes")) == [headache]


def test_removing_twice_does_no_harm(headache):
    remove(headache)
    remove(headache)
    assert not search("headache")


def test_a_deleted_article_is_not_found(headache):
    Article.objects.filter(pk=headache.pk).update(live=None)
    headache.delete()
    assert not search("headache")


def test_results_can_be_filtered_joined_counted_and_paged(django_assert_num_queries):
    author = make_provider()
    for number in range(5):
        findable(title=f"Neck {number}", author=author)
    findable(title="Neck by another")
    found = search("neck").select_related("live__author").filter(live__author__slug=author.slug)
    with django_assert_num_queries(2):
        page = Paginator(found, 2).page(2)
        assert [article.live.author for article in page] == [author, author]
    assert page.paginator.count == 5
    assert found.exclude(pk__in=found.values("pk")[:2]).count() == 3


NASTY = [
    "", " ", "\x00", "\x00\x00", "a\x00b", '"', "'", '"""', "'; DROP TABLE articles_search; --", "NEAR(a b)",
    "a AND", "OR", "NOT a", "a*", "*", "^a", "title:a", "{title about}: a", "a + b", "(", ")", "(((", "-",
    "--", "a-b", "!", "& |", "a & | b", "a <-> b", ":*", "a:*", "\\", "\\'", "%", "_", "%s", "%(x)s", "{}",
    "{0}", "😀", "\U0001f469\u200d\u2695\ufe0f neck", "\u202e", "ﬁ", "ß", "İ", "ǅ", "日本語", "кость", "x" * 1000,
    "x " * 500, "the", "a", "1", "½", "²", "5e400", "https://example.org/?a=b", "me@example.org", "\ud800",
    "\n\t", "·", "NULL",
]  # fmt: skip


@pytest.mark.parametrize("words", NASTY)
def test_nothing_that_is_typed_breaks_the_search(headache, words):
    assert list(search(words)) in ([], [headache])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.text("abc\"'*&|!():<>-+^{}\\ ", max_size=30))
@example('a"b')
def test_any_text_at_all_gives_an_answer(headache, words):
    assert list(search(words)) in ([], [headache])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_text_at_all_can_be_published_and_each_longer_word_found(headache, text):
    ArticleVersion.objects.filter(pk=headache.live_id).update(title="x")
    version = ArticleVersion(pk=headache.live_id, article=headache, title="x", key_points=text, author=headache.author)
    index(version)
    for word in search_module.plain_words(text):
        assert len(word) < 4 or not word.isascii() or is_stop_word(word) or list(search(word)) == [headache]


def is_stop_word(word: str) -> bool:
    """PostgreSQL keeps no English stop words: "over" alone finds nothing there, and everything on SQLite."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT numnode(to_tsquery('english', %s))", [f"'{word}':*"])
        return cursor.fetchone()[0] == 0


def test_a_long_question_is_cut_short_not_refused(headache, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        assert list(search("headache " + " ".join(f"word{number}" for number in range(400)))) == [headache]


def test_rebuilding_finds_what_is_published_and_nothing_else(headache, capsys):
    unpublished = findable(title="Zebra")
    Article.objects.filter(pk=unpublished.pk).update(live=None)
    remove(headache)
    call_command("rebuild_search")
    assert capsys.readouterr().out == "1 article can be found.\n"
    assert list(search("headache")) == [headache] and rebuild() == 1
