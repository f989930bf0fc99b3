"""A patient asks, asks again, or takes it back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from appointments import emails
from appointments.models import AppointmentRequest, RequestEvent
from appointments.services.trail import record
from clinic.practice.models import ClinicProfile

Kind = RequestEvent.Kind
Status = AppointmentRequest.Status

MANY_FROM_ONE_SENDER = 5  # this many stored within MANY_WITHIN send the next one to be checked
MANY_WITHIN = timedelta(minutes=10)


@transaction.atomic
def submit_request(
    *,
    answers: Mapping[str, Any],
    submission_key: str,
    sender: str = "",
    suspicions: list[str] | None = None,
    by=None,
    now: datetime | None = None,
) -> AppointmentRequest:
    """Store a request, its first event and its mail, all or nothing, and return it.

    `answers` are model fields by name. The same `submission_key` gives the same request: what changed since is
    taken over while nobody works on it, and logged for whoever does. `suspicions` say why it should be checked
    before anybody is called; it is kept and promised all the same.
    """
    now = now or timezone.now()
    earlier = _by_key(submission_key)
    if earlier:
        return _correct(earlier, answers, now=now)
    suspicions = [*(suspicions or []), *_suspicions_of(sender, now)]
    appointment_request = _new(answers, suspicions, now, submission_key=submission_key, sender=sender)
    try:
        with transaction.atomic():
            appointment_request.save(force_insert=True)
    except IntegrityError:
        # The same form, sent twice at once: the other one was a moment earlier
        earlier = _by_key(submission_key)
        if earlier is None:
            raise
        return _correct(earlier, answers, now=now)
    record(appointment_request, Kind.SUBMITTED, by=by, at=now, to_status=appointment_request.status)
    if appointment_request.status == Status.NEW:
        announce(appointment_request)
    return appointment_request


@transaction.atomic
def change_contact(
    *, appointment_request: AppointmentRequest, answers: Mapping[str, Any], now: datetime | None = None
) -> AppointmentRequest:
    """The patient says how to be reached from now on. The desk hears of it, and the patient that it is saved."""
    now = now or timezone.now()
    fresh = AppointmentRequest.objects.select_for_update().get(pk=appointment_request.pk)
    changed = [name for name, value in answers.items() if getattr(fresh, name) != value]
    if not changed:
        return fresh
    for name in changed:
        setattr(fresh, name, answers[name])
    fresh.save(update_fields=changed)
    event = record(fresh, Kind.CONTACT_CHANGED, at=now, text=_labels(changed))
    emails.contact_changed(fresh, event)
    return fresh


def announce(appointment_request: AppointmentRequest) -> None:
    """Tell the desk and the patient that a request is in the queue."""
    emails.desk_new_request(appointment_request)
    emails.received(appointment_request)


def _by_key(submission_key: str) -> AppointmentRequest | None:
    return AppointmentRequest.objects.select_for_update().filter(submission_key=submission_key).first()


def _suspicions_of(sender: str, now: datetime) -> list[str]:
    """Return what is odd about a sender: very many requests within minutes."""
    recent = AppointmentRequest.objects.filter(sender=sender, created_at__gt=now - MANY_WITHIN)
    return ["many_from_one_address"] if sender and recent.count() >= MANY_FROM_ONE_SENDER else []


def _new(answers: Mapping[str, Any], suspicions: list[str], now: datetime, **sent: str) -> AppointmentRequest:
    """Return a request, not stored yet, with its promise; a suspected one is to be checked first."""
    return AppointmentRequest(
        **answers,
        **sent,
        suspicions=suspicions,
        status=Status.QUARANTINED if suspicions else Status.NEW,
        created_at=now,
        last_event_at=now,
        reply_due_at=ClinicProfile.objects.current().reply_due(now),
    )


def _labels(names: list[str]) -> str:
    """Return what the trail may say of changed answers: which, never what."""
    return ", ".join(str(getattr(AppointmentRequest._meta.get_field(name), "verbose_name", name)) for name in names)


def _correct(
    appointment_request: AppointmentRequest, answers: Mapping[str, Any], *, now: datetime
) -> AppointmentRequest:
    """The patient went back, mended an answer and sent the form again."""
    changed = [name for name, value in answers.items() if getattr(appointment_request, name) != value]
    if not changed:
        return appointment_request
    is_waiting = appointment_request.status in (Status.NEW, Status.QUARANTINED)
    if not is_waiting or appointment_request.is_claimed(now):
        # Somebody may be dialling the old number this minute: the row stays, the new answers go on the trail
        new_answers = "\n".join(f"{_labels([name])}: {answers[name]}" for name in changed)
        event = record(appointment_request, Kind.CORRECTED, at=now, text=new_answers)
        emails.desk_correction(appointment_request, event)
        return appointment_request
    for name in changed:
        setattr(appointment_request, name, answers[name])
    appointment_request.save(update_fields=changed)
    event = record(appointment_request, Kind.CORRECTED, at=now, text=_labels(changed))
    if "email" in changed and appointment_request.status == Status.NEW:
        emails.received(appointment_request, again=event)
    return appointment_request
