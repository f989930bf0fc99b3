"""Check the HTML of every public page of the demo clinic with the Nu Html Checker, the one validator.w3.org runs.

    python scripts/check_html.py

Needs Java, and npm to fetch the checker once (into .venv/vnu), or VNU_JAR with the path of a vnu.jar.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.looking import KINDS, addresses, error_pages  # noqa: E402
from tests.processes import Site  # noqa: E402


def main() -> None:
    jar = checker()
    with tempfile.TemporaryDirectory() as folder:
        data_dir, pages = Path(folder, "data"), Path(folder, "pages")
        data_dir.mkdir()
        pages.mkdir()
        site = Site(data_dir, email_url=f"filemail:///{data_dir}/mail")
        try:
            site.manage("migrate", "--verbosity", "0")
            site.manage("load_demo")
            site.start()
            save(site, pages)
        finally:
            site.stop()
        count, found = len(list(pages.iterdir())), messages(jar, pages)
    for message in found:
        print(f"{message['url'].rpartition('/')[2]}:{message.get('lastLine', 1)}: {message['message']}")
    print(f"{count} pages, {len(found)} messages")
    sys.exit(1 if found else 0)


def checker() -> Path:
    """Return the checker's path; fetch it where it is not there yet."""
    jar = Path(os.environ.get("VNU_JAR") or ROOT / ".venv/vnu/node_modules/vnu-jar/build/dist/vnu.jar")
    if not jar.exists():
        prefix = jar.parents[4]
        prefix.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--prefix", prefix, "vnu-jar"], check=True)
    return jar


def save(site: Site, folder: Path) -> None:
    """Write every page as the site sends it into the folder, one file a page."""
    for url in dict.fromkeys([*addresses(site), *KINDS]):
        name = url.strip("/").translate(str.maketrans("/?&=", "____")) or "home"
        Path(folder, f"{name}.html").write_bytes(read(site.url + url))
    for name, html in error_pages(site).items():
        Path(folder, f"error-{name}.html").write_text(html)


def read(url: str) -> bytes:
    try:
        with urlopen(url) as answer:  # noqa: S310  # nosec B310: our own address
            return answer.read()
    except HTTPError as answer:
        return answer.read()


def messages(jar: Path, folder: Path) -> list[dict]:
    """Return what the checker has to say: errors, warnings and remarks alike."""
    done = subprocess.run(["java", "-jar", jar, "--format", "json", folder], capture_output=True, text=True)
    return json.loads(done.stderr)["messages"]


if __name__ == "__main__":
    main()
