"""Signing in as the test client does it, and as an attacker would."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

LOGIN = "/accounts/login/"
CODE = "/accounts/2fa/authenticate/"
ACTIVATE = "/accounts/2fa/totp/activate/"


def code_now(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client, username="rosa", password="a-long-password", address="127.0.0.1", **more):
    return client.post(LOGIN, {"login": username, "password": password, **more}, REMOTE_ADDR=address)


def is_signed_in(client) -> bool:
    return client.get("/admin/").status_code == 200


def hammer(times: int = 10, **more) -> None:
    for number in range(times):
        sign_in(Client(), password=f"wrong-{number}", **more)
