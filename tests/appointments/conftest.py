import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.factories import make_clinic


@pytest.fixture
def clinic(db):
    cache.clear()  # posts are counted there
    return make_clinic(texts_patients=True, languages="English, Spanish")


@pytest.fixture
def clock(time_machine):
    """A clock that stands still, from now, until a test moves it."""
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine
