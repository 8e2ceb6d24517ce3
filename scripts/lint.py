"""`make lint`: every check of the code that is not a test. Runs all of them, then says which failed."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CHECKS = {
    "style": [BIN / "ruff", "check", "--quiet", "."],
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "types": [BIN / "mypy", "--no-error-summary", "."],
    "walls": [BIN / "lint-imports", "--no-logo"],
    "migrations": [sys.executable, "-W", "ignore", "manage.py", "makemigrations", "--check"],
    "requirements": [sys.executable, "-m", "scripts.deps", "--check"],
}


def compose() -> list[str | Path] | None:
    """The command that validates the compose file, where a docker client can."""
    docker = shutil.which("docker")
    if not docker:
        return None
    asked = subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
    if asked.returncode:
        return None
    return [docker, "compose", "--env-file", ".env.example", "config", "--quiet"]


def main() -> int:
    checks: dict[str, list[str | Path]] = dict(CHECKS)  # type: ignore[arg-type]
    with_docker = compose()
    if with_docker:
        checks["compose"] = with_docker
    failed = []
    for name, command in checks.items():
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        word = "failed" if done.returncode else "ok"
        sys.stdout.write(f"{name:14}{word:8}{time.monotonic() - began:5.1f} s\n")
        if done.returncode:
            failed.append(name)
            sys.stdout.write(done.stdout + done.stderr)
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
