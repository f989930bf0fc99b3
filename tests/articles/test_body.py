"""What an author typed, as a patient reads it."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.body import render, text_of, with_absolute_links
from articles.models import ArticleImage, Citation

ONE_TO_THREE = [Citation(number=number) for number in (1, 2, 3)]


def picture(**fields) -> ArticleImage:
    defaults = {"file": "articles/abc.jpg", "width": 1200, "height": 800, "alt": "A stretch"}
    return ArticleImage(**defaults | fields)


def codes(rendered) -> list[str]:
    return [problem.code for problem in rendered.problems]


def link(number: int, place: int = 1) -> str:
    attributes = f'href="#ref-{number}" id="cite-{number}-{place}" aria-label="Reference {number}"'
    return f'<a class="cite" {attributes}>[{number}]</a>'


def test_plain_text_stays_as_it_was():
    html = "<p>Rest, <strong>then</strong> <em>move</em>.</p><ul><li>One</li></ul><blockquote><p>Said</p></blockquote>"
    rendered = render(html)
    assert rendered.html == html
    assert [problem.code for problem in rendered.problems] == ["quote_without_citation"]


def test_typed_numbers_become_links_to_the_references():
    rendered = render("<p>Less pain [1]. Still less [2][1].</p>", ONE_TO_THREE[:2])
    assert rendered.html == f"<p>Less pain {link(1)}. Still less {link(2)}{link(1, 2)}.</p>"
    assert rendered.uses == {1: ["cite-1-1", "cite-1-2"], 2: ["cite-2-1"]}
    assert rendered.problems == []


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("[1, 3]", [1, 3]),
        ("[1,3]", [1, 3]),
        ("[1; 3]", [1, 3]),
        ("[1-3]", [1, 2, 3]),
        ("[ 1–2, 3 ]", [1, 2, 3]),
        ("[2, 2]", [2]),
    ],
)
def test_several_numbers_in_one_pair_of_brackets(typed, numbers):
    rendered = render(f"<p>{typed}</p>", ONE_TO_THREE)
    assert rendered.html == f"<p>{' '.join(link(number) for number in numbers)}</p>"


@pytest.mark.parametrize("typed", ["[2019]", "[a]", "[]", "[1.5]", "3]", "[3"])
def test_other_brackets_are_text(typed):
    rendered = render(f"<p>{typed}</p>")
    assert rendered.html == f"<p>{typed}</p>"
    assert rendered.problems == []


@pytest.mark.parametrize(
    "html",
    [
        '<p><a href="/x/">see [1]</a></p>',
        '<p><a href="/x/" title="[1]">see</a></p>',
        '<p><a href="/?q=[1]">see</a></p>',
    ],
)
def test_numbers_in_links_and_attributes_are_left_alone(html):
    assert render(html, ONE_TO_THREE[:1]).uses == {1: []}


def test_a_number_without_a_citation_is_reported_once_and_left_as_typed():
    rendered = render("<p>[7] and [7]</p>")
    assert rendered.html == "<p>[7] and [7]</p>"
    assert codes(rendered) == ["unknown_citation"]
    assert "[7]" in rendered.problems[0].message


def test_a_citation_never_used_is_reported_and_does_not_block():
    rendered = render("<p>Text</p>", ONE_TO_THREE[:1])
    assert [(problem.code, problem.is_blocking) for problem in rendered.problems] == [("unused_citation", False)]


def test_headings_get_ids_of_their_own():
    rendered = render("<h2>What it is [1]</h2><h3>Main</h3><h2>What it is</h2><h2>¿?</h2>", ONE_TO_THREE[:1])
    ids = re.findall(r'<h[23] id="([^"]+)"', rendered.html)
    assert ids == ["section-what-it-is", "section-main", "section-what-it-is-2", "section-4"]
    assert rendered.headings == [
        ("section-what-it-is", "What it is"),
        ("section-what-it-is-2", "What it is"),
        ("section-4", "¿?"),
    ]


def test_a_heading_of_the_first_level_is_shown_lower_and_reported():
    rendered = render("<h1>Again</h1>")
    assert rendered.html == '<h2 id="section-again">Again</h2>'
    assert codes(rendered) == ["heading_too_high"]


def test_words_are_counted_without_markup():
    assert render("<p>one <strong>two</strong></p><ul><li>three</li></ul>").words == 3


@pytest.mark.parametrize("href", ["https://nih.gov/a?b=1&amp;c=2", "http://example.org"])
def test_a_link_to_elsewhere_gives_the_other_site_no_hold_on_ours(href):
    assert render(f'<p><a href="{href}">x</a></p>').html == f'<p><a href="{href}" rel="noopener">x</a></p>'


@pytest.mark.parametrize(
    "href", ["/contact/", "#section-a", "mailto:a@example.org", "tel:+19195550123", "http://testserver/x/"]
)
def test_a_link_within_the_site_or_to_a_person_is_kept(href):
    assert render(f'<p><a href="{href}">x</a></p>').html == f'<p><a href="{href}">x</a></p>'


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "www.example.org", "contact", "//evil.example",
     "/\\evil.example", "/\t/evil.example", "https://", "http://[", "file:///etc/passwd", "vbscript:x", "#", "",
     "mailto:"],
)  # fmt: skip
def test_a_link_to_nowhere_keeps_its_words_and_is_reported(href):
    rendered = render(f'<p><a href="{href}">the words</a></p>')
    assert rendered.html == "<p>the words</p>"
    assert codes(rendered) == ["bad_link"]
    assert "the words" in rendered.problems[0].message


@pytest.mark.parametrize(
    "src",
    ["/media/articles/abc.jpg", "/media/articles/abc-480.webp", "http://testserver/media/articles/abc.jpg"],
)
def test_a_picture_of_the_article_becomes_a_figure(src):
    rendered = render(f'<p>Before<img src="{src}">after</p>', images=[picture(caption="Day <1>", credit="J. Doe")])
    assert rendered.problems == []
    assert rendered.html == (
        "<p>Before</p><figure>"
        '<img src="/media/articles/abc.jpg" srcset="/media/articles/abc-480.webp 480w,'
        ' /media/articles/abc-960.webp 960w, /media/articles/abc-1200.webp 1200w"'
        ' sizes="(min-width: 46rem) 42rem, 100vw" width="1200" height="800" alt="A stretch"'
        ' loading="lazy" decoding="async">'
        '<figcaption>Day &lt;1&gt; <span class="credit">J. Doe</span></figcaption></figure><p>after</p>'
    )


def test_a_caption_typed_in_the_text_wins():
    html = '<figure><img src="/media/articles/abc.jpg"><figcaption>Typed <em>here</em> [1]</figcaption></figure>'
    rendered = render(html, ONE_TO_THREE[:1], [picture(caption="Stored")])
    assert f"<figcaption>Typed <em>here</em> {link(1)}</figcaption>" in rendered.html
    assert "Stored" not in rendered.html


def test_a_decorative_picture_says_nothing():
    image = picture(alt="ignored", is_decorative=True)
    assert ' alt="" ' in render('<img src="/media/articles/abc.jpg" alt="typed">', images=[image]).html


def test_a_picture_without_words_is_reported():
    assert codes(render('<img src="/media/articles/abc.jpg">', images=[picture(alt="")])) == ["picture_without_words"]


@pytest.mark.parametrize(
    "src",
    [
        "/media/articles/other.jpg",
        "https://evil.example/media/articles/abc.jpg",
        "abc.jpg",
        "data:image/png;base64,aaaa",
        "",
    ],
)
def test_any_other_picture_is_left_out_and_reported(src):
    rendered = render(f'<p>Text</p><img src="{src}" alt="x">', images=[picture()])
    assert rendered.html == "<p>Text</p>"
    assert codes(rendered) == ["unknown_picture"]


def test_a_wide_table_scrolls_by_itself_and_can_be_reached_by_keyboard():
    head = "<thead><tr><th>How often</th></tr></thead>"
    html = f'<table>{head}<tbody><tr><td colspan="2"><p>16% [1]</p></td></tr></tbody></table>'
    rendered = render(html, ONE_TO_THREE[:1])
    assert rendered.html == (
        '<div class="table-scroll" role="region" tabindex="0" aria-label="Table, scrolls sideways"><table>'
        '<thead><tr><th scope="col">How often</th></tr></thead>'
        f'<tbody><tr><td colspan="2">16% {link(1)}</td></tr></tbody></table></div>'
    )


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<script>alert(1)</script><style>p{}</style><p>a</p>", "<p>a</p>"),
        ('<p onclick="x()" style="color:red" class="y" id="main">a</p>', "<p>a</p>"),
        ("<p>a<!-- note --></p>", "<p>a</p>"),
        ("<iframe src=//evil.example></iframe><form><input name=a></form>", ""),
        ("loose <b>words</b>", "<p>loose words</p>"),
        ("<strong><p>bold block</p></strong>", "<p>bold block</p>"),
        ("<ul>loose<li>one</li> </ul>", "<ul><li>loose</li><li>one</li></ul>"),
        ("<li>no list</li>", "<p>no list</p>"),
        ("<p></p><h2> </h2><ul></ul><blockquote></blockquote><table></table>", ""),
        (
            "<p>1 < 2 & 3 > 2 &amp;lt;script&amp;gt;</p>",
            "<p>1 &lt; 2 &amp; 3 &gt; 2 &amp;lt;script&amp;gt;</p>",
        ),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "<ul><li><p>a</p><ul><li>b</li></ul></li></ul>"),
        ('<ol start="4"><li><p>d</p></li></ol>', '<ol start="4"><li>d</li></ol>'),
        ('<ol start="x"><li><p>d</p></li></ol>', "<ol><li>d</li></ol>"),
        ("<svg><p><style><img src=x onerror=alert(1)></style>", ""),
        ('<math><mi><a xlink:href="javascript:alert(1)">x</a></mi></math>', ""),
        ("<p>line<br>break</p>", "<p>line<br>break</p>"),
        ("\x00<p>a</p>", "<p>a</p>"),
    ],
)
def test_markup_that_is_not_ours_to_show_is_mended_or_dropped(dirty, clean):
    assert render(dirty).html.replace("�", "") in (clean, f"{clean}<p></p>")


INSIDE = {
    "#root": {"p", "h2", "h3", "ul", "ol", "blockquote", "div", "figure"},
    "p": {"strong", "em", "a", "br"},
    "ul": {"li"},
    "ol": {"li"},
    "div": {"table"},
    "table": {"thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
    "figure": {"img", "figcaption"},
}
INSIDE |= dict.fromkeys(("h2", "h3", "strong", "em", "figcaption"), INSIDE["p"]) | {"a": {"strong", "em", "br"}}
INSIDE |= {"blockquote": INSIDE["#root"]} | dict.fromkeys(("li", "td", "th"), INSIDE["#root"] | INSIDE["p"])
WITHOUT_TEXT = {"#root", "ul", "ol", "div", "table", "thead", "tbody", "tr", "figure"}


class Judge(HTMLParser):
    """Fails on an element where HTML does not allow it, an unknown attribute, an id used twice, or bad nesting."""

    def __init__(self):
        super().__init__()
        self.open, self.ids = ["#root"], []

    def handle_starttag(self, tag, attrs):
        assert tag in INSIDE[self.open[-1]], f"<{tag}> in <{self.open[-1]}>"
        assert not (tag == "a" and "a" in self.open)
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("style", "srcdoc")
            if name == "id":
                assert value not in self.ids
                self.ids.append(value)
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        assert not data.strip() or self.open[-1] not in WITHOUT_TEXT

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


TAGS = ["p", "h1", "h2", "h3", "ul", "ol", "li", "blockquote", "strong", "em", "table", "thead", "tbody", "tr", "td",
        "th", "figure", "figcaption", "svg", "script", "style", "a href='/x/'", "a href=javascript:x", "br", "div",
        "img src=/media/articles/abc.jpg", "caption", "template", "textarea", "title", "math", "b"]  # fmt: skip
pieces = st.one_of(
    st.sampled_from(TAGS).map(lambda tag: f"<{tag}>"),
    st.sampled_from(TAGS).map(lambda tag: f"</{tag.split()[0]}>"),
    st.sampled_from(["word ", "[1]", "[9]", "[1-3]", "<!--", "-->", "&lt;", "&#0;", '"', "<", "]]>", "<![CDATA["]),
    st.text(max_size=8),
)


@given(st.lists(pieces, max_size=40).map("".join))
@example("<table><caption>x</caption>loose<tr><td><table><tr><td>[1]")
@example("<figure><figure><img src=/media/articles/abc.jpg><figcaption><p>a</p><ul><li>b</figcaption><p>c")
def test_whatever_is_typed_comes_out_as_valid_html(html):
    rendered = render(html, ONE_TO_THREE, [picture()])
    judge = Judge()
    judge.feed(rendered.html)
    judge.close()
    assert judge.open == ["#root"]
    assert all(place in judge.ids for places in rendered.uses.values() for place in places)


def test_text_of_gives_words_only():
    assert text_of("<h2>One</h2><p>two <em>three</em> &amp; four</p>") == "One two three & four"


def test_links_and_pictures_still_lead_here_from_a_feed():
    html = render(
        '<p><a href="/contact/">c</a> <a href="https://nih.gov/">n</a> [1]</p><img src="/media/articles/abc.jpg">',
        ONE_TO_THREE[:1],
        [picture()],
    ).html
    absolute = with_absolute_links(html, "http://testserver/articles/a/")
    assert 'href="http://testserver/contact/"' in absolute
    assert 'href="https://nih.gov/"' in absolute
    assert 'href="http://testserver/articles/a/#ref-1"' in absolute
    assert 'src="http://testserver/media/articles/abc.jpg"' in absolute
    assert absolute.count("http://testserver/media/articles/abc-") == 3
    assert not re.search(r'(?:href|src|srcset)="/|, /', absolute)
