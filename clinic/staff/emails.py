"""One function a message. The rows hold numbers of accounts; names, addresses and links come in when they leave."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import enqueue

Audience = OutgoingEmail.Audience


def sign_in_link(user: User) -> None:
    """How to choose a password. Queued again by each wish for a new link."""
    enqueue(
        name=f"sign-in-link.{user.pk}.{timezone.now():%Y%m%dT%H%M%S%f}",
        template="account/emails/sign_in_link",
        audience=Audience.STAFF,
        context={"user_id": user.pk},
    )


def codes_reset(entry: LogEntry, user: User, by: User) -> None:
    """To whose codes were reset, and to who did it; to the clinic's manager where somebody has no address."""
    for person in (user, by):
        enqueue(
            name=f"codes-reset.{entry.pk}.{person.pk}",
            template="account/emails/codes_reset",
            audience=Audience.STAFF if person.email else Audience.MANAGER,
            context={"user_id": person.pk, "entry_id": entry.pk},
        )
