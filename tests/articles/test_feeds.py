"""Feeds of the newest articles, whole, with absolute addresses."""

from xml.etree import ElementTree

import feedparser
import pytest

from articles.models import Article
from providers.models import Treatment
from tests.factories import make_article, make_clinic, make_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(autouse=True)
def elsewhere(settings):
    """Addresses come from the setting, not from whichever host was asked."""
    settings.SITE_URL = "https://clinic.example"


def feed(client, address="/articles/feed/") -> ElementTree.Element:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314 (our own XML)


def text(element, path: str) -> str | None:
    return element.findtext(path, namespaces=ATOM)


def titles(element) -> list[str | None]:
    return [text(entry, "a:title") for entry in element.findall("a:entry", ATOM)]


def test_an_entry_carries_the_whole_live_article(client):
    make_clinic(name="Cary & Co")
    author = make_provider(name="Dr. Ana Ruiz", credentials="DC", slug="ruiz")
    article = make_article(
        author=author, slug="needling", title="Needling", summary="What it is", intro="It is old.",
        key_points="Thin\nSolid",
        body_html='<p>Words <a href="/contact/">c</a> <a class="cite" href="#ref-1">[1]</a></p>',
    )  # fmt: skip
    atom = feed(client)
    assert text(atom, "a:title") == "Articles from Cary & Co"
    links = {link.get("rel"): link.get("href") for link in atom.findall("a:link", ATOM)}
    assert links == {"alternate": "https://clinic.example/articles/", "self": "https://clinic.example/articles/feed/"}
    (entry,) = atom.findall("a:entry", ATOM)
    assert (text(entry, "a:title"), text(entry, "a:summary")) == ("Needling", "What it is")
    assert text(entry, "a:id") == entry.find("a:link", ATOM).get("href") == "https://clinic.example/articles/needling/"
    assert text(entry, "a:author/a:name") == "Dr. Ana Ruiz, DC"
    assert text(entry, "a:author/a:uri") == "https://clinic.example/providers/ruiz/"
    assert text(entry, "a:updated") == article.live.published_at.isoformat()
    content = text(entry, "a:content")
    assert 'href="https://clinic.example/contact/"' in content
    assert 'href="https://clinic.example/articles/needling/#ref-1"' in content
    assert content.index("<p>It is old.</p>") < content.index("<li>Solid</li>") < content.index("Words")
    assert "Draft" not in ElementTree.tostring(atom, encoding="unicode")


def test_the_newest_come_first_and_the_unpublished_not_at_all(client):
    make_article(title="Old", days_ago=9)
    make_article(title="New", days_ago=1)
    retired = make_article(title="Retired")
    Article.objects.filter(pk=retired.pk).update(retired_at="2026-01-01T00:00Z")
    assert titles(feed(client)) == ["New", "Old"]


def test_a_treatment_has_a_feed_of_its_own(client):
    needling = Treatment.objects.create(name="Dry needling", slug="dry-needling", summary="x")
    make_article(title="On needling", treatments=[needling])
    make_article(title="On walking")
    atom = feed(client, "/treatments/dry-needling/feed/")
    assert titles(atom) == ["On needling"]
    assert text(atom, "a:title").startswith("Articles on Dry needling from ")
    assert client.get("/treatments/cupping/feed/").status_code == 404


def test_a_feed_may_be_kept_but_is_asked_for_again(client):
    make_article()
    response = client.get("/articles/feed/")
    assert {"public", "no-cache"} == set(response["Cache-Control"].split(", "))
    assert not response.cookies
    assert client.get("/articles/feed/", headers={"if-none-match": response["ETag"]}).status_code == 304
    assert client.post("/articles/feed/").status_code == 405


def test_more_articles_cost_no_more_queries(client, django_assert_num_queries):
    make_clinic()
    for _number in range(4):
        make_article()
    with django_assert_num_queries(4):
        feed(client)


@pytest.mark.parametrize("address", ["/articles/feed/", "/treatments/needling/feed/"])
def test_a_feed_reader_understands_it(client, address):
    make_clinic()
    treatment = Treatment.objects.create(name="Needling", slug="needling", summary="x")
    article = make_article(title="Needling & José", summary="What it is", treatments=[treatment])
    read = feedparser.parse(client.get(address).content)
    assert not read.bozo, read.bozo_exception
    assert read.version == "atom10"
    (entry,) = read.entries
    assert (entry.title, entry.summary) == ("Needling & José", "What it is")
    assert entry.link == f"https://clinic.example{article.get_absolute_url()}"
    assert entry.content[0].type == "text/html" and entry.author
    assert entry.published_parsed[:6] == article.first_published_at.utctimetuple()[:6]
