"""The disk fills up at whatever step: nothing is lost, nothing half is left, and with room it works again."""

import sqlite3

import pytest

from clinic.keeping import backups, restoring, unfinished
from clinic.keeping.work import Refused
from tests.keeping.clinics import Clinic

STEP = 96 * 1024


@pytest.fixture
def clinic(tiny_disk, settings, monkeypatch) -> Clinic:
    return Clinic.in_place(tiny_disk / "var", settings, monkeypatch)


def fill_all_but(clinic: Clinic, room: int) -> None:
    """Leave so many bytes, give or take a block."""
    with (clinic.data / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError:
            filler.truncate(max(filler.tell() - room, 0))


def test_a_backup(clinic):
    clinic.picture.write_bytes(bytes(range(256)) * 1200)  # 300 KB
    refused = 0
    for room in range(0, 12 * STEP, STEP):
        fill_all_but(clinic, room)
        before = sorted(backups.folder().glob("clinic-*"))
        try:
            backups.back_up()
        except (Refused, OSError, sqlite3.Error):
            refused += 1
            assert not (clinic.data / "scratch").exists()
            assert sorted(backups.folder().glob("clinic-*")) == before
        (clinic.data / "filler").unlink()
        assert clinic.references == ["R-7K3F-9Q2M"]
    assert 0 < refused < 12


def test_a_restore(clinic):
    saved = backups.back_up().path
    clinic.execute("INSERT INTO requests (reference) VALUES ('R-2222-3333')")
    both, refused = clinic.references, 0
    for room in range(0, 10 * STEP, STEP // 2):
        fill_all_but(clinic, room)
        try:
            _report, before = restoring.restore(saved)
        except (Refused, OSError, sqlite3.Error):
            refused += 1
            (clinic.data / "filler").unlink()
            assert clinic.references == both and clinic.picture.read_bytes() == b"picture"
            assert unfinished.read() == {}
            continue
        (clinic.data / "filler").unlink()
        assert clinic.references == ["R-7K3F-9Q2M"]
        restoring.restore(before)
        assert clinic.references == both
    assert 0 < refused < 20
