"""Brings a database up to what the code expects: tables, regions, policy, the demo village, static files.

Run by the launcher with the servers' addresses in the environment. Every step may run again.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACES = ["socsec", "funds", "enrollment", "pensions", "medical", "assistance", "static", "tests"]
OURS = {".py", ".yaml", ".csv", ".json", ".mo", ".css", ".js", ".svg", ".woff2"}
STEPS = {"load_regions": "Regions", "load_policy": "Policy", "demo": "The demo village"}


def fingerprint() -> str:
    """Changes when any file changes that these steps read; the launcher skips them while it does not."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for place in PLACES:
        for folder, folders, names in os.walk(ROOT / place):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                path = Path(folder, name)
                if path.suffix in OURS:
                    found = path.stat()
                    digest.update(f"{path}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def step(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socsec.settings.local")
    import django
    from django.core.management import call_command, get_commands

    django.setup()
    step("Tables")
    call_command("migrate", interactive=False, verbosity=0)
    step("Static files")
    call_command("collectstatic", interactive=False, verbosity=0)
    known = get_commands()
    for command, text in STEPS.items():
        if command in known:
            step(text)
            call_command(command, verbosity=0)
    if "demo" in known:
        from socsec.commands.management.commands.demo import sign_ins

        listed = [list(row) for row in sign_ins()]
        Path(os.environ["DATA_DIR"], "sign-ins.json").write_text(json.dumps(listed), "utf-8")


if __name__ == "__main__":
    main()
