import json
import re
from datetime import UTC, datetime, time

import pytest

from clinic.pages.templatetags.frame import clock, in_words, static_if_any, structured_data

NOW = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # Monday noon in New York


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 9, 20, 30, tzinfo=UTC), "today, 4:30 pm"),
        (datetime(2026, 3, 10, 3, 59, tzinfo=UTC), "today, 11:59 pm"),
        (datetime(2026, 3, 10, 14, 30, tzinfo=UTC), "tomorrow, 10:30 am"),
        (datetime(2026, 3, 15, 16, 0, tzinfo=UTC), "Sunday, noon"),
        (datetime(2026, 3, 16, 14, 30, tzinfo=UTC), "Monday, March 16, 10:30 am"),
        (datetime(2026, 3, 8, 14, 30, tzinfo=UTC), "Sunday, March 8, 10:30 am"),
        (None, ""),
    ],
)
def test_when_is_said_as_to_a_person(time_machine, at, words):
    time_machine.move_to(NOW, tick=False)
    assert in_words(at) == words


def test_a_clock_time_ends_no_sentence():
    assert clock(time(8, 30)) == "8:30 am"


def test_structured_data_cannot_leave_its_script():
    html = structured_data([{"name": "</script><script>alert('&')"}])
    assert html.count("</script>") == 1
    inside = re.search(r">(.*)</script>", html).group(1)
    assert json.loads(inside) == {"name": "</script><script>alert('&')"}


def test_a_page_without_structured_data_has_no_script():
    assert structured_data(None) == ""


def test_a_missing_picture_is_left_out():
    assert static_if_any("img/no-such-picture.webp") == ""
    assert static_if_any("css/site.css") == "/static/css/site.css"


def test_the_frame_links_nothing_outside_the_site(client, pages):
    html = client.get("/first-visit/").content.decode()
    assert re.findall(r'(?:src|href)="(?:https?:)?//(?!testserver)[^"]*"', html) == []
    assert not re.search(r"<[^>]+\son\w+=|<[^>]+\sstyle=|<style", html)


def test_where_you_are_is_marked_in_the_menu(client, pages):
    assert client.get("/contact/").content.decode().count('href="/contact/" aria-current="page"') == 2
    assert 'aria-current="page">Contact' not in client.get("/").content.decode()


def test_the_skip_link_leads_to_the_page(client, pages):
    html = client.get("/").content.decode()
    assert html.index('href="#main"') < html.index("<header")
    assert '<main id="main"' in html
