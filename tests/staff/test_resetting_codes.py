"""A manager takes lost codes off a colleague's account, with a reason; both hear of it."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry

from clinic.mail.models import OutgoingEmail
from tests.factories import make_user
from tests.mail.rows import as_sent
from tests.staff.signing_in import sign_in

pytestmark = pytest.mark.django_db
REASON = {"reset": "", "reason": "Lost the phone"}


@pytest.fixture
def manager(client, clock):
    user = make_user("mona", "Manager", first_name="Mona")
    client.force_login(user)
    return user


@pytest.fixture
def page(staff, secret) -> str:
    return f"/admin/auth/user/{staff.pk}/sign-in/"


def test_codes_are_reset_with_a_reason_and_both_are_told(client, manager, staff, page, required):
    client.logout()
    make_user("boss", is_superuser=True)
    client.force_login(manager)
    manager_codes = Authenticator.objects.create(user=manager, type="totp", data={})
    answer = client.post(page, REASON, follow=True)
    assert "You are both told by mail" in answer.content.decode()
    assert list(Authenticator.objects.all()) == [manager_codes]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (manager, str(staff.pk))
    assert entry.change_message == "Codes reset: Lost the phone"
    messages = [as_sent(row) for row in OutgoingEmail.objects.order_by("pk")]
    assert [message["To"] for message in messages] == ["rosa@example.com", "mona@example.com"]
    for message in messages:
        text = message.get_body(("plain",)).get_content()
        assert message["Subject"] == "Sign-in codes of rosa were reset"
        assert "mona took the sign-in codes off the account rosa" in " ".join(text.split())
        assert "Codes reset: Lost the phone" in " ".join(text.split())
    client.logout()
    sign_in(client)
    assert client.get("/admin/")["Location"] == "/accounts/2fa/totp/activate/"


def test_the_mail_row_names_nobody(client, manager, staff, page):
    client.post(page, REASON)
    stored = str(list(OutgoingEmail.objects.values())).lower()
    assert not [name for name in ("rosa", "mona", "phone", "example.com") if name in stored]


def test_somebody_without_an_address_is_told_through_the_clinics_manager(client, manager, staff, page):
    type(staff).objects.filter(pk=staff.pk).update(email="")
    client.post(page, REASON)
    assert as_sent(OutgoingEmail.objects.order_by("pk")[0])["To"] == "manager@example.com"


def test_no_reason_no_reset(client, manager, staff, page):
    answer = client.post(page, REASON | {"reason": " "})
    assert answer.status_code == 422 and "This field is required" in answer.content.decode()
    assert Authenticator.objects.filter(user=staff).exists() and not OutgoingEmail.objects.exists()


def test_an_account_without_codes(client, manager, clock, staff):
    answer = client.post(f"/admin/auth/user/{staff.pk}/sign-in/", REASON)
    assert "This account has no codes" in answer.content.decode()
    assert not LogEntry.objects.exists()


def test_nobody_resets_their_own(client, manager):
    Authenticator.objects.create(user=manager, type="totp", data={})
    page = f"/admin/auth/user/{manager.pk}/sign-in/"
    assert "Your own codes you set up yourself" in client.get(page).content.decode()
    client.post(page, REASON)
    assert Authenticator.objects.filter(user=manager).exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_no_link_to_who_cannot_use_it(client, manager, staff, change):
    type(staff).objects.filter(pk=staff.pk).update(**change)
    page = f"/admin/auth/user/{staff.pk}/sign-in/"
    assert 'name="link"' not in client.get(page).content.decode()
    assert client.post(page, {"link": ""}).status_code == 200
    assert not OutgoingEmail.objects.exists()


def test_a_link_is_sent_again_and_noted(client, manager, staff):
    client.post(f"/admin/auth/user/{staff.pk}/sign-in/", {"link": ""})
    assert OutgoingEmail.objects.get().context == {"user_id": staff.pk}
    assert LogEntry.objects.get().change_message == "Sent a sign-in link."
    assert staff.check_password("a-long-password")


@pytest.mark.parametrize("role", ["Front desk", "Provider"])
def test_nobody_but_a_manager(client, clock, staff, secret, role):
    client.force_login(make_user("other", role))
    assert client.post(f"/admin/auth/user/{staff.pk}/sign-in/", REASON).status_code == 403
    assert Authenticator.objects.filter(user=staff).exists()
