from io import StringIO
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.utils.functional import empty

FONTS = ["public-sans", "public-sans-400-italic", "newsreader-600"]


@pytest.fixture
def collected(settings, tmp_path):
    """Our own static files as production serves them; Django's would only take time."""
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "clinic.core.storage.StaticFiles"}}
    staticfiles_storage._wrapped = empty
    call_command("collectstatic", interactive=False, stdout=StringIO())
    yield settings.STATIC_ROOT
    staticfiles_storage._wrapped = empty


def test_the_stylesheet_is_one_hashed_compressed_file(collected):
    name = staticfiles_storage.stored_name("css/site.css")
    css = (collected / name).read_text()
    assert name != "css/site.css"
    assert "@import" not in css
    assert "--paper: #fbf8f3" in css and "@media print" in css
    assert staticfiles_storage.stored_name("fonts/public-sans.woff2") in css
    assert (collected / f"{name}.gz").exists()


def test_collecting_twice_changes_nothing(collected):
    name = staticfiles_storage.stored_name("css/site.css")
    call_command("collectstatic", interactive=False, stdout=StringIO())
    assert staticfiles_storage.stored_name("css/site.css") == name


def font_file(name: str) -> Path:
    return Path(finders.find(f"fonts/{name}"))


def test_the_fonts_weigh_less_than_fifty_kilobytes_and_carry_their_licences():
    sizes = [font_file(f"{name}.woff2").stat().st_size for name in FONTS]
    assert sum(sizes) <= 50 * 1024
    for licence in ("OFL-public-sans.txt", "OFL-newsreader.txt"):
        assert "SIL OPEN FONT LICENSE" in font_file(licence).read_text()


def test_an_icon_is_where_browsers_ask_for_it_unasked(client):
    response = client.get("/favicon.ico")
    assert (response.status_code, response.url) == (302, "/static/img/favicon.ico")
