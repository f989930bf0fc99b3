"""Bring the site up to date and run it: web and worker, in the foreground, until told to stop.

    .venv/bin/python scripts/serve.py           the clinic's own site, configured by .env
    .venv/bin/python scripts/serve.py --demo    the demo clinic on this machine (make run)

A variable that is already set wins over both files.
"""

import errno
import hashlib
import io
import os
import secrets
import socket
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO_SIGN_INS = "admin, manager, frontdesk, williams, okafor, reyes"


def main(demo: bool) -> None:
    data_dir = Path(os.environ.setdefault("CLINIC_DATA_DIR", str(ROOT / "var")))
    data_dir.mkdir(parents=True, exist_ok=True)
    if demo:
        read_env(demo_env(data_dir))
    read_env(ROOT / ".env")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    port = os.environ.setdefault("PORT", "8000")
    if demo:
        os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    refuse_taken_port(port)
    prepare(data_dir, demo)
    if demo:
        greet()
    start()


def demo_env(data_dir: Path) -> Path:
    """The demo's settings, written once, so that sessions and links survive a restart."""
    path = data_dir / "demo.env"
    if not path.exists():
        path.write_text(
            f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
            "DEBUG=false\n"
            "STAFF_MFA=optional\n"
            "ALLOWED_HOSTS=127.0.0.1,localhost\n"
            "DEMO=true\n"
        )
        path.chmod(0o600)
    return path


def read_env(path: Path) -> None:
    import environ

    if path.exists():
        environ.Env.read_env(path)


def refuse_taken_port(port: str) -> None:
    """Say it now and plainly, instead of letting the web server fail again and again."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except ValueError:
            sys.exit(f"PORT must be a number, and it is {port!r}.")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                sys.exit(f"Port {port} cannot be used: {error.strerror}.")
            sys.exit(f"Port {port} is in use. Stop what uses it, or pick another: make run PORT=8001")


def prepare(data_dir: Path, demo: bool) -> None:
    """Migrate, collect static files that changed, and fill an empty demo."""
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False)
    collect_static(data_dir)
    if demo:
        load_demo()


def load_demo() -> None:
    """Fill an empty site; the greeting says the rest. Exits where the site is not this machine's own."""
    from django.core.management import CommandError, call_command

    try:
        call_command("load_demo", if_empty=True, stdout=io.StringIO())
    except CommandError as refusal:
        sys.exit(str(refusal))


def collect_static(data_dir: Path) -> None:
    """Hashing and compressing takes seconds, so it is done only when one of the files has changed.

    Old files stay: a page that a browser or a proxy still holds asks for them.
    """
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

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


def greet() -> None:
    site = os.environ["SITE_URL"]
    mail = "sent as EMAIL_URL says" if os.environ.get("EMAIL_URL") else f"{os.environ['CLINIC_DATA_DIR']}/mail/"
    print(
        f"\n  The site     {site}/"
        f"\n  Staff        {site}/admin/   as {DEMO_SIGN_INS}"
        "\n  Password     demo-clinic"
        f"\n  Mail         {mail}"
        "\n  Stop         Ctrl-C\n",
        flush=True,
    )


def start() -> None:
    """Become supervisord, which runs web and worker with this Python and brings them back."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.chdir(ROOT)
    sys.stdout.flush()
    if stat.S_ISSOCK(os.fstat(1).st_mode):  # systemd's journal is a socket, which /dev/stdout cannot reopen
        relay = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        os.dup2(relay.stdin.fileno(), 1)
        os.dup2(relay.stdin.fileno(), 2)
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(ROOT / "supervisord.conf")]
    if os.geteuid() == 0:
        command += ["-u", "root"]  # said on purpose, or supervisord calls it critical at every start
    os.execv(command[0], command)


if __name__ == "__main__":
    try:
        main(demo="--demo" in sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
