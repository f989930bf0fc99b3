"""The name and number in a file, for error pages while the database is gone."""

import json

import pytest
from django.contrib import admin
from django.db import DatabaseError

from clinic.practice.contact_file import save_current_contact, saved_contact
from clinic.practice.models import ClinicProfile
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_the_server_writes_it_when_it_starts(data_dir):
    make_clinic(name="Oak Clinic", phone="+19195550123")
    save_current_contact()
    written = json.loads((data_dir / "contact.json").read_text())
    assert written == {"name": "Oak Clinic", "phone": "tel:+1-919-555-0123"}
    assert saved_contact().phone.as_national == "(919) 555-0123"


def test_saving_the_profile_in_the_admin_writes_it_anew(django_capture_on_commit_callbacks):
    clinic = make_clinic()
    clinic.phone = "+19195550199"
    with django_capture_on_commit_callbacks(execute=True):
        admin.site._registry[ClinicProfile].save_model(None, clinic, None, True)
    assert saved_contact().phone.as_national == "(919) 555-0199"


def test_no_page_writes_it(client, data_dir):
    make_clinic()
    assert client.get("/").status_code == 200
    assert not (data_dir / "contact.json").exists()


def test_before_there_is_a_clinic_nothing_is_written(data_dir):
    save_current_contact()
    assert not (data_dir / "contact.json").exists()


def test_a_database_that_is_gone_leaves_it_as_it_is(monkeypatch, data_dir):
    def gone(*args):
        raise DatabaseError

    monkeypatch.setattr("clinic.practice.models.ClinicProfileQuerySet.first", gone)
    save_current_contact()
    assert not (data_dir / "contact.json").exists()


def test_a_full_disk_stops_nobody(settings, data_dir):
    settings.DATA_DIR = data_dir / "missing"
    make_clinic()
    save_current_contact()


@pytest.mark.parametrize("broken", ["", "[]", '{"name": "x"}', "nonsense"])
def test_a_broken_file_is_as_good_as_none(data_dir, broken):
    (data_dir / "contact.json").write_text(broken)
    assert not saved_contact().phone
