import json

import pytest
from django.test import RequestFactory

from clinic.pages.context import offline_site, site, site_of
from clinic.practice.models import ClinicProfile


@pytest.fixture
def request_():
    return RequestFactory().get("/")


def test_names_nobody_reads_cost_nothing(request_, pages, django_assert_num_queries):
    with django_assert_num_queries(0):
        site(request_)


def test_everything_in_the_frame_is_one_query(request_, pages, django_assert_num_queries):
    names = site(request_)
    with django_assert_num_queries(1):
        assert names["clinic"].name == "Oak Clinic"
        assert [page.slug for page in names["footer_pages"]] == ["urgent-help", "first-visit"]
        assert names["urgent_page"].title == "Urgent help"


def test_a_clinic_without_pages_is_still_found(request_, clinic):
    assert site_of(request_).clinic == clinic


def test_the_number_is_kept_beside_the_database_and_follows_a_change(pages, own_data_dir):
    contact = own_data_dir / "contact.json"
    site_of(RequestFactory().get("/"))
    assert json.loads(contact.read_text()) == {"name": "Oak Clinic", "phone": "tel:+1-919-555-0123"}

    ClinicProfile.objects.update(phone="+19195550199")
    site_of(RequestFactory().get("/"))
    assert offline_site().clinic.phone.as_national == "(919) 555-0199"


def test_the_number_is_written_only_when_it_changes(pages, own_data_dir):
    site_of(RequestFactory().get("/"))
    (own_data_dir / "contact.json").unlink()
    site_of(RequestFactory().get("/"))
    assert not (own_data_dir / "contact.json").exists()


def test_a_full_disk_stops_no_page(pages, settings, own_data_dir):
    settings.DATA_DIR = own_data_dir / "missing"
    assert site_of(RequestFactory().get("/")).clinic.name == "Oak Clinic"


@pytest.mark.parametrize("broken", ["", "[]", '{"name": "x"}', "nonsense"])
def test_a_broken_copy_is_as_good_as_none(own_data_dir, broken):
    (own_data_dir / "contact.json").write_text(broken)
    assert not offline_site().clinic.phone
