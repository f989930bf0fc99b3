"""What patients read about providers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.practice.models import ClinicProfile
from providers.models import Condition, Provider, TimeAway, Treatment
from tests.factories import make_article, make_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]


@pytest.fixture(autouse=True)
def clinic():
    """A clinic with a plain page, which the frame of every page reads in one query."""
    clinic = ClinicProfile.objects.create(pk=1, name="Town Clinic", city="Cary", region="NC", phone="+19195550123")
    clinic.pages.create(title="Fees", slug="fees", summary="What it costs.", body="<p>Little.</p>")


@pytest.fixture
def williams():
    provider = make_provider(
        name="Dr. Jason Williams",
        short_name="Dr. Williams",
        slug="jason-williams",
        credentials="DC",
        job_title="Chiropractic physician",
        bio="<p>Looks after backs.</p>",
        techniques="Dry needling\nManipulation",
        focus_areas="Back pain",
        athletes="CrossFit",
        languages="English, Spanish",
    )
    provider.treatments.add(Treatment.objects.create(name="Dry needling", slug="dry-needling", summary="Needles."))
    provider.conditions.add(Condition.objects.create(name="Low back pain", slug="low-back-pain", summary="Aches."))
    return provider


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_provider_page_tells_who_they_are_and_what_they_treat(client, williams):
    article = make_article(author=williams)
    response = client.get(williams.get_absolute_url())
    page = text(response)
    assert response.status_code == 200
    assert "Dr. Jason Williams, DC</h1>" in page
    for words in (
        "Chiropractic physician",
        "Looks after backs.",
        "Manipulation",
        "Back pain",
        "CrossFit",
        "Spanish",
    ):
        assert words in page
    assert 'href="/treatments/dry-needling/"' in page and 'href="/conditions/low-back-pain/"' in page
    assert f'href="{article.get_absolute_url()}"' in page and article.live.title in page
    assert 'href="/articles/?provider=jason-williams"' in page
    assert '<link rel="canonical" href="http://testserver/providers/jason-williams/"' in page
    assert page.count("<h1") == 1


def test_a_provider_without_a_portrait_has_a_tile_with_initials(client, williams):
    assert ">JW<" in text(client.get(williams.get_absolute_url()))


def test_the_request_link_names_the_provider(client, williams):
    page = text(client.get(williams.get_absolute_url()))
    assert 'href="/appointments/request/?provider=jason-williams"' in page
    assert "not taking new" not in page


def test_a_provider_who_takes_no_patients_says_so_and_offers_another(client, williams):
    williams.is_accepting = False
    williams.save()
    page = text(client.get(williams.get_absolute_url()))
    assert "not taking new" in page
    assert "request/?provider" not in page
    assert 'href="/appointments/request/"' in page


def test_time_away_is_told_until_it_is_over(client, williams):
    today = timezone.localdate()
    williams.time_away.create(starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    assert "Away" not in text(client.get(williams.get_absolute_url()))
    TimeAway.objects.create(provider=williams, starts_on=today, ends_on=today + timedelta(days=3))
    assert "Away" in text(client.get(williams.get_absolute_url()))
    assert "Away" in text(client.get("/providers/"))


def test_articles_of_others_drafts_and_retired_ones_are_not_shown(client, williams):
    others = make_article()
    draft = make_article(author=williams)
    draft.live = None
    draft.save()
    retired = make_article(author=williams)
    retired.retired_at = timezone.now()
    retired.save()
    assert client.get(williams.get_absolute_url()).context["articles"] == []
    assert others.is_published


def test_the_list_shows_listed_providers_in_order(client, williams):
    first = make_provider(position=0, name="Dr. Zoe Adams")
    williams.position = 1
    williams.save()
    make_provider(is_listed=False)
    response = client.get("/providers/")
    assert list(response.context["provider_list"]) == [first, williams]
    page = text(response)
    assert "Dr. Jason Williams, DC" in page and page.count("<h1") == 1


def test_an_unlisted_and_an_unknown_provider_are_not_found(client, williams):
    williams.is_listed = False
    williams.save()
    for slug in ("jason-williams", "nobody"):
        assert client.get(reverse("providers:provider-detail", args=[slug])).status_code == 404


def test_an_empty_site_says_so(client):
    assert "No providers" in text(client.get("/providers/"))


@pytest.mark.parametrize("rows", [3, 60])
def test_pages_take_as_many_queries_for_sixty_rows_as_for_three(client, rows, williams, django_assert_num_queries):
    today = timezone.localdate()
    for number in range(rows):
        provider = make_provider()
        treatment = Treatment.objects.create(name=f"Care {number}", slug=f"care-{number}")
        condition = Condition.objects.create(name=f"Ache {number}", slug=f"ache-{number}")
        for person in (provider, williams):
            person.treatments.add(treatment)
            person.conditions.add(condition)
            person.time_away.create(starts_on=today, ends_on=today + timedelta(days=number))
        make_article(author=williams)
    assert Provider.objects.count() == rows + 1
    with django_assert_num_queries(4):
        client.get("/providers/")
    with django_assert_num_queries(7):
        client.get(williams.get_absolute_url())


@pytest.mark.parametrize("address", ["/providers/", "/providers/jason-williams/"])
def test_pages_are_read_only_and_set_no_cookie(client, williams, address):
    response = client.get(address)
    assert not response.cookies
    assert response["Cache-Control"] == "public, no-cache"
    assert "Cookie" not in response.get("Vary", "")
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


def test_what_patients_ask_is_said_and_left_out_where_it_is_not_known(client, clinic):
    asked = make_provider("Dr. Ada Lane", license_number="DC-17", license_state="Ohio", education="Oak College, 2001")
    page = client.get(asked.get_absolute_url()).content.decode()
    assert "Accepting new patients" in page and "DC-17, Ohio" in page and "Oak College, 2001" in page
    assert "In practice" not in page and "A first visit with" not in page


def test_years_in_practice_are_counted_from_the_year(time_machine):
    time_machine.move_to("2026-11-24 12:00Z")
    assert make_provider(practicing_since=2012).years_in_practice == 14
    assert make_provider(practicing_since=2026).years_in_practice == make_provider().years_in_practice == 0


def test_a_technique_that_is_a_treatment_is_said_once(client, clinic):
    provider = make_provider(techniques="Dry needling\nTaping")
    provider.treatments.create(name="Dry needling", slug="dry-needling", summary="Needles.")
    page = client.get(provider.get_absolute_url()).content.decode()
    assert page.count("Dry needling<") == 1 and "<dd>Taping</dd>" in page
