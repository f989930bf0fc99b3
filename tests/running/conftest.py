import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def run(tmp_path):
    """Run a Python script of the project on a data folder of its own; `data` in the keywords names another."""

    def run(*arguments, data=None, **environment):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "SECRET_KEY": "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz",
                "CLINIC_DATA_DIR": str(data or tmp_path / "var"),
                "CLINIC_ENV_FILE": str(tmp_path / "none.env"),
                "EMAIL_URL": "memorymail://",
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run
