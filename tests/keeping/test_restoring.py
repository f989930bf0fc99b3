"""A restore proves the file first, saves what was there, and changes nothing where it refuses."""

import os
import random
import sqlite3
import zipfile
from contextlib import closing, suppress
from pathlib import Path

import pytest

from clinic.core import running
from clinic.keeping import backups, databases, encryption, postgresql, restoring, unfinished
from clinic.keeping.work import Refused


@pytest.fixture
def saved(clinic) -> Path:
    return backups.back_up().path


def refuse(path: Path, words: str, key: str = "") -> None:
    with pytest.raises(Refused, match=words) as refusal:
        restoring.restore(path, key)
    assert "\n" not in str(refusal.value)


def rewritten(backup: Path, **files: bytes) -> Path:
    """Return a copy of the backup without its manifest and with other files."""
    other = backup.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as target:
        for name, data in files.items():
            target.writestr(name.replace("__", "/"), data)
    return other


def test_a_backup_comes_back_after_a_loss(clinic, saved):
    clinic.execute("DELETE FROM requests")
    clinic.picture.unlink()
    (clinic.data / "media" / "new.webp").write_bytes(b"newer")
    restoring.restore(saved)

    assert clinic.references == ["R-7K3F-9Q2M"]
    assert clinic.picture.read_bytes() == b"picture"
    assert not (clinic.data / "media" / "new.webp").exists()


def test_what_was_there_before_can_be_taken_back(clinic, saved):
    clinic.execute("INSERT INTO requests (reference) VALUES ('R-2222-3333')")
    _report, before = restoring.restore(saved)
    restoring.restore(before)

    assert clinic.references == ["R-7K3F-9Q2M", "R-2222-3333"]


def test_on_an_empty_machine_it_needs_no_name_and_saves_nothing(clinic, saved):
    for file in clinic.data.glob("clinic.sqlite3*"):
        file.unlink()
    report, before = restoring.restore(restoring.newest())

    assert clinic.references == ["R-7K3F-9Q2M"]
    assert (report.rows, before) == (3, None)


def test_an_encrypted_one_on_an_empty_machine_brings_its_public_key(clinic):
    private, public = encryption.make_pair()
    encryption.keep_public_key(public)
    saved = backups.back_up().path
    encryption.public_key_file().unlink()
    refuse(saved, "KEY=")
    restoring.restore(saved, private)

    assert encryption.public_key() == public
    assert backups.back_up().is_encrypted


def test_a_damaged_database_is_set_aside_and_does_not_stop_it(clinic, saved):
    clinic.database.write_bytes(b"SQLite format 3\0" + bytes(5000))
    _report, before = restoring.restore(saved)

    assert clinic.references == ["R-7K3F-9Q2M"]
    assert (before / "clinic.sqlite3").stat().st_size == 5016
    assert (before / "media" / "portraits" / "jason.webp").exists()


def test_junk_is_refused(clinic, tmp_path):
    (tmp_path / "notes.txt").write_text("no backup")
    refuse(tmp_path / "notes.txt", "is not a backup")
    refuse(tmp_path / "missing.zip", "There is no backup")


def test_another_zip_is_refused(clinic, saved):
    refuse(rewritten(saved, letter=b"Dear"), "not a backup of a clinic's site")
    refuse(rewritten(saved, database=b"x", media__x__bad=b"x", media______evil=b"x"), "holds no database of ours")
    refuse(rewritten(saved, database=b"SQLite format 3\0" + bytes(100)), "does not bring the site back")
    refuse(rewritten(saved, **{"database": b"x", "media__..__evil": b"x"}), "not a backup of a clinic's site")


def test_an_empty_database_is_refused(clinic, saved, tmp_path):
    with closing(sqlite3.connect(tmp_path / "empty")) as empty:
        empty.executescript("CREATE TABLE other (id INTEGER)")
    refuse(rewritten(saved, database=(tmp_path / "empty").read_bytes()), "no tables of a clinic's site")


def test_another_engines_is_refused(clinic, saved, monkeypatch):
    monkeypatch.setattr(databases, "of_site", lambda: postgresql.PostgreSQL({"NAME": "clinic"}, clinic.data))
    refuse(saved, "holds SQLite, and this site runs on PostgreSQL")


def test_a_newer_releases_is_refused(clinic):
    clinic.execute("INSERT INTO django_migrations (app, name) VALUES ('appointments', '9999_from_the_future')")
    saved = backups.back_up().path  # going back a release must not end the backups
    refuse(saved, "newer release .* install that first")


@pytest.mark.parametrize("seed", range(40))
def test_whatever_byte_is_damaged_it_is_refused_or_whole(clinic, saved, seed):
    """Some bytes say nothing, as a file's time: then all that matters is still as it was saved."""
    data = bytearray(saved.read_bytes())
    data[random.Random(seed).randrange(len(data))] ^= 0xFF
    saved.write_bytes(data)
    clinic.execute("INSERT INTO requests (reference) VALUES ('R-2222-3333')")
    with suppress(Refused):
        restoring.restore(saved)
        clinic.execute("INSERT INTO requests (reference) VALUES ('R-2222-3333')")

    assert clinic.references == ["R-7K3F-9Q2M", "R-2222-3333"]
    assert clinic.picture.read_bytes() == b"picture"


@pytest.mark.parametrize("part", [0, 0.1, 0.5, 0.9, 0.99])
def test_one_cut_short_is_refused(clinic, saved, part):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * part)])
    refuse(saved, "is not a backup")

    assert clinic.references == ["R-7K3F-9Q2M"]


def test_it_is_refused_while_the_site_runs(clinic, saved):
    lock = running.take_site(clinic.data, "the site")
    refuse(saved, "Stop it first")
    os.close(lock)


def test_one_cut_short_in_the_middle_is_finished_by_running_it_again(clinic, saved, monkeypatch):
    clinic.execute("INSERT INTO requests (reference) VALUES ('R-2222-3333')")
    with monkeypatch.context() as killed:
        killed.setattr(Path, "rename", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        killed.setattr(backups, "_put_away", put_away_by_copying)
        with pytest.raises(KeyboardInterrupt):
            restoring.restore(saved)
    with pytest.raises(Refused, match=rf"cut short. Run it again: make restore FILE={saved}, or take back"):
        unfinished.refuse()
    with pytest.raises(Refused, match="cut short"):
        backups.back_up()
    _report, before = restoring.restore(saved)

    assert clinic.references == ["R-7K3F-9Q2M"] and unfinished.read() == {}
    restoring.restore(before)
    assert clinic.references == ["R-7K3F-9Q2M", "R-2222-3333"]


def put_away_by_copying(plain, now, scratch):
    target = backups.folder() / "clinic-20260101-000000.zip"
    target.write_bytes(plain.read_bytes())
    return target
