"""The HTML of a WordPress post as the HTML an article may hold."""

import re
from collections.abc import Callable, Iterator
from html import escape
from html.parser import HTMLParser

BLOCKS = "p|div|ul|ol|table|blockquote|figure|h[1-6]|pre|hr|section|article|form|iframe|script|style|dl"
# None of these looks past the next bracket or tag of its kind: the time stays in proportion to the text
CAPTION = re.compile(r"\[caption[^\[\]]*\]((?:(?!\[caption).)*?)\[/caption\]", re.DOTALL | re.IGNORECASE)
GALLERY = re.compile(r"\[gallery\b([^\[\]]*)\]", re.IGNORECASE)
EMBED = re.compile(r"\[embed[^\[\]]*\]((?:(?!\[embed).)*?)\[/embed\]", re.DOTALL | re.IGNORECASE)
# A shortcode has facts, a compound name, or an end: [sic] and [1] are somebody's words
SHORTCODE = re.compile(r"\[(/?)([a-z][\w-]*)((?:\s+[\w-]+\s*=[^\[\]]*+)?)\s*/?\]", re.IGNORECASE)
IMG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
LINKED_IMG = re.compile(r"<a\b[^<>]*>\s*(<img\b[^<>]*>)\s*</a>", re.IGNORECASE)
LINK = re.compile(r"""(<a\b[^<>]*?\bhref\s*=\s*["'])([^"']*)""", re.IGNORECASE)
BARE_ADDRESS = re.compile(r"^[ \t]*(https?://[^\s<]+)[ \t\r]*$", re.MULTILINE)
LEFT_OUT = ("iframe", "script", "style", "form", "object", "embed", "video", "audio", "svg")
RENAMED = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}


class _FirstTag(HTMLParser):
    attrs: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attrs = {name: value or "" for name, value in attrs}


def attributes_of(tag: str) -> dict[str, str]:
    parser = _FirstTag()
    parser.feed(tag)
    return parser.attrs


def converted(
    html: str,
    *,
    picture: Callable[[str, str, str], str],
    gallery: Callable[[str], str],
    address: Callable[[str], str],
    lost: Callable[[str], None],
) -> str:
    """Return a post's HTML in the elements an article may hold; the rest is left to the sanitiser.

    `picture(src, alt, caption)` and `gallery(ids)` give the HTML of pictures that were carried over, `address` the new
    address of a link. `lost` is told what cannot be carried.
    """
    is_classic = "<!-- wp:" not in html
    for tag in LEFT_OUT:
        for found in re.findall(rf"<{tag}\b[^<>]*>", html, re.IGNORECASE):
            lost(f"<{tag}> {attributes_of(found).get('src', '')}".strip())
    html = re.sub(
        r"<(script|style|form|svg|iframe|object|video|audio)\b(?:(?!<\1\b).)*?</\1\s*>", "", html, flags=re.S | re.I
    )
    html = re.sub(r"<!--.*?(?:-->|\Z)", "\n", html, flags=re.DOTALL)
    html = LINKED_IMG.sub(r"\1", html)
    html = CAPTION.sub(lambda found: _captioned(found[1], picture), html)
    html = GALLERY.sub(lambda found: gallery("".join(re.findall(r'ids="([\d,\s]*)"', found[1]))), html)
    html = EMBED.sub(r"\n\1\n", html)
    html = _without_shortcodes(html, lost)
    html = IMG.sub(lambda found: _plain_picture(found[0], picture), html)
    html = BARE_ADDRESS.sub(lambda found: f'<p><a href="{escape(found[1])}">{escape(found[1])}</a></p>', html)
    html = LINK.sub(lambda found: found[1] + escape(address(found[2])), html)
    html = re.sub(r"(</?)([a-z][a-z0-9]*)\b", _renamed, html, flags=re.IGNORECASE)
    return paragraphs(html) if is_classic else html


def _renamed(found: re.Match[str]) -> str:
    return found[1] + RENAMED.get(found[2].lower(), found[2])


def _captioned(inside: str, picture: Callable[[str, str, str], str]) -> str:
    found = IMG.search(inside)
    if not found:
        return inside
    attrs = attributes_of(found[0])
    words = re.sub(r"<[^<>]+>", "", inside[: found.start()] + inside[found.end() :]).strip()
    return f"\n\n{picture(attrs.get('src', ''), attrs.get('alt', ''), words)}\n\n"


def _plain_picture(tag: str, picture: Callable[[str, str, str], str]) -> str:
    attrs = attributes_of(tag)
    if "data-imported" in attrs:
        return tag
    return picture(attrs.get("src", ""), attrs.get("alt", ""), "")


def _without_shortcodes(html: str, lost: Callable[[str], None]) -> str:
    """Take shortcodes out and leave the words they stand around."""
    ended = {name.lower() for slash, name, _facts in SHORTCODE.findall(html) if slash}

    def drop(found: re.Match[str]) -> str:
        slash, name, facts = found.groups()
        if not (slash or facts or name.lower() in ended or "_" in name or "-" in name):
            return found[0]
        if not slash:
            lost(f"[{name}]")
        return ""

    return SHORTCODE.sub(drop, html)


def paragraphs(html: str) -> str:
    """Make paragraphs where the classic editor kept blank lines, as WordPress does when it shows a post."""
    html = re.sub(rf"(<(?:{BLOCKS})\b)", r"\n\n\1", html, flags=re.IGNORECASE)
    html = re.sub(rf"(</(?:{BLOCKS})\s*>)", r"\1\n\n", html, flags=re.IGNORECASE)
    return "".join(_chunks(html))


def _chunks(html: str) -> Iterator[str]:
    inside = 0  # depth in lists, tables, quotes: their lines are no paragraphs
    for chunk in re.split(r"\n\s*\n", html.replace("\r\n", "\n")):
        chunk = chunk.strip()
        if not chunk:
            continue
        is_block = inside > 0 or re.match(rf"</?(?:{BLOCKS})\b", chunk, re.IGNORECASE)
        yield chunk if is_block else f"<p>{chunk.replace(chr(10), '<br>')}</p>"
        inside += len(re.findall(r"<(?:ul|ol|table|blockquote|figure)\b", chunk, re.IGNORECASE))
        inside = max(0, inside - len(re.findall(r"</(?:ul|ol|table|blockquote|figure)\s*>", chunk, re.IGNORECASE)))
