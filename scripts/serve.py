"""Bring the site up to date and run it: web and worker, in the foreground, until told to stop.

    .venv/bin/python scripts/serve.py           the clinic's own site, configured by .env
    .venv/bin/python scripts/serve.py --demo    the demo clinic on this machine (make run)

A variable that is already set wins over the files (see clinic/environment.py).
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
sys.path.insert(0, str(ROOT))

from clinic import environment  # noqa: E402  (needs the line above)
from clinic.core import running  # noqa: E402

DEMO_SIGN_INS = "admin, manager, frontdesk, williams, okafor, reyes"
DEMO_SETTINGS = """\
SECRET_KEY={secret_key}
DEBUG=false
STAFF_MFA=optional
ALLOWED_HOSTS=127.0.0.1,localhost
DEMO=true
"""
LOCK_DESCRIPTOR = 3  # supervisord closes from 5 on when it reloads


def main(demo: bool) -> None:
    data_dir = read_settings(demo)
    port = os.environ.setdefault("PORT", "8000")
    if demo:
        os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    lock = take_the_site(data_dir)
    refuse_taken_port(port)
    make_private(data_dir)
    prepare(data_dir, demo)
    if demo:
        greet()
    start(lock)


def read_settings(demo: bool) -> Path:
    """Fill the environment as every command does, and return the data folder, which exists then."""
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    if demo:
        write_demo_env(DEMO_SETTINGS)
    data_dir = environment.load(demo=demo)
    data_dir.mkdir(parents=True, exist_ok=True)
    return data_dir


def write_demo_env(settings: str) -> None:
    """Write the demo's settings once, so that sessions and links survive a restart."""
    data_dir = environment.data_dir()
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / environment.DEMO_FILE
    if not path.exists():
        path.write_text(settings.format(secret_key=secrets.token_urlsafe(50)))


def take_the_site(data_dir: Path) -> int:
    """Return the descriptor of the data folder's lock. Exits where a site, or a restore, runs on this data."""
    try:
        return running.take_site(data_dir, "the site")
    except running.AlreadyRunning as others:
        sys.exit(f"On the data in {data_dir} runs already: {others}. Stop it first.")


def make_private(data_dir: Path) -> None:
    """Close what an earlier release, or a copy by hand, left readable for everybody on this machine."""
    for path in [data_dir, *data_dir.rglob("*")]:
        mode = path.lstat().st_mode
        if mode & 0o077 and not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) & ~0o077)


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


def start(lock: int) -> None:
    """Become supervisord, which runs web and worker with this Python and brings them back."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.environ[running.SUPERVISOR] = str(os.getpid())
    os.chdir(ROOT)
    relay_output()
    os.set_inheritable(os.dup2(lock, LOCK_DESCRIPTOR), True)
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(ROOT / "supervisord.conf")]
    if os.geteuid() == 0:
        command += ["-u", "root"]  # said on purpose, or supervisord calls it critical at every start
    os.execv(command[0], command)


def relay_output() -> None:
    """Put a pipe of our own before standard output, which supervisord opens anew by the name /dev/stdout.

    That is refused where standard output is a socket (systemd's journal), or a pipe, file or terminal of another user
    (`su -c`, `sudo -u ... > file`, a container's USER).
    """
    sys.stdout.flush()
    # In a session of its own, so that Ctrl-C does not end it before the last line
    relay = subprocess.Popen(["cat"], stdin=subprocess.PIPE, start_new_session=True)
    os.dup2(relay.stdin.fileno(), 1)
    os.dup2(relay.stdin.fileno(), 2)


if __name__ == "__main__":
    try:
        main(demo="--demo" in sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
