"""What the worker does for this room again and again."""

from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone

from clinic.staff.models import ThrottleBucket
from clinic.staff.throttling import WITHIN


def delete_old_buckets() -> None:
    """Delete each bucket that nothing was counted in lately."""
    # A row in use is left for the next time: waiting for it could end in a deadlock
    old = ThrottleBucket.objects.select_for_update(skip_locked=True).filter(
        last_attempt_at__lt=timezone.now() - 2 * WITHIN
    )
    with transaction.atomic():
        ThrottleBucket.objects.filter(key__in=[bucket.key for bucket in old]).delete()


def delete_expired_sessions() -> None:
    """Drop what is left of sessions that ended by themselves."""
    SessionStore.clear_expired()
