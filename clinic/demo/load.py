"""Putting the demo clinic into an empty database."""

from datetime import datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.core.files import File
from django.utils import timezone

from clinic.demo.load_articles import load_articles
from clinic.demo.making import DemoRefused, Maker, all_or_nothing
from clinic.demo.models import DemoRow
from clinic.demo.requests import tell_requests
from clinic.demo.texts import PICTURES, next_closure, one_a_line, read
from clinic.pages.models import CommonQuestion, Page
from clinic.practice.contact_file import save_current_contact
from clinic.practice.fees import Insurer, Price
from clinic.practice.models import ClinicProfile, Closure, MessageTemplate, OpeningHours, UrgentAdvice
from clinic.practice.place import PlacePicture
from providers.models import Condition, Provider, TimeAway, Treatment, TreatmentForCondition

PASSWORD = "demo-clinic"  # noqa: S105  (known to all on purpose; load_demo runs only on a local address)
STAFF = [  # username, first name, last name, role; no role is the superuser
    ("admin", "Robin", "Ashby", None),
    ("manager", "Helen", "Abernathy", "Manager"),
    ("frontdesk", "Tasha", "Greene", "Front desk"),
]


def load(now: datetime | None = None) -> bool:
    """Load the demo clinic, all or nothing. Gives False, and changes nothing, where it is loaded already.

    Raises DemoRefused when the database holds a clinic that the demo did not make, or anything in its way.
    """
    now = now or timezone.now()
    with all_or_nothing() as maker:
        if DemoRow.objects.exists():
            return False
        clinic = ClinicProfile.objects.first()
        if clinic:
            raise DemoRefused(
                f"This database holds a clinic already, “{clinic}”, which the demo did not make, so it is left alone."
                " Load the demo into an empty database: set CLINIC_DATA_DIR to a new folder, then run migrate."
            )
        load_clinic(maker, now)
        load_staff(maker)
        load_care(maker)
        load_providers(maker, now)
        load_questions(maker)
        load_articles(maker, now)
        tell_requests(maker, now)
    save_current_contact()
    return True


def load_clinic(maker: Maker, now: datetime) -> None:
    texts = read("clinic")
    today = timezone.localdate(now)
    profile = texts["profile"]
    notice_days = profile.pop("notice_days")
    hours, languages = profile.pop("reply_within_hours"), profile.pop("languages")
    maker.make(
        ClinicProfile,
        pk=1,
        **profile,
        languages=", ".join(languages),
        reply_within=timedelta(hours=hours),
        notice_until=today + timedelta(days=notice_days),
        opened_at=now,
    )
    for span in texts["hours"]:
        maker.make(OpeningHours, **span)
    for rule in texts["closures"]:
        starts_on, ends_on = next_closure(rule, today)
        maker.make(Closure, reason=rule["name"], starts_on=starts_on, ends_on=ends_on)
    for model, name in ((Price, "prices"), (Insurer, "insurers")):
        for position, row in enumerate(texts[name]):
            maker.make(model, **row, position=position)
    for position, row in enumerate(texts["pictures"]):
        path = PICTURES / row.pop("file")
        if path.exists():
            with path.open("rb") as file:
                maker.make(PlacePicture, **row, picture=File(file, name=path.name), position=position)
    maker.make(UrgentAdvice, **texts["urgent_advice"])
    for position, words in enumerate(texts["messages"]):
        maker.make(MessageTemplate, **words, position=position)
    for page in texts["pages"]:
        show_in_footer, position = page.pop("in_footer"), page.pop("order")
        maker.make(Page, **page, show_in_footer=show_in_footer, position=position)


def load_staff(maker: Maker) -> None:
    for username, first_name, last_name, role in STAFF:
        make_user(maker, username, first_name, last_name, role)


def make_user(maker: Maker, username: str, first_name: str, last_name: str, role: str | None) -> User:
    user = maker.make(
        User,
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=f"{username}@example.com",
        password=password_hash(),
        is_staff=True,
        is_superuser=role is None,
    )
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


@cache
def password_hash() -> str:
    """One for all of them: each takes the better part of a second, on purpose."""
    return make_password(PASSWORD)


def load_care(maker: Maker) -> None:
    """Treatments, conditions, and what each treatment can do for which condition."""
    for treatment in read("treatments")["treatments"]:
        lists = {name: one_a_line(treatment.pop(name)) for name in ("who_should_not", "also_called")}
        position = treatment.pop("order")
        maker.make(Treatment, **treatment | lists, position=position)
    texts = read("conditions")
    for condition in texts["conditions"]:
        position, also_called = condition.pop("order"), one_a_line(condition.pop("also_called"))
        maker.make(Condition, **condition, also_called=also_called, position=position)
    for pair in texts["pairs"]:
        maker.make(
            TreatmentForCondition,
            treatment=Treatment.objects.get(slug=pair["treatment"]),
            condition=Condition.objects.get(slug=pair["condition"]),
            text=pair["text"],
        )


def load_providers(maker: Maker, now: datetime) -> None:
    today = timezone.localdate(now)
    for texts in read("providers")["providers"]:
        provider = make_provider(maker, texts)
        for away in texts.get("time_away", []):
            starts_on = today + timedelta(days=away["starts_in_days"])
            maker.make(
                TimeAway, provider=provider, starts_on=starts_on, ends_on=starts_on + timedelta(days=away["days"] - 1)
            )


def make_provider(maker: Maker, texts: dict) -> Provider:
    first_name, _space, last_name = texts["name"].partition(" ")
    as_they_are = ["short_name", "slug", "credentials", "job_title", "summary", "bio", "portrait_alt"]
    portrait = PICTURES / f"portrait-{texts['portrait']}.jpg"
    fields = {
        **{name: texts[name] for name in as_they_are},
        **{name: texts[name] for name in ("license_number", "license_state", "practicing_since") if name in texts},
        "first_visit": texts["first_visit"].strip(),
        "education": one_a_line(texts.get("education", [])),
        "name": texts["display_name"],
        "techniques": one_a_line(texts["techniques"]),
        "focus_areas": one_a_line(texts["focus_areas"]),
        "athletes": one_a_line(texts["athletes"]),
        "languages": ", ".join(texts["languages"]),
        "is_accepting": texts["accepting_patients"],
        "position": texts["order"],
        "user": make_user(maker, texts["username"], first_name, last_name, "Provider"),
    }
    if portrait.exists():
        with portrait.open("rb") as file:
            provider = maker.make(Provider, **fields, portrait=File(file, name=portrait.name))
    else:
        provider = maker.make(Provider, **fields)
    provider.treatments.set(Treatment.objects.filter(slug__in=texts["treatments"]))
    provider.conditions.set(Condition.objects.filter(slug__in=texts["conditions"]))
    return provider


def load_questions(maker: Maker) -> None:
    """Questions and answers, each on the pages whose addresses it names."""
    kinds = {"pages": Page, "treatments": Treatment, "conditions": Condition, "providers": Provider}
    for position, texts in enumerate(read("questions")["questions"]):
        slugs = {kind: texts.pop(kind, []) for kind in kinds}
        question = maker.make(CommonQuestion, **texts, position=position)
        for kind, model in kinds.items():
            getattr(question, kind).set(model._default_manager.filter(slug__in=slugs[kind]))
