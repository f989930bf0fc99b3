"""Telling people from robots without asking anything. Whatever looks odd is checked by a person, never discarded."""

import hashlib
import logging
import secrets
from datetime import timedelta

from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from clinic.core.http import client_address

logger = logging.getLogger(__name__)

FASTEST_PERSON = timedelta(seconds=3)
FLOOD_POSTS = 30
FLOOD_SECONDS = 600
FORM_SALT = "appointments.form"


def new_form_token() -> str:
    """Return a signed, random token for one showing of a form: the submission key is its hash."""
    return signing.dumps(secrets.token_urlsafe(16), salt=FORM_SALT)


def submission_key(form_token: str) -> str:
    """Return the same key for every sending of one showing; a random one where the token is missing."""
    if not form_token:
        return secrets.token_hex(32)
    return hashlib.sha256(form_token.encode()).hexdigest()


def suspicions(request: HttpRequest, *, form_token: str, honeypot: str) -> list[str]:
    """Reasons why a person should look at this request before it joins the queue."""
    found = []
    if honeypot:
        found.append("honeypot")
    try:
        signing.loads(form_token, salt=FORM_SALT)
    except signing.BadSignature:
        found.append("no_form_token")
    else:
        if not _is_older_than_fastest(form_token):
            found.append("too_fast")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        found.append("cross_site")
    return found


def _is_older_than_fastest(form_token: str) -> bool:
    try:
        signing.loads(form_token, salt=FORM_SALT, max_age=FASTEST_PERSON)
    except signing.SignatureExpired:
        return True
    return False


def sender(request: HttpRequest) -> str:
    """Return a keyed hash of the visitor's address, good for counting and nothing else."""
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
