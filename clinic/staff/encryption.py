"""What stands behind the one-time codes, unreadable without the site's secret key."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def encrypt(text: str) -> str:
    """Return `text` as a token that only a site with the same secret key can read."""
    return _box().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return back what `encrypt` took, also under a key of SECRET_KEY_FALLBACKS. Raises InvalidToken."""
    return _box().decrypt(token.encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _derived(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"clinic.sign-in.codes").derive(key.encode())
    return base64.urlsafe_b64encode(derived)
