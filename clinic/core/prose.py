"""What rich text may hold, for every editor field. One list decides the editor's buttons and the sanitiser alike."""

import re
from itertools import accumulate
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
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

# An article's text also holds pictures; which ones may stay is decided when it is rendered (articles/body/)
ILLUSTRATED = PROSE | {"Figure": True, "Caption": True, "Image": True}


LONGEST = 200_000  # characters with markup, some 25,000 words; a long article has 40,000
DEEPEST = 50  # elements inside each other; the editor itself makes about ten
NESTING = re.compile(r"<(/?)(?:ul|ol|blockquote|table|figure|div|section|span|strong|em|b|i|a)\b", re.IGNORECASE)


def check_size(html: str) -> None:
    """Raise ValidationError for a text that would take long to clean: the sanitiser's time grows with depth squared."""
    if len(html) > LONGEST:
        raise ValidationError(_("This text is too long for one page. Make two of it."), code="too_long")
    steps = (-1 if found[1] else 1 for found in NESTING.finditer(html))
    if max(accumulate(steps, lambda depth, step: max(0, depth + step)), default=0) > DEEPEST:
        words = _("Lists, quotes or tables stand too deep inside each other. Take the innermost out of the others.")
        raise ValidationError(words, code="nested_too_deep")


class ProseField(ProseEditorField):
    """Rich text that is clean however it gets into the database: by a form, a script, an import or an update."""

    default_validators = [check_size]

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        clean = self.sanitize(value) if isinstance(value, str) else value
        return super().get_db_prep_save(clean, connection)
