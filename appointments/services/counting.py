"""How much work there is: the same numbers in the morning's digest and on the desk's first page."""

from datetime import datetime

from appointments.models import AppointmentRequest


def count_work(now: datetime) -> dict[str, int]:
    """Count what waits for the front desk at `now`."""
    requests = AppointmentRequest.objects
    return {
        "waiting": requests.awaiting_reply().count(),
        "overdue": requests.overdue(now).count(),
        "contacting": requests.filter(status=AppointmentRequest.Status.CONTACTING).count(),
        "to_check": requests.quarantined().count(),
        "mail_failed": requests.live().mail_failed().count(),
    }
