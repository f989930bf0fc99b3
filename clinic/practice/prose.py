"""What rich text may hold, for every editor field. One list decides the editor's buttons and the sanitiser alike."""

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
