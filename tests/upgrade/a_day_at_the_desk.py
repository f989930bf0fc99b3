"""Ask as a patient and answer as the desk. Run by test_going_back.py with an earlier release's code."""

import re
import sys
import time

import django


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import reverse

    from appointments.models import AppointmentRequest
    from appointments.services import triage

    settings.ALLOWED_HOSTS = ["*"]
    visitor = Client()
    form = visitor.get(reverse("appointments:request")).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    time.sleep(4)  # nobody fills in the form faster
    answers = {"patient_relation": "self", "patient_name": "Pat Before", "visit_type": "new_problem"}
    answers |= {"contact_method": "email", "email": "pat@example.org"} | hidden
    answer = visitor.post(reverse("appointments:request"), answers)
    assert answer.status_code == 302, answer.content
    asked = AppointmentRequest.objects.get(patient_name="Pat Before")
    sys.stdout.write("submitted\n")
    desk = User.objects.get(username="frontdesk")
    triage.claim(appointment_request=asked, by=desk)
    sys.stdout.write("claimed\n")
    triage.add_note(appointment_request=asked, by=desk, text="Called back.")
    assert visitor.get(reverse("appointments:status")).status_code == 200
    sys.stdout.write("noted\n")


if __name__ == "__main__":
    main()
