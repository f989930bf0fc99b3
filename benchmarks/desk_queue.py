"""How long the front desk's queue takes with ten requests and with a hundred thousand.

    python benchmarks/desk_queue.py [--rows 100000] [--database postgres://...]

Runs on a database of its own, which it makes and takes away: a temporary file, or on PostgreSQL a new database on
the server named. Two mixes: "history", nearly everything closed, as after years of work; and "flood", everything
waiting at once. Prints the median of the page's times through Django's whole stack, and how many queries it asked.
"""

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
QUEUE = "/admin/appointments/appointmentrequest/"
RUNS = 25
BATCH = 5000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--database", default="")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as data_dir:
        url = scratch_database(chosen.database) if chosen.database else f"sqlite:///{data_dir}/queue.sqlite3"
        prepare(data_dir, url)
        print(f"{'requests':>9}  {'mix':<8} {'queries':>7}  {'median ms':>9}  {'times ten':>9}")
        for mix in ("history", "flood"):
            few = report(10, mix, None)
            report(chosen.rows, mix, few)
        from django.db import connection

        connection.close()
        if chosen.database:
            drop(chosen.database, url)


def prepare(data_dir: str, url: str) -> None:
    Path(data_dir, "static").mkdir()
    os.environ.update(
        SECRET_KEY=secrets.token_hex(32), CLINIC_DATA_DIR=data_dir, DATABASE_URL=url, STAFF_MFA="optional"
    )
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from django.core.management import call_command

    from tests.factories import make_clinic, make_user

    call_command("migrate", verbosity=0)
    make_clinic()
    make_user("rita", "Front desk")


def report(rows: int, mix: str, few: float | None) -> float:
    fill(rows, mix)
    queries, milliseconds = measure()
    times = f"{milliseconds / few:.2f}" if few else ""
    print(f"{rows:>9,}  {mix:<8} {queries:>7}  {milliseconds:>9.1f}  {times:>9}", flush=True)
    return milliseconds


def fill(rows: int, mix: str) -> None:
    """Empty the table and write so many requests, each with two events; half of the worked-on ones were tried."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.utils import timezone

    from appointments.models import AppointmentRequest, RequestEvent
    from tests.factories import answers

    AppointmentRequest.objects.all().delete()
    now, rita = timezone.now(), User.objects.get(username="rita")
    for start in range(0, rows, BATCH):
        batch = []
        for number in range(start, min(start + BATCH, rows)):
            live = mix == "flood" or number < 30
            asked_at = now - timedelta(minutes=number)
            batch.append(
                AppointmentRequest(
                    **answers(patient_name=f"Patient {number}"),
                    submission_key=f"{mix}-{rows}-{number}",
                    status="new" if live and number % 3 else "contacting" if live else "answered",
                    first_contact_at=None if live and number % 3 else asked_at,
                    created_at=asked_at,
                    reply_due_at=asked_at + timedelta(hours=4),
                )
            )
        stored = AppointmentRequest.objects.bulk_create(batch)
        events = [
            RequestEvent(appointment_request=row, kind=kind, by=rita, at=row.created_at)
            for row in stored
            for kind in ("submitted", "attempt" if row.first_contact_at else "note")
        ]
        RequestEvent.objects.bulk_create(events)
    with connection.cursor() as cursor:  # as PostgreSQL does by itself within a minute of such a change
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def measure() -> tuple[int, float]:
    """Return the number of queries and the median milliseconds of the queue's first page."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(User.objects.get(username="rita"))
    client.get(QUEUE)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(QUEUE).status_code == 200
    queries = len(asked)  # the next request empties the list
    times = []
    for _run in range(RUNS):
        started = time.perf_counter()
        client.get(QUEUE)
        times.append((time.perf_counter() - started) * 1000)
    return queries, statistics.median(times)


def scratch_database(server: str) -> str:
    name = f"clinic_queue_{secrets.token_hex(4)}"
    admin(server, f"CREATE DATABASE {name}")
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def drop(server: str, url: str) -> None:
    admin(server, f"DROP DATABASE {urlsplit(url).path[1:]} WITH (FORCE)")


def admin(server: str, command: str) -> None:
    import psycopg

    url = urlsplit(server)._replace(scheme="postgresql", path="/postgres").geturl()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(command)


if __name__ == "__main__":
    main()
