from django.db import migrations

SQLITE = """
    CREATE VIRTUAL TABLE articles_search
    USING fts5(title, about, body, tokenize = 'porter unicode61 remove_diacritics 2')
"""
POSTGRESQL = """
    CREATE TABLE articles_search (rowid bigint PRIMARY KEY, words tsvector NOT NULL);
    CREATE INDEX articles_search_words ON articles_search USING gin (words);
"""


def create(apps, schema_editor):
    schema_editor.execute(SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE articles_search")


class Migration(migrations.Migration):
    """The table that articles/search.py reads and writes. It references no other, so that a flush may empty those."""

    dependencies = [("articles", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
