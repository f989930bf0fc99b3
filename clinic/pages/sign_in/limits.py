"""Ten wrong guesses in five minutes, then the door is closed, but never to the person it belongs to.

A guess is counted at the doors it comes through:

- A stranger's password passes two doors, the account's and the address's: one machine cannot try many accounts, and
  a thousand machines together still get ten passwords of one account looked at, not ten each.
- A stranger who comes to a closed door may show a code from the authenticator app, or a recovery code, together
  with the password. Only with a right code is the password looked at, so whoever hammers on passwords keeps out
  nobody who has a code. Codes have a door of their own for each account.
- A browser that once signed in with a code carries a signed cookie and has doors of its own, whatever happens at the
  others. So does a signed-in session that confirms its password.

Who keeps every door busy from many machines, codes too, keeps out only staff on a browser they never used here.
A right guess is taken back, so a whole clinic behind one address can sign in at eight o'clock.

The counts are rows, locked while counting: caches that keep files forget counts when two processes write at once.
"""

import ipaddress
import logging
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from appointments.guards import client_address
from clinic.pages.sign_in.models import SignInDoor

logger = logging.getLogger(__name__)

MOST = 10
WITHIN = timedelta(minutes=5)
DEVICE_KNOWN_FOR = timedelta(days=180)
DEVICE_SALT = "sign-in.device"


@dataclass(frozen=True)
class Guess:
    """One counted try."""

    doors: list[str]
    at: float

    @transaction.atomic
    def forgive(self) -> None:
        """It was right: count it no longer."""
        for door in _locked(self.doors):
            door.guesses = [at for at in door.guesses if at != self.at]
            door.save(update_fields=["guesses"])


@transaction.atomic
def count_guess(doors: list[str], most: int = MOST) -> Guess | None:
    """Count a try at all of `doors` and give it, or give None and count nothing where one of them is closed.

    The count is committed before the try is looked at, so that no number of tries at once passes unseen.
    """
    now = time.time()
    SignInDoor.objects.bulk_create([SignInDoor(key=key) for key in sorted(doors)], ignore_conflicts=True)
    rows = _locked(doors)
    for row in rows:
        row.guesses = [at for at in row.guesses if at > now - WITHIN.total_seconds()]
    if any(len(row.guesses) >= most for row in rows):
        return None
    for row in rows:
        row.guesses.append(now)
        row.last_guess_at = timezone.now()
        row.save()
        if len(row.guesses) == MOST:
            logger.warning("A sign-in door is closed for a while: %s guesses in %s", MOST, WITHIN)
    return Guess(doors, now)


def _locked(doors: list[str]) -> list[SignInDoor]:
    # In one order, or two guesses could each hold the row that the other one waits for
    return list(SignInDoor.objects.select_for_update().filter(key__in=doors).order_by("key"))


def forget_old_doors() -> None:
    """Chore: a door nobody came to lately is no longer worth a row."""
    # A row in use is left for the next time: waiting for it could end in a deadlock
    old = SignInDoor.objects.select_for_update(skip_locked=True).filter(last_guess_at__lt=timezone.now() - 2 * WITHIN)
    with transaction.atomic():
        SignInDoor.objects.filter(key__in=[door.key for door in old]).delete()


def forget_old_sessions() -> None:
    """Chore: drop what is left of sessions that ended by themselves."""
    SessionStore.clear_expired()


def password_doors(request: HttpRequest, username: str) -> list[str]:
    """The doors a password for `username` passes when it comes with this request."""
    own = _own_door(request, username)
    if own:
        return [_key("password", own)]
    return [_key("password of account", _folded(username)), _key("address", _network(client_address(request)))]


def code_doors(request: HttpRequest, username: str) -> list[str]:
    """The door a code for `username` passes when it comes with this request."""
    return [_key("code", _own_door(request, username) or f"of account {_folded(username)}")]


def is_first_use(user_id: int, code: str) -> bool:
    """Whether this code of this user comes for the first time; a code seen over a shoulder is worth nothing."""
    digits = "".join(filter(str.isdigit, code))
    return count_guess([_key("used code", f"{user_id} {digits}")], most=1) is not None


def remember_device(response: HttpResponse, username: str) -> None:
    """Let the browser be known as one on which `username` signed in with a code."""
    response.set_signed_cookie(
        _cookie_name(username),
        secrets.token_urlsafe(12),
        salt=DEVICE_SALT,
        max_age=DEVICE_KNOWN_FOR,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _own_door(request: HttpRequest, username: str) -> str | None:
    if request.user.is_authenticated:
        return f"session {request.session.session_key}"
    device = request.get_signed_cookie(_cookie_name(username), default=None, salt=DEVICE_SALT, max_age=DEVICE_KNOWN_FOR)
    return f"device {device}" if device else None


def _cookie_name(username: str) -> str:
    return f"device-{_key('device', _folded(username))[:16]}"


def _folded(username: str) -> str:
    # As the sign-in compares names, so that one account has one door however its name is written
    return username.strip().lower()


def _network(address: str) -> str:
    """An IPv6 line has more addresses than there are passwords: its network counts as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def _key(kind: str, value: str) -> str:
    """Neither names nor addresses are stored, only what they hash to."""
    return salted_hmac("sign-in.door", f"{kind}: {value}", algorithm="sha256").hexdigest()
