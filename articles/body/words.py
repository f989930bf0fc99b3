"""Words inside a block: text with its citation numbers, emphasis, links."""

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from articles.body.result import Rendered
from articles.body.tree import Node

# [3], [1, 3] and [1-3], with any dash and spaces
CITED = re.compile(r"\[\s*\d{1,3}(?:\s*[,;\-–—]\s*\d{1,3})*\s*\]")


class Words:
    """Makes HTML of phrases. What it learns on the way is kept in `result`."""

    def __init__(self, result: Rendered) -> None:
        self.result = result

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
            self.result.report("bad_link", words % {"text": node.plain.strip()})
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
            self.result.report("unknown_citation", words % {"number": number})
        return escape(typed, quote=False) if missing else " ".join(self.citation_link(number) for number in numbers)

    def citation_link(self, number: int) -> str:
        places = self.result.uses[number]
        places.append(f"cite-{number}-{len(places) + 1}")
        label = escape(_("Reference %(number)s") % {"number": number})
        return f'<a class="cite" href="#ref-{number}" id="{places[-1]}" aria-label="{label}">[{number}]</a>'


def _numbers(typed: str) -> list[int]:
    """Return the numbers of "[1, 3-5]", ranges written out, each once. A range that is no range gives its two ends."""
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
