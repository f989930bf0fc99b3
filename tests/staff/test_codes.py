"""The code from a phone: asked after the password, good once, and its secret encrypted."""

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management import CommandError, call_command
from django.test import Client

from clinic.staff import encryption
from tests.staff.signing_in import ACTIVATE, CODE, code_now, is_signed_in, sign_in

pytestmark = pytest.mark.django_db


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
