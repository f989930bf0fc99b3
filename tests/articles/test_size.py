"""Long and deeply nested text: rendered and imported in time that grows with its length, or refused in words."""

import time

import pytest
from django.core.exceptions import ValidationError

from articles.body import render
from articles.models import Article
from articles.wordpress.convert import converted

NESTED = ["<table><tr><td>", "<ul><li>", "<blockquote>", "<em>", "<figure>"]


@pytest.mark.parametrize("tags", NESTED)
def test_text_nested_too_deep_keeps_its_words_and_is_reported(tags):
    started = time.process_time()
    rendered = render(tags * 1000 + "the words")
    assert time.process_time() - started < 1
    assert "the words" in rendered.html
    assert "nested_too_deep" in [problem.code for problem in rendered.problems]


def test_text_as_deep_as_an_editor_makes_it_is_left_alone():
    html = "<ul><li>" * 5 + "deep" + "</li></ul>" * 5
    assert render(html).problems == []
    assert render(html).html.count("<ul>") == 5


@pytest.mark.parametrize(
    "piece", ["<h2>Same</h2>", "<h2>?</h2>", "<p>a [1]</p>", "<li>a</li>", "<p><a href=x>y</a></p>"]
)
def test_time_grows_with_the_length_and_no_faster(piece):
    render(piece)
    started = time.process_time()
    render(piece * 500)
    short = time.process_time() - started
    started = time.process_time()
    render(piece * 5000)
    assert time.process_time() - started < 40 * short + 0.2


def test_equal_headings_still_have_ids_of_their_own():
    assert len({heading for heading, _text in render("<h2>Same</h2>" * 2000).headings}) == 2000


@pytest.mark.parametrize("html", ["<blockquote>" * 330, "<p>word</p>" * 20_000])
def test_what_would_take_long_is_refused_in_words(html):
    with pytest.raises(ValidationError, match=r"too (deep|long)"):
        Article._meta.get_field("body").clean(html, None)


@pytest.mark.parametrize(
    "piece", ["[a b=c ", "[gallery x=y ", "[caption]", "[embed]", "<a ", "<img ", "<!--", "<script>", "\n", "[x_y]"]
)
def test_an_import_takes_time_in_proportion(piece):
    started = time.process_time()
    converted(
        piece * (140_000 // len(piece)),
        picture=lambda *_: "",
        gallery=lambda _: "",
        address=str,
        lost=lambda _: None,
    )
    assert time.process_time() - started < 3
