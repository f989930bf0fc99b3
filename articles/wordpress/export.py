"""Reads a WordPress export (WXR 1.0 to 1.2): its posts, pictures and authors as plain values."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree  # nosec B405  (a document type, and with it any entity, is refused)

NAMES = {
    "wp": "http://wordpress.org/export/1.2/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
ANY_VERSION = re.compile(r"^\{https?://wordpress\.org/export/1\.\d+/")
NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # WordPress writes what people paste, also what XML forbids
CDATA_OR_STRAY_END = re.compile(rb"<!\[CDATA\[.*?\]\]>|\]\]>", re.DOTALL)
# WordPress's own furniture: there is much of it, it has no title worth reading, and the clinic's site has its own
FURNITURE = re.compile(r"nav_menu_item|wp_\w+|revision|custom_css|customize_changeset|oembed_cache|user_request")


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
    file: str  # below the uploads folder, as 2019/05/needle.jpg
    parent_id: str
    order: int


@dataclass
class Post:
    post_id: str
    guid: str
    title: str
    link: str
    author: str
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
    footnotes: dict[str, str]  # id -> HTML

    @property
    def path(self) -> str:
        """Its address on the old site, as `/2019/05/why/`; empty where it has none of its own."""
        parts = urlsplit(self.link)
        path = unquote(parts.path).strip("/")
        return f"/{path}/" if path and not parts.query else ""

    @property
    def name(self) -> str:
        """What the report calls it."""
        return self.title or self.slug or (f"Untitled {self.post_id}" if self.post_id else "Untitled")


@dataclass
class Export:
    site: str
    authors: dict[str, Author] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    blocks: dict[str, str] = field(default_factory=dict)  # blocks kept once and shown in many posts: id -> HTML
    others: dict[str, list[str]] = field(default_factory=dict)  # what else the file holds: post type -> titles

    def key(self, post: Post) -> str:
        """Return what tells a post from every other, also those of another site, in at most 200 characters.

        WordPress gives each post a guid that never changes. Files written by hand may have neither guid nor number.
        """
        where = post.guid or self.site or post.link
        number = post.post_id if where else ""
        if len(where) > 150 or not (post.guid or number):
            where = hashlib.sha256(f"{where} {post.title} {post.html}".encode()).hexdigest()[:32]
        return f"{where}#{number}"


def read_export(file: Path) -> Export:
    """Read an export file. Raises NotAnExport."""
    channel = _channel(file.read_bytes())
    export = Export(site=(_text(channel, "wp:base_blog_url") or _text(channel, "link")).rstrip("/"))
    for node in channel.findall("wp:author", NAMES):
        login = _text(node, "wp:author_login")
        export.authors[login] = Author(login, _text(node, "wp:author_email"), _text(node, "wp:author_display_name"))
    for item in channel.findall("item"):
        _sort(item, export)
    return export


def _channel(data: bytes) -> ElementTree.Element:
    data = CDATA_OR_STRAY_END.sub(lambda found: b"]]&gt;" if found[0] == b"]]>" else found[0], NOT_XML.sub(b"", data))
    if b"<!DOCTYPE" in data.partition(b"<rss")[0]:
        raise NotAnExport("The file holds a document type, which no WordPress export does.")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  # nosec B314
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # also an encoding nobody knows
        raise NotAnExport(f"This is no whole export file ({error}). Make it again: Tools, Export.") from None
    channel = root.find("channel")
    if channel is None or not _is_from_wordpress(channel):
        raise NotAnExport("This is no WordPress export. In WordPress: Tools, Export, All content.")
    return channel


def _is_from_wordpress(channel: ElementTree.Element) -> bool:
    """Whether anything in it has a WordPress name; every version's names become those of 1.2."""
    found = False
    for node in channel.iter():
        node.tag, renamed = ANY_VERSION.subn(f"{{{NAMES['wp']}", node.tag)
        found = found or renamed > 0
    return found


def _sort(item: ElementTree.Element, export: Export) -> None:
    kind, post_id = _text(item, "wp:post_type"), _text(item, "wp:post_id")
    if kind == "attachment":
        export.attachments[post_id] = _attachment(item, post_id)
    elif kind == "post":
        export.posts.append(_post(item))
    else:
        export.others.setdefault(kind, []).append("" if FURNITURE.fullmatch(kind) else _text(item, "title"))
    if kind == "wp_block":
        export.blocks[post_id] = _text(item, "content:encoded")


def _attachment(item: ElementTree.Element, post_id: str) -> Attachment:
    meta, order = _meta(item), _text(item, "wp:menu_order")
    return Attachment(
        post_id=post_id,
        url=_text(item, "wp:attachment_url"),
        alt="".join(meta.get("_wp_attachment_image_alt", [])[:1]),
        caption=_text(item, "excerpt:encoded"),
        file="".join(meta.get("_wp_attached_file", [])[:1]),
        parent_id=_text(item, "wp:post_parent"),
        order=int(order) if re.fullmatch(r"-?\d{1,9}", order) else 0,
    )


def _post(item: ElementTree.Element) -> Post:
    meta = _meta(item)
    return Post(
        post_id=_text(item, "wp:post_id"),
        guid=_text(item, "guid"),
        title=_text(item, "title"),
        link=_text(item, "link"),
        author=_text(item, "dc:creator"),
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
        footnotes=_footnotes("".join(meta.get("footnotes", [])[:1])),
    )


def _text(node: ElementTree.Element, path: str) -> str:
    return (node.findtext(path, "", NAMES) or "").strip()


def _meta(item: ElementTree.Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in item.findall("wp:postmeta", NAMES):
        found.setdefault(_text(node, "wp:meta_key"), []).append(_text(node, "wp:meta_value"))
    return found


def _footnotes(typed: str) -> dict[str, str]:
    """Return what the editor of WordPress 6.3 and later keeps: [{"id": …, "content": HTML}, …]."""
    try:
        return {str(note["id"]): str(note["content"]) for note in json.loads(typed or "[]")}
    except (ValueError, TypeError, KeyError):
        return {}


def _moment(typed: str) -> datetime | None:
    try:
        return datetime.strptime(typed, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:  # drafts have 0000-00-00
        return None
