"""Print the path of a Chromium for the browser tests, and install one if there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ["chromium", "chromium-browser", "google-chrome"]


def find() -> str | None:
    """$CHROMIUM, one on the PATH, or the one Playwright brought earlier."""
    if os.environ.get("CHROMIUM"):
        return shutil.which(os.environ["CHROMIUM"])
    return next(filter(None, map(shutil.which, NAMES)), None) or playwrights_own()


def playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Playwright's download first; where that is not to be had, Debian's package."""
    if run(sys.executable, "-m", "playwright", "install", "chromium"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-q") and run("apt-get", "install", "-y", "-q", "chromium")


def run(*command: str) -> bool:
    print("Trying:", *command, file=sys.stderr, flush=True)
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    if not find():
        install()
    found = find()
    if not found:
        sys.exit("No Chromium for the browser tests: install the package chromium, or set CHROMIUM to its path.")
    print(found)
