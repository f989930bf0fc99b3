"""The block editor's part of a post: what its blocks leave behind, and what is put into plain elements beforehand."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from html import escape

# No angle bracket in its facts (WordPress writes \\u003c): so every comment is looked at once
BLOCK = re.compile(r"<!--\s*(/?)wp:([a-z0-9][a-z0-9_/-]*)\s*([^<>]*?)(/?)-->", re.IGNORECASE)
# Their HTML is in the post, and an article holds the same or its nearest
CARRIED = {
    "audio",
    "block",
    "button",
    "buttons",
    "code",
    "column",
    "columns",
    "cover",
    "details",
    "embed",
    "file",
    "footnotes",
    "freeform",
    "gallery",
    "group",
    "heading",
    "html",
    "image",
    "list",
    "list-item",
    "media-text",
    "missing",
    "paragraph",
    "preformatted",
    "pullquote",
    "quote",
    "shortcode",
    "table",
    "text-columns",
    "verse",
    "video",
}
PRE = re.compile(r"<pre\b[^>]*>(.*?)</pre\s*>", re.DOTALL | re.IGNORECASE)
SUMMARY = re.compile(r"<summary\b[^>]*>(.*?)</summary\s*>", re.DOTALL | re.IGNORECASE)
MARK = re.compile(r'<sup\b[^>]*\bdata-fn="([^"]*)"[^>]*>.*?</sup\s*>', re.DOTALL | re.IGNORECASE)
EMPTY_FIGURE = re.compile(r"<figure\b[^>]*>(?:\s|</?(?:div|ul|li|a)\b[^>]*>)*</figure\s*>", re.IGNORECASE)


def with_reused(html: str, kept: Mapping[str, str]) -> str:
    """Set in the blocks that are kept once and shown in many posts. One inside another is not followed."""
    return BLOCK.sub(lambda found: kept.get(_ref(found), found[0]) if found[2] == "block" else found[0], html)


def _ref(found: re.Match[str]) -> str:
    try:
        return str(json.loads(found[3]).get("ref", ""))
    except (ValueError, AttributeError):
        return ""


def left_behind(html: str) -> Counter[str]:
    """Return how often each block that shows nothing here is in a post."""
    names = [found[2].lower().removeprefix("core/") for found in BLOCK.finditer(html) if not found[1]]
    return Counter(name for name in names if name not in CARRIED and not name.startswith("core-embed/"))


def in_plain_elements(html: str) -> str:
    """Return verses, code and folded parts as the paragraphs an article may hold, line by line."""
    html = PRE.sub(lambda found: _lines(found[1]), html)
    return SUMMARY.sub(r"<p><strong>\1</strong></p>", html)


def _lines(text: str) -> str:
    text = re.sub(r"<br\s*/?>", "\n", text, flags=re.IGNORECASE).strip("\n")
    text = re.sub(r"(?m)^ +|  +", lambda found: "\xa0" * len(found[0]), text)
    return "".join(f"<p>{verse.replace(chr(10), '<br>')}</p>" for verse in re.split(r"\n\s*\n", text) if verse.strip())


def with_footnotes(html: str, notes: Mapping[str, str]) -> tuple[str, list[str]]:
    """Mark each footnote as a citation, [1], and give what the notes say, in the order of the text."""
    used: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in used:
            used.append(found[1])
        return f" [{used.index(found[1]) + 1}]"

    html = MARK.sub(number, html)
    return html, [notes.get(name, "") for name in used]


def listed(notes: list[str]) -> str:
    """Return the footnotes below the text, until their author has made citations of them."""
    if not notes:
        return ""
    rows = "".join(f"<li>{re.sub(r'<[^>]+>', '', note) or escape('…')}</li>" for note in notes)
    return f"<h2>Footnotes to check</h2><ol>{rows}</ol>"


def without_empty_figures(html: str) -> str:
    """Leave out what stood around pictures that were not found."""
    return EMPTY_FIGURE.sub("", EMPTY_FIGURE.sub("", html))
