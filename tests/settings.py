"""The product's settings, with what tests need: a throw-away data directory, no hashed static files, fast passwords."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "tests-only-key-that-is-long-enough-for-the-deploy-check-0123456789")
os.environ.setdefault("CLINIC_DATA_DIR", tempfile.mkdtemp(prefix="clinic-tests-"))
os.environ.setdefault("SITE_URL", "http://testserver")
os.environ.setdefault("EMAIL_URL", "memorymail://")
os.environ.setdefault("STAFF_MFA", "optional")
os.environ.setdefault("DEMO", "1")

from clinic.settings import *  # noqa: F403
from clinic.settings import STORAGES

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
