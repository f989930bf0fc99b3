"""What search engines and security researchers ask for."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import time_machine

from articles.models import Article
from clinic.pages.models import Page
from clinic.pages.sitemaps import SECURITY_TXT_HOLDS
from providers.models import Condition, Treatment, TreatmentForCondition
from tests.factories import make_article, make_clinic, make_provider

pytestmark = pytest.mark.django_db
NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def elsewhere(settings):
    settings.SITE_URL = "https://clinic.example"


def addresses(client) -> dict[str, str | None]:
    response = client.get("/sitemap.xml")
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml")
    urls = ElementTree.fromstring(response.content)  # noqa: S314 (our own XML)
    return {url.findtext(f"{NS}loc"): url.findtext(f"{NS}lastmod") for url in urls}


@pytest.fixture
def pages():
    make_clinic()
    needling = Treatment.objects.create(name="Dry needling", slug="dry-needling", summary="x")
    neck = Condition.objects.create(name="Neck pain", slug="neck-pain", summary="x")
    back = Condition.objects.create(name="Back pain", slug="back-pain", summary="x")
    TreatmentForCondition.objects.create(treatment=needling, condition=back, text="<p>x</p>")
    Page.objects.create(title="Privacy", slug="privacy", summary="x", body="<p>x</p>")
    author = make_provider(slug="ruiz")
    make_provider(slug="unlisted", is_listed=False)
    make_article(slug="hidden", author=author)
    Article.objects.filter(slug="hidden").update(retired_at="2026-01-01T00:00Z")
    return make_article(slug="needling", author=author, treatments=[needling], conditions=[neck])


def test_the_sitemap_has_every_page_worth_finding_and_no_other(client, pages):
    expected = [
        "", "contact/", "articles/", "articles/needling/", "providers/", "providers/ruiz/", "treatments/", "privacy/",
        "treatments/dry-needling/", "treatments/dry-needling/for/back-pain/",
        "conditions/", "conditions/neck-pain/", "conditions/back-pain/",
    ]  # fmt: skip
    found = addresses(client)
    assert sorted(found) == sorted(f"https://clinic.example/{path}" for path in expected)
    changed = datetime.fromisoformat(found["https://clinic.example/articles/needling/"])
    assert changed == pages.live.published_at.replace(microsecond=0)


def test_every_address_in_the_sitemap_answers(client, pages):
    paths = [address.removeprefix("https://clinic.example") for address in addresses(client)]
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_more_pages_cost_no_more_queries(client, pages, django_assert_num_queries):
    with django_assert_num_queries(7):
        addresses(client)
    for _number in range(3):
        make_article()
    with django_assert_num_queries(7):
        addresses(client)


def test_robots_are_kept_from_the_office_and_shown_the_sitemap(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Disallow: /appointments/status/",
        "",
        "Sitemap: https://clinic.example/sitemap.xml",
    ]


@time_machine.travel("2026-03-09T12:00Z", tick=False)
def test_security_txt_says_whom_to_tell_and_until_when(client):
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    assert lines[0] == "Contact: https://clinic.example/contact/"
    assert lines[1] == "Expires: 2026-09-01T00:00:00Z"
    assert lines[3] == "Canonical: https://clinic.example/.well-known/security.txt"
    end = datetime(2026, 9, 1, tzinfo=UTC)
    assert 0 < (end - datetime(2026, 3, 9, tzinfo=UTC)).days <= SECURITY_TXT_HOLDS.days


@pytest.mark.parametrize("path", ["/sitemap.xml", "/robots.txt", "/.well-known/security.txt"])
def test_they_may_be_kept_but_are_asked_for_again(client, open_clinic, path):
    response = client.get(path)
    assert {"public", "no-cache"} == set(response["Cache-Control"].split(", "))
    assert not response.cookies
    assert client.get(path, headers={"if-none-match": response["ETag"]}).status_code == 304
    assert client.post(path).status_code == 405
