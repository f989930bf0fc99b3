from django.db import models
from django.utils.translation import gettext_lazy as _


class Redirect(models.Model):
    """An address that once was a page's, and where the page is now. Written by record_redirect, never by hand."""

    path = models.CharField(max_length=250, unique=True)
    target = models.CharField(max_length=250, db_index=True)

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        constraints = [
            models.CheckConstraint(condition=~models.Q(path=models.F("target")), name="redirects_lead_elsewhere"),
        ]

    def __str__(self) -> str:
        return self.path
