"""From row to SMTP. Web requests only add rows; the worker sends them, at least once, each under one Message-ID."""

import logging
import random
import re
import smtplib
import textwrap
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string

from clinic.mail.models import OutgoingEmail
from clinic.practice.models import ClinicProfile

logger = logging.getLogger(__name__)

# A row belongs to the worker that took it for so many time-outs: more than any one conversation can wait
LEASE_TIMEOUTS = 18
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=5)
# Where the server is to blame and not the message, so that mail leaves soon after the server is back
LONGEST_RETRY_OF_SERVER = timedelta(minutes=1)
BATCH = 50
COLUMNS = 72


class NoAddress(Exception):
    """There is nobody to send this to."""


class Obsolete(Exception):
    """What the message says no longer holds."""


def enqueue(
    *,
    name: str,
    template: str,
    audience: str,
    reference: str = "",
    context: dict | None = None,
    in_reply_to: str = "",
    due_at: datetime | None = None,
) -> None:
    """Add one message to the queue, in the caller's transaction. A name already there is left alone.

    `name` is the deterministic half of the Message-ID, as in received.R-7K3F-9Q2M; `template` as in
    appointments/emails/received; `context` holds facts that are safe to mail, as JSON types.
    """
    row = OutgoingEmail(
        message_id=message_id(name),
        in_reply_to=message_id(in_reply_to) if in_reply_to else "",
        template=template,
        audience=audience,
        reference=reference,
        context=context or {},
        due_at=due_at or timezone.now(),
    )
    OutgoingEmail.objects.bulk_create([row], ignore_conflicts=True)


def send_again(row: OutgoingEmail) -> None:
    """Put a message at the front of the queue: as it is if it never left, else as a message of its own beside it.

    Pressed twice before the second left, it leaves once more and not twice.
    """
    if row.sent_at is None:
        row.due_at, row.failed_at, row.last_error, row.is_obsolete = timezone.now(), None, "", False
        row.save(update_fields=["due_at", "failed_at", "last_error", "is_obsolete"])
        return
    name = row.message_id.rpartition("@")[0]
    before = OutgoingEmail.objects.filter(message_id__startswith=f"{name}.again-", sent_at__isnull=False).count()
    copy = OutgoingEmail(
        message_id=message_id(f"{name}.again-{before + 1}"),
        in_reply_to=row.in_reply_to or row.message_id,
        template=row.template,
        audience=row.audience,
        reference=row.reference,
        context=row.context,
    )
    OutgoingEmail.objects.bulk_create([copy], ignore_conflicts=True)


def message_id(name: str) -> str:
    return f"{name}@{urlsplit(settings.SITE_URL).hostname}"


def deliver_due() -> int:
    """Send what is due, oldest first, and return how many left. One bad message delays no other.

    Stops early when the server itself fails, so that the worker stays responsive; the rest stays due.
    """
    sent = 0
    connection = get_connection()
    try:
        for row in OutgoingEmail.objects.due(timezone.now())[:BATCH]:
            if not claim(row):
                continue
            try:
                send(row, connection)
            except Exception as error:  # whatever went wrong with this one is written on its row, and it waits
                record_failure(row, error)
                close(connection)
                if is_server_trouble(error):
                    break
            else:
                done = {"sent_at": timezone.now(), "failed_at": None, "last_error": ""}
                OutgoingEmail.objects.filter(pk=row.pk).update(**done)
                sent += 1
    finally:
        close(connection)
    return sent


def claim(row: OutgoingEmail) -> bool:
    """Take the row by compare-and-set: of several workers exactly one sees True."""
    lease_ends = timezone.now() + timedelta(seconds=LEASE_TIMEOUTS * settings.EMAIL_TIMEOUT)
    return bool(
        OutgoingEmail.objects.waiting()
        .filter(pk=row.pk, due_at=row.due_at)
        .update(due_at=lease_ends, attempts=F("attempts") + 1)
    )


def is_still_true(row: OutgoingEmail) -> bool:
    """What the app that wrote it says; for mail to a patient, who may have heard something newer meanwhile."""
    if row.audience != OutgoingEmail.Audience.PATIENT:
        return True
    return import_string(settings.MAIL_IS_STILL_TRUE)(row)


def send(row: OutgoingEmail, connection) -> None:
    """Build the message and hand it to the server.

    Raises what smtplib raises, NoAddress, a template's error, or Obsolete for what is no longer true.
    """
    if not is_still_true(row):
        raise Obsolete("no longer true when it was to leave")
    connection.open()
    connection.send_messages([build(row, connection)])


def build(row: OutgoingEmail, connection=None) -> EmailMultiAlternatives:
    """Return the message of this row as it reads now: today's clinic facts, freshly signed links.

    Raises NoAddress when the clinic or the patient has no address.
    """
    clinic = ClinicProfile.objects.current()
    to = address_of(row, clinic)
    if not to:
        raise NoAddress(f"no address for {row.audience}")
    subject, body, html = rendered(row, clinic)
    host = urlsplit(settings.SITE_URL).hostname
    app, *_, kind = row.template.replace("_", "-").split("/")
    headers = {
        "Message-ID": f"<{row.message_id}>",
        "Auto-Submitted": "auto-generated",
        "List-Id": f"<{kind}.{app}.{host}>",  # so that a mailbox can sort by kind of mail
    }
    if row.in_reply_to:
        headers["In-Reply-To"] = headers["References"] = f"<{row.in_reply_to}>"
    message = EmailMultiAlternatives(
        subject=subject,
        body=body,
        from_email=formataddr((str(clinic.name), settings.DEFAULT_FROM_EMAIL)),
        to=[to],
        reply_to=[clinic.desk_email] if clinic.desk_email else None,
        headers=headers,
        connection=connection,
    )
    message.attach_alternative(html, "text/html")
    attach_calendar(message, row, to)
    return message


def rendered(row: OutgoingEmail, clinic: ClinicProfile) -> tuple[str, str, str]:
    """Return the subject, the plain text and the HTML of a row as they read now."""
    context = context_of(row, clinic)
    text, html = (render_to_string(f"{row.template}.{part}", context) for part in ("txt", "html"))
    return subject_of(row, clinic), for_plain_readers(text), html


def subject_of(row: OutgoingEmail, clinic: ClinicProfile) -> str:
    """Return the subject of a row as it reads now. Raises TemplateDoesNotExist for a message that is no more."""
    return " ".join(render_to_string(f"{row.template}.subject.txt", context_of(row, clinic)).split())


def context_of(row: OutgoingEmail, clinic: ClinicProfile) -> dict:
    """Return what the templates of a row are filled in with."""
    return {
        **with_datetimes(row.context),
        "clinic": clinic,
        "reference": row.reference,
        "site_url": settings.SITE_URL,
    }


def words_of(row: OutgoingEmail) -> tuple[str, str]:
    """Return the subject and the text of a row that may never be stored, to be read before it is sent."""
    subject, text, _html = rendered(row, ClinicProfile.objects.current())
    return subject, text


def with_datetimes(facts: dict) -> dict:
    """Return facts of JSON types with every time, named by its ending in _at, as a datetime; in lists of facts too."""
    read = {}
    for key, value in facts.items():
        if key.endswith("_at") and value:
            value = parse_datetime(value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            value = [with_datetimes(each) for each in value]
        read[key] = value
    return read


def attach_calendar(message: EmailMultiAlternatives, row: OutgoingEmail, to: str) -> None:
    """Add the calendar file of a message about a visit, as a part that mail programs act on and as a file.

    A fault in it is logged and never keeps the message from leaving.
    """
    try:
        calendar = import_string(settings.MAIL_CALENDAR)(row, to)
    except Exception:  # whatever it is, the patient reads the time in the message itself
        logger.exception("The calendar file of mail %s could not be made", row.message_id)
        return
    if calendar:
        method, content = calendar
        # A text part has plain line ends, which become CRLF on the way; the file keeps its own
        text = content.decode().replace("\r\n", "\n")
        message.attach_alternative(text, f"text/calendar; method={method}")
        message.attach("appointment.ics", content, "application/ics")


def for_plain_readers(text: str) -> str:
    """Return the text at 72 columns, with no gap of more than one empty line. An address stays whole, however long."""
    lines = [textwrap.fill(line, COLUMNS, break_long_words=False, break_on_hyphens=False) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def address_of(row: OutgoingEmail, clinic: ClinicProfile) -> str:
    """Looked up when the mail leaves, so that a corrected address heals what is waiting."""
    if row.audience == OutgoingEmail.Audience.DESK:
        return clinic.desk_email
    if row.audience == OutgoingEmail.Audience.MANAGER:
        return clinic.manager_email or clinic.desk_email
    if row.audience == OutgoingEmail.Audience.STAFF:
        users = User.objects.filter(pk=row.context.get("user_id"), is_active=True)
        return users.values_list("email", flat=True).first() or ""
    return import_string(settings.PATIENT_ADDRESS)(row.reference)


def record_failure(row: OutgoingEmail, error: Exception) -> None:
    """Write the reason on the row, and give it up (one person's address refused for good) or set its next try.

    A row that another worker has sent meanwhile stays as it is.
    """
    reason = describe(error)
    logger.warning("Mail %s was not sent at try %d: %s", row.message_id, row.attempts + 1, reason)
    now = timezone.now()
    unsent = OutgoingEmail.objects.waiting().filter(pk=row.pk)
    if isinstance(error, Obsolete):
        unsent.update(failed_at=now, is_obsolete=True, last_error=reason)
        return
    is_one_persons = row.audience in (OutgoingEmail.Audience.PATIENT, OutgoingEmail.Audience.STAFF)
    if is_one_persons and is_refused_for_good(error):
        unsent.update(failed_at=now, last_error=reason)
        return
    longest = LONGEST_RETRY_OF_SERVER if is_server_trouble(error) else LONGEST_RETRY
    unsent.update(due_at=now + wait_before_retry(row.attempts, longest), last_error=reason)


def wait_before_retry(tries: int, longest: timedelta = LONGEST_RETRY) -> timedelta:
    """Doubling from one second to the longest, less up to half so that rows do not all come back at once."""
    wait = min(FIRST_RETRY * 2 ** min(tries, 20), longest)
    return wait * random.uniform(0.5, 1)  # noqa: S311  (spreads load, guards nothing)


def is_refused_for_good(error: Exception) -> bool:
    """The server says this recipient or message will never do; no fault of ours or of the connection."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _reason in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, NoAddress)


def is_server_trouble(error: Exception) -> bool:
    """The next message would fare no better: nothing answers, or it does not let us in."""
    message_was_refused = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    return isinstance(error, OSError) and not message_was_refused


def describe(error: Exception) -> str:
    """Return the reason in one line. Only such words as never hold the recipient's address; a server's own often do."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = {f"{code}" for code, _reason in error.recipients.values()}
        return f"the server refused the recipient ({', '.join(sorted(answers))})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
        return type(error).__name__
    if isinstance(error, OSError | NoAddress | Obsolete | TemplateDoesNotExist | TemplateSyntaxError):
        return f"{type(error).__name__}: {error}"[:500]
    return type(error).__name__


def close(connection) -> None:
    """Say goodbye; a server that hangs or is gone by now has no say in what was already accepted."""
    with suppress(OSError):  # smtplib's errors are OSErrors
        connection.close()
