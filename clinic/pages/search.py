"""Finding anything on the site by a patient's words: articles by their index, the few other rows by reading them all.

The rows are ranked here and not by the database, so that SQLite and PostgreSQL rank them alike.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from articles.models import Article
from articles.search import question_terms, search
from clinic.core.text import plain_words
from clinic.pages.models import Page
from providers.models import Condition, Provider, Treatment

SHOWN = 5  # of each kind
IN_NAME, IN_SUMMARY, IN_TEXT = 8, 3, 1
SMALL_WORDS = {
    "a", "an", "and", "are", "at", "by", "can", "do", "does", "for", "from", "i", "in", "is", "it", "me", "my", "of",
    "on", "or", "the", "to", "we", "what", "with", "you", "your",
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """What was found of one kind, best first."""

    title: str
    rows: list[Any]


@dataclass(frozen=True)
class Entry:
    """A row and the words by which it is found, the weightiest first."""

    row: Any
    words: tuple[list[str], list[str], list[str]]


Entries = dict[str, list[Entry]]


def find(q: str, entries: Entries) -> list[Group]:
    """Return what has the words, by kind; kinds of which nothing has them are left out."""
    terms = _without_small_words(question_terms(q))
    groups = [Group(title, _best(kind, terms)) for title, kind in entries.items()]
    order = list(search(" ".join(terms)).values_list("pk", flat=True)[:SHOWN])
    articles = Article.objects.for_cards().in_bulk(order)
    groups.append(Group(_("Articles"), [articles[pk] for pk in order]))
    return [group for group in groups if group.rows]


def did_you_mean(q: str, entries: Entries) -> str:
    """Return the question with its unknown words as the site spells them; empty where there is nothing to mend."""
    words = {word for kind in entries.values() for entry in kind for text in entry.words for word in text}
    terms = question_terms(q)
    mended = [_nearest(term, words) for term in terms]
    return " ".join(mended) if mended != terms else ""


def _nearest(term: str, words: set[str]) -> str:
    if term in words or len(term) < 4:
        return term
    return next(iter(difflib.get_close_matches(term, sorted(words), n=1, cutoff=0.75)), term)


def read_entries() -> Entries:
    """Return every row there is, by the title of its kind. Four queries."""
    return {
        _("Conditions"): [
            _entry(row, f"{row} {row.also_called}", row.summary, strip_tags(row.description))
            for row in Condition.objects.all()
        ],
        _("Treatments"): [
            _entry(row, f"{row} {row.also_called}", row.summary, strip_tags(row.what_it_is + row.what_to_expect))
            for row in Treatment.objects.all()
        ],
        _("Providers"): [
            _entry(row, f"{row.name} {row.job_title}", f"{row.summary} {row.languages}", _expertise(row))
            for row in Provider.objects.listed()
        ],
        _("Pages"): [_entry(row, row.title, row.summary, strip_tags(row.body)) for row in Page.objects.published()],
    }


def _entry(row: Any, name: str, summary: str, text: str) -> Entry:
    return Entry(row, (plain_words(name), plain_words(summary), plain_words(text)))


def _expertise(provider: Provider) -> str:
    return " ".join([provider.techniques, provider.focus_areas, provider.athletes, strip_tags(provider.bio)])


def _without_small_words(terms: list[str]) -> list[str]:
    return [term for term in terms if term not in SMALL_WORDS] or terms


def _best(entries: Iterable[Entry], terms: list[str]) -> list[Any]:
    """Return the rows that have all the terms, else those that have any in their name or summary, best first."""
    scored = [(_scores(entry, terms), entry.row) for entry in entries]
    whole = [(sum(scores), row) for scores, row in scored if scores and all(scores)]
    partly = [(sum(scores), row) for scores, row in scored if max(scores, default=0) >= IN_SUMMARY]
    best = sorted(whole or partly, key=lambda found: -found[0])
    return [row for _score, row in best[:SHOWN]]


def _scores(entry: Entry, terms: list[str]) -> list[int]:
    """Return what each term counts for: by the weightiest text it is in, 0 where it is in none."""
    weighed = list(zip((IN_NAME, IN_SUMMARY, IN_TEXT), entry.words, strict=True))
    return [next((weight for weight, words in weighed if _is_in(term, words)), 0) for term in terms]


def _is_in(term: str, words: list[str]) -> bool:
    """Whether a word starts with the term; a plural's s makes no difference."""
    stem = term[:-1] if len(term) > 3 and term.endswith("s") else term
    return any(word.startswith(stem) for word in words)
