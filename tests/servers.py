"""Starts PostgreSQL and Redis for one test run, unless DATABASE_URL and REDIS_URL name servers.

A plugin (`-p tests.servers`), not a conftest: Django's settings are read before any conftest.
Each run has servers of its own in a folder that goes with it, so runs side by side share nothing;
the workers of one run share them, each with its own database.

Migrating takes most of a minute, so it is done once for each state of the migrations: a cluster
with a migrated database lies in `var/test-clusters`, and every run starts on a copy of it. Where
migrations were only added, a new state begins on the cluster of the old one.
"""

import atexit
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts import servers

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(tempfile.gettempdir())
CLUSTERS = ROOT / "var" / "test-clusters"
TEMPLATE = "migrated"
KEPT = 24  # clusters, of the newest states of the migrations
AROUND = ("requirements.txt", "socsec/settings/base.py")
IMPORT = re.compile(
    r"^from ((?:socsec|funds|enrollment|pensions|medical|assistance)[\w.]*) import (.*)$", re.M
)


def migrations() -> set[Path]:
    """The files that decide what a migrated database looks like."""
    found = {ROOT / name for name in AROUND}
    for path in [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("socsec/*/migrations/*.py")]:
        found.add(path)
        for module, names in IMPORT.findall(path.read_text("utf-8")):
            base = ROOT.joinpath(*module.split("."))
            for name in [base, *(base / part.strip() for part in names.split(","))]:
                found |= {f for f in (name.with_suffix(".py"), name / "__init__.py") if f.exists()}
    return found


def contents() -> dict[str, str]:
    """The digest of each of these files by its path."""
    return {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(migrations())
    }


def state(files: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]


def nearest(files: dict[str, str]) -> Path | None:
    """The cluster that lacks the fewest of these files and has no other, nor another state of one.

    What was migrated under other settings or libraries will do to go on from.
    """
    found: list[tuple[int, Path]] = []
    for path in CLUSTERS.glob("*.json"):
        has = json.loads(path.read_text("utf-8"))
        tables = {name: digest for name, digest in has.items() if name not in AROUND}
        if tables.items() <= files.items() and path.with_suffix("").exists():
            found.append((len(has), path.with_suffix("")))
    return max(found)[1] if found else None


def migrate(target: Path, files: dict[str, str]) -> bool:
    """Makes a stopped cluster with a migrated database. False where the migrations do not run."""
    building = Path(tempfile.mkdtemp(prefix="building-", dir=CLUSTERS))
    building.chmod(0o711)
    try:
        begun = nearest(files)
        if begun:
            subprocess.run(["cp", "-Rp", begun, building / "postgres"], check=True)
        server = servers.postgres(building, building / "log", servers.THROWAWAY)
        try:
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "socsec.settings.test",
                "DATABASE_URL": server.url,
            }
            if begun:
                rename = (
                    "DROP DATABASE IF EXISTS socsec",
                    f"ALTER DATABASE {TEMPLATE} RENAME TO socsec",
                )
                for sentence in rename:
                    servers.sql(building, sentence).check_returncode()
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True)
            if done.returncode:
                return False
            servers.sql(building, f"ALTER DATABASE socsec RENAME TO {TEMPLATE}").check_returncode()
        finally:
            server.stop()
        (building / "postgres").rename(target)
        target.with_suffix(".json").write_text(json.dumps(files), "utf-8")
        return True
    finally:
        shutil.rmtree(building, ignore_errors=True)


def lay_cluster(data: Path) -> bool:
    """Puts a migrated cluster into a run's folder. False where there is none to be had."""
    CLUSTERS.mkdir(parents=True, exist_ok=True)
    files = contents()
    cached = CLUSTERS / state(files)
    with (CLUSTERS / f"{cached.name}.lock").open("w") as lock:
        # Of runs that start together, one migrates and the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not cached.exists() and not migrate(cached, files):
            return False
    os.utime(cached)
    subprocess.run(["cp", "-Rp", cached, data / "postgres"], check=True)
    clusters = [path for path in CLUSTERS.iterdir() if path.is_dir() and "-" not in path.name]
    for old in sorted(clusters, key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
        old.with_suffix(".lock").unlink(missing_ok=True)
        old.with_suffix(".json").unlink(missing_ok=True)
    return True


def gone(folder: Path) -> bool:
    """Whether the run that made a folder is over (it was killed, or it would have removed it)."""
    try:
        os.kill(int(folder.name.split("-")[2]), 0)
    except ProcessLookupError:
        return True
    except (ValueError, IndexError, PermissionError):
        pass
    return False


def start() -> None:
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    for folder in HOME.glob("socsec-test-*"):
        if gone(folder):
            shutil.rmtree(folder, ignore_errors=True)
    data = Path(tempfile.mkdtemp(prefix=f"socsec-test-{os.getpid()}-", dir=HOME))
    data.chmod(0o711)  # the servers may run as another account
    started: list[servers.Server] = []

    def stop() -> None:
        for server in started:
            server.stop(5)
        shutil.rmtree(data, ignore_errors=True)

    atexit.register(stop)
    if not os.environ.get("DATABASE_URL"):
        # Where migrating fails, the tests that need tables say why; the others run.
        if lay_cluster(data):
            os.environ["TEST_DATABASE_TEMPLATE"] = TEMPLATE
        started.append(servers.postgres(data, data / "postgresql.log", servers.THROWAWAY))
        os.environ["DATABASE_URL"] = started[-1].url
    if not os.environ.get("REDIS_URL"):
        started.append(servers.redis(data, data / "redis.log", durable=False))
        os.environ["REDIS_URL"] = started[-1].url


def own_redis() -> None:
    """Gives each worker of a parallel run its own database of the one Redis."""
    worker, url = os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ["REDIS_URL"]
    if worker.startswith("gw") and url.endswith("?db=0"):
        os.environ["REDIS_URL"] = url.replace("?db=0", f"?db={1 + int(worker[2:]) % 63}")


start()
own_redis()
