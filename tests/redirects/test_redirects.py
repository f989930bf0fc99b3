"""A page that moved is found at its old address."""

import pytest
from django.contrib import admin

from articles.models import Article
from clinic.pages.models import Page
from clinic.redirects.admin import RedirectOnSlugChange
from clinic.redirects.models import Redirect
from clinic.redirects.services import record_redirect
from providers.models import Condition, Provider, Treatment, TreatmentForCondition
from tests.factories import make_clinic, make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic():
    return make_clinic()


def leads_to(client, path: str) -> str | int:
    response = client.get(path)
    return response["Location"] if response.status_code == 301 else response.status_code


def test_an_old_address_leads_to_the_new_one_with_its_query(client):
    make_provider(slug="new")
    record_redirect(old="/providers/old/", new="/providers/new/")
    response = client.get("/providers/old/?from=print")
    assert (response.status_code, response["Location"]) == (301, "/providers/new/?from=print")
    assert response["Cache-Control"] == "public, max-age=3600"
    assert client.head("/providers/old/").status_code == 301
    assert client.post("/providers/old/").status_code in (404, 405)


def test_an_address_that_moved_twice_leads_on_in_one_step(client):
    record_redirect(old="/providers/a/", new="/providers/b/")
    record_redirect(old="/providers/b/", new="/providers/c/")
    assert leads_to(client, "/providers/a/") == leads_to(client, "/providers/b/") == "/providers/c/"


def test_moving_back_leaves_no_circle(client):
    make_provider(slug="a")
    record_redirect(old="/providers/a/", new="/providers/b/")
    record_redirect(old="/providers/b/", new="/providers/a/")
    assert leads_to(client, "/providers/b/") == "/providers/a/"
    assert leads_to(client, "/providers/a/") == 200
    assert list(Redirect.objects.values_list("path", "target")) == [("/providers/b/", "/providers/a/")]


def test_a_new_page_at_an_old_address_wins(client):
    record_redirect(old="/providers/old/", new="/providers/new/")
    make_provider(slug="old")
    assert leads_to(client, "/providers/old/") == 200


def test_the_same_address_is_nothing_to_remember():
    record_redirect(old="/a/", new="/a/")
    assert not Redirect.objects.exists()


def test_what_lies_below_a_moved_treatment_moved_with_it(client):
    record_redirect(old="/treatments/old/", new="/treatments/new/")
    assert leads_to(client, "/treatments/old/feed/") == "/treatments/new/feed/"
    assert leads_to(client, "/treatments/old/for/back/") == "/treatments/new/for/back/"
    assert leads_to(client, "/treatments/new/for/back/") == 404


@pytest.mark.parametrize("path", ["/nothing/", "/x//evil.example/", "/treatments/x/for/y/", "/a/b/c/d/e/", "/%00/"])
def test_any_other_address_is_still_not_there(client, path):
    assert leads_to(client, path) == 404


def test_a_missing_page_costs_one_query_more_at_most(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get("/providers/nobody/")


@pytest.mark.parametrize("model", [Article, Condition, Page, Provider, Treatment])
def test_every_page_with_a_slug_is_kept_by_its_admin(model):
    assert isinstance(admin.site._registry[model], RedirectOnSlugChange)


class Keeper(RedirectOnSlugChange, admin.ModelAdmin):
    pass


def save(obj, *, change: bool = True) -> None:
    Keeper(type(obj), admin.site).save_model(None, obj, None, change)


def test_the_admin_remembers_the_address_of_what_it_renames(client):
    provider = make_provider(slug="old")
    provider.slug = "new"
    save(provider)
    assert leads_to(client, "/providers/old/") == "/providers/new/"
    assert leads_to(client, "/providers/new/") == 200


def test_the_admin_remembers_nothing_of_what_is_new_or_kept():
    save(Treatment(name="T", slug="t", summary="x"), change=False)
    save(Condition.objects.create(name="C", slug="c", summary="x"))
    assert not Redirect.objects.exists()


def test_a_renamed_treatment_keeps_its_pages_for_conditions(client):
    treatment = Treatment.objects.create(name="T", slug="old", summary="x")
    condition = Condition.objects.create(name="C", slug="c", summary="x")
    TreatmentForCondition.objects.create(treatment=treatment, condition=condition, text="<p>x</p>")
    treatment.slug = "new"
    save(treatment)
    response = client.get("/treatments/old/for/c/", follow=True)
    assert response.redirect_chain == [("/treatments/new/for/c/", 301)] and response.status_code == 200


@pytest.mark.parametrize("first", ["treatment", "condition"])
def test_a_pair_of_which_both_were_renamed_is_found_in_one_step(client, first):
    treatment = Treatment.objects.create(name="T", slug="old", summary="x")
    condition = Condition.objects.create(name="C", slug="was", summary="x")
    TreatmentForCondition.objects.create(treatment=treatment, condition=condition, text="<p>x</p>")
    renamed = [(treatment, "new"), (condition, "is")]
    for obj, slug in renamed if first == "treatment" else reversed(renamed):
        obj.slug = slug
        admin.site._registry[type(obj)].save_model(None, obj, None, True)
    response = client.get("/treatments/old/for/was/", follow=True)
    assert response.redirect_chain == [("/treatments/new/for/is/", 301)] and response.status_code == 200


def test_redirects_in_a_circle_end(client):
    Redirect.objects.bulk_create([Redirect(path="/a/", target="/b/"), Redirect(path="/b/", target="/a/")])
    assert client.get("/a/").status_code == 301
