"""Paragraphs, headings, lists, tables, quotes and pictures: a body from its tree to valid HTML."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _

from articles.body.result import Rendered, Video
from articles.body.tree import PHRASES, Node, text_of
from articles.body.words import CITED, Words
from articles.models import ArticleImage, Citation
from clinic.core.pictures import img

VIDEO = re.compile(r"\s*\[\s*video\s*\]\s*", re.IGNORECASE)
SIZES = "(min-width: 46rem) 42rem, 100vw"


class Blocks:
    """One pass over one body. Methods give HTML; what they learn is kept in `result`."""

    def __init__(self, citations: Iterable[Citation], images: Iterable[ArticleImage], video: Video) -> None:
        self.result = Rendered(uses={citation.number: [] for citation in citations})
        self.words = Words(self.result)
        self.images = {PurePosixPath(str(image.file.name)).stem: image for image in images if image.file}
        self.video, self.is_video_shown = video, False
        self.ids: set[str] = set()
        self.last_number: dict[str, int] = {}  # of the headings that say the same

    def render(self, root: Node) -> Rendered:
        self.result.html = self.flow(root.children)
        self.result.words = len(text_of(self.result.html).split())
        for number, places in self.result.uses.items():
            if not places:
                words = _("Citation %(number)s is never referred to. Type [%(number)s] where it belongs.")
                self.result.report("unused_citation", words % {"number": number}, is_blocking=False)
        if self.video.url and not self.is_video_shown:
            words = _(
                "The video is nowhere in the text. Type [video] as a paragraph of its own where its link belongs."
            )
            self.result.report("video_without_place", words, is_blocking=False)
        return self.result

    # Blocks

    def flow(self, nodes: Sequence[Node]) -> str:
        """Blocks one after the other; loose words become a paragraph."""
        return "".join(self.split("p", nodes))

    def split(self, tag: str, nodes: Sequence[Node]) -> list[str]:
        """Wrap each run of words in the tag, and set the blocks among them between."""
        parts: list[str] = []
        words: list[Node] = []
        for node in [*nodes, Node("#end")]:
            if node.is_phrase:
                words.append(node)
                continue
            if any(word.plain.strip() for word in words):
                parts.append(self.words_in(tag, words))
            words = []
            if node.tag in PHRASES:  # bold or a link around a block: the block counts
                parts += self.split(tag, node.children)
            elif node.tag != "#end":
                parts.append(self.block(node))
        return parts

    def words_in(self, tag: str, words: Sequence[Node]) -> str:
        if tag == "p" and VIDEO.fullmatch("".join(word.plain for word in words)):
            return self.video_row()
        if tag == "p":
            return f"<p>{self.words.phrases(words)}</p>"
        text = " ".join(CITED.sub("", "".join(word.plain for word in words)).split())
        identifier = self.heading_id(text)
        if tag == "h2":
            self.result.headings.append((identifier, text))
        return f'<{tag} id="{identifier}">{self.words.phrases(words)}</{tag}>'

    def video_row(self) -> str:
        """Return the link to the video and whose site it is on, or nothing while no address is set."""
        if not self.video.url:
            return ""
        self.is_video_shown = True
        title, host = self.video.title or _("Watch the video"), urlsplit(self.video.url).netloc.removeprefix("www.")
        return (
            f'<p class="video-link"><span>{escape(_("Video"))}</span>'
            f' <a href="{escape(self.video.url)}" rel="noopener">{escape(title)}</a>'
            f" <span>{escape(_('on %(site)s') % {'site': host})}</span></p>"
        )

    def heading_id(self, text: str) -> str:
        """Return an id made of the heading's words. The prefix keeps it apart from the ids of the page around it."""
        base = f"section-{slugify(text)[:60].strip('-') or len(self.ids) + 1}"
        number = self.last_number.get(base, 1)
        identifier = base
        while identifier in self.ids:
            number += 1
            identifier = f"{base}-{number}"
        self.last_number[base] = number
        self.ids.add(identifier)
        return identifier

    def block(self, node: Node) -> str:
        match node.tag:
            case "h1":
                words = _("“%(text)s” is a heading of the first level, which only the title is. It is shown one lower.")
                self.result.report("heading_too_high", words % {"text": node.plain.strip()}, is_blocking=False)
                return "".join(self.split("h2", node.children))
            case "h2" | "h3" | "p":
                return "".join(self.split(node.tag, node.children))
            case "ul" | "ol":
                return self.list(node)
            case "table":
                return self.table(node)
            case "blockquote":
                quoted = self.flow(node.children)
                if quoted and not CITED.search(node.plain):
                    words = _("The quote “%(text)s” does not say where it is from. Put its citation in it, as in [1].")
                    self.result.report(
                        "quote_without_citation", words % {"text": Truncator(node.plain.strip()).words(6)}
                    )
                return f"<blockquote>{quoted}</blockquote>" if quoted else ""
            case "img":
                return self.figure(node, caption="")
            case "figure":
                return self.figure_with_caption(node)
            case _:  # a part of a list or table that lost its whole
                return self.flow(node.children)

    def list(self, node: Node) -> str:
        items = [child for child in node.children if child.plain.strip() or not child.is_phrase]
        if not items:
            return ""
        start = node.attrs.get("start", "")
        attribute = f' start="{int(start)}"' if re.fullmatch(r"[0-9]{1,4}", start) else ""
        inside = "".join(f"<li>{self.cell(item.children if item.tag == 'li' else [item])}</li>" for item in items)
        return f"<{node.tag}{attribute}>{inside}</{node.tag}>"

    def cell(self, nodes: Sequence[Node]) -> str:
        """Return what a list item or table cell holds: words as they are, or blocks."""
        if all(node.is_phrase for node in nodes):
            return self.words.phrases(nodes)
        if [node.tag for node in nodes] == ["p"] and all(child.is_phrase for child in nodes[0].children):
            return self.words.phrases(nodes[0].children)  # the editor wraps every item in a paragraph
        return self.flow(nodes)

    def table(self, node: Node) -> str:
        parts = [child for child in node.children if child.tag in ("thead", "tbody")]
        before = self.flow([child for child in node.children if child not in parts])
        inside = "".join(self.rows(part) for part in parts)
        if not inside:
            return before
        label = escape(_("Table, scrolls sideways"))
        return (
            f'{before}<div class="table-scroll" role="region" tabindex="0" aria-label="{label}">'
            f"<table>{inside}</table></div>"
        )

    def rows(self, part: Node) -> str:
        rows = []
        for row in part.children:
            cells = [self.table_cell(cell, part.tag) for cell in row.children if cell.tag in ("th", "td")]
            if cells:
                rows.append(f"<tr>{''.join(cells)}</tr>")
        return f"<{part.tag}>{''.join(rows)}</{part.tag}>" if rows else ""

    def table_cell(self, cell: Node, part: str) -> str:
        attributes = "".join(
            f' {name}="{int(value)}"'
            for name in ("colspan", "rowspan")
            if re.fullmatch(r"[0-9]{1,2}", value := cell.attrs.get(name, "")) and int(value) > 1
        )
        if cell.tag == "th" and part == "thead":
            attributes += ' scope="col"'
        return f"<{cell.tag}{attributes}>{self.cell(cell.children)}</{cell.tag}>"

    # Pictures

    def figure_with_caption(self, node: Node) -> str:
        """A figure holds one picture and its caption; whatever else is in it follows."""
        pictures = node.find_all("img")
        captions = [child for child in node.children if child.tag == "figcaption"]
        caption = "".join(self.words.phrases(_only_phrases(child)) for child in captions)
        figures = [self.figure(picture, caption if picture is pictures[0] else "") for picture in pictures]
        rest = [child for child in node.children if child not in captions and not child.find_all("img")]
        if not pictures:
            rest = node.children
        return "".join(figures) + self.flow(rest)

    def figure(self, node: Node, caption: str) -> str:
        image = self.image_at(node.attrs.get("src", ""))
        if image is None:
            self.result.report(
                "unknown_picture",
                _("A picture in the text is not one of this article’s pictures. Upload it here first."),
            )
            return ""
        alt = "" if image.is_decorative else image.alt or node.attrs.get("alt", "")
        if not alt and not image.is_decorative:
            self.result.report("picture_without_words", _("Say what each picture shows, or tick decorative."))
        shown = img(image.file, width=image.width, height=image.height, alt=alt, sizes=SIZES)
        caption = caption or escape(image.caption)
        if image.credit:
            caption = f'{caption} <span class="credit">{escape(image.credit)}</span>'.strip()
        return f"<figure>{shown}{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>"

    def image_at(self, src: str) -> ArticleImage | None:
        """Return the article's picture at an address: of its JPEG or of any of its WebP files."""
        path = unquote(urlsplit(src).path) if src.startswith((settings.MEDIA_URL, settings.SITE_URL + "/")) else ""
        stem = PurePosixPath(path).stem
        image = self.images.get(stem) or self.images.get(re.sub(r"-\d+$", "", stem))
        return image if path.startswith(settings.MEDIA_URL) else None


def _only_phrases(node: Node) -> list[Node]:
    """Return a node's words as phrases: a block in it gives its words alone."""
    kept: list[Node] = []
    for child in node.children:
        kept += [child] if child.is_phrase else _only_phrases(child)
    return kept
