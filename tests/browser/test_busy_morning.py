"""Two receptionists, forty requests, one telephone: nothing waits unseen, is done twice or gets lost."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from appointments.models import AppointmentRequest, RequestEvent
from appointments.services.asking import submit_request
from appointments.services.trail import record
from appointments.services.triage import log_attempt, move
from tests.factories import answers, make_clinic, make_provider, make_user

pytestmark = pytest.mark.django_db(transaction=True)
Status = AppointmentRequest.Status
QUEUE = "/admin/appointments/appointmentrequest/"
HOW_MANY = {  # forty, in every status
    Status.NEW: 12,
    Status.QUARANTINED: 3,
    Status.CONTACTING: 8,
    Status.OFFERED: 3,
    Status.BOOKED: 4,
    Status.ANSWERED: 2,
    Status.DECLINED: 2,
    Status.UNREACHABLE: 1,
    Status.DUPLICATE: 2,
    Status.SPAM: 1,
    Status.CANCELLED: 2,
}
numbers = iter(range(1000, 10000))


def next_monday_at_ten():
    day = timezone.localtime() + timedelta(days=7 - timezone.localtime().weekday())
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


def ask(name: str, *, hours_ago: float, suspicions: list[str] | None = None, **fields) -> AppointmentRequest:
    number = next(numbers)
    given = answers(patient_name=name, contact_method="phone", phone=f"+1919555{number}", **fields)
    now = timezone.now() - timedelta(hours=hours_ago)
    return submit_request(answers=given, submission_key=f"morning-{number}", suspicions=suspicions, now=now)


def put(status: str, name: str, desk, provider) -> AppointmentRequest:
    """A request that came to this status the way requests do."""
    if status == Status.QUARANTINED:
        return ask(name, hours_ago=1, suspicions=["too_fast"])
    question = {"kind": "question", "message": "How much?", "visit_type": ""} if status == Status.ANSWERED else {}
    asked = ask(name, hours_ago=100 if name.endswith("1") else 1, **question)
    if status in (Status.CONTACTING, Status.UNREACHABLE):
        for days in (3, 2, 1):
            record(asked, RequestEvent.Kind.ATTEMPT, by=desk, at=timezone.now() - timedelta(days=days))
        asked = log_attempt(appointment_request=asked, by=desk, outcome="no_answer")
    if asked.status != status:
        at = next_monday_at_ten() if status == Status.BOOKED else None
        kept = AppointmentRequest.objects.first() if status == Status.DUPLICATE else None
        move(appointment_request=asked, to=status, by=desk, appointment_at=at, duplicate_of=kept)
    return asked


@pytest.fixture
def morning(live_server):
    make_clinic()
    provider = make_provider("Dr. Ada Lane")
    rita = make_user("rita", "Front desk")
    make_user("sam", "Front desk")
    made = {}
    for status, count in HOW_MANY.items():
        for number in range(1, count + 1):
            made[f"{status}{number}"] = put(status, f"Pat {status.capitalize()} {number}", rita, provider)
    assert AppointmentRequest.objects.count() == 40
    assert set(AppointmentRequest.objects.values_list("status", flat=True)) == set(Status)
    return made


@pytest.fixture
def sign_in(live_server, browser: Browser):
    """A browser of one's own, signed in, that notices what the security policy forbids."""
    contexts, complaints = [], []

    def open_for(username: str) -> Page:
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
        page.goto("/admin/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill("a-long-password")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert complaints == []


def state_of(asked: AppointmentRequest) -> str:
    return AppointmentRequest.objects.get(pk=asked.pk).status


def open_request(page: Page, asked: AppointmentRequest) -> None:
    page.goto(f"{QUEUE}{asked.pk}/change/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(asked.reference)


def test_a_busy_morning(morning, sign_in):
    rita, sam = sign_in("rita"), sign_in("sam")
    the_queue_shows_live_work_late_first(rita, morning)
    one_claims_what_the_other_opens(rita, sam, morning["new2"])
    one_works_from_a_stale_page(rita, sam, morning["new3"])
    enter_in_a_field_logs_nothing(sam, morning["new7"])
    a_quarantined_one_is_released(sam, morning["quarantined1"])
    a_time_is_booked(rita, morning["new4"])
    a_patient_is_unreachable(sam, morning["new5"], morning["contacting1"])
    a_caller_is_found_by_four_digits(rita, morning["new6"])
    a_new_request_is_shown_without_a_reload(rita)


def the_queue_shows_live_work_late_first(page: Page, morning) -> None:
    expect(page.locator(".next__call").first).to_contain_text("Pat New 1")
    expect(page.locator(".today li").filter(has_text="waiting")).to_contain_text("12")
    page.get_by_role("link", name="Queue 12 waiting").click()
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(12 + 8 + 3)
    expect(rows.first).to_contain_text(morning["new1"].reference)
    expect(rows.first).to_contain_text("▲ Overdue")
    page.get_by_role("link", name="To check").click()
    expect(rows).to_have_count(3)
    page.get_by_role("link", name="All", exact=True).first.click()
    expect(page.locator(".paginator")).to_contain_text("40 appointment requests")


def one_claims_what_the_other_opens(rita: Page, sam: Page, asked: AppointmentRequest) -> None:
    open_request(rita, asked)
    open_request(sam, asked)
    rita.get_by_role("button", name="I am on it").click()
    expect(rita.get_by_text("You are on it")).to_be_visible()
    sam.get_by_label("Note").fill("Her sister rang meanwhile")
    sam.get_by_role("button", name="I am on it").click()
    expect(sam.get_by_role("alert")).to_contain_text("rita is already on it")
    expect(sam.get_by_label("Note")).to_have_value("Her sister rang meanwhile")
    expect(sam.get_by_text("rita is on it until")).to_be_visible()
    expect(sam.get_by_role("button", name="Take over")).to_be_visible()
    assert AppointmentRequest.objects.get(pk=asked.pk).claimed_by.username == "rita"


def one_works_from_a_stale_page(rita: Page, sam: Page, asked: AppointmentRequest) -> None:
    open_request(rita, asked)
    open_request(sam, asked)
    sam.get_by_role("button", name="Voicemail left").click()
    expect(sam.get_by_text("tried to reach: Voicemail left")).to_be_visible()
    rita.get_by_label("Note").fill("Told her about the other clinic")
    rita.get_by_text("Other steps").click()
    rita.get_by_label("Why?").select_option("No times that suit")
    rita.get_by_role("button", name="Decline and tell the patient").click()
    alert = rita.get_by_role("alert")
    expect(alert).to_contain_text("This changed meanwhile")
    expect(alert).to_contain_text("sam, tried to reach (Voicemail left)")
    expect(alert).to_contain_text("sam, new → contacting")
    expect(alert).to_be_focused()
    assert state_of(asked) == Status.CONTACTING
    expect(rita.get_by_label("Note")).to_have_value("Told her about the other clinic")
    alert.get_by_role("button", name="Do it all the same: Decline").click()
    expect(rita.locator(".timeline")).to_contain_text("Told her about the other clinic")
    assert state_of(asked) == Status.DECLINED


def enter_in_a_field_logs_nothing(page: Page, asked: AppointmentRequest) -> None:
    """A key pressed in the wrong place must not say that somebody called."""
    open_request(page, asked)
    before = asked.events.count()
    for label in ("or at", "Agreed time"):
        page.get_by_label(label).fill(next_monday_at_ten().strftime("%Y-%m-%dT%H:%M"))
        page.get_by_label(label).press("Enter")
    page.get_by_label("At opening").press("Enter")
    page.wait_for_timeout(300)  # for a navigation that must not come
    expect(page.get_by_label("Agreed time")).not_to_have_value("")
    assert (asked.events.count(), state_of(asked)) == (before, Status.NEW)


def a_quarantined_one_is_released(page: Page, asked: AppointmentRequest) -> None:
    open_request(page, asked)
    page.get_by_role("button", name="A person sent this").click()
    expect(page.get_by_role("button", name="I am on it")).to_be_visible()
    released = AppointmentRequest.objects.get(pk=asked.pk)
    assert (released.status, released.reply_due_at) == (Status.NEW, asked.reply_due_at)


def a_time_is_booked(page: Page, asked: AppointmentRequest) -> None:
    at = next_monday_at_ten()
    open_request(page, asked)
    page.get_by_label("Agreed time").fill(at.replace(hour=22).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("closed at that time")
    page.get_by_label("Agreed time").fill(at.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("With", exact=True).select_option("Dr. Ada Lane")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.get_by_text("Nothing to do until the visit")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Done: Book")).to_be_focused()
    expect(page.get_by_text("E-mail queued")).to_be_visible()
    booked = AppointmentRequest.objects.get(pk=asked.pk)
    assert (booked.status, booked.appointment_at, booked.appointment_with.name) == (Status.BOOKED, at, "Dr. Ada Lane")


def a_patient_is_unreachable(page: Page, tried_once: AppointmentRequest, tried_thrice: AppointmentRequest) -> None:
    open_request(page, tried_once)
    page.get_by_role("button", name="No answer").click()
    page.get_by_text("Other steps").click()
    expect(page.get_by_text("1 of 3 tries, the next on another day")).to_be_visible()
    expect(page.get_by_role("button", name="Close as unreachable")).to_have_count(0)
    assert state_of(tried_once) == Status.CONTACTING
    open_request(page, tried_thrice)
    page.get_by_text("Other steps").click()
    page.get_by_role("button", name="Close as unreachable").click()
    expect(page.get_by_text("Closed. Reopen it")).to_be_visible()
    assert state_of(tried_thrice) == Status.UNREACHABLE


def a_caller_is_found_by_four_digits(page: Page, asked: AppointmentRequest) -> None:
    """By keyboard alone: the cursor is in the field, Enter finds, and the only one found is opened."""
    page.goto(f"{QUEUE}find/")
    expect(page.get_by_label("Name, phone number")).to_be_focused()
    page.keyboard.type(str(asked.phone.national_number)[-4:])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(asked.patient_name)
    assert "?" not in page.url


def a_new_request_is_shown_without_a_reload(page: Page) -> None:
    page.clock.install()
    page.goto(QUEUE)
    ask("Pat Justnow", hours_ago=0)
    ask("Pat Justnow Two", hours_ago=0)
    with page.expect_request(re.compile(r"/news/\d+/")) as news:
        page.clock.fast_forward("00:31")
    assert news.value.headers["x-background"] == "1"  # which is no sign of life, see the sign-in's tests
    page.get_by_role("link", name="2 new requests, show them").click()
    page.wait_for_load_state()
    expect(page.locator("#result_list tbody tr").filter(has_text="nobody")).not_to_have_count(0)
    shown = page.locator("#result_list tbody tr .field-reference").all_inner_texts()
    assert set(AppointmentRequest.objects.order_by("-pk").values_list("reference", flat=True)[:2]) <= set(shown)


class Hand:
    """Somebody's hand on the mouse, which counts its clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name).first.click()
        self.clicks += 1

    def clicked(self) -> int:
        """Return how often since it was last asked."""
        clicks, self.clicks = self.clicks, 0
        return clicks


def test_how_many_clicks_the_work_takes_from_today_on(morning, sign_in):
    page = sign_in("rita")
    hand = Hand(page)

    hand.click("link", "Open")
    hand.click("button", "No answer")
    expect(page.get_by_role("status").filter(has_text="Done: Log a try")).to_be_focused()
    assert hand.clicked() == 2

    first = page.url
    hand.click("link", "Next request")
    expect(page).not_to_have_url(first)
    expect(page.get_by_role("button", name="I am on it")).to_be_visible()
    assert hand.clicked() == 1

    kept = ask("Pat Twice", hours_ago=300, email="twice@example.org")
    again = ask("Pat Twice", hours_ago=400, email="twice@example.org")  # the first in the queue
    page.goto("/admin/")
    hand.click("link", "Open")
    hand.click("button", f"Close this one as a duplicate of {kept.reference}")
    expect(page.get_by_text("Done: Duplicate")).to_be_visible()
    assert AppointmentRequest.objects.get(pk=again.pk).duplicate_of == kept
    assert hand.clicked() <= 3


def test_keys_are_listed_work_and_can_be_switched_off(morning, sign_in):
    page = sign_in("rita")
    open_request(page, morning["new2"])
    page.keyboard.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    page.keyboard.type("nnn")  # in the note, letters are letters
    expect(page.get_by_label("Note")).to_have_value("nnn")
    page.get_by_label("Note").fill("")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(morning["new2"].reference)

    page.get_by_role("button", name="Keys").click()
    shortcuts.get_by_label("Shortcuts are on").uncheck()
    shortcuts.get_by_role("button", name="Close").click()
    here = page.url
    page.keyboard.press("n")
    page.keyboard.press("?")
    page.wait_for_timeout(300)  # for what must not come
    expect(shortcuts).to_be_hidden()
    assert page.url == here


def test_asking_for_news_does_not_keep_anybody_signed_in(morning, sign_in):
    from django.contrib.sessions.models import Session

    page = sign_in("rita")
    page.goto("about:blank")  # so that no page asks anything meanwhile
    (row,) = Session.objects.all()
    session = row.get_session_store_class()(row.session_key)
    long_ago = session["seen_at"] - 600
    session["seen_at"] = long_ago
    session.save()
    url = f"{QUEUE}news/0/"
    answer = page.request.get(url, headers={"X-Background": "1"})
    assert answer.json()["count"] == 12
    assert row.get_session_store_class()(row.session_key)["seen_at"] == long_ago
    page.request.get(url)
    assert row.get_session_store_class()(row.session_key)["seen_at"] > long_ago
