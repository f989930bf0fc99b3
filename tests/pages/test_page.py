from clinic.practice.models import ClinicProfile
from tests.pages.conftest import make_page


def test_a_plain_page_shows_its_text_title_and_summary(client, pages, django_assert_num_queries):
    """The site and the page: two queries."""
    with django_assert_num_queries(2):
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
