"""Tests and templates stay readable: rows from the factories, helpers from support modules, nothing grown too long."""

import ast
from pathlib import Path

from tests import factories

TESTS = Path(__file__).resolve().parent
TEMPLATES = TESTS.parent / "templates"
LONGEST = 400  # lines
WIDEST = 160  # characters of a template's line


def modules_imported(file: Path) -> set[str]:
    """Return the full names of the modules that a file imports, and of the names it takes from them."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = file.relative_to(TESTS.parent).parts[: -node.level] if node.level else ()
            module = ".".join([*package, *filter(None, [node.module])])
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def is_tests_own(module: str) -> bool:
    """Tell whether this is a module of tests or fixtures, which pytest alone imports."""
    first, *others = module.split(".")
    return first == "tests" and any(name.startswith("test_") or name == "conftest" for name in others)


def test_no_module_imports_tests_or_fixtures_from_another():
    files = TESTS.rglob("*.py")

    assert {str(file): names for file in files if (names := set(filter(is_tests_own, modules_imported(file))))} == {}


def test_rows_are_made_in_the_factories_alone():
    """A second make_provider drifts away from the first."""
    made = {name: [] for name in vars(factories) if name.startswith("make_")}
    for file in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name in made:
                made[node.name].append(file.name)

    assert {name: files for name, files in made.items() if files != ["factories.py"]} == {}


def test_no_file_is_too_long():
    lengths = {str(file): len(file.read_text().splitlines()) for file in TESTS.rglob("*.py")}

    assert {file: lines for file, lines in lengths.items() if lines > LONGEST} == {}


def is_mail(template: Path) -> bool:
    """Tell whether a template writes a mail, where a line may have to be as long as its sentence."""
    return bool({"emails", "mail"} & set(template.relative_to(TEMPLATES).parts))


def test_no_line_of_a_template_is_too_wide():
    templates = [file for file in TEMPLATES.rglob("*.*") if file.is_file() and not is_mail(file)]
    widths = {str(file): max(map(len, file.read_text().splitlines()), default=0) for file in templates}

    assert {file: width for file, width in widths.items() if width > WIDEST} == {}
