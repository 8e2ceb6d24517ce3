"""`make run`: the whole system on one machine, and the end of all of it on Ctrl-C.

Starts PostgreSQL and Redis (unless DATABASE_URL and REDIS_URL name others), prepares the database,
serves web, worker and beat, prints where to go, and watches. Whatever ends it (Ctrl-C, SIGTERM, a
closed terminal, a part that fails), it stops exactly the processes it started. Two copies with
their own DATA_DIR share nothing. Logs are in `DATA_DIR/logs`;
those of the time before end in `.before`.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import psutil
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scripts import keys, prepare, servers

ROOT = Path(__file__).resolve().parents[1]
TABLE = ("who", "name", "password")


class Stopped(Exception):
    """Someone asked us to stop."""


class Failed(Exception):
    """A part did not start or ended by itself; the message is for the person at the terminal."""


class Launcher:
    patience = 15  # seconds for web, worker and beat to finish what they have in hand

    def __init__(self, port: int, data: Path, host: str = "127.0.0.1") -> None:
        self.port, self.host, self.data = port, host, data
        self.logs = data / "logs"
        self.environment = dict(os.environ)
        self.parts: list[servers.Server] = []
        self.asked_to_stop = 0
        self.console = Console(highlight=False)

    # The terminal may be gone by the time we speak.
    def say(self, what: object) -> None:
        with contextlib.suppress(OSError):
            self.console.print(what, soft_wrap=isinstance(what, str))

    # ------------------------------------------------------------------ starting

    def run(self) -> int:
        """Serves until stopped. Returns the exit code: 0 when asked to stop, 1 when a part failed."""
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sent, self.on_signal)
        if os.environ.get("MAKELEVEL"):
            servers.die_with_parent(signal.SIGTERM)
        began = time.monotonic()
        code = 0
        # Others may pass through (the servers' account must) and list nothing.
        self.data.mkdir(mode=0o711, parents=True, exist_ok=True)
        for name, mode in (("logs", 0o700), ("media", 0o700)):
            (self.data / name).mkdir(mode=mode, exist_ok=True)
        with (self.data / "lock").open("a+") as lock:
            try:
                self.take(lock)
                try:
                    self.start()
                    self.welcome(time.monotonic() - began)
                    self.watch()
                finally:
                    # Only with the lock: without it the folder is another copy's.
                    self.stop()
            except Stopped:
                pass
            except (Failed, servers.ServerError) as error:
                self.say(f"[red]{escape(str(error))}[/red]")
                code = 1
        return code

    def on_signal(self, _number: int, _frame: object) -> None:
        self.asked_to_stop += 1

    def take(self, lock: IO[str]) -> None:
        """Makes this data folder ours. The system lets go of the lock however we end."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise Failed(
                f"{self.data} is in use by a system already running at {lock.read().strip()}.\n"
                "Stop that one, or choose another PORT or DATA_DIR for this one."
            ) from None
        lock.truncate(0)
        lock.write(f"http://{self.host}:{self.port}/")
        lock.flush()
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((self.host, self.port))
            except OSError:
                raise Failed(
                    f"Port {self.port} is taken by another program."
                    f" Choose another: make run PORT={self.port + 1}"
                ) from None

    def bury_the_dead(self) -> None:
        """Ends what a launcher killed outright left running: recognised by pid and time of birth."""
        left = self.data / "processes.json"
        with contextlib.suppress(OSError, ValueError, TypeError):
            for pid, born, goodbye in json.loads(left.read_text("utf-8")):
                with contextlib.suppress(psutil.Error):
                    found = psutil.Process(pid)
                    if abs(found.create_time() - born) < 1:
                        found.send_signal(goodbye)
                        self.see_gone(found)
        left.unlink(missing_ok=True)

    def see_gone(self, process: psutil.Process, seconds: float = 20) -> None:
        """Waits for the end of a process that is not our child; kills it when it takes too long."""
        end = time.monotonic() + seconds
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > end:
                process.kill()
            time.sleep(0.05)

    def start(self) -> None:
        self.bury_the_dead()
        for log in self.logs.glob("*.log"):
            log.replace(log.with_suffix(".before"))
        self.environment.update(keys.keep(self.data / "secrets.env"))
        own = {
            "DJANGO_SETTINGS_MODULE": "socsec.settings.local",
            "PORT": str(self.port),
            "DATA_DIR": str(self.data),
            "STATIC_ROOT": str(self.data / "static"),
            "MEDIA_ROOT": str(self.data / "media"),
            "PYTHONUNBUFFERED": "1",
        }
        embedded = not os.environ.get("DATABASE_URL")
        if embedded:
            own["DATABASE_URL"] = self.add(servers.postgres(self.data, self.log("postgresql"))).url
        if not os.environ.get("REDIS_URL"):
            own["REDIS_URL"] = self.add(servers.redis(self.data, self.log("redis"))).url
        self.environment.update(own)
        # So that `manage.py` in another terminal meets the same servers and keys.
        keys.write(self.data / "environment.env", own | self.given("DATABASE_URL", "REDIS_URL"))
        self.prepare(skippable=embedded)
        for name, command in self.commands().items():
            self.add(self.part(name, command))
        self.wait(self.healthy, 60, pause=0.3)

    def given(self, *names: str) -> dict[str, str]:
        return {name: os.environ[name] for name in names if os.environ.get(name)}

    def prepare(self, *, skippable: bool) -> None:
        """Prepares the database, unless it is ours and nothing changed since it was last prepared."""
        mark = self.data / "prepared"
        now = prepare.fingerprint()
        if skippable and mark.exists() and mark.read_text("utf-8") == now:
            return
        mark.unlink(missing_ok=True)
        self.say("Preparing the database; the first time this takes a minute")
        log = self.log("Preparation")
        part = self.part("Preparation", [sys.executable, "-m", "scripts.prepare"])
        self.add(part)
        with log.open(encoding="utf-8", errors="replace") as told:

            def over() -> bool:
                ended = part.process.poll() is not None
                for line in told:
                    self.say(escape(line.rstrip("\n")))
                return ended

            self.wait(over, 3600, watching=False)
        self.parts.remove(part)
        if part.process.returncode:
            raise Failed(f"Preparing the database failed; its last words stand above and in {log}.")
        mark.write_text(now, "utf-8")

    def commands(self) -> dict[str, list[str]]:
        celery = [sys.executable, "-m", "celery", "--app", "socsec.celery"]
        return {
            "Web": [
                *(sys.executable, "-m", "gunicorn", "socsec.wsgi"),
                *("--bind", f"{self.host}:{self.port}", "--workers", "1", "--threads", "8"),
                *("--no-control-socket", "--graceful-timeout", "5"),
                *("--access-logfile", str(self.log("access"))),
            ],
            "Worker": [
                *celery,
                *("worker", "--hostname", f"socsec-{self.port}@%h", "--loglevel", "INFO"),
                *("--concurrency", str(min(os.cpu_count() or 1, 4))),
                *("--without-mingle", "--without-gossip"),
            ],
            "Beat": [*celery, "beat", "--pidfile=", "--loglevel", "INFO"],
        }

    def log(self, name: str) -> Path:
        return self.logs / f"{name.lower()}.log"

    def tail(self, log: Path) -> str:
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])

    def part(self, name: str, command: list[str]) -> servers.Server:
        with self.log(name).open("ab") as out:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: servers.die_with_parent(signal.SIGTERM),
            )
        return servers.Server(name, process, "", signal.SIGTERM)

    def add(self, part: servers.Server) -> servers.Server:
        """Notes what we started, here and on disk, so that it can be stopped whatever happens to us."""
        self.parts.append(part)
        noted = []
        for known in self.parts:
            with contextlib.suppress(psutil.Error):
                born = psutil.Process(known.process.pid).create_time()
                noted.append([known.process.pid, born, int(known.goodbye)])
        (self.data / "processes.json").write_text(json.dumps(noted), "utf-8")
        return part

    # ------------------------------------------------------------------ serving

    def wait(
        self,
        done: Callable[[], bool],
        seconds: float,
        *,
        watching: bool = True,
        pause: float = 0.1,
    ) -> bool:
        """Waits for something while the parts live. False when time ran out."""
        end = time.monotonic() + seconds
        while not done():
            if self.asked_to_stop:
                raise Stopped
            if watching:
                for part in self.parts:
                    if part.process.poll() is not None:
                        log = self.log(part.name)
                        raise Failed(
                            f"{part.name} ended by itself ({part.process.returncode})."
                            f" From {log}:\n{self.tail(log)}"
                        )
            if time.monotonic() > end:
                return False
            time.sleep(pause)
        return True

    def watch(self) -> None:
        self.wait(lambda: False, float("inf"))

    def health(self) -> Mapping[str, object]:
        try:
            with urllib.request.urlopen(
                f"http://{self.host}:{self.port}/healthz", timeout=5
            ) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with contextlib.suppress(ValueError):
                return json.loads(error.read())
        except (OSError, ValueError):
            pass
        return {}

    def healthy(self) -> bool:
        return self.health().get("status") == "ok"

    def welcome(self, seconds: float) -> None:
        base = f"http://{'localhost' if self.host == '127.0.0.1' else self.host}:{self.port}"
        places = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for name, path in (
            ("Portal", "/"),
            ("Desk", "/admin/"),
            ("API", "/api/v1/docs/"),
            ("Health", "/healthz"),
        ):
            places.add_row(name, f"[bold]{base}{path}[/bold]")
        self.say(f"\nServing after {seconds:.1f} s")
        self.say(places)
        listed = self.data / "sign-ins.json"
        if listed.exists():
            people = Table(*TABLE, box=box.SIMPLE_HEAD, title="Demo sign-ins", title_justify="left")
            for row in json.loads(listed.read_text("utf-8")):
                people.add_row(*row)
            self.say(people)
        self.say(f"Data and logs: {self.data}\nCtrl-C stops everything.")
        if not self.healthy():
            self.say(f"[yellow]Not everything answers yet: {dict(self.health())}[/yellow]")

    # ------------------------------------------------------------------ stopping

    def stop(self) -> None:
        """Ends the parts in reverse order, servers last; a second Ctrl-C makes it quick."""
        if self.parts:
            self.say("Stopping")
        serving = [part for part in self.parts if not part.url]
        for part in serving:
            self.send(part, part.goodbye)
        asked, end = self.asked_to_stop, time.monotonic() + self.patience
        while any(p.process.poll() is None for p in serving) and time.monotonic() < end:
            if self.asked_to_stop > asked:
                break
            time.sleep(0.05)
        for part in serving:
            # Also what a part left in its session: nothing of ours outlives us.
            with contextlib.suppress(OSError):
                os.killpg(part.process.pid, signal.SIGKILL)
            part.process.wait()
        for part in reversed([part for part in self.parts if part.url]):
            part.stop()
        folder = servers.socket_folder(self.data)
        if self.data not in folder.parents:
            shutil.rmtree(folder, ignore_errors=True)
        (self.data / "processes.json").unlink(missing_ok=True)

    def send(self, part: servers.Server, number: int) -> None:
        if part.process.poll() is None:
            part.process.send_signal(number)


def main() -> int:
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        sys.exit(f"PORT is a number from 1 to 65535, not {port!r}.")
    data = Path(os.environ.get("DATA_DIR") or ROOT / "var" / port).expanduser().absolute()
    return Launcher(int(port), data, os.environ.get("HOST") or "127.0.0.1").run()


if __name__ == "__main__":
    sys.exit(main())
