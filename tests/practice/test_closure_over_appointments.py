"""A closure says which agreed appointments it falls upon."""

from datetime import UTC, datetime

import pytest
import time_machine

from appointments.models import AppointmentRequest
from appointments.services.triage import move
from clinic.practice.models import Closure
from tests.core.sent import shown
from tests.factories import make_clinic, make_provider, make_request, make_user

pytestmark = pytest.mark.django_db
PROFILE = "/admin/practice/clinicprofile/1/change/"
NEW = {"closures-TOTAL_FORMS": "1", "closures-0-reason": "Team day", "closures-0-starts_on": "2026-03-17"}


@pytest.fixture
def manager(client):
    with time_machine.travel("2026-03-10T16:00:00Z", tick=False):
        make_clinic()
        client.force_login(make_user("mona", "Manager"))
        yield client


def booked(at: datetime) -> AppointmentRequest:
    asked, by = make_request(), make_user(f"rita-{at:%d%H%M}", "Front desk")
    move(appointment_request=asked, to="booked", by=by, appointment_at=at, appointment_with=make_provider())
    return asked


def save(client, **fields) -> str:
    return client.post(PROFILE, shown(client, PROFILE) | NEW | fields, follow=True).content.decode()


def test_agreed_appointments_are_named_when_a_closure_is_entered_and_after(manager):
    first_minute, last = (
        booked(datetime(2026, 3, 17, 4, 0, tzinfo=UTC)),
        booked(datetime(2026, 3, 19, 3, 30, tzinfo=UTC)),
    )
    before, after = booked(datetime(2026, 3, 17, 3, 0, tzinfo=UTC)), booked(datetime(2026, 3, 19, 4, 0, tzinfo=UTC))
    saved = save(manager, **{"closures-0-ends_on": "2026-03-18"})
    assert "Agreed for “Team day”, and left as they are" in saved
    for page in (saved, manager.get(PROFILE).content.decode()):
        assert first_minute.reference in page and last.reference in page
        assert before.reference not in page and after.reference not in page
    first_minute.refresh_from_db()
    assert first_minute.status == "booked"


def test_a_closure_over_nothing_says_nothing(manager):
    assert "Agreed for" not in save(manager, **{"closures-0-ends_on": "2026-03-18"})
    assert Closure.objects.count() == 1


def test_an_appointment_taken_back_is_not_named(manager):
    asked = booked(datetime(2026, 3, 17, 14, 0, tzinfo=UTC))
    move(appointment_request=asked, to="cancelled", by=make_user("rosa", "Front desk"))
    assert asked.reference not in save(manager, **{"closures-0-ends_on": "2026-03-18"})


def test_a_changed_closure_is_looked_at_again(manager):
    save(manager, **{"closures-0-ends_on": "2026-03-18"})
    asked = booked(datetime(2026, 3, 20, 14, 0, tzinfo=UTC))
    sent = shown(manager, PROFILE) | {"closures-0-ends_on": "2026-03-20"}
    assert asked.reference in manager.post(PROFILE, sent, follow=True).content.decode()


def test_what_is_over_is_not_listed(manager):
    asked = booked(datetime(2026, 3, 17, 14, 0, tzinfo=UTC))
    Closure.objects.create(reason="Team day", starts_on="2026-03-17", ends_on="2026-03-18")
    with time_machine.travel("2026-03-20T16:00:00Z", tick=False):
        manager.force_login(make_user("mia", "Manager"))
        assert asked.reference not in manager.get(PROFILE).content.decode()
