"""What search engines read about people and what they treat (schema.org, JSON-LD)."""

from typing import Any

from clinic.core.json_ld import CONTEXT, absolute, clinic_id, filled
from providers.models import Condition, Provider, Treatment, TreatmentForCondition


def person(provider: Provider) -> dict[str, Any]:
    """Name a provider, as a byline does. The address is there while they have a page."""
    return filled(
        type="Person",
        name=provider.name,
        honorificPrefix=provider.honorific,
        honorificSuffix=provider.credentials,
        jobTitle=provider.job_title,
        url=absolute(provider.get_absolute_url()) if provider.is_listed else "",
    )


def profile(provider: Provider) -> dict[str, Any]:
    """Describe a provider as their own page does."""
    return (
        CONTEXT
        | person(provider)
        | filled(
            description=provider.summary,
            image=absolute(provider.portrait.url) if provider.portrait else "",
            knowsAbout=[*provider.technique_list, *provider.focus_area_list],
            knowsLanguage=provider.language_list,
            hasCredential=_license(provider),
            worksFor={"@type": "MedicalClinic", "@id": clinic_id()},
        )
    )


def _license(provider: Provider) -> dict[str, Any] | None:
    if not provider.license_number:
        return None
    return filled(
        type="EducationalOccupationalCredential",
        credentialCategory="license",
        identifier=provider.license_number,
        validIn=filled(type="AdministrativeArea", name=provider.license_state) if provider.license_state else None,
    )


def topic(row: Treatment | Condition) -> dict[str, Any]:
    """Name a treatment or condition that a page is about."""
    kind = "MedicalTherapy" if isinstance(row, Treatment) else "MedicalCondition"
    return filled(type=kind, name=row.name, url=absolute(row.get_absolute_url()))


def topic_page(row: Treatment | Condition) -> dict[str, Any]:
    """Describe a treatment or condition as its own page does."""
    return CONTEXT | topic(row) | filled(description=row.summary, alternateName=row.other_names)


def pair_page(pair: TreatmentForCondition) -> dict[str, Any]:
    """Describe the page on one treatment for one condition."""
    url = absolute(pair.get_absolute_url())
    return CONTEXT | filled(
        type="MedicalWebPage", id=url, url=url, about=[topic(pair.treatment), topic(pair.condition)]
    )
