"""Reads a WordPress export (WXR): its posts, pictures and authors as plain values."""

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
