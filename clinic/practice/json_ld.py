"""What search engines read about the clinic (schema.org, JSON-LD): made of the rows the page shows, no more."""

from datetime import date
from typing import Any

from clinic.core.json_ld import CONTEXT, absolute, clinic_id, filled
from clinic.practice.hours import OpenTime
from clinic.practice.models import ClinicProfile

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def clinic(profile: ClinicProfile, hours: OpenTime | None = None, today: date | None = None) -> dict[str, Any]:
    """Describe the clinic. The hours, and closures from `today` on, are for a page that shows them."""
    return CONTEXT | filled(
        type="MedicalClinic",
        id=clinic_id(),
        name=str(profile.name),
        url=absolute("/"),
        description=profile.tagline,
        telephone=profile.phone.as_e164 if profile.phone else "",
        address=_address(profile),
        hasMap=profile.directions_url,
        geo=_geo(profile),
        openingHoursSpecification=_week(hours) if hours else [],
        specialOpeningHoursSpecification=_closures(hours, today) if hours else [],
    )


def _address(profile: ClinicProfile) -> dict[str, Any] | None:
    if not (profile.street or profile.city):
        return None
    return filled(
        type="PostalAddress",
        streetAddress=profile.street,
        addressLocality=profile.city,
        addressRegion=profile.region,
        postalCode=profile.postal_code,
        addressCountry=profile.country,
    )


def _geo(profile: ClinicProfile) -> dict[str, Any] | None:
    if profile.latitude is None or profile.longitude is None:
        return None
    return filled(type="GeoCoordinates", latitude=float(profile.latitude), longitude=float(profile.longitude))


def _week(hours: OpenTime) -> list[dict[str, Any]]:
    return [
        filled(type="OpeningHoursSpecification", dayOfWeek=DAYS[day], opens=f"{opens:%H:%M}", closes=f"{closes:%H:%M}")
        for day in sorted(hours.week)
        for opens, closes in sorted(hours.week[day])
    ]


def _closures(hours: OpenTime, today: date | None) -> list[dict[str, Any]]:
    """Whole closed days, which schema.org writes as opening and closing at midnight."""
    return [
        filled(
            type="OpeningHoursSpecification",
            validFrom=first.isoformat(),
            validThrough=last.isoformat(),
            opens="00:00",
            closes="00:00",
        )
        for first, last in sorted(hours.closures)
        if today is None or last >= today
    ]
