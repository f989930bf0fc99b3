"""Finding published articles by words, on SQLite (FTS5) and on PostgreSQL (tsvector).

The table `articles_search` has one row an article and is written by `index` and `remove` alone: triggers would vanish
when a migration rebuilds a table. Accents and punctuation are dropped here, from articles and questions alike.
"""

import re
import unicodedata

from django.db import connection
from django.db.models import BigIntegerField, F, FloatField, Func, QuerySet, Value

from articles.body import text_of
from articles.models import Article, ArticleVersion

MAX_TERMS = 12
LONGEST_TERM = 40


def index(version: ArticleVersion) -> None:
    """Make a version findable in place of what its article said before. To be called in publish's transaction."""
    topics = [str(topic) for topic in [*version.treatments.all(), *version.conditions.all()]]
    texts = [
        version.title,
        " ".join([version.summary, version.key_points, version.author.name, *topics]),
        " ".join([version.intro, text_of(version.body_html), version.urgent_advice, version.who_should_not]),
    ]
    _forget(version.article_id)
    with connection.cursor() as cursor:
        cursor.execute(_dialect()["insert"], [version.article_id, *(" ".join(_terms(text)) for text in texts)])


def remove(article: Article) -> None:
    """Make an article findable no more. Safe to run again."""
    _forget(article.pk)


def rebuild() -> int:
    """Index every published article anew; give their number."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search")
    versions = ArticleVersion.objects.filter(live_for__in=Article.objects.published()).select_related("author")
    for version in versions:
        index(version)
    return len(versions)


def search(q: str) -> QuerySet[Article]:
    """Give the published articles that have all the words, else those that have any, best first.

    Takes whatever people type. Words count from their beginning ("head" finds "headache") and without accents.
    One query to see whether an article has all the words; the result is an ordinary queryset.
    """
    terms = _question(q)
    if not terms:
        return Article.objects.none()
    found = _matching(_dialect()["all"].join(terms))
    return found if len(terms) == 1 or found.exists() else _matching(_dialect()["any"].join(terms))


def _matching(match: str) -> QuerySet[Article]:
    dialect = _dialect()
    rank = Func(
        Value(match),
        F("pk"),
        template=dialect["rank"],
        arg_joiner=dialect["rank_joiner"],
        output_field=FloatField(),
    )
    ids = Func(Value(match), template=dialect["ids"], output_field=BigIntegerField())
    return Article.objects.published().filter(pk__in=ids).order_by(rank, "-first_published_at", "-pk")


def _question(q: str) -> list[str]:
    """The first words of what somebody typed, each written as a prefix in the database's own query language."""
    terms = list(dict.fromkeys(term[:LONGEST_TERM] for term in _terms(q[:1000])))
    longer = [term for term in terms if len(term) > 1]
    return [_dialect()["term"].format(term) for term in (longer or terms)[:MAX_TERMS]]


def _terms(text: str) -> list[str]:
    """The words of a text: letters and digits only, small, without accents."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain.casefold())


def _forget(article_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search WHERE rowid = %s", [article_id])


def _dialect() -> dict[str, str]:
    return SQLITE if connection.vendor == "sqlite" else POSTGRESQL


# A term holds letters and digits only, so it cannot end the quotes it is put in. A title counts most, the text least.
SQLITE = {
    "insert": "INSERT INTO articles_search (rowid, title, about, body) VALUES (%s, %s, %s, %s)",
    "term": '"{}"*',
    "all": " AND ",
    "any": " OR ",
    "ids": "(SELECT rowid FROM articles_search WHERE articles_search MATCH %(expressions)s)",
    "rank": (
        "(SELECT bm25(articles_search, 8.0, 4.0, 1.0) FROM articles_search WHERE articles_search MATCH %(expressions)s)"
    ),
    "rank_joiner": " AND rowid = ",
}
POSTGRESQL = {
    "insert": (
        "INSERT INTO articles_search (rowid, words) VALUES (%s,"
        " setweight(to_tsvector('english', %s), 'A')"
        " || setweight(to_tsvector('english', %s), 'B')"
        " || setweight(to_tsvector('english', %s), 'D'))"
    ),
    "term": "'{}':*",
    "all": " & ",
    "any": " | ",
    "ids": "(SELECT rowid FROM articles_search WHERE words @@ to_tsquery('english', %(expressions)s))",
    "rank": (
        "(SELECT -ts_rank(words, to_tsquery('english', query))"
        " FROM articles_search, (VALUES (%(expressions)s)) AS asked (query, article_id) WHERE rowid = article_id)"
    ),
    "rank_joiner": ", ",
}
