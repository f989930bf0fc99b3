"""schema.org's own vocabulary, and what of a page's structured data does not follow it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "shared/material/schemaorg/schemaorg-current-https.jsonld"
# How a value of a data type is written in JSON; whatever is written as text may stand for Text
WRITTEN = {
    "Date": re.compile(r"\d{4}(-\d\d(-\d\d)?)?"),
    "DateTime": re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+([+-]\d\d:\d\d|Z)"),
    "Time": re.compile(r"\d\d:\d\d(:\d\d)?"),
    "URL": re.compile(r"https?://\S+"),
    "Text": re.compile(r".+", re.S),
}
NUMBERS = {"Number", "Integer", "Float"}


class Vocabulary:
    """Which types and properties there are, and what may stand where."""

    def __init__(self, file: Path = FILE) -> None:
        rows = json.loads(file.read_text())["@graph"]
        self.rows = {row["@id"].removeprefix("schema:"): row for row in rows}

    def problems(self, value: Any, where: str = "") -> Iterator[str]:
        """Say what is wrong with structured data, each problem with where it stands."""
        if isinstance(value, list):
            for item in value:
                yield from self.problems(item, where)
        if not isinstance(value, dict):
            return
        kind = value.get("@type", "")
        if "rdfs:Class" not in self._types(kind):
            yield f"{where}: no type {kind!r}"
            return
        for name, inside in value.items():
            if not name.startswith("@"):
                yield from self._of_property(kind, name, inside, f"{where}/{kind}.{name}")

    def _of_property(self, kind: str, name: str, value: Any, where: str) -> Iterator[str]:
        if "rdf:Property" not in self._types(name):
            yield f"{where}: no such property"
        elif not self._ancestors(kind) & self._ids(name, "schema:domainIncludes"):
            yield f"{where}: not a property of {kind}"
        else:
            ranges = self._ids(name, "schema:rangeIncludes")
            items = value if isinstance(value, list) else [value]
            yield from (f"{where}: {item!r} is none of {ranges}" for item in items if not self._fits(item, ranges))
            yield from self.problems(value, where)

    def _fits(self, value: Any, ranges: set[str]) -> bool:
        if isinstance(value, dict):
            return bool(self._ancestors(value.get("@type", "")) & ranges)
        if isinstance(value, (int, float)):
            return bool(NUMBERS & ranges)
        is_member = bool(self._types(value) & ranges)  # of an enumeration, as Monday is of DayOfWeek
        return is_member or any(WRITTEN[name].fullmatch(value) for name in ranges & WRITTEN.keys())

    def _types(self, name: str) -> set[str]:
        types = self.rows.get(name, {}).get("@type", [])
        return {kind.removeprefix("schema:") for kind in ([types] if isinstance(types, str) else types)}

    def _ids(self, name: str, property_: str) -> set[str]:
        found = self.rows.get(name, {}).get(property_, [])
        return {row["@id"].removeprefix("schema:") for row in ([found] if isinstance(found, dict) else found)}

    def _ancestors(self, kind: str) -> set[str]:
        """Return a type and all it descends from."""
        return {kind}.union(*(self._ancestors(parent) for parent in self._ids(kind, "rdfs:subClassOf")))
