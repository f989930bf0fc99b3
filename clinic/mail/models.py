from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    def waiting(self) -> "OutgoingEmailQuerySet":
        """Not sent and not given up."""
        return self.filter(sent_at=None, failed_at=None)

    def failed(self) -> "OutgoingEmailQuerySet":
        """Refused for good, so that somebody must call. What was no longer true when it was to leave is no failure."""
        return self.filter(failed_at__isnull=False, is_obsolete=False)

    def due(self, now) -> "OutgoingEmailQuerySet":
        return self.waiting().filter(due_at__lte=now).order_by("due_at", "pk")


class OutgoingEmail(models.Model):
    """One message to be sent: which, to whom, about what. Its text is made when it leaves; no person's data is here."""

    class Audience(models.TextChoices):
        DESK = "desk", _("front desk")
        MANAGER = "manager", _("manager")
        PATIENT = "patient", _("patient")
        STAFF = "staff", _("staff member")

    message_id = models.CharField(
        _("message id"),
        max_length=200,
        unique=True,
        help_text=_("The same at every try, so a repeat is recognisable."),
    )
    in_reply_to = models.CharField(_("thread"), max_length=200, blank=True)
    template = models.CharField(_("message"), max_length=100, help_text=_("As in appointments/emails/received."))
    audience = models.CharField(_("to"), max_length=10, choices=Audience.choices)
    reference = models.CharField(_("reference"), max_length=20, blank=True, db_index=True)  # "e-mail failed" lookups
    context = models.JSONField(_("facts"), default=dict, blank=True)
    created_at = models.DateTimeField(_("queued"), default=timezone.now)

    # While it waits, due_at is the next try; while a worker holds it, the end of that worker's lease
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)
    # Given up because it was no longer true: its visit was moved, cancelled or past
    is_obsolete = models.BooleanField(_("no longer true"), default=False, db_default=False)

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing e-mail")
        verbose_name_plural = _("outgoing e-mails")
        ordering = ["-created_at"]
        indexes = [
            # The worker asks for due rows every second; sent rows, nearly all of them, stay out of its way
            models.Index(
                fields=["due_at"],
                name="mail_waiting",
                condition=models.Q(sent_at=None, failed_at=None),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(failed_at=None),
                name="mail_sent_or_failed_not_both",
            ),
            models.CheckConstraint(
                condition=models.Q(failed_at=None) | ~models.Q(audience__in=["desk", "manager"]),
                name="mail_desk_is_never_given_up",
            ),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def is_waiting(self) -> bool:
        return self.sent_at is None and self.failed_at is None


class Heartbeat(models.Model):
    """When the worker last said it is alive; one row a worker process name."""

    name = models.CharField(_("process"), max_length=40, primary_key=True)
    beat_at = models.DateTimeField(_("last sign of life"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
