"""Ten wrong attempts in five minutes are the most, but never at the cost of the person they pretend to be.

An attempt is counted in throttle buckets:

- A stranger's password counts in two, the account's and the address's: one machine cannot try many accounts, and
  a thousand machines together still get ten passwords of one account looked at, not ten each.
- A stranger who meets a full bucket may show a code from the authenticator app, or a recovery code, together
  with the password. Only with a right code is the password looked at, so whoever hammers on passwords keeps out
  nobody who has a code. Codes have a bucket of their own for each account.
- A browser that once signed in with a code carries a signed cookie and has buckets of its own, whatever happens in
  the others. So does a signed-in session that confirms its password.

Who keeps every bucket full from many machines, codes too, keeps out only staff on a browser they never used here.
A right attempt is taken back, so a whole clinic behind one address can sign in at eight o'clock.

The counts are rows, locked while counting: caches that keep files lose counts when two processes write at once.
"""

import ipaddress
import logging
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from clinic.core.http import client_address
from clinic.staff.models import ThrottleBucket

logger = logging.getLogger(__name__)

MOST = 10
WITHIN = timedelta(minutes=5)
DEVICE_KNOWN_FOR = timedelta(days=180)
DEVICE_SALT = "sign-in.device"


@dataclass(frozen=True)
class Attempt:
    """One counted attempt."""

    buckets: list[str]
    at: float

    @transaction.atomic
    def forgive(self) -> None:
        """It was right: count it no longer."""
        for bucket in _locked(self.buckets):
            bucket.attempts = [at for at in bucket.attempts if at != self.at]
            bucket.save(update_fields=["attempts"])


@transaction.atomic
def count_attempt(buckets: list[str], most: int = MOST) -> Attempt | None:
    """Count an attempt in all of `buckets` and return it; None, and nothing is counted, where one of them is full.

    The count is committed before the try is looked at, so that no number of attempts at once passes unseen.
    """
    now = time.time()
    ThrottleBucket.objects.bulk_create([ThrottleBucket(key=key) for key in sorted(buckets)], ignore_conflicts=True)
    rows = _locked(buckets)
    for row in rows:
        row.attempts = [at for at in row.attempts if at > now - WITHIN.total_seconds()]
    if any(len(row.attempts) >= most for row in rows):
        return None
    for row in rows:
        row.attempts.append(now)
        row.last_attempt_at = timezone.now()
        row.save()
        if len(row.attempts) == MOST:
            logger.warning("A sign-in throttle bucket is full for a while: %s attempts in %s", MOST, WITHIN)
    return Attempt(buckets, now)


def _locked(buckets: list[str]) -> list[ThrottleBucket]:
    # In one order, or two attempts could each hold the row that the other one waits for
    return list(ThrottleBucket.objects.select_for_update().filter(key__in=buckets).order_by("key"))


def password_buckets(request: HttpRequest, username: str) -> list[str]:
    """Return the buckets that a password for `username` counts in when it comes with this request."""
    own = _own_bucket(request, username)
    if own:
        return [_key("password", own)]
    return [_key("password of account", _folded(username)), _key("address", _network(client_address(request)))]


def code_buckets(request: HttpRequest, username: str) -> list[str]:
    """Return the buckets that a code for `username` counts in when it comes with this request."""
    return [_key("code", _own_bucket(request, username) or f"of account {_folded(username)}")]


def is_first_use(user_id: int, code: str) -> bool:
    """Whether this code of this user comes for the first time; a code seen over a shoulder is worth nothing."""
    digits = "".join(filter(str.isdigit, code))
    return count_attempt([_key("used code", f"{user_id} {digits}")], most=1) is not None


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


def _own_bucket(request: HttpRequest, username: str) -> str | None:
    if request.user.is_authenticated:
        return f"session {request.session.session_key}"
    device = request.get_signed_cookie(_cookie_name(username), default=None, salt=DEVICE_SALT, max_age=DEVICE_KNOWN_FOR)
    return f"device {device}" if device else None


def _cookie_name(username: str) -> str:
    return f"device-{_key('device', _folded(username))[:16]}"


def _folded(username: str) -> str:
    # As the sign-in compares names, so that one account has one bucket however its name is written
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
    return salted_hmac("sign-in.bucket", f"{kind}: {value}", algorithm="sha256").hexdigest()
