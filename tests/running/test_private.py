"""What patients told the clinic is readable for the site's own user alone."""

import stat


def readable_by_others(folder) -> list:
    return [p for p in [folder, *folder.rglob("*")] if p.stat().st_mode & 0o077]


def test_a_new_data_folder_and_its_database_are_private(run, tmp_path):
    done = run("manage.py", "migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    data = tmp_path / "var"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert (data / "clinic.sqlite3").exists()
    assert readable_by_others(data) == []


def test_a_start_closes_what_an_earlier_release_left_open(run, tmp_path):
    data = tmp_path / "var"
    (data / "media").mkdir(parents=True, mode=0o755)
    (data / "media" / "picture.jpg").write_bytes(b"picture")
    data.chmod(0o755)
    code = "import sys; sys.path.insert(0, 'scripts'); import serve; serve.make_private(serve.Path(sys.argv[1]))"
    done = run("-c", code, str(data))
    assert done.returncode == 0, done.stderr
    assert readable_by_others(data) == []
