"""The people around an article, and an article that lacks nothing, in any status."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from articles.models import Article, Citation
from articles.services.publishing import publish
from tests.articles.published import make_provider
from tests.factories import make_clinic, make_user


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


def form_data(context) -> dict:
    """What a browser would post from an admin form that nobody touched."""
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {field.html_name: field.value() for form in forms for field in form}
    return {name: value for name, value in values.items() if value is not False and value not in (None, "")}
