"""What a visit costs and which insurers: rows beside the clinic's profile, on the page about fees."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from clinic.practice.fees import Insurer, Price
from clinic.practice.models import ClinicProfile
from tests.core.sent import shown
from tests.factories import make_page, make_user

PROFILE = "/admin/practice/clinicprofile/1/change/"
ESTIMATE = "Your right to a good faith estimate"


@pytest.fixture
def fees(clinic):
    return make_page("insurance-and-fees", "Insurance and fees")


def page_of(client, url: str = "/insurance-and-fees/") -> str:
    return " ".join(client.get(url).content.decode().split())


def test_prices_and_insurers_stand_on_the_page_about_fees_and_on_no_other(client, fees, pages):
    Price.objects.create(what="First visit", minutes=60, amount=Decimal(95), position=2)
    Price.objects.create(what="Report for a school", amount=Decimal("1262.50"), position=1)
    Insurer.objects.create(name="Oak Mutual", note="PPO plans.")
    html = page_of(client)
    assert html.index("Report for a school</th> <td>$1,262.50</td>") < html.index(
        "60&nbsp;minutes</span></th> <td>$95</td>"
    )
    assert "<strong>Oak Mutual</strong> <span>PPO plans.</span>" in html
    assert ESTIMATE in html and 'href="https://www.cms.gov/nosurprises"' in html
    other = page_of(client, "/first-visit/")
    assert "First visit</th>" not in other and "Oak Mutual" not in other and ESTIMATE not in other


@pytest.mark.parametrize(
    ("model", "row", "missing"),
    [
        (None, {}, ["What a visit costs", "Insurers we work with", ESTIMATE]),
        (Price, {"what": "Visit", "amount": 50}, ["Insurers we work with"]),
        (Insurer, {"name": "Oak Mutual"}, ["What a visit costs", ESTIMATE]),
    ],
)
def test_what_the_clinic_has_none_of_is_not_on_the_page(client, fees, model, row, missing):
    if model:
        model.objects.create(**row)
    html = page_of(client)
    assert [words for words in missing if words in html] == []


def test_the_estimate_is_american_law_and_said_nowhere_else(client, fees):
    Price.objects.create(what="Visit", amount=50)
    ClinicProfile.objects.update(country="CA")
    html = page_of(client)
    assert "$50" in html and ESTIMATE not in html


def test_the_page_does_not_date_prices_that_change_without_it(client, fees):
    assert "Last changed" in page_of(client)
    Price.objects.create(what="Visit", amount=50)
    assert "Last changed" not in page_of(client)


def test_more_rows_cost_no_more_queries(client, fees, django_assert_num_queries):
    """The site, the page, prices, insurers, questions."""
    for number in range(3):
        with django_assert_num_queries(5):
            page_of(client)
        Price.objects.create(what=f"Visit {number}", amount=50)
        Insurer.objects.create(name=f"Oak Mutual {number}")


def test_a_manager_adds_a_price_and_the_desk_may_not(client, fees):
    client.force_login(make_user("mona", "Manager"))
    sent = shown(client, PROFILE)
    row = {"what": "First visit", "minutes": "60", "amount": "95", "position": "0", "id": "", "clinic": "1"}
    sent |= {"prices-TOTAL_FORMS": "1", **{f"prices-0-{name}": value for name, value in row.items()}}
    assert client.post(PROFILE, sent).status_code == 302
    assert str(Price.objects.get()) == "First visit"
    assert not make_user("dora", "Front desk").has_perm("practice.change_price")


def test_no_price_is_negative(clinic):
    with pytest.raises(IntegrityError), transaction.atomic():
        Price.objects.create(what="Visit", amount=-1)
