"""A manager keeps the staff's accounts and reaches no further."""

import pytest
from django.contrib.auth.models import Group, User

from tests.factories import make_user

pytestmark = pytest.mark.django_db
USERS = "/admin/auth/user/"
PASSWORD = "correct horse battery"


@pytest.fixture
def manager(client):
    user = make_user("mona", "Manager")
    client.force_login(user)
    return user


def test_a_manager_makes_an_account_that_can_sign_in_with_its_role(client, manager):
    sent = {"username": "rita", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    response = client.post(f"{USERS}add/", sent)
    rita = User.objects.get(username="rita")
    assert response.url == f"{USERS}{rita.pk}/change/"
    desk = Group.objects.get(name="Front desk")
    client.post(response.url, {"username": "rita", "is_active": "on", "groups": [desk.pk], "is_superuser": "on"})
    rita.refresh_from_db()
    assert (rita.is_staff, rita.is_superuser, rita.check_password(PASSWORD)) == (True, False, True)
    assert rita.has_perm("appointments.view_appointmentrequest")


def test_a_manager_sets_a_new_password_for_staff(client, manager):
    rita = make_user("rita", "Front desk")
    sent = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": "1"}
    client.post(f"{USERS}{rita.pk}/password/", sent)
    rita.refresh_from_db()
    assert rita.check_password(PASSWORD)


def test_a_manager_cannot_reach_a_superuser(client, manager):
    root = make_user("root", is_superuser=True)
    for path in ("change/", "password/"):
        assert client.get(f"{USERS}{root.pk}/{path}").status_code in (302, 404)
    client.post(
        f"{USERS}{root.pk}/password/", {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    )
    root.refresh_from_db()
    assert not root.check_password(PASSWORD)


@pytest.mark.parametrize("role", ["Front desk", "Provider", None])
def test_nobody_else_sees_accounts(client, role):
    client.force_login(make_user("rita", role))
    assert client.get(USERS).status_code == 403
