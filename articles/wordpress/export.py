"""Reads a WordPress export (WXR): its posts, pictures and authors as plain values, and their HTML as ours."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree  # nosec B405  (a document type, and with it any entity, is refused)

NAMES = {
    "wp": "http://wordpress.org/export/1.2/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # WordPress writes what people paste, also what XML forbids


class NotAnExport(Exception):
    """The file is no WordPress export; the message says what to do."""


@dataclass
class Author:
    login: str
    email: str
    name: str


@dataclass
class Attachment:
    post_id: str
    url: str
    alt: str
    caption: str


@dataclass
class Post:
    post_id: str
    title: str
    link: str
    author: str
    kind: str
    status: str
    slug: str
    published_at: datetime | None
    html: str
    excerpt: str
    is_protected: bool
    categories: list[tuple[str, str]]  # slug, name
    thumbnail_id: str
    old_slugs: list[str]
    comments: int

    @property
    def path(self) -> str:
        """Its address on the old site, as `/2019/05/why/`; empty where it has none of its own."""
        parts = urlsplit(self.link)
        path = unquote(parts.path).strip("/")
        return f"/{path}/" if path and not parts.query else ""


@dataclass
class Export:
    site: str
    authors: dict[str, Author] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)  # what else the file holds: post type -> how many


def read_export(file: Path) -> Export:
    """Read an export file. Raises NotAnExport."""
    data = NOT_XML.sub(b"", file.read_bytes())
    if b"<!DOCTYPE" in data.partition(b"<rss")[0]:
        raise NotAnExport("The file holds a document type, which no WordPress export does.")
    try:
        channel = ElementTree.fromstring(data).find("channel")  # noqa: S314  # nosec B314
    except ElementTree.ParseError as error:
        raise NotAnExport(f"This is no whole export file ({error}). Make it again: Tools, Export.") from None
    if channel is None or channel.find("wp:wxr_version", NAMES) is None:
        raise NotAnExport("This is no WordPress export. In WordPress: Tools, Export, All content.")
    export = Export(site=_text(channel, "wp:base_blog_url") or _text(channel, "link"))
    for node in channel.findall("wp:author", NAMES):
        login = _text(node, "wp:author_login")
        export.authors[login] = Author(login, _text(node, "wp:author_email"), _text(node, "wp:author_display_name"))
    for item in channel.findall("item"):
        _sort(item, export)
    return export


def _sort(item: ElementTree.Element, export: Export) -> None:
    kind = _text(item, "wp:post_type")
    if kind == "attachment":
        meta, post_id = _meta(item), _text(item, "wp:post_id")
        alt = "".join(meta.get("_wp_attachment_image_alt", [])[:1])
        url = _text(item, "wp:attachment_url")
        export.attachments[post_id] = Attachment(post_id, url, alt, _text(item, "excerpt:encoded"))
    elif kind == "post":
        export.posts.append(_post(item))
    else:
        export.others[kind] = export.others.get(kind, 0) + 1


def _post(item: ElementTree.Element) -> Post:
    meta = _meta(item)
    return Post(
        post_id=_text(item, "wp:post_id"),
        title=_text(item, "title"),
        link=_text(item, "link"),
        author=_text(item, "dc:creator"),
        kind="post",
        status=_text(item, "wp:status"),
        slug=unquote(_text(item, "wp:post_name")),
        published_at=_moment(_text(item, "wp:post_date_gmt")),
        html=item.findtext("content:encoded", "", NAMES),
        excerpt=_text(item, "excerpt:encoded"),
        is_protected=bool(_text(item, "wp:post_password")),
        categories=[
            (unquote(node.get("nicename", "")), (node.text or "").strip())
            for node in item.findall("category")
            if node.get("domain") == "category"
        ],
        thumbnail_id="".join(meta.get("_thumbnail_id", [])[:1]),
        old_slugs=meta.get("_wp_old_slug", []),
        comments=len(item.findall("wp:comment", NAMES)),
    )


def _text(node: ElementTree.Element, path: str) -> str:
    return (node.findtext(path, "", NAMES) or "").strip()


def _meta(item: ElementTree.Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in item.findall("wp:postmeta", NAMES):
        found.setdefault(_text(node, "wp:meta_key"), []).append(_text(node, "wp:meta_value"))
    return found


def _moment(typed: str) -> datetime | None:
    try:
        return datetime.strptime(typed, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:  # drafts have 0000-00-00
        return None


# HTML

BLOCKS = "p|div|ul|ol|table|blockquote|figure|h[1-6]|pre|hr|section|article|form|iframe|script|style|dl"
CAPTION = re.compile(r"\[caption[^\]]*\](.*?)\[/caption\]", re.DOTALL | re.IGNORECASE)
GALLERY = re.compile(r"\[gallery\b([^\]]*)\]", re.IGNORECASE)
EMBED = re.compile(r"\[embed[^\]]*\](.*?)\[/embed\]", re.DOTALL | re.IGNORECASE)
# A shortcode has facts, a compound name, or an end: [sic] and [1] are somebody's words
SHORTCODE = re.compile(r"\[(/?)([a-z][\w-]*)((?:\s+[\w-]+\s*=[^\]]*)?)\s*/?\]", re.IGNORECASE)
IMG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
LINKED_IMG = re.compile(r"<a\b[^>]*>\s*(<img\b[^>]*>)\s*</a>", re.IGNORECASE)
LINK = re.compile(r"""(<a\b[^>]*?\bhref\s*=\s*["'])([^"']*)""", re.IGNORECASE)
BARE_ADDRESS = re.compile(r"^\s*(https?://[^\s<]+)\s*$", re.MULTILINE)
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
    """Give a post's HTML in the elements an article may hold; the rest is left to the sanitiser.

    `picture(src, alt, caption)` and `gallery(ids)` give the HTML of pictures that were carried over, `address` the new
    address of a link. `lost` is told what cannot be carried.
    """
    is_classic = "<!-- wp:" not in html
    for tag in LEFT_OUT:
        for found in re.findall(rf"<{tag}\b[^>]*>", html, re.IGNORECASE):
            lost(f"<{tag}> {attributes_of(found).get('src', '')}".strip())
    html = re.sub(r"<(script|style|form|svg|iframe|object|video|audio)\b.*?</\1\s*>", "", html, flags=re.S | re.I)
    html = re.sub(r"<!--.*?-->", "\n", html, flags=re.DOTALL)
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
    words = re.sub(r"<[^>]+>", "", inside[: found.start()] + inside[found.end() :]).strip()
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
