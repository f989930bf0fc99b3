"""The demo's texts as a printer would set them."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import clinic.demo

FILES = sorted(Path(clinic.demo.__path__[0]).rglob("*.toml"))


def texts_in(value) -> Iterator[str]:
    """Return every text in a file, however deep, without its HTML tags."""
    if isinstance(value, str):
        yield re.sub(r"<[^>]+>", "", value)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_in(part)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_text_has_a_straight_quote(file: Path):
    found = [text for text in texts_in(tomllib.loads(file.read_text())) if re.search(r"\w'\w|\w\"|\"\w", text)]
    assert found == []
