"""The link that proves the front desk's address: signed when the mail leaves, stored nowhere, good for a week."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "opening.desk-address"
LINK_LASTS = timedelta(days=7)


def desk_link(address: str) -> str:
    """Return the absolute address of the page on which whoever reads the desk's mail says so."""
    return settings.SITE_URL + reverse("opening:desk-address", args=[signing.dumps(address, salt=SALT)])


def address_in(token: str) -> str:
    """Return whose mail the link was in; an empty string for a link that was altered or is too old."""
    try:
        return signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return ""
