"""One function a message."""

from django.utils import timezone

from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import enqueue
from clinic.practice.models import ClinicProfile


def prove_desk_address(clinic: ClinicProfile) -> None:
    """To the front desk, with a link to say that somebody reads this. Queued again by each wish."""
    enqueue(
        name=f"desk-address.{timezone.now():%Y%m%dT%H%M%S%f}",
        template="opening/emails/desk_address",
        audience=OutgoingEmail.Audience.DESK,
    )
