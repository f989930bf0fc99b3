"""The site says so when nobody would hear of a request."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from clinic.practice.models import ClinicProfile
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


def run_checks() -> None:
    call_command("check", databases=["default"], stdout=StringIO(), stderr=StringIO())


def test_a_clinic_without_a_front_desk_address_fails_the_check():
    make_clinic(desk_email="")
    with pytest.raises(SystemCheckError, match=r"practice\.E001"):
        run_checks()


def test_with_an_address_or_before_there_is_a_clinic_the_check_passes():
    run_checks()
    make_clinic()
    run_checks()


def test_the_clinic_has_one_row():
    from django.db import IntegrityError, transaction

    make_clinic()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClinicProfile.objects.create(pk=2, name="Another")
    assert ClinicProfile.objects.count() == 1
