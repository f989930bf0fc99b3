"""Ask for the pages of the sitemap and the front desk, and print the answers as JSON. Run by test_upgrade.py."""

import json
import re
import sys
from urllib.parse import urlsplit

import django


def main() -> None:
    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import reverse

    from appointments.models import AppointmentRequest

    visitor, desk = Client(), Client()
    desk.force_login(User.objects.get(username="frontdesk"))
    sitemap = visitor.get("/sitemap.xml").content.decode()
    public = [urlsplit(url).path for url in re.findall("<loc>(.+?)</loc>", sitemap)]
    queue = reverse("admin:appointments_appointmentrequest_changelist")
    requests = AppointmentRequest.objects.values_list("pk", flat=True)
    staff = ["/admin/", queue, *(f"{queue}{pk}/change/" for pk in requests)]
    answers = {path: visitor.get(path).status_code for path in [*public, reverse("appointments:request")]}
    answers |= {path: desk.get(path).status_code for path in staff}
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
