from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from appointments.models import AppointmentRequest
from clinic.mail.models import Heartbeat, OutgoingEmail
from clinic.pages import health


@pytest.fixture
def worker(db):
    Heartbeat.objects.create(name="worker", beat_at=timezone.now() - timedelta(seconds=110))


def ask(client) -> tuple[int, dict]:
    response = client.get("/monitor")
    return response.status_code, response.json()


def queue_mail(**kwargs) -> None:
    OutgoingEmail.objects.create(message_id="m", template="appointments/emails/received", audience="desk", **kwargs)


def minutes_ago(minutes: float):
    return timezone.now() - timedelta(minutes=minutes)


def test_alive_asks_no_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_ready_when_every_migration_ran(client, db):
    assert client.get("/readyz").status_code == 200


def test_not_ready_while_a_migration_waits(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'pages'")
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations to run")


def test_not_ready_without_a_database(client, monkeypatch):
    def gone(connection):
        raise OperationalError("gone")

    monkeypatch.setattr(health, "MigrationExecutor", gone)
    assert client.get("/readyz").status_code == 503


def test_all_is_well(client, worker):
    queue_mail(due_at=minutes_ago(9), created_at=minutes_ago(9))
    assert ask(client) == (200, {"mail": "ok", "requests": "ok", "worker": "ok"})


def test_a_worker_gone_quiet_is_late(client, db):
    Heartbeat.objects.create(name="worker", beat_at=timezone.now() - timedelta(seconds=130))
    assert ask(client) == (503, {"mail": "ok", "requests": "ok", "worker": "late"})


@pytest.mark.parametrize(
    "mail",
    [
        {"due_at": minutes_ago(11)},
        {"due_at": minutes_ago(-4), "created_at": minutes_ago(11), "attempts": 9},
    ],
    ids=["nobody takes it", "it keeps failing"],
)
def test_mail_that_does_not_move_is_late(client, worker, mail):
    queue_mail(**mail)
    assert ask(client)[1]["mail"] == "late"


@pytest.mark.parametrize(
    "mail",
    [
        {"due_at": minutes_ago(-600), "created_at": minutes_ago(600)},
        {"due_at": minutes_ago(60), "sent_at": minutes_ago(59)},
    ],
    ids=["for tomorrow", "sent"],
)
def test_mail_for_later_or_sent_is_not_late(client, worker, mail):
    queue_mail(**mail)
    assert ask(client)[1]["mail"] == "ok"


def test_a_missed_promise_is_late_and_names_nobody(client, worker):
    AppointmentRequest.objects.create(
        submission_key="k", patient_name="Ann Sentinel", visit_type="new_problem", contact_method="email",
        email="ann@example.com", created_at=minutes_ago(300), reply_due_at=minutes_ago(1),
    )  # fmt: skip
    response = client.get("/monitor")
    assert response.json() == {"mail": "ok", "requests": "late", "worker": "ok"}
    assert response.status_code == 503


def test_without_a_database_the_monitor_still_answers(client, monkeypatch):
    def gone(now):
        raise OperationalError("gone")

    monkeypatch.setattr(health, "_mail_waits", gone)
    assert ask(client) == (503, {"database": "late"})
