"""A running site reads none of its code's files any more: they may be exchanged under it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loaders import filesystem
from django.urls import URLResolver, get_resolver

from clinic.core.loading import load_everything, template_names


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/nothing/here/", "/appointments/request/", "/accounts/login/"])
def test_pages_and_error_pages_need_no_file_after_the_start(client, open_clinic, monkeypatch, address):
    load_everything()
    ours = tuple(map(str, settings.TEMPLATES[0]["DIRS"]))
    read = filesystem.Loader.get_contents

    def refuse(loader, origin):
        is_ours = str(origin.name).startswith(ours) and Path(origin.name).exists()  # a package's is looked for here too
        assert not is_ours, f"{origin.name} was read"
        return read(loader, origin)

    monkeypatch.setattr(filesystem.Loader, "get_contents", refuse)

    assert client.get(address).status_code in (200, 404)


def test_every_address_is_loaded():
    load_everything()

    def included(resolver):
        return [one for one in resolver.url_patterns if isinstance(one, URLResolver)]

    assert all(one.url_patterns for one in included(get_resolver()))


def test_every_template_compiles():
    (folder,) = settings.TEMPLATES[0]["DIRS"]

    assert {"errors/404.html", "errors/500.html", "base.html"} <= set(template_names(Path(folder)))
