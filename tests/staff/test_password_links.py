"""A link by which a colleague chooses a password: good once and for a day, and spent by nobody who only looks."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from clinic.core.logs import without_tokens
from clinic.mail.models import OutgoingEmail
from clinic.staff.links import password_link, read
from clinic.staff.services import LinkSpent, choose_password, send_sign_in_link
from tests.factories import make_clinic, make_user
from tests.mail.rows import as_sent
from tests.staff.signing_in import is_signed_in, sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
TYPED = {"new_password1": PASSWORD, "new_password2": PASSWORD}
FORM = "/accounts/first-password/"


@pytest.fixture
def rita(clock):
    make_clinic()
    user = make_user("rita", "Front desk", first_name="Rita")
    user.set_unusable_password()
    user.save()
    return user


@pytest.fixture
def mona(clock):
    return make_user("mona", "Manager")


def path_of(user) -> str:
    return password_link(user)[0].removeprefix("http://testserver")


def test_from_the_mail_to_the_first_sign_in(client, rita, mona):
    send_sign_in_link(user=rita, by=mona)
    message = as_sent(OutgoingEmail.objects.get())
    text = message.get_body(("plain",)).get_content()
    assert message["To"] == "rita@example.com" and "You sign in as rita." in text
    opened = client.get(re.search(r"http://testserver(\S+)", text)[1])
    assert opened["Location"] == FORM
    assert "You sign in as rita." in client.get(FORM).content.decode()
    kept = client.post(FORM, TYPED, follow=True)
    assert "Sign in with it as rita" in kept.content.decode() and not is_signed_in(client)
    sign_in(client, username="rita", password=PASSWORD)
    assert is_signed_in(client)


def test_a_scanner_that_opens_every_link_spends_nothing(client, rita):
    path = path_of(rita)
    for ask in ("get", "head", "post", "get"):
        scanner = Client()
        assert getattr(scanner, ask)(path).status_code in (302, 405)
        assert scanner.get(FORM).status_code in (200, 404)
    client.get(path)
    assert client.post(FORM, TYPED).status_code == 302


def test_a_link_works_once(client, rita):
    path, second = path_of(rita), Client()
    client.get(path)
    second.get(path)
    client.post(FORM, TYPED)
    assert second.post(FORM, {"new_password1": "another horse", "new_password2": "another horse"}).status_code == 404
    assert client.get(path).status_code == 404
    rita.refresh_from_db()
    assert rita.check_password(PASSWORD)


def test_of_two_at_once_the_second_is_refused(rita):
    link = read(password_link(rita)[0].rstrip("/").rpartition("/")[2])
    choose_password(link=link, password=PASSWORD)
    with pytest.raises(LinkSpent):
        choose_password(link=link, password="another horse")


def test_a_link_lasts_a_day(client, rita, clock):
    path = path_of(rita)
    clock.shift(24 * 3600 - 1)
    client.get(path)
    assert client.get(FORM).status_code == 200
    clock.shift(1)
    assert client.post(FORM, TYPED).status_code == 404
    assert "Ask your manager" in client.get(path).content.decode()


def test_a_new_link_replaces_the_one_before(client, rita, mona):
    path = path_of(rita)
    send_sign_in_link(user=rita, by=mona)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": "else@example.org"}])
def test_a_link_ends_with_what_it_was_sent_for(client, rita, change):
    path = path_of(rita)
    type(rita).objects.filter(pk=rita.pk).update(**change)
    assert client.get(path).status_code == 404


def test_a_sign_in_ends_the_link(client, mona):
    path = path_of(mona)
    sign_in(client, username="mona")
    assert Client().get(path).status_code == 404


def test_a_link_does_not_stand_in_for_the_code(client, staff, secret):
    client.get(path_of(staff))
    client.post(FORM, TYPED)
    assert sign_in(client, password=PASSWORD)["Location"] == "/accounts/2fa/authenticate/"


def test_whoever_was_signed_in_on_that_machine_is_signed_out(client, rita, mona):
    client.force_login(mona)
    client.get(path_of(rita))
    client.post(FORM, TYPED)
    assert not is_signed_in(client)


@pytest.mark.parametrize("token", ["none", "WzEsIngiLDFd:1abcde:signature-of-nobody-at-all-here"])
def test_a_made_up_link(client, rita, token):
    assert client.get(f"{FORM}{token}/").status_code == 404


def test_the_form_without_a_link(client, rita):
    assert client.get(FORM).status_code == client.post(FORM, TYPED).status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [({"new_password2": "else"}, "didn’t match"), (dict.fromkeys(TYPED, "rita"), "too short")],
)
def test_a_password_to_mend_spends_nothing(client, rita, typed, words):
    client.get(path_of(rita))
    answer = client.post(FORM, TYPED | typed)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert client.post(FORM, TYPED).status_code == 302


def test_no_key_lies_in_rows_or_logs(client, rita, mona):
    send_sign_in_link(user=rita, by=mona)
    rita.refresh_from_db()
    path = path_of(rita)
    client.get(path)
    token = path.rstrip("/").rpartition("/")[2]
    session = Session.objects.get()
    stored = [str(session.get_decoded()), session.session_data, str(list(OutgoingEmail.objects.values()))]
    assert not [text for text in stored if token in text or token.rpartition(":")[2] in text]
    assert without_tokens(f"GET {path} 302") == f"GET {FORM}.../ 302"
