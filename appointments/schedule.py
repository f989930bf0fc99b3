"""What was agreed and what is held: appointments, offered times, and the moves each allows."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.core.steps import Move
from providers.models import Provider

MOST_OFFERED = 5  # times in one offer
USUALLY_OFFERED = 3


class TimeQuerySet(models.QuerySet):
    """What appointments and offered times have in common: somebody's stretch of time."""

    def overlapping(self, start: datetime, end: datetime):
        """Those that share time with [start, end); what only touches does not."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class AppointmentQuerySet(TimeQuerySet):
    def agreed(self) -> "AppointmentQuerySet":
        """Live: agreed, and neither cancelled nor over with an outcome."""
        return self.filter(state=Appointment.State.AGREED)

    def without_outcome(self, now: datetime) -> "AppointmentQuerySet":
        """Agreed and over, but nobody has said whether the patient came."""
        return self.agreed().filter(ends_at__lte=now)


class Appointment(models.Model):
    """A visit that was agreed. A request has at most one live one, and for one provider no two live ones overlap."""

    class State(models.TextChoices):
        AGREED = "agreed", _("agreed")
        CANCELLED_BY_PATIENT = "cancelled_by_patient", _("cancelled by the patient")
        CANCELLED_BY_CLINIC = "cancelled_by_clinic", _("cancelled by us")
        CAME = "came", _("came")
        DID_NOT_COME = "did_not_come", _("did not come")

    class CancelReason(models.TextChoices):
        """Why we cancel; the patient reads a sentence about it."""

        PROVIDER_AWAY = "provider_away", _("The provider cannot be there")
        CLOSED = "clinic_closed", _("The clinic is closed then")
        OTHER = "other", _("Something else")

    appointment_request = models.ForeignKey(
        "appointments.AppointmentRequest", on_delete=models.CASCADE, related_name="appointments"
    )
    provider = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name=_("with"),
        help_text=_("Nobody: not decided yet."),
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.AGREED)
    # For calendars: each change of what they show is one more
    sequence = models.PositiveIntegerField(_("changes"), default=0)
    agreed_at = models.DateTimeField(_("agreed"), default=timezone.now, help_text=_("This time, not an earlier one."))
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    # Agreed before overlaps were refused: an earlier release let two visits of one provider stand at one time
    may_overlap = models.BooleanField(default=False, db_default=False, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["starts_at", "pk"]
        indexes = [
            # A provider's day, whatever became of each visit, and who is in the way
            models.Index(fields=["provider", "starts_at"], name="appointments_of_provider"),
            # Reminders and visits without an outcome
            models.Index(fields=["starts_at"], name="appointments_agreed", condition=Q(state="agreed")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment_request"], condition=Q(state="agreed"), name="appointments_one_live"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointments_end_after_start"),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def uid(self) -> str:
        """What calendars know it by: the same through every change, and it says nothing about anybody."""
        return f"{self.appointment_request.reference}-{self.pk}"

    @property
    def minutes(self) -> int:
        return minutes_between(self.starts_at, self.ends_at)

    @property
    def is_live(self) -> bool:
        return self.state == self.State.AGREED

    @property
    def is_by_phone(self) -> bool:
        return self.appointment_request.visit_type == self.appointment_request.VisitType.BY_PHONE

    def allows(self, state: str) -> bool:
        """Whether the table lets it move to this state."""
        return any(move.target == state and self.state in move.sources for move in APPOINTMENT_MOVES)


class OfferedTimeQuerySet(TimeQuerySet):
    def open(self) -> "OfferedTimeQuerySet":
        """Not taken and not given back, whether or not the hold has run out."""
        return self.filter(state=OfferedTime.State.OPEN)

    def held(self, now: datetime) -> "OfferedTimeQuerySet":
        """Kept free at `now`: the patient can still take it."""
        return self.open().filter(held_until__gt=now, starts_at__gt=now)

    def run_out(self, now: datetime) -> "OfferedTimeQuerySet":
        """Open, but the hold is over, or the time itself has come."""
        return self.open().filter(Q(held_until__lte=now) | Q(starts_at__lte=now))


class OfferedTime(models.Model):
    """A hold: a time offered to a patient and kept free until they answer or it runs out."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        TAKEN = "taken", _("taken")
        GIVEN_BACK = "given_back", _("given back")

    appointment_request = models.ForeignKey(
        "appointments.AppointmentRequest", on_delete=models.CASCADE, related_name="offered_times"
    )
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="offered_times", verbose_name=_("with")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    held_until = models.DateTimeField(_("held until"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    offered_at = models.DateTimeField(_("offered"), default=timezone.now)

    objects = OfferedTimeQuerySet.as_manager()

    class Meta:
        verbose_name = _("offered time")
        verbose_name_plural = _("offered times")
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["provider", "starts_at"], name="offers_held", condition=Q(state="open")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="offers_end_after_start"),
        ]

    def __str__(self) -> str:
        return f"offered time {self.pk}"

    @property
    def minutes(self) -> int:
        return minutes_between(self.starts_at, self.ends_at)

    def is_held(self, now: datetime) -> bool:
        return self.state == self.State.OPEN and min(self.held_until, self.starts_at) > now


def minutes_between(start: datetime, end: datetime) -> int:
    return (end - start) // timedelta(minutes=1)


_Agreed, _Offer = Appointment.State, OfferedTime.State

APPOINTMENT_MOVES = [
    Move("move", frozenset([_Agreed.AGREED]), _Agreed.AGREED),
    Move("cancel by patient", frozenset([_Agreed.AGREED]), _Agreed.CANCELLED_BY_PATIENT),
    Move("cancel by clinic", frozenset([_Agreed.AGREED]), _Agreed.CANCELLED_BY_CLINIC),
    # A wrong tap is put right by the other one
    Move("came", frozenset([_Agreed.AGREED, _Agreed.DID_NOT_COME]), _Agreed.CAME),
    Move("did not come", frozenset([_Agreed.AGREED, _Agreed.CAME]), _Agreed.DID_NOT_COME),
]
OFFER_MOVES = [
    Move("take", frozenset([_Offer.OPEN]), _Offer.TAKEN),
    Move("give back", frozenset([_Offer.OPEN]), _Offer.GIVEN_BACK),
]
