"""One question instead of two: what it is also says whether the patient has been here."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from appointments.models import AppointmentRequest
from tests.factories import form_post, make_request

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("visit_type", "patient_type"),
    [("first_visit", "new"), ("new_problem", "returning"), ("follow_up", "returning"), ("by_phone", "unsure")],
)
def test_whether_the_patient_is_new_follows_from_what_it_is(client, clinic, visit_type, patient_type):
    client.post("/appointments/request/", form_post(visit_type=visit_type, patient_type="ignored"))
    stored = AppointmentRequest.objects.get()
    assert (stored.visit_type, stored.patient_type) == (visit_type, patient_type)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("check_up", "unsure"), ("follow_up", "unsure")),
        (("check_up", "new"), ("follow_up", "new")),
        (("new_problem", "new"), ("first_visit", "new")),
        (("new_problem", "returning"), ("new_problem", "returning")),
        (("new_problem", ""), ("new_problem", "")),
        (("by_phone", "new"), ("by_phone", "new")),
    ],
)
def test_what_earlier_releases_asked_in_two_questions_is_carried_over(clinic, before, after):
    asked = make_request(visit_type=before[0], patient_type=before[1])
    migration = import_module("appointments.migrations.0003_what_the_visit_is")
    migration.carry_over(apps, connection.schema_editor())
    asked.refresh_from_db()
    assert (asked.visit_type, asked.patient_type) == after


def test_the_release_before_may_still_store_a_check_up(clinic):
    assert make_request(visit_type="check_up").visit_type == "check_up"
