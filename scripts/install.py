"""Put the packages of a lock file into .venv, and do nothing when they are there already.

Runs on the system's Python with the standard library alone: python3 scripts/install.py requirements.lock
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SUPPORTED = [(3, 11), (3, 12), (3, 13)]


def main(lock_name: str) -> None:
    lock = ROOT / lock_name
    stamp = VENV / f"{lock_name}.sha256"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest and works(VENV / "bin" / "python"):
        return
    if not works(VENV / "bin" / "python"):
        make_venv()
    print(f"Installing {lock_name} into .venv ...", flush=True)
    pip = [VENV / "bin" / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--requirement", lock], check=True)
    stamp.write_text(digest)


def works(python: Path) -> bool:
    """Whether this interpreter still starts: a virtual environment breaks when its Python is replaced."""
    try:
        return subprocess.run([python, "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    if sys.version_info[:2] not in SUPPORTED:
        sys.exit(
            f"Python 3.11, 3.12 or 3.13 is needed, and this is {sys.version.split()[0]}."
            " Name another one, as in: make run PYTHON=python3.12"
        )
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{made.stdout}{made.stderr}\nNo virtual environment. On Debian: apt-get install python3-venv")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except subprocess.CalledProcessError as error:
        sys.exit(f"Installing failed: pip ended with {error.returncode}")
