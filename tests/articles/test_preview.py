"""The working copy as it will look, by a link that expires; versions compared; what a provider finds first."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone

from articles.admin import ArticleAdmin
from articles.editing.diff import diff_rows
from articles.editing.preview import preview_link
from articles.models import Article, ArticleVersion
from articles.services.publishing import publish
from tests.factories import make_request, make_writers, make_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_clinic")]


@pytest.fixture
def writers(db):
    return make_writers()


def main_of(response) -> str:
    return response.content.decode().split("<main")[1].split("</main>")[0]


def form_data(context) -> dict:
    """What a browser would post from an admin form that nobody touched."""
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {field.html_name: field.value() for form in forms for field in form}
    return {name: value for name, value in values.items() if value is not False and value not in (None, "")}


def test_the_preview_is_the_page_that_publishing_makes(writers, client):
    article = make_written(writers, "approved")
    client.force_login(writers.author)
    response = client.get(reverse("admin:articles_article_preview_page", args=[article.pk]))
    assert not ArticleVersion.objects.exists() and Article.objects.get().live is None
    previewed = main_of(response)
    publish(article=article, by=writers.author)
    assert main_of(client.get(article.get_absolute_url())) == previewed
    assert "no-store" in response["Cache-Control"] and response["X-Robots-Tag"] == "noindex"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_the_preview_of_a_change_leaves_the_published_page_as_it_is(writers, client):
    article = make_written(writers, "published")
    Article.objects.update(title="Another title", body="<p>Changed [1].</p>")
    client.force_login(writers.reviewer)
    assert "Another title" in main_of(client.get(reverse("admin:articles_article_preview_page", args=[article.pk])))
    assert "Another title" not in main_of(client.get(article.get_absolute_url()))
    assert ArticleVersion.objects.count() == 1


def test_a_colleagues_link_works_for_a_week_without_signing_in(writers, client):
    article = make_written(writers)
    path = preview_link(article).removeprefix("http://testserver")
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=-5)):
        response = client.get(path)
    assert response.status_code == 200 and "Less pain" in main_of(response)
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert "no-store" in response["Cache-Control"] and client.cookies == {}
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=5)):
        assert client.get(path).status_code == 404
    assert client.get(path[:-3] + "xx/").status_code == 404
    assert client.post(path).status_code == 405


def test_versions_stand_side_by_side(writers, client):
    article = make_written(writers, "published")
    Article.objects.update(body="<h2>What it is</h2><p>More pain [1].</p><p>New.</p>")
    article.refresh_from_db()
    rows = {(row.old, row.new, row.kind) for row in diff_rows(article.live, article)}
    assert ("What it is", "What it is", "same") in rows
    assert ("Less pain [1].", "More pain [1].", "changed") in rows and ("", "New.", "added") in rows
    client.force_login(writers.author)
    page = client.get(reverse("admin:articles_article_compare", args=[article.pk]), {"old": "1"}).content.decode()
    assert "<del>Less pain [1].</del>" in page and "<ins>More pain [1].</ins>" in page


@pytest.mark.parametrize("query", ["", "?old=2", "?old=x", "?old=1&new=9", "?old=99999999999999999999"])
def test_comparing_what_is_not_there_is_no_page(writers, client, query):
    article = make_written(writers, "published")
    client.force_login(writers.author)
    assert client.get(reverse("admin:articles_article_compare", args=[article.pk]) + query).status_code == 404


def test_saving_a_change_makes_a_draft_and_saving_none_does_not(writers, client):
    article = make_written(writers, "published")
    client.force_login(writers.author)
    url = reverse("admin:articles_article_change", args=[article.pk])
    for changes, status in (({}, "published"), ({"summary": "New"}, "draft")):
        data = form_data(client.get(url).context)
        response = client.post(url, data | changes)
        assert response.status_code == 302, response.context["errors"]
        article.refresh_from_db()
        assert article.status == status
    assert article.live.summary == "What a trial found."


def test_a_provider_finds_first_what_waits_for_them(writers, client):
    mine = make_written(writers, "published", title="Brought two", slug="brought")
    mine.versions.update(next_review_on=timezone.localdate() + timedelta(days=10))
    for _number in range(2):
        make_request(source_article=mine)
    make_written(writers, "in_review", title="To be read", slug="to-be-read")
    client.force_login(writers.author)
    page = client.get(reverse("admin:index")).content.decode()
    assert "To be read</a>: in review" in page and "Brought two</a>: 2 requests" in page and "Due for review" in page
    assert "Waiting for my review" not in page
    client.force_login(writers.reviewer)
    page = client.get(reverse("admin:index")).content.decode()
    assert "Waiting for my review" in page and "To be read" in page and "Brought two" not in page
    client.force_login(writers.desk)
    assert "My drafts" not in client.get(reverse("admin:index")).content.decode()


def test_the_forms_files_are_there():
    """Production refuses a page that names a file which is not."""
    media = ArticleAdmin(Article, admin.site).media
    paths = [path for path in [*media._js, *media._css["all"]] if isinstance(path, str)]
    assert "js/editor.js" in paths and [path for path in paths if not finders.find(path)] == []
