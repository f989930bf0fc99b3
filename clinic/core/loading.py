"""Everything that Django would load at the first request for it, loaded at the start."""

from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver


def load_everything() -> None:
    """Load every address with its views, and every template of ours, so that a running site needs no file of its code.

    Django keeps compiled templates; what they extend and include is among them by the same names.
    """
    get_resolver().url_patterns  # noqa: B018  (looked at, so that it is loaded)
    get_resolver().reverse_dict  # noqa: B018  (and what it includes)
    folders: list[Path] = settings.TEMPLATES[0]["DIRS"]  # type: ignore[assignment]  # one of many kinds of value
    for folder in folders:
        for name in template_names(folder):
            get_template(name)


def template_names(folder: Path) -> list[str]:
    """Return the names of the templates below a folder."""
    files = (path for path in folder.rglob("*") if path.suffix in {".html", ".txt"})
    return sorted(path.relative_to(folder).as_posix() for path in files)
