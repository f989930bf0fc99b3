from datetime import UTC, datetime, time

import pytest
from django.utils import timezone

from articles.models import Article, ArticleVersion
from clinic.pages.models import Page
from clinic.practice.models import ClinicProfile, OpeningHours
from providers.models import Condition, Provider, Treatment

MONDAY_NOON = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # in New York
SUNDAY_NOON = datetime(2026, 3, 8, 16, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_data_dir(settings, tmp_path):
    """Whatever a test writes stays its own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def clinic(db) -> ClinicProfile:
    clinic = ClinicProfile.objects.create(
        pk=1, name="Oak Clinic", tagline="Gentle hands for sore backs", phone="+19195550123", city="Cary", region="NC"
    )
    for weekday in range(5):
        OpeningHours.objects.create(weekday=weekday, opens=time(9), closes=time(17))
    return clinic


@pytest.fixture
def pages(clinic) -> list[Page]:
    return [
        make_page("first-visit", "Your first visit"),
        make_page("urgent-help", "Urgent help"),
        make_page("hidden", "Not in the footer", show_in_footer=False),
    ]


def make_page(slug: str, title: str, **kwargs) -> Page:
    return Page.objects.create(slug=slug, title=title, summary=f"About {title}", body="<p>Come in.</p>", **kwargs)


def make_provider(number: int = 1) -> Provider:
    return Provider.objects.create(
        name=f"Dr. Ann Lee{number}",
        short_name="Dr. Lee",
        slug=f"ann-lee-{number}",
        job_title="Chiropractor",
        summary="S",
    )


def make_article(author: Provider, number: int = 1) -> Article:
    article = Article.objects.create(title=f"Walking {number}", slug=f"walking-{number}", author=author)
    version = ArticleVersion.objects.create(
        article=article,
        number=1,
        title=f"Walking {number}",
        summary="Why it helps",
        body_html="<p>Walk.</p>",
        author=author,
    )
    article.live, article.first_published_at = version, timezone.now()
    article.save()
    return article


def make_everything(number: int) -> None:
    make_article(make_provider(number), number)
    Treatment.objects.create(name=f"Needling {number}", slug=f"needling-{number}", summary="S")
    Condition.objects.create(name=f"Back pain {number}", slug=f"back-pain-{number}", summary="S")
