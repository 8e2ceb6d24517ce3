"""`make run` starts and ends what is its own, however it is ended, and copies do not meet."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from scripts import keys, prepare, servers

ROOT = Path(__file__).resolve().parents[2]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
PATIENCE = 120  # seconds until a copy that neither serves nor ends fails its test

Copy = Callable[..., subprocess.Popen]


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


def until(done: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == os.geteuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)
    return tmp_path / "data"


@pytest.fixture
def copy(data: Path) -> Iterator[Copy]:
    """Starts a small copy; embedded servers only where asked for, for they take a second."""
    started: list[subprocess.Popen] = []

    def start(*worker: str, port: int = 0, folder: Path = data, embedded: bool = False):
        environment = dict(os.environ, PORT=str(port or free_port()), DATA_DIR=str(folder))
        environment.pop("MAKELEVEL", None)
        if embedded:
            del environment["DATABASE_URL"], environment["REDIS_URL"]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.house.small_copy", *worker],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)


def serving(process: subprocess.Popen) -> None:
    """Waits until a copy says that it serves."""
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C stops everything" in line:
            return
    raise AssertionError(said)


def family(process: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_however_it_is_asked_it_ends_all_it_started_and_nothing_else(copy, data, sent):
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    process = copy()
    serving(process)
    started = family(process)
    assert len(started) == 3
    process.send_signal(sent)
    assert process.wait(PATIENCE) == 0
    assert [p for p in started if p.is_running()] == []
    assert not (data / "processes.json").exists()
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_embedded_servers_start_keep_their_data_and_end(copy, data):
    for _time in ("first", "second"):
        process = copy(embedded=True)
        serving(process)
        names = {child.name() for child in family(process)}
        assert {"postgres", "redis-server"} <= names
        started = family(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert [p for p in started if p.is_running()] == []
    assert (data / "postgres" / "PG_VERSION").read_text().strip() == "18"
    assert (data / "secrets.env").stat().st_mode & 0o077 == 0
    assert (data / "environment.env").stat().st_mode & 0o077 == 0


def test_after_a_kill_nothing_is_left_running_and_the_next_start_serves(copy):
    process = copy(embedded=True)
    serving(process)
    started = family(process)
    process.kill()
    process.wait()
    second = copy(embedded=True)
    serving(second)
    assert [p for p in started if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def test_a_part_that_does_not_listen_is_ended_all_the_same(copy):
    process = copy(STUBBORN)
    serving(process)
    started = family(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert [p for p in started if p.is_running()] == []


def test_when_one_part_fails_the_others_end_and_its_last_words_are_shown(copy):
    process = copy("raise SystemExit('no such [broker]')")
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "Worker ended by itself" in said
    assert "no such [broker]" in said


def test_two_copies_run_side_by_side(copy, tmp_path):
    first = copy(folder=tmp_path / "one", embedded=True)
    second = copy(folder=tmp_path / "two", embedded=True)
    serving(first)
    serving(second)
    one, two = (keys.read(tmp_path / name / "environment.env") for name in ("one", "two"))
    for name in ("PORT", "DATABASE_URL", "REDIS_URL", "STATIC_ROOT", "MEDIA_ROOT"):
        assert one[name] != two[name]
    first.send_signal(signal.SIGINT)
    assert first.wait(PATIENCE) == 0
    assert second.poll() is None


def test_a_folder_in_use_is_refused_with_the_address_of_who_uses_it_and_left_alone(copy, data):
    port = free_port()
    first = copy(port=port, embedded=True)
    serving(first)
    before = sorted(path.name for path in [*data.iterdir(), *(data / "run").iterdir()])
    second = copy()
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert f"http://127.0.0.1:{port}/" in said
    assert first.poll() is None
    assert sorted(path.name for path in [*data.iterdir(), *(data / "run").iterdir()]) == before


def test_a_taken_port_is_told_with_another_to_try(copy):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = copy(port=port)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"PORT={port + 1}" in said


def test_what_a_killed_launcher_left_is_known_by_its_birth_and_not_by_its_number(copy, data):
    left, stranger = (
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) for _ in range(2)
    )
    noted = [
        [left.pid, psutil.Process(left.pid).create_time(), int(signal.SIGTERM)],
        [stranger.pid, psutil.Process(stranger.pid).create_time() - 1000, int(signal.SIGTERM)],
    ]
    data.mkdir()
    (data / "processes.json").write_text(json.dumps(noted))
    serving(copy())
    until(lambda: left.poll() is not None, "what was left still runs")
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_sockets_of_a_folder_with_a_long_name_find_a_short_place(data):
    deep = data / ("x" * 30) / ("y" * 90)
    short = servers.socket_folder(deep)
    assert len(os.fsencode(short / ".s.PGSQL.5432.lock")) < 104
    assert short != servers.socket_folder(deep / "other")
    assert servers.socket_folder(Path("/srv/data")) == Path("/srv/data/run")


def test_a_folder_that_belongs_to_someone_else_is_not_used(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(servers.ServerError, match="belongs to someone else"):
        servers.Account.ours().give(tmp_path / "run")


def test_preparing_is_due_again_when_a_file_it_reads_changes(tmp_path, monkeypatch):
    for name in ("requirements.txt", "socsec/policy.yaml", "socsec/notes.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    before = prepare.fingerprint()
    (tmp_path / "socsec/notes.md").write_text("three")
    assert prepare.fingerprint() == before
    (tmp_path / "socsec/policy.yaml").write_text("three")
    assert prepare.fingerprint() != before
