"""The tags that base.html is made with."""

import json
import re

from clinic.core.templatetags.frame import prose, static_if_any, structured_data


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


def test_a_table_in_rich_text_can_be_reached_and_scrolled_by_keyboard():
    assert prose("<p>Fees</p><table><tr><td>1</td></tr></table>") == (
        '<p>Fees</p><div class="table-scroll" role="region" tabindex="0" aria-label="Table, scrolls sideways">'
        "<table><tr><td>1</td></tr></table></div>"
    )
