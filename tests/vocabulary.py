"""schema.org's own vocabulary, and what of a page's structured data does not follow it.

`schemaorg.json` beside this holds names alone: of the types in KEPT and all they descend from, the properties these may
have, and the members of enumerations that may stand there. To add a type, or to follow a new release of schema.org:

    .venv/bin/python -m tests.vocabulary path/to/schemaorg-current-https.jsonld
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "schemaorg.json"
KEPT = [
    "AdministrativeArea", "Article", "BreadcrumbList", "CreativeWork", "EducationalOccupationalCredential",
    "EducationalOrganization",
    "GeoCoordinates", "ImageObject", "ListItem", "MedicalClinic", "MedicalCondition", "MedicalTherapy",
    "MedicalWebPage", "OpeningHoursSpecification", "Organization", "Person", "Physician", "Place", "PostalAddress",
    "ProfilePage", "QuantitativeValue", "ScholarlyArticle", "WebPage", "WebSite",
]  # fmt: skip
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
        kept = json.loads(file.read_text())
        self.parents: dict[str, list[str]] = kept["types"]
        self.properties: dict[str, dict[str, list[str]]] = kept["properties"]
        self.members: dict[str, list[str]] = kept["members"]

    def problems(self, value: Any, where: str = "") -> Iterator[str]:
        """Say what is wrong with structured data, each problem with where it stands."""
        if isinstance(value, list):
            for item in value:
                yield from self.problems(item, where)
        if not isinstance(value, dict):
            return
        kind = value.get("@type", "")
        if kind not in self.parents:
            yield f"{where}: no type {kind!r}"
            return
        for name, inside in value.items():
            if not name.startswith("@"):
                yield from self._of_property(kind, name, inside, f"{where}/{kind}.{name}")

    def _of_property(self, kind: str, name: str, value: Any, where: str) -> Iterator[str]:
        if name not in self.properties:
            yield f"{where}: no such property"
        elif not self._ancestors(kind) & set(self.properties[name]["of"]):
            yield f"{where}: not a property of {kind}"
        else:
            ranges = set(self.properties[name]["is"])
            items = value if isinstance(value, list) else [value]
            yield from (f"{where}: {item!r} is none of {ranges}" for item in items if not self._fits(item, ranges))
            yield from self.problems(value, where)

    def _fits(self, value: Any, ranges: set[str]) -> bool:
        if isinstance(value, dict):
            return bool(self._ancestors(value.get("@type", "")) & ranges)
        if isinstance(value, (int, float)):
            return bool(NUMBERS & ranges)
        is_member = bool(set(self.members.get(value, [])) & ranges)  # of an enumeration, as Monday is of DayOfWeek
        return is_member or any(WRITTEN[name].fullmatch(value) for name in ranges & WRITTEN.keys())

    def _ancestors(self, kind: str) -> set[str]:
        """Return a type and all it descends from."""
        return {kind}.union(*(self._ancestors(parent) for parent in self.parents.get(kind, [])))


def keep(release: Path, file: Path = FILE) -> None:
    """Write down the names that are used here of one of schema.org's releases."""
    rows = {_name(row["@id"]): row for row in json.loads(release.read_text())["@graph"]}
    types: dict[str, list[str]] = {}
    waiting = list(KEPT)
    while waiting:
        kind = waiting.pop()
        types[kind] = _names(rows[kind], "rdfs:subClassOf") if kind in rows else []
        waiting += [parent for parent in types[kind] if parent not in types]
    properties = {
        name: {"of": of, "is": _names(row, "schema:rangeIncludes")}
        for name, row in rows.items()
        if (of := [kind for kind in _names(row, "schema:domainIncludes") if kind in types])
    }
    ranges = {name for property_ in properties.values() for name in property_["is"]}
    kinds = {name: [_name(kind) for kind in _listed(row["@type"])] for name, row in rows.items()}
    members = {name: found for name, of in kinds.items() if (found := [kind for kind in of if kind in ranges])}
    file.write_text(json.dumps({"types": types, "properties": properties, "members": members}, sort_keys=True) + "\n")


def _names(row: dict[str, Any], property_: str) -> list[str]:
    return [_name(value["@id"]) for value in _listed(row.get(property_, []))]


def _name(address: str) -> str:
    return address.removeprefix("schema:")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
