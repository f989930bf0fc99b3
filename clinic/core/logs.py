"""What may stand in a log line or an error report: where it broke, never a patient's words or the key to their page."""

import logging
import re
import traceback

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

# A signed token in an address (django.core.signing: payload, time and signature, colons between): it opens a patient's
# status page or an unpublished article. Some mail programs write the colons as %3A, some twice over.
COLON = r"(?::|%(?:25)*3[Aa])"
SIGNED_TOKEN = re.compile(rf"[^/?#\s\"'=]{{8,}}?{COLON}[0-9A-Za-z]{{4,8}}{COLON}[^/?#\s\"'&]{{20,}}")
# What these say in their first line is about code, tables and servers. Others quote the value they choked on, and
# PostgreSQL's second line quotes the whole row.
SAFE_TO_QUOTE = (
    AttributeError, ImportError, NameError, TypeError, IntegrityError, InterfaceError, OperationalError,
    TemplateDoesNotExist, TemplateSyntaxError,
)  # fmt: skip


def without_tokens(text: str) -> str:
    """Return the text with every signed token in it taken out."""
    return SIGNED_TOKEN.sub("...", text)


def describe(error: BaseException | None) -> str:
    """Return the traceback of an error and what led to it: files, lines and kinds, and only such words as are safe."""
    told: list[str] = []
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        lines = "".join(traceback.format_tb(error.__traceback__))
        told.append(f"Traceback (most recent call last):\n{lines}{type(error).__qualname__}: {words_of(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nand from that:\n\n".join(reversed(told))


def words_of(error: BaseException) -> str:
    if isinstance(error, SAFE_TO_QUOTE):
        return str(error).partition("\n")[0]
    return "(its words may quote what somebody typed, so they are left out)"


class QuietFormatter(logging.Formatter):
    """For every line the site logs."""

    def formatException(self, ei) -> str:
        return super().formatException(ei) if settings.DEBUG else describe(ei[1])

    def format(self, record: logging.LogRecord) -> str:
        exc_text, record.exc_text = record.exc_text, None  # another handler may have kept its own, fuller version
        try:
            return without_tokens(super().format(record))
        finally:
            record.exc_text = exc_text


class QuietReporter(ExceptionReporter):
    """For whoever has reports of errors mailed: the same as the log says, no variables and nothing of the form."""

    def get_traceback_text(self) -> SafeString:
        return super().get_traceback_text() if settings.DEBUG else SafeString(self.told())  # nosec B308 B703: plain text

    def get_traceback_html(self) -> SafeString:
        return super().get_traceback_html() if settings.DEBUG else format_html("<pre>{}</pre>", self.told())

    def told(self) -> str:
        where = f"{self.request.method} {self.request.path}" if self.request else "outside a request"
        return without_tokens(f"{where}\n\n{describe(self.exc_value)}\n")
