"""What a test does with the rows of the queue."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from django.utils import timezone

from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import build


def come_due() -> None:
    """The wait of every row is over."""
    OutgoingEmail.objects.waiting().update(due_at=timezone.now())


def as_sent(row: OutgoingEmail) -> EmailMessage:
    """The message of this row as a reader's mail program takes it apart."""
    return message_from_bytes(build(row).message().as_bytes(), policy=policy.default)
