"""Staff sign in with a name and a password, and nothing else of allauth has an address."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.staff.adapters import StaffAdapter
from tests.factories import make_clinic, make_user
from tests.staff.signing_in import LOGIN, is_signed_in, sign_in

pytestmark = pytest.mark.django_db


def test_password_alone_where_codes_are_optional(client, staff):
    before = client.session.session_key
    response = sign_in(client)
    assert response.status_code == 302 and response["Location"] == "/admin/"
    assert is_signed_in(client)
    assert client.session.session_key != before


def test_session_ends_with_the_browser_and_is_closed_to_scripts(client, staff):
    cookie = sign_in(client).cookies["sessionid"]
    assert cookie["max-age"] == "" and cookie["httponly"] and cookie["samesite"] == "Lax"


def test_after_sign_in_back_to_where_one_was_going(client, staff):
    response = client.get("/admin/appointments/", follow=True)
    assert response.request["PATH_INFO"] == LOGIN
    assert 'name="next" value="/admin/appointments/"' in response.content.decode()
    response = sign_in(client, next="/admin/appointments/")
    assert response["Location"] == "/admin/appointments/"


def test_next_never_leads_elsewhere(client, staff):
    assert sign_in(client, next="https://example.org/")["Location"] == "/admin/"


def test_wrong_password(client, staff):
    response = sign_in(client, password="wrong")
    assert response.status_code == 200
    assert "do not belong together" in response.content.decode()
    assert "<title>Error:" in response.content.decode()
    assert not is_signed_in(client)


def test_unknown_name_reads_like_a_wrong_password(client, staff):
    known = sign_in(Client(), password="wrong").context["form"].errors
    unknown = sign_in(Client(), username="nobody", password="wrong").context["form"].errors
    assert known == unknown


def test_closed_account(client, staff):
    staff.is_active = False
    staff.save()
    response = client.post(LOGIN, {"login": "rosa", "password": "a-long-password"}, follow=True)
    assert "This account is closed" in response.content.decode()
    assert not is_signed_in(client)


def test_user_without_a_role_sees_an_empty_admin(client, clock):
    make_clinic()
    make_user("newcomer")
    sign_in(client, username="newcomer")
    assert "Nothing has been opened to you yet" in client.get("/admin/").content.decode()


def test_account_that_is_not_staff_is_refused_by_the_admin(client, clock):
    make_clinic()
    make_user("stranger", is_staff=False)
    sign_in(client, username="stranger")
    assert client.get("/admin/", follow=True).status_code == 403


def test_admin_signs_out(client, staff):
    client.force_login(staff)
    assert client.post("/admin/logout/").status_code == 200
    assert not is_signed_in(client)


def test_signing_out_asks_first(client, staff):
    client.force_login(staff)
    assert "You are signed in as rosa" in client.get("/accounts/logout/").content.decode()
    assert is_signed_in(client)
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert not is_signed_in(client)


def test_password_change(client, staff):
    client.force_login(staff)
    new = "another-long-password"
    data = {"oldpassword": "a-long-password", "password1": new, "password2": new}
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/change/"
    client.post("/accounts/password/change/", data)
    staff.refresh_from_db()
    assert staff.check_password(new)
    assert is_signed_in(client)


def test_password_change_counts_wrong_old_passwords(client, staff, looked_at):
    client.force_login(staff)
    for number in range(20):
        data = {"oldpassword": f"wrong-{number}", "password1": "another-long-one", "password2": "another-long-one"}
        client.post("/accounts/password/change/", data)
    assert len(looked_at) == 10


def test_visitors_get_no_cookie_and_no_page_of_their_own(client, clock):
    make_clinic()
    response = client.get("/")
    assert not response.cookies and "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "signup/",
        "email/",
        "confirm-email/",
        "inactive/",
        "password/set/",
        "password/reset/",
        "password/reset/done/",
        "login/code/",
        "login/code/confirm/",
        "2fa/webauthn/",
        "2fa/trust/",
        "2fa/recovery-codes/download/",
        "social/login/cancelled/",
    ],
)
def test_nothing_else_of_allauth_has_an_address(client, staff, path):
    client.force_login(staff)
    assert client.get(f"/accounts/{path}").status_code == 404


def test_admin_shows_no_secrets(admin_client):
    index = admin_client.get("/admin/").content.decode()
    assert "/admin/auth/user/" in index
    assert "/admin/mfa/" not in index and "/admin/account/" not in index


def test_nobody_signs_up(rf):
    assert StaffAdapter().is_open_for_signup(rf.get("/")) is False


def test_pages_are_kept_nowhere(client, staff, secret):
    client.force_login(staff)
    sign_in_page = Client().get(LOGIN)
    assert "no-store" in sign_in_page["Cache-Control"]
    for name in ["mfa_index", "account_change_password", "account_logout"]:
        assert "no-store" in client.get(reverse(name))["Cache-Control"]
