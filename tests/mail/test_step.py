"""Every message ends with the one step it asks for: a button in its HTML, the same address in its text."""

import re
from pathlib import Path

import pytest
from django.conf import settings as site
from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import timezone

from tests.factories import make_clinic, make_mail, make_request, make_user
from tests.mail.rows import as_sent

TEMPLATES = Path(site.BASE_DIR) / "templates"
MESSAGES = sorted(str(path.relative_to(TEMPLATES).with_suffix("")) for path in TEMPLATES.glob("*/emails/*.html"))
FACTS = {
    "article_id": 1,
    "title": "Rest & the back",
    "reply_due_at": "2026-03-10T14:30:00+00:00",
    "appointment_at": "2026-03-12T14:30:00+00:00",
    "count": 2,
    "waiting": 1,
}
BUTTON = re.compile(r'<a class="button"\s+style="[^"]+"\s+href="([^"]+)">([^<]+)</a>')


def about_an_account() -> dict:
    user, manager = make_user("newcomer"), make_user("manager")
    entry = LogEntry.objects.log_actions(manager.pk, [user], CHANGE, change_message="Lost phone.", single_object=True)
    return {"user_id": user.pk, "entry_id": entry.pk}


@pytest.mark.django_db
@pytest.mark.parametrize("template", MESSAGES)
def test_html_and_text_lead_to_the_same_place_in_the_same_words(template, time_machine):
    time_machine.move_to(timezone.now(), tick=False)  # a status link is signed when the mail is made
    make_clinic()
    asked = make_request()
    facts = FACTS | {"request_id": asked.pk, "link_version": 1, "kind": "question"} | about_an_account()
    row = make_mail(about=asked, template=template, context=facts)
    text, html = (part.get_content() for part in as_sent(row).iter_parts())
    [(url, label)] = BUTTON.findall(html)
    assert url.startswith(f"{site.SITE_URL}/")
    assert f"{label.strip()}:\n{url}\n" in text
