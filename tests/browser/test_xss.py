"""Every payload, in every place that takes text, on the site and in the admin: nothing runs, CSP or no CSP."""

from collections.abc import Iterator
from xml.sax.saxutils import escape as xml

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from articles.models import Article, ArticleImage, Citation
from articles.services.publishing import write_version
from articles.views import ArticleList
from articles.wordpress.export import read_export
from articles.wordpress.importer import import_posts
from clinic.pages.models import Page as PlainPage
from providers.models import Condition, Provider, Treatment
from tests.articles.payloads import payloads
from tests.factories import Writers, make_writers

pytestmark = pytest.mark.django_db(transaction=True)

PAYLOADS = list(payloads())
A_PAGE = 120  # payloads on one page
# Runs before anything else on every page, and remembers whoever calls
WATCH = """window.ran = []; for (const name of ["xss", "alert", "print"]) window[name] = () => window.ran.push(name);"""
# What ran, and what would run by a click, a key or a pointer
FOUND = """() => {
    const found = [...window.ran];
    for (const element of document.querySelectorAll("*")) {
        for (const { name } of element.attributes) if (name.startsWith("on")) found.push(`${element.tagName} ${name}`);
        for (const name of ["href", "src", "action", "formAction", "data"]) {
            const address = element[name];
            if (typeof address !== "string" || !element.hasAttribute(name.toLowerCase())) continue;
            if (/^\\s*(javascript|vbscript|data:text)/i.test(address)) found.push(`${element.tagName} ${address}`);
        }
    }
    return found;
}"""


def in_pages() -> Iterator[list[str]]:
    for start in range(0, len(PAYLOADS), A_PAGE):
        yield PAYLOADS[start : start + A_PAGE]


def words(payload: str, length: int) -> str:
    return payload.replace("\x00", "")[:length]


def make_poisoned(author: Provider) -> None:
    """Articles whose every field is a payload, saved past all forms and published past all checks."""
    for number, some in enumerate(in_pages()):
        article = Article.objects.create(
            title=words(some[0], 120), slug=f"poisoned-{number}", author=author, body="".join(some)
        )
        pictures_of: list[ArticleImage] = []
        for place, payload in enumerate(some):
            rest = {"year": 2020, "url": words(payload, 200), "shows": words(payload, 999)}
            Citation.objects.create(
                article=article,
                number=place + 1,
                authors=words(payload, 400),
                title=words(payload, 400),
                source=words(payload, 200),
                does_not_show=words(payload, 999),
                **rest,
            )
            pictures_of.append(
                ArticleImage(
                    article=article,
                    file=f"articles/{number}x{place}.jpg",
                    width=10,
                    height=10,
                    alt=words(payload, 250),
                    caption=words(payload, 250),
                    credit=words(payload, 120),
                )
            )
        ArticleImage.objects.bulk_create(pictures_of)  # rows only: no file is needed here
        pictures = "".join(
            f'<figure><img src="{image.file.url}"><figcaption>{payload}</figcaption></figure>'
            for image, payload in zip(article.images.all(), some, strict=True)
        )
        for name in ("intro", "key_points", "urgent_advice", "who_should_not", "review_note"):
            setattr(article, name, "\n".join(words(payload, 999) for payload in some))
        article.body += pictures
        article.summary = words(some[1], 160)
        article.picture = article.images.first()
        article.save()
        article.refresh_from_db()
        publish_unchecked(article)


def publish_unchecked(article: Article) -> None:
    article.live = write_version(article, by=None, now=timezone.now())
    article.first_published_at = timezone.now()
    article.save()


def make_titled(author: Provider) -> None:
    """One article a payload, for the titles and summaries in lists."""
    for number, payload in enumerate(PAYLOADS):
        article = Article.objects.create(
            title=words(payload, 120), slug=f"titled-{number}", author=author, summary=words(payload, 160)
        )
        publish_unchecked(article)


def poison_the_rest(author: Provider) -> None:
    text = "".join(PAYLOADS)
    lines = "\n".join(words(payload, 999) for payload in PAYLOADS)
    Provider.objects.filter(pk=author.pk).update(bio=text, techniques=lines, focus_areas=lines, athletes=lines)
    PlainPage.objects.create(slug="poisoned", title=words(PAYLOADS[0], 80), summary=words(PAYLOADS[1], 160), body=text)
    Treatment.objects.create(name="Poisoned", slug="poisoned", summary="x", what_it_is=text, what_to_expect=text)
    Condition.objects.create(name="Poisoned", slug="poisoned", summary="x", description=text)


def import_poisoned(author: Provider, folder) -> None:
    """A WordPress export whose posts are payloads."""
    items = "".join(
        f"<item><title>{xml(words(some[0], 90))}</title><link>http://old.example/p{number}/</link>"
        f"<content:encoded>{xml(''.join(some).translate(DROPPED))}</content:encoded>"
        f"<excerpt:encoded>{xml(words(some[1], 150).translate(DROPPED))}</excerpt:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_name>imported-{number}</wp:post_name>"
        "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type><dc:creator>x</dc:creator></item>"
        for number, some in enumerate(in_pages())
    ).translate(DROPPED)
    file = folder / "export.xml"
    file.write_text(
        '<rss xmlns:wp="http://wordpress.org/export/1.2/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"><channel><link>http://old.example</link>'
        f"<wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"
    )
    import_posts(read_export(file), folder, author)
    for article in Article.objects.exclude(imported_from=""):
        publish_unchecked(article)


DROPPED = {0: None, 0x0B: None}  # XML has no such characters


@pytest.fixture
def writers(live_server, settings, tmp_path, monkeypatch) -> Writers:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(ArticleList, "paginate_by", 500)
    writers = make_writers()
    author = writers.author.provider
    make_poisoned(author)
    make_titled(writers.colleague.provider)
    poison_the_rest(author)
    import_poisoned(author, tmp_path)
    return writers


def addresses() -> list[str]:
    articles = list(Article.objects.exclude(slug__startswith="titled"))
    site = [article.get_absolute_url() for article in articles]
    site += [
        "/articles/",
        "/articles/?page=2",
        "/articles/?page=3",
        "/articles/?q=xss",
        "/providers/author/",
        "/poisoned/",
    ]
    site += ["/treatments/poisoned/", "/conditions/poisoned/", "/"]
    admin = [
        f"/admin/articles/article/{article.pk}/{page}/" for article in articles[::4] for page in ("change", "pictures")
    ]
    admin += [f"/admin/articles/article/{articles[0].pk}/{page}" for page in ("preview/page/", "versions/", "review/")]
    admin += [f"/admin/articles/article/{articles[0].pk}/compare/?old=1", "/admin/articles/article/", "/admin/"]
    return site + admin + [f"/admin/providers/provider/{Provider.objects.get(slug='author').pk}/change/"]


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/accounts/login/?next=/admin/")
    page.get_by_label("Username").fill("author")
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def test_nothing_runs_anywhere(writers, live_server, browser: Browser):
    assert len(PAYLOADS) >= 500
    for without_csp in (False, True):
        context = browser.new_context(bypass_csp=without_csp)
        context.add_init_script(WATCH)
        page = context.new_page()
        sign_in(page, live_server.url)
        for address in addresses():
            answer = page.goto(live_server.url + address)
            assert answer.status == 200, address
            page.wait_for_timeout(50)
            assert page.evaluate(FOUND) == [], (address, without_csp)
        context.close()


def test_the_watch_sees_what_runs(live_server, browser: Browser):
    """Without this, the test above could not fail."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    for payload, found in {
        "<img src=x onerror=xss()>": "xss",
        "<a href='java\tscript:xss()'>x</a>": "A javascript:xss()",
        "<p onclick=xss()>x</p>": "P onclick",
    }.items():
        page.set_content(payload)
        page.wait_for_timeout(100)
        page.evaluate("window.ran ??= []")
        assert found in page.evaluate(FOUND), payload
    context.close()
