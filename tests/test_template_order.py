"""Templates keep the order of the rooms: none extends, includes or loads tags from what stands above it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
# Whose a template is, by the start of its name; the longest start counts
OWNERS = {
    "": "clinic.core",  # base.html and what stands in it
    "bootstrap5/": "clinic.core",
    "includes/": "clinic.core",
    "practice/": "clinic.practice",
    "mail/": "clinic.mail",
    "account/": "clinic.staff",
    "mfa/": "clinic.staff",
    "admin/": "clinic.staff",
    "providers/": "providers",
    "articles/": "articles",
    "admin/articles/": "articles",
    "appointments/": "appointments",
    "pages/": "clinic.pages",
    "errors/": "clinic.pages",
    "429.html": "clinic.pages",
    "opening/": "clinic.opening",
    "admin/index.html": "clinic.opening",  # everybody's first page
}
USES = re.compile(r'\{% (?:extends|include) "([^"]+)"')
LOADS = re.compile(r"\{% load ([^%]+) %\}")


def order() -> dict[str, int]:
    """Return each room's place, the lowest first, from the import contract."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [layer.split(" | ") for layer in reversed(contracts[0]["layers"])]
    return {room: place for place, rooms in enumerate(layers) for room in rooms}


def owner_of(template: str) -> str:
    return OWNERS[max((start for start in OWNERS if template.startswith(start)), key=len)]


def tag_libraries() -> dict[str, str]:
    """Return our tag libraries, and the room that each is from."""
    files = [*ROOT.glob("*/templatetags/*.py"), *ROOT.glob("clinic/*/templatetags/*.py")]
    return {file.stem: ".".join(file.relative_to(ROOT).parts[:-2]) for file in files if file.stem != "__init__"}


def above(template: str) -> list[str]:
    """Return what a template uses of rooms above its own."""
    place, libraries, text = order(), tag_libraries(), (TEMPLATES / template).read_text()
    used = {name: owner_of(name) for name in USES.findall(text) if (TEMPLATES / name).exists()}
    loaded = {name: libraries[name] for names in LOADS.findall(text) for name in names.split() if name in libraries}
    return [name for name, room in (used | loaded).items() if place[room] > place[owner_of(template)]]


def test_no_template_uses_what_is_above_it():
    templates = [file.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob("*") if file.is_file()]

    assert {template: names for template in templates if (names := above(template))} == {}


def test_every_owner_is_a_room():
    assert set(OWNERS.values()) <= set(order())
