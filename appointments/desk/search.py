"""Find a patient's requests by whatever the caller says."""

import re
import secrets
from operator import attrgetter

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace

from appointments.models import AppointmentRequest
from clinic.core.text import name_words

MOST_FOUND = 50
FEWEST_DIGITS = 4
ENOUGH_DIGITS = 7  # a number without its area code; fewer would find strangers while somebody types
MOST_KNOWN = 5
KEPT_IN_SESSION = "found"
KEPT_SEARCHES = 5
MOST_ALIKE = 10


def find(words: str) -> QuerySet[AppointmentRequest]:
    """Requests that match a name, a phone number in any format or its last digits, an e-mail or a reference.

    Names match in any order, by how their words begin, without accents and apostrophes. Newest first, at most fifty.
    """
    words = words.strip()
    match = Q(patient_name__icontains=words) | Q(requester_name__icontains=words) | Q(email__iexact=words)
    match |= Q(reference__iexact=words) | Q(reference__iexact=f"R-{words}") | by_name(words)
    digits = re.sub(r"\D", "", words)
    if len(digits) >= FEWEST_DIGITS and re.fullmatch(r"[\d\s()+.-]+", words):
        match |= Q(digits__contains=without_country(digits))
    requests = with_digits().filter(match).select_related("provider", "claimed_by")
    return requests.order_by("-created_at")[:MOST_FOUND]


def by_name(words: str) -> Q:
    """Return the condition that each word begins one of the names."""
    match = Q()
    for word in name_words(words):
        match &= Q(name_key__contains=f" {word}")
    return match or Q(pk=None)


def known_by(phone: str) -> QuerySet[AppointmentRequest]:
    """Return the latest requests with this number, as far as it is typed; none before it says whose it is."""
    digits = without_country(re.sub(r"\D", "", phone))
    if len(digits) < ENOUGH_DIGITS:
        return AppointmentRequest.objects.none()
    requests = with_digits().filter(digits__contains=digits)  # type: ignore[misc]  # the annotation below
    return requests.order_by("-created_at")[:MOST_KNOWN]


def with_digits() -> QuerySet[AppointmentRequest]:
    """Adds `digits`: the stored number without its hyphens."""
    return AppointmentRequest.objects.annotate(digits=Replace(F("phone"), Value("-"), Value("")))


def without_country(digits: str) -> str:
    return digits.removeprefix("1") if len(digits) == 11 else digits


def keep(found: list[int], session: SessionBase) -> str:
    """Keep what was found, by number alone, and return the key under which it is read again."""
    key = secrets.token_urlsafe(6)
    searches = list(session.get(KEPT_IN_SESSION, {}).items())[1 - KEPT_SEARCHES :]
    session[KEPT_IN_SESSION] = dict(searches) | {key: found}
    return key


def kept(key: str, session: SessionBase) -> list[AppointmentRequest] | None:
    """Return what was found then, as it is now; None where nothing is kept under this key."""
    found = session.get(KEPT_IN_SESSION, {}).get(key)
    if found is None:
        return None
    requests = AppointmentRequest.objects.select_related("provider", "claimed_by").in_bulk(found)
    return [requests[pk] for pk in found if pk in requests]


def possibly_the_same(appointment_request: AppointmentRequest) -> list[AppointmentRequest]:
    """Other requests with the same phone number, and those still in the queue with the same e-mail address or name.

    A household shares a phone, and two people a name, so this is a hint and nothing more. Newest first.
    """
    others = AppointmentRequest.objects.exclude(pk=appointment_request.pk).order_by("-created_at")
    alike = Q(patient_name__iexact=appointment_request.patient_name)
    if appointment_request.email:
        alike |= Q(email__iexact=appointment_request.email)
    found = list(others.live().filter(alike)[:MOST_ALIKE])
    if appointment_request.phone:
        found += others.filter(phone=appointment_request.phone)[:MOST_ALIKE]
    return sorted(set(found), key=attrgetter("created_at"), reverse=True)
