"""An editor that is ready late, as on a slow line, still shows the text that was brought back before it."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_writers, make_written

pytestmark = pytest.mark.django_db(transaction=True)
READY_LATER = """
addEventListener("prose-editor:ready", (event) => {
  if (event.detail.isLate) return;
  event.stopImmediatePropagation();
  event.detail.isLate = true;
  setTimeout(() => document.dispatchEvent(new CustomEvent("prose-editor:ready", { detail: event.detail })), 1500);
}, true);
"""


def test_a_kept_draft_reaches_an_editor_that_is_ready_late(live_server, page: Page, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    article = make_written(make_writers())
    path = f"/admin/articles/article/{article.pk}/change/"
    page.goto(f"{live_server.url}/accounts/login/?next={path}")
    page.get_by_label("Username").fill("author")
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Sign in").click()
    editor = page.get_by_role("textbox", name="Text", exact=True)
    editor.click()
    page.keyboard.type("Words nobody saved. ")
    page.wait_for_timeout(700)
    page.add_init_script(READY_LATER)
    page.reload()
    expect(page.get_by_role("status").filter(has_text="did not save is back")).to_be_visible()
    expect(editor).to_contain_text("Words nobody saved.")
