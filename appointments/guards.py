"""Telling people from robots without asking anything. Whatever looks odd is checked by a person, never discarded."""

import hashlib
import logging
import secrets
import unicodedata
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, QueryDict
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)

FASTEST_PERSON = timedelta(seconds=3)
FLOOD_POSTS = 30
FLOOD_SECONDS = 600
STAMP_SALT = "appointments.form"
# Marks that make text read other than it is stored; joiners stay, some scripts and emoji need them
BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def new_stamp() -> str:
    """A signed, random mark for one showing of a form: its hash is the submission key, its age the time to fill."""
    return signing.dumps(secrets.token_urlsafe(16), salt=STAMP_SALT)


def submission_key(stamp: str) -> str:
    """The same for every sending of one showing; a random one where the mark is missing."""
    if not stamp:
        return secrets.token_hex(32)
    return hashlib.sha256(stamp.encode()).hexdigest()


def suspicions(request: HttpRequest, *, stamp: str, honeypot: str) -> list[str]:
    """Reasons why a person should look at this request before it joins the queue."""
    found = []
    if honeypot:
        found.append("honeypot")
    try:
        signing.loads(stamp, salt=STAMP_SALT)
    except signing.BadSignature:
        found.append("no_stamp")
    else:
        if not _is_older_than_fastest(stamp):
            found.append("too_fast")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        found.append("cross_site")
    return found


def _is_older_than_fastest(stamp: str) -> bool:
    try:
        signing.loads(stamp, salt=STAMP_SALT, max_age=FASTEST_PERSON)
    except signing.SignatureExpired:
        return True
    return False


def client_address(request: HttpRequest) -> str:
    """The visitor's address: as many hops from the right as proxies of ours; no header is to be trusted further."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    count = settings.TRUSTED_PROXY_COUNT
    if count and len(hops) >= count:
        return hops[-count]
    return request.META.get("REMOTE_ADDR", "")


def sender(request: HttpRequest) -> str:
    """A keyed hash of the visitor's address, good for counting and nothing else."""
    return salted_hmac("appointments.sender", client_address(request), algorithm="sha256").hexdigest()


def is_flood(request: HttpRequest) -> bool:
    """More posts from one address in ten minutes than any household sends."""
    key = f"posts:{sender(request)}"
    try:
        cache.add(key, 0, timeout=FLOOD_SECONDS)
        return cache.incr(key) > FLOOD_POSTS
    except Exception:  # a cache that is away or lost the key must not cost a patient the request
        logger.warning("The cache did not count a post", exc_info=True)
        return False


def tidy(post: QueryDict) -> QueryDict:
    """A copy of a form post without what no person types: control characters, lone surrogates, direction marks."""
    clean = QueryDict(mutable=True)
    for key, values in post.lists():
        clean.setlist(_tidy_text(key), [_tidy_text(value) for value in values])
    return clean


def _tidy_text(text: str) -> str:
    text = text.replace("\r\n", "\n")
    kept = (
        c for c in text if c in "\r\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in BIDI_CONTROLS)
    )
    return unicodedata.normalize("NFC", "".join(kept))
