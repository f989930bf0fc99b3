"""What is done to an account, by a manager or by a link. Each leaves a line in the account's history."""

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.staff import emails
from clinic.staff.links import PasswordLink


class NothingToReset(Exception):
    """The account has no codes."""


class LinkSpent(Exception):
    """The link was used, replaced or has run out."""


@transaction.atomic
def send_sign_in_link(*, user: User, by: User) -> None:
    """Mail the colleague a link to choose a password. Links sent before to an account without one no longer hold."""
    if not user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])
    _note(user, by, _("Sent a sign-in link."))
    emails.sign_in_link(user)


@transaction.atomic
def reset_codes(*, user: User, by: User, reason: str) -> None:
    """Take the codes off the account, so that its next sign-in sets up new ones; both people are told by mail.

    Raises NothingToReset.
    """
    removed, _rows = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise NothingToReset
    entry = _note(user, by, _("Codes reset: %(reason)s") % {"reason": reason})
    emails.codes_reset(entry, user, by)


@transaction.atomic
def choose_password(*, link: PasswordLink, password: str) -> User:
    """Set the password of whose link this is and return them. Of two who use one link at once the second is refused.

    Raises LinkSpent.
    """
    user = User.objects.select_for_update().filter(pk=link.user_id).first()
    if user is None or not link.holds_for(user):
        raise LinkSpent
    user.set_password(password)
    user.save(update_fields=["password"])
    _note(user, user, _("Chose a password by a sign-in link."))
    return user


@transaction.atomic
def make_first_account(*, user: User) -> None:
    """Save the owner's account, who may do everything. Of two who use the link at once the second is refused.

    Raises LinkSpent.
    """
    managers = Group.objects.select_for_update().get(name="Manager")  # one after the other
    if User.objects.exists():
        raise LinkSpent
    user.is_staff = user.is_superuser = True
    user.save()
    user.groups.add(managers)
    _note(user, user, _("Made by the link of a new site."))


def _note(user: User, by: User, words: str) -> LogEntry:
    return LogEntry.objects.log_actions(by.pk, [user], CHANGE, change_message=words, single_object=True)
