"""The time at which an approved article appears, as its author gives it."""

import pytest

from articles.editing.forms import ScheduleForm
from tests.factories import make_writers, make_written


def test_a_time_to_come_is_taken_in_the_clinics_zone():
    form = ScheduleForm({"_publish_at": "2999-01-02T03:04"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["publish_at"].isoformat() == "2999-01-02T03:04:00-05:00"


@pytest.mark.parametrize("typed", ["", "soon", "2001-01-01T10:00", "2999-13-01T10:00"])
def test_any_other_is_refused_kindly_and_shown_again(typed):
    form = ScheduleForm({"_publish_at": typed})
    assert form.errors == {"publish_at": ["Give a day and time that are still to come."]}
    assert f'value="{typed}"' in str(form["publish_at"]) or not typed


@pytest.mark.django_db
def test_the_page_shows_a_wrong_time_again_and_what_is_wrong_with_it(client):
    writers = make_writers()
    article = make_written(writers, "approved")
    client.force_login(writers.author)
    page = client.get(f"/admin/articles/article/{article.pk}/change/", {"_publish_at": "2001-01-01T10:00"})
    assert 'value="2001-01-01T10:00"' in page.content.decode()
    assert "Give a day and time that are still to come." in page.content.decode()
