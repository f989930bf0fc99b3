"""A backup as one file: the database, the pictures, and a manifest that says what must be in them."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from clinic.keeping import databases
from clinic.keeping.contents import Contents, Table
from clinic.keeping.work import CHUNK, Refused

FORMAT = 1
DATABASE = "database"
MANIFEST = "manifest.json"
MEDIA = "media/"
# What reading a zip file with any byte of it changed may raise
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError)
BEGINNING = 16  # bytes that tell one database from another


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    release: str = "0.1.0"  # the one release whose backups have no manifest
    made_at: str = ""
    engine: str = ""
    contents: Contents = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)  # name and SHA-256 of every other file in it
    lost: list[str] = field(default_factory=list)  # pictures that rows name, and that the site itself did not have
    format: int = FORMAT


def write(path: Path, database: Path, pictures: dict[str, Path], **facts: object) -> Manifest:
    """Write the archive and return its manifest; `facts` are the manifest's other fields."""
    sources = {DATABASE: database} | {f"{MEDIA}{name}": file for name, file in sorted(pictures.items())}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        files = {name: _add(archive, name, source) for name, source in sources.items()}
        manifest = Manifest(files=files, **facts)  # type: ignore[arg-type]
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    return manifest


def _add(archive: zipfile.ZipFile, name: str, source: Path) -> str:
    """Add a file and return the SHA-256 of what was read, which is what was written."""
    about = zipfile.ZipInfo.from_file(source, name, strict_timestamps=False)
    about.compress_type = zipfile.ZIP_DEFLATED
    with source.open("rb") as read, archive.open(about, "w") as target:
        return _copy(read, target)


def _copy(read: IO[bytes], target: IO[bytes] | None) -> str:
    digest = hashlib.sha256()
    while chunk := read.read(CHUNK):
        digest.update(chunk)
        if target:
            target.write(chunk)
    return digest.hexdigest()


class Archive:
    """A backup that is read. Raises Refused for what is none, and where a file in it is not what the manifest says."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        try:
            self.zip = zipfile.ZipFile(path)
        except (*DAMAGED, OSError):
            raise Refused(f"{name} is not a backup, or only the beginning of one.") from None
        self.manifest = self._manifest()
        self.engine = databases.kind_of(self._beginning())

    def pictures(self) -> list[str]:
        """Return the names of the pictures, as rows of the database name them."""
        return [name.removeprefix(MEDIA) for name in self._members() if name.startswith(MEDIA)]

    def extract(self, name: str, target: Path) -> None:
        """Write one file of the archive."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            self._read(name, file)

    def check(self) -> None:
        """Read every file."""
        for name in self._members():
            self._read(name, None)

    def _manifest(self) -> Manifest:
        names = set(self.zip.namelist())
        if DATABASE not in names or not all(map(_is_ours, names)):
            raise Refused(f"{self.name} is not a backup of a clinic's site.")
        if MANIFEST not in names:
            return Manifest()
        try:
            told = json.loads(self.zip.read(MANIFEST))
            if told["format"] > FORMAT:
                raise Refused(f"{self.name} was made by release {told['release']}, which is newer: install that first.")
            contents = {table: Table(*facts) for table, facts in told.pop("contents").items()}
            manifest = Manifest(contents=contents, **told)
        except (*DAMAGED, TypeError, KeyError, AttributeError):
            raise Refused(f"{self.name} is damaged: its manifest cannot be read.") from None
        if manifest.files.keys() != names - {MANIFEST}:
            raise Refused(f"{self.name} is damaged: its files are not those of its manifest.")
        return manifest

    def _members(self) -> Iterator[str]:
        return (name for name in self.zip.namelist() if name != MANIFEST and not name.endswith("/"))

    def _beginning(self) -> bytes:
        try:
            with self._opened(DATABASE) as file:
                return file.read(BEGINNING)
        except DAMAGED:
            raise Refused(f"{self.name} is damaged: its database cannot be read.") from None

    def _read(self, name: str, target: IO[bytes] | None) -> None:
        try:
            with self._opened(name) as file:
                digest = _copy(file, target)
        except DAMAGED:
            digest = ""
        if digest != self.manifest.files.get(name, digest or "none"):
            raise Refused(f"{self.name} is damaged: {name} is not what was saved.")

    def _opened(self, name: str) -> IO[bytes]:
        try:
            return self.zip.open(name)
        except (*DAMAGED, OSError):
            raise Refused(f"{self.name} is damaged: {name} cannot be read.") from None


def _is_ours(name: str) -> bool:
    return name in (DATABASE, MANIFEST) or (name.startswith(MEDIA) and ".." not in PurePosixPath(name).parts)
