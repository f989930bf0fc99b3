"""Find a patient's requests by whatever the caller says."""

import re

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace

from appointments.models import AppointmentRequest

MOST_FOUND = 50


def find(words: str) -> QuerySet[AppointmentRequest]:
    """Requests that match a name, a phone number in any format or its last digits, an e-mail or a reference.

    Newest first, at most fifty.
    """
    words = words.strip()
    match = Q(patient_name__icontains=words) | Q(requester_name__icontains=words) | Q(email__iexact=words)
    match |= Q(reference__iexact=words)
    digits = re.sub(r"\D", "", words)
    if len(digits) >= 4 and re.fullmatch(r"[\d\s()+.-]+", words):
        match |= Q(digits__contains=digits.removeprefix("1") if len(digits) == 11 else digits)
    requests = AppointmentRequest.objects.annotate(digits=Replace(F("phone"), Value("-"), Value("")))
    return requests.filter(match).select_related("provider", "claimed_by").order_by("-created_at")[:MOST_FOUND]


def possibly_the_same(appointment_request: AppointmentRequest) -> QuerySet[AppointmentRequest]:
    """Other requests with the same phone number. A household shares one, so this is a hint and nothing more."""
    if not appointment_request.phone:
        return AppointmentRequest.objects.none()
    same = AppointmentRequest.objects.filter(phone=appointment_request.phone).exclude(pk=appointment_request.pk)
    return same.order_by("-created_at")[:10]
