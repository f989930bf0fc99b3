"""Every role, every state of an article, every step: one table, asked of the rules and of the pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from articles.services import workflow
from articles.services.publishing import CannotPublish
from articles.services.workflow import NotAllowed, may, may_edit, may_read, revision, take
from tests.factories import STATES, make_writers, make_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]

ROLES = ("author", "reviewer", "colleague", "desk", "manager", "admin")

# Which steps lead on from each state, for whoever edits the article and for its reviewer; nobody else has any
EDITOR = {
    "draft": {"submit"},
    "in_review": {"withdraw"},
    "approved": {"withdraw", "publish", "schedule"},
    "scheduled": {"withdraw", "publish", "schedule"},
    "published": {"retire", "review"},
    "changed": {"submit", "retire"},
    "retired": {"reopen"},
}
REVIEWER = {state: {"approve", "send_back"} if state == "in_review" else set() for state in STATES}
ALLOWED = {
    "author": EDITOR,
    "reviewer": REVIEWER,
    "colleague": {state: set() for state in STATES},
    "desk": {state: set() for state in STATES},
    "manager": EDITOR,
    "admin": EDITOR,
}
LEADS_TO = {
    "submit": "in_review",
    "approve": "approved",
    "send_back": "draft",
    "withdraw": "draft",
    "publish": "published",
    "schedule": "approved",
    "retire": "retired",
    "reopen": "draft",
    "review": "in_review",
}


@pytest.fixture
def writers(db):
    return make_writers()


def facts_of(step: str, article: Article) -> dict:
    later = timezone.now() + timedelta(days=30)
    return {
        "approve": {"seen": revision(article), "next_review_on": later.date()},
        "send_back": {"note": "More."},
        "schedule": {"publish_at": later},
    }.get(step, {})


def test_the_table_names_every_step_and_state():
    assert (
        set(LEADS_TO)
        == set(workflow.STEPS)
        == {step for steps in EDITOR.values() for step in steps}
        | {
            "approve",
            "send_back",
        }
    )
    assert set(EDITOR) == set(STATES) and set(ALLOWED) == set(ROLES)


@pytest.mark.parametrize("step", LEADS_TO)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_takes_the_steps_the_table_gives_and_no_other(writers, role, state, step):
    article, user = make_written(writers, state), writers.named(role)
    before = Article.objects.filter(pk=article.pk).values().get()
    is_allowed = step in ALLOWED[role][state]
    assert may(user, step, article) is is_allowed
    if is_allowed:
        take(step, article=article, by=user, **facts_of(step, article))
        assert article.status == LEADS_TO[step]
    else:
        with pytest.raises(NotAllowed):
            take(step, article=article, by=user, **facts_of(step, article))
        assert Article.objects.filter(pk=article.pk).values().get() == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_and_edits_what_it_should(writers, client, role, state):
    article, user = make_written(writers, state), writers.named(role)
    edits = role in ("author", "manager", "admin")
    reads = edits or role == "reviewer"
    assert (may_edit(user, article), may_read(user, article)) == (edits, reads)
    client.force_login(user)
    change = reverse("admin:articles_article_change", args=[article.pk])
    # Django leads away from a row that somebody's list does not hold
    assert client.get(change).status_code == (200 if reads else 403 if role == "desk" else 302)
    if edits:
        assert client.post(change, {}).status_code == 200  # the form, with its errors
    else:
        assert client.post(change, {}).status_code == (302 if role == "colleague" else 403)
    for page in ("review", "preview", "preview_page", "versions"):
        url = reverse(f"admin:articles_article_{page}", args=[article.pk])
        assert client.get(url).status_code == (200 if reads else 403), page
    pictures = reverse("admin:articles_article_pictures", args=[article.pk])
    assert client.get(pictures).status_code == (200 if edits else 403)
    if article.live:
        compare = reverse("admin:articles_article_compare", args=[article.pk])
        assert client.get(f"{compare}?old=1").status_code == (200 if reads else 403)
        versions = reverse("admin:articles_article_versions", args=[article.pk])
        assert client.post(versions, {"restore": "1"}).status_code == (302 if edits else 403)
    article.refresh_from_db()
    assert article.title == "Needling for headaches"


@pytest.mark.parametrize("page", ["review", "preview", "preview_page", "versions", "compare", "pictures", "change"])
def test_visitors_are_led_to_the_sign_in_page(writers, client, page):
    article = make_written(writers, "published")
    response = client.get(reverse(f"admin:articles_article_{page}", args=[article.pk]))
    assert response.status_code == 302 and "login" in response.url


def test_lists_hold_what_concerns_the_reader(writers, client):
    make_written(writers)
    listed = {}
    for role in ROLES:
        client.force_login(writers.named(role))
        page = client.get(reverse("admin:articles_article_changelist")).content.decode()
        listed[role] = "Needling for headaches" in page
    assert listed == {role: role not in ("colleague", "desk") for role in ROLES}


def test_a_provider_cannot_write_in_another_name(writers, client):
    client.force_login(writers.author)
    form = client.get(reverse("admin:articles_article_add")).context["adminform"].form
    assert [provider.user for provider in form.fields["author"].queryset] == [writers.author]
    assert form.initial["author"] == writers.author.provider.pk


def test_a_provider_edits_their_own_bio_and_no_other(writers, client):
    client.force_login(writers.author)
    own, other = (
        reverse("admin:providers_provider_change", args=[user.provider.pk])
        for user in (writers.author, writers.colleague)
    )
    assert client.post(own, {}).status_code == 200
    assert client.post(other, {}).status_code == 403


def test_an_incomplete_draft_stays_a_draft_for_everybody(writers):
    article = make_written(writers, summary="")
    for user in (writers.author, writers.manager, writers.admin):
        with pytest.raises(CannotPublish):
            take("submit", article=article, by=user)
    assert article.status == "draft"
