"""What rich text may hold, for every editor field. One list decides the editor's buttons and the sanitiser alike."""

from typing import Any

from django_prose_editor.fields import ProseEditorField

PROSE = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,  # without it the sanitiser drops <li>
    "Blockquote": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "History": True,
}

# An article's text also holds pictures; which ones may stay is decided when it is rendered (articles/body.py)
ILLUSTRATED = PROSE | {"Figure": True, "Caption": True, "Image": True}


class ProseField(ProseEditorField):
    """Rich text that is clean however it gets into the database: by a form, a script, an import or an update."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        clean = self.sanitize(value) if isinstance(value, str) else value
        return super().get_db_prep_save(clean, connection)
