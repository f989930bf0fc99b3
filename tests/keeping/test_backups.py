"""A backup is made while the site runs, proves itself before it counts, and is nobody else's to read."""

import json
import sqlite3
import zipfile
from contextlib import closing

import pytest

from clinic.keeping import archive, backups, encryption, restoring, sqlite
from clinic.keeping.work import Refused, workshop


def kept(clinic) -> list[str]:
    return sorted(path.name for path in backups.folder().glob("clinic-*"))


def test_it_says_what_it_holds(clinic):
    backup = backups.back_up()
    manifest = json.loads(zipfile.ZipFile(backup.path).read("manifest.json"))

    assert str(backup.report) == "3 tables, 3 rows, 1 pictures"
    assert manifest["engine"] == "SQLite" and manifest["release"] == backups.release()
    assert manifest["contents"]["requests"][0] == 1
    assert set(manifest["files"]) == {"database", "media/portraits/jason.webp"}
    assert json.loads((backups.folder() / "last.json").read_text())["path"] == backup.path.name


def test_it_holds_what_is_still_in_the_write_ahead_log(clinic):
    with closing(sqlite3.connect(clinic.database)) as live:
        with live:
            live.execute("INSERT INTO requests (reference) VALUES ('R-2222-3333')")
        assert (clinic.data / "clinic.sqlite3-wal").stat().st_size
        backup = backups.back_up()
    restoring.restore(backup.path)

    assert clinic.references == ["R-7K3F-9Q2M", "R-2222-3333"]


def test_only_the_owner_can_read_it(clinic):
    backup = backups.back_up()

    assert backup.path.stat().st_mode & 0o077 == 0
    assert backup.path.parent.stat().st_mode & 0o077 == 0


def test_two_within_one_second_are_two(clinic):
    assert backups.back_up().path != backups.back_up().path
    assert len(kept(clinic)) == 2


def test_an_empty_database_is_no_backup(clinic):
    clinic.database.unlink()

    with pytest.raises(Refused, match="empty"):
        backups.back_up()
    assert not backups.folder().exists()


def change_a_row(copy):
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE requests SET reference = 'R-0000-0000'")


def lose_a_row(copy):
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("DELETE FROM requests")


def cut(copy):
    copy.write_bytes(copy.read_bytes()[:9000])


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(change_a_row, "rows of requests differ"), (lose_a_row, "0 rows of 1"), (cut, "does not bring the site back")],
)
def test_one_that_does_not_bring_the_site_back_does_not_count(clinic, monkeypatch, spoil, words):
    write = archive.write
    monkeypatch.setattr(archive, "write", lambda plain, copy, *args, **facts: (spoil(copy), write(plain, copy, *args, **facts)))  # fmt: skip  # noqa: E501

    with pytest.raises(Refused, match=words):
        backups.back_up()
    assert not backups.folder().exists()


def test_a_picture_that_the_site_itself_lost_is_said_and_holds_nobody_up(clinic):
    clinic.picture.unlink()

    assert "1 that pages name are missing" in str(backups.back_up().report)


def test_a_picture_deleted_meanwhile_is_in_it_as_its_row_is(clinic, monkeypatch):
    snapshot = sqlite.SQLite.snapshot
    monkeypatch.setattr(sqlite.SQLite, "snapshot", lambda *args: (clinic.picture.unlink(), snapshot(*args))[1])

    assert backups.back_up().report.pictures == 1


def test_with_a_key_it_is_encrypted_and_only_the_private_half_opens_it(clinic):
    private, public = encryption.make_pair()
    encryption.keep_public_key(public)
    backup = backups.back_up()

    assert backup.is_encrypted and backup.path.name.endswith(".zip.age")
    assert b"R-7K3F-9Q2M" not in backup.path.read_bytes()
    assert str(backups.verify(backup.path, private)[1]) == "3 tables, 3 rows, 1 pictures"
    with pytest.raises(Refused, match="another key"):
        backups.verify(backup.path, encryption.make_pair()[0])
    with pytest.raises(Refused, match="KEY="):
        backups.verify(backup.path)


def test_nothing_plain_is_left_beside_it(clinic):
    encryption.keep_public_key(encryption.make_pair()[1])
    backups.back_up()

    assert not (clinic.data / "scratch").exists()
    assert [path for path in backups.folder().iterdir() if zipfile.is_zipfile(path)] == []


def test_it_is_taken_to_a_second_place(clinic, settings, tmp_path):
    settings.BACKUP_COPY_COMMAND = f"cp {{file}} {tmp_path}/second-{{name}}"
    backup = backups.back_up()

    assert backups.copy_elsewhere(backup.path) is True
    assert (tmp_path / f"second-{backup.path.name}").read_bytes() == backup.path.read_bytes()


def test_a_second_place_that_fails_is_named(clinic, settings):
    settings.BACKUP_COPY_COMMAND = "cp {file} /nowhere/at/all"

    with pytest.raises(Refused, match=r"cp failed: .*/nowhere/at/all"):
        backups.copy_elsewhere(backups.back_up().path)


def test_two_at_once_are_refused_and_told(clinic):
    with workshop("a backup"), pytest.raises(Refused, match=r"Wait for a backup \(process"):
        backups.back_up()


def test_what_a_killed_one_left_goes_with_the_next(clinic):
    (clinic.data / "scratch").mkdir()
    (clinic.data / "scratch" / "clinic.zip").write_text("half")
    backups.back_up()

    assert not (clinic.data / "scratch").exists()
