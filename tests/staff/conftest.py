import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import MD5PasswordHasher

from tests.factories import make_clinic, make_user

NOON = "2026-03-10T16:00:00Z"


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
