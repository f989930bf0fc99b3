"""Uploaded pictures are served as pictures and nothing else."""

import os

import pytest

JPEG = b"\xff\xd8 not checked here \xff\xd9" * 40


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "articles").mkdir(parents=True)
    (settings.MEDIA_ROOT / "articles" / "abc.jpg").write_bytes(JPEG)
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    return settings.MEDIA_ROOT


def test_a_picture_is_kept_for_good_and_can_do_nothing(client, media):
    response = client.get("/media/articles/abc.jpg", headers={"accept-encoding": "gzip"})
    assert response.status_code == 200 and response.getvalue() == JPEG
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Length"] == str(len(JPEG))
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert not response.cookies
    assert "Content-Encoding" not in response


@pytest.mark.parametrize(("name", "content_type"), [("a.png", "image/png"), ("a-480.webp", "image/webp")])
def test_the_type_is_told_by_the_name(client, media, name, content_type):
    (media / name).write_bytes(b"<script>alert(1)</script>")
    response = client.get(f"/media/{name}")
    assert response["Content-Type"] == content_type and response.getvalue()


def test_who_has_it_is_not_sent_it_again(client, media):
    first = client.get("/media/articles/abc.jpg")
    assert first.getvalue() == JPEG
    by_etag = client.get("/media/articles/abc.jpg", headers={"if-none-match": first["ETag"]})
    by_date = client.get("/media/articles/abc.jpg", headers={"if-modified-since": first["Last-Modified"]})
    for response in (by_etag, by_date):
        assert (response.status_code, response.content) == (304, b"")
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["ETag"] == first["ETag"]


def test_head_gives_the_same_without_the_picture(client, media):
    response = client.head("/media/articles/abc.jpg")
    assert (response.status_code, response["Content-Length"]) == (200, str(len(JPEG)))
    assert response.getvalue() == b""


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_nothing_else_can_be_done_to_it(client, media, method):
    assert getattr(client, method)("/media/articles/abc.jpg").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["articles/none.jpg", "articles", "articles/", "", "../secret.jpg", "articles/../../secret.jpg", "..%2fsecret.jpg",
     "%2e%2e/secret.jpg", "articles/..%5c..%5csecret.jpg", "//secret.jpg", "%2fetc/passwd", "articles/abc.jpg%00.png",
     "articles/abc.jpg/", "articles/abc.JPG", "articles//abc.jpg", "./articles/abc.jpg", "page.html", "drawing.svg",
     ".hidden.jpg", "page.html.jpg", "link.jpg", "folder.jpg", "articles/abc.jpg%0a", "x" * 300 + ".jpg", "é.jpg"],
)  # fmt: skip
def test_anything_else_is_not_there(client, media, path):
    for name in ("page.html", "drawing.svg", ".hidden.jpg", "page.html.jpg", "é.jpg"):
        (media / name).write_bytes(b"there")
    os.symlink(media.parent / "secret.jpg", media / "link.jpg")
    (media / "folder.jpg").mkdir()
    assert client.get(f"/media/{path}").status_code == 404
