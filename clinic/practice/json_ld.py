"""What search engines read about the clinic (schema.org, JSON-LD): made of the rows the page shows, no more."""

from datetime import date
from typing import Any

from clinic.core.json_ld import CONTEXT, absolute, clinic_id, filled
from clinic.practice.hours import OpenTime
from clinic.practice.models import ClinicProfile

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def clinic(profile: ClinicProfile, hours: OpenTime) -> dict[str, Any]:
    """Describe the clinic as the home page does, with its week in short."""
    return _facts(profile) | filled(openingHours=_week_in_short(hours))


def clinic_with_closures(profile: ClinicProfile, hours: OpenTime, today: date) -> dict[str, Any]:
    """Describe the clinic as the contact page does: its hours, and the closures from `today` on."""
    return _facts(profile) | filled(
        openingHoursSpecification=_week(hours), specialOpeningHoursSpecification=_closures(hours, today)
    )


def _facts(profile: ClinicProfile) -> dict[str, Any]:
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


def _week_in_short(hours: OpenTime) -> list[str]:
    """Return one line for each span, as in "Mo,Tu,We 09:00-12:00"."""
    days: dict[str, list[str]] = {}
    for day in sorted(hours.week):
        for opens, closes in sorted(hours.week[day]):
            days.setdefault(f"{opens:%H:%M}-{closes:%H:%M}", []).append(DAYS[day][:2])
    return [f"{','.join(names)} {span}" for span, names in days.items()]


def _closures(hours: OpenTime, today: date) -> list[dict[str, Any]]:
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
        if last >= today
    ]
