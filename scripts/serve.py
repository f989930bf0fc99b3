"""Bring the site up to date and run it: web and worker, in the foreground, until told to stop.

    .venv/bin/python scripts/serve.py           the clinic's own site, configured by .env
    .venv/bin/python scripts/serve.py --demo    the demo clinic on this machine (make run)

A variable that is already set wins over the files (see clinic/environment.py). On SIGHUP web and worker end and start
again, with the release that `current` names; whoever asks meanwhile waits and is answered.
"""

import errno
import os
import secrets
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from supervisor import supervisord  # noqa: E402  (needs the line above)
from supervisor.options import ServerOptions  # noqa: E402
from supervisor.states import SupervisorStates  # noqa: E402

from clinic import environment  # noqa: E402
from clinic.core import running  # noqa: E402

DEMO_SIGN_INS = "admin, manager, frontdesk, williams, okafor, reyes"
DEMO_SETTINGS = """\
SECRET_KEY={secret_key}
DEBUG=false
STAFF_MFA=optional
ALLOWED_HOSTS=127.0.0.1,localhost
DEMO=true
"""
LOCK_DESCRIPTOR = 3  # supervisor closes from 5 to minfds; web and worker do not inherit the lock
SOCKET = "CLINIC_SOCKET"
SOCKET_DESCRIPTOR = 64  # from minfds on (supervisord.conf), so that the web process inherits it
BACKLOG = 2048


def main(demo: bool) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until supervisor listens to it
    given = dict(os.environ)
    environment.follow_current("scripts/serve.py")
    data_dir = read_settings(demo)
    port = os.environ.setdefault("PORT", "8000")
    if demo:
        os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    take_the_site(data_dir)
    listen(port)
    make_private(data_dir)
    prepare(demo)
    if demo and SOCKET not in given:
        greet()
    if SOCKET not in given:
        relay_output()
    if supervise():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        start_again(given | {SOCKET: os.environ[SOCKET]})


def start_again(env: dict[str, str]) -> None:
    """Become the current release's serve.py, with the environment as it was given to this one."""
    code = environment.current()
    python = sys.executable if code == ROOT else str(code / ".venv" / "bin" / "python")
    os.execve(python, [python, str(code / "scripts" / "serve.py"), *sys.argv[1:]], env)


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


def take_the_site(data_dir: Path) -> None:
    """Hold the data folder's lock while this process lives. Exits where a site, or a restore, runs on this data."""
    try:
        lock = running.take_site(data_dir, "the site")
    except running.AlreadyRunning as others:
        sys.exit(f"On the data in {data_dir} runs already: {others}. Stop it first.")
    if lock != LOCK_DESCRIPTOR:
        os.dup2(lock, LOCK_DESCRIPTOR, inheritable=False)
        os.close(lock)


def make_private(data_dir: Path) -> None:
    """Close what an earlier release, or a copy by hand, left readable for everybody on this machine."""
    for path in [data_dir, *data_dir.rglob("*")]:
        mode = path.lstat().st_mode
        if mode & 0o077 and not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) & ~0o077)


def listen(port: str) -> None:
    """Hold the site's socket, the one of before a restart where it has the same port. Exits when it cannot be had."""
    if os.environ.pop(SOCKET, None):
        with socket.socket(fileno=SOCKET_DESCRIPTOR) as before:
            if str(before.getsockname()[1]) == port:
                before.detach()
                os.environ[SOCKET] = str(SOCKET_DESCRIPTOR)
                return
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bind(listener, port, seconds=running.GRACE if left_by_a_killed_supervisor() else 0)
        listener.listen(BACKLOG)
        os.dup2(listener.fileno(), SOCKET_DESCRIPTOR)
    os.environ[SOCKET] = str(SOCKET_DESCRIPTOR)


def left_by_a_killed_supervisor() -> bool:
    """Whether web and worker may still be ending: one that was just being started holds the socket for a moment."""
    return (environment.data_dir() / "supervisord.pid").exists()


def bind(listener: socket.socket, port: str, *, seconds: float) -> None:
    """Take the port, waiting for it at most so many seconds. Exits with what is wrong, plainly and at once."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return listener.bind(("127.0.0.1", int(port)))
        except ValueError:
            sys.exit(f"PORT must be a number, and it is {port!r}.")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                sys.exit(f"Port {port} cannot be used: {error.strerror}.")
            if time.monotonic() > deadline:
                sys.exit(f"Port {port} is in use. Stop what uses it, or pick another: make run PORT=8001")
        time.sleep(0.2)


def prepare(demo: bool) -> None:
    """Let the data fit this code; exits as that does."""
    command = [sys.executable, str(ROOT / "scripts" / "prepare.py"), *(["--demo"] if demo else [])]
    if status := subprocess.run(command).returncode:
        sys.exit(status)


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


def relay_output() -> None:
    """Put a pipe of our own before standard output, which supervisor opens anew by the name /dev/stdout.

    That is refused where standard output is a socket (systemd's journal), or a pipe, file or terminal of another user
    (`su -c`, `sudo -u ... > file`, a container's USER).
    """
    sys.stdout.flush()
    # In a session of its own, so that Ctrl-C does not end it before the last line
    relay = subprocess.Popen(["cat"], stdin=subprocess.PIPE, start_new_session=True)
    os.dup2(relay.stdin.fileno(), 1)
    os.dup2(relay.stdin.fileno(), 2)


def supervise() -> bool:
    """Run web and worker with this Python and bring them back, until a signal; return whether to start again."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.environ[running.SUPERVISOR] = str(os.getpid())
    os.chdir(ROOT)
    arguments = ["-c", str(ROOT / "supervisord.conf")]
    if os.geteuid() == 0:
        arguments += ["-u", "root"]  # said on purpose, or supervisor calls it critical at every start
    options = ServerOptions()
    options.realize(arguments, doc=supervisord.__doc__)
    options.first, options.test = True, False
    supervisord.go(options)
    options.close_logger()
    return options.mood == SupervisorStates.RESTARTING


if __name__ == "__main__":
    try:
        main(demo="--demo" in sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
