"""The reason for the site: from an article to a request that the front desk sees first."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.processes import Accepted, MailServer, Site, wait_until

TITLE = "Is dry needling safe?"
PROVIDER, FULL_NAME = "Dr. Okafor", "Ngozi Okafor"
NAME, ADDRESS, NOTE = "Zxqwort Quillfeather", "zxqwort@example.org", "Zxqworting interpreter, please."
CLOSE_ALL = "from appointments.models import AppointmentRequest as A; A.objects.update(status='duplicate')"
ANOTHER = "from tests.factories import make_request; print(make_request().reference)"


@pytest.fixture
def phone(browser: Browser, demo_site: Site) -> Page:
    """A small phone that notices whatever leaves the site."""
    page = browser.new_context(viewport={"width": 375, "height": 667}, base_url=demo_site.url).new_page()
    page.on("request", lambda request: elsewhere.append(request.url) if demo_site.url not in request.url else None)
    elsewhere: list[str] = []
    yield page
    assert elsewhere == []
    page.context.close()


def test_from_the_article_to_the_front_desk(phone: Page, demo_site: Site, mail_server: MailServer, browser: Browser):
    demo_site.manage("shell", "-v", "0", "-c", CLOSE_ALL)  # the demo's own requests
    read_the_article(phone)
    fill_in_the_form(phone)
    reference = read_the_promise(phone)
    the_row_is_there(demo_site, reference)
    to_desk, to_patient = both_mails(mail_server, reference)
    the_patients_link_works(phone, to_patient, reference)
    later = demo_site.manage("shell", "-v", "0", "-c", ANOTHER).strip()
    the_receptionist_sees_it_first(browser, to_desk, [reference, later], demo_site)


def read_the_article(phone: Page) -> None:
    phone.goto("/articles/")
    phone.get_by_role("link", name=TITLE).first.click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text(TITLE)
    call = phone.get_by_role("region", name=f"See {PROVIDER} or another provider")
    call.get_by_role("link", name="Request an appointment").click()


def fill_in_the_form(phone: Page) -> None:
    expect(phone.get_by_role("heading", level=1)).to_have_text("Request an appointment")
    expect(phone.get_by_text("You came from")).to_contain_text(TITLE)
    expect(phone.get_by_text("With: Dr.")).to_contain_text(FULL_NAME)
    assert phone.evaluate("document.documentElement.scrollWidth") == 375, "the page scrolls sideways"
    phone.get_by_label("Me", exact=True).check()
    phone.get_by_label("full name").fill(NAME)
    phone.get_by_label("First visit here").check()
    phone.get_by_label("E-mail", exact=True).check()
    phone.get_by_label("Your e-mail address").fill(ADDRESS)
    phone.get_by_text("Help us find a time sooner").click()
    phone.get_by_label("Anything that helps us schedule").fill(NOTE)
    phone.wait_for_timeout(3000)  # no person is faster than that
    phone.get_by_role("button", name="Send request").click()


def read_the_promise(phone: Page) -> str:
    expect(phone.get_by_role("heading", level=1)).to_have_text("Request sent")
    expect(phone.get_by_text("We reply by")).to_be_visible()
    return re.search(r"R-\w{4}-\w{4}", phone.get_by_text("Your reference").inner_text())[0]


def the_row_is_there(site: Site, reference: str) -> None:
    rows = [row["fields"] for row in json.loads(site.manage("dumpdata", "appointments.appointmentrequest"))]
    (row,) = [row for row in rows if row["patient_name"] == NAME]
    assert row["reference"] == reference
    assert (row["email"], row["note"], row["status"]) == (ADDRESS, NOTE, "new")
    assert row["source_article"] is not None and row["provider"] is not None


def both_mails(server: MailServer, reference: str) -> list[Accepted]:
    names = [f"<{name}.{reference}@127.0.0.1>" for name in ("new", "received")]
    wait_until(lambda: {mail.message_id for mail in server.accepted} >= set(names), what="the arrival of both mails")
    to_desk, to_patient = [mail for name in names for mail in server.accepted if mail.message_id == name]
    assert to_patient.recipient == ADDRESS != to_desk.recipient
    for mail in (to_desk, to_patient):
        assert reference in mail.text
        assert "zxqwort" not in mail.text.lower().replace(f"to: {ADDRESS}", "")
    return [to_desk, to_patient]


def the_patients_link_works(phone: Page, mail: Accepted, reference: str) -> None:
    phone.context.clear_cookies()  # as on another device
    phone.goto(link_in(mail))
    expect(phone.get_by_text("Your reference")).to_contain_text(reference)
    assert phone.url.endswith("/appointments/status/")


def the_receptionist_sees_it_first(browser: Browser, mail: Accepted, queue: list[str], site: Site) -> None:
    desk = browser.new_context(base_url=site.url).new_page()
    desk.goto(link_in(mail))
    desk.get_by_label("Username").fill("frontdesk")
    desk.get_by_label("Password").fill("demo-clinic")
    desk.get_by_role("button", name="Sign in").click()
    expect(desk.get_by_text(NAME).first).to_be_visible()
    desk.goto("/admin/appointments/appointmentrequest/")
    expect(desk.locator("#result_list tbody tr .field-reference")).to_have_text(queue)
    desk.context.close()


def link_in(mail: Accepted) -> str:
    text = mail.message.get_body(("plain",)).get_content()
    return re.search(r"^http://127\S+", text, re.MULTILINE)[0]
