"""Half an hour away ends a session; a page that looks in the background does not keep it."""

import pytest

from clinic.staff import jobs
from tests.staff.signing_in import LOGIN, is_signed_in, sign_in

pytestmark = pytest.mark.django_db


def test_old_sessions_are_forgotten(client, staff, clock):
    client.force_login(staff)
    jobs.delete_expired_sessions()
    assert client.session.exists(client.session.session_key)
    clock.shift(13 * 3600)
    jobs.delete_expired_sessions()
    assert not client.session.exists(client.session.session_key)


def test_half_an_hour_away_signs_out(client, staff, clock):
    sign_in(client)
    clock.shift(30 * 60 - 1)
    assert is_signed_in(client)
    clock.shift(30 * 60)
    response = client.get("/admin/appointments/?q=1")
    assert response["Location"] == f"{LOGIN}?next=/admin/appointments/%3Fq%3D1"
    assert "You were away for half an hour" in client.get(response["Location"]).content.decode()
    assert not is_signed_in(client)


def test_scripts_that_ask_on_do_not_use_up_the_reason(client, staff, clock):
    sign_in(client)
    clock.shift(31 * 60)
    for _poll in range(3):
        assert client.get("/admin/", headers={"X-Background": "1"}).status_code == 401
    assert "You were away for half an hour" in client.get("/admin/", follow=True).content.decode()
    assert not is_signed_in(client)


def test_a_form_sent_too_late_leads_back_to_its_page(client, staff, clock):
    client.force_login(staff)
    clock.shift(31 * 60)
    response = client.post("/admin/logout/", headers={"Referer": "http://testserver/admin/appointments/?q=1"})
    assert response["Location"] == f"{LOGIN}?next=/admin/appointments/%3Fq%3D1"
    client.force_login(staff)
    clock.shift(31 * 60)
    response = client.post("/admin/logout/", headers={"Referer": "https://example.org/elsewhere"})
    assert response["Location"] == f"{LOGIN}?next=/admin/"


def test_background_requests_do_not_keep_a_session(client, staff, clock):
    client.force_login(staff)
    for _minute in range(29):
        clock.shift(60)
        assert client.get("/accounts/session/", headers={"X-Background": "1"}).status_code == 200
    assert client.get("/accounts/session/", headers={"X-Background": "1"}).json() == {"seconds": 60}
    clock.shift(60)
    assert client.get("/accounts/session/", headers={"X-Background": "1"}).status_code == 401
    assert not is_signed_in(client)


def test_script_that_asks_too_late_is_told_so(client, staff, clock):
    client.force_login(staff)
    clock.shift(31 * 60)
    assert client.get("/accounts/session/", headers={"X-Background": "0"}).status_code == 401


def test_staying_signed_in(client, staff, clock):
    client.force_login(staff)
    for _time in range(4):
        clock.shift(29 * 60)
        assert client.get("/accounts/session/", headers={"X-Background": "0"}).json() == {"seconds": 1800}
    assert is_signed_in(client)


def test_strangers_learn_nothing_about_sessions(client, clock):
    assert client.get("/accounts/session/").status_code == 401
