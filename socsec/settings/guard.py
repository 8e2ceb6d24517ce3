"""What keeps an office from starting: secrets that are missing, taken from an example, or weak."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import urlsplit

NEEDED = ("SECRET_KEY", "FIELD_KEYS", "BLIND_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS")
# Parts of texts that stand in examples and guides. A secret that others have read is none.
EXAMPLES = ("change", "example", "insecure", "secret", "password", "default", "replace")
SHORTEST = 32  # characters of a secret
VARIED = 10  # different characters in it
FIELD_KEY = 32  # bytes
FIELD_KEY_VARIED = 20  # different bytes among them: 32 random ones hardly ever have fewer


def faults(values: Mapping[str, str]) -> list[str]:
    """What is wrong with the environment's values, one line each, none of them showing a secret."""
    found = [f"{name} is not set" for name in NEEDED if not values.get(name)]
    for name in ("SECRET_KEY", "BLIND_KEY"):
        found += [f"{name} {fault}" for fault in weaknesses(values.get(name, ""))]
    keys = split(values.get("FIELD_KEYS", ""))
    for place, key in enumerate(keys, 1):
        if not is_field_key(key):
            found.append(f"key {place} of FIELD_KEYS is not 32 random bytes in base64")
    secrets = [values[name] for name in ("SECRET_KEY", "BLIND_KEY") if values.get(name)] + keys
    if len(set(secrets)) != len(secrets):
        found.append("two of SECRET_KEY, BLIND_KEY and FIELD_KEYS are the same")
    for name in ("DATABASE_URL", "REDIS_URL"):
        if from_an_example(urlsplit(values.get(name, "")).password or ""):
            found.append(f"the password in {name} is taken from an example; make your own")
    for host in split(values.get("ALLOWED_HOSTS", "")):
        if host == "*" or from_an_example(host):
            found.append(f"ALLOWED_HOSTS names {host}; name the office's own hosts")
    return found


def split(listed: str) -> list[str]:
    return [item.strip() for item in listed.split(",") if item.strip()]


def from_an_example(text: str) -> bool:
    return any(word in text.lower() for word in EXAMPLES)


def weaknesses(secret: str) -> list[str]:
    """Why a secret is none; nothing for a good one, and for a missing one."""
    if not secret:
        return []
    if from_an_example(secret):
        return ["is taken from an example; make your own"]
    if len(secret) < SHORTEST:
        return [f"is shorter than {SHORTEST} characters"]
    if any(letter.isspace() for letter in secret):
        return ["is words; make a random one"]
    if len(set(secret)) < VARIED:
        return ["repeats itself; make a random one"]
    return []


def is_field_key(key: str) -> bool:
    try:
        raw = base64.b64decode(key, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(raw) == FIELD_KEY and len(set(raw)) >= FIELD_KEY_VARIED and not raw.isascii()
