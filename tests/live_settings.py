"""The product's own settings for real processes that get killed, less what only costs time there."""

from clinic.settings import *  # noqa: F403
from clinic.settings import STORAGES

EMAIL_TIMEOUT = 2  # also shortens the lease of a row whose worker died
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}  # not compressed
}
