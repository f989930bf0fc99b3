"""Guards over the whole site: every route for every role, every public page, and what reading may never change."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from appointments.links import status_token
from appointments.models import AppointmentRequest
from articles.models import Article, ArticleVersion
from tests.snapshots import snapshot

pytestmark = pytest.mark.django_db

ROLES = {"visitor": None, "desk": "frontdesk", "provider": "williams", "manager": "manager", "admin": "admin"}
SIGN_IN = 302  # led to the sign-in page
NOT_HERE = 404

# Public routes answer everybody alike; the others, staff by staff
PUBLIC = {
    "pages:home": "/",
    "pages:contact": "/contact/",
    "pages:page": "/privacy/",
    "pages:search": "/search/?q=needling",
    "articles:list": "/articles/",
    "articles:detail": "/articles/reasons-to-try-dry-needling-for-low-back-pain/",
    "providers:provider-list": "/providers/",
    "providers:provider-detail": "/providers/jason-williams/",
    "providers:treatment-list": "/treatments/",
    "providers:treatment-detail": "/treatments/dry-needling/",
    "providers:treatment-for-condition": "/treatments/dry-needling/for/low-back-pain/",
    "providers:condition-list": "/conditions/",
    "providers:condition-detail": "/conditions/low-back-pain/",
    "appointments:request": "/appointments/request/",
}
MACHINES = {
    "articles:feed": "/articles/feed/",
    "articles:treatment-feed": "/treatments/dry-needling/feed/",
    "pages:sitemap": "/sitemap.xml",
    "pages:robots": "/robots.txt",
    "pages:security-txt": "/.well-known/security.txt",
    "pages:healthz": "/healthz",
    "pages:readyz": "/readyz",
}
# visitor, desk, provider, manager, admin
OTHERS = {
    "pages:monitor": ("/monitor", [503] * 5),  # the demo has overdue requests and no worker: late is right
    "pages:favicon": ("/favicon.ico", [302] * 5),
    "pages:media": ("/media/nothing.jpg", [404] * 5),
    "appointments:status": ("/appointments/status/", [404] * 5),
    "appointments:open-status": ("/appointments/status/none/", [404] * 5),
    "appointments:calendar": ("/appointments/status/calendar.ics", [404] * 5),
    "appointments:status-cancel": ("/appointments/status/cancel/", [404] * 5),
    "appointments:status-withdraw": ("/appointments/status/withdraw/", [404] * 5),
    "account_login": ("/accounts/login/", [200, 302, 302, 302, 302]),
    "account_logout": ("/accounts/logout/", [302, 200, 200, 200, 200]),
    "account_reauthenticate": ("/accounts/reauthenticate/", [302, 200, 200, 200, 200]),
    "account_change_password": ("/accounts/password/change/", [302, 200, 200, 200, 200]),
    "staff_first_password": ("/accounts/first-password/", [404] * 5),
    "staff_open_password_link": ("/accounts/first-password/none/", [404] * 5),
    "staff_first_account": ("/accounts/first-account/none/", [404] * 5),
    "opening:desk-address": ("/confirm/desk-address/none/", [404] * 5),
    "opening:page": ("/admin/opening/", [302, 403, 403, 200, 200]),
    "opening:preview": ("/admin/preview/", [302, 200, 200, 200, 200]),
    "opening:preview-page": ("/admin/preview/providers/", [302, 200, 200, 200, 200]),
    "staff_session": ("/accounts/session/", [401, 200, 200, 200, 200]),
    "mfa_index": ("/accounts/2fa/", [302, 200, 200, 200, 200]),
    "mfa_authenticate": ("/accounts/2fa/authenticate/", [302, 302, 302, 302, 302]),
    "mfa_reauthenticate": ("/accounts/2fa/reauthenticate/", [302, 302, 302, 302, 302]),
    "mfa_activate_totp": ("/accounts/2fa/totp/activate/", [302, 302, 302, 302, 302]),
    "mfa_deactivate_totp": ("/accounts/2fa/totp/deactivate/", [302, 404, 404, 404, 404]),
    "mfa_view_recovery_codes": ("/accounts/2fa/recovery-codes/", [302, 404, 404, 404, 404]),
    "mfa_generate_recovery_codes": ("/accounts/2fa/recovery-codes/generate/", [302, 302, 302, 302, 302]),
}
# What each role may do with each kind of row in the admin: v(iew), a(dd), c(hange), d(elete)
ADMIN = {
    #                                  desk  provider manager
    "appointments_appointmentrequest": ("v", "", "v"),
    "appointments_requestview": ("", "", "v"),
    "articles_article": ("", "vac", "vacd"),
    "articles_articleversion": ("", "v", "v"),
    "mail_outgoingemail": ("v", "", "v"),
    "pages_commonquestion": ("", "", "vacd"),
    "pages_page": ("", "", "vacd"),
    "practice_clinicprofile": ("v", "", "vc"),
    "practice_messagetemplate": ("v", "", "vacd"),
    "practice_urgentadvice": ("", "", "va"),
    "providers_condition": ("", "v", "vacd"),
    "providers_provider": ("v", "vc", "vacd"),
    "providers_treatment": ("", "v", "vacd"),
    "auth_user": ("", "", "vac"),
}


def client_of(role: str) -> Client:
    client = Client()
    if ROLES[role]:
        client.force_login(User.objects.get(username=ROLES[role]))
    return client


def routes() -> Iterator[str]:
    """The name of every route there is; the admin's by model."""

    def walk(patterns, namespace=""):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from walk(pattern.url_patterns, inner)
            elif pattern.name:
                yield f"{namespace}{pattern.name}"

    yield from walk(get_resolver().url_patterns)


DESK = {
    "admin:appointments_find": [302, 200, 403, 200, 200],
    "admin:appointments_known": [302, 405, 403, 405, 405],
    "admin:appointments_names": [302, 405, 405, 405, 405],
    "admin:appointments_day": [302, 200, 200, 200, 200],
    "admin:appointments_week": [302, 200, 200, 200, 200],
    "admin:appointments_day_sheet": [302, 200, 200, 200, 200],
    "admin:appointments_past_visits": [302, 200, 403, 200, 200],
    "admin:appointments_visit": [302, 200, 404, 200, 200],
    "admin:appointments_news": [302, 200, 403, 200, 200],
    "admin:appointments_reminders": [302, 200, 403, 200, 200],
    "admin:appointments_offer": [302, 200, 403, 200, 200],
    "admin:appointments_book_offered": [302, 405, 403, 405, 405],
    "admin:appointments_cancel_visit": [302, 302, 403, 302, 302],
    "numbers:page": [302, 403, 403, 200, 200],
    "numbers:figures": [302, 403, 403, 200, 200],
    "admin:appointments_phone_in": [302, 200, 403, 200, 200],
}
ADMIN_FRAME = {
    "admin:index", "admin:login", "admin:logout", "admin:password_change", "admin:password_change_done",
    "admin:autocomplete", "admin:jsi18n", "admin:view_on_site", "admin:app_list", "admin:auth_user_password_change",
    "admin:auth_user_sign_in",
}  # fmt: skip


def test_every_route_has_an_expected_answer():
    """A new route fails here until somebody says who may open it."""
    views = ("changelist", "add", "history", "delete", "change")
    of_models = {f"admin:{model}_{view}" for model in ADMIN for view in views}
    known = {*PUBLIC, *MACHINES, *OTHERS, *DESK, *ADMIN_FRAME, *of_models, *ARTICLE_DESK}
    assert set(routes()) <= known, set(routes()) - known


# Whose article it is decides; each is tested for every role in tests/articles/test_permissions.py
ARTICLE_DESK = {
    "articles:preview",
    *(
        f"admin:articles_article_{page}"
        for page in ("review", "preview", "preview_page", "versions", "compare", "pictures")
    ),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("url", [*PUBLIC.values(), *MACHINES.values()])
def test_public_routes_answer_everybody(demo, role, url):
    assert client_of(role).get(url).status_code == 200


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", OTHERS)
def test_other_routes_answer_as_expected(demo, role, name):
    url, expected = OTHERS[name]
    assert client_of(role).get(url).status_code == expected[list(ROLES).index(role)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ["find/", "news/0/", "call/", "reminders/", "past/"])
def test_the_desks_pages_answer_as_expected(demo, role, path):
    response = client_of(role).get(f"/admin/appointments/appointmentrequest/{path}")
    assert response.status_code == {"visitor": 302, "provider": 403}.get(role, 200)


@pytest.mark.parametrize("role", ["desk", "provider", "manager"])
@pytest.mark.parametrize("model", ADMIN)
def test_the_admin_lets_each_role_do_what_the_table_says(demo, role, model):
    may = ADMIN[model][["desk", "provider", "manager"].index(role)]
    client, base = client_of(role), f"/admin/{model.replace('_', '/', 1)}/"
    assert client.get(base).status_code == (200 if may else 403)
    assert client.get(f"{base}add/").status_code == (200 if "a" in may else 403)
    rows = apps.get_model(*model.split("_", 1)).objects.order_by("pk")
    row = rows.get(username="frontdesk") if model == "auth_user" else rows.first()
    if row is None:
        return
    assert client.get(f"{base}{row.pk}/change/").status_code == (200 if may else 403)
    if model != "appointments_appointmentrequest":
        saved = client.post(f"{base}{row.pk}/change/", {})
        assert saved.status_code == (200 if "c" in may else 403)
    assert client.get(f"{base}{row.pk}/delete/").status_code == (200 if "d" in may else 403)


def test_the_admin_leads_visitors_to_the_sign_in_page(demo):
    for model in ADMIN:
        response = Client().get(f"/admin/{model.replace('_', '/', 1)}/")
        assert response.status_code == SIGN_IN
        assert "login" in response.url


@pytest.mark.parametrize("url", PUBLIC.values())
def test_every_public_page_has_what_a_page_needs(demo, url):
    client = Client()
    response = client.get(url)
    page = response.content.decode()
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert 10 < len(re.search(r"<title>([^<]+)</title>", page)[1].strip()) < 120
    assert 50 < len(re.search(r'<meta name="description" content="([^"]+)"', page)[1]) < 400
    assert re.search(r'<html lang="en', page)
    for name in ("og:title", "og:description", "og:url", "og:type", "og:image", "twitter:card"):
        assert len(re.findall(rf'<meta (?:name|property)="{name}" content="[^"]+">', page)) == 1, name
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]*(src=|application/ld\+json))", page)
    assert client.cookies == {}
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for header, value in {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }.items():
        assert response[header] == value


@pytest.mark.parametrize("url", [url for url in PUBLIC.values() if url not in ("/contact/", "/appointments/request/")])
def test_public_pages_can_be_kept_and_are_always_asked_for(demo, url):
    """A cache may hold them, a browser must ask, and is told so when nothing changed."""
    first = Client().get(url)
    assert first["Cache-Control"] == "public, no-cache"
    again = Client().get(url, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_an_edit_is_on_the_page_at_the_next_request(demo):
    url = PUBLIC["providers:provider-detail"]
    first = Client().get(url)
    user = User.objects.get(username="williams")
    user.provider.summary = "A new sentence about him that was not there a moment ago."
    user.provider.save()
    again = Client().get(url, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert "A new sentence about him" in again.content.decode()


@pytest.mark.parametrize("role", ["visitor", "manager", "desk"])
def test_reading_changes_no_row(demo, role):
    asked = AppointmentRequest.objects.filter(status="new").first()
    token = status_token(asked.reference, asked.link_version)
    client = client_of(role)
    urls = [*PUBLIC.values(), *MACHINES.values(), *(url for url, _answers in OTHERS.values() if "logout" not in url)]
    paths = ("", "add/", "1/change/", "1/history/", "find/", "news/0/", "call/", f"{asked.pk}/change/")
    urls += [f"/admin/{model.replace('_', '/', 1)}/{path}" for model in ADMIN for path in paths]
    urls += [f"/appointments/status/{token}/", "/appointments/status/", "/admin/", "/no/", "/articles/?q=needling"]
    before = snapshot()
    for url in urls:
        for ask in (client.get, client.head):
            assert ask(url).status_code < 500 or url == "/monitor", url
    assert snapshot() == before


def queries(url: str, client: Client | None = None) -> int:
    client = client or Client()
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def grow(count: int) -> None:
    """More of what pages list: articles of the demo's first one, and requests like the newest."""
    live = Article.objects.published().select_related("live").first().live
    treatments, conditions = list(live.treatments.all()), list(live.conditions.all())
    for number in range(count):
        article = Article.objects.create(title=f"Article {number}", slug=f"article-{number}", author=live.author)
        live.pk, live.article, live.number = None, article, 1
        live.save()
        version = ArticleVersion.objects.get(pk=live.pk)
        version.treatments.set(treatments)
        version.conditions.set(conditions)
        article.live, article.first_published_at = version, version.published_at
        article.save()


def test_pages_ask_the_database_as_often_with_many_rows_as_with_few(demo):
    urls = [*PUBLIC.values(), "/articles/?treatment=dry-needling&condition=low-back-pain", "/articles/?q=needling"]
    few = {url: queries(url) for url in urls}
    with transaction.atomic():
        grow(200)
        many = {url: queries(url) for url in urls}
        transaction.set_rollback(True)
    assert many == few
    assert few[PUBLIC["articles:detail"]] <= 6  # three of them its topics, one plain query a kind
    assert max(few.values()) <= 12, few
