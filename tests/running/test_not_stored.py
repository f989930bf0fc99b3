"""A post that the database did not take gives the patient the filled-in form back."""

import pytest
from django.db import OperationalError

from appointments import views
from appointments.models import AppointmentRequest
from tests.factories import form_post, make_clinic


@pytest.fixture
def locked(db, monkeypatch):
    make_clinic()

    def refuse(**kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(views, "submit_request", refuse)


def test_the_words_come_back_with_the_telephone_number(client, locked):
    response = client.post("/appointments/request/", form_post(patient_name="Pat Lockwood"))
    page = response.content.decode()
    assert response.status_code == 503
    assert 'value="Pat Lockwood"' in page and "We could not store this just now" in page
    assert "(919) 555-0100" in page
    assert not AppointmentRequest.objects.exists()
