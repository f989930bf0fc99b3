"""The request form as it arrives: what is folded away, what opens by itself, what robots alone meet."""

import re

import pytest
from django.utils.html import escape

from clinic.core.templatetags.asking import asking_at
from tests.factories import form_post, make_provider

pytestmark = pytest.mark.django_db
URL = "/appointments/request/"
FOLD = re.compile(r'<details class="fold"( open)?>')


@pytest.fixture(autouse=True)
def _clinic(clinic):
    return clinic


def page_of(client, **fields) -> str:
    """The form as it comes back, without a name, after these answers."""
    return client.post(URL, form_post(patient_name="", **fields)).content.decode()


def test_what_may_be_left_out_is_folded_away_until_it_holds_an_answer_or_an_error(client):
    assert FOLD.search(client.get(URL).content.decode())[1] is None
    assert FOLD.search(page_of(client))[1] is None
    assert FOLD.search(page_of(client, preferred_days=["1"]))[1]
    assert FOLD.search(page_of(client, preferred_time="<b>never"))[1]


def test_whom_a_link_named_stays_in_one_line_when_the_form_comes_back(client):
    lane, reed = make_provider("Dr. Ada Lane"), make_provider("Dr. Bo Reed")
    page = client.get(f"{URL}?provider={lane.slug}").content.decode()
    assert f"With: <strong>{lane.name_with_credentials}</strong>" in page
    assert f'action="?provider={lane.slug}&amp;sent"' in page
    page = client.post(
        f"{URL}?provider={lane.slug}&sent", form_post(patient_name="", provider=reed.pk)
    ).content.decode()
    assert f"With: <strong>{reed.name_with_credentials}</strong>" in page
    assert FOLD.search(page)[1] is None


def test_your_name_does_not_matter_when_it_is_me(client):
    assert client.post(URL, form_post(requester_name="n" * 121)).status_code == 302
    assert "at most 120" in page_of(client, patient_relation="other", requester_name="n" * 121)


def test_screen_readers_do_not_meet_the_trap_for_robots(client):
    for url in (URL, "/contact/"):
        trap = re.search(r'<div[^>]*aria-hidden="true"[^>]*>(.*?)</div>', client.get(url).content.decode(), re.DOTALL)
        assert 'name="website"' in trap[1] and 'tabindex="-1"' in trap[1]


def test_a_setting_says_whether_a_half_filled_form_is_kept(client, settings):
    for url in (URL, "/contact/"):
        settings.KEEP_HALF_FILLED_FORMS = True
        assert " data-keep>" in client.get(url).content.decode()
        settings.KEEP_HALF_FILLED_FORMS = False
        assert "data-keep" not in client.get(url).content.decode()


def test_links_in_a_text_say_where_they_stand():
    text = f'<p><a href="{URL}">Ask</a> or <a href="{URL}?provider=x">him</a>, <a href="/contact/">us</a></p>'
    led = f"{URL}?article=a&provider=b"
    assert asking_at(text, led) == text.replace(f'"{URL}"', f'"{escape(led)}"')
