"""Opening the site to the public, closing it again, and what people stand up for before that."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.opening import emails
from clinic.opening.checks import requirements
from clinic.opening.models import Confirmation
from clinic.practice.models import ClinicProfile, UrgentAdvice
from providers.models import Provider


class NotReady(Exception):
    """Something is missing that patients, or the front desk, need."""


class NoLongerTrue(Exception):
    """What is to be confirmed has changed meanwhile."""


@transaction.atomic
def open_to_public(*, by: User) -> None:
    """Show everybody the site; one that was closed for a while opens again whatever is missing.

    Raises NotReady at the first opening.
    """
    clinic = _locked()
    if not clinic.opened_at and not all(each.is_met for each in requirements(clinic)):
        raise NotReady
    clinic.opened_at, clinic.closed_at = timezone.now(), None
    _save(clinic, by, _("Opened the site to the public."))


@transaction.atomic
def close_to_public(*, by: User) -> None:
    """Show everybody that the site is being prepared; patients keep the pages of their requests."""
    clinic = _locked()
    if clinic.is_open_to_public:
        clinic.closed_at = timezone.now()
        _save(clinic, by, _("Closed the site to the public."))


@transaction.atomic
def ask_desk(*, by: User) -> str:
    """Mail the front desk a link that proves its address, and return the address. Raises NotReady without one."""
    clinic = _locked()
    if not clinic.desk_email:
        raise NotReady
    emails.prove_desk_address(clinic)
    return clinic.desk_email


@transaction.atomic
def confirm_desk_address(*, address: str) -> None:
    """Write down that a mail to this address was read. Raises NoLongerTrue where the desk has another by now."""
    if _locked().desk_email != address:
        raise NoLongerTrue
    Confirmation.objects.get_or_create(kind=Confirmation.Kind.DESK_ADDRESS, subject=address)


@transaction.atomic
def confirm_advice(*, advice: UrgentAdvice, clinician: Provider, by: User) -> None:
    """Write down who stands for this version of the urgent advice. Raises NoLongerTrue where there is a newer one."""
    if UrgentAdvice.objects.first() != advice:
        raise NoLongerTrue
    Confirmation.objects.get_or_create(
        kind=Confirmation.Kind.URGENT_ADVICE,
        subject=str(advice.pk),
        defaults={"confirmed_by": clinician.name, "recorded_by": by},
    )


def _locked() -> ClinicProfile:
    """Return the clinic's row, held until the end of the transaction; an unsaved one before there is any."""
    return ClinicProfile.objects.select_for_update().current()


def _save(clinic: ClinicProfile, by: User, words: str) -> None:
    clinic.save(update_fields=["opened_at", "closed_at"])
    LogEntry.objects.log_actions(by.pk, [clinic], CHANGE, change_message=words, single_object=True)
