"""Who may do what: one table of roles and model permissions, applied after every migrate."""

from django.utils.translation import gettext_lazy as _

# What a manager reads beside each role when choosing one
IN_WORDS = {
    "Front desk": _("Front desk: requests, calls and appointments"),
    "Provider": _("Provider: their own page, articles and day"),
    "Manager": _("Manager: everything, the accounts of the staff too"),
}


def all_of(app: str, *models: str) -> list[str]:
    """Return every permission on these models."""
    return [f"{app}.{verb}_{model}" for model in models for verb in ("view", "add", "change", "delete")]


ROLES: dict[str, list[str]] = {
    "Front desk": [
        "appointments.view_appointmentrequest",
        "appointments.add_appointmentrequest",
        "appointments.change_appointmentrequest",
        "appointments.view_requestevent",
        "appointments.view_appointment",
        "mail.view_outgoingemail",
        "practice.view_clinicprofile",
        "practice.view_openinghours",
        "practice.view_closure",
        "practice.view_messagetemplate",
        "providers.view_provider",
        "providers.view_timeaway",
    ],
    "Provider": [
        "appointments.view_appointment",
        "articles.view_article",
        "articles.add_article",
        "articles.change_article",
        "articles.view_articleversion",
        *all_of("articles", "citation", "articleimage"),
        "providers.view_provider",
        "providers.change_provider",
        "providers.view_treatment",
        "providers.view_condition",
    ],
    "Manager": [
        *all_of("practice", "openinghours", "closure", "price", "insurer", "placepicture", "messagetemplate"),
        *[f"auth.{verb}_user" for verb in ["view", "add", "change"]],
        "practice.view_clinicprofile",
        "practice.add_clinicprofile",
        "practice.change_clinicprofile",
        "practice.view_urgentadvice",
        "practice.add_urgentadvice",
        *all_of("pages", "page", "commonquestion"),
        *all_of("providers", "provider", "treatment", "condition", "treatmentforcondition", "timeaway"),
        *all_of("articles", "article", "citation", "articleimage"),
        "articles.view_articleversion",
        "appointments.view_appointmentrequest",
        "appointments.add_appointmentrequest",
        "appointments.change_appointmentrequest",
        "appointments.view_requestevent",
        "appointments.view_appointment",
        "appointments.view_requestview",
        "mail.view_outgoingemail",
    ],
}


def apply_roles() -> None:
    """Make the groups exist with exactly the permissions of the table. Safe to run again.

    Raises LookupError when the table names a permission that no model has.
    """
    from django.contrib.auth.models import Group, Permission

    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, names in ROLES.items():
        unknown = [name for name in names if name not in permissions]
        if unknown:
            raise LookupError(f"roles.py grants {role} permissions that do not exist: {', '.join(unknown)}")
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set([permissions[name] for name in names])
