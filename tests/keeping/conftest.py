import pytest

from tests.keeping.clinics import Clinic


@pytest.fixture
def clinic(tmp_path, settings, monkeypatch) -> Clinic:
    return Clinic.in_place(tmp_path / "var", settings, monkeypatch)
