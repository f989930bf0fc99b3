"""Name the classes and custom properties of static/css that nothing uses, and fail when there are any.

.venv/bin/python scripts/check_classes.py
"""

import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = ["templates", "static/js", "appointments", "articles", "clinic", "providers"]
# Their templates and scripts draw parts of our pages
THEIRS = ["crispy_bootstrap5", "crispy_forms", "django.contrib.admin", "django_prose_editor"]
# Where a class can be named: in a tag of a template, in a text of the code. Prose names none.
NAMING = {
    ".html": re.compile(r"<[^>]*>|\{% block \w*(?:class|type) %\}.*?%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL),
    ".js": re.compile(r"""(["'`]).*?\1"""),
    ".py": re.compile(r"""(["']).*?\1"""),
}
COMMENT_OR_ADDRESS = re.compile(r"/\*.*?\*/|url\([^)]*\)|@import[^;]*;", re.DOTALL)
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)(?=[^{}]*\{)")
DECLARED = re.compile(r"(?<=[{;\s])(--[\w-]+)\s*:")
READ = re.compile(r"var\((--[\w-]+)")
WORD = re.compile(r"[\w-]+")


def main() -> None:
    styles = [COMMENT_OR_ADDRESS.sub("", path.read_text()) for path in sorted((ROOT / "static/css").glob("*.css"))]
    found = unused_classes("\n".join(styles), "\n".join(sources())) + unused_properties("\n".join(styles))
    for name in found:
        print(f"Nothing uses {name}")
    sys.exit(1 if found else 0)


def sources() -> Iterator[str]:
    """Return what may name a class, of every file of ours and of theirs."""
    folders = [ROOT / folder for folder in OURS]
    folders += [Path(spec.origin).parent for spec in map(find_spec, THEIRS) if spec and spec.origin]
    for folder in folders:
        for path in folder.rglob("*"):
            if path.suffix in NAMING and path.is_file():
                yield "\n".join(match[0] for match in NAMING[path.suffix].finditer(path.read_text()))


def unused_classes(styles: str, text: str) -> list[str]:
    """Return the classes that no text names. One put together, as in badge--{{ status }}, is named by its start."""
    words = set(WORD.findall(text))
    starts = {word for word in words if word.endswith(("-", "__"))}
    return sorted(
        f".{name}"
        for name in set(CLASS.findall(styles))
        if name not in words and not any(start and name.startswith(start) for start in starts if len(start) > 3)
    )


def unused_properties(styles: str) -> list[str]:
    """Return the custom properties that are set and never read. The admin reads its own."""
    admin = find_spec("django.contrib.admin")
    theirs = (Path(str(admin and admin.origin)).parent / "static/admin/css").rglob("*.css")
    read = set(READ.findall(styles)) | {name for path in theirs for name in READ.findall(path.read_text())}
    return sorted(set(DECLARED.findall(styles)) - read)


if __name__ == "__main__":
    main()
