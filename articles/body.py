"""From what an author typed to what a patient reads: sanitise, number, resolve. The one place that knows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import nh3
from django.conf import settings
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _
from django_prose_editor.config import allowlist_from_extensions, expand_extensions

from articles.models import ArticleImage, Citation
from clinic.core.pictures import img
from clinic.core.prose import ILLUSTRATED

PHRASES = {"strong", "em", "a", "br", "#text"}
VOID = {"br", "img"}
SIZES = "(min-width: 46rem) 42rem, 100vw"
DEEPEST = 24  # elements inside each other; the editor's deepest table in a list in a quote has about ten
# [3], [1, 3] and [1-3], with any dash and spaces
CITED = re.compile(r"\[\s*\d{1,3}(?:\s*[,;\-–—]\s*\d{1,3})*\s*\]")

_allowed = allowlist_from_extensions(expand_extensions(ILLUSTRATED))
_cleaner = nh3.Cleaner(
    tags=_allowed["tags"] | {"br", "h1"},  # an h1 is let in to be reported and made an h2
    attributes={
        "a": {"href", "title"},
        "img": {"src", "alt"},
        "th": {"colspan", "rowspan"},
        "td": {"colspan", "rowspan"},
        "ol": {"start"},
    },
    url_schemes=_allowed["url_schemes"],
    link_rel=None,
)


@dataclass(frozen=True)
class Problem:
    """Something the author should know. `is_blocking` says whether it stands in the way of publishing."""

    code: str
    message: str
    is_blocking: bool = True


@dataclass
class Rendered:
    """Finished HTML and what was learned on the way. `headings` are the h2 ones, as (id, text)."""

    html: str = ""
    headings: list[tuple[str, str]] = field(default_factory=list)
    words: int = 0
    problems: list[Problem] = field(default_factory=list)
    uses: dict[int, list[str]] = field(default_factory=dict)  # citation number -> ids of the places that cite it

    def report(self, code: str, message: str, is_blocking: bool = True) -> None:
        """Add a problem, once."""
        problem = Problem(code, message, is_blocking)
        if problem not in self.problems:
            self.problems.append(problem)


@dataclass
class Node:
    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    @property
    def plain(self) -> str:
        """The text in it, as typed."""
        return self.text + "".join(child.plain for child in self.children)

    @property
    def is_phrase(self) -> bool:
        """Whether it may stand inside a paragraph, with all that is in it."""
        return self.tag in PHRASES and all(child.is_phrase for child in self.children)


def render(html: str, citations: Iterable[Citation] = (), images: Iterable[ArticleImage] = ()) -> Rendered:
    """Return the body as valid HTML that may be shown to anyone, and what is wrong with it in an author's words.

    Any text is taken. What cannot be used (a link to nowhere, an unknown picture) is left out and reported.
    """
    parsed = _parsed(_cleaner.clean(html))
    renderer = _Renderer(citations, images)
    if parsed.is_cut:
        renderer.report(
            "nested_too_deep",
            _("Lists, quotes or tables stand too deep inside each other. Take the innermost out of the others."),
        )
    return renderer.render(parsed.open[0])


def text_of(html: str) -> str:
    """Return the words of rendered HTML, without markup."""
    return " ".join(_tree(html.replace("<", " <")).plain.split())


def with_absolute_links(html: str, page_url: str) -> str:
    """Return rendered HTML whose links and pictures still lead here when it is read elsewhere, as in a feed."""
    html = re.sub(r'(?<=href=")#', f"{page_url}#", html)
    html = re.sub(r'(?<= src=")/|(?<=href=")/(?!/)', f"{settings.SITE_URL}/", html)
    media = re.escape(settings.MEDIA_URL)
    return re.sub(rf'(?<=srcset="){media}|(?<=w, ){media}', f"{settings.SITE_URL}{settings.MEDIA_URL}", html)


class _TreeBuilder(HTMLParser):
    """Builds nodes from what nh3 wrote, which closes every element it opens.

    What stands deeper than DEEPEST keeps its words and loses its elements: whoever walks the tree may recurse.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("#root")]
        self.too_deep = 0  # open elements that were left out
        self.is_cut = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(self.open) > DEEPEST and tag not in VOID:
            self.too_deep += 1
            self.is_cut = True
            return
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.too_deep and tag not in VOID:
            self.too_deep -= 1
        elif len(self.open) > 1 and self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(Node("#text", text=data))


def _parsed(html: str) -> _TreeBuilder:
    builder = _TreeBuilder()
    builder.feed(html)
    builder.close()
    return builder


def _tree(html: str) -> Node:
    return _parsed(html).open[0]


class _Renderer:
    """One pass over one body. Methods give HTML; what they learn is kept in `result`."""

    def __init__(self, citations: Iterable[Citation], images: Iterable[ArticleImage]) -> None:
        self.result = Rendered(uses={citation.number: [] for citation in citations})
        self.images = {PurePosixPath(str(image.file.name)).stem: image for image in images if image.file}
        self.ids: set[str] = set()
        self.last_number: dict[str, int] = {}  # of the headings that say the same

    def render(self, root: Node) -> Rendered:
        self.result.html = self.flow(root.children)
        self.result.words = len(text_of(self.result.html).split())
        for number, places in self.result.uses.items():
            if not places:
                words = _("Citation %(number)s is never referred to. Type [%(number)s] where it belongs.")
                self.report("unused_citation", words % {"number": number}, is_blocking=False)
        return self.result

    def report(self, code: str, message: str, is_blocking: bool = True) -> None:
        self.result.report(code, message, is_blocking)

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
        if tag == "p":
            return f"<p>{self.phrases(words)}</p>"
        text = " ".join(CITED.sub("", "".join(word.plain for word in words)).split())
        identifier = self.heading_id(text)
        if tag == "h2":
            self.result.headings.append((identifier, text))
        return f'<{tag} id="{identifier}">{self.phrases(words)}</{tag}>'

    def heading_id(self, text: str) -> str:
        """An id made of the heading's words. The prefix keeps it apart from the ids of the page around it."""
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
                self.report("heading_too_high", words % {"text": node.plain.strip()}, is_blocking=False)
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
                    self.report("quote_without_citation", words % {"text": Truncator(node.plain.strip()).words(6)})
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
        """What a list item or table cell holds: words as they are, or blocks."""
        if all(node.is_phrase for node in nodes):
            return self.phrases(nodes)
        if [node.tag for node in nodes] == ["p"] and all(child.is_phrase for child in nodes[0].children):
            return self.phrases(nodes[0].children)  # the editor wraps every item in a paragraph
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
        pictures = _all(node, "img")
        captions = [child for child in node.children if child.tag == "figcaption"]
        caption = "".join(self.phrases(_only_phrases(child)) for child in captions)
        figures = [self.figure(picture, caption if picture is pictures[0] else "") for picture in pictures]
        rest = [child for child in node.children if child not in captions and not _all(child, "img")]
        if not pictures:
            rest = node.children
        return "".join(figures) + self.flow(rest)

    def figure(self, node: Node, caption: str) -> str:
        image = self.image_at(node.attrs.get("src", ""))
        if image is None:
            self.report(
                "unknown_picture",
                _("A picture in the text is not one of this article’s pictures. Upload it here first."),
            )
            return ""
        alt = "" if image.is_decorative else image.alt or node.attrs.get("alt", "")
        if not alt and not image.is_decorative:
            self.report("picture_without_words", _("Say what each picture shows, or tick decorative."))
        shown = img(image.file, width=image.width, height=image.height, alt=alt, sizes=SIZES)
        caption = caption or escape(image.caption)
        if image.credit:
            caption = f'{caption} <span class="credit">{escape(image.credit)}</span>'.strip()
        return f"<figure>{shown}{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>"

    def image_at(self, src: str) -> ArticleImage | None:
        """The article's picture at an address: of its JPEG or of any of its WebP files."""
        path = unquote(urlsplit(src).path) if src.startswith((settings.MEDIA_URL, settings.SITE_URL + "/")) else ""
        stem = PurePosixPath(path).stem
        image = self.images.get(stem) or self.images.get(re.sub(r"-\d+$", "", stem))
        return image if path.startswith(settings.MEDIA_URL) else None

    # Words

    def phrases(self, nodes: Sequence[Node], in_link: bool = False) -> str:
        return "".join(self.phrase(node, in_link) for node in nodes)

    def phrase(self, node: Node, in_link: bool) -> str:
        match node.tag:
            case "#text":
                return escape(node.text, quote=False) if in_link else self.cite(node.text)
            case "br":
                return "<br>"
            case "a":
                return self.link(node, in_link)
            case _:
                inside = self.phrases(node.children, in_link)
                return f"<{node.tag}>{inside}</{node.tag}>" if inside else ""

    def link(self, node: Node, in_link: bool) -> str:
        if in_link or not node.plain.strip():
            return self.phrases(node.children, in_link)
        href = re.sub(r"[\t\r\n]", "", node.attrs.get("href", "").strip())
        if not _is_address(href):
            words = _(
                "The link “%(text)s” leads nowhere. Give an address that starts with https://, mailto:, tel: or /."
            )
            self.report("bad_link", words % {"text": node.plain.strip()})
            return self.phrases(node.children)
        title = node.attrs.get("title", "")
        attributes = f' title="{escape(title)}"' if title else ""
        if href.startswith("http") and urlsplit(href).netloc != urlsplit(settings.SITE_URL).netloc:
            attributes += ' rel="noopener"'
        return f'<a href="{escape(href)}"{attributes}>{self.phrases(node.children, in_link=True)}</a>'

    def cite(self, text: str) -> str:
        """Make links of the citation numbers in a piece of text."""
        parts, end = [], 0
        for found in CITED.finditer(text):
            parts.append(escape(text[end : found.start()], quote=False))
            parts.append(self.citation_links(found.group()))
            end = found.end()
        return "".join(parts) + escape(text[end:], quote=False)

    def citation_links(self, typed: str) -> str:
        numbers = _numbers(typed)
        missing = [number for number in numbers if number not in self.result.uses]
        for number in missing:
            words = _("The text refers to [%(number)s], but there is no citation %(number)s.")
            self.report("unknown_citation", words % {"number": number})
        return escape(typed, quote=False) if missing else " ".join(self.citation_link(number) for number in numbers)

    def citation_link(self, number: int) -> str:
        places = self.result.uses[number]
        places.append(f"cite-{number}-{len(places) + 1}")
        label = escape(_("Reference %(number)s") % {"number": number})
        return f'<a class="cite" href="#ref-{number}" id="{places[-1]}" aria-label="{label}">[{number}]</a>'


def _all(node: Node, tag: str) -> list[Node]:
    """The nodes of a tag at or under a node, in order."""
    found = [node] if node.tag == tag else []
    return found + [deeper for child in node.children for deeper in _all(child, tag)]


def _only_phrases(node: Node) -> list[Node]:
    """A node's words as phrases: a block in it gives its words alone."""
    kept: list[Node] = []
    for child in node.children:
        kept += [child] if child.is_phrase else _only_phrases(child)
    return kept


def _numbers(typed: str) -> list[int]:
    """The numbers of "[1, 3-5]", ranges written out, each once. A range that is no range gives its two ends."""
    numbers: list[int] = []
    for part in re.split(r"[,;]", typed.strip("[] ")):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        is_range = len(ends) == 2 and ends[0] < ends[1] <= ends[0] + 20
        numbers += range(ends[0], ends[1] + 1) if is_range else ends
    return list(dict.fromkeys(numbers))


def _is_address(href: str) -> bool:
    """Whether a link may be followed: the web, mail, telephone, this site, or a place on this page."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname)
    if parts.scheme in ("mailto", "tel"):
        return bool(parts.path)
    return not parts.scheme and href.startswith(("/", "#")) and not href.startswith(("//", "/\\")) and href != "#"
