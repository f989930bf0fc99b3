from django.core.checks import CheckMessage, Error, Tags, register
from django.db.utils import DatabaseError

from clinic.practice.models import ClinicProfile


@register(Tags.database)
def desk_address_is_set(app_configs, databases, **kwargs) -> list[CheckMessage]:
    """Fail where requests would reach nobody: a clinic row without a front desk address."""
    if not databases:
        return []
    try:
        missing = ClinicProfile.objects.filter(desk_email="").exists()
    except DatabaseError:
        return []  # before the first migrate there is no table to ask
    if not missing:
        return []
    return [
        Error(
            "The clinic has no front desk e-mail address, so nobody hears of new requests.",
            hint="Fill in “front desk e-mail” in the admin under Clinic profile.",
            id="practice.E001",
        )
    ]
