"""Two versions of an article side by side, paragraph by paragraph."""

import difflib
from dataclasses import dataclass

from articles.body import text_of
from articles.models import Article, ArticleVersion


@dataclass(frozen=True)
class DiffRow:
    """A line of the old text beside its line of the new one; empty where the other has none."""

    old: str
    new: str
    kind: str  # same, changed, gone, added


def diff_rows(old: Article | ArticleVersion, new: Article | ArticleVersion) -> list[DiffRow]:
    """Return the lines of both, those that belong together on one row."""
    before, after = lines_of(old), lines_of(new)
    rows = []
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        left, right = before[start:end], after[new_start:new_end]
        for index in range(max(len(left), len(right))):
            was, now = (part[index] if index < len(part) else "" for part in (left, right))
            kind = "same" if tag == "equal" else "changed" if was and now else "gone" if was else "added"
            rows.append(DiffRow(was, now, kind))
    return rows


def lines_of(text: Article | ArticleVersion) -> list[str]:
    """Return an article's words in the order of its page, a paragraph a line, without markup."""
    parts = [text.title, text.summary, text.intro, text.key_points, text.urgent_advice]
    parts += [_paragraphs(text.body), text.video_title, text.video_url, text.who_should_not]
    parts += [_reference(citation) for citation in _citations(text)]
    return [line.strip() for part in parts for line in part.splitlines() if line.strip()]


def _paragraphs(html: str) -> str:
    """Return the text of a body, a line a block."""
    ends = ("</p>", "</h2>", "</h3>", "</li>", "</figcaption>", "</td>", "</th>")
    for end in ends:
        html = html.replace(end, f"{end}\0")
    return "\n".join(text_of(part) for part in html.split("\0"))


def _citations(text: Article | ArticleVersion) -> list[dict]:
    return text.citations if isinstance(text, ArticleVersion) else [row.as_dict() for row in text.citations.all()]


def _reference(kept: dict) -> str:
    parts = [kept["authors"], kept["title"], kept["source"], kept["year"], kept["address"], kept["shows"]]
    words = ". ".join(str(part) for part in [*parts, kept["does_not_show"]] if part)
    return f"[{kept['number']}] {' '.join(words.split())}"
