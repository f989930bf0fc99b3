"""Making rows that can be taken out again: each is noted as the demo's, and all of them are kept or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import models, transaction

from clinic.core.pictures import webp_name, widths
from clinic.demo.models import DemoRow

Row = TypeVar("Row", bound=models.Model)


class DemoRefused(Exception):
    """The demo cannot be loaded here; the message says why in plain words."""


class Maker:
    """Makes the demo's rows and remembers them."""

    def __init__(self) -> None:
        self.files: list[str] = []

    def make(self, model: type[Row], **fields) -> Row:
        """Store a row as the admin would, checked and with its rich text cleaned.

        Raises DemoRefused when the row is not valid here, as when its sign-in or address is taken.
        """
        row = model(**fields)
        try:
            row.full_clean()
        except ValidationError as error:
            reasons = " ".join(error.messages)
            raise DemoRefused(f"The demo's {model._meta.verbose_name} “{row}” cannot be made: {reasons}") from error
        row.save()
        self.remember(row)
        return row

    def remember(self, row: models.Model) -> None:
        """Note a stored row as the demo's."""
        files = _files_of(row)
        self.files += files
        DemoRow.objects.create(made=row, files=files)


@contextmanager
def all_or_nothing() -> Iterator[Maker]:
    """Return a Maker whose rows and files are all kept, or none of them when something is raised."""
    maker = Maker()
    try:
        with transaction.atomic():
            yield maker
    except BaseException:
        for name in maker.files:
            default_storage.delete(name)
        raise


def _files_of(row: models.Model) -> list[str]:
    """Return the names of the row's pictures, each with the smaller ones that lie beside it."""
    names = []
    for field in row._meta.get_fields():
        picture = getattr(row, field.name, None) if isinstance(field, models.ImageField) else None
        if picture:
            names += [picture.name, *[webp_name(picture.name, width) for width in widths(picture.width)]]
    return names
