from django.db import models
from django.utils import timezone


class SignInDoor(models.Model):
    """Where guesses come in, and when the last ones came: see limits.py. Holds hashes only, no name and no address."""

    key = models.CharField(max_length=64, primary_key=True)
    guesses = models.JSONField(default=list)  # seconds since 1970, as many as were counted lately
    last_guess_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key[:8]
