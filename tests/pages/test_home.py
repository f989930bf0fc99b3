from datetime import UTC, datetime

import pytest

from providers.models import Condition, Treatment
from tests.factories import make_article, make_provider

MONDAY_AFTERNOON = datetime(2026, 3, 9, 18, 0, tzinfo=UTC)  # 2 pm in New York
SUNDAY_NOON = datetime(2026, 3, 8, 16, 0, tzinfo=UTC)


def make_everything(number: int) -> None:
    """One more of all that home shows."""
    make_article(title=f"Walking {number}", author=make_provider(name=f"Dr. Ann Lee {number}"))
    Treatment.objects.create(name=f"Needling {number}", slug=f"needling-{number}", summary="S")
    Condition.objects.create(name=f"Back pain {number}", slug=f"back-pain-{number}", summary="S")


def test_home_says_what_who_when_and_how(client, pages, time_machine):
    """One page: the sentence, open or not, both ways to ask, faces, what we treat, what is new."""
    time_machine.move_to(MONDAY_AFTERNOON, tick=False)
    make_everything(1)

    html = client.get("/").content.decode()

    assert html.count("<h1") == 1
    for words in [
        "Gentle hands for sore backs",
        "Open now</strong> until 5 pm",
        'href="tel:+1-919-555-0123"',
        'href="/appointments/request/"',
        "Dr. Ann Lee 1",
        "Needling 1",
        "Back pain 1",
        "Walking 1",
        'href="/first-visit/"',
        'href="/urgent-help/"',
    ]:
        assert words in html
    assert "Not in the footer" not in html


def test_a_closed_clinic_says_when_it_opens(client, clinic, time_machine):
    time_machine.move_to(SUNDAY_NOON, tick=False)
    assert "Closed now</strong> We open tomorrow, 9 am" in client.get("/").content.decode()


def test_a_clinic_with_nothing_but_a_name_has_a_home_page(client, open_clinic):
    response = client.get("/")
    assert response.status_code == 200
    assert open_clinic.name in response.content.decode()


def test_home_costs_the_same_however_much_there_is(client, pages, django_assert_num_queries):
    """Site, hours, closures, pictures, providers, treatments, conditions, questions, articles."""
    make_everything(1)
    with django_assert_num_queries(9):
        client.get("/")
    for number in (2, 3, 4, 5):
        make_everything(number)
    with django_assert_num_queries(9):
        client.get("/")


@pytest.mark.parametrize("path", ["/", "/first-visit/"])
def test_public_pages_are_kept_checked_and_set_no_cookie(client, pages, path):
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert not first.cookies

    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    assert client.post(path).status_code == 405
