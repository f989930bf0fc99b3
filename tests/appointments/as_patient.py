"""What a patient does in the browser, as the test client does it."""

from django.urls import reverse

from appointments.links import status_token


def open_link(client, appointment_request, link_version=None):
    """Open the status page by the link in a mail."""
    token = status_token(appointment_request.reference, link_version or appointment_request.link_version)
    return client.get(reverse("appointments:open-status", args=[token]), follow=True)
