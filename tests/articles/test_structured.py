"""What search engines read is what the page shows, and nothing else."""

import html
import json
import re
from datetime import date

import pytest
import time_machine

from articles.models import ArticleImage
from clinic.practice.models import ClinicProfile, Closure
from providers.models import Condition, Treatment
from tests.factories import make_article, make_clinic, make_provider

pytestmark = pytest.mark.django_db
SITE = "https://clinic.example"


@pytest.fixture(autouse=True)
def clinic(settings):
    settings.SITE_URL = SITE
    return make_clinic(
        name="Cary Spine", street="1 Main St", postal_code="27511", latitude="35.79150", longitude="-78.78110"
    )


def page(client, path: str) -> tuple[dict[str, dict], str]:
    """A page's structured data by type, and its visible text."""
    source = client.get(path).content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', source)
    data = {item["@type"]: item for item in map(json.loads, found)}
    body = re.sub(r"<script.*?</script>", " ", source.partition("<body>")[2], flags=re.S)
    words = html.unescape(re.sub(r"<[^>]+>", " ", body))
    return data, " ".join(words.split())


@pytest.fixture
def article():
    author = make_provider(name="Dr. Ana Ruiz", credentials="DC", slug="ruiz")
    reviewer = make_provider(name="Dr. Sam Lee", slug="lee", credentials="", is_listed=False)
    article = make_article(
        slug="needling", title="Needling & necks", summary="What a trial found", author=author, reviewer=reviewer,
        treatments=[Treatment.objects.create(name="Dry needling", slug="dry-needling", summary="x")],
        conditions=[Condition.objects.create(name="Neck pain", slug="neck-pain", summary="x")],
        citations=[
            {"number": 1, "authors": "Doe J", "title": "A trial", "source": "J Trials 3:1", "year": 2017,
             "doi": "10.1/x",
             "pubmed_id": "", "shows": "Less", "does_not_show": "Why", "address": "https://doi.org/10.1/x",
             "back": []},
            {"number": 2, "authors": "Clinic", "title": "A page", "source": "Publisher", "year": None, "doi": "",
             "pubmed_id": "", "shows": "x", "does_not_show": "y", "address": "https://example.org/", "back": []},
        ],
    )  # fmt: skip
    article.live.picture = ArticleImage.objects.create(
        article=article, file="articles/abc.jpg", width=1200, height=800, alt="A neck", caption="One of us"
    )
    article.live.save()
    return article


def test_an_article_says_who_wrote_it_who_reviewed_it_when_and_on_what_grounds(client, article):
    data, _text = page(client, "/articles/needling/")
    found = data["MedicalWebPage"]
    url = f"{SITE}/articles/needling/"
    assert found["@context"] == "https://schema.org"
    assert (found["url"], found["name"], found["description"]) == (url, "Needling & necks", "What a trial found")
    assert found["lastReviewed"] == "2026-01-05"
    assert found["reviewedBy"] == {
        "@type": "Person",
        "name": "Dr. Sam Lee",
        "honorificPrefix": "Dr.",
        "jobTitle": "Chiropractor",
    }
    assert found["about"] == [
        {"@type": "MedicalTherapy", "name": "Dry needling", "url": f"{SITE}/treatments/dry-needling/"},
        {"@type": "MedicalCondition", "name": "Neck pain", "url": f"{SITE}/conditions/neck-pain/"},
    ]
    inside = found["mainEntity"]
    assert (inside["@type"], inside["headline"], inside["mainEntityOfPage"]) == ("Article", "Needling & necks", url)
    assert inside["author"]["name"] == "Dr. Ana Ruiz" and inside["author"]["url"] == f"{SITE}/providers/ruiz/"
    assert inside["author"]["honorificSuffix"] == "DC"
    assert inside["datePublished"] == article.first_published_at.isoformat()
    assert inside["dateModified"] == article.live.published_at.isoformat()
    assert inside["image"] == {
        "@type": "ImageObject", "url": f"{SITE}/media/articles/abc.jpg", "caption": "One of us",
        "width": {"@type": "QuantitativeValue", "value": 1200, "unitCode": "E37"},
        "height": {"@type": "QuantitativeValue", "value": 800, "unitCode": "E37"},
    }  # fmt: skip
    assert inside["citation"] == [
        {"@type": "ScholarlyArticle", "name": "A trial", "creditText": "Doe J", "datePublished": "2017",
         "isPartOf": {"@type": "CreativeWork", "name": "J Trials 3:1"}, "url": "https://doi.org/10.1/x"},
        {"@type": "CreativeWork", "name": "A page", "creditText": "Clinic",
         "isPartOf": {"@type": "CreativeWork", "name": "Publisher"}, "url": "https://example.org/"},
    ]  # fmt: skip


def test_the_breadcrumb_is_the_one_the_page_shows(client, article):
    data, _text = page(client, "/articles/needling/")
    items = data["BreadcrumbList"]["itemListElement"]
    steps = [(item["position"], item["name"], item.get("item", {}).get("@id")) for item in items]
    assert steps == [(1, "Home", f"{SITE}/"), (2, "Articles", f"{SITE}/articles/"), (3, "Needling & necks", None)]


@time_machine.travel("2026-03-09T15:00Z", tick=False)
def test_the_contact_page_says_where_the_clinic_is_and_when_it_is_open(client, clinic):
    for first, last in [(date(2025, 12, 25), date(2025, 12, 25)), (date(2026, 11, 26), date(2026, 11, 27))]:
        Closure.objects.create(reason="Holiday", starts_on=first, ends_on=last)
    found = page(client, "/contact/")[0]["MedicalClinic"]
    assert (found["@id"], found["name"], found["telephone"]) == (f"{SITE}/#clinic", "Cary Spine", "+19195550100")
    assert found["address"] == {
        "@type": "PostalAddress", "streetAddress": "1 Main St", "addressLocality": "Cary", "addressRegion": "NC",
        "postalCode": "27511", "addressCountry": "US",
    }  # fmt: skip
    assert found["geo"] == {"@type": "GeoCoordinates", "latitude": 35.7915, "longitude": -78.7811}
    week = [(span["dayOfWeek"], span["opens"], span["closes"]) for span in found["openingHoursSpecification"]]
    assert week[:3] == [("Monday", "09:00", "12:00"), ("Monday", "13:00", "17:00"), ("Tuesday", "09:00", "12:00")]
    assert len(week) == 10
    assert found["specialOpeningHoursSpecification"] == [
        {"@type": "OpeningHoursSpecification", "validFrom": "2026-11-26", "validThrough": "2026-11-27",
         "opens": "00:00", "closes": "00:00"}
    ]  # fmt: skip


def test_the_home_page_names_the_clinic_and_its_week_in_short(client):
    found = page(client, "/")[0]["MedicalClinic"]
    assert found["name"] == "Cary Spine" and "openingHoursSpecification" not in found
    assert found["openingHours"] == ["Mo,Tu,We,Th,Fr 09:00-12:00", "Mo,Tu,We,Th,Fr 13:00-17:00"]


def test_a_treatment_and_a_condition_are_described_with_what_patients_call_them(client, article):
    Treatment.objects.update(also_called="Needling\nDDN")
    found = page(client, "/treatments/dry-needling/")[0]["MedicalTherapy"]
    assert (found["name"], found["alternateName"]) == ("Dry needling", ["Needling", "DDN"])
    found = page(client, "/conditions/neck-pain/")[0]["MedicalCondition"]
    assert (found["name"], found["url"]) == ("Neck pain", f"{SITE}/conditions/neck-pain/")
    assert "alternateName" not in found


def test_an_empty_clinic_is_described_by_its_name_alone(client, clinic):
    clinic.delete()
    ClinicProfile.objects.create(pk=1, opened_at=clinic.opened_at)
    assert page(client, "/")[0]["MedicalClinic"].keys() == {"@context", "@type", "@id", "name", "url"}


def test_a_provider_is_described_as_on_their_page(client):
    make_provider(
        name="Dr. Ana Ruiz",
        credentials="DC",
        slug="ruiz",
        techniques="Dry needling\nCupping",
        languages="English, Spanish",
    )
    found = page(client, "/providers/ruiz/")[0]["Person"]
    assert found == {
        "@context": "https://schema.org", "@type": "Person", "name": "Dr. Ana Ruiz", "honorificPrefix": "Dr.",
        "honorificSuffix": "DC",
        "jobTitle": "Chiropractor", "url": f"{SITE}/providers/ruiz/",
        "description": "Dr. Ana Ruiz treats backs.", "knowsAbout": ["Dry needling", "Cupping"],
        "knowsLanguage": ["English", "Spanish"], "worksFor": {"@type": "MedicalClinic", "@id": f"{SITE}/#clinic"},
    }  # fmt: skip


def said(data: object) -> list[str]:
    """The words among structured data: its values that are no address, date, number, code or kind."""
    if isinstance(data, dict):
        skipped = {
            "@type",
            "@id",
            "@context",
            "addressCountry",
            "telephone",
            "opens",
            "closes",
            "dayOfWeek",
            "openingHours",
            "unitCode",
            "description",
        }
        return [word for key, value in data.items() if key not in skipped for word in said(value)]
    if isinstance(data, list):
        return [word for value in data for word in said(value)]
    return [data] if isinstance(data, str) and not re.match(r"https?://|\d{4}-\d\d-\d\d", data) else []


@pytest.mark.parametrize("path", ["/", "/contact/", "/articles/needling/", "/providers/ruiz/", "/providers/"])
def test_nothing_is_told_that_the_page_does_not_show(client, article, path):
    data, text = page(client, path)
    assert data
    assert [word for word in said(list(data.values())) if word not in text] == []
