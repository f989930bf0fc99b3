from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Confirmation(models.Model):
    """That a person stood up for something no program can know: an address is read, advice is right."""

    class Kind(models.TextChoices):
        DESK_ADDRESS = "desk_address", _("front desk address")
        URGENT_ADVICE = "urgent_advice", _("urgent advice")

    kind = models.CharField(_("what"), max_length=20, choices=Kind.choices)
    subject = models.CharField(_("which"), max_length=254, help_text=_("The address, or the advice’s version."))
    confirmed_by = models.CharField(_("confirmed by"), max_length=120, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), default=timezone.now)

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="opening_confirmed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
