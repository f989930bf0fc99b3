"""Links that let somebody choose a password, or make the first account: signed, stored nowhere, good once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "staff.first-password"
LINK_LASTS = timedelta(days=1)
FIRST_ACCOUNT = "staff.first-account"
FIRST_ACCOUNT_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class PasswordLink:
    """What a link says: whose it is, in which state their account was, and until when it holds."""

    user_id: int
    state: str
    until: float

    def holds_for(self, user: User) -> bool:
        """Whether it may still be used; a new password, a new address or a sign-in ends it before its day is over."""
        is_in_time = timezone.now().timestamp() < self.until
        return is_in_time and user.is_active and constant_time_compare(self.state, _state(user))


def password_link(user: User) -> tuple[str, datetime]:
    """Return the absolute address on which this person chooses a password, signed now, and until when it holds."""
    until = timezone.now() + LINK_LASTS
    token = signing.dumps([user.pk, _state(user), until.timestamp()], salt=SALT)
    return settings.SITE_URL + reverse("staff_open_password_link", args=[token]), until


def read(token: str) -> PasswordLink | None:
    """Return what a link's token says; None for one that is altered."""
    try:
        return PasswordLink(*signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None


def owner_of(link: PasswordLink | None) -> User | None:
    """Return whose link this is while it holds, else None."""
    user = User.objects.filter(pk=link.user_id).first() if link else None
    return user if user and link and link.holds_for(user) else None


def _state(user: User) -> str:
    """Return what changes with every password, address and sign-in, and tells nothing about them."""
    value = f"{user.pk} {user.password} {user.email} {user.last_login}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()


def first_account_link() -> str:
    """Return the absolute address on which the owner of a new site makes the first account, signed now."""
    token = signing.dumps("the first account", salt=FIRST_ACCOUNT)
    return settings.SITE_URL + reverse("staff_first_account", args=[token])


def makes_first_account(token: str) -> bool:
    """Whether a link may still be used: for an hour, and only while there is no account at all."""
    try:
        signing.loads(token, salt=FIRST_ACCOUNT, max_age=FIRST_ACCOUNT_LASTS)
    except signing.BadSignature:
        return False
    return not User.objects.exists()
