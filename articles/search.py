"""Finding published articles by words, on SQLite (FTS5) and on PostgreSQL (tsvector).

The table `articles_search` has one row an article and is written by `index` and `remove` alone: triggers would vanish
when a migration rebuilds a table. Accents and punctuation are dropped here, from articles and questions alike.
"""

import re
import unicodedata

from django.db import connection
from django.db.models import Case, FloatField, QuerySet, Value, When

from articles.body import text_of
from articles.models import Article, ArticleVersion

MAX_TERMS = 12
LONGEST_TERM = 40
FOUND_AT_MOST = 200  # seventeen pages; nobody turns that far


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
    The best FOUND_AT_MOST are looked up at once, in one query or two; the result is an ordinary queryset of them.
    """
    terms = _question(q)
    ranks = _ranks(_dialect()["all"].join(terms)) if terms else {}
    if not ranks and len(terms) > 1:
        ranks = _ranks(_dialect()["any"].join(terms))
    if not ranks:
        return Article.objects.none()
    rank = Case(*(When(pk=pk, then=Value(rank)) for pk, rank in ranks.items()), output_field=FloatField())
    return Article.objects.published().filter(pk__in=ranks).order_by(rank, "-first_published_at", "-pk")


def _ranks(match: str) -> dict[int, float]:
    """The best matches by article, each with its rank; a lower one is better."""
    with connection.cursor() as cursor:
        cursor.execute(_dialect()["ranks"], [match, FOUND_AT_MOST])
        return dict(cursor.fetchall())


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
    "ranks": (
        "SELECT rowid, bm25(articles_search, 8.0, 4.0, 1.0) FROM articles_search"
        " WHERE articles_search MATCH %s ORDER BY 2, 1 DESC LIMIT %s"
    ),
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
    "ranks": (
        "SELECT rowid, -ts_rank(words, query) FROM articles_search, to_tsquery('english', %s) AS query"
        " WHERE words @@ query ORDER BY 2, 1 DESC LIMIT %s"
    ),
}
