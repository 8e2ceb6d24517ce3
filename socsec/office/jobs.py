"""The kinds of job, registered by the apps whose work they do: the office knows none by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.utils.functional import Promise

from .models.job import Job


def _as_it_was(job: Job) -> dict[str, Any]:
    return dict(job.result)


def _no_rows(job: Job) -> Iterator[dict[str, Any]]:
    return iter(())


@dataclass(frozen=True, slots=True)
class JobKind:
    """A sort of work.

    `work` does it, in one transaction, and gives what is to be told; a Problem that it raises is
    why the job failed. `tell` is what is told later, where that changes with time. `rows` gives
    the outcome row by row, each with the members `row`, `outcome`, `code` and `message`.
    """

    slug: str
    label: str | Promise
    work: Callable[[Job, IO[bytes]], dict[str, Any]]
    tell: Callable[[Job], dict[str, Any]] = _as_it_was
    rows: Callable[[Job], Iterator[dict[str, Any]]] = _no_rows
    failed: Callable[[Job], None] | None = None


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> JobKind:
    """Called from an app's ready()."""
    _kinds[kind.slug] = kind
    return kind


def get(slug: str) -> JobKind:
    """The kind, or KeyError: a job of an unknown kind is a mistake of ours."""
    return _kinds[slug]
