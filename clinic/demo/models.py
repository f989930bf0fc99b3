from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


class DemoRow(models.Model):
    """A row that load_demo made, and the files that came with it: remove_demo takes out these and no others."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    made = GenericForeignKey()
    files = models.JSONField(default=list)  # names in the default storage

    class Meta:
        verbose_name = _("row of the demo")
        verbose_name_plural = _("rows of the demo")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["content_type", "object_id"], name="demo_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.content_type_id}/{self.object_id}"
