"""The clinic's name and telephone number in a file, for error pages while the database is gone."""

import json
import logging
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from clinic.practice.models import ClinicProfile

logger = logging.getLogger(__name__)


def save_contact(clinic: ClinicProfile) -> None:
    """Write the name and number. A file that cannot be written is logged, and stops nobody from saving a profile."""
    contact = {"name": str(clinic.name), "phone": clinic.phone.as_rfc3966 if clinic.phone else ""}
    try:
        draft = _path().with_suffix(".new")
        draft.write_text(json.dumps(contact))
        draft.replace(_path())
    except OSError:
        logger.warning("contact.json could not be written; error pages may lack the phone number", exc_info=True)


def save_current_contact() -> None:
    """Write what the database says, as the web server does when it starts; nothing where there is no clinic yet."""
    try:
        clinic = ClinicProfile.objects.first()
    except DatabaseError:
        logger.warning("The database does not answer; contact.json stays as it is")
        return
    if clinic:
        save_contact(clinic)


def saved_contact() -> ClinicProfile:
    """Return an unsaved clinic with the name and number as last written; an empty one where nothing was."""
    try:
        kept = json.loads(_path().read_text())
        return ClinicProfile(name=kept["name"], phone=kept["phone"])
    except (OSError, ValueError, KeyError, TypeError):
        return ClinicProfile()


def _path() -> Path:
    return settings.DATA_DIR / "contact.json"
