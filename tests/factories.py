"""Rows for tests, valid unless a test says otherwise."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count

from django.contrib.auth.models import Group, User
from django.utils import timezone
from django.utils.text import slugify

from appointments.models import Appointment, AppointmentRequest
from appointments.services.asking import submit_request
from articles.models import Article, ArticleVersion, Citation
from articles.services.publishing import publish
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import enqueue
from clinic.pages.models import Page
from clinic.practice.models import ClinicProfile, OpeningHours
from providers.models import Provider

_numbers = count(1)


# The clinic and its people


def make_clinic(**fields) -> ClinicProfile:
    """A clinic open Monday to Friday, 9 to 12 and 13 to 17."""
    defaults = {
        "name": "Test Clinic",
        "city": "Cary",
        "region": "NC",
        "phone": "+19195550100",
        "desk_email": "desk@example.com",
        "manager_email": "manager@example.com",
        "reply_within": timedelta(hours=4),
        "opened_at": timezone.now() - timedelta(days=30),
        "closed_at": None,
    }
    clinic, _created = ClinicProfile.objects.update_or_create(pk=1, defaults=defaults | fields)
    if not OpeningHours.objects.exists():
        OpeningHours.objects.bulk_create(
            OpeningHours(weekday=day, opens=opens, closes=closes)
            for day in range(5)
            for opens, closes in [(time(9), time(12)), (time(13), time(17))]
        )
    return clinic


def make_provider(name: str = "", **fields) -> Provider:
    """A provider; those without a name are numbered, so that a test may make many."""
    name = name or f"Dr. Ada Lane {next(_numbers)}"
    defaults = {
        "slug": slugify(name),
        "short_name": name,
        "job_title": "Chiropractor",
        "summary": f"{name} treats backs.",
        "credentials": "DC",
    }
    return Provider.objects.create(name=name, **(defaults | fields))


def make_user(username: str, role: str | None = None, **fields) -> User:
    user = User.objects.create_user(
        username, f"{username}@example.com", "a-long-password", **({"is_staff": True} | fields)
    )
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


# Requests


def answers(**fields) -> dict:
    """What a patient answered, as model fields."""
    return {
        "patient_name": "Pat Doe",
        "visit_type": AppointmentRequest.VisitType.NEW_PROBLEM,
        "contact_method": AppointmentRequest.ContactMethod.EMAIL,
        "email": "pat@example.org",
        "phone": "",
    } | fields


def make_request(now=None, **fields) -> AppointmentRequest:
    """A stored request, through the same service as a patient's."""
    return submit_request(answers=answers(**fields), submission_key=f"key-{next(_numbers)}", now=now or timezone.now())


def make_visits(providers: list[Provider], starts: list[datetime], **fields) -> list[Appointment]:
    """Agreed visits of half an hour, one for each start, with the providers in turn; many at a time."""
    half_hour = timedelta(minutes=30)
    asked = AppointmentRequest.objects.bulk_create(
        AppointmentRequest(
            **answers(patient_name=f"Pat Number {number}"),
            submission_key=f"visit-{next(_numbers)}",
            status=AppointmentRequest.Status.BOOKED,
            created_at=min(start, timezone.now()) - timedelta(days=2),
            reply_due_at=min(start, timezone.now()) - timedelta(days=1),
            appointment_at=start,
        )
        for number, start in enumerate(starts)
    )
    return Appointment.objects.bulk_create(
        Appointment(
            appointment_request=each,
            provider=providers[number % len(providers)],
            starts_at=each.appointment_at,
            ends_at=each.appointment_at + half_hour,
            **fields,
        )
        for number, each in enumerate(asked)
    )


def form_post(**fields) -> dict:
    """What a browser posts from the request form."""
    return {
        "patient_relation": "self",
        "patient_name": "Pat Doe",
        "visit_type": "new_problem",
        "contact_method": "email",
        "email": "pat@example.org",
    } | fields


# Pages and articles


def make_page(slug: str, title: str, **fields) -> Page:
    return Page.objects.create(slug=slug, title=title, summary=f"About {title}", body="<p>Come in.</p>", **fields)


def make_article(*, author=None, treatments=(), conditions=(), related=(), days_ago=1, **fields) -> Article:
    """A published article whose working copy says "draft" wherever the live version says something else."""
    number = next(_numbers)
    author = author or make_provider()
    published_at = timezone.now() - timedelta(days=days_ago)
    article = Article.objects.create(
        title=f"Draft title {number}",
        slug=fields.pop("slug", f"article-{number}"),
        author=author,
        intro="Draft intro",
        body="<p>Draft body</p>",
        first_published_at=published_at,
    )
    defaults = {
        "title": f"Live title {number}",
        "summary": f"Live summary {number}",
        "intro": "First paragraph.\n\nSecond paragraph.",
        "body_html": "<h2 id='what'>What</h2><p>Live body</p>",
        "headings": [["what", "What"]],
        "words": 660,
        "last_reviewed_on": date(2026, 1, 5),
        "next_review_on": date(2027, 1, 5),
    }
    article.live = ArticleVersion.objects.create(
        article=article, number=1, published_at=published_at, author=author, **defaults | fields
    )
    article.save()
    article.live.treatments.set(treatments)
    article.live.conditions.set(conditions)
    article.live.related.set(related)
    return article


@dataclass
class Writers:
    author: User
    reviewer: User
    colleague: User
    desk: User
    manager: User
    admin: User

    def named(self, name: str) -> User:
        return getattr(self, name)


def make_writers() -> Writers:
    make_clinic()
    people = {name: make_user(name, "Provider") for name in ("author", "reviewer", "colleague")}
    for name, user in people.items():
        make_provider(user=user, slug=name, short_name=f"Dr. {name.title()}")
    return Writers(
        **people,
        desk=make_user("desk", "Front desk"),
        manager=make_user("manager", "Manager"),
        admin=make_user("admin", is_superuser=True),
    )


STATES = ("draft", "in_review", "approved", "scheduled", "published", "changed", "retired")


def make_written(writers: Writers, state: str = "draft", **fields) -> Article:
    """An article that lacks nothing but what its state says."""
    today = timezone.localdate()
    defaults = {
        "title": "Needling for headaches",
        "slug": "needling-for-headaches",
        "summary": "What a trial found.",
        "body": "<h2>What it is</h2><p>Less pain [1].</p>",
        "author": writers.author.provider,
        "reviewer": writers.reviewer.provider,
        "last_reviewed_on": today,
        "next_review_on": today + timedelta(days=365),
    }
    if state in ("draft", "in_review"):
        defaults |= {"last_reviewed_on": None, "next_review_on": None}
    article = Article.objects.create(**defaults | fields)
    Citation.objects.create(
        article=article,
        number=1,
        authors="Doe J",
        title="A trial",
        source="J Trials",
        doi="10.1000/1",
        shows="Less pain",
        does_not_show="Why",
    )
    if state in ("published", "changed", "retired"):
        publish(article=article, by=writers.author)
    status = {"scheduled": "approved", "changed": "draft"}.get(state, state)
    Article.objects.filter(pk=article.pk).update(
        status=status,
        publish_at=timezone.now() + timedelta(days=1) if state == "scheduled" else None,
        retired_at=timezone.now() if state == "retired" else None,
    )
    article.refresh_from_db()
    return article


# Mail


def make_mail(name: str = "m", *, to: str = "desk", about=None, **fields) -> OutgoingEmail:
    """A waiting row: to the desk about nothing, unless a test says otherwise."""
    context = {"request_id": about.pk if about else 1, "link_version": 1, "kind": "appointment"}
    template = "received" if to == "patient" else "desk_withdrawn"
    defaults = {
        "template": f"appointments/emails/{template}",
        "reference": about.reference if about else "R-TEST-TEST",
        "context": context | {"reply_due_at": timezone.now().isoformat()},
    }
    enqueue(name=name, audience=to, **(defaults | fields))
    return OutgoingEmail.objects.get(message_id=f"{name}@testserver")
