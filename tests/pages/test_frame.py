"""What stands around every page."""

import re


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
