"""Taking the demo clinic out again, and nothing else."""

from django.contrib.admin.utils import NestedObjects
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, models, transaction

from appointments.models import AppointmentRequest
from articles import search
from articles.models import Article
from clinic.demo.models import DemoRow
from clinic.mail.models import OutgoingEmail
from clinic.pages.models import Page
from clinic.practice.fees import Insurer, Price
from clinic.practice.models import Closure, OpeningHours
from clinic.practice.place import PlacePicture
from providers.models import TimeAway, TreatmentForCondition

# What a clinic may have added to a row of the demo, and would lose with it. Anything else goes with its row.
THE_CLINICS = (OpeningHours, Closure, Price, Insurer, PlacePicture, Page, TimeAway, TreatmentForCondition)


@transaction.atomic
def remove() -> tuple[int, list[models.Model]]:
    """Delete the rows that load_demo made and what belongs to them; give their number, and the rows that stay.

    A row stays when something that the demo did not make hangs on it, such as a page of the clinic's own. It is the
    clinic's from then on; a sign-in that stays is closed, for its password is known to all.
    """
    files: list[str] = []
    kept: list[models.Model] = []
    removed = 0
    for note in DemoRow.objects.order_by("-pk"):  # what was made last hangs on what was made first
        row = note.made
        note.delete()
        if row and _is_needed(row):
            kept.append(row)
            _close_sign_in(row)
            continue
        if row:
            _delete(row)
            removed += 1
        files += note.files
    transaction.on_commit(lambda: _delete_files(files))
    return removed, kept


def _is_needed(row: models.Model) -> bool:
    """Deleting it would fail, or take something along that the clinic made."""
    found = NestedObjects(DEFAULT_DB_ALIAS)
    found.collect([row])
    hanging = [other for others in found.model_objs.values() for other in others if other != row]
    return bool(found.protected) or any(isinstance(other, THE_CLINICS) for other in hanging)


def _delete(row: models.Model) -> None:
    if isinstance(row, AppointmentRequest):
        OutgoingEmail.objects.filter(reference=row.reference).delete()
    if isinstance(row, Article):
        search.remove(row)
    row.delete()


def _close_sign_in(row: models.Model) -> None:
    if isinstance(row, User):
        row.is_active = False
        row.set_unusable_password()
        row.save()


def _delete_files(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)
