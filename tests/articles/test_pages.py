"""What patients read of articles: one article, and the list with its filters."""

import pytest
from django.urls import reverse
from django.utils import timezone

from articles.models import ArticleImage
from clinic.practice.models import ClinicProfile
from providers.models import Condition, Treatment, TreatmentForCondition
from tests.factories import make_article, make_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]


@pytest.fixture(autouse=True)
def clinic():
    """A clinic with a plain page, which the frame of every page reads in one query."""
    clinic = ClinicProfile.objects.create(pk=1, name="Town Clinic", city="Cary", region="NC", phone="+19195550123")
    clinic.pages.create(title="Fees", slug="fees", summary="What it costs.", body="<p>Little.</p>")


@pytest.fixture
def needling():
    return Treatment.objects.create(name="Dry needling", slug="dry-needling", summary="Thin needles.")


@pytest.fixture
def back_pain():
    return Condition.objects.create(name="Low back pain", slug="low-back-pain", summary="An aching back.")


@pytest.fixture
def williams():
    return make_provider(
        name="Dr. Jason Williams",
        short_name="Dr. Williams",
        slug="jason-williams",
        credentials="DC",
        techniques="Dry needling",
        focus_areas="Back pain",
        athletes="CrossFit\nMuay Thai",
    )


CITATION = {
    "number": 1,
    "authors": "Hu HT and others",
    "title": "Is dry needling effective?",
    "source": "Medicine 97(26)",
    "year": 2018,
    "doi": "10.1097/MD.0000000000011225",
    "pubmed_id": "",
    "shows": "Less pain than sham needling.",
    "does_not_show": "A lasting effect.",
    "address": "https://doi.org/10.1097/MD.0000000000011225",
    "back": ["cite-1-1", "cite-1-2"],
}


@pytest.fixture
def article(williams, needling, back_pain):
    return make_article(
        author=williams,
        reviewer=make_provider(name="Dr. Ngozi Okafor", slug="ngozi-okafor", credentials="DC"),
        treatments=[needling],
        conditions=[back_pain],
        slug="needling-for-backs",
        title="Needling for backs",
        key_points="One point\nAnother point",
        urgent_advice="Call 911 if back pain comes with:\nnumbness between your legs;\na hard fall.",
        who_should_not="Anyone on a blood thinner",
        citations=[CITATION],
    )


def text(response) -> str:
    return " ".join(response.content.decode().split())


# One article


def test_an_article_shows_the_live_version_and_not_the_draft(client, article):
    response = client.get(article.get_absolute_url())
    page = text(response)
    assert response.status_code == 200
    assert "Live body" in page and "<p>First paragraph.</p>" in page
    assert "Draft" not in page
    assert page.count("<h1") == 1
    assert "<title>Needling for backs" in page
    assert 'content="Live summary' in page
    assert '<link rel="canonical" href="http://testserver/articles/needling-for-backs/"' in page


def test_an_article_shows_everything_around_its_text(client, article, needling, back_pain):
    pair = TreatmentForCondition.objects.create(treatment=needling, condition=back_pain, text="<p>Both.</p>")
    page = text(client.get(article.get_absolute_url()))
    for words in (
        "One point",
        "Another point",
        "numbness between your legs;",
        "Anyone on a blood thinner",
        "3 min",
    ):
        assert words in page
    assert "Jan. 5, 2026" in page and "Jan. 5, 2027" in page
    assert "Dr. Ngozi Okafor, DC" in page
    assert "not a diagnosis" in page
    assert "CrossFit" in page and "Muay Thai" in page
    assert f'href="{needling.get_absolute_url()}"' in page
    assert f'href="{back_pain.get_absolute_url()}"' in page
    assert f'href="{pair.get_absolute_url()}"' in page
    assert "Dry needling for low back pain in Cary, NC" in page
    assert 'href="/articles/?treatment=dry-needling"' in page
    assert 'href="/articles/?provider=jason-williams"' in page
    assert 'href="/contact/"' in page


def test_a_reference_says_what_it_shows_and_links_back(client, article):
    page = text(client.get(article.get_absolute_url()))
    assert 'id="ref-1"' in page
    assert "Less pain than sham needling." in page and "A lasting effect." in page
    assert 'href="https://doi.org/10.1097/MD.0000000000011225"' in page
    assert 'href="#cite-1-1"' in page and 'href="#cite-1-2"' in page


def test_the_invitation_names_the_author_and_prefills_the_form(client, article):
    page = text(client.get(article.get_absolute_url()))
    assert "/appointments/request/?article=needling-for-backs&amp;provider=jason-williams" in page
    assert "Dr. Williams or another provider" in page


def test_the_invitation_does_not_name_an_author_who_takes_no_patients(client, article, williams):
    williams.is_accepting = False
    williams.save()
    page = text(client.get(article.get_absolute_url()))
    assert "provider=jason-williams&" not in page and "&amp;provider=jason-williams" not in page
    assert "/appointments/request/?article=needling-for-backs" in page
    assert "Dr. Williams or another provider" not in page


def test_an_author_who_left_is_named_without_a_link(client, article, williams):
    williams.is_listed = False
    williams.save()
    page = text(client.get(article.get_absolute_url()))
    assert "Dr. Jason Williams" in page
    assert f'href="{williams.get_absolute_url()}"' not in page


@pytest.mark.parametrize(("sections", "has_contents"), [(3, False), (4, True)])
def test_only_a_long_article_has_a_list_of_contents(client, sections, has_contents):
    article = make_article(headings=[[f"part-{n}", f"Part {n}"] for n in range(sections)])
    assert ('href="#part-0"' in text(client.get(article.get_absolute_url()))) is has_contents


def test_related_articles_are_those_chosen_and_then_the_newest_on_the_topic(client, needling):
    chosen = make_article(days_ago=90)
    older = make_article(treatments=[needling], days_ago=20)
    newer = make_article(treatments=[needling], days_ago=10)
    oldest = make_article(treatments=[needling], days_ago=30)
    elsewhere = make_article(days_ago=2)
    article = make_article(treatments=[needling], related=[chosen])
    response = client.get(article.get_absolute_url())
    assert list(response.context["related"]) == [chosen, newer, older]
    assert oldest.get_absolute_url() not in text(response)
    assert elsewhere.get_absolute_url() not in text(response)


def test_a_retired_related_article_is_not_shown(client):
    retired = make_article()
    retired.retired_at = timezone.now()
    retired.save()
    article = make_article(related=[retired])
    assert retired.get_absolute_url() not in text(client.get(article.get_absolute_url()))


def test_an_unknown_a_retired_and_an_unpublished_article_are_not_found(client, article):
    article.retired_at = timezone.now()
    article.save()
    draft = make_article(slug="draft")
    draft.live = None
    draft.save()
    for slug in ("unknown", article.slug, draft.slug):
        assert client.get(reverse("articles:detail", args=[slug])).status_code == 404


@pytest.mark.parametrize("others", [3, 60])
def test_an_article_takes_six_queries_however_much_there_is(
    client, others, article, needling, django_assert_num_queries
):
    """The article, its treatments, its conditions, the pages on both, what to read next, and the frame.

    One UNION of the three kinds of topic would save two short queries and cost invented columns.
    """
    picture = ArticleImage(article=article, alt="A back", width=1600, height=900)
    picture.file.name = "articles/back.jpg"
    picture.save_base(raw=True)
    article.live.picture = picture
    article.live.save()
    for number in range(others):
        condition = Condition.objects.create(name=f"Ache {number}", slug=f"ache-{number}")
        TreatmentForCondition.objects.create(treatment=needling, condition=condition, text="<p>Both.</p>")
        article.live.conditions.add(condition)
        make_article(treatments=[needling], conditions=[condition])
    with django_assert_num_queries(6):
        client.get(article.get_absolute_url())


# The list


def listed(client, **query) -> list:
    return list(client.get(reverse("articles:list"), query).context["object_list"])


def test_the_list_is_newest_first_and_shows_live_titles(client, article):
    newer = make_article(days_ago=0)
    response = client.get("/articles/")
    assert list(response.context["object_list"]) == [newer, article]
    page = text(response)
    assert "Needling for backs" in page and "Draft" not in page
    assert page.count("<h1") == 1
    assert "2 articles" in page
    assert "noindex" not in page


def test_the_list_is_filtered_by_treatment_condition_and_author(client, article, williams):
    make_article()
    assert listed(client, treatment="dry-needling") == [article]
    assert listed(client, condition="low-back-pain") == [article]
    assert listed(client, provider=williams.slug) == [article]
    assert listed(client, provider=williams.slug, condition="low-back-pain", treatment="dry-needling") == [article]
    assert listed(client, provider="ngozi-okafor", condition="low-back-pain") == []


def test_one_filter_names_the_page_and_can_be_removed(client, article):
    page = text(client.get("/articles/?treatment=dry-needling"))
    assert "Articles on dry needling</h1>" in page
    assert '<link rel="canonical" href="http://testserver/articles/?treatment=dry-needling"' in page
    assert 'href="/articles/"' in page
    assert "noindex" not in page
    assert "Articles by Dr. Jason Williams</h1>" in text(client.get("/articles/?provider=jason-williams"))


def test_two_filters_are_removed_one_by_one_and_not_indexed(client, article):
    page = text(client.get("/articles/?treatment=dry-needling&condition=low-back-pain&page=1"))
    assert 'href="/articles/?condition=low-back-pain"' in page
    assert 'href="/articles/?treatment=dry-needling"' in page
    assert "noindex" in page


def test_search_finds_words_keeps_them_in_the_field_and_is_not_indexed(client, article, monkeypatch):
    other = make_article()
    monkeypatch.setattr("articles.views.search", lambda words: type(other).objects.filter(pk=other.pk))
    response = client.get("/articles/", {"q": "  Sore\0 “back” "})
    page = text(response)
    assert list(response.context["object_list"]) == [other]
    assert 'value="Sore “back”"' in page
    assert "noindex" in page


def test_an_unknown_filter_gives_a_page_that_says_so(client, article):
    for query in ({"treatment": "magic"}, {"condition": "<b>"}, {"provider": "nobody"}, {"treatment": "\0"}):
        response = client.get("/articles/", query)
        assert response.status_code == 200
    page = text(client.get("/articles/?treatment=magic"))
    assert "Articles</h1>" in page and "No article" in page and "magic" in page
    assert 'href="/articles/"' in page
    assert "noindex" in page


def test_an_empty_site_says_so(client):
    assert "No article" in text(client.get("/articles/"))


def test_a_topic_without_articles_is_named_and_empty(client, article):
    Treatment.objects.create(name="Cupping", slug="cupping", summary="Cups.")
    page = text(client.get("/articles/?treatment=cupping"))
    assert "Articles on cupping</h1>" in page and "0 articles" in page


def test_an_authors_articles_are_those_live_under_their_name(client, article, williams):
    article.author = make_provider(slug="new-author")
    article.save()
    assert listed(client, provider="jason-williams") == [article]
    assert listed(client, provider="new-author") == []


@pytest.mark.parametrize(
    ("asked", "given"),
    [("1", 1), ("2", 2), ("3", 3), ("4", 3), ("999", 3), ("0", 3), ("-2", 3), ("x", 1), ("", 1)],
)
def test_a_page_that_is_not_there_gives_the_last_and_no_number_the_first(client, williams, asked, given):
    for days in range(25):
        make_article(author=williams, days_ago=days)
    response = client.get("/articles/", {"page": asked})
    assert response.status_code == 200
    assert response.context["page_obj"].number == given
    assert len(response.context["object_list"]) == {1: 12, 2: 12, 3: 1}[given]


def test_pages_link_to_their_neighbours_and_keep_the_filter(client, williams):
    for days in range(25):
        make_article(author=williams, days_ago=days)
    page = text(client.get("/articles/?provider=jason-williams&page=2"))
    assert 'href="/articles/?provider=jason-williams" rel="prev"' in page
    assert 'href="/articles/?provider=jason-williams&amp;page=3" rel="next"' in page
    assert 'href="http://testserver/articles/?provider=jason-williams&amp;page=2"' in page


@pytest.mark.parametrize("rows", [3, 60])
def test_the_list_takes_as_many_queries_for_sixty_rows_as_for_three(
    client, rows, needling, back_pain, django_assert_num_queries
):
    for number in range(rows):
        treatment = Treatment.objects.create(name=f"Care {number}", slug=f"care-{number}")
        make_article(treatments=[needling, treatment], conditions=[back_pain])
    with django_assert_num_queries(7):
        client.get("/articles/?treatment=dry-needling")


# Both


@pytest.mark.parametrize("address", ["/articles/", "/articles/needling-for-backs/"])
def test_pages_are_read_only_and_set_no_cookie(client, article, address):
    response = client.get(address)
    assert not response.cookies
    assert response["Cache-Control"] == "public, no-cache"
    assert "Cookie" not in response.get("Vary", "")
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405
