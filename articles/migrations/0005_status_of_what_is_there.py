"""What was published before there were statuses: its status, and a text that can be taken up again."""

import re

from django.db import migrations

CITE = re.compile(r'<a class="cite"[^>]*>(\[\d+\])</a>')


def forwards(apps, schema_editor):
    Article = apps.get_model("articles", "Article")
    Article.objects.filter(live__isnull=False, retired_at=None).update(status="published")
    Article.objects.exclude(retired_at=None).update(status="retired")
    for version in apps.get_model("articles", "ArticleVersion").objects.filter(body="").only("body_html"):
        version.body = CITE.sub(r"\1", version.body_html)
        version.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [("articles", "0004_workflow")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
