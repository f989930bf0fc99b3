from django.db import models
from django.utils import timezone


class ThrottleBucket(models.Model):
    """When the last attempts of one kind came: see throttling.py. Holds hashes only, no name and no address."""

    key = models.CharField(max_length=64, primary_key=True)
    attempts = models.JSONField(default=list)  # seconds since 1970, as many as were counted lately
    last_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key[:8]
