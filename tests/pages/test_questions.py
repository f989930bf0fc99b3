"""Questions and answers: one row a question, on the pages it is ticked for and on no other."""

import pytest

from clinic.pages.models import CommonQuestion
from providers.models import Condition, Treatment
from tests.core.sent import shown
from tests.factories import make_provider, make_user

HEAD = "Questions we are often asked"


@pytest.fixture
def places(pages) -> dict[str, tuple[str, object]]:
    """Every kind of page that may have questions: the address, and the row it is about."""
    return {
        "on_home": ("/", None),
        "pages": ("/first-visit/", pages[0]),
        "treatments": (
            "/treatments/needling/",
            Treatment.objects.create(name="Needling", slug="needling", summary="x"),
        ),
        "conditions": ("/conditions/neck/", Condition.objects.create(name="Neck pain", slug="neck", summary="x")),
        "providers": ("/providers/ann/", make_provider(name="Dr. Ann Lee", slug="ann")),
    }


@pytest.mark.parametrize("kind", ["on_home", "pages", "treatments", "conditions", "providers"])
def test_a_question_is_on_the_page_it_is_ticked_for_and_on_no_other(client, places, kind):
    question = CommonQuestion.objects.create(
        question="Do I need a referral?", answer="<p>No.</p>", on_home=kind == "on_home"
    )
    if kind != "on_home":
        getattr(question, kind).add(places[kind][1])
    for place, (address, _row) in places.items():
        html = client.get(address).content.decode()
        assert ("<h3>Do I need a referral?</h3>" in html) == (HEAD in html) == (place == kind), place
        assert "FAQPage" not in html


def test_one_question_may_be_on_many_pages_in_the_managers_order(client, places):
    for position, words in [(2, "Second?"), (1, "First?")]:
        question = CommonQuestion.objects.create(question=words, answer="<p>Yes.</p>", on_home=True, position=position)
        question.treatments.add(places["treatments"][1])
    for address in ("/", "/treatments/needling/"):
        html = client.get(address).content.decode()
        assert 0 < html.index("First?") < html.index("Second?")


def test_an_answer_on_a_providers_page_leads_to_the_form_with_the_provider(client, places):
    answer = '<p><a href="/appointments/request/">Ask</a><script>alert(1)</script></p>'
    question = CommonQuestion(question="How?", answer=answer, on_home=True)
    question.full_clean()
    question.save()
    question.providers.add(places["providers"][1])
    assert '<a href="/appointments/request/?provider=ann">Ask</a>' in client.get("/providers/ann/").content.decode()
    home = client.get("/").content.decode()
    assert '<a href="/appointments/request/">Ask</a>' in home and "alert(1)" not in home


def test_a_manager_writes_one_in_the_admin(client, places):
    client.force_login(make_user("mona", "Manager"))
    add = "/admin/pages/commonquestion/add/"
    sent = shown(client, add) | {
        "question": "Where do I park?",
        "answer": "<p>In front.</p>",
        "pages": [places["pages"][1].pk],
        "treatments": [],
        "conditions": [],
        "providers": [],
    }
    assert client.post(add, sent).status_code == 302
    assert "<h3>Where do I park?</h3>" in client.get("/first-visit/").content.decode()
