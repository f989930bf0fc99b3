"""Whatever the public reads changes the content's version with it, whoever writes and however."""

import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from clinic.core.http import is_public_page
from clinic.mail.models import Heartbeat
from clinic.pages.content import NEVER_SHOWN, Look, shown_tables
from clinic.pages.models import Page
from clinic.practice.models import ClinicProfile
from providers.models import Provider, Treatment
from tests.factories import make_clinic, make_page, make_provider, make_request, make_user
from tests.pages.at_the_server import SameTransaction, Server

look = SameTransaction()
SHOWN_MODELS = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in shown_tables()]


@pytest.fixture
def changes():
    """Tell how far the version has moved since the last time."""
    before = look.version()

    def changes() -> int:
        nonlocal before
        moved, before = look.version() - before, look.version()
        return moved

    return changes


def public_addresses() -> list[str]:
    """Every page in the sitemap that may be kept, and what machines read."""
    sitemap = Client().get("/sitemap.xml").content.decode()
    pages = re.findall(r"<loc>http://testserver(/[^<]*)</loc>", sitemap)
    machines = ["/sitemap.xml", "/robots.txt", "/.well-known/security.txt", "/articles/feed/", "/search/"]
    feeds = [f"{treatment.get_absolute_url()}feed/" for treatment in Treatment.objects.all()]
    return [path for path in [*pages, *machines, *feeds] if is_public_page(resolve(path).func)]


def test_no_kept_page_reads_a_table_that_does_not_count(demo):
    """A model that a public page shows belongs to the content: take it out of NEVER_SHOWN."""
    read = {}
    for path in public_addresses():
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(path).status_code == 200, path
        for query in queries:
            read |= dict.fromkeys(re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"]), path)
    assert {"providers_provider", "articles_articleversion", "pages_page", "practice_openinghours"} <= set(read)
    assert {table: path for table, path in read.items() if table not in shown_tables()} == {}


def test_reading_changes_no_version(demo, changes):
    """Reads may be counted, but never in a table that counts as content: that would end what is kept."""
    server = Server(look=look)
    for path in public_addresses():
        server.get(path)
        server.get(path)
    assert changes() == 0


def test_what_is_never_shown_is_there():
    labels = {app.label for app in apps.get_app_configs()} | {model._meta.label for model in apps.get_models()}
    assert labels >= NEVER_SHOWN


@pytest.mark.parametrize("model", SHOWN_MODELS, ids=lambda model: model._meta.label)
def test_every_model_counts_however_it_is_written(demo, changes, model):
    rows = model._base_manager.all()
    field = model._meta.pk.name if model._meta.auto_created else model._meta.concrete_fields[-1].name
    rows.filter(pk=0).update(**{field: F(field)})
    assert changes() > 0
    rows.filter(pk=0).delete()
    assert changes() > 0 or not model._meta.auto_created
    if row := rows.last():
        row.save()
        assert changes() > 0
        rows.bulk_update([row], [model._meta.concrete_fields[-1].name])
        assert changes() > 0
        with transaction.atomic():
            rows.filter(pk=row.pk)._raw_delete(rows.db)
            assert changes() > 0
            rows.bulk_create([row])
            assert changes() > 0


def test_links_between_rows_count(db, changes):
    provider, treatment = make_provider(), Treatment.objects.create(name="Massage", slug="massage")
    changes()
    provider.treatments.add(treatment)
    assert changes() > 0
    provider.treatments.clear()
    assert changes() > 0


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE pages_page SET title = 'New'",
        "  update \"pages_page\" set title = 'New'",
        "WITH old AS (SELECT id FROM pages_page) UPDATE pages_page SET title = 'New' WHERE id IN (SELECT id FROM old)",
        "DELETE FROM pages_page",
    ],
)
def test_sql_by_hand_counts(db, changes, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert changes() == 1


def test_reading_by_hand_does_not(db, changes):
    with connection.cursor() as cursor:
        cursor.execute("WITH old AS (SELECT id FROM pages_page) SELECT * FROM old")
        cursor.execute("SELECT 'UPDATE' FROM pages_page")
    assert changes() == 0


def test_what_patients_and_staff_do_all_day_ends_nothing_that_is_kept(db, changes):
    make_clinic()
    changes()
    make_request()
    Heartbeat.objects.create(name="worker", beat_at=timezone.now())
    make_user("rita", "Front desk")
    assert changes() == 0


def test_what_is_taken_back_did_not_change(db, changes):
    make_clinic()
    changes()
    with transaction.atomic():
        ClinicProfile.objects.update(name="Another")
        transaction.set_rollback(True)
    assert changes() == 0


# Outside a transaction, as in a shell


@pytest.fixture
def own_look(transactional_db):
    make_clinic()
    look = Look()
    yield look
    look.close()


def test_a_write_without_a_transaction_comes_with_its_version(own_look):
    seen = own_look.version()
    page = make_page("fees", "Fees")  # SQLite gives the new key as a row, which must reach the model
    assert Page.objects.get(pk=page.pk).title == "Fees"
    assert own_look.version() > seen
    seen = own_look.version()
    Page.objects.update(title="What it costs")
    assert own_look.version() > seen


def test_neither_is_stored_where_one_is_refused(own_look, monkeypatch):
    page = make_page("fees", "Fees")

    def refuse(connection):
        raise RuntimeError("no version today")

    with monkeypatch.context() as patched:
        patched.setattr("clinic.pages.content._count", refuse)
        with pytest.raises(RuntimeError):
            Page.objects.update(title="What it costs")
    page.refresh_from_db()
    assert page.title == "Fees"


def test_a_look_sees_what_is_committed_and_nothing_else(own_look):
    seen = own_look.version()
    with transaction.atomic():
        make_provider()
        Provider.objects.update(summary="Another")
    assert own_look.version() > seen


def test_a_connection_that_broke_is_made_anew(own_look):
    own_look.version()
    own_look._connection.connection.close()
    make_page("fees", "Fees")
    assert own_look.version() > 0
