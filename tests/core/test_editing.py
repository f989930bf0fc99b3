"""Two people at one form: nobody's changes are lost."""

import json
import re

import pytest
from django.test import Client

from clinic.practice.models import ClinicProfile, OpeningHours
from providers.models import Condition, Provider, Treatment
from tests.core.sent import shown
from tests.factories import make_clinic, make_page, make_provider, make_user

pytestmark = pytest.mark.django_db
CLINIC = "/admin/practice/clinicprofile/1/change/"


@pytest.fixture
def clinic() -> ClinicProfile:
    return make_clinic(tagline="Backs", parking="Behind the house")


@pytest.fixture
def mona() -> Client:
    client = Client()
    client.force_login(make_user("mona", "Manager", first_name="Mona", last_name="Lee"))
    return client


@pytest.fixture
def mike() -> Client:
    client = Client()
    client.force_login(make_user("mike", "Manager"))
    return client


def test_saving_alone(mona, clinic):
    answer = mona.post(CLINIC, shown(mona, CLINIC) | {"tagline": "Necks"})
    assert answer.status_code == 302
    clinic.refresh_from_db()
    assert (clinic.tagline, clinic.parking) == ("Necks", "Behind the house")


def test_changes_of_different_fields_are_both_kept(mona, mike, clinic):
    mikes = shown(mike, CLINIC)
    mona.post(CLINIC, shown(mona, CLINIC) | {"tagline": "Necks"})
    answer = mike.post(CLINIC, mikes | {"parking": "In front"}, follow=True)
    clinic.refresh_from_db()
    assert (clinic.tagline, clinic.parking) == ("Necks", "In front")
    assert "were kept: Tagline" in answer.content.decode()


def test_a_field_that_both_changed_comes_back_with_both_values(mona, mike, clinic):
    mikes = shown(mike, CLINIC)
    mona.post(CLINIC, shown(mona, CLINIC) | {"tagline": "Necks", "notice": "Open on Friday"})
    answer = mike.post(CLINIC, mikes | {"tagline": "Knees", "parking": "In front"})
    clinic.refresh_from_db()
    assert (clinic.tagline, clinic.parking) == ("Necks", "Behind the house")
    page = answer.content.decode()
    assert "Mona Lee saved this at" in page and "Saved meanwhile: “Necks”" in page
    assert 'value="Knees"' in page and "In front" in page

    again = answer.context["adminform"].form
    mike.post(CLINIC, mikes | {"tagline": "Knees", "parking": "In front", "seen": again["seen"].value()})
    clinic.refresh_from_db()
    assert (clinic.tagline, clinic.parking, clinic.notice) == ("Knees", "In front", "Open on Friday")


def test_the_same_change_twice_is_no_clash(mona, mike, clinic):
    mikes = shown(mike, CLINIC)
    mona.post(CLINIC, shown(mona, CLINIC) | {"tagline": "Necks"})
    assert mike.post(CLINIC, mikes | {"tagline": "Necks"}).status_code == 302


def test_rows_of_the_opening_hours(mona, mike, clinic):
    row = OpeningHours.objects.first()
    assert row.closes.hour == 12
    mikes, monas = shown(mike, CLINIC), shown(mona, CLINIC)
    mona.post(CLINIC, monas | {"hours-0-closes": "12:30:00"})
    answer = mike.post(CLINIC, mikes | {"hours-0-closes": "11:00:00"})
    assert "Saved meanwhile: “12:30:00”" in answer.content.decode()
    mike.post(CLINIC, mikes | {"hours-1-closes": "18:00:00"})
    assert [(row.closes.hour, row.closes.minute) for row in OpeningHours.objects.all()[:2]] == [(12, 30), (18, 0)]


def test_a_row_that_a_colleague_took_out_is_named(mona, mike, clinic):
    mikes = shown(mike, CLINIC)
    mona.post(CLINIC, shown(mona, CLINIC) | {"hours-0-DELETE": "on"})
    answer = mike.post(CLINIC, mikes | {"hours-0-closes": "11:00:00"})
    assert "A colleague took this row out" in answer.content.decode()
    assert mike.post(CLINIC, mikes | {"hours-0-DELETE": "on"}).status_code == 302


@pytest.mark.parametrize("seen", ["", "[1]", "{broken"])
def test_a_form_without_its_fingerprints_is_saved_as_before(mona, clinic, seen):
    assert mona.post(CLINIC, shown(mona, CLINIC) | {"seen": seen, "tagline": "Necks"}).status_code == 302


def test_boxes_that_were_ticked(mona, mike, clinic):
    provider, needling, laser = (
        make_provider(bio="<p>Old</p>"),
        *(Treatment.objects.create(name=name, slug=name, summary=name) for name in ("needling", "laser")),
    )
    address = f"/admin/providers/provider/{provider.pk}/change/"
    mikes, monas = shown(mike, address), shown(mona, address)
    mona.post(address, monas | {"treatments": [needling.pk]})
    assert mike.post(address, mikes | {"bio": "<p>New</p>"}).status_code == 302
    provider.refresh_from_db()
    assert ("New" in provider.bio, list(provider.treatments.all())) == (True, [needling])
    answer = mike.post(address, mikes | {"treatments": [laser.pk]})
    assert "Saved meanwhile: “needling”" in answer.content.decode()
    assert list(Provider.objects.get().treatments.all()) == [needling]


def test_every_form_that_two_may_open_carries_fingerprints_and_no_values(mona, clinic):
    provider, page = make_provider(), make_page("fees", "Fees")
    topics = [model.objects.create(name="Neck", slug="neck", summary="x") for model in (Treatment, Condition)]
    for row in [clinic, provider, page, *topics]:
        address = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
        seen = json.loads(mona.get(address).context["adminform"].form["seen"].value())
        assert len(seen) > 4 and all(re.fullmatch(r"[0-9a-f]{12}", mark) for mark in seen.values())


def test_who_may_only_look_gets_no_fingerprints(client, clinic):
    client.force_login(make_user("rita", "Front desk"))
    page = client.get(CLINIC).content.decode()
    assert "Test Clinic" in page and 'name="seen"' not in page
