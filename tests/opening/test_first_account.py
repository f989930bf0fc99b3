"""The link that a new site prints: it makes one account, once, within an hour."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from clinic.core.logs import without_tokens
from clinic.staff.links import first_account_link
from clinic.staff.services import LinkSpent, make_first_account
from tests.factories import make_user

pytestmark = pytest.mark.django_db
TYPED = {
    "username": "olga",
    "first_name": "Olga",
    "email": "olga@example.com",
    "password1": "correct horse battery",
    "password2": "correct horse battery",
}


def path() -> str:
    return first_account_link().removeprefix("http://testserver")


def test_the_owner_makes_their_account_and_nobody_another(client):
    link, second = path(), Client()
    assert client.get(link).status_code == 200 and client.head(link).status_code == 200
    answer = client.post(link, TYPED, follow=True)
    assert "Sign in with it as olga" in answer.content.decode()
    olga = User.objects.get()
    assert olga.is_superuser and olga.is_staff and olga.groups.get().name == "Manager"
    assert olga.check_password("correct horse battery")
    assert second.post(link, TYPED | {"username": "eve"}).status_code == 404
    assert second.get(path()).status_code == 404
    with pytest.raises(LinkSpent):
        make_first_account(user=User(username="eve"))
    assert User.objects.count() == 1


def test_it_holds_for_an_hour(client):
    link = path()
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert client.get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert client.post(link, TYPED).status_code == 404
    assert client.get("/accounts/first-account/altered/").status_code == 404
    assert not User.objects.exists()


def test_a_weak_password_or_a_slip_comes_back_with_words(client):
    answer = client.post(path(), TYPED | {"password1": "short", "password2": "short", "email": ""})
    assert answer.status_code == 422 and not User.objects.exists()
    assert 'value="olga"' in answer.content.decode()


def test_a_site_with_accounts_takes_no_link(client):
    make_user("ada")
    assert client.get(path()).status_code == 404


def test_no_log_line_holds_the_key():
    assert without_tokens(f"GET {path()} 200") == "GET /accounts/first-account/.../ 200"
