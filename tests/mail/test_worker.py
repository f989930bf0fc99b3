"""The worker: sends, says it is alive, does its jobs, and stops when told to."""

import os
import signal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from clinic.mail.management.commands import run_worker
from clinic.mail.models import Heartbeat, OutgoingEmail
from tests.factories import make_mail

did = []


def stop_the_worker():
    did.append("stop")
    os.kill(os.getpid(), signal.SIGTERM)


def fails():
    did.append("fails")
    raise ZeroDivisionError


def fails_in_the_database():
    did.append("fails in the database")
    raise IntegrityError


@pytest.fixture(autouse=True)
def worker(settings, monkeypatch):
    """One that a job stops in its first round, and that leaves no signal handler behind."""
    did.clear()
    settings.JOBS = [f"{__name__}.stop_the_worker"]
    monkeypatch.setattr(run_worker, "close_old_connections", lambda: None)  # the test's transaction lives in it
    monkeypatch.setattr(run_worker, "PAUSE", 0.01)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_it_sends_says_it_is_alive_and_stops_on_sigterm(mailoutbox):
    make_mail()
    started = timezone.now()
    call_command("run_worker")
    assert did == ["stop"]
    assert len(mailoutbox) == 1
    assert Heartbeat.objects.get(name="worker").beat_at >= started


def test_a_failing_job_stops_neither_the_others_nor_the_mail(settings, mailoutbox, caplog):
    settings.JOBS = [f"{__name__}.{job}" for job in ("fails", "fails_in_the_database", "stop_the_worker")]
    make_mail()
    call_command("run_worker")
    assert did == ["fails", "fails in the database", "stop"]
    assert len(mailoutbox) == 1
    assert f"Job {__name__}.fails failed" in caplog.text


def test_a_failed_job_waits_its_turn(settings):
    timer = run_worker.Timer(30, fails)
    with pytest.raises(ZeroDivisionError):
        timer.run_if_due()
    timer.run_if_due()
    assert did == ["fails"]


def test_while_the_database_is_away_it_looks_again(monkeypatch, mailoutbox, caplog):
    deliver, rounds = run_worker.deliver_due, iter([OperationalError("gone"), None])

    def away_at_first():
        error = next(rounds, None)
        if error:
            raise error
        return deliver()

    monkeypatch.setattr(run_worker, "deliver_due", away_at_first)
    monkeypatch.setattr(run_worker.connection, "close", lambda: did.append("reconnect"))
    make_mail()
    call_command("run_worker")
    assert did == ["reconnect", "stop"]
    assert OutgoingEmail.objects.get().sent_at is not None
    assert "The database did not answer" in caplog.text
