"""Staff sign in with a password and a code, strangers do not, and nobody is locked out of their own account."""

import logging
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.fernet import InvalidToken
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from clinic.staff import encryption, throttling
from clinic.staff.adapters import StaffAdapter
from clinic.staff.models import ThrottleBucket
from tests.factories import make_clinic, make_user

pytestmark = pytest.mark.django_db

NOON = "2026-03-10T16:00:00Z"
LOGIN = "/accounts/login/"
CODE = "/accounts/2fa/authenticate/"
ACTIVATE = "/accounts/2fa/totp/activate/"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(clock):
    make_clinic()
    return make_user("rosa", "Front desk")


@pytest.fixture
def secret(staff):
    """The secret on Rosa's phone."""
    secret = generate_totp_secret()
    TOTP.activate(staff, secret)
    RecoveryCodes.activate(staff)
    return secret


@pytest.fixture
def required(settings):
    settings.STAFF_MFA = "required"


@pytest.fixture
def looked_at(monkeypatch):
    """Every password that was held against a stored one, or against nothing to take as long."""
    seen = []
    encode = MD5PasswordHasher.encode

    def spy(self, password, salt):
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", spy)
    return seen


def code_now(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client, username="rosa", password="a-long-password", address="127.0.0.1", **more):
    return client.post(LOGIN, {"login": username, "password": password, **more}, REMOTE_ADDR=address)


def is_signed_in(client) -> bool:
    return client.get("/admin/").status_code == 200


def hammer(times: int = 10, **more) -> None:
    for number in range(times):
        sign_in(Client(), password=f"wrong-{number}", **more)


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
    assert "have permission to view or edit anything" in client.get("/admin/").content.decode()


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


# The code


def test_password_then_code(client, secret):
    response = sign_in(client)
    assert response["Location"] == CODE
    assert not is_signed_in(client)
    assert client.post(CODE, {"code": code_now(secret)})["Location"] == "/admin/"
    assert is_signed_in(client)


def test_wrong_code(client, secret):
    sign_in(client)
    response = client.post(CODE, {"code": "000000" if code_now(secret) != "000000" else "000001"})
    assert "This code is not right" in response.content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clocks_may_differ_by_half_a_minute(client, secret, steps, opens):
    sign_in(client)
    client.post(CODE, {"code": code_now(secret, steps)})
    assert is_signed_in(client) is opens


def test_code_is_good_for_one_sign_in(client, secret, clock):
    sign_in(client)
    client.post(CODE, {"code": code_now(secret)})
    seen_over_the_shoulder = code_now(secret)
    clock.shift(40)  # the code itself would still do
    thief = Client()
    sign_in(thief)
    thief.post(CODE, {"code": seen_over_the_shoulder})
    assert is_signed_in(client) and not is_signed_in(thief)


def test_recovery_code_is_good_for_one_sign_in(client, staff, secret):
    code = Authenticator.objects.get(user=staff, type="recovery_codes").wrap().get_unused_codes()[0]
    sign_in(client)
    client.post(CODE, {"code": code})
    again = Client()
    sign_in(again)
    again.post(CODE, {"code": code})
    assert is_signed_in(client) and not is_signed_in(again)


def test_new_staff_are_led_to_set_up_codes(client, staff, required):
    sign_in(client)
    for page in ["/admin/", "/admin/appointments/", "/"]:
        response = client.get(page)
        assert response.status_code == 302 and response["Location"] == ACTIVATE, page
    page = client.get(ACTIVATE)
    assert page.context["totp_svg_data_uri"] in page.content.decode()
    assert page.context["form"].secret in page.content.decode()
    response = client.post(ACTIVATE, {"code": code_now(page.context["form"].secret)}, follow=True)
    codes = Authenticator.objects.get(user=staff, type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10 and all(code in response.content.decode() for code in codes)
    assert is_signed_in(client)


def test_setting_up_with_a_wrong_code_changes_nothing(client, staff, required):
    sign_in(client)
    client.get(ACTIVATE)
    client.post(ACTIVATE, {"code": "not a code"})
    assert not Authenticator.objects.exists()
    assert not is_signed_in(client)


def test_whoever_has_codes_is_led_nowhere(client, staff, secret, required):
    client.force_login(staff)
    assert is_signed_in(client)


def test_setting_up_later_asks_for_the_password_again(client, staff, clock):
    sign_in(client)
    clock.shift(6 * 60)
    assert client.get(ACTIVATE, follow=True).request["PATH_INFO"] == "/accounts/reauthenticate/"
    client.post("/accounts/reauthenticate/", {"password": "a-long-password", "next": ACTIVATE})
    assert client.get(ACTIVATE).status_code == 200


def test_taking_codes_off(client, staff, secret):
    sign_in(client)
    client.post(CODE, {"code": code_now(secret)})
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()


def test_new_recovery_codes_replace_the_old(client, staff, secret):
    before = Authenticator.objects.get(user=staff, type="recovery_codes").wrap().get_unused_codes()
    sign_in(client)
    client.post(CODE, {"code": code_now(secret)})
    client.post("/accounts/2fa/recovery-codes/generate/")
    after = Authenticator.objects.get(user=staff, type="recovery_codes").wrap().get_unused_codes()
    assert not set(before) & set(after)


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


# The lock


def test_ten_guesses_from_one_address(staff, looked_at):
    hammer(30)
    assert len(looked_at) == 10
    response = sign_in(Client())
    assert "Too many wrong tries" in response.content.decode()
    assert len(looked_at) == 10


def test_ten_guesses_from_many_addresses(staff, looked_at):
    for number in range(30):
        sign_in(Client(), password=f"wrong-{number}", address=f"203.0.113.{number}")
    assert len(looked_at) == 10


def test_one_account_has_one_door_however_its_name_is_written(staff, looked_at):
    for number in range(30):
        name = ["rosa", "ROSA", " Rosa "][number % 3]
        sign_in(Client(), username=name, password=f"wrong-{number}", address=f"203.0.113.{number}")
    assert len(looked_at) == 10


def test_one_address_cannot_try_many_accounts(staff, looked_at):
    for number in range(30):
        sign_in(Client(), username=f"someone-{number}", password="wrong")
    assert len(looked_at) == 10


def test_one_ipv6_line_is_one_address(staff, looked_at):
    for number in range(30):
        sign_in(Client(), username=f"someone-{number}", password="wrong", address=f"2001:db8::{number:x}")
    assert len(looked_at) == 10


@pytest.mark.parametrize("addresses", [1, 1000])
def test_a_thousand_guesses_and_the_right_person_gets_in(client, secret, looked_at, rf, addresses):
    """Rosa comes on a browser that she never used before, from the attacker's own address."""
    refused = 0
    for number in range(1000):
        from_there = rf.post(LOGIN, REMOTE_ADDR=f"198.51.{number % addresses // 250}.{number % addresses % 250}")
        from_there.user = AnonymousUser()
        try:
            StaffAdapter().authenticate(from_there, username="rosa", password=f"wrong-{number}")
        except ValidationError:
            refused += 1
    assert (refused, len(looked_at)) == (990, 10)
    response = sign_in(client, address="198.51.0.0")
    assert 'name="code"' in response.content.decode()
    assert sign_in(client, address="198.51.0.0", code=code_now(secret))["Location"] == "/admin/"
    assert is_signed_in(client)


def test_behind_a_closed_door_a_wrong_code_leaves_the_password_unread(client, secret, looked_at):
    hammer()
    sign_in(client, code="123456" if code_now(secret) != "123456" else "654321")
    assert len(looked_at) == 10
    assert not is_signed_in(client)


def test_behind_a_closed_door_a_right_code_does_not_replace_the_password(client, secret):
    hammer()
    sign_in(client, password="wrong", code=code_now(secret))
    assert not is_signed_in(client)


def test_known_browser_gets_in_while_strangers_hammer_on_passwords_and_codes(client, secret, clock):
    sign_in(client)
    client.post(CODE, {"code": code_now(secret)})
    client.post("/accounts/logout/")
    hammer()
    hammer(20, code="000000")
    clock.shift(60)
    stranger = Client()
    assert "Too many wrong tries" in sign_in(stranger, code=code_now(secret)).content.decode()
    assert sign_in(client)["Location"] == CODE
    client.post(CODE, {"code": code_now(secret)})
    assert is_signed_in(client)


def test_known_browser_has_ten_guesses_too(client, secret, looked_at):
    sign_in(client)
    client.post(CODE, {"code": code_now(secret)})
    client.post("/accounts/logout/")
    looked_at.clear()
    for number in range(20):
        sign_in(client, password=f"wrong-{number}")
    assert len(looked_at) == 10


def test_browser_known_to_one_account_is_a_stranger_to_another(client, secret, looked_at):
    make_user("manager", "Manager")
    sign_in(client)
    client.post(CODE, {"code": code_now(secret)})
    client.post("/accounts/logout/")
    hammer(username="manager")
    assert "Too many wrong tries" in sign_in(client, username="manager").content.decode()


def test_made_up_device_cookie_opens_nothing(client, secret):
    sign_in(client)
    known = client.post(CODE, {"code": code_now(secret)}).cookies
    name = next(name for name in known if name.startswith("device-"))
    hammer()
    thief = Client()
    thief.cookies[name] = "made-up:1abcde:signature"
    assert "Too many wrong tries" in sign_in(thief).content.decode()


def test_ten_codes_for_who_has_the_password(secret):
    thief = Client()
    sign_in(thief)
    wrong = [code for code in (f"{number:06}" for number in range(20)) if code != code_now(secret)][:11]
    answers = [thief.post(CODE, {"code": code}).content.decode() for code in wrong]
    assert all("This code is not right" in answer for answer in answers[:10])
    assert "Too many wrong codes" in answers[10]


def test_the_door_opens_again_after_five_minutes(client, staff, clock):
    hammer()
    clock.shift(5 * 60 - 1)
    assert "Too many wrong tries" in sign_in(client).content.decode()
    clock.shift(1)
    sign_in(client)
    assert is_signed_in(client)


def test_a_whole_clinic_signs_in_from_one_address(staff):
    for number in range(15):
        make_user(f"colleague-{number}")
        client = Client()
        sign_in(client, username=f"colleague-{number}")
        assert is_signed_in(client)


def test_doors_hold_no_name_and_no_address(staff):
    hammer(1)
    stored = str(list(ThrottleBucket.objects.values()))
    assert "rosa" not in stored and "127.0.0.1" not in stored


def test_log_never_says_what_was_tried(staff, caplog):
    with caplog.at_level(logging.DEBUG):
        hammer(12)
        hammer(2, username="my-password-by-mistake")
    assert "A sign-in throttle bucket is full" in caplog.text
    assert "rosa" not in caplog.text and "my-password-by-mistake" not in caplog.text


def test_old_doors_are_forgotten(staff, clock):
    hammer(1)
    clock.shift(9 * 60)
    hammer(1, username="someone")
    clock.shift(2 * 60)
    throttling.delete_old_buckets()
    assert ThrottleBucket.objects.count() == 2  # the address came again


def test_old_sessions_are_forgotten(client, staff, clock):
    client.force_login(staff)
    throttling.delete_expired_sessions()
    assert client.session.exists(client.session.session_key)
    clock.shift(13 * 3600)
    throttling.delete_expired_sessions()
    assert not client.session.exists(client.session.session_key)


# Half an hour away


def test_half_an_hour_away_signs_out(client, staff, clock):
    sign_in(client)
    clock.shift(30 * 60 - 1)
    assert is_signed_in(client)
    clock.shift(30 * 60)
    response = client.get("/admin/appointments/?q=1")
    assert response["Location"] == f"{LOGIN}?next=/admin/appointments/%3Fq%3D1"
    assert "You were away for half an hour" in client.get(response["Location"]).content.decode()
    assert not is_signed_in(client)


def test_a_form_sent_too_late_leads_back_to_its_page(client, staff, clock):
    client.force_login(staff)
    clock.shift(31 * 60)
    response = client.post("/admin/logout/", headers={"Referer": "http://testserver/admin/appointments/?q=1"})
    assert response["Location"] == f"{LOGIN}?next=/admin/appointments/%3Fq%3D1"
    client.force_login(staff)
    clock.shift(31 * 60)
    response = client.post("/admin/logout/", headers={"Referer": "https://example.org/elsewhere"})
    assert response["Location"] == f"{LOGIN}?next=/admin/"


def test_background_requests_do_not_keep_a_session(client, staff, clock):
    client.force_login(staff)
    for _minute in range(29):
        clock.shift(60)
        assert client.get("/accounts/session/", headers={"X-Background": "1"}).status_code == 200
    assert client.get("/accounts/session/", headers={"X-Background": "1"}).json() == {"seconds": 60}
    clock.shift(60)
    assert client.get("/accounts/session/", headers={"X-Background": "1"}).status_code == 401
    assert not is_signed_in(client)


def test_script_that_asks_too_late_is_told_so(client, staff, clock):
    client.force_login(staff)
    clock.shift(31 * 60)
    assert client.get("/accounts/session/", headers={"X-Background": "0"}).status_code == 401


def test_staying_signed_in(client, staff, clock):
    client.force_login(staff)
    for _time in range(4):
        clock.shift(29 * 60)
        assert client.get("/accounts/session/", headers={"X-Background": "0"}).json() == {"seconds": 1800}
    assert is_signed_in(client)


def test_strangers_learn_nothing_about_sessions(client, clock):
    assert client.get("/accounts/session/").status_code == 401


def test_visitors_get_no_cookie_and_no_page_of_their_own(client, clock):
    make_clinic()
    response = client.get("/")
    assert not response.cookies and "Cookie" not in response.get("Vary", "")


# What allauth brings and the clinic does not use


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


# Secrets


def test_secrets_are_encrypted(staff, secret):
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    totp = Authenticator.objects.get(type="totp")
    assert encryption.decrypt(totp.data["secret"]) == secret
    assert encryption.encrypt("same") != encryption.encrypt("same")


def test_codes_survive_a_new_secret_key(client, secret, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-anybody-0123456789"
    sign_in(client)
    client.post(CODE, {"code": code_now(secret)})
    assert is_signed_in(client)


def test_unreadable_secret_refuses_and_says_so_in_the_log(client, secret, settings, caplog):
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-anybody-0123456789"
    with pytest.raises(InvalidToken):
        encryption.decrypt(Authenticator.objects.get(type="totp").data["secret"])
    sign_in(client)
    assert "This code is not right" in client.post(CODE, {"code": code_now(secret)}).content.decode()
    assert "SECRET_KEY_FALLBACKS" in caplog.text


def test_lost_phone(client, staff, secret, required, capsys):
    call_command("reset_mfa", "rosa")
    assert not Authenticator.objects.exists()
    sign_in(client)
    assert client.get("/admin/")["Location"] == ACTIVATE
    call_command("reset_mfa", "rosa")
    assert "nothing to take off" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no account named rosie"):
        call_command("reset_mfa", "rosie")


@pytest.mark.parametrize("most", [1, 10])
def test_counting_stops_at_the_limit(clock, most):
    attempts = [throttling.count_attempt(["door", "other"], most=most) for _number in range(12)]
    assert [bool(attempt) for attempt in attempts] == [True] * most + [False] * (12 - most)
    attempts[0].forgive()
    assert throttling.count_attempt(["door"], most=most)


def test_a_closed_door_counts_nothing_at_the_others(clock):
    for _number in range(10):
        throttling.count_attempt(["account"])
    assert throttling.count_attempt(["account", "address"]) is None
    assert ThrottleBucket.objects.get(key="address").attempts == []


def test_pages_are_kept_nowhere(client, staff, secret):
    client.force_login(staff)
    sign_in_page = Client().get(LOGIN)
    assert "no-store" in sign_in_page["Cache-Control"]
    for name in ["mfa_index", "account_change_password", "account_logout"]:
        assert "no-store" in client.get(reverse(name))["Cache-Control"]
