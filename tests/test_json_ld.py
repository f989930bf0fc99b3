"""Every page's structured data follows schema.org's own vocabulary."""

import json
import re

import pytest

from tests.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary()


def test_the_structured_data_of_every_page_is_valid(demo, client, vocabulary):
    pages = re.findall(r"<loc>http://testserver([^<]+)</loc>", client.get("/sitemap.xml").content.decode())
    pages += ["/articles/?treatment=dry-needling", "/search/?q=neck"]
    problems, kinds = [], set()
    for path in pages:
        source = client.get(path).content.decode()
        for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', source):
            data = json.loads(text)
            kinds.add(data["@type"])
            problems += vocabulary.problems(data, path)
    assert problems == []
    assert kinds >= {"MedicalClinic", "MedicalWebPage", "MedicalTherapy", "MedicalCondition", "Person"}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"@type": "Clinick"}, "no type"),
        ({"@type": "Person", "nam": "Ada"}, "no such property"),
        ({"@type": "Person", "headline": "Ada"}, "not a property of Person"),
        ({"@type": "Person", "worksFor": {"@type": "Person", "name": "Bob"}}, "is none of"),
        ({"@type": "Article", "author": "Ada"}, "is none of"),
        ({"@type": "OpeningHoursSpecification", "opens": "nine"}, "is none of"),
        ({"@type": "OpeningHoursSpecification", "dayOfWeek": "Mon"}, "is none of"),
        ({"@type": "Article", "author": [{"@type": "Person", "nam": "Ada"}]}, "no such property"),
    ],
)
def test_what_does_not_follow_the_vocabulary_is_named(vocabulary, data, problem):
    (found,) = vocabulary.problems(data, "page")
    assert problem in found


def test_what_follows_it_passes(vocabulary):
    span = {"@type": "OpeningHoursSpecification", "dayOfWeek": "Monday", "opens": "09:00"}
    data = {"@type": "MedicalClinic", "name": "Oak", "url": "https://oak.example/", "openingHoursSpecification": [span]}
    assert list(vocabulary.problems(data)) == []
