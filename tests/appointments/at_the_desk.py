"""What a receptionist does in the browser, as the test client does it."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone


def page_of(appointment_request) -> str:
    return reverse("admin:appointments_appointmentrequest_change", args=[appointment_request.pk])


def take(client, appointment_request, step, *, seen=None, text="", **fields):
    """Press a step's button on a page that has shown everything so far, unless `seen` says otherwise."""
    newest = appointment_request.events.last().pk
    sent = {f"{step}-{name}": value for name, value in fields.items()}
    sent |= {"step": step, "note-text": text, "note-seen": newest if seen is None else seen}
    return client.post(page_of(appointment_request), sent)


def next_open_morning(days: int = 7):
    """A weekday at ten, about a week ahead: the test clinic is open then."""
    at = timezone.localtime() + timedelta(days=days)
    while at.weekday() > 4:
        at += timedelta(days=1)
    return at.replace(hour=10, minute=0, second=0, microsecond=0)
