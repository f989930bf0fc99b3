"""Save the clinic's data into one file that proves itself, and bring it back. The Makefile has a command for each:

    .venv/bin/python scripts/backup.py save                   restored beside the site, compared, encrypted
    .venv/bin/python scripts/backup.py restore [FILE [KEY]]   the newest where none is named; the site must be stopped
    .venv/bin/python scripts/backup.py verify FILE [KEY]      prove one of before
    .venv/bin/python scripts/backup.py key                    make the pair of keys that backups are encrypted with

A backup holds the database and the uploaded pictures. It does not hold .env: keep that safe elsewhere, because
SECRET_KEY unlocks what the database keeps encrypted. KEY is the name of a file with the private key; without it
whoever sits at the terminal is asked for it.
"""

import getpass
import os
import sqlite3
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

from clinic import environment  # noqa: E402  (needs the lines above)

environment.follow_current("scripts/backup.py")

import django  # noqa: E402

from clinic.keeping import backups, encryption, restoring  # noqa: E402
from clinic.keeping.work import Refused  # noqa: E402

NOT_ENCRYPTED = "It is not encrypted: anybody who has the file reads what patients told you. Run make backup-key once."


def save() -> None:
    backup = backups.back_up()
    print(f"Saved {backup.path}", flush=True)
    print(f"Restored beside the site and compared in {backup.seconds:.1f} s: {backup.report}.")
    if not backup.is_encrypted:
        print(NOT_ENCRYPTED)
    try:
        if backups.copy_elsewhere(backup.path):
            print("Copied to the second place (BACKUP_COPY_COMMAND).")
    except Refused as reason:
        raise Refused(f"The second place has no copy of it (BACKUP_COPY_COMMAND): {reason}") from None


def restore(name: str, key: str) -> None:
    path = Path(name) if name else restoring.newest()
    report, before = restoring.restore(path, private_key(path, key))
    print(f"Restored {path}: {report}.")
    if before:
        print(f"What was there before is in {before}")


def verify(name: str, key: str) -> None:
    path = Path(name)
    backup, report = backups.verify(path, private_key(path, key))
    made = f"release {backup.manifest.release}, {backup.manifest.made_at or 'no manifest'}"
    print(f"{path.name} brings the site back ({made}): {report}.")


def private_key(path: Path, key: str) -> str:
    """Return the private key from its file, or from whoever sits at the terminal; "" for a backup that needs none."""
    if key:
        return encryption.private_key_in(Path(key).read_text())
    if path.suffix == encryption.SUFFIX and sys.stdin.isatty():
        return getpass.getpass("The backups' private key (AGE-SECRET-KEY-...): ").strip()
    return ""


def make_key() -> None:
    """Show the private half once, on a terminal and nowhere else; the site has only the public half."""
    if encryption.public_key():
        raise Refused(
            f"There is a key already: {encryption.public_key()}. To change it, remove {encryption.public_key_file()};"
            " backups of before still need the old private key."
        )
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        raise Refused("The private key is shown on a terminal only, so that no file or log has it. Run this in one.")
    private, public = encryption.make_pair()
    print(f"\n    {private}\n\nWithout this line no backup can be read, and this machine does not have it.")
    print("Write it down twice, with your passwords and on paper.")
    if input("Type its last six characters: ").strip().upper() != private[-6:]:
        raise Refused("That is not how it ends. No key was made; start again.")
    encryption.keep_public_key(public)
    print(f"From now on backups are encrypted to {public}.")


def main(arguments: list[str]) -> None:
    django.setup()
    match arguments:
        case ["save"]:
            save()
        case ["restore", *names] if len(names) <= 2:
            restore(*[*names, "", ""][:2])
        case ["verify", name, *key] if name and len(key) <= 1:
            verify(name, *key or [""])
        case ["key"]:
            make_key()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Refused, OSError, sqlite3.Error) as reason:  # a full disk, for one
        sys.exit(str(reason))
