"""Whatever arrives at the public forms: an answer below 500, nothing left behind."""

import logging
import os
import tempfile
from pathlib import Path
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from appointments.models import AppointmentRequest
from tests.factories import form_post, make_clinic

URLS = ["/appointments/request/", "/contact/"]
FIELDS = [*form_post(), "phone", "note", "message", "provider", "preferred_days", "requester_name", "stamp", "website"]
BODIES = int(os.environ.get("RAW_BODIES", "5000"))
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=edge"

ODD = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\r\nBcc: x@example.org",
        "\ud800",
        "\u202eevil",
        "\u200b",
        "👩‍⚕️",
        "ﷺ" * 40,
        "n" * 10_000,
        "0",
        "-1",
        "1e9",
    ]
)
ANYTHING = st.text(max_size=60) | ODD | st.binary(max_size=40)
PAIRS = st.lists(st.tuples(st.sampled_from(FIELDS) | st.text(max_size=8), ANYTHING), max_size=12)


def encode(pairs: list[tuple]) -> bytes:
    parts = []
    for name, value in pairs:
        name, value = (v if isinstance(v, bytes) else v.encode("utf-8", "surrogatepass") for v in (name, value))
        parts.append(f"{quote_plus(name)}={quote_plus(value)}")
    return "&".join(parts).encode()


def as_multipart(pairs: list[tuple]) -> bytes:
    body = b""
    for name, value in pairs:
        name, value = (v if isinstance(v, bytes) else v.encode("utf-8", "surrogatepass") for v in (name, value))
        body += b'--edge\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value + b"\r\n"
    return body + b"--edge--\r\n"


BODY = (
    st.tuples(PAIRS.map(encode) | st.binary(max_size=300), st.just(URLENCODED))
    | st.tuples(PAIRS.map(as_multipart) | st.binary(max_size=300), st.just(MULTIPART))
    | st.tuples(PAIRS.map(as_multipart).map(lambda body: body[: len(body) // 2]), st.just(MULTIPART))
    | st.tuples(
        PAIRS.map(encode),
        st.sampled_from(["utf-16", "latin-1", "utf-7", "raw_unicode_escape", "nonsense", "idna"]).map(
            lambda charset: f"{URLENCODED}; charset={charset}"
        ),
    )
    | st.tuples(PAIRS.map(as_multipart), st.just(MULTIPART + "; charset=utf-7"))
    | st.tuples(PAIRS.map(encode), st.sampled_from(["", "application/json", "multipart/form-data", "text/plain"]))
)


class RawPosts(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        logging.disable(logging.WARNING)  # pytest would keep every refusal's record, and with it the whole request
        cls.addClassCleanup(logging.disable, logging.NOTSET)

    @classmethod
    def setUpTestData(cls):
        make_clinic()

    @settings(max_examples=BODIES, suppress_health_check=list(HealthCheck))
    @given(url=st.sampled_from(URLS), body=BODY, honest=st.booleans())
    def test_no_body_makes_the_site_fail(self, url, body, honest):
        content, content_type = body
        if honest and content_type == URLENCODED:  # an otherwise valid post, with something odd added
            content = urlencode(form_post(message="Hello?")).encode() + b"&" + content
        # Each from an address of its own, so that none is slowed as a flood; one client, for each loads the middleware
        self.client.cookies.clear()
        address = f"10.0.{os.urandom(1)[0]}.{os.urandom(1)[0]}"
        response = self.client.generic("POST", url, content, content_type=content_type, REMOTE_ADDR=address)
        assert response.status_code in (302, 400, 413, 422, 429)


@pytest.mark.django_db
@pytest.mark.parametrize("url", URLS)
def test_a_thousand_and_one_fields_are_refused(client, clinic, url):
    response = client.post(url, {f"field{n}": n for n in range(1001)})
    assert response.status_code == 400
    assert "(919) 555-0100" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", [URLENCODED, MULTIPART])
@pytest.mark.parametrize("url", [*URLS, "/admin/login/"])
def test_a_large_body_is_refused_unread_and_leaves_no_file(client, clinic, url, content_type):
    before = set(Path(tempfile.gettempdir()).iterdir())

    class Unread:
        def read(self, *args):
            raise AssertionError("somebody read the body")

        readline = read

    response = client.generic(
        "POST", url, b"", content_type=content_type, CONTENT_LENGTH=str(100 * 1024 * 1024), **{"wsgi.input": Unread()}
    )
    assert response.status_code == 413
    assert set(Path(tempfile.gettempdir()).iterdir()) <= before | set(Path(tempfile.gettempdir()).glob("pytest*"))


@pytest.mark.django_db
def test_a_file_sent_to_the_form_is_ignored(client, clinic):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = form_post() | {"patient_name": SimpleUploadedFile("x.txt", b"x" * 1000)}
    response = client.post(URLS[0], sent)
    assert response.status_code == 422
    assert AppointmentRequest.objects.count() == 0
