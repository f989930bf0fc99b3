"""Until it opens, a clinic's public addresses say one thing; each thing that is missing is on the owner's list."""

from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client, override_settings
from django.utils import timezone

from appointments.links import status_url
from appointments.models import AppointmentRequest
from clinic.keeping import backups
from clinic.mail.models import OutgoingEmail
from clinic.opening import services
from clinic.opening.checks import requirements
from clinic.opening.links import desk_link
from clinic.opening.models import Confirmation
from clinic.opening.starting_pages import STARTING_PAGES, add_starting_pages
from clinic.pages.models import Page
from clinic.practice.models import ClinicProfile, OpeningHours, UrgentAdvice
from providers.models import Provider, Treatment
from tests.core.uploads import encoded
from tests.factories import form_post, make_clinic, make_page, make_provider, make_request, make_user
from tests.mail.rows import as_sent

pytestmark = pytest.mark.django_db
PUBLIC = ["/", "/articles/", "/providers/", "/contact/", "/appointments/request/", "/search/?q=x", "/nothing/"]
PREPARED = "This site is being prepared"


@pytest.fixture
def closed_clinic(settings, tmp_path) -> ClinicProfile:
    """A clinic that was never open and has nothing but its row."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.STAFF_MFA = "required"
    return ClinicProfile.objects.create(pk=1)


def manager(client: Client) -> Client:
    with override_settings(STAFF_MFA="optional"):
        client.force_login(make_user("mona", "Manager"))
    return client


def state_of(title: str) -> bool:
    found = {each.title: each.is_met for each in requirements(ClinicProfile.objects.current())}
    return found[title]


@pytest.mark.parametrize("path", PUBLIC)
def test_everybody_reads_that_the_site_is_being_prepared(client, path):
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 503 and PREPARED in page
    assert "<form" not in page and "Our clinic" not in page and not response.cookies
    assert '<meta name="robots" content="noindex">' in page and response["X-Robots-Tag"] == "noindex"
    assert response["Cache-Control"] == "no-store" and "Retry-After" in response


@pytest.mark.parametrize("path", ["/healthz", "/robots.txt", "/.well-known/security.txt", "/accounts/login/"])
def test_machines_and_staff_get_in(client, path):
    assert client.get(path).status_code == 200


def test_before_the_first_opening_nothing_is_taken(client, closed_clinic):
    assert client.post("/appointments/request/", form_post()).status_code == 503
    assert not AppointmentRequest.objects.exists()


def test_a_closing_loses_no_request_that_is_being_sent_and_hides_none_that_was(client):
    clinic = make_clinic()
    post = form_post()
    before = make_request()
    ClinicProfile.objects.update(closed_at=timezone.now())
    assert client.get("/").status_code == 503
    assert client.post("/appointments/request/", post).status_code == 302
    assert AppointmentRequest.objects.count() == 2
    assert (
        client.get(
            status_url(before.reference, before.link_version).removeprefix("http://testserver"), follow=True
        ).status_code
        == 200
    )
    assert clinic.opened_at


# The list: each requirement is red, then green


def test_a_clinic_with_nothing_lacks_everything(closed_clinic):
    make_user("ada")
    assert [each.title for each in requirements(closed_clinic) if each.is_met] == []


def test_name_address_phone_and_hours(closed_clinic):
    ClinicProfile.objects.update(name="Oak Clinic", street="1 Main St", city="Cary", region="NC", postal_code="27511")
    assert state_of("Name and address") and not state_of("Phone number") and not state_of("Opening hours")
    ClinicProfile.objects.update(phone="+19195550100")
    OpeningHours.objects.create(weekday=0, opens="09:00", closes="12:00")
    assert state_of("Phone number") and state_of("Opening hours")


def test_the_desks_address_is_proven_by_a_mail_that_somebody_read(client, closed_clinic):
    title = "Front desk’s e-mail, proven"
    ClinicProfile.objects.update(desk_email="desk@example.com")
    services.ask_desk(by=make_user("mona", "Manager"))
    message = as_sent(OutgoingEmail.objects.get())
    assert message["To"] == "desk@example.com"
    link = desk_link("desk@example.com").removeprefix("http://testserver")
    assert "/confirm/desk-address/" in message.get_body(("plain",)).get_content()
    for ask in (client.get, client.head):  # a scanner proves nothing
        assert ask(link).status_code == 200
    assert not state_of(title)
    assert client.post(link).status_code == 200
    assert state_of(title)
    ClinicProfile.objects.update(desk_email="other@example.com")
    assert not state_of(title)
    assert client.post(link).status_code == 404
    assert client.get("/confirm/desk-address/altered/").status_code == 404
    assert client.post("/confirm/desk-address/" + signing.dumps("other@example.com") + "/").status_code == 404
    assert Confirmation.objects.count() == 1


def test_a_provider_with_a_portrait_and_a_treatment(closed_clinic):
    provider = make_provider()
    assert not state_of("A provider with a portrait") and not state_of("A treatment")
    provider.portrait.save("face.jpg", ContentFile(encoded(size=(600, 800))))
    Treatment.objects.create(name="Dry needling", slug="dry-needling", summary="x")
    assert state_of("A provider with a portrait") and state_of("A treatment")
    Provider.objects.update(is_listed=False)
    assert not state_of("A provider with a portrait")


def test_a_clinician_stands_for_the_newest_urgent_advice(client, closed_clinic):
    title = "Urgent advice, read by a clinician"
    advice = UrgentAdvice.objects.create(body="Chest pain")
    provider = make_provider("Dr. Ada Lane")
    manager(client)
    closed_clinic.refresh_from_db()
    with override_settings(STAFF_MFA="optional"):
        post = {"do": "urgent_advice", "advice": advice.pk, "clinician": provider.pk}
        assert client.post("/admin/opening/", post | {"clinician": ""}).status_code == 422
        assert client.post("/admin/opening/", post | {"advice": "none"}).status_code == 422
        assert not state_of(title)
        client.post("/admin/opening/", post)
        assert state_of(title)
        UrgentAdvice.objects.create(body="Chest pain\nLoss of control")
        assert not state_of(title)
        answer = client.post("/admin/opening/", post, follow=True)  # what they read is not in force
    assert "changed meanwhile" in answer.content.decode() and not state_of(title)
    assert Confirmation.objects.get().confirmed_by == "Dr. Ada Lane"


def test_the_usual_pages_start_as_drafts_that_cannot_be_published_unanswered(closed_clinic):
    assert {page.slug for page in add_starting_pages()} == set(STARTING_PAGES)
    assert add_starting_pages() == []
    page = Page.objects.get(slug="privacy")
    assert not page.is_published and not state_of("Privacy page")
    page.is_published = True
    with pytest.raises(Exception, match="still asks you something"):
        page.full_clean()
    page.body = "<p>We keep requests for a year.</p>"
    page.full_clean()
    page.save()
    assert state_of("Privacy page")


def test_codes_on_every_account(closed_clinic):
    title = "A code at every sign-in"
    assert state_of(title)
    make_user("ada")
    assert not state_of(title)
    with override_settings(STAFF_MFA="optional"):
        assert not state_of(title)


def test_a_backup(closed_clinic):
    title = "A backup that was restored"
    assert not state_of(title)
    folder = backups.folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "notes.txt").write_text("not a backup")
    assert not state_of(title)
    (folder / "clinic-20261124-120000.zip").write_bytes(b"x")  # such a name is given to what was restored and compared
    assert state_of(title)


# Opening and closing


def test_it_opens_only_when_nothing_is_missing_and_again_after_a_closing(client, closed_clinic, monkeypatch):
    mona = make_user("mona", "Manager")
    with pytest.raises(services.NotReady):
        services.open_to_public(by=mona)
    monkeypatch.setattr(services, "requirements", lambda clinic: [])
    services.open_to_public(by=mona)
    assert client.get("/").status_code == 200
    services.close_to_public(by=mona)
    assert client.get("/").status_code == 503
    monkeypatch.undo()
    services.open_to_public(by=mona)  # one button: what was open once is not held back
    assert client.get("/").status_code == 200


def test_the_owners_first_page_is_the_list(client, closed_clinic, settings):
    settings.STAFF_MFA = "optional"
    manager(client)
    today = client.get("/admin/").content.decode()
    assert "Before you open" in today and "A treatment" in today
    pages = client.post("/admin/opening/", {"do": "pages"}, follow=True)
    assert "Added as drafts" in pages.content.decode() and Page.objects.count() == len(STARTING_PAGES)
    page = client.get("/admin/opening/").content.decode()
    assert page.count("Missing</span>") == 10 and 'value="open"' not in page
    answer = client.post("/admin/opening/", {"do": "open"}, follow=True)
    assert "still missing" in answer.content.decode()
    ClinicProfile.objects.update(opened_at=timezone.now())
    assert "Before you open" not in client.get("/admin/").content.decode()


@pytest.mark.parametrize("role", ["Front desk", "Provider"])
def test_only_managers_open(client, closed_clinic, settings, role):
    settings.STAFF_MFA = "optional"
    client.force_login(make_user("pia", role))
    assert client.get("/admin/opening/").status_code == 403
    assert client.post("/admin/opening/", {"do": "open"}).status_code == 403


# The preview


def test_staff_preview_the_site_and_its_drafts_and_stay_in_the_preview(client, closed_clinic, settings):
    settings.STAFF_MFA = "optional"
    make_page("fees", "Our fees", is_published=False)
    assert client.get("/admin/preview/fees/").status_code == 302
    client.force_login(make_user("pia", "Provider"))
    response = client.get("/admin/preview/fees/")
    page = response.content.decode()
    assert response.status_code == 200 and "Our fees" in page and "Preview." in page
    assert "no-store" in response["Cache-Control"]
    assert 'href="/admin/preview/articles/"' in page and 'href="/articles/"' not in page
    assert client.get("/admin/preview/").status_code == 200
    assert client.get("/admin/preview/admin/").status_code == 404
    sent = client.post("/admin/preview/appointments/request/", form_post())
    assert sent.status_code == 302 and not AppointmentRequest.objects.exists()


def test_a_draft_is_nowhere_on_an_open_site(client):
    make_clinic()
    make_page("fees", "Our secret fees", is_published=False)
    assert client.get("/fees/").status_code == 404
    for path in ("/", "/sitemap.xml", "/search/?q=secret"):
        assert "fees" not in client.get(path).content.decode().replace("insurance-and-fees", "").lower()


def test_an_opening_long_ago_stays(client):
    make_clinic(opened_at=timezone.now() - timedelta(days=4000))
    assert client.get("/").status_code == 200


def test_before_there_is_a_clinic_there_are_no_pages_to_add(client, settings):
    settings.STAFF_MFA = "optional"
    manager(client)
    page = client.get("/admin/opening/").content.decode()
    assert "Add the usual pages" not in page and page.count("Missing</span>") == 10
    assert client.post("/admin/opening/", {"do": "pages"}).status_code == 302 and not Page.objects.exists()
    assert client.get("/admin/pages/page/add/").status_code == 403
