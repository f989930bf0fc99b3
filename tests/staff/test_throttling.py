"""Ten attempts at an account, from an address or from a browser, and the right person still gets in."""

import logging

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.test import Client

from clinic.staff import jobs, throttling
from clinic.staff.adapters import StaffAdapter
from clinic.staff.models import ThrottleBucket
from tests.factories import make_user
from tests.staff.signing_in import CODE, LOGIN, code_now, hammer, is_signed_in, sign_in

pytestmark = pytest.mark.django_db


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
    jobs.delete_old_buckets()
    assert ThrottleBucket.objects.count() == 2  # the address came again


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
