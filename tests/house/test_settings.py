"""An office starts with secrets of its own or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import keys
from socsec.settings import test as settings_of_tests
from socsec.settings.guard import NEEDED, faults

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def good() -> dict[str, str]:
    return {
        **keys.fresh(),
        "DATABASE_URL": "postgres://socsec:Kd83hfP0aQ@db/socsec",
        "REDIS_URL": "redis://:Kd83hfP0aQ@cache/0",
        "ALLOWED_HOSTS": "sb.hangzhou.gov.cn,.sb.internal",
    }


def start(values: dict[str, str], *command: str) -> subprocess.CompletedProcess:
    """Django's own check as an office's server would run it, with these values and nothing else."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "socsec.settings.production",
        **values,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_an_office_with_its_own_secrets_starts_and_django_finds_nothing_unsafe(good):
    assert faults(good) == []
    done = start(good, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_an_office_without_secrets_does_not_start_and_is_told_all_that_is_missing():
    done = start({}, "check")
    assert done.returncode != 0
    assert all(f"{name} is not set" in done.stderr for name in NEEDED)


@pytest.mark.parametrize("name", NEEDED)
def test_every_value_is_needed(good, name):
    assert faults({**good, name: ""}) == [f"{name} is not set"]


def test_the_example_file_does_not_start_an_office(good):
    example = keys.read(ROOT / ".env.example")
    given = {
        **example,
        "DATABASE_URL": f"postgres://socsec:{example['POSTGRES_PASSWORD']}@postgres/socsec",
        "REDIS_URL": f"redis://:{example['REDIS_PASSWORD']}@redis/0",
    }
    for name in NEEDED:
        assert faults({**good, name: given[name]}), name


def test_the_keys_of_the_tests_do_not_start_an_office(good):
    assert faults({**good, "SECRET_KEY": settings_of_tests.SECRET_KEY})
    assert faults({**good, "BLIND_KEY": settings_of_tests.BLIND_KEY})
    assert faults({**good, "FIELD_KEYS": settings_of_tests.FIELD_KEYS[0]})


@pytest.mark.parametrize(
    ("secret", "because"),
    [
        ("django-insecure-8f7aGh3kLmQ9xZpW2vTnB5cR1yE6uJ0d", "example"),
        ("k" * 60, "repeats"),
        ("Zx81jQpf", "shorter"),
        ("eight or nine plain words in a row make this long", "words"),
    ],
)
def test_a_weak_secret_is_refused_and_not_shown(good, secret, because):
    for name in ("SECRET_KEY", "BLIND_KEY"):
        (fault,) = faults({**good, name: secret})
        assert because in fault
        assert secret not in fault


@pytest.mark.parametrize("key", ["not base64!", "c2hvcnQ=", "A" * 43 + "="])
def test_a_weak_field_key_is_refused_and_its_place_told(good, key):
    (fault,) = faults({**good, "FIELD_KEYS": f"{good['FIELD_KEYS']},{key}"})
    assert fault.startswith("key 2 of FIELD_KEYS")


def test_one_secret_does_not_serve_two_ends(good):
    assert faults({**good, "BLIND_KEY": good["SECRET_KEY"]})
    assert faults({**good, "FIELD_KEYS": f"{good['FIELD_KEYS']},{good['FIELD_KEYS']}"})


def test_a_server_for_every_host_is_refused(good):
    assert faults({**good, "ALLOWED_HOSTS": "sb.hangzhou.gov.cn,*"})


def test_secrets_of_one_machine_are_made_once_and_only_their_owner_reads_them(tmp_path):
    path = tmp_path / "secrets.env"
    first = keys.keep(path)
    assert keys.keep(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"secrets.env"}


def test_a_secrets_file_that_lacks_one_keeps_the_others(tmp_path):
    path = tmp_path / "secrets.env"
    keys.write(path, {"FIELD_KEYS": "kept"})
    assert keys.keep(path)["FIELD_KEYS"] == "kept"
    assert set(keys.read(path)) == set(keys.fresh())
