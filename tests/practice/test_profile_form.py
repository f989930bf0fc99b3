"""The clinic's facts in the admin: spans of time with their unit, tables that a screen reader can read."""

import re
from datetime import timedelta

import pytest

from clinic.core.forms import HoursField
from tests.core.sent import shown
from tests.factories import make_clinic, make_user

PROFILE = "/admin/practice/clinicprofile/1/change/"


@pytest.fixture
def manager(client):
    client.force_login(make_user("mona", "Manager"))
    return client


@pytest.mark.django_db
def test_six_means_six_hours(manager):
    clinic = make_clinic()
    sent = shown(manager, PROFILE)
    assert sent["reply_within"] == "4"
    assert manager.post(PROFILE, sent | {"reply_within": "6"}).status_code == 302
    clinic.refresh_from_db()
    assert clinic.reply_within == timedelta(hours=6)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("0", "Enter between 0.5 and 80 hours"),
        ("81", "Enter between 0.5 and 80 hours"),
        ("4:00:00", "Enter a number of hours"),
        ("nan", "Enter a number of hours"),
        ("", "This field is required"),
    ],
)
def test_no_span_that_nobody_meant(manager, typed, words):
    clinic = make_clinic()
    answer = manager.post(PROFILE, shown(manager, PROFILE) | {"reply_within": typed})
    assert words in answer.content.decode()
    clinic.refresh_from_db()
    assert clinic.reply_within == timedelta(hours=4)


def test_every_minute_survives_the_form():
    field, spans = HoursField(least=0.5, most=80), [timedelta(minutes=minutes) for minutes in range(30, 4801)]
    assert [span for span in spans if field.clean(field.prepare_value(span)) != span] == []
    assert not field.has_changed(spans[7], field.prepare_value(spans[7]))
    assert field.has_changed(spans[7], "6")


@pytest.mark.django_db
def test_every_control_in_a_table_says_its_column_and_row(manager):
    make_clinic()
    page = manager.get(PROFILE).content.decode()
    controls = re.findall(r'<(?:input|select)[^>]* name="(?:hours|closures)-[\d_a-z]+-[a-zA-Z_]+"[^>]*>', page)
    visible = [control for control in controls if 'type="hidden"' not in control]
    assert len(visible) > 40
    assert [control for control in visible if "aria-label" not in control] == []
    assert 'aria-label="Opens, Monday 09:00-12:00"' in page
    assert 'aria-label="Delete, Monday 09:00-12:00"' in page
    assert 'aria-label="First day, new row"' in page
