import pytest
from django.test import RequestFactory

from clinic.pages.context import site, site_of


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
