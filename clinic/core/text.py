"""Plain text: lists typed one item a line, words as people look for them, and what no person types."""

import re
import unicodedata

from django.http import QueryDict

# Marks that make text read other than it is stored; joiners stay, some scripts and emoji need them
BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u0060\u00b4]")


def lines(text: str) -> list[str]:
    """Return the non-empty lines of a text field that holds one item a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def comma_separated(text: str) -> list[str]:
    """Return the items of a field that is filled in with commas, as in "English, Spanish"."""
    return [item.strip() for item in text.split(",") if item.strip()]


def plain_words(text: str) -> list[str]:
    """Return the words of a text as they are looked for: letters and digits only, small, without accents."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain.casefold())


def name_words(name: str) -> list[str]:
    """Return the words of a person's name; an apostrophe parts none, so that "oconnell" is O'Connell."""
    return plain_words(APOSTROPHES.sub("", name))


def sanitize_post(post: QueryDict) -> QueryDict:
    """Return a copy of a form post without control characters, lone surrogates and direction marks."""
    clean = QueryDict(mutable=True)
    for key, values in post.lists():
        clean.setlist(sanitize(key), [sanitize(value) for value in values])
    return clean


def sanitize(text: str) -> str:
    """Return `text` as a person typed it: composed letters (NFC), one kind of line end, no hidden characters."""
    text = text.replace("\r\n", "\n")
    kept = (
        c for c in text if c in "\r\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in BIDI_CONTROLS)
    )
    return unicodedata.normalize("NFC", "".join(kept))
