"""Words that the desk sends by hand: filled in, and refused where nothing would fill them in."""

import pytest
from django.core.exceptions import ValidationError

from clinic.practice.models import MessageTemplate
from tests.core.sent import shown
from tests.factories import make_user

WORDS = "/admin/practice/messagetemplate/"
FACTS = {"name": "Pat Doe", "clinic": "Test Clinic", "phone": "(919) 555-0100", "reference": "R-7K3F-9Q2M"}


def test_facts_take_the_place_of_their_names():
    words = MessageTemplate(body="Hi {name}, {clinic} here, {phone}: {reference}. Bye {name}")
    assert words.filled_in(**FACTS) == "Hi Pat Doe, Test Clinic here, (919) 555-0100: R-7K3F-9Q2M. Bye Pat Doe"


@pytest.mark.parametrize("name", ["{reference}", "{0}", "%s", "{name.__class__}", "\\1", "{"])
def test_what_a_name_holds_stays_as_it_is(name):
    assert MessageTemplate(body="Hi {name}").filled_in(**FACTS | {"name": name}) == f"Hi {name}"


@pytest.mark.parametrize("body", ["Hi {patient}", "Hi {name}, {date}", "{}", "{name.first}", "{ name }"])
def test_an_unknown_placeholder_is_refused(body):
    with pytest.raises(ValidationError, match="Nothing fills in"):
        MessageTemplate(title="Hello", body=body).full_clean()


@pytest.mark.django_db
def test_a_manager_writes_and_changes_them(client):
    client.force_login(make_user("mona", "Manager"))
    client.post(f"{WORDS}add/", {"title": "Hello", "body": "Hi {name}", "position": "1"})
    words = MessageTemplate.objects.get()
    address = f"{WORDS}{words.pk}/change/"
    assert client.post(address, shown(client, address) | {"body": "Dear {name}"}).status_code == 302
    assert "Nothing fills in" in client.post(address, {"title": "Hello", "body": "{x}"}).content.decode()
    words.refresh_from_db()
    assert words.body == "Dear {name}"
