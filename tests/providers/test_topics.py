"""What patients read about treatments, conditions, and a treatment for a condition."""

import pytest
from django.utils import timezone

from clinic.practice.models import ClinicProfile
from providers.models import Condition, Treatment, TreatmentForCondition
from providers.templatetags.names import midsentence
from tests.factories import make_article, make_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]

PAIR = "/treatments/dry-needling/for/low-back-pain/"


@pytest.fixture(autouse=True)
def clinic():
    """A clinic with a plain page, which the frame of every page reads in one query."""
    clinic = ClinicProfile.objects.create(pk=1, name="Town Clinic", city="Cary", region="NC", phone="+19195550123")
    clinic.pages.create(title="Fees", slug="fees", summary="What it costs.", body="<p>Little.</p>")


@pytest.fixture
def needling():
    return Treatment.objects.create(
        name="Dry needling",
        slug="dry-needling",
        summary="Thin needles.",
        what_it_is="<p>A thin needle.</p>",
        what_to_expect="<p>Half an hour.</p>",
        who_should_not="You take a blood thinner\nYou are pregnant",
    )


@pytest.fixture
def back_pain():
    return Condition.objects.create(
        name="Low back pain", slug="low-back-pain", summary="An aching back.", description="<p>Common.</p>"
    )


@pytest.fixture
def williams(needling, back_pain):
    provider = make_provider(name="Dr. Jason Williams", slug="jason-williams", credentials="DC")
    provider.treatments.add(needling)
    provider.conditions.add(back_pain)
    return provider


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_what_we_treat_shows_treatments_and_conditions_together(client, needling, back_pain):
    page = text(client.get("/treatments/"))
    assert 'href="/treatments/dry-needling/"' in page and "Thin needles." in page
    assert 'href="/conditions/low-back-pain/"' in page and "An aching back." in page
    assert page.count("<h1") == 1


def test_conditions_are_listed_with_what_we_do_about_them(client, needling, back_pain):
    TreatmentForCondition.objects.create(treatment=needling, condition=back_pain, text="<p>Both.</p>")
    page = text(client.get("/conditions/"))
    assert 'href="/conditions/low-back-pain/"' in page and f'href="{PAIR}"' in page
    assert page.count("<h1") == 1


def test_a_treatment_page_answers_what_it_is_and_who_does_it(client, needling, back_pain, williams):
    TreatmentForCondition.objects.create(treatment=needling, condition=back_pain, text="<p>Both.</p>")
    make_provider(is_listed=False, name="Dr. Gone").treatments.add(needling)
    article = make_article(treatments=[needling])
    page = text(client.get("/treatments/dry-needling/"))
    for words in (
        "A thin needle.",
        "Half an hour.",
        "You take a blood thinner",
        "You are pregnant",
        "Dr. Jason Williams",
    ):
        assert words in page
    assert "Dr. Gone" not in page
    assert f'href="{PAIR}"' in page
    assert article.live.title in page and 'href="/articles/?treatment=dry-needling"' in page
    assert page.count('href="/treatments/dry-needling/feed/"') == 2
    assert "Dry needling in Cary, NC</h1>" in page
    assert '<link rel="canonical" href="http://testserver/treatments/dry-needling/"' in page
    assert page.count("<h1") == 1


def test_a_treatment_goes_with_conditions_that_share_a_published_article(client, needling, back_pain):
    make_article(treatments=[needling], conditions=[back_pain])
    hidden = Condition.objects.create(name="Neck pain", slug="neck-pain")
    retired = make_article(treatments=[needling], conditions=[hidden])
    retired.retired_at = timezone.now()
    retired.save()
    response = client.get(needling.get_absolute_url())
    assert list(response.context["conditions"]) == [back_pain]
    response = client.get(back_pain.get_absolute_url())
    assert list(response.context["treatments"]) == [needling]


def test_a_condition_page_tells_what_helps_and_who_treats_it(client, needling, back_pain, williams):
    TreatmentForCondition.objects.create(treatment=needling, condition=back_pain, text="<p>Both.</p>")
    article = make_article(conditions=[back_pain])
    page = text(client.get("/conditions/low-back-pain/"))
    assert "Common." in page and "Dr. Jason Williams" in page and f'href="{PAIR}"' in page
    assert article.live.title in page and 'href="/articles/?condition=low-back-pain"' in page
    assert page.count("<h1") == 1


def test_a_written_pair_has_a_page(client, needling, back_pain, williams):
    TreatmentForCondition.objects.create(treatment=needling, condition=back_pain, text="<p>Needles for backs.</p>")
    page = text(client.get(PAIR))
    assert "Dry needling for low back pain in Cary, NC</h1>" in page
    for words in (
        "Needles for backs.",
        "A thin needle.",
        "Half an hour.",
        "You are pregnant",
        "Dr. Jason Williams",
    ):
        assert words in page
    assert f'<link rel="canonical" href="http://testserver{PAIR}"' in page


def test_a_pair_without_words_of_its_own_leads_to_the_treatment(client, needling, back_pain, williams):
    make_article(treatments=[needling], conditions=[back_pain])
    response = client.get(PAIR)
    assert (response.status_code, response.url) == (301, "/treatments/dry-needling/")
    assert "no-cache" in response["Cache-Control"]  # the clinic may write about the two tomorrow


def test_nothing_links_to_a_pair_without_words_of_its_own(client, needling, back_pain, williams):
    article = make_article(treatments=[needling], conditions=[back_pain])
    links = {needling: back_pain, back_pain: needling, article: needling}
    for page, leads_to in links.items():
        shown = text(client.get(page.get_absolute_url()))
        assert PAIR not in shown
        assert f'href="{leads_to.get_absolute_url()}"' in shown


@pytest.mark.parametrize(
    "address",
    [
        "/treatments/no/",
        "/conditions/no/",
        "/treatments/no/for/low-back-pain/",
        "/treatments/dry-needling/for/no/",
    ],
)
def test_unknown_topics_are_not_found(client, needling, back_pain, address):
    assert client.get(address).status_code == 404


def test_empty_pages_say_so(client, needling, back_pain):
    for address in ("/treatments/dry-needling/", "/conditions/low-back-pain/"):
        assert client.get(address).status_code == 200
    Treatment.objects.all().delete()
    Condition.objects.all().delete()
    assert "Nothing here yet" in text(client.get("/treatments/"))
    assert "Nothing here yet" in text(client.get("/conditions/"))


@pytest.mark.parametrize("rows", [3, 60])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/treatments/", 3),
        ("/conditions/", 3),
        ("/treatments/dry-needling/", 6),
        ("/conditions/low-back-pain/", 6),
        (PAIR, 6),
    ],
)
def test_pages_take_as_many_queries_for_sixty_rows_as_for_three(
    client, rows, address, queries, needling, back_pain, django_assert_num_queries
):
    for number in range(rows):
        treatment = Treatment.objects.create(name=f"Care {number}", slug=f"care-{number}")
        condition = Condition.objects.create(name=f"Ache {number}", slug=f"ache-{number}")
        provider = make_provider()
        provider.treatments.add(treatment, needling)
        provider.conditions.add(condition, back_pain)
        make_article(author=provider, treatments=[treatment, needling], conditions=[condition, back_pain])
        TreatmentForCondition.objects.create(treatment=needling, condition=condition, text="<p>Both.</p>")
        TreatmentForCondition.objects.create(treatment=treatment, condition=back_pain, text="<p>Both.</p>")
    TreatmentForCondition.objects.create(treatment=needling, condition=back_pain, text="<p>Both.</p>")
    with django_assert_num_queries(queries):
        client.get(address)


@pytest.mark.parametrize(
    "address",
    ["/treatments/", "/treatments/dry-needling/", PAIR, "/conditions/", "/conditions/low-back-pain/"],
)
def test_pages_are_read_only_and_set_no_cookie(client, needling, back_pain, williams, address):
    TreatmentForCondition.objects.create(treatment=needling, condition=back_pain, text="<p>Both.</p>")
    response = client.get(address)
    assert not response.cookies
    assert response["Cache-Control"] == "public, no-cache"
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


@pytest.mark.parametrize(
    ("name", "inside"), [("Low back pain", "low back pain"), ("SI joint pain", "SI joint pain"), ("", "")]
)
def test_names_read_well_inside_a_sentence(name, inside):
    assert midsentence(name) == inside


def test_a_page_says_what_else_patients_call_it(client, needling, back_pain):
    Condition.objects.update(also_called="Sciatica\nSlipped disk")
    assert "You may know it as: Sciatica, Slipped disk" in text(client.get(back_pain.get_absolute_url()))
    assert "You may know it as" not in text(client.get(needling.get_absolute_url()))
