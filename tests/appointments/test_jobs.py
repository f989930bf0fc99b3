"""Nobody looked: who is told, when, and never twice. In Cary's time, over weekend, holiday and clock change."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from appointments import jobs
from appointments.services.asking import submit_request
from appointments.services.triage import log_attempt
from clinic.mail.models import OutgoingEmail
from clinic.practice.models import Closure, OpeningHours
from tests.factories import answers, make_clinic, make_request, make_user

pytestmark = pytest.mark.django_db
CARY = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    """A moment in Cary, as in "2026-03-06 16:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=CARY)


@pytest.fixture(autouse=True)
def clinic():
    return make_clinic()


def run_all(now: str) -> None:
    for job in (
        jobs.remind_of_overdue,
        jobs.tell_patients_of_delay,
        jobs.remind_of_quarantine,
        jobs.send_digest,
    ):
        job(at(now))


def mails(prefix: str) -> list[tuple[str, str]]:
    rows = OutgoingEmail.objects.filter(message_id__startswith=prefix).order_by("pk")
    return [(row.message_id.partition("@")[0], row.audience) for row in rows]


@pytest.mark.parametrize(
    ("asked", "desk", "manager", "daily"),
    [
        # Four open hours from each; the clinic opens 9-12 and 13-17 on weekdays
        ("2026-03-02 09:00", "2026-03-02 14:01", "2026-03-03 10:00", "2026-03-04 09:00"),
        ("2026-03-05 16:00", "2026-03-06 12:01", "2026-03-06 17:00", "2026-03-09 09:00"),  # over a weekend
        (
            "2026-03-06 16:00",
            "2026-03-09 12:01",
            "2026-03-09 17:00",
            "2026-03-10 09:00",
        ),  # and the spring change
        (
            "2026-10-30 16:00",
            "2026-11-02 12:01",
            "2026-11-02 17:00",
            "2026-11-03 09:00",
        ),  # and the autumn change
        ("2026-11-25 16:00", "2026-11-30 12:01", "2026-11-30 17:00", "2026-12-01 09:00"),  # and Thanksgiving
    ],
)
def test_the_desk_then_the_manager_then_both_daily(asked, desk, manager, daily):
    Closure.objects.create(reason="Thanksgiving", starts_on=date(2026, 11, 26), ends_on=date(2026, 11, 27))
    stored = make_request(now=at(asked))
    ref = stored.reference

    def told(now: datetime) -> list[tuple[str, str]]:
        jobs.remind_of_overdue(now)
        jobs.remind_of_overdue(now)  # a second worker
        return mails("overdue")

    assert told(at(desk) - timedelta(minutes=1)) == []
    assert told(at(desk)) == [(f"overdue.{ref}.1", "desk")]
    assert told(at(manager) - timedelta(minutes=1)) == [(f"overdue.{ref}.1", "desk")]
    assert told(at(manager))[1:] == [(f"overdue.{ref}.2", "manager")]
    assert len(told(at(daily) - timedelta(minutes=1))) == 2
    day = daily[:10]
    assert told(at(daily))[2:] == [
        (f"overdue.{ref}.desk.{day}", "desk"),
        (f"overdue.{ref}.manager.{day}", "manager"),
    ]


def test_an_attempt_stops_the_reminders():
    stored = make_request(now=at("2026-03-02 09:00"))
    log_attempt(appointment_request=stored, by=make_user("rita"), outcome="no_answer", now=at("2026-03-02 13:59"))
    run_all("2026-03-02 15:00")
    assert mails("overdue") == []
    assert mails("running_late") == []


def test_the_patient_hears_of_the_delay_once():
    stored = make_request(now=at("2026-03-02 09:00"))
    run_all("2026-03-02 14:01")
    run_all("2026-03-03 14:01")
    assert mails("running_late") == [(f"running_late.{stored.reference}", "patient")]
    stored.refresh_from_db()
    assert stored.told_late_at == at("2026-03-02 14:01")
    assert stored.events.filter(kind="told_late").count() == 1


def test_quarantine_is_mentioned_hourly_while_the_clinic_is_open():
    submit_request(answers=answers(), submission_key="k", suspicions=["honeypot"], now=at("2026-03-02 16:00"))
    for now in [
        "2026-03-02 16:05",
        "2026-03-02 16:55",
        "2026-03-02 18:00",
        "2026-03-03 09:00",
        "2026-03-03 10:00",
    ]:
        jobs.remind_of_quarantine(at(now))
    assert [name for name, _to in mails("to-check")] == [
        "to-check.2026-03-02T16",
        "to-check.2026-03-03T09",
        "to-check.2026-03-03T10",
    ]


@pytest.mark.parametrize("day", ["2026-03-02", "2026-03-09", "2026-11-02"])  # plain, and both clock changes
def test_the_digest_leaves_at_half_past_seven_also_with_nothing_in_it(day):
    jobs.send_digest(at(f"{day} 07:29"))
    assert mails("digest") == []
    jobs.send_digest(at(f"{day} 07:30"))
    jobs.send_digest(at(f"{day} 07:31"))
    assert mails("digest") == [(f"digest.{day}", "desk")]
    facts = OutgoingEmail.objects.get(message_id__startswith="digest").context
    assert facts == {"waiting": 0, "overdue": 0, "contacting": 0, "to_check": 0, "mail_failed": 0}


@pytest.mark.parametrize("now", ["2026-03-07 07:30", "2026-11-26 07:30", "2026-03-02 17:00"])
def test_no_digest_on_closed_days_or_after_closing(now):
    Closure.objects.create(reason="Thanksgiving", starts_on=date(2026, 11, 26), ends_on=date(2026, 11, 26))
    jobs.send_digest(at(now))
    assert mails("digest") == []


def test_the_digest_counts_what_waits():
    make_request(now=at("2026-03-02 09:00"))
    make_request(now=at("2026-03-03 07:00"))
    jobs.send_digest(at("2026-03-03 07:30"))
    facts = OutgoingEmail.objects.get(message_id__startswith="digest").context
    assert (facts["waiting"], facts["overdue"]) == (2, 1)


def test_a_clinic_without_hours_still_reminds():
    OpeningHours.objects.all().delete()
    stored = make_request(now=at("2026-03-02 09:00"))
    jobs.remind_of_overdue(at("2026-03-05 09:01"))
    assert mails("overdue") == [
        (f"overdue.{stored.reference}.1", "desk"),
        (f"overdue.{stored.reference}.2", "manager"),
    ]
