"""What a day without opening hours falls upon."""

from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from appointments.schedule import Appointment
from clinic.practice.templatetags.clock import in_short


def agreed_on(first: date, last: date) -> list[dict]:
    """Return the agreed appointments that touch these days, earliest first: reference, when and with whom, address.

    Named in the settings as AGREED_APPOINTMENTS, for rooms that must not know of appointments.
    """
    start, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in (first, last + timedelta(days=1)))
    found = Appointment.objects.agreed().overlapping(start, end).select_related("appointment_request", "provider")
    return [
        {
            "reference": each.appointment_request.reference,
            "when": " ".join(filter(None, [in_short(each.starts_at), each.provider and each.provider.short_name])),
            "url": reverse("admin:appointments_appointmentrequest_change", args=[each.appointment_request_id]),
        }
        for each in found.order_by("starts_at", "pk")
    ]
