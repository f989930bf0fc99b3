"""Backups are encrypted to the clinic's public key (age): this machine cannot read what it saved yesterday."""

from pathlib import Path

import pyrage
from django.conf import settings
from pyrage import x25519

from clinic.keeping.work import Refused

SUFFIX = ".age"


def public_key_file() -> Path:
    return settings.DATA_DIR / "backup-key.pub"


def public_key() -> str:
    """Return the clinic's public key, "" before one was made. Raises Refused where the file holds none."""
    if not public_key_file().exists():
        return ""
    key = public_key_file().read_text().strip()
    _recipient(key)
    return key


def make_pair() -> tuple[str, str]:
    """Return a new private key and its public half."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def keep_public_key(key: str) -> None:
    """Encrypt to this key from now on."""
    unfinished = public_key_file().with_suffix(".part")
    unfinished.write_text(f"{key}\n")
    unfinished.replace(public_key_file())


def encrypt(plain: Path, target: Path) -> None:
    pyrage.encrypt_file(str(plain), str(target), [_recipient(public_key())])


def decrypt(backup: Path, target: Path, private_key: str) -> None:
    """Write the plain backup. Raises Refused where key and file do not belong together or the file is damaged."""
    try:
        pyrage.decrypt_file(str(backup), str(target), [_identity(private_key)])
    except pyrage.DecryptError as error:
        raise Refused(f"{backup.name} cannot be decrypted: it is damaged, or made for another key ({error}).") from None


def public_half(private_key: str) -> str:
    return str(_identity(private_key).to_public())


def private_key_in(text: str) -> str:
    """Return the private key among the lines of a key file, which may hold comments."""
    lines = [line.strip() for line in text.splitlines()]
    return next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), text.strip())


def _identity(private_key: str) -> x25519.Identity:
    try:
        return x25519.Identity.from_str(private_key)
    except pyrage.IdentityError:
        raise Refused("This is not a backup's private key: it begins with AGE-SECRET-KEY-1.") from None


def _recipient(key: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise Refused(f"{public_key_file()} holds no public key. Remove it, and run make backup-key.") from None
