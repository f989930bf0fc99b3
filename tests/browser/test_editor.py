"""A provider who has never seen HTML writes, illustrates, previews and publishes, in a real Chromium."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from articles.jobs import publish_scheduled
from articles.models import Article
from providers.models import Provider
from tests.browser.looking import violations
from tests.factories import make_writers, make_written

pytestmark = pytest.mark.django_db(transaction=True)

CARY = ZoneInfo("America/New_York")
# What Word puts on the clipboard, shortened
FROM_WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head>
<body lang=EN-US style='tab-interval:.5in'><!--StartFragment--><p class=MsoNormal style='margin-bottom:8pt'>
<b style='mso-bidi-font-weight:normal'><span style='font-size:14pt;color:red'>Rest</span></b><o:p>&nbsp;</o:p> helps
<a href="javascript:alert(1)">little</a>.</p><script>window.ran = 1</script><p class=MsoNormal><img src="file:///C:/x.png"
onerror="window.ran = 1">Walk.</p><!--EndFragment--></body></html>"""


@pytest.fixture
def writers(live_server, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SITE_URL = live_server.url
    return make_writers()


@pytest.fixture
def refused(context: BrowserContext) -> list[str]:
    """What the browser refused by the Content-Security-Policy, on any page."""
    found: list[str] = []
    context.on("console", lambda said: found.append(said.text) if "Content Security Policy" in said.text else None)
    return found


def sign_in(page: Page, url: str, name: str, path: str = "/admin/") -> None:
    page.goto(f"{url}/accounts/login/?next={path}")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}{path}")


def text(page: Page):
    return page.get_by_role("textbox", name="Text", exact=True)


def breathe(page: Page) -> None:
    """Wait by a timer of the page's own: the editor takes a focus and a moved caret up a few tasks later."""
    page.evaluate("new Promise(done => setTimeout(done, 100))")


def a_picture() -> dict:
    file = BytesIO()
    Image.new("RGB", (700, 500), "teal").save(file, "PNG")
    return {"name": "needle.png", "mimeType": "image/png", "buffer": file.getvalue()}


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_from_a_thought_to_a_trusted_page(writers, live_server, page, refused):
    url = live_server.url
    sign_in(page, url, "author", "/admin/articles/article/add/")
    write(page)
    save(page)
    cite(page)
    save(page)
    insert_picture(page)
    page.get_by_role("button", name="Send for review").click()
    expect(page.locator(".messagelist")).to_contain_text("in review")
    article = Article.objects.get()
    page.context.clear_cookies()

    sign_in(page, url, "reviewer", f"/admin/articles/article/{article.pk}/review/")
    shown = page.frame_locator("iframe")
    expect(shown.get_by_role("heading", level=1)).to_have_text("Needling and the back")
    expect(shown.get_by_role("img", name="A needle in a hand")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".messagelist")).to_contain_text("approved")
    page.context.clear_cookies()

    sign_in(page, url, "author", f"/admin/articles/article/{article.pk}/change/")
    at = (timezone.now().astimezone(CARY) + timedelta(days=2)).replace(hour=7, minute=0, second=0, microsecond=0)
    page.get_by_label("Or publish at").fill(f"{at:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Publish at this time").click()
    expect(page.locator(".messagelist")).to_contain_text("to be published")
    the_page_appears_on_time(page, article, url, at)
    assert refused == []


def write(page: Page) -> None:
    page.get_by_label("Title").first.fill("Needling and the back")
    page.locator("#id_reviewer").select_option(label=Provider.objects.get(slug="reviewer").name)
    page.get_by_label("Summary").fill("What one trial found.")
    text(page).click()
    page.keyboard.type("What it is")
    page.locator(".prose-menubar__selected").click()
    page.get_by_role("button", name="Heading 2", exact=True).last.click()
    text(page).press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("Thin needles, two uses [1].")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="unordered list").click()
    page.keyboard.type("For pain")
    page.keyboard.press("Enter")
    page.keyboard.type("For motion")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="blockquote").click()
    page.keyboard.type("Less pain after four weeks [1]")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")


def cite(page: Page) -> None:
    page.get_by_role("button", name="Add another Citation").click()
    answers = {
        "number": "1",
        "authors": "Tüzün EH, and others",
        "title": "Effectiveness of dry needling versus a classical physiotherapy program",
        "source": "J Phys Ther Sci 29",
        "year": "2017",
        "doi": "https://doi.org/10.1589/jpts.29.1502",
        "shows": "Less pain with needling",
        "does_not_show": "Anything about a sham needle",
    }
    for name, value in answers.items():
        page.locator(f"#id_citations-0-{name}").fill(value)


def insert_picture(page: Page) -> None:
    text(page).locator("p").last.click()
    page.get_by_role("button", name="figure").click()
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Browse...").click()
    window = opened.value
    window.get_by_label("Picture").set_input_files(a_picture())
    window.get_by_role("button", name="Upload").click()
    expect(window.get_by_text("Say what the picture shows")).to_be_visible()
    window.get_by_label("Picture").set_input_files(a_picture())
    window.get_by_label("What it shows").fill("A needle in a hand")
    window.get_by_label("Caption").fill("Thinner than a hair")
    window.get_by_label("Credit").fill("Clinic")
    window.get_by_role("button", name="Upload").click()
    window.get_by_role("button", name="Use A needle in a hand").click()
    expect(page.get_by_label("Image URL")).to_have_value(re.compile("^/media/articles/"))
    page.get_by_role("button", name="Insert", exact=True).click()


def the_page_appears_on_time(page: Page, article: Article, url: str, at: datetime) -> None:
    publish_scheduled(at - timedelta(seconds=1))
    assert page.goto(url + article.get_absolute_url()).status == 404
    publish_scheduled(at)
    assert page.goto(url + article.get_absolute_url()).status == 200
    main = page.locator("main")
    expect(main.get_by_role("heading", name="What it is", level=2)).to_be_visible()
    expect(main.locator(".prose li")).to_have_text(["For pain", "For motion"])
    expect(main.locator("blockquote")).to_contain_text("Less pain after four weeks")
    assert main.locator("blockquote a.cite").get_attribute("href") == "#ref-1"
    expect(main.get_by_role("img", name="A needle in a hand")).to_be_visible()
    expect(main.locator("figcaption")).to_have_text("Thinner than a hair Clinic")
    expect(main.get_by_role("link", name="Effectiveness of dry needling")).to_have_attribute(
        "href", "https://doi.org/10.1589/jpts.29.1502"
    )


def change_url(live_server, article: Article) -> str:
    return f"/admin/articles/article/{article.pk}/change/"


def test_unsaved_text_comes_back_and_nothing_of_it_is_published(writers, live_server, page):
    article = make_written(writers, "published")
    before = article.live.body_html
    sign_in(page, live_server.url, "author", change_url(live_server, article))
    text(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Words nobody saved.")
    page.get_by_label("Summary").fill("A new summary")
    page.get_by_role("button", name="Add another Citation").click()
    page.locator("#id_citations-1-authors").fill("Roe R")
    page.wait_for_timeout(700)
    context = page.context
    page.close()

    page = context.new_page()
    page.goto(live_server.url + change_url(live_server, article))
    expect(page.get_by_role("status").filter(has_text="did not save is back")).to_be_visible()
    expect(text(page)).to_contain_text("Words nobody saved.")
    expect(page.get_by_label("Summary")).to_have_value("A new summary")
    expect(page.locator("#id_citations-1-authors")).to_have_value("Roe R")
    article.refresh_from_db()
    assert (article.live.body_html, article.status, article.summary) == (before, "published", "What a trial found.")

    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_label("Summary")).to_have_value("What a trial found.")
    assert kept(page) == []


def kept(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('article-draft:'))")


def test_kept_text_goes_when_it_is_saved_and_when_its_writer_signs_out(writers, live_server, page):
    article = make_written(writers)
    url = live_server.url
    sign_in(page, url, "author", change_url(live_server, article))
    page.get_by_label("Summary").fill("Saved this time")
    page.wait_for_timeout(700)
    assert len(kept(page)) == 1
    save(page)
    assert kept(page) == []
    page.get_by_label("Summary").fill("Not saved")
    page.wait_for_timeout(700)
    assert len(kept(page)) == 1
    with page.expect_navigation():
        page.get_by_text("More", exact=False).first.click()
        page.get_by_role("button", name="Log out").click()
    assert kept(page) == []
    article.refresh_from_db()
    assert article.summary == "Saved this time"


def test_two_windows_do_not_write_over_each_other(writers, live_server, page):
    article = make_written(writers)
    sign_in(page, live_server.url, "author", change_url(live_server, article))
    Article.objects.get().save()  # as if from another window
    page.get_by_label("Summary").fill("From the older window")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".errornote, .errorlist").first).to_be_visible()
    expect(page.get_by_text("saved elsewhere")).to_be_visible()
    expect(page.get_by_label("Summary")).to_have_value("From the older window")
    assert Article.objects.get().summary == "What a trial found."


def test_paste_from_word_comes_out_clean(writers, live_server, page):
    article = make_written(writers, body="<p></p>")
    sign_in(page, live_server.url, "author", change_url(live_server, article))
    text(page).click()
    page.evaluate(
        """html => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.activeElement.dispatchEvent(paste);
        }""",
        FROM_WORD,
    )
    expect(text(page)).to_contain_text("Walk.")
    save(page)
    article.refresh_from_db()
    assert "<strong>Rest</strong>" in article.body and "Walk." in article.body
    for left_over in ("style", "Mso", "javascript", "script", "onerror", "o:p", "span"):
        assert left_over not in article.body
    assert page.evaluate("window.ran") is None


def test_the_editor_has_no_axe_violation_and_works_by_keyboard(writers, live_server, page, refused):
    article = make_written(writers)
    sign_in(page, live_server.url, "author", change_url(live_server, article))
    editor = text(page)
    expect(editor).to_have_attribute("aria-multiline", "true")
    page.locator("#id_urgent_advice").focus()
    page.keyboard.press("Shift+Tab")
    expect(editor).to_be_focused()
    breathe(page)
    page.keyboard.press("Control+End")
    breathe(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Alt+3")
    page.keyboard.type("By keyboard")
    expect(editor.locator("h3")).to_have_text("By keyboard")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.className").startswith("prose-menubar")
    assert refused == []
    for path in ("change", "review", "preview", "versions", "pictures"):
        page.goto(f"{live_server.url}/admin/articles/article/{article.pk}/{path}/")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.wait_for_timeout(300)
            found = [f"{v['id']}: {node['html']}" for v in violations(page) for node in v["nodes"]]
            assert found == [], f"{path} {scheme}"
