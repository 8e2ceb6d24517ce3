"""Makes `.venv` and installs the pinned requirements into it, only when they changed.

Runs on the machine's own Python with nothing installed, so it uses the standard library alone.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements.txt"
INSTALLED = VENV / "installed-requirements.txt"


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def works() -> bool:
    """Whether `.venv` holds a Python that runs (it does not after a move or an upgrade)."""
    if not PYTHON.exists():
        return False
    asked = subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def make_venv() -> None:
    say("Making .venv")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    # Debian ships Python without the part that makes environments.
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing python3-venv")
        apt = ["apt-get", "install", "-y", "-q", "python3-venv"]
        subprocess.run(["apt-get", "update", "-q"], stdout=subprocess.DEVNULL, check=False)
        subprocess.run(apt, stdout=subprocess.DEVNULL, check=False)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        say((done.stdout + done.stderr).strip())
        sys.exit("Python could not make .venv. On Debian and Ubuntu: apt-get install python3-venv")


def install() -> None:
    say(f"Installing {REQUIREMENTS.name} into .venv; the first time this takes a minute or two")
    command = [
        *(str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--requirement", str(REQUIREMENTS)),
    ]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("pip could not install the requirements; its message stands above.")
    shutil.copyfile(REQUIREMENTS, INSTALLED)


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - says so, where the project would only crash
        sys.exit(
            f"Python 3.11 or later is needed; {sys.executable} is {sysconfig.get_python_version()}"
        )
    with (ROOT / ".venv.lock").open("w") as lock:
        # Two makes at once: the second waits, then finds everything in place.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not works():
            make_venv()
        if not INSTALLED.exists() or INSTALLED.read_bytes() != REQUIREMENTS.read_bytes():
            install()
    return 0


if __name__ == "__main__":
    sys.exit(main())
