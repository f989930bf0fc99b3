"""The product's own settings for real processes under test, with a shorter patience for a mail server that hangs."""

from clinic.settings import *  # noqa: F403

EMAIL_TIMEOUT = 2
