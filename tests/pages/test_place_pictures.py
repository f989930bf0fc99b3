"""Pictures of the place: rows beside the clinic's profile, each on its page; nothing where there are none."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from clinic.practice.place import PlacePicture
from tests.core.sent import shown
from tests.core.uploads import JPEG, encoded
from tests.factories import make_user

PROFILE = "/admin/practice/clinicprofile/1/change/"
PAGES = {"home": "/", "first-visit": "/first-visit/", "contact": "/contact/"}


def hang(shown_on: str, alt: str, **fields) -> PlacePicture:
    row = PlacePicture(shown_on=shown_on, alt=alt, **fields)
    row.picture.save("a.jpg", ContentFile(encoded(size=(1000, 700))))
    return row


@pytest.mark.parametrize("shown_on", PAGES)
def test_a_picture_is_on_its_page_and_on_no_other(client, pages, media, shown_on):
    row = hang(shown_on, "Our front door", caption="Ring twice" if shown_on != "home" else "")
    for page, address in PAGES.items():
        html = client.get(address).content.decode()
        assert ('alt="Our front door"' in html) == (page == shown_on)
        assert ("<figcaption>Ring twice</figcaption>" in html) == (page == shown_on != "home")
        assert (f"{row.picture.url.removesuffix('.jpg')}-480.webp 480w" in html) == (page == shown_on)


def test_a_clinic_without_pictures_has_no_place_for_them(client, pages):
    for address in PAGES.values():
        html = client.get(address).content.decode()
        assert "<figure" not in html and "hero--pictured" not in html and "Have a look around" not in html


def test_the_first_of_home_stands_at_the_top_and_the_others_below(client, pages, media):
    for position, alt in [(2, "A room"), (1, "The door")]:
        hang("home", alt, position=position)
    html = client.get("/").content.decode()
    assert html.index('alt="The door"') < html.index("Have a look around") < html.index('alt="A room"')
    assert html.count('alt="The door"') == 1


def test_a_manager_uploads_one_with_its_words(client, pages, media):
    client.force_login(make_user("mona", "Manager"))
    row = {"alt": "", "caption": "", "shown_on": "contact", "position": "0", "id": "", "clinic": "1"}
    sent = shown(client, PROFILE) | {
        "pictures-TOTAL_FORMS": "1",
        **{f"pictures-0-{name}": value for name, value in row.items()},
    }
    refused = client.post(PROFILE, sent | {"pictures-0-picture": SimpleUploadedFile("a.jpg", JPEG)})
    assert refused.status_code == 200 and not PlacePicture.objects.exists()  # nobody could hear what it shows
    sent |= {"pictures-0-picture": SimpleUploadedFile("a.jpg", JPEG), "pictures-0-alt": "Our front desk"}
    assert client.post(PROFILE, sent).status_code == 302
    assert 'alt="Our front desk"' in client.get("/contact/").content.decode()
