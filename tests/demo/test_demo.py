"""The demo clinic: loaded whole into an empty database, and taken out again without a trace."""

from datetime import date, datetime, timedelta
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import TestCase
from django.utils import timezone
from PIL import Image

from appointments.models import AppointmentRequest, RequestView
from appointments.moves import targets_from
from articles.models import Article, ArticleImage, ArticleVersion
from articles.search import search
from articles.services.publishing import problems_of
from clinic.demo import load as loading
from clinic.demo import load_articles, texts
from clinic.demo.load import load
from clinic.demo.models import DemoRow
from clinic.mail.models import OutgoingEmail
from clinic.pages.models import Page
from clinic.practice.models import ClinicProfile, Closure, OpeningHours
from providers.models import Provider
from tests.factories import make_clinic, make_provider, make_request, make_user

Status = AppointmentRequest.Status
PROJECT = ["practice", "mail", "providers", "articles", "appointments", "pages", "auth", "account", "mfa"]
# The content version counts from the first migration on, and never back
PUT_THERE_BY_MIGRATE = ["auth.Group", "auth.Permission", "auth.Group_permissions", "pages.ContentVersion"]
NEW_YORK = ZoneInfo("America/New_York")

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def few_pictures(monkeypatch, tmp_path) -> None:
    """One portrait and one lead picture, so that a test need not encode them all."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ["portrait-williams", "low-back"]:
        Image.new("RGB", (1000, 800), "teal").save(folder / f"{name}.jpg")
    for module in (loading, load_articles):
        monkeypatch.setattr(module, "PICTURES", folder)


def project_models() -> list[type[Model]]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in PROJECT]
    return [model for model in models if model._meta.label not in PUT_THERE_BY_MIGRATE]


def row_counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in project_models()}


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestLoadedDemo(TestCase):
    """What a visitor and the staff find in it."""

    @classmethod
    def setUpTestData(cls) -> None:
        nothing = Path("/nonexistent")
        with mock.patch.object(loading, "PICTURES", nothing), mock.patch.object(load_articles, "PICTURES", nothing):
            call_command("load_demo", verbosity=0, stdout=mock.Mock())

    def test_every_sign_in_works_and_has_its_role(self) -> None:
        roles = {
            "admin": [],
            "manager": ["Manager"],
            "frontdesk": ["Front desk"],
            "williams": ["Provider"],
            "okafor": ["Provider"],
            "reyes": ["Provider"],
        }
        for username, groups in roles.items():
            user = User.objects.get(username=username)
            assert user.check_password("demo-clinic"), username
            assert user.is_staff is True
            assert user.is_superuser is (username == "admin")
            assert list(user.groups.values_list("name", flat=True)) == groups
            assert user.get_full_name().count(" ") == 1

    def test_every_article_is_published_without_a_problem(self) -> None:
        articles = Article.objects.all()
        assert len(articles) == 9
        for article in articles:
            assert article.is_published is True, article
            assert problems_of(article) == [], article
            assert article.live.citations, article
            assert article.live.related.count() >= 3, article
            assert article.live.published_by == article.author.user

    def test_the_newest_article_is_the_one_on_low_back_pain(self) -> None:
        newest = Article.objects.published().for_cards()[0]
        assert newest.slug == "reasons-to-try-dry-needling-for-low-back-pain"
        assert timezone.localdate() - timezone.localdate(newest.first_published_at) == timedelta(days=12)

    def test_an_article_reviewed_since_has_a_second_version(self) -> None:
        article = Article.objects.get(slug="is-dry-needling-safe")
        assert article.versions.count() == 2
        assert timezone.localdate(article.live.published_at) == article.live.last_reviewed_on
        assert timezone.localdate(article.first_published_at) == timezone.localdate() - timedelta(days=154)

    def test_articles_are_found(self) -> None:
        assert "walking-and-exercise-after-back-pain" in search("walking back pain").values_list("slug", flat=True)

    def test_every_status_kind_channel_and_way_in_is_there(self) -> None:
        requests = AppointmentRequest.objects.all()
        assert set(requests.values_list("status", flat=True)) == set(Status.values)
        assert set(requests.values_list("kind", flat=True)) == set(AppointmentRequest.Kind.values)
        assert set(requests.values_list("contact_method", flat=True)) == set(AppointmentRequest.ContactMethod.values)
        assert set(requests.values_list("entered_via", flat=True)) == set(AppointmentRequest.EnteredVia.values)
        assert 22 <= len(requests) <= 30

    def test_every_move_on_a_trail_is_one_the_table_allows(self) -> None:
        for appointment_request in AppointmentRequest.objects.all():
            trail = appointment_request.events.all()
            assert [event.at for event in trail] == sorted(event.at for event in trail)
            assert trail[0].kind == "submitted" and trail[0].at == appointment_request.created_at
            for event in trail.filter(kind="moved"):
                assert event.to_status in targets_from(event.from_status)

    def test_the_queue_holds_what_a_busy_morning_holds(self) -> None:
        now = timezone.now()
        requests = AppointmentRequest.objects
        assert requests.overdue(now).count() == 2
        assert requests.awaiting_reply().filter(reply_due_at__gt=now).count() == 6
        assert [row.patient_name for row in requests.live() if row.is_claimed(now)] == ["Linh Tran"]
        assert all(row.suspicions for row in requests.quarantined())
        assert requests.with_mail_failed().filter(is_mail_failed=True).count() == 1
        for booked in requests.filter(status=Status.BOOKED):
            assert booked.appointment_at > now and booked.appointment_with

    def test_unreachable_came_after_three_attempts_on_more_than_one_day(self) -> None:
        attempts = AppointmentRequest.objects.get(status=Status.UNREACHABLE).events.filter(kind="attempt")
        assert len(attempts) == 3
        assert len({timezone.localdate(attempt.at) for attempt in attempts}) >= 2

    def test_starting_the_worker_sends_only_the_newest_requests_mail(self) -> None:
        newest = AppointmentRequest.objects.order_by("-created_at").first()
        assert set(OutgoingEmail.objects.waiting().values_list("reference", flat=True)) == {newest.reference}
        assert OutgoingEmail.objects.filter(sent_at__isnull=False).count() > 30

    def test_invented_addresses_and_numbers_reach_nobody(self) -> None:
        for row in AppointmentRequest.objects.all():
            assert not row.phone or str(row.phone.national_number)[3:8] == "55501"
            assert row.email == "" or row.email.endswith(("example.com", "example.org"))

    def test_no_closure_is_over_and_no_text_is_a_filler(self) -> None:
        assert not Closure.objects.filter(ends_on__lt=timezone.localdate()).exists()
        fields = {Page: "body", ArticleVersion: "body_html", Provider: "bio", AppointmentRequest: "note"}
        texts_shown = [text for model, name in fields.items() for text in model.objects.values_list(name, flat=True)]
        assert not [text for text in texts_shown if "lorem" in text.lower() or "ipsum" in text.lower()]

    def test_loading_again_changes_nothing(self) -> None:
        before = row_counts()
        said = mock.Mock()
        call_command("load_demo", stdout=said)
        assert row_counts() == before
        assert "nothing was changed" in said.write.call_args.args[0]

    def test_a_row_deleted_since_does_not_stop_the_removal(self) -> None:
        Article.objects.first().delete()
        call_command("remove_demo", stdout=mock.Mock())
        assert not DemoRow.objects.exists()

    def test_a_change_made_in_the_demo_does_not_stop_the_removal(self) -> None:
        article = Article.objects.get(slug="is-dry-needling-safe")
        article.versions.create(number=9, title="Again", body_html="<p>Again</p>", author=article.author)
        row = AppointmentRequest.objects.first()
        RequestView.objects.create(appointment_request=row, by=User.objects.get(username="frontdesk"))
        call_command("remove_demo", stdout=mock.Mock())
        assert not any(row_counts().values())

    def test_removal_leaves_what_the_clinic_made_and_what_that_needs(self) -> None:
        mine = Page.objects.create(title="Our history", slug="our-history", summary="Since 1990.", body="<p>1990</p>")
        request = make_request(provider=Provider.objects.first())
        RequestView.objects.create(appointment_request=request, by=User.objects.get(username="frontdesk"))
        call_command("remove_demo", stdout=mock.Mock())
        assert list(Page.objects.all()) == [mine]
        assert list(AppointmentRequest.objects.all()) == [request]
        assert OutgoingEmail.objects.count() == 2
        assert ClinicProfile.objects.count() == 1
        desk = User.objects.get()
        assert desk.username == "frontdesk" and desk.is_active is False and desk.has_usable_password() is False
        assert not DemoRow.objects.exists()


@pytest.mark.django_db
def test_removal_leaves_no_row_and_no_file(few_pictures, media, django_capture_on_commit_callbacks, capsys):
    call_command("load_demo")
    portrait = Provider.objects.get(slug="jason-williams").portrait
    assert portrait.width == 1000
    lead = ArticleImage.objects.get()
    assert lead.alt and Article.objects.get(picture=lead).live.picture == lead
    assert len(files_under(media)) == 8  # two pictures, each a JPEG and three WebP
    with django_capture_on_commit_callbacks(execute=True):
        call_command("remove_demo")
    assert {label: number for label, number in row_counts().items() if number} == {}
    assert files_under(media) == []
    said = capsys.readouterr().out
    assert "http://testserver/admin/ as admin, manager, frontdesk, williams, okafor, reyes" in said
    assert "demo-clinic" in said


@pytest.mark.django_db
def test_a_failure_on_the_way_leaves_no_row_and_no_file(few_pictures, media, monkeypatch):
    monkeypatch.setattr(loading, "tell_requests", mock.Mock(side_effect=RuntimeError("power cut")))
    with pytest.raises(RuntimeError, match="power cut"):
        load()
    assert not any(row_counts().values())
    assert files_under(media) == []


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["https://clinic.example", "http://192.168.1.20:8000", "http://localhost.example.com"])
def test_a_site_that_others_can_reach_is_refused(settings, url):
    settings.SITE_URL = url
    with pytest.raises(CommandError, match="not this machine"):
        call_command("load_demo")
    assert not any(row_counts().values())


@pytest.mark.django_db
def test_a_clinic_that_is_not_the_demo_is_left_alone():
    make_clinic(name="Real Clinic")
    before = row_counts()
    with pytest.raises(CommandError, match="Real Clinic"):
        call_command("load_demo")
    assert row_counts() == before


@pytest.mark.django_db
def test_a_name_that_is_taken_is_refused_and_nothing_is_kept(few_pictures):
    make_user("manager")
    with pytest.raises(CommandError, match="“manager” cannot be made"):
        call_command("load_demo")
    assert User.objects.count() == 1
    assert not OpeningHours.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("make", [make_clinic, lambda: make_user("rita")])
def test_if_empty_does_nothing_quietly_where_somebody_began(make, settings, capsys):
    make()
    settings.SITE_URL = "https://clinic.example"
    before = row_counts()
    call_command("load_demo", if_empty=True)
    assert row_counts() == before
    assert capsys.readouterr().out == ""


@pytest.mark.django_db
def test_removing_where_there_is_no_demo_changes_nothing(capsys):
    make_clinic()
    make_provider()
    before = row_counts()
    call_command("remove_demo")
    assert row_counts() == before
    assert "no demo" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    "loaded_at",
    [
        datetime(2026, 3, 8, 3, 30),  # Sunday, the night the clocks go forward
        datetime(2026, 11, 27, 23, 0),  # in the Thanksgiving closure
    ],
)
def test_it_loads_at_any_hour_with_the_same_queue(loaded_at, monkeypatch):
    for module in (loading, load_articles):
        monkeypatch.setattr(module, "PICTURES", Path("/nonexistent"))
    now = loaded_at.replace(tzinfo=NEW_YORK)
    monkeypatch.setattr(timezone, "now", lambda: now)
    load(now)
    assert AppointmentRequest.objects.overdue(now).count() == 2
    assert not Closure.objects.filter(ends_on__lt=now.date()).exists()


def test_every_picture_that_the_texts_name_is_there():
    names = [f"portrait-{provider['portrait']}" for provider in texts.read("providers")["providers"]]
    names += [article["picture"] for article in texts.read_articles()]
    assert len(names) == 12
    assert [name for name in names if not (texts.PICTURES / f"{name}.jpg").exists()] == []


def test_closures_fall_on_their_next_day():
    thanksgiving = {"month": 11, "weekday": 3, "nth": 4, "length_days": 2}
    assert texts.next_closure(thanksgiving, date(2026, 11, 27)) == (date(2026, 11, 26), date(2026, 11, 27))
    assert texts.next_closure(thanksgiving, date(2026, 11, 28)) == (date(2027, 11, 25), date(2027, 11, 26))
    over_the_year = {"month": 12, "day": 31, "length_days": 2}
    assert texts.next_closure(over_the_year, date(2027, 1, 1)) == (date(2026, 12, 31), date(2027, 1, 1))
