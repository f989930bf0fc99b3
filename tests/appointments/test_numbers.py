"""The managers' numbers: a made-up autumn, counted by hand."""

import csv
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from appointments.desk.numbers import Figures, article_figures, figures, starts_of
from appointments.models import AppointmentRequest, RequestEvent
from appointments.schedule import Appointment
from appointments.services.trail import record
from tests.factories import make_article, make_request, make_user

pytestmark = pytest.mark.django_db
Status = AppointmentRequest.Status
ZONE = ZoneInfo("America/New_York")
PAGE = "/admin/appointments/numbers/"
NOW = datetime(2026, 11, 18, 12, tzinfo=ZONE)  # a Wednesday


@pytest.fixture(autouse=True)
def _clinic(clinic, time_machine):
    time_machine.move_to(NOW, tick=False)
    return clinic


@pytest.fixture
def manager(client):
    client.force_login(make_user("mia", "Manager"))
    return client


def asked(at: datetime, status=Status.CONTACTING, *, waited: int | None = None, due: int = 60, **fields):
    """A request asked then, with its promise and its first contact so many minutes later."""
    row = make_request(now=at, **fields)
    first = None if waited is None else at + timedelta(minutes=waited)
    changed = {"reply_due_at": at + timedelta(minutes=due), "first_contact_at": first, "status": status}
    if status == Status.BOOKED:
        changed["appointment_at"] = at + timedelta(days=2)
    AppointmentRequest.objects.filter(pk=row.pk).update(**changed)
    return row


def visit(row, at: datetime, state: str) -> None:
    Appointment.objects.create(appointment_request=row, starts_at=at, ends_at=at + timedelta(minutes=30), state=state)


def decline(row, reason: str) -> None:
    record(row, RequestEvent.Kind.MOVED, to_status=Status.DECLINED, outcome=reason)


@pytest.fixture
def october() -> dict[str, AppointmentRequest]:
    """Seven requests of October that count, and two that do not."""
    day = datetime(2026, 10, 6, 9, tzinfo=ZONE)
    rows = {
        "came": asked(day, Status.BOOKED, waited=10),
        "missed": asked(day, Status.BOOKED, waited=20),
        "full": asked(day, Status.DECLINED, waited=40),
        "insurance": asked(day, Status.DECLINED, waited=200),
        "gone": asked(day, Status.UNREACHABLE, waited=60),
        "late": asked(day, Status.NEW),
        "withdrawn": asked(day, Status.CANCELLED),
        "spam": asked(day, Status.SPAM, waited=1),
        "twice": asked(day, Status.DUPLICATE, waited=1),
    }
    visit(rows["came"], day + timedelta(days=2), Appointment.State.CAME)
    visit(rows["missed"], day + timedelta(days=3), Appointment.State.DID_NOT_COME)
    decline(rows["full"], "insurance")  # and reopened: the last reason counts
    decline(rows["full"], "full")
    decline(rows["insurance"], "insurance")
    return rows


def of(by: str, *start: int) -> Figures:
    return next(it for it in figures(by, NOW) if (it.start.year, it.start.month, it.start.day) == start)


def test_a_month_counted_by_hand(october):
    it = of("month", 2026, 10, 1)
    assert (it.asked, it.due, it.kept, it.booked, it.unreachable) == (7, 6, 4, 2, 1)
    assert it.first_contact == timedelta(minutes=40)  # of 10, 20, 40, 60, 200
    assert it.declined == {"full": 1, "insurance": 1}
    assert (it.visits, it.missed) == (2, 1)


def test_the_median_of_two_lies_between_them():
    for minutes in (10, 31):
        asked(NOW - timedelta(hours=2), waited=minutes)
    assert of("month", 2026, 11, 1).first_contact == timedelta(minutes=20, seconds=30)
    assert of("month", 2026, 11, 1).is_running


def test_a_visit_counts_when_it_is_and_its_request_when_it_was_asked():
    row = asked(datetime(2026, 9, 30, 9, tzinfo=ZONE), Status.BOOKED, waited=5)
    visit(row, datetime(2026, 10, 2, 9, tzinfo=ZONE), Appointment.State.DID_NOT_COME)
    september, october = of("month", 2026, 9, 1), of("month", 2026, 10, 1)
    assert (september.booked, september.missed, october.booked, october.missed) == (1, 0, 0, 1)


def test_a_visit_that_was_cancelled_was_booked_and_is_no_visit():
    row = asked(NOW - timedelta(days=1), waited=5)
    visit(row, NOW - timedelta(hours=3), Appointment.State.CANCELLED_BY_CLINIC)
    it = of("month", 2026, 11, 1)
    assert (it.booked, it.visits, it.missed) == (1, 0, 0)


def test_months_and_weeks_begin_at_the_clinics_midnight():
    asked(datetime(2026, 11, 1, 3, 59, tzinfo=UTC))  # October 31, 11:59 pm in the clinic
    asked(datetime(2026, 11, 1, 4, 0, tzinfo=UTC))  # midnight
    assert (of("month", 2026, 10, 1).asked, of("month", 2026, 11, 1).asked) == (1, 1)
    asked(datetime(2026, 11, 9, 4, 59, tzinfo=UTC))  # Sunday's last minute, by then in winter time
    asked(datetime(2026, 11, 9, 5, 0, tzinfo=UTC))
    assert (of("week", 2026, 11, 2).asked, of("week", 2026, 11, 9).asked) == (1, 1)


def test_there_are_twelve_of_each():
    months, weeks = starts_of("month", NOW.date()), starts_of("week", NOW.date())
    assert (str(months[0]), str(months[-1]), len(months)) == ("2025-12-01", "2026-11-01", 12)
    assert (str(weeks[0]), str(weeks[-1]), len(weeks)) == ("2026-08-31", "2026-11-16", 12)


def test_what_articles_brought():
    article, other = make_article(), make_article()
    row = asked(NOW - timedelta(days=1), Status.BOOKED, waited=5, source_article=article)
    visit(row, NOW + timedelta(days=1), Appointment.State.AGREED)
    asked(NOW - timedelta(days=1), source_article=article)
    asked(NOW - timedelta(days=1), source_article=other)
    asked(NOW - timedelta(days=1), Status.SPAM, source_article=other)
    found = [(it.title, it.asked, it.booked) for it in article_figures(NOW.date() - timedelta(days=7))]
    assert found == [(article.title, 2, 1), (other.title, 1, 0)]


@pytest.mark.parametrize(("role", "status"), [("Front desk", 403), ("Provider", 403), (None, 403), ("Manager", 200)])
def test_for_managers_alone(client, role, status):
    client.force_login(make_user("pia", role))
    for path in ("", "figures.csv"):
        assert client.get(f"{PAGE}{path}").status_code == status
    assert (PAGE in client.get("/admin/").content.decode()) is (status == 200)


def test_visitors_are_led_to_the_sign_in(client):
    for path in ("", "figures.csv"):
        assert client.get(f"{PAGE}{path}").status_code == 302


def test_the_page_shows_the_figures_as_plot_and_as_table(manager, october):
    page = manager.get(PAGE).content.decode()
    row = re.search(r'<th scope="row">Oct 2026.*?</tr>', page, re.DOTALL)[0]
    assert re.findall(r"<td>([^<]*)</td>", row) == ["7", "4 of 6", "40 min", "2", "2", "1", "1 of 2"]
    assert re.findall(r'plot__words"[^>]*>([^<]*)<', page).count("4 of 6") == 1
    assert page.count('<figure class="plot') == 4 and "style=" not in page.partition('data-page="numbers"')[2]
    assert "Median time from asking to the first try" in page


def test_by_week_it_names_mondays(manager, october):
    page = manager.get(PAGE, {"by": "week"}).content.decode()
    assert '<th scope="row">Oct 5' in page


def test_the_figures_as_a_file(manager, october):
    answer = manager.get(f"{PAGE}figures.csv", {"by": "month"})
    assert answer.content.startswith(b"\xef\xbb\xbf") and "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    row = next(row for row in rows if row["From"] == "2026-10-01")
    assert len(rows) == 12
    assert list(row.values()) == ["2026-10-01", "7", "6", "4", "40", "2", "1", "0", "1", "0", "0", "1", "2", "1"]


def test_as_many_queries_however_much_there_is(manager, october, django_assert_max_num_queries):
    timezone.activate(ZONE)
    for _number in range(20):
        asked(NOW - timedelta(days=1), waited=5, source_article=make_article())
    with django_assert_max_num_queries(20) as few:
        manager.get(PAGE)
    for number in range(20):
        row = asked(NOW - timedelta(days=number), Status.BOOKED, waited=5, source_article=make_article())
        visit(row, NOW - timedelta(hours=3), Appointment.State.CAME)
    with django_assert_max_num_queries(len(few)):
        manager.get(PAGE)
