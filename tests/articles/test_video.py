"""A video elsewhere: a row where the text says [video], and nothing until its address is set."""

import pytest

from articles.body import Video, render
from articles.services.publishing import problems_of, publish
from tests.factories import make_article

BODY = "<h2>Motion</h2><p>Before.</p><p> [Video] </p><p>A [video] in a sentence stays.</p>"
HERE = Video("https://www.video.example/watch?v=1&t=2", "One person before & after")


def test_the_row_says_what_and_where():
    shown = render(BODY, video=HERE)
    assert (
        '<p class="video-link"><span>Video</span> <a href="https://www.video.example/watch?v=1&amp;t=2" rel="noopener">'
        "One person before &amp; after</a> <span>on video.example</span></p>"
    ) in shown.html
    assert "<p>A [video] in a sentence stays.</p>" in shown.html
    assert shown.problems == []


def test_without_an_address_there_is_nothing_in_its_place():
    shown = render(BODY)
    assert "video-link" not in shown.html and "[Video]" not in shown.html
    assert "<p>Before.</p><p>A [video] in a sentence stays.</p>" in shown.html
    assert shown.problems == []


def test_a_video_without_a_place_is_told_to_its_author_and_stops_nobody():
    (problem,) = render("<p>No place.</p>", video=HERE).problems
    assert problem.code == "video_without_place" and not problem.is_blocking


@pytest.mark.django_db
def test_patients_see_it_once_it_is_published(client, open_clinic):
    article = make_article(slug="motion")
    article.body, article.video_url = BODY, HERE.url
    article.summary = article.title
    article.reviewer, article.last_reviewed_on, article.next_review_on = article.author, "2026-01-01", "2027-01-01"
    article.save()
    assert problems_of(article) == []
    assert "video-link" not in client.get("/articles/motion/").content.decode()
    version = publish(article=article, by=None)
    assert (version.video_url, version.video_title) == (HERE.url, "")
    assert ">Watch the video</a>" in client.get("/articles/motion/").content.decode()
