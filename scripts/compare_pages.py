"""Prove that a change of the code leaves every page as it was: record the demo clinic's pages before and after.

    python scripts/compare_pages.py record FOLDER    write every page and message into the folder, one file each
    python scripts/compare_pages.py compare A B      print what differs between two such folders

Needs the development requirements. It knows the site by its addresses, its models' labels and its commands alone, so
that it runs unchanged while modules move. To record an older checkout, copy it there with demo_pages.py and
demo_visits.py.
"""

import difflib
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote

from demo_pages import NOW, Pages, start_site
from demo_visits import (
    SIGN_INS,
    ask,
    provoke_errors,
    put_articles_in_every_status,
    read_mail,
    read_public_pages,
    read_staff_pages,
    work_at_the_desk,
)

MOST_LINES = 30  # of one difference, or of the pages that have it


def main(verb: str, *folders: str) -> None:
    if verb == "record" and len(folders) == 1:
        record(Path(folders[0]))
    elif verb == "compare" and len(folders) == 2:
        sys.exit(1 if compare(*map(Path, folders)) else 0)
    else:
        sys.exit(__doc__)


def record(folder: Path) -> None:
    """Set up a demo clinic of its own, at a time that stands still, and write all it shows into the folder."""
    import time_machine

    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty. Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data_dir, time_machine.travel(NOW, tick=False) as clock:
        start_site(Path(data_dir))
        pages = Pages(folder)
        read_public_pages(pages)
        provoke_errors(pages)
        ask(pages, clock)
        for username in SIGN_INS:
            read_staff_pages(pages, username)
        work_at_the_desk(pages)
        put_articles_in_every_status(pages)
        read_mail(pages)
    print(f"{len(list(folder.iterdir()))} pages and messages in {folder}")


def compare(before: Path, after: Path) -> int:
    """Print what differs, each difference once with all the pages that have it. Return how many pages differ."""
    old, new = ({unquote(path.name): path for path in folder.iterdir()} for folder in (before, after))
    for title, names in ((f"Only in {before}", old.keys() - new.keys()), (f"Only in {after}", new.keys() - old.keys())):
        if names:
            print("\n".join([f"{title}:", *[f"  {name}" for name in sorted(names)], ""]))
    pages_of = defaultdict(list)
    changed = set()
    for name in sorted(old.keys() & new.keys()):
        for difference in differences(old[name].read_text(), new[name].read_text()):
            pages_of[difference].append(name)
            changed.add(name)
    for difference, names in pages_of.items():
        print("\n".join([f"On {len(names)}:", *cut([f"  {name}" for name in names]), *cut(difference.split("\n")), ""]))
    missing, added = len(old.keys() - new.keys()), len(new.keys() - old.keys())
    print(f"{len(old)} pages: {len(changed)} differ, {missing} missing, {added} new")
    return len(changed) + missing + added


def cut(lines: list[str]) -> list[str]:
    """Return as many lines as one looks at."""
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], f"  ... and {more} more"] if more > 0 else lines


def differences(before: str, after: str) -> Iterator[str]:
    """Yield the places where two texts differ, without their line numbers."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm=""))[2:]
    for is_place, place in groupby(lines, key=lambda line: not line.startswith("@@")):
        if is_place:
            yield "\n".join(place)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["help"]))
