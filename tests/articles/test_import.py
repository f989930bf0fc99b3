"""Coming from WordPress: an export that a real WordPress 6.1 wrote, with all that goes wrong in one."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from articles.models import Article, ArticleImage
from articles.services.publishing import problems_of
from articles.wordpress.blocks import in_plain_elements, with_footnotes, without_empty_figures
from articles.wordpress.convert import converted, paragraphs
from articles.wordpress.export import NotAnExport, read_export
from articles.wordpress.importer import Counted, _Import, import_posts
from clinic.redirects.models import Redirect
from providers.models import Condition, Provider, Treatment
from tests.factories import make_provider, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]

FIXTURE = Path(__file__).parent / "wordpress"


@pytest.fixture
def people(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_provider(name="Dr. Jason Williams", slug="jason-williams")
    make_provider(name="Dr. M. Reyes", slug="reyes", user=make_user("mreyes", "Provider"))
    Treatment.objects.create(name="Dry needling", slug="dry-needling", summary="x")
    Condition.objects.create(name="Low back pain", slug="low-back-pain", summary="x")


def run(*words: str) -> str:
    out = StringIO()
    call_command("import_wordpress", FIXTURE / "export.xml", FIXTURE / "uploads", *words, stdout=out)
    return out.getvalue()


def test_every_post_becomes_a_draft_with_author_date_topics_and_pictures(people):
    said = run()
    assert "Posts in the file: 10. Drafts made: 9. Already here: 0. Left out: 1." in said
    assert Article.objects.count() == 9 and set(Article.objects.values_list("status", flat=True)) == {"draft"}
    article = Article.objects.get(slug="why-we-needle")
    assert (article.title, article.author.slug, article.summary) == (
        "Why we needle",
        "jason-williams",
        "Thin needles, and why.",
    )
    assert article.first_published_at == datetime(2019, 5, 14, 13, 30, tzinfo=UTC)
    assert [str(topic) for topic in [*article.treatments.all(), *article.conditions.all()]] == [
        "Dry needling",
        "Low back pain",
    ]
    (picture,) = article.images.all()
    assert (article.picture, picture.alt, picture.caption, picture.width) == (
        picture,
        "A needle in a hand",
        "Thinner than a hair",
        900,
    )
    assert picture.file.url in article.body and "-300x200" not in article.body
    assert Article.objects.get(slug="blocks-and-quotes").author.slug == "reyes"
    assert Article.objects.get(slug="unicode-title").title == "Ünïcode “title” & more"


def test_the_second_run_doubles_nothing_and_touches_nothing(people):
    run()
    Article.objects.filter(slug="why-we-needle").update(title="Mended since")
    before = list(Article.objects.order_by("pk").values())
    images, addresses = ArticleImage.objects.count(), Redirect.objects.count()
    said = run()
    assert "Drafts made: 0. Already here: 9. Left out: 1." in said and "Pictures: 0." in said
    assert list(Article.objects.order_by("pk").values()) == before
    assert (ArticleImage.objects.count(), Redirect.objects.count()) == (images, addresses)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/2019/05/why-we-needle/", "/articles/why-we-needle/"),
        ("/2019/05/why-we-needle", "/articles/why-we-needle/"),
        ("/2019/05/why-needles/", "/articles/why-we-needle/"),
        ("/2020/01/blocks-and-quotes/", "/articles/blocks-and-quotes/"),
        ("/category/dry-needling/", "/treatments/dry-needling/"),
        ("/author/mreyes/", "/providers/reyes/"),
    ],
)
def test_old_addresses_lead_on(people, client, old, new):
    run()
    response = client.get(old)
    assert (response.status_code, response.url) == (301, new)


def test_the_text_is_clean_and_whole(people):
    run()
    classic = Article.objects.get(slug="why-we-needle").body
    assert classic.startswith(
        "<p>Dry needling uses <strong>thin</strong> needles.</p><p>It is <em>not</em> acupuncture,"
    )
    assert "<h3>What it feels like</h3><p>A twitch, then warmth.</p>" in classic and "<li>Short</li>" in classic
    assert "<figcaption>Thinner than a hair</figcaption>" in classic
    assert 'href="/2020/01/blocks-and-quotes/"' in classic
    blocks = Article.objects.get(slug="blocks-and-quotes").body
    assert "<h2>Walking</h2>" in blocks and "<td>Minutes</td>" in blocks and "wp:" not in blocks
    assert '<a href="https://www.youtube.com/watch?v=abc">' in blocks
    gallery = Article.objects.get(slug="our-gallery")
    assert gallery.body.count("<img") == gallery.images.count() == 2
    assert "Book now" in gallery.body and "su_button" not in gallery.body and "contact-form" not in gallery.body
    assert "As they say [sic] and [1]." in gallery.body
    broken = Article.objects.get(slug="broken-by-a-page-builder").body
    for word in ("Big words", "para in bold", "open cell", "next", "two", "red", "©", "end"):
        assert word in broken
    for danger in ("script", "alert(", "onerror", "onclick", "iframe", "javascript:", "style", "font"):
        assert danger not in broken


def test_what_could_not_be_carried_is_said(people):
    said = run()
    for note in (
        "Thrown away: left out",
        "Our gallery: could not carry [contact-form-7]",
        "Our gallery: could not carry [su_button]",
        "Broken by a page builder: could not carry <iframe> https://evil.example/",
        "picture not found: /wp-content/uploads/2019/05/missing.jpg",
        "Why we needle: 1 comment(s) stay behind",
        "neither a treatment nor a condition here are the categories “Clinic news”",
        "Behind a password: was behind a password",
        "Planned for later: was “future”",
        "1 of the type “page”",
        "stretch.jpg: say what it shows",
    ):
        assert note in said


def test_a_picture_without_words_stands_in_the_way_of_publishing(people):
    run()
    codes = {problem.code for problem in problems_of(Article.objects.get(slug="blocks-and-quotes"))}
    assert {"picture_without_words", "quote_without_citation"} <= codes


def test_unknown_authors_stop_it_before_anything_is_written(people):
    Provider.objects.filter(slug="reyes").delete()
    with pytest.raises(CommandError, match=r"Maria Reyes \(mreyes\)"):
        run()
    assert not Article.objects.exists()
    run("--author", "jason-williams")
    assert Article.objects.filter(author__slug="jason-williams").count() == 9


@pytest.mark.parametrize(
    "content",
    [
        "not xml",
        "<rss><channel></channel></rss>",
        '<!DOCTYPE r [<!ENTITY a "b">]><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>'
        "<wp:wxr_version>1.2</wp:wxr_version></channel></rss>",
    ],
)
def test_what_is_no_export_is_refused_in_plain_words(tmp_path, content):
    file = tmp_path / "x.xml"
    file.write_text(content)
    with pytest.raises(CommandError, match=r"export|document type"):
        call_command("import_wordpress", file, tmp_path)


def test_pictures_come_from_the_uploads_folder_only(people, tmp_path):
    secret = tmp_path / "secret.jpg"
    secret.write_bytes((FIXTURE / "uploads/2019/05/needle.jpg").read_bytes())
    export = read_export(FIXTURE / "export.xml")
    export.posts = export.posts[:1]
    export.posts[
        0
    ].html = '<img src="/wp-content/uploads/../secret.jpg"><img src="/wp-content/uploads/%2e%2e/secret.jpg">'
    export.posts[0].thumbnail_id = ""
    (tmp_path / "uploads").mkdir()
    counted = import_posts(export, tmp_path / "uploads")
    assert counted.pictures == 0 and "picture not found" in "".join(counted.notes)


def test_an_article_that_has_the_address_already_keeps_it(people):
    Article.objects.create(title="Mine", slug="why-we-needle", author=make_provider())
    run()
    assert Article.objects.get(title="Why we needle").slug == "why-we-needle-2"


def test_classic_paragraphs():
    assert paragraphs("One\ntwo\n\nThree<ul>\n\n<li>a</li>\n\n</ul>four") == (
        "<p>One<br>two</p><p>Three</p><ul><li>a</li></ul><p>four</p>"
    )


def test_words_in_brackets_stay():
    lost = []
    html = converted(
        "a [sic] [1] [b]bold[/b] [x_y]",
        picture=lambda *words: "",
        gallery=lambda ids: "",
        address=str,
        lost=lost.append,
    )
    assert html == "<p>a [sic] [1] bold</p>" and lost == ["[b]", "[x_y]"]


MATERIAL = Path(settings.BASE_DIR).parent / "shared/material"


@pytest.mark.skipif(not MATERIAL.is_dir(), reason="WordPress' own test data is not beside the checkout")
def test_every_export_of_wordpress_itself_comes_over_once(people, tmp_path):
    files = [*MATERIAL.glob("theme-test-data/*.xml"), *MATERIAL.glob("wordpress-importer/**/*.xml")]
    made, refused = 0, set()
    for file in files:
        try:
            export = read_export(file)
        except NotAnExport:
            refused.add(file.name)
            continue
        author = Provider.objects.get(slug="reyes")
        first = import_posts(export, tmp_path, author)
        assert first.imported + first.already_here + first.left_out == first.posts, file.name
        assert import_posts(export, tmp_path, author).imported == 0, file.name
        made += first.imported
    assert refused == {"malformed.xml", "malformed-simple.xml"}
    assert made == Article.objects.count() > 150
    assert not any("<script" in body for body in Article.objects.values_list("body", flat=True))


def test_verses_folded_parts_and_footnotes_keep_their_shape():
    html = in_plain_elements("<pre>one\n two\n\nthree</pre><details><summary>More</summary>x</details>")
    assert html == ("<p>one<br>\xa0two</p><p>three</p><details><p><strong>More</strong></p>x</details>")
    mark = 'a<sup data-fn="x" class="fn"><a href="#x">1</a></sup>'
    assert with_footnotes(mark, {"x": "A note"}) == ("a [1]", ["A note"])
    assert without_empty_figures("<figure><div> </div></figure>b") == "b"


def test_an_excerpt_of_combining_marks_fits_its_column(people):
    note = _Import(read_export(FIXTURE / "export.xml"), FIXTURE / "uploads", {}, Counted())
    note.post = read_export(FIXTURE / "export.xml").posts[0]
    assert len(note.fit("e\u0301" * 200, 160, "excerpt")) == 160
