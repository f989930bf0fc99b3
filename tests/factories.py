"""Rows for tests, valid unless a test says otherwise."""

from datetime import time, timedelta

from django.contrib.auth.models import Group, User
from django.utils import timezone

from appointments.models import AppointmentRequest
from appointments.services.asking import submit_request
from clinic.practice.models import ClinicProfile, OpeningHours
from providers.models import Provider

_numbers = iter(range(1, 10**9))


def make_clinic(**fields) -> ClinicProfile:
    """A clinic open Monday to Friday, 9 to 12 and 13 to 17."""
    defaults = {
        "name": "Test Clinic",
        "city": "Cary",
        "region": "NC",
        "phone": "+19195550100",
        "desk_email": "desk@example.com",
        "manager_email": "manager@example.com",
        "reply_within": timedelta(hours=4),
    }
    clinic, _created = ClinicProfile.objects.update_or_create(pk=1, defaults=defaults | fields)
    if not OpeningHours.objects.exists():
        OpeningHours.objects.bulk_create(
            OpeningHours(weekday=day, opens=opens, closes=closes)
            for day in range(5)
            for opens, closes in [(time(9), time(12)), (time(13), time(17))]
        )
    return clinic


def make_provider(name: str = "Dr. Ada Lane", **fields) -> Provider:
    slug = fields.pop("slug", name.lower().replace(".", "").replace(" ", "-"))
    defaults = {
        "short_name": name,
        "job_title": "Chiropractor",
        "summary": f"{name} treats backs.",
        "credentials": "DC",
    }
    return Provider.objects.create(name=name, slug=slug, **(defaults | fields))


def make_user(username: str, role: str | None = None, **fields) -> User:
    user = User.objects.create_user(
        username, f"{username}@example.com", "a-long-password", **({"is_staff": True} | fields)
    )
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def answers(**fields) -> dict:
    """What a patient answered, as model fields."""
    return {
        "patient_name": "Pat Doe",
        "visit_type": AppointmentRequest.VisitType.NEW_PROBLEM,
        "contact_method": AppointmentRequest.ContactMethod.EMAIL,
        "email": "pat@example.org",
        "phone": "",
    } | fields


def make_request(now=None, **fields) -> AppointmentRequest:
    """A stored request, through the same service as a patient's."""
    return submit_request(answers=answers(**fields), submission_key=f"key-{next(_numbers)}", now=now or timezone.now())


def form_post(**fields) -> dict:
    """What a browser posts from the request form."""
    return {
        "patient_relation": "self",
        "patient_name": "Pat Doe",
        "visit_type": "new_problem",
        "contact_method": "email",
        "email": "pat@example.org",
    } | fields
