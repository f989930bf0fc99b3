"""Make the data fit this code: migrate, collect static files that changed, and fill an empty demo.

    .venv/bin/python scripts/prepare.py [--demo]

A process of its own, so that the supervisor does not carry Django's memory.
"""

import hashlib
import io
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django  # noqa: E402  (needs the lines above)
from django.conf import settings  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402

from clinic.keeping import unfinished  # noqa: E402
from clinic.keeping.work import Refused  # noqa: E402


def main(demo: bool) -> None:
    django.setup()
    try:
        unfinished.refuse()
    except Refused as reason:
        sys.exit(str(reason))
    call_command("migrate", interactive=False)
    collect_static(settings.DATA_DIR)
    if demo:
        load_demo()
    else:
        lead_to_first_account()


def lead_to_first_account() -> None:
    """Print where the owner of a new site makes the first account; nothing where there is one."""
    from django.contrib.auth.models import User

    from clinic.staff.links import first_account_link

    if User.objects.exists():
        return
    print(
        f"\n  The site            {settings.SITE_URL}/"
        f"\n  Make your account   {first_account_link()}"
        "\n\n  The link works once, and for an hour; each start of the site makes a new one.\n",
        flush=True,
    )


def load_demo() -> None:
    """Fill an empty site; the greeting says the rest. Exits where the site is not this machine's own."""
    try:
        call_command("load_demo", if_empty=True, stdout=io.StringIO())
    except CommandError as refusal:
        sys.exit(str(refusal))


def collect_static(data_dir: Path) -> None:
    """Hashing and compressing takes seconds, so it is done only when one of the files has changed.

    Old files stay: a page that a browser or a proxy still holds asks for them.
    """
    from django.contrib.staticfiles.finders import get_finders

    stamp = data_dir / "static.sha256"
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            digest.update(name.encode() + Path(storage.path(name)).read_bytes())
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and (data_dir / "static").exists():
        return
    print("Collecting static files ...", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest.hexdigest())


if __name__ == "__main__":
    main(demo="--demo" in sys.argv[1:])
