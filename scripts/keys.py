"""The secrets of one machine: made once, kept in a file that only its owner reads."""

import base64
import os
import secrets
from pathlib import Path


def fresh() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "BLIND_KEY": secrets.token_urlsafe(48),
    }


def read(path: Path) -> dict[str, str]:
    """The NAME=value lines of a file; an empty dict where there is no file."""
    if not path.exists():
        return {}
    lines = (line.split("=", 1) for line in path.read_text("utf-8").splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in lines}


def write(path: Path, values: dict[str, str]) -> None:
    """Replaces the file in one step, never readable by others, not even for a moment."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.writelines(f"{name}={value}\n" for name, value in values.items())
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)


def keep(path: Path) -> dict[str, str]:
    """The secrets in a file, made now if they are missing. Data encrypted with them needs them for ever."""
    found = read(path)
    if set(fresh()) - set(found):
        found = {**fresh(), **found}
        write(path, found)
    return found
