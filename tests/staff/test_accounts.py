"""A manager keeps the staff's accounts and reaches no further."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User

from clinic.mail.models import OutgoingEmail
from tests.factories import make_clinic, make_user
from tests.staff.signing_in import sign_in

pytestmark = pytest.mark.django_db
USERS = "/admin/auth/user/"
PASSWORD = "correct horse battery"


@pytest.fixture
def manager(client):
    make_clinic()
    user = make_user("mona", "Manager", first_name="Mona", last_name="Lee")
    client.force_login(user)
    return user


def colleague(role: str = "Front desk", **fields) -> dict:
    """What a manager fills in for a new colleague."""
    typed = {
        "first_name": "Rita",
        "last_name": "Lopez",
        "email": "rita@example.org",
        "username": "",
        "first_password": "",
    }
    return typed | {"role": Group.objects.get(name=role).pk} | fields


def test_a_new_colleague_is_one_page_and_hears_by_mail(client, manager):
    answer = client.post(f"{USERS}add/", colleague(), follow=True)
    rita = User.objects.get(username="rita.lopez")
    assert (rita.is_staff, rita.is_superuser, rita.has_usable_password()) == (True, False, False)
    assert rita.has_perm("appointments.view_appointmentrequest") and not rita.has_perm("auth.add_user")
    assert "Rita Lopez signs in as rita.lopez. A link" in answer.content.decode()
    mail = OutgoingEmail.objects.get()
    assert (mail.template, mail.context) == ("account/emails/sign_in_link", {"user_id": rita.pk})


def test_a_first_password_sends_no_mail(client, manager):
    client.post(f"{USERS}add/", colleague(email="", username="rita", first_password=PASSWORD))
    assert sign_in(client, username="rita", password=PASSWORD)["Location"] == "/admin/"
    assert not OutgoingEmail.objects.exists()


def test_two_of_the_same_name(client, manager):
    for _time in range(3):
        client.post(f"{USERS}add/", colleague())
    names = User.objects.filter(last_name="Lopez").order_by("pk").values_list("username", flat=True)
    assert list(names) == ["rita.lopez", "rita.lopez2", "rita.lopez3"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": ""}, "Enter an e-mail address for the link"),
        ({"first_password": "rita.lopez"}, "too similar to the username"),
        ({"first_password": "short"}, "too short"),
        ({"username": "MONA"}, "Somebody else signs in with this name"),
        ({"role": ""}, "This field is required"),
        ({"last_name": ""}, "This field is required"),
    ],
)
def test_what_a_new_colleague_cannot_be_without(client, manager, typed, words):
    answer = client.post(f"{USERS}add/", colleague() | typed)
    assert words in answer.content.decode()
    assert User.objects.count() == 1 and not OutgoingEmail.objects.exists()


def test_a_new_colleague_gets_nothing_that_was_not_offered(client, manager):
    client.post(f"{USERS}add/", colleague(is_superuser="on", user_permissions="1"))
    rita = User.objects.get(username="rita.lopez")
    assert not rita.is_superuser and not rita.user_permissions.exists()


def test_a_manager_changes_roles_and_closes_an_account(client, manager):
    rita = make_user("rita", "Front desk")
    roles = [Group.objects.get(name=name).pk for name in ("Provider", "Manager")]
    typed = {"username": "rita", "first_name": "Rita", "groups": roles, "is_superuser": "on"}
    assert client.post(f"{USERS}{rita.pk}/change/", typed).status_code == 302
    rita.refresh_from_db()
    assert sorted(rita.groups.values_list("pk", flat=True)) == sorted(roles)
    assert (rita.is_active, rita.is_superuser, rita.is_staff) == (False, False, True)


def test_no_page_shows_a_hash(client, manager):
    rita = make_user("rita", "Front desk")
    for path in ("", "add/", *(f"{rita.pk}/{page}/" for page in ("change", "sign-in", "password", "history"))):
        page = client.get(f"{USERS}{path}").content.decode()
        assert "md5" not in page and rita.password[-8:] not in page and "algorithm" not in page, path


def test_a_manager_sets_a_new_password_for_staff(client, manager):
    rita = make_user("rita", "Front desk")
    sent = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": "1"}
    client.post(f"{USERS}{rita.pk}/password/", sent)
    rita.refresh_from_db()
    assert rita.check_password(PASSWORD)


def test_a_manager_cannot_reach_a_superuser(client, manager):
    root = make_user("root", is_superuser=True)
    for path in ("change/", "password/", "sign-in/"):
        assert client.get(f"{USERS}{root.pk}/{path}").status_code in (302, 404)
    sent = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    client.post(f"{USERS}{root.pk}/password/", sent)
    assert client.post(f"{USERS}{root.pk}/sign-in/", {"link": ""}).status_code == 404
    root.refresh_from_db()
    assert not root.check_password(PASSWORD) and not OutgoingEmail.objects.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("role", ["Front desk", "Provider", None])
def test_nobody_else_sees_accounts(client, role):
    rita = make_user("rita", role)
    client.force_login(rita)
    assert client.get(USERS).status_code == 403
    assert client.get(f"{USERS}{rita.pk}/sign-in/").status_code == 403
    assert client.post(f"{USERS}{rita.pk}/sign-in/", {"link": ""}).status_code == 403
