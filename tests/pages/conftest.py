import pytest

from clinic.pages.models import Page
from clinic.practice.models import ClinicProfile
from tests.factories import make_clinic, make_page


@pytest.fixture(autouse=True)
def own_data_dir(settings, tmp_path):
    """Whatever a test writes stays its own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def clinic(db) -> ClinicProfile:
    return make_clinic(name="Oak Clinic", tagline="Gentle hands for sore backs", phone="+19195550123")


@pytest.fixture
def pages(clinic) -> list[Page]:
    return [
        make_page("first-visit", "Your first visit"),
        make_page("urgent-help", "Urgent help"),
        make_page("hidden", "Not in the footer", show_in_footer=False),
    ]
