import logging
import signal
import threading
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from clinic.mail.models import Heartbeat
from clinic.mail.queue import deliver_due

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between looks at the queue
HEARTBEAT_EVERY = 15.0
CHORES_EVERY = 30.0


class Command(BaseCommand):
    help = "Send the queued mail and do the clinic's chores, until told to stop."

    def handle(self, *args, **options) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_args: stop.set())
        logger.info("Worker started")
        timers = {"beat": Timer(HEARTBEAT_EVERY, beat), "chores": Timer(CHORES_EVERY, run_chores)}
        while not stop.is_set():
            close_old_connections()
            try:
                for timer in timers.values():
                    timer.run_if_due()
                deliver_due()
            except DatabaseError:
                # The database is away: nothing is lost, rows keep their place. Say so, reconnect, look again.
                logger.exception("The database did not answer; trying again")
                connection.close()
            stop.wait(PAUSE)
        logger.info("Worker stopped")


class Timer:
    """Runs something now and then again every so many seconds."""

    def __init__(self, seconds: float, action) -> None:
        self.seconds = seconds
        self.action = action
        self.due = 0.0

    def run_if_due(self) -> None:
        if time.monotonic() >= self.due:
            self.action()
            self.due = time.monotonic() + self.seconds


def beat() -> None:
    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": timezone.now()})


def run_chores() -> None:
    """Each chore on its own: one that fails is logged and stops neither the others nor the mail."""
    for path in settings.CHORES:
        try:
            import_string(path)()
        except DatabaseError:
            raise
        except Exception:
            logger.exception("Chore %s failed", path)
