"""One site on one data folder, found out by locks and never by a guess."""

import os
import subprocess
import sys

import pytest

from clinic.core import running
from tests.processes import ROOT, wait_until

HOLD = "from pathlib import Path; import sys, time; from clinic.core import running; {}; time.sleep(60)"


@pytest.fixture
def other(tmp_path):
    """Start another process of ours on the data folder, and end it with the test."""
    started = []

    def other(code: str, **environment) -> subprocess.Popen:
        command = [sys.executable, "-c", HOLD.format(code), str(tmp_path)]
        started.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, start_new_session=True))
        return started[-1]

    yield other
    for process in started:
        process.kill()
        process.wait()


def test_the_second_is_refused_and_told_who_runs(other, tmp_path):
    first = other("lock = running.take_site(Path(sys.argv[1]), 'the site')")
    wait_until(lambda: (tmp_path / "site.lock").exists() and (tmp_path / "site.lock").read_text(), what="the lock")
    with pytest.raises(running.AlreadyRunning, match=rf"the site \(process {first.pid}\)"):
        running.take_site(tmp_path, "a restore")


def test_a_killed_site_holds_nobody_up(other, tmp_path):
    first = other("lock = running.take_site(Path(sys.argv[1]), 'the site')")
    wait_until(lambda: (tmp_path / "site.lock").exists() and (tmp_path / "site.lock").read_text(), what="the lock")
    first.kill()
    first.wait()
    os.close(running.take_site(tmp_path, "the site"))


def test_what_a_killed_supervisor_left_is_ended(other, tmp_path):
    orphan = other("running._end_with_parent = lambda pid: None; running.join(Path(sys.argv[1]), 'web')",
                   CLINIC_SUPERVISOR_PID="1")  # fmt: skip
    wait_until(lambda: running.living(tmp_path), what="the orphan")
    os.close(running.take_site(tmp_path, "the site"))
    assert orphan.wait(timeout=1) == -15


def test_a_worker_started_by_hand_keeps_a_restore_away_but_not_a_site(other, tmp_path):
    other("running.join(Path(sys.argv[1]), 'worker')")
    wait_until(lambda: running.living(tmp_path), what="the worker")
    with pytest.raises(running.AlreadyRunning, match="worker"), running.site_to_ourselves(tmp_path, "a restore"):
        pass
    os.close(running.take_site(tmp_path, "the site"))
