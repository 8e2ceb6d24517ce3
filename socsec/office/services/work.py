"""Doing a run: taking chunks, one transaction each, until nothing is left.

Any number of workers may call `work` for one run at once, on any number of machines, and any of
them may be killed at any moment:

* taking a chunk is a short transaction of its own (`FOR UPDATE SKIP LOCKED`), which counts the
  attempt and leaves a lease;
* doing it is a second transaction, which holds the chunk's row lock from the first statement to
  the last. What the chunk writes and that it is done commit together, or not at all;
* a lease that has run out on a chunk that nobody holds locked means that its worker died: the
  next worker takes it again. A living worker holds the lock, so however long its chunk takes,
  nobody else can.
"""

import hashlib
import os
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from socsec.kernel.money import yuan

from .. import runs
from ..errors import Problem, Text, both, pick, say
from ..models import Run, RunChunk
from . import audit

State = Run.State
Chunk = RunChunk.State

# A chunk that killed its worker this often, or met this many deadlocks, is not tried again.
ATTEMPTS = 5
# A chunk sorts and joins many rows at once, and its statements are long: compiling all their small
# expressions takes longer than computing them.
FOR_MANY = "set local work_mem = '128MB'; set local jit = off"
# Covers only the moment between taking a chunk and locking it for the work.
LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, read in one query. `percent` is of chunks; `total` in fen.

    `waiting` chunks can be taken now; `active` runs are not over.
    """

    state: str
    chunks: int
    done: int
    failed: int
    waiting: int
    count: int
    total: int
    percent: int
    error: str
    active: bool


def work(
    run_id: int,
    *,
    on_chunk: Callable[[RunChunk], None] | None = None,
    seconds: float | None = None,
) -> Progress:
    """Take part in a run until nothing is left to take, then finish it if nobody else has.

    With `seconds`, take no further chunk after that time, so that other work gets its turn.
    Returns where the run stands. It needs no user: what may be done was approved before.
    """
    worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    end = None if seconds is None else time.monotonic() + seconds
    if _start(run_id):
        while (chunk_id := _take(run_id, worker)) is not None:
            chunk = _do(chunk_id, worker)
            if chunk is not None and on_chunk is not None:
                on_chunk(chunk)
            if end is not None and time.monotonic() >= end:
                break
        _finish(run_id)
    return progress(run_id)


def work_through(
    run_id: int, *, on_chunk: Callable[[RunChunk], None] | None = None, pause: float = 1.0
) -> Progress:
    """Work until the run has ended, waiting for other workers and for leases of dead ones."""
    while (seen := work(run_id, on_chunk=on_chunk)).active:
        time.sleep(pause)
    return seen


def progress(run_id: int) -> Progress:
    """Where a run stands."""
    seen = (
        Run.objects.values("state", "error", "backwards", "count", "total")
        .annotate(
            chunk_count=Count("chunks"),
            done=Count("chunks", filter=Q(chunks__state=Chunk.DONE)),
            fresh=Count("chunks", filter=Q(chunks__state=Chunk.WAITING)),
            undone=Count("chunks", filter=Q(chunks__state=Chunk.REVERSED)),
            failed=Count("chunks", filter=Q(chunks__state=Chunk.FAILED)),
            rows=Sum("chunks__count", filter=Q(chunks__state=Chunk.DONE), default=0),
            fen=Sum("chunks__total", filter=Q(chunks__state=Chunk.DONE), default=0),
        )
        .get(pk=run_id)
    )
    chunks, done = seen["chunk_count"], seen["undone" if seen["backwards"] else "done"]
    ended = seen["state"] in (State.POSTED, *Run.GONE)
    return Progress(
        state=seen["state"],
        chunks=chunks,
        done=done,
        failed=seen["failed"],
        waiting=seen["done" if seen["backwards"] else "fresh"],
        count=int(seen["rows"]),
        total=int(seen["fen"]),
        percent=100 if ended else done * 100 // chunks if chunks else 0,
        error=pick(seen["error"]),
        active=seen["state"] in Run.WORKING,
    )


@transaction.atomic
def _start(run_id: int) -> bool:
    """Cut an approved run into its chunks. Whether there is anything to work on."""
    run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state != State.APPROVED:
        return run.state in Run.WORKING
    try:
        with transaction.atomic():
            specs = list(runs.get(run.kind).chunks(run))
    except OperationalError:
        raise
    except Exception as error:
        _stop(run, error)
        return False
    RunChunk.objects.bulk_create(
        RunChunk(run=run, number=number, spec=spec) for number, spec in enumerate(specs, start=1)
    )
    run.state = State.RUNNING
    run.started_at = timezone.now()
    run.save(update_fields=["state", "started_at"])
    audit.record(by=None, act="run.start", subject=run, region=run.region_id, chunks=len(specs))
    return True


def _take(run_id: int, worker: str) -> int | None:
    """Lay a lease on the next chunk and count the attempt; None when there is none to take."""
    while (chunk := _next(run_id, worker)) is not None:
        if chunk.state == Chunk.TAKEN:
            return chunk.pk
    return None


@transaction.atomic
def _next(run_id: int, worker: str) -> RunChunk | None:
    run = Run.objects.get(pk=run_id)
    if run.state not in Run.WORKING:
        return None
    fresh = Chunk.DONE if run.backwards else Chunk.WAITING
    now = timezone.now()
    chunk = (
        RunChunk.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(state=fresh) | Q(state=Chunk.TAKEN, leased_until__lt=now), run_id=run_id)
        .order_by("number")
        .first()
    )
    if chunk is None:
        return None
    chunk.state = Chunk.TAKEN
    chunk.worker = worker
    chunk.leased_until = now + lease()
    chunk.attempts += 1
    if chunk.attempts > ATTEMPTS:
        _fail(chunk, say(_("The workers that took this part died %(n)s times."), n=ATTEMPTS))
    else:
        chunk.save(update_fields=["state", "worker", "leased_until", "attempts"])
    return chunk


def _do(chunk_id: int, worker: str) -> RunChunk | None:
    """Do a taken chunk, or write down why it cannot be done."""
    try:
        with transaction.atomic():
            chunk = (
                RunChunk.objects.select_for_update(of=("self",))
                .select_related("run", "run__edition")
                .filter(pk=chunk_id, worker=worker, state=Chunk.TAKEN)
                .first()
            )
            if chunk is None:
                return None  # the lease ran out before we began, and someone else has it
            kind = runs.get(chunk.run.kind)
            _make_room()
            if chunk.run.backwards:
                kind.reverse(chunk)
                chunk.state = Chunk.REVERSED
            else:
                counts = kind.execute(chunk)
                chunk.state = Chunk.DONE
                chunk.count, chunk.total, chunk.checksum = (
                    counts.count,
                    counts.total,
                    counts.checksum,
                )
            chunk.attempts = 0
            chunk.leased_until = None
            chunk.finished_at = timezone.now()
            chunk.save()
            return chunk
    except OperationalError:
        # A deadlock or a lost connection: nothing was written, and the lease leads to a new try.
        _release(chunk_id, worker)
    except Exception as error:
        # Whatever it was, the person in charge must see it, and the other chunks need not wait.
        with transaction.atomic():
            chunk = RunChunk.objects.select_for_update(of=("self",)).get(pk=chunk_id)
            if chunk.worker == worker and chunk.state == Chunk.TAKEN:
                _fail(chunk, error)
    return None


def _make_room() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FOR_MANY)


def _release(chunk_id: int, worker: str) -> None:
    RunChunk.objects.filter(pk=chunk_id, worker=worker, state=Chunk.TAKEN).update(
        leased_until=timezone.now()
    )


def _fail(chunk: RunChunk, why: Text | Exception) -> None:
    chunk.state = Chunk.FAILED
    chunk.error = _said(why)
    chunk.leased_until = None
    chunk.save()


@transaction.atomic
def _finish(run_id: int) -> None:
    """Post the run when every chunk is done, or say why not. Whoever comes last does it."""
    run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state not in (State.RUNNING, State.REVERSING):
        return
    states = dict(run.chunks.order_by().values_list("state").annotate(Count("id")))
    goal = Chunk.REVERSED if run.backwards else Chunk.DONE
    if set(states) - {goal, Chunk.FAILED} - ({Chunk.WAITING} if run.backwards else set()):
        return  # others still work
    if states.get(Chunk.FAILED):
        bad = run.chunks.filter(state=Chunk.FAILED).order_by("number")[0]
        why = lazy(lambda: pick(bad.error), str)()
        _stop(run, say(_("Part %(number)s could not be done: %(why)s"), number=bad.number, why=why))
    elif run.backwards:
        # Only what was posted has a checksum.
        run.state = State.REVERSED if run.checksum else State.ABANDONED
        _end(run, "run.reversed")
    else:
        _post(run)


def _post(run: Run) -> None:
    kind = runs.get(run.kind)
    chunks = list(run.chunks.order_by("number").values_list("number", "count", "total", "checksum"))
    count, total = sum(row[1] for row in chunks), sum(row[2] for row in chunks)
    differs = (count, total) != (run.count, run.total) if kind.strict else not chunks
    if differs:
        why = _(
            "%(count)s rows and %(total)s yuan came out, but %(approved_count)s rows and"
            " %(approved)s yuan were approved: something changed since the preview."
            " Abandon the run and draft it again."
        )
        _stop(
            run,
            say(
                why,
                count=count,
                total=yuan(total),
                approved_count=run.count,
                approved=yuan(run.total),
            ),
        )
        return
    run.count, run.total = count, total
    text = "\n".join(" ".join(map(str, row)) for row in chunks)
    run.checksum = hashlib.sha256(text.encode()).hexdigest()
    try:
        with transaction.atomic():
            _make_room()
            kind.post(run)
    except OperationalError:
        raise
    except Exception as error:
        run.refresh_from_db(fields=["count", "total", "checksum"])
        _stop(run, error)
        return
    run.state = State.POSTED
    _end(run, "run.post")


def _end(run: Run, act: str) -> None:
    run.finished_at = timezone.now()
    run.error = {}
    run.save()
    audit.record(
        by=None,
        act=act,
        subject=run,
        region=run.region_id,
        count=run.count,
        total=run.total,
        checksum=run.checksum,
    )


def _stop(run: Run, why: Text | Exception) -> None:
    run.state = State.FAILED
    run.error = _said(why)
    run.save(update_fields=["state", "error"])
    audit.record(by=None, act="run.stop", subject=run, region=run.region_id, **run.error)


def lease() -> timedelta:
    """How long a taken chunk is left alone before it is looked at again."""
    return getattr(settings, "RUN_LEASE", LEASE)


def _said(why: Text | Exception) -> dict[str, str]:
    """The reason as it is kept: a sentence of ours in both languages, or the name of the fault."""
    if isinstance(why, Problem):
        return both(lazy(lambda: str(why), str)())
    if isinstance(why, Exception):
        return {"en": f"{type(why).__name__}: {why}"[:1000]}
    return both(why)
