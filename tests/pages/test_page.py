import re

from clinic.practice.models import ClinicProfile, UrgentAdvice
from tests.factories import make_page, make_user


def test_a_plain_page_shows_its_text_title_and_summary(client, pages, django_assert_num_queries):
    """The site, the page, its pictures and its questions: four queries."""
    with django_assert_num_queries(4):
        html = client.get("/first-visit/").content.decode()
    assert "<title>Your first visit | Oak Clinic</title>" in html
    assert '<meta name="description" content="About Your first visit">' in html
    assert '<link rel="canonical" href="http://testserver/first-visit/">' in html
    assert "<p>Come in.</p>" in html


def test_a_page_outside_the_footer_is_still_a_page(client, pages):
    assert client.get("/hidden/").status_code == 200


def test_a_page_that_is_not_there_is_not_found(client, pages):
    assert client.get("/nothing-here/").status_code == 404


def test_a_notice_is_shown_until_its_day_is_over(client, pages, time_machine):
    time_machine.move_to("2026-03-09 12:00 +0000")
    ClinicProfile.objects.update(notice="Closed for snow", notice_until="2026-03-09")
    assert "Closed for snow" in client.get("/first-visit/").content.decode()
    time_machine.move_to("2026-03-10 12:00 +0000")
    assert "Closed for snow" not in client.get("/first-visit/").content.decode()


def test_what_the_clinic_types_into_a_name_is_text(client, clinic):
    ClinicProfile.objects.update(name="A <b>& Co")
    make_page("about", "About")
    assert "A &lt;b&gt;&amp; Co" in client.get("/about/").content.decode()


def test_urgent_help_opens_with_the_signs_of_the_request_form(client, pages):
    make_page("about", "About")
    UrgentAdvice.objects.create(title="Call 911 if…", body="Chest pain\nWeak arm\nNo water\nFever")
    card = re.compile(r'<section class="care-card.*?</ul>', re.DOTALL)
    assert "<li>Chest pain</li><li>Weak arm</li>" in card.search(client.get("/urgent-help/").content.decode())[0]
    assert not card.search(client.get("/about/").content.decode())
    asked = " ".join(client.get("/appointments/request/").content.decode().split())
    assert "Call 911 if…</strong> chest pain; weak arm; or no water." in asked  # the worst, in one sentence
    assert "<li>Fever</li>" in asked  # folded away


def test_a_new_version_of_the_card_is_on_both_pages_and_the_old_one_is_kept(client, pages):
    old = UrgentAdvice.objects.create(body="Old sign")
    client.force_login(make_user("maria", "Manager"))
    assert "Old sign" in client.get("/admin/practice/urgentadvice/add/").content.decode()
    client.post("/admin/practice/urgentadvice/add/", {"title": "Call 911 if…", "body": "New sign\n\nAnother"})
    for url in ("/urgent-help/", "/appointments/request/"):
        page = client.get(url).content.decode()
        assert "new sign" in page.lower() and "another" in page.lower() and "old sign" not in page.lower()
    assert UrgentAdvice.objects.get(pk=old.pk).body == "Old sign"
    assert UrgentAdvice.objects.first().created_by.username == "maria"
