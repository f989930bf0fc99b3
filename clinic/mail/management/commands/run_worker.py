import logging
import signal
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from clinic.core.running import joined
from clinic.mail.models import Heartbeat
from clinic.mail.queue import deliver_due

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between looks at the queue
HEARTBEAT_EVERY = 15.0
JOBS_EVERY = 30.0


class Command(BaseCommand):
    help = "Send the queued mail and run the clinic's jobs, until told to stop."

    def handle(self, *args, **options) -> None:
        self.told_to_stop = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        with joined(settings.DATA_DIR, "worker"):
            logger.info("Worker started")
            self.work()
        logger.info("Worker stopped")

    def work(self) -> None:
        timers = [Timer(HEARTBEAT_EVERY, beat), Timer(JOBS_EVERY, run_jobs)]
        while not self.told_to_stop:
            close_old_connections()
            try:
                deliver_due()
                for timer in timers:
                    timer.run_if_due()
            except DatabaseError:
                # The database is away: nothing is lost, rows keep their place. Say so, reconnect, look again.
                logger.exception("The database did not answer; trying again")
                connection.close()
            if not self.told_to_stop:
                time.sleep(PAUSE)

    def stop(self, *args) -> None:
        # A plain flag: a handler that took a lock could wait for the very code it interrupted
        self.told_to_stop = True


class Timer:
    """Runs something now and then again every so many seconds."""

    def __init__(self, seconds: float, action) -> None:
        self.seconds = seconds
        self.action = action
        self.due = 0.0

    def run_if_due(self) -> None:
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + self.seconds
            self.action()


def beat() -> None:
    Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": timezone.now()})


def run_jobs() -> None:
    """Each job on its own: one that fails, even in the database, stops neither the others nor the mail."""
    for path in settings.JOBS:
        try:
            import_string(path)()
        except Exception:
            logger.exception("Job %s failed", path)
