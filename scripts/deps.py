"""Compiles `pyproject.toml` into pinned, hashed requirements; `--check` tells whether they are in step.

`requirements.txt` is what a machine that runs or tests the project installs;
`requirements-office.txt` is the part of it that an office's servers need, at the same versions.
The check needs no network: each file states the digest of the lists it was compiled from.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ALL = ROOT / "requirements.txt"
OFFICE = ROOT / "requirements-office.txt"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def declared() -> tuple[list[str], list[str]]:
    """The requirements an office runs with, and those added for development."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return project["project"]["dependencies"], project["dependency-groups"]["dev"]


def digest(lists: object) -> str:
    return hashlib.sha256(json.dumps(lists).encode()).hexdigest()


def header(lists: object) -> str:
    return f"# Written by `make deps` from pyproject.toml; do not edit.\n# sha256 {digest(lists)}\n"


def compile_into(path: Path, lists: object, *options: str) -> None:
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"),
        *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest"),
        *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header"),
        *("--output-file", str(path), *options),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    path.write_text(header(lists) + path.read_text("utf-8"), "utf-8")


def pins(path: Path) -> dict[str, str]:
    return {
        re.sub(r"[-_.]+", "-", name).lower(): version
        for name, version in PIN.findall(path.read_text("utf-8"))
    }


def faults() -> list[str]:
    """What is out of step, one line each."""
    run, dev = declared()
    found = []
    for path, lists in ((ALL, [run, dev]), (OFFICE, run)):
        if not path.exists() or not path.read_text("utf-8").startswith(header(lists)):
            found.append(f"{path.name} is out of step with pyproject.toml: run `make deps`")
        elif re.search(
            r"https?://|file:|--(extra-)?index-url|--find-links", path.read_text("utf-8")
        ):
            found.append(f"{path.name} names a place to install from; it must name versions only")
    if not found:
        everything = pins(ALL)
        for name, version in pins(OFFICE).items():
            if everything.get(name) != version:
                found.append(f"{name} differs between {ALL.name} and {OFFICE.name}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if out of step")
    parser.add_argument("--upgrade", action="store_true", help="take the newest allowed versions")
    args = parser.parse_args()
    if not args.check:
        run, dev = declared()
        newest = ["--upgrade"] if args.upgrade else []
        compile_into(ALL, [run, dev], "--group", "dev", *newest)
        compile_into(OFFICE, run, "--constraints", str(ALL), *newest)
    found = faults()
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
