"""Runs a command beside a fresh, migrated, throwaway database: `with_servers COMMAND [ARG…]`.

PostgreSQL keeps its promises here (fsync is on) and has an office's memory, so that what is
measured is what an office gets.
With DATABASE_URL and REDIS_URL set, those servers are used as they are.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts import keys, servers

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    # Both end this process through `finally`; the command, in our group, gets Ctrl-C as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place = Path(os.environ.get("DATA_DIR") or tempfile.gettempdir())
    place.mkdir(parents=True, exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="socsec-run-", dir=place))
    data.chmod(0o711)  # the servers may run as another account
    environment = {**os.environ, **keys.fresh(), "DATA_DIR": str(data)}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "socsec.settings.local")
    started: list[servers.Server] = []
    try:
        if not os.environ.get("DATABASE_URL"):
            started.append(servers.postgres(data, data / "postgresql.log", servers.OFFICE))
            environment["DATABASE_URL"] = started[-1].url
        if not os.environ.get("REDIS_URL"):
            started.append(servers.redis(data, data / "redis.log"))
            environment["REDIS_URL"] = started[-1].url
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        return subprocess.run(sys.argv[1:], cwd=ROOT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130
    finally:
        for server in reversed(started):
            server.stop()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
