"""The tags that base.html is made with."""

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
