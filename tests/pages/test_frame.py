import json
import re

from clinic.core.templatetags.frame import static_if_any, structured_data


def test_structured_data_cannot_leave_its_script():
    html = structured_data([{"name": "</script><script>alert('&')"}])
    assert html.count("</script>") == 1
    inside = re.search(r">(.*)</script>", html).group(1)
    assert json.loads(inside) == {"name": "</script><script>alert('&')"}


def test_a_page_without_structured_data_has_no_script():
    assert structured_data(None) == ""


def test_a_missing_picture_is_left_out():
    assert static_if_any("img/no-such-picture.webp") == ""
    assert static_if_any("css/site.css") == "/static/css/site.css"


def test_the_frame_links_nothing_outside_the_site(client, pages):
    html = client.get("/first-visit/").content.decode()
    assert re.findall(r'(?:src|href)="(?:https?:)?//(?!testserver)[^"]*"', html) == []
    assert not re.search(r"<[^>]+\son\w+=|<[^>]+\sstyle=|<style", html)


def test_where_you_are_is_marked_in_the_menu(client, pages):
    assert client.get("/contact/").content.decode().count('href="/contact/" aria-current="page"') == 2
    assert 'aria-current="page">Contact' not in client.get("/").content.decode()


def test_the_skip_link_leads_to_the_page(client, pages):
    html = client.get("/").content.decode()
    assert html.index('href="#main"') < html.index("<header")
    assert '<main id="main"' in html


def test_a_shared_link_shows_the_clinics_picture(client, pages):
    html = client.get("/first-visit/").content.decode()
    assert '<meta property="og:image" content="http://testserver/static/img/share.png">' in html
    assert '<link rel="apple-touch-icon" href="/static/img/apple-touch-icon.png">' in html
