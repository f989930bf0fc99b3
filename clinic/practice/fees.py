"""What a visit costs and which insurers the clinic works with, as rows under its profile."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Price(models.Model):
    """What somebody who pays without insurance is asked for one kind of visit."""

    clinic = models.ForeignKey(
        "practice.ClinicProfile", on_delete=models.CASCADE, related_name="prices", default=1, editable=False
    )
    what = models.CharField(_("visit"), max_length=120, help_text=_("As in: First visit with an exam."))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, validators=[MinValueValidator(5), MaxValueValidator(480)]
    )
    amount = models.DecimalField(
        _("price in dollars"), max_digits=7, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("price without insurance")
        verbose_name_plural = _("prices without insurance")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="practice_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def in_dollars(self) -> str:
        """The amount as it is read, cents only where there are any: "$95", "$1,250", "$62.50"."""
        return f"${self.amount:,.2f}".removesuffix(".00")


class Insurer(models.Model):
    """An insurer or plan whose patients the clinic sees, and what to know about it."""

    clinic = models.ForeignKey(
        "practice.ClinicProfile", on_delete=models.CASCADE, related_name="insurers", default=1, editable=False
    )
    name = models.CharField(_("insurer or plan"), max_length=80)
    note = models.CharField(
        _("good to know"), max_length=160, blank=True, help_text=_("As in: PPO plans; a referral for HMO plans.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("insurer")
        verbose_name_plural = _("insurers")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
