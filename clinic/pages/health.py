"""What machines ask: alive, ready, and whether the work moves. None of it tells anything about a patient."""

import tempfile
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from appointments.models import AppointmentRequest
from clinic.core.http import private_page
from clinic.mail.models import Heartbeat, OutgoingEmail

MAIL_WAITS_AT_MOST = timedelta(minutes=10)
HEARTBEAT_AT_LEAST = timedelta(minutes=2)
ROOM_NEEDED = 1024 * 1024  # bytes in the data folder


@require_safe
@private_page
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@private_page
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers too, stands where this code needs it, and the disk takes what is written."""
    if not has_room():
        return _plain("disk full or read-only", 503)
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _plain("database unreachable", 503)
    return _plain("migrations to run", 503) if behind else _plain("ok", 200)


@require_safe
@private_page
def monitor(request: HttpRequest) -> HttpResponse:
    """Names and ok or late, for an alarm; late is for people to look at, never a reason to take the site down."""
    now = timezone.now()
    try:
        late = {
            "mail": _mail_waits(now),
            "requests": AppointmentRequest.objects.overdue(now).exists(),
            "worker": not Heartbeat.objects.filter(beat_at__gte=now - HEARTBEAT_AT_LEAST).exists(),
        }
    except DatabaseError:
        late = {"database": True}
    states = {name: "late" if is_late else "ok" for name, is_late in late.items()}
    return JsonResponse(states, status=503 if any(late.values()) else 200)


def has_room() -> bool:
    """Whether the data folder takes another ROOM_NEEDED bytes, found out by writing them."""
    try:
        with tempfile.TemporaryFile(dir=settings.DATA_DIR) as probe:
            probe.write(b"\0" * ROOM_NEEDED)
            probe.flush()
    except OSError:
        return False
    return True


def _mail_waits(now: datetime) -> bool:
    """Some message is long past due, or has failed before and is still here; mail meant for later does not count."""
    limit = now - MAIL_WAITS_AT_MOST
    stuck = Q(due_at__lt=limit) | Q(attempts__gt=1, created_at__lt=limit)
    return OutgoingEmail.objects.waiting().filter(stuck).exists()


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
