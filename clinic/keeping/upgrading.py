"""A new release, with a way back: backed up, rehearsed on a copy, switched to while patients wait a moment, checked."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings

from clinic.core import running
from clinic.environment import current
from clinic.keeping import backups, databases, releases
from clinic.keeping.work import Refused, workshop

SECONDS_TO_START = 90
Say = Callable[[str], None]


def upgrade(archive: Path | None, say: Say) -> None:
    """Bring the site to a release: an archive's, or the newest of the branch that git follows.

    Raises Refused, with the site as it was, where anything fails before the switch; what fails after it is taken back.
    """
    backup = backups.back_up()
    say(f"Saved {backup.path}, proven: {backup.report}.")
    code = releases.from_archive(archive) if archive else releases.from_git()
    say(f"Installing {releases.version_of(code)} beside {releases.version_of(current())} ...")
    releases.install(code)
    rehearse(code)
    say("Rehearsed on a copy of the data: migrations run, and every public page answers.")
    releases.run(code, "scripts/prepare.py")
    go_to(code)
    releases.forget_others()
    say(f"{releases.version_of(code)} runs. make rollback goes back.")


def rollback(say: Say) -> None:
    """Go back to the release before. No data is taken back: it runs on the newer tables, and no request is lost."""
    code = releases.previous()
    go_to(code)
    say(f"{releases.version_of(code)} runs again. make rollback once more goes forward.")


def rehearse(code: Path) -> None:
    """Let the new code migrate a copy of the data and answer every public page from it."""
    database = databases.of_site()
    with workshop("an upgrade") as scratch:
        copy = scratch / "database"
        with database.snapshot(copy):
            pass
        (scratch / "data").mkdir()
        (scratch / "data" / "media").symlink_to(settings.MEDIA_ROOT)
        with database.url_beside(copy) as url:
            env = {"DATABASE_URL": url, "CLINIC_DATA_DIR": str(scratch / "data"), "EMAIL_URL": "memorymail://"}
            releases.run(code, "scripts/prepare.py", env=env)
            releases.run(code, "scripts/check_pages.py", env=env)


def go_to(code: Path) -> None:
    """Switch to a release and see it answer. Raises Refused when it does not, back with the one of before."""
    before = current()
    releases.switch(code)
    try:
        restart_and_check()
    except Refused as reason:
        releases.switch(before)
        restart_and_check()
        new, old = releases.version_of(code), releases.version_of(before)
        raise Refused(f"{new} was taken back, and {old} runs: {reason}") from None


def restart_and_check() -> None:
    """Have the running site start again, and wait until it is ready. A site that does not run starts with it later."""
    site = running.holder(settings.DATA_DIR)
    if not site:
        return
    before = {process.pid for process in running.living(settings.DATA_DIR)}
    os.kill(site.pid, signal.SIGHUP)
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        names = {process.name for process in running.living(settings.DATA_DIR) if process.pid not in before}
        if names >= {"web", "worker"} and is_ready():
            return
        time.sleep(0.2)
    raise Refused(f"web and worker were not ready within {SECONDS_TO_START} seconds; the log says why.")


def is_ready() -> bool:
    """Whether the site's own machine gets "ok" from it."""
    probe = Request(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/readyz")
    with suppress(URLError, OSError), urlopen(probe, timeout=10) as answer:  # noqa: S310  # nosec B310
        return bool(answer.status == 200)
    return False
