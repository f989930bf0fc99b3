import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.template.loader import get_template
from django.test import RequestFactory

from appointments.views import too_many
from clinic.pages import context, errors, views
from clinic.practice.contact_file import save_current_contact

PHONE = 'href="tel:+1-919-555-0123"'


@pytest.fixture
def visitor(client):
    """A client that sees the error page instead of the exception."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def home_raises(monkeypatch):
    def raises(exception):
        def boom():
            raise exception

        monkeypatch.setattr(views, "open_time", boom)

    return raises


@pytest.mark.parametrize(
    ("exception", "status"),
    [
        (SuspiciousOperation("cause-7"), 400),
        (PermissionDenied("cause-7"), 403),
        (RequestDataTooBig("cause-7"), 413),
        (RuntimeError("cause-7"), 500),
        (OperationalError("cause-7"), 503),
        (InterfaceError("cause-7"), 503),
    ],
)
def test_an_error_has_its_status_a_page_and_the_number(visitor, pages, home_raises, exception, status):
    home_raises(exception)
    response = visitor.get("/")
    html = response.content.decode()
    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"
    assert html.count("<h1") == 1
    assert PHONE in html
    assert "cause-7" not in html
    assert response.headers.get("Retry-After") == ("30" if status == 503 else None)


def test_not_found_leads_on(visitor, pages):
    response = visitor.get("/no/such/page/")
    assert response.status_code == 404
    assert PHONE in response.content.decode()
    assert 'href="/articles/"' in response.content.decode()


def test_too_many_says_when_to_come_back(rf, pages):
    response = too_many(rf.get("/"))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "600")
    assert PHONE in response.content.decode()


def test_a_form_without_its_cookie_is_told_what_to_do(rf, pages):
    response = errors.csrf_failure(rf.post("/"))
    assert response.status_code == 403
    assert "send it again" in response.content.decode()


def test_without_a_database_the_number_as_last_seen_is_shown(visitor, pages, monkeypatch):
    save_current_contact()

    def gone():
        raise OperationalError("gone")

    monkeypatch.setattr(context, "_read", gone)
    response = visitor.get("/first-visit/")

    assert response.status_code == 503
    assert "Oak Clinic" in response.content.decode()
    assert PHONE in response.content.decode()


def test_when_the_error_page_breaks_too_the_number_is_still_there(rf, pages, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("template")

    monkeypatch.setattr(errors, "render", broken)
    response = errors.server_error(rf.get("/"))
    assert response.status_code == 500
    assert "(919) 555-0123" in response.content.decode()


@pytest.mark.parametrize("name", ["400", "403", "404", "413", "429", "500", "503", "csrf"])
def test_every_error_page_renders_for_a_clinic_without_a_number(name, db):
    html = get_template(f"errors/{name}.html").render({}, RequestFactory().get("/"))
    assert html.count("<h1") == 1
