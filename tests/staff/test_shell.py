"""The frame of every staff page: the same places everywhere, what waits, and the rest of the admin by role."""

import re

import pytest
from django.test import Client

from tests.factories import make_clinic, make_request, make_user

pytestmark = pytest.mark.django_db
FRAME = re.compile(r'<nav class="shell".*?</nav>', re.DOTALL)
PLACES = re.compile(r'<ul class="shell__places">.*?</ul>', re.DOTALL)


@pytest.fixture(autouse=True)
def _clinic():
    make_clinic()


def signed_in(role: str | None) -> Client:
    client = Client()
    client.force_login(make_user("pia", role))
    return client


def frame_of(client: Client, url: str = "/admin/") -> str:
    return FRAME.search(client.get(url).content.decode())[0]


def places(frame: str) -> list[str]:
    links = re.findall(r"<a [^>]*>([^<]+)", PLACES.search(frame)[0])
    return [link.strip() for link in links]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("Front desk", ["Today", "Queue", "Day", "Find", "Enter a call", "Mail"]),
        ("Manager", ["Today", "Queue", "Day", "Find", "Enter a call", "Mail", "Numbers"]),
        ("Provider", ["Today", "Day"]),
        (None, ["Today"]),
    ],
)
def test_each_role_has_its_places(role, expected):
    assert places(frame_of(signed_in(role))) == expected


@pytest.mark.parametrize(
    ("role", "there", "not_there"),
    [
        ("Front desk", ["/practice/clinicprofile/"], ["/pages/page/", "/auth/user/"]),
        ("Provider", ["/articles/article/"], ["/auth/user/", "/appointments/"]),
        ("Manager", ["/auth/user/", "/pages/page/", "/appointments/requestview/"], []),
    ],
)
def test_the_menu_holds_what_a_role_may_open_and_no_place_twice(role, there, not_there):
    menu = frame_of(signed_in(role)).partition("shell__menu")[2]
    assert [path for path in there if f"/admin{path}" not in menu] == []
    assert [path for path in not_there if path in menu] == []
    assert "/appointmentrequest/" not in menu and "/outgoingemail/" not in menu


@pytest.mark.parametrize(
    "url",
    [
        "/admin/",
        "/admin/appointments/appointmentrequest/",
        "/admin/appointments/appointmentrequest/find/",
        "/admin/appointments/appointmentrequest/call/",
        "/admin/appointments/appointmentrequest/day/",
        "/admin/appointments/appointmentrequest/week/",
        "/admin/mail/outgoingemail/",
        "/admin/practice/",
        "/admin/pages/page/add/",
        "/accounts/password/change/",
        "/accounts/2fa/",
    ],
)
def test_the_frame_and_its_count_stand_on_every_page(url):
    client = signed_in("Manager")
    make_request()
    page = client.get(url).content.decode()
    assert "Queue" in places(FRAME.search(page)[0])
    assert re.search(r"<title>(Error: )?\(1\) ", page)


def test_the_place_one_is_at_is_marked():
    frame = frame_of(signed_in("Front desk"), "/admin/mail/outgoingemail/")
    assert re.findall(r'aria-current="page"[^>]*>\s*(\w+)', frame) == ["Mail"]


def test_nothing_is_counted_while_nothing_waits():
    client = signed_in("Front desk")
    page = client.get("/admin/").content.decode()
    assert "<title>Today |" in page
    assert '<span class="shell__count" hidden>' in page


def test_whoever_must_set_up_a_code_first_sees_no_frame(settings):
    client = signed_in("Front desk")
    settings.STAFF_MFA = "required"
    assert not FRAME.search(client.get("/accounts/2fa/totp/activate/", follow=True).content.decode())


def test_visitors_see_no_frame():
    for url in ("/accounts/login/", "/"):
        assert 'class="shell"' not in Client().get(url).content.decode()


def test_a_public_page_asks_nothing_for_the_frame(django_assert_num_queries):
    visitor, staff = Client(), signed_in("Front desk")
    visitor.get("/")
    assert 'class="shell"' not in staff.get("/").content.decode()
