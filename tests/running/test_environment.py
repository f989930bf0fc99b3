"""One place reads the settings: the server, every command and every script agree on them."""

import pytest

from clinic import environment


@pytest.fixture
def env(tmp_path, monkeypatch):
    """Return a function that writes .env and forgets what the tests' own environment says."""
    for name in ("SECRET_KEY", "CLINIC_DATA_DIR", "DEMO"):
        monkeypatch.setenv(name, "")  # put back after the test, whatever load() sets meanwhile
        monkeypatch.delenv(name)
    monkeypatch.setenv("CLINIC_ENV_FILE", str(tmp_path / ".env"))

    def write(*lines: str) -> None:
        (tmp_path / ".env").write_text("\n".join(lines))

    return write


def test_the_data_folder_of_env_is_obeyed(env, tmp_path):
    env("SECRET_KEY=k", f"CLINIC_DATA_DIR={tmp_path}/data")
    assert environment.load() == tmp_path / "data"


def test_a_variable_that_is_set_wins_over_env(env, tmp_path, monkeypatch):
    env("SECRET_KEY=k", f"CLINIC_DATA_DIR={tmp_path}/data")
    monkeypatch.setenv("CLINIC_DATA_DIR", str(tmp_path / "other"))
    assert environment.load() == tmp_path / "other"


def test_a_data_folder_without_a_root_lies_beside_manage_py(env):
    env("SECRET_KEY=k", "CLINIC_DATA_DIR=data")
    assert environment.load() == environment.BASE_DIR / "data"


def test_commands_on_the_demos_data_know_the_demos_settings(env, tmp_path, monkeypatch):
    monkeypatch.setenv("CLINIC_DATA_DIR", str(tmp_path))
    (tmp_path / "demo.env").write_text("SECRET_KEY=of-the-demo\nDEMO=true")
    environment.load()
    assert environment.os.environ["SECRET_KEY"] == "of-the-demo"


def test_a_demo_of_before_does_not_change_a_clinics_own_site(env, tmp_path):
    (tmp_path / "demo.env").write_text("SECRET_KEY=of-the-demo\nDEMO=true")
    env("SECRET_KEY=own", f"CLINIC_DATA_DIR={tmp_path}")
    environment.load()
    assert environment.os.environ["SECRET_KEY"] == "own"
    assert "DEMO" not in environment.os.environ


def test_every_way_to_start_reads_the_same_data_folder(run, tmp_path):
    """The mended fault: the server wrote to var/ while backup and manage.py read the folder of .env."""
    (tmp_path / ".env").write_text(f"SECRET_KEY=k\nCLINIC_DATA_DIR={tmp_path}/data\n")
    told = "from clinic import environment; print(environment.data_dir())"
    scripts = {"serve": "import sys; sys.path.insert(0, 'scripts'); import serve; print(serve.read_settings(False))"}
    for code in (told, *scripts.values()):
        done = run("-c", code, CLINIC_DATA_DIR="", CLINIC_ENV_FILE=str(tmp_path / ".env"))
        assert done.stdout.strip() == str(tmp_path / "data"), done.stderr
