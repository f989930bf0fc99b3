"""Finding published articles by words, on SQLite (FTS5) and on PostgreSQL (tsvector).

The table `articles_search` has one row an article and is written by `index` and `remove` alone: triggers would vanish
when a migration rebuilds a table. Accents and punctuation are dropped here, from articles and questions alike.
"""

from django.db import connection
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat, StrIndex

from articles.body import text_of
from articles.models import Article, ArticleQuerySet, ArticleVersion
from clinic.core.text import plain_words

MAX_TERMS = 12
LONGEST_TERM = 40
FOUND_AT_MOST = 200  # seventeen pages; nobody turns that far
RANKED_AT_MOST = 500  # of those with the words in the title, and of all; the newest where there are more


def index(version: ArticleVersion) -> None:
    """Make a version findable in place of what its article said before. To be called in publish's transaction."""
    topics = [f"{row} {row.also_called}" for rows in (version.treatments, version.conditions) for row in rows.all()]
    references = " ".join(f"{citation['authors']} {citation['title']}" for citation in version.citations)
    texts = [
        version.title,
        " ".join([version.summary, version.key_points, version.author.name, *topics]),
        " ".join(
            [version.intro, text_of(version.body_html), version.urgent_advice, version.who_should_not, references]
        ),
    ]
    _forget(version.article_id)
    with connection.cursor() as cursor:
        cursor.execute(_dialect()["insert"], [version.article_id, *(" ".join(plain_words(text)) for text in texts)])


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


def search(q: str) -> ArticleQuerySet:
    """Return the published articles that have all the words, else those that have any, best first.

    Takes whatever people type. Words count from their beginning ("head" finds "headache") and without accents.
    The best FOUND_AT_MOST are looked up at once, in one query or two; the result is an ordinary queryset of them.
    """
    terms = question_terms(q)
    found = _best(terms, "all") if terms else []
    if not found and len(terms) > 1:
        found = _best(terms, "any")
    if not found:
        return Article.objects.none()
    # Where ",7," stands in ",3,7,1,": one short expression, however many were found
    place = StrIndex(Value(f",{','.join(map(str, found))},"), Concat(Value(","), Cast("pk", CharField()), Value(",")))
    return Article.objects.published().filter(pk__in=found).order_by(place)


def _best(terms: list[str], how: str) -> list[int]:
    """Return the articles that have "all" or "any" of the terms, best first.

    Ranking costs as much as there are matches, so of a word that thousands have it looks at the newest only, and at the
    newest that have it in their title.
    """
    dialect = _dialect()
    in_text = dialect[how].join(dialect["term"].format(term) for term in terms)
    in_title = dialect["title"].format(dialect[how].join(dialect["title_term"].format(term) for term in terms))
    with connection.cursor() as cursor:
        cursor.execute(dialect["ranks"], [in_title, RANKED_AT_MOST, in_text, RANKED_AT_MOST, FOUND_AT_MOST])
        return [pk for pk, _rank in cursor.fetchall()]


def question_terms(q: str) -> list[str]:
    """Return the first words of what somebody typed."""
    terms = list(dict.fromkeys(term[:LONGEST_TERM] for term in plain_words(q[:1000])))
    longer = [term for term in terms if len(term) > 1]
    return (longer or terms)[:MAX_TERMS]


def _forget(article_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search WHERE rowid = %s", [article_id])


def _dialect() -> dict[str, str]:
    return SQLITE if connection.vendor == "sqlite" else POSTGRESQL


# A term holds letters and digits only, so it cannot end the quotes it is put in. A title counts most, the text least.
BEST = "SELECT rowid, MIN(score) FROM ({0} UNION ALL {0}) AS scores GROUP BY rowid ORDER BY 2, 1 DESC LIMIT %s"
SQLITE = {
    "insert": "INSERT INTO articles_search (rowid, title, about, body) VALUES (%s, %s, %s, %s)",
    "term": '"{}"*',
    "title_term": '"{}"*',
    "title": "{{title}} : ({})",
    "all": " AND ",
    "any": " OR ",
    "ranks": BEST.format(
        "SELECT * FROM (SELECT rowid, bm25(articles_search, 8.0, 4.0, 1.0) AS score FROM articles_search"
        " WHERE articles_search MATCH %s ORDER BY rowid DESC LIMIT %s)"
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
    "title_term": "'{}':*A",
    "title": "{}",
    "all": " & ",
    "any": " | ",
    "ranks": BEST.format(
        "(SELECT rowid, -ts_rank(words, query) AS score FROM articles_search, to_tsquery('english', %s) AS query"
        " WHERE words @@ query ORDER BY rowid DESC LIMIT %s)"
    ),
}
