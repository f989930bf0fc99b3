"""From a draft to a published page and back: each step, and each refusal."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from articles.jobs import publish_scheduled, remind_of_reviews
from articles.models import Article
from articles.services import workflow
from articles.services.publishing import CannotPublish
from articles.services.workflow import NotAllowed, restore, revision, take
from clinic.mail.models import OutgoingEmail
from clinic.mail.queue import build
from clinic.practice.models import ClinicProfile
from tests.factories import make_writers, make_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]

CARY = ZoneInfo("America/New_York")


@pytest.fixture
def writers(db):
    return make_writers()


def in_a_year():
    return timezone.localdate() + timedelta(days=365)


def names() -> list[str]:
    return [row.template.rsplit("/", 1)[1] for row in OutgoingEmail.objects.order_by("pk")]


def test_from_draft_to_published_on_schedule(writers, client):
    article = make_written(writers)
    with time_machine.travel(datetime(2026, 3, 9, 12, tzinfo=CARY), tick=False):
        take("submit", article=article, by=writers.author)
        take("approve", article=article, by=writers.reviewer, seen=revision(article), next_review_on=in_a_year())
        at = datetime(2026, 3, 11, 7, tzinfo=CARY)
        take("schedule", article=article, by=writers.author, publish_at=at)
        publish_scheduled(at - timedelta(seconds=1))
        assert client.get(article.get_absolute_url()).status_code == 404
        publish_scheduled(at)
        publish_scheduled(at)
    article.refresh_from_db()
    assert (article.status, article.publish_at, article.first_published_at) == ("published", None, at)
    assert str(article.live.last_reviewed_on) == "2026-03-09" and article.versions.count() == 1
    assert "Less pain" in client.get(article.get_absolute_url()).content.decode()
    assert names() == ["please_review", "approved"]


def test_mail_to_staff_holds_no_address_and_finds_it_when_it_leaves(writers):
    take("submit", article=make_written(writers), by=writers.author)
    row = OutgoingEmail.objects.get()
    assert "@" not in str(row.context)
    message = build(row)
    assert message.to == ["reviewer@example.com"]
    assert "Needling for headaches" in message.body and "/review/" in message.body
    assert "Needling for headaches" in message.subject


def test_a_reviewer_without_sign_in_is_reached_through_the_manager(writers):
    article = make_written(writers)
    article.reviewer.user = None
    article.reviewer.save()
    take("submit", article=article, by=writers.author)
    assert build(OutgoingEmail.objects.get()).to == ["manager@example.com"]
    take("approve", article=article, by=writers.manager, seen=revision(article), next_review_on=in_a_year())
    assert article.status == "approved"


def test_incomplete_articles_are_not_sent_for_review(writers):
    article = make_written(writers, summary="", body="<p>See [2].</p>")
    with pytest.raises(CannotPublish) as refusal:
        take("submit", article=article, by=writers.author)
    assert {problem.code for problem in refusal.value.problems} == {"no_summary", "unknown_citation"}
    assert not OutgoingEmail.objects.exists()


def test_a_quote_needs_its_citation(writers):
    article = make_written(writers, body="<p>[1]</p><blockquote><p>It helped.</p></blockquote>")
    with pytest.raises(CannotPublish, match="does not say where it is from"):
        take("submit", article=article, by=writers.author)


@pytest.mark.parametrize(("is_required", "allowed"), [(True, False), (False, True)])
def test_whether_an_author_may_review_is_the_clinics_setting(writers, is_required, allowed):
    ClinicProfile.objects.update(second_reader_required=is_required)
    article = make_written(writers, reviewer=writers.author.provider)
    if allowed:
        take("submit", article=article, by=writers.author)
        take("approve", article=article, by=writers.author, seen=revision(article), next_review_on=in_a_year())
        assert article.status == "approved"
    else:
        with pytest.raises(CannotPublish, match="other than the author"):
            take("submit", article=article, by=writers.author)


def test_a_change_after_approval_is_a_draft_again_and_no_longer_scheduled(writers):
    article = make_written(writers, "scheduled")
    workflow.edited(article)
    article.refresh_from_db()
    assert (article.status, article.publish_at) == ("draft", None)


def test_a_reviewer_approves_only_what_they_saw(writers):
    article = make_written(writers, "in_review")
    seen = revision(article)
    article.body = "<p>Something else [1].</p>"
    article.save()
    with pytest.raises(NotAllowed, match="Read it again"):
        take("approve", article=article, by=writers.reviewer, seen=seen, next_review_on=in_a_year())


def test_sending_back_says_why(writers):
    article = make_written(writers, "in_review")
    with pytest.raises(NotAllowed):
        take("send_back", article=article, by=writers.reviewer, note=" ")
    take("send_back", article=article, by=writers.reviewer, note="Which trial?")
    assert (article.status, article.review_note) == ("draft", "Which trial?")
    assert names() == ["sent_back"]


def test_a_correction_keeps_the_review_date_and_a_review_moves_it(writers):
    article = make_written(writers, "changed")
    before = article.live.last_reviewed_on
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        take("submit", article=article, by=writers.author)
        take("approve", article=article, by=writers.reviewer, seen=revision(article), is_correction=True)
        take("publish", article=article, by=writers.author)
        assert (article.live.last_reviewed_on, article.live.is_correction, article.is_correction) == (
            before,
            True,
            False,
        )
        take("review", article=article, by=writers.author)
        take("approve", article=article, by=writers.reviewer, seen=revision(article), next_review_on=in_a_year())
        take("publish", article=article, by=writers.author)
        assert (article.live.last_reviewed_on, article.live.is_correction) == (timezone.localdate(), False)


def test_what_was_never_published_cannot_be_corrected(writers):
    article = make_written(writers, "in_review")
    with pytest.raises(NotAllowed, match="whole page"):
        take("approve", article=article, by=writers.reviewer, seen=revision(article), is_correction=True)


@pytest.mark.parametrize("days", [None, 0, -1])
def test_a_review_needs_a_next_one_ahead(writers, days):
    article = make_written(writers, "in_review")
    due = None if days is None else timezone.localdate() + timedelta(days=days)
    with pytest.raises(NotAllowed, match="next review"):
        take("approve", article=article, by=writers.reviewer, seen=revision(article), next_review_on=due)


def test_nothing_is_scheduled_into_the_past(writers):
    with pytest.raises(NotAllowed, match="still to come"):
        take("schedule", article=make_written(writers, "approved"), by=writers.author, publish_at=timezone.now())


def test_what_cannot_be_published_on_time_becomes_a_draft_and_its_author_hears(writers):
    article = make_written(writers, "scheduled")
    article.reviewer.delete()
    publish_scheduled(timezone.now() + timedelta(days=2))
    article.refresh_from_db()
    assert (article.status, article.live) == ("draft", None)
    assert names() == ["not_published"]


def test_an_earlier_version_is_taken_up_again_and_published_only_later(writers):
    article = make_written(writers, "published")
    first = article.live
    Article.objects.filter(pk=article.pk).update(title="New", body="<p>New</p>")
    article.citations.all().delete()
    article.refresh_from_db()
    restore(article=article, version=first, by=writers.author)
    article.refresh_from_db()
    assert (article.title, article.body, article.status) == (first.title, first.body, "draft")
    assert [citation.as_dict() for citation in article.citations.all()] == [
        {name: value for name, value in kept.items() if name != "back"} for kept in first.citations
    ]
    assert (article.live, article.versions.count()) == (first, 1)
    with pytest.raises(NotAllowed):
        restore(article=article, version=first, by=writers.reviewer)


def test_authors_hear_of_a_review_thirty_days_before_and_on_the_day_once_each(writers):
    article = make_written(writers, "published")
    due = article.live.next_review_on

    def run(days_before: int) -> list[str]:
        local_noon = datetime(due.year, due.month, due.day, 12, tzinfo=CARY) - timedelta(days=days_before)
        remind_of_reviews(local_noon)
        return names()

    assert run(31) == []
    assert run(30) == run(29) == run(1) == ["review_due"]
    assert run(0) == run(-5) == ["review_due"] * 2
    assert build(OutgoingEmail.objects.first()).to == ["author@example.com"]


@pytest.mark.parametrize(("days_late", "setting", "is_said"), [(59, 60, False), (60, 60, True), (400, None, False)])
def test_a_page_says_when_its_review_is_late(writers, client, days_late, setting, is_said):
    ClinicProfile.objects.update(review_late_after_days=setting)
    article = make_written(writers, "published")
    article.versions.update(next_review_on=timezone.localdate() - timedelta(days=days_late))
    assert ("The next review is late" in client.get(article.get_absolute_url()).content.decode()) is is_said
