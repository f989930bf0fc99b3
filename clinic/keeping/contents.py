"""What a database holds, in a form two copies can be compared by."""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple


class Table(NamedTuple):
    """How many rows there are, and the SHA-256 of them all in an order that a copy keeps."""

    rows: int
    sha256: str


Contents = dict[str, Table]


def table_of(rows: Iterable[tuple[Any, ...]]) -> Table:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(repr(row).encode())
        count += 1
    return Table(count, digest.hexdigest())


def differences(expected: Contents, found: Contents) -> list[str]:
    """Return what is not the same, one line a table: missing, extra, other rows."""
    lines = []
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            lines.append(f"the table {name} is missing")
        elif name not in expected:
            lines.append(f"the table {name} is not in the list")
        elif expected[name].rows != found[name].rows:
            lines.append(f"{name} has {found[name].rows} rows of {expected[name].rows}")
        elif expected[name] != found[name]:
            lines.append(f"the rows of {name} differ")
    return lines
