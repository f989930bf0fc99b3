"""What the documents say is there: files, functions, commands, pictures."""

import os
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAP = ROOT / "docs" / "architecture.md"
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md"), *ROOT.glob("tests/**/*.md")]
)
CODE = re.compile(r"`([^`\n]+)`")
MAKE = re.compile(r"(?:^|clinic )make (?:-s )?(?:-C \S+ )?([a-z-]+)\b", re.MULTILINE)
NAMED_FILE = re.compile(r"([\w.][\w./-]*\.(?:py|html|txt|css|js|toml|md))(?:: (\w+))?")


@cache
def files() -> list[str]:
    """Return the project's files, without what tools and the site write."""
    left_out = {"var", "__pycache__", "node_modules"}
    found = []
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if name not in left_out and not name.startswith(".")]
        found += [(Path(folder) / name).relative_to(ROOT).as_posix() for name in names]
    return found


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def found(path: str) -> list[str]:
    """Return the files that a document may mean by a path, or by the end of one."""
    return [file for file in files() if file == path or file.endswith(f"/{path}")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_and_function_named_is_there(document):
    wrong = []
    for span in CODE.findall(document.read_text()):
        if not (named := NAMED_FILE.fullmatch(span)):
            continue
        texts = [(ROOT / file).read_text() for file in found(named[1])]
        if not texts or not (named[2] is None or any(re.search(rf"\b{named[2]}\b", text) for text in texts)):
            wrong.append(span)

    assert wrong == []


def test_every_room_is_on_the_map_in_its_order():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rooms = [layer.replace(".", "/").replace(" | clinic/", " | ") for layer in contracts[0]["layers"]]
    drawn = MAP.read_text().partition("```\nclinic/urls.py")[2].partition("```")[0].splitlines()
    listed = [re.match(r"[\w/]+(?: \| \w+)?", line)[0] for line in drawn[1:] if line]

    assert listed == rooms[1:]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_and_command_leads_somewhere(document):
    text = document.read_text()
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link and not link.startswith("#")]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = MAKE.findall("\n".join(code_of(text)))

    assert [link for link in links if not (document.parent / link.partition("#")[0]).exists()] == []
    assert set(commands) - targets == set()


def code_of(text: str) -> list[str]:
    """Return what stands in code spans and fenced blocks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [*blocks, *CODE.findall(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))]


def test_every_picture_shown_can_be_taken_anew():
    shown = set(re.findall(r"screenshots/([\w-]+)\.png", "".join(document.read_text() for document in DOCUMENTS)))
    taken = set(
        re.findall(r'^\s*(?:\(.*\{)?"([a-z-]+)": ', (ROOT / "scripts/screenshots.py").read_text(), re.MULTILINE)
    )

    assert shown == {file.stem for file in (ROOT / "docs/screenshots").glob("*.png")}
    assert shown <= taken
