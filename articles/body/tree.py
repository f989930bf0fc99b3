"""What an author typed, cleaned, as a tree of nodes."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3
from django_prose_editor.config import allowlist_from_extensions, expand_extensions

from clinic.core.prose import ILLUSTRATED

PHRASES = {"strong", "em", "a", "br", "#text"}
VOID = {"br", "img"}
DEEPEST = 24  # elements inside each other; the editor's deepest table in a list in a quote has about ten

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

    def find_all(self, tag: str) -> list["Node"]:
        """Return the nodes of a tag at or under this one, in order."""
        found = [self] if self.tag == tag else []
        return found + [deeper for child in self.children for deeper in child.find_all(tag)]


def clean(html: str) -> str:
    """Return the HTML with only what an article may hold, and every element closed."""
    return _cleaner.clean(html)


def parse(html: str) -> tuple[Node, bool]:
    """Return the root of a tree of clean HTML, and whether elements that stood too deep were left out."""
    builder = _TreeBuilder()
    builder.feed(html)
    builder.close()
    return builder.open[0], builder.is_cut


def text_of(html: str) -> str:
    """Return the words of rendered HTML, without markup."""
    root, _is_cut = parse(html.replace("<", " <"))
    return " ".join(root.plain.split())


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
