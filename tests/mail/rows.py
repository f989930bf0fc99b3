"""Waiting rows, and the messages they become."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from django.utils import timezone

from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import build, enqueue


def queue(name: str = "m", *, to: str = "desk", about=None, **fields) -> OutgoingEmail:
    """A waiting row: to the desk about nothing, unless a test says otherwise."""
    context = {"request_id": about.pk if about else 1, "link_version": 1, "kind": "appointment"}
    template = "received" if to == "patient" else "desk_withdrawn"
    defaults = {
        "template": f"appointments/emails/{template}",
        "reference": about.reference if about else "R-TEST-TEST",
        "context": context | {"reply_due_at": timezone.now().isoformat()},
    }
    enqueue(name=name, audience=to, **(defaults | fields))
    return OutgoingEmail.objects.get(message_id=f"{name}@testserver")


def come_due() -> None:
    """The wait of every row is over."""
    OutgoingEmail.objects.waiting().update(due_at=timezone.now())


def as_sent(row: OutgoingEmail) -> EmailMessage:
    """The message of this row as a reader's mail program takes it apart."""
    return message_from_bytes(build(row).message().as_bytes(), policy=policy.default)
