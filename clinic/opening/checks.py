"""What a clinic needs before patients may come in: one function a requirement, in the order the owner reads them."""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.keeping import backups, retention
from clinic.opening.models import Confirmation
from clinic.opening.starting_pages import STARTING_PAGES
from clinic.pages.models import Page
from clinic.practice.models import ClinicProfile, OpeningHours, UrgentAdvice
from providers.models import Provider, Treatment

Kind = Confirmation.Kind
PROFILE = "admin:practice_clinicprofile_change"


@dataclass(frozen=True)
class Requirement:
    """One line of the list: what it is about, what was found, and where it is put right. `action` is a form's name."""

    title: str
    is_met: bool
    found: str
    url: str = ""
    action: str = ""


def requirements(clinic: ClinicProfile) -> list[Requirement]:
    """Return every requirement as it stands now."""
    return [check(clinic) for check in CHECKS]


def name_and_address(clinic: ClinicProfile) -> Requirement:
    fields = {
        _("street"): clinic.street,
        _("city"): clinic.city,
        _("state"): clinic.region,
        _("ZIP code"): clinic.postal_code,
    }
    lacks = [label for label, value in fields.items() if not value]
    if clinic.name == ClinicProfile._meta.get_field("name").get_default():
        lacks.insert(0, _("the clinic’s own name"))
    found = _("Missing: %(what)s.") % {"what": ", ".join(lacks)} if lacks else f"{clinic.name}, {clinic.place}"
    return Requirement(_("Name and address"), not lacks, found, profile_url(clinic))


def phone(clinic: ClinicProfile) -> Requirement:
    found = clinic.phone.as_national if clinic.phone else _("Every page tells patients to call, and names no number.")
    return Requirement(_("Phone number"), bool(clinic.phone), found, profile_url(clinic))


def hours(clinic: ClinicProfile) -> Requirement:
    days = OpeningHours.objects.values("weekday").distinct().count()
    found = (
        ngettext("Open on %(count)s day a week.", "Open on %(count)s days a week.", days) % {"count": days}
        if days
        else _("By when somebody is called is promised in open hours, and there are none.")
    )
    return Requirement(_("Opening hours"), days > 0, found, profile_url(clinic))


def desk_address(clinic: ClinicProfile) -> Requirement:
    title = _("Front desk’s e-mail, proven")
    if not clinic.desk_email:
        return Requirement(title, False, _("Nobody would hear of a request."), profile_url(clinic))
    proof = Confirmation.objects.filter(kind=Kind.DESK_ADDRESS, subject=clinic.desk_email).first()
    if proof:
        return Requirement(title, True, confirmed_words(clinic.desk_email, proof), profile_url(clinic))
    found = _("Nobody has opened the link in a mail to %(address)s yet.") % {"address": clinic.desk_email}
    return Requirement(title, False, found, profile_url(clinic), action="desk_address")


def provider(clinic: ClinicProfile) -> Requirement:
    listed = Provider.objects.listed()
    with_portrait = listed.exclude(portrait="").first()
    url = reverse("admin:providers_provider_changelist")
    if with_portrait:
        return Requirement(_("A provider with a portrait"), True, str(with_portrait.name), url)
    found = _("There are providers, and none has a portrait.") if listed.exists() else _("No provider is listed.")
    return Requirement(_("A provider with a portrait"), False, found, url)


def treatment(clinic: ClinicProfile) -> Requirement:
    first = Treatment.objects.first()
    found = first.name if first else _("Patients find nothing that they could come for.")
    return Requirement(_("A treatment"), first is not None, found, reverse("admin:providers_treatment_changelist"))


def urgent_advice(clinic: ClinicProfile) -> Requirement:
    title, url = _("Urgent advice, read by a clinician"), reverse("admin:practice_urgentadvice_changelist")
    advice = UrgentAdvice.objects.first()
    if advice is None:
        return Requirement(title, False, _("The request form cannot say when to call 911 instead."), url)
    proof = Confirmation.objects.filter(kind=Kind.URGENT_ADVICE, subject=str(advice.pk)).first()
    if proof:
        return Requirement(title, True, confirmed_words(proof.confirmed_by, proof), url)
    return Requirement(title, False, _("No clinician stands for its newest version yet."), url, action="urgent_advice")


def privacy_page(clinic: ClinicProfile) -> Requirement:
    page = Page.objects.filter(slug="privacy").first()
    url = reverse("admin:pages_page_change", args=[page.pk]) if page else reverse("admin:pages_page_changelist")
    if page is None:
        found = _("There is no page with the address /privacy/.")
    elif not page.is_published:
        found = _("It is a draft: answer its questions, then publish it.")
    else:
        return Requirement(_("Privacy page"), True, page.title, url)
    missing = set(STARTING_PAGES) - set(Page.objects.values_list("slug", flat=True))
    return Requirement(_("Privacy page"), False, found, url, action="pages" if missing and clinic.pk else "")


def codes(clinic: ClinicProfile) -> Requirement:
    title, url = _("A code at every sign-in"), reverse("admin:auth_user_changelist")
    if settings.STAFF_MFA != "required":
        return Requirement(title, False, _("The setting STAFF_MFA lets everybody in with a password alone."), url)
    has_codes = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP))
    without = list(
        User.objects.filter(~has_codes, is_active=True, is_staff=True).values_list("username", flat=True)[:5]
    )
    found = _("Without: %(names)s.") % {"names": ", ".join(without)} if without else _("Every account has one.")
    return Requirement(title, not without, found, url)


def backup(clinic: ClinicProfile) -> Requirement:
    kept = retention.backups_in(backups.folder())
    none = _("There is none. On the server, run: make backup. It restores what it saved beside the site and compares.")
    return Requirement(_("A backup that was restored"), bool(kept), kept[-1].name if kept else none)


CHECKS: list[Callable[[ClinicProfile], Requirement]] = [
    name_and_address,
    phone,
    hours,
    desk_address,
    provider,
    treatment,
    urgent_advice,
    privacy_page,
    codes,
    backup,
]


def profile_url(clinic: ClinicProfile) -> str:
    return reverse(PROFILE, args=[1]) if clinic.pk else reverse("admin:practice_clinicprofile_add")


def confirmed_words(who: str, proof: Confirmation) -> str:
    return _("%(who)s, on %(date)s") % {"who": who, "date": date_format(proof.confirmed_at)}
