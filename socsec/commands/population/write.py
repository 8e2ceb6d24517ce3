"""Writes a population with COPY, chunk by chunk: memory stays flat however many people."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from typing import Any

import django
import numpy as np
from django.db import connection, models, transaction

from enrollment.models import (
    BankAccount,
    BaseChoice,
    Category,
    Coverage,
    Employer,
    Employment,
    EndReason,
    IdentifierKind,
    Person,
    PersonIdentifier,
    Purpose,
    Sex,
    WageDeclaration,
)
from funds.models import Branch, Scheme
from funds.services import fund
from socsec.commands.population import people
from socsec.commands.population.people import EMPLOYEE, OTHER, OWN_ACCOUNT, PENSIONER, PLACES
from socsec.kernel.ids import make_credit_code
from socsec.kernel.months import first_day
from socsec.office.fields import blind_index, encrypt
from socsec.office.services import policy

CHUNK = 20_000  # people held in memory at once
STAFF = 25  # employees to an employer on average; a few have thousands
BANKS = ("中国某某银行", "某某商业银行", "城市某某银行")
SECONDS = 50  # every so many employees, one has a second employer

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Population:
    """What was made: person numbers from `first` to `last`, employers likewise."""

    first: int
    last: int
    first_employer: int
    last_employer: int
    months: tuple[int, ...]

    @property
    def people(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Job:
    """A chunk to write, in words that another process understands."""

    start: int
    size: int
    seed: int
    first_employer: int
    employers: int
    months: tuple[int, ...]


def populate(
    count: int,
    months: Iterable[int],
    *,
    seed: int = 1,
    workers: int = 1,
    progress: Callable[[int], None] = lambda done: None,
) -> Population:
    """Make `count` people, their employers, coverage, accounts, and wages for each of `months`.

    Chunks are committed as they come, by `workers` processes; the people are the same however
    many there are. `progress` hears how many people each finished chunk had.
    """
    months = tuple(months)
    policy.issue(by=None, note="files")
    for place in sorted({place[:2] + "0000" for place in PLACES}):
        fund.establish(Branch.PENSION, Scheme.EMPLOYEES, place, since=date(2000, 1, 1))
    first = _reserve(Person, count)
    employers = max(len(PLACES), count * 60 // 100 // STAFF)
    first_employer = _reserve(Employer, employers)
    _write_employers(first_employer, employers)
    jobs = [
        Job(start, min(CHUNK, first + count - start), seed, first_employer, employers, months)
        for start in range(first, first + count, CHUNK)
    ]
    if workers == 1:
        for job in jobs:
            progress(do(job))
    else:
        # Fresh processes, each with a connection of its own.
        with get_context("spawn").Pool(workers, initializer=django.setup) as pool:
            for size in pool.imap_unordered(do, jobs):
                progress(size)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return Population(
        first, first + count - 1, first_employer, first_employer + employers - 1, months
    )


def do(job: Job) -> int:
    """Write one chunk; gives its size."""
    chunk = people.chunk(job.start, job.size, job.seed)
    _write_chunk(chunk, job.first_employer, job.employers, job.months, job.seed)
    return job.size


def _reserve(model: type[models.Model], count: int) -> int:
    """The first of `count` numbers that nobody else will be given."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select setval(pg_get_serial_sequence('{table}', 'id'), greatest(
                nextval(pg_get_serial_sequence('{table}', 'id')),
                (select coalesce(max(id), 0) + 1 from {table})
            ) + %s - 1) - %s + 1
            """,  # noqa: S608 - a table of ours
            [count, count],
        )
        return int(cursor.fetchone()[0])


@transaction.atomic
def _write_employers(first: int, count: int) -> None:
    now = _now()
    copy_rows(
        Employer,
        ("id", "credit_code", "name", "region", "opened_on", "recorded_at"),
        (
            (
                number,
                make_credit_code("91", PLACES[number % len(PLACES)], f"{number:09}"),
                f"第{number}号单位",
                PLACES[number % len(PLACES)],
                "2000-01-01",
                now,
            )
            for number in range(first, first + count)
        ),
    )


@transaction.atomic
def _write_chunk(
    chunk: people.Chunk, first_employer: int, employers: int, months: tuple[int, ...], seed: int
) -> None:
    random = np.random.default_rng([seed, int(chunk.number[0]), 2])
    now = _now()
    numbers = chunk.number.tolist()
    regions = [PLACES[place] for place in chunk.place.tolist()]
    ids = chunk.resident_id.tolist()
    names = chunk.name.tolist()
    born = chunk.born.astype(str).tolist()
    phones = (13_000_000_000 + chunk.number % 999_999_999).tolist()
    copy_rows(
        Person,
        ("id", "name", "resident_id", "sex", "born_on", "phone", "region", "recorded_at"),
        (
            (n, name, encrypt(i), Sex.MALE if man else Sex.FEMALE, day, encrypt(str(p)), r, now)
            for n, name, i, man, day, p, r in zip(
                numbers, names, ids, chunk.man.tolist(), born, phones, regions, strict=True
            )
        ),
    )
    kind = IdentifierKind.RESIDENT_ID.value
    copy_rows(
        PersonIdentifier,
        ("blind", "kind", "person_id"),
        ((blind_index(i, kind), kind, n) for n, i in zip(numbers, ids, strict=True)),
    )
    _write_accounts(chunk.number, names, now)
    since, until = _spans(chunk, random)
    _write_coverage(chunk, regions, since, until, now)
    _write_work(chunk, since, first_employer, employers, months, random, now)
    _write_choices(chunk, since, random, now)


def _write_accounts(number_column: Array, names: list[str], now: str) -> None:
    cards = people.cards(number_column).tolist()

    def rows() -> Iterable[tuple[Any, ...]]:
        for number, name, card in zip(number_column.tolist(), names, cards, strict=True):
            yield (
                *(number, Purpose.BENEFIT.value, name, BANKS[number % len(BANKS)]),
                *(encrypt(card), blind_index(card, "bank_account"), card[-4:]),
                *("2020-01-01", now),
            )

    copy_rows(
        BankAccount,
        (
            *("person_id", "purpose", "holder", "bank"),
            *("account", "blind", "last_four"),
            *("opened_on", "recorded_at"),
        ),
        rows(),
    )


def _spans(chunk: people.Chunk, random: np.random.Generator) -> tuple[Array, Array]:
    """Covered from the first of a month about the age of 20, and for pensioners to retirement."""
    birth_month = chunk.born.astype("datetime64[M]")
    since = birth_month + (20 * 12 + random.integers(0, 36, len(birth_month)))
    since = np.minimum(since, np.datetime64("2025-01"))
    until = birth_month + np.where(chunk.man, 60 * 12, 50 * 12)
    return since, until


def _write_coverage(
    chunk: people.Chunk, regions: list[str], since: Array, until: Array, now: str
) -> None:
    category = {EMPLOYEE: Category.EMPLOYEE, OWN_ACCOUNT: Category.OWN_ACCOUNT}

    def rows() -> Iterable[tuple[Any, ...]]:
        columns = (chunk.number, chunk.sort, since.astype(str), until.astype(str))
        for (number, sort, first, end), region in zip(
            zip(*(column.tolist() for column in columns), strict=True), regions, strict=True
        ):
            if sort == OTHER:
                continue
            retired = sort == PENSIONER
            yield (
                *(number, Branch.PENSION.value, category.get(sort, Category.EMPLOYEE).value),
                *(region, f"[{first}-01,{f'{end}-01' if retired else ''})"),
                *(EndReason.RETIRED.value if retired else "", now, now if retired else None),
            )

    copy_rows(
        Coverage,
        (
            *("person_id", "branch", "category", "region", "span"),
            *("end_reason", "recorded_at", "ended_at"),
        ),
        rows(),
    )


def _write_work(
    chunk: people.Chunk,
    since: Array,
    first_employer: int,
    employers: int,
    months: tuple[int, ...],
    random: np.random.Generator,
    now: str,
) -> None:
    """Employments, and a wage for each month; the order of numbers is that of the key."""
    working = chunk.sort == EMPLOYEE
    person = chunk.number[working]
    # Employers of a person's place: every len(PLACES)-th. Squaring makes a few of them large.
    per_place = employers // len(PLACES)
    draw = random.integers(0, 1000, len(person))
    nth = draw * draw * per_place // 1_000_000
    offset = (chunk.place[working] - first_employer) % len(PLACES)
    employer = first_employer + offset + nth * len(PLACES)
    wage = _wages(random, len(person))
    second = person // 100 * 60 + person % 100
    has_second = (second % SECONDS == 0) & (per_place > 1)
    other = first_employer + offset + (nth + 1) % per_place * len(PLACES)
    jobs = sorted(
        [
            *zip(
                *(c.tolist() for c in (person, employer, since[working].astype(str), wage)),
                strict=True,
            ),
            *zip(
                *(
                    c[has_second].tolist()
                    for c in (person, other, since[working].astype(str), wage // 3)
                ),
                strict=True,
            ),
        ]
    )
    copy_rows(
        Employment,
        ("person_id", "employer_id", "span", "recorded_at"),
        ((person, employer, f"[{first}-01,)", now) for person, employer, first, _wage in jobs),
    )
    for month in months:
        begun = str(first_day(month))
        copy_rows(
            WageDeclaration,
            ("person_id", "employer_id", "month", "wage", "recorded_at"),
            (
                (person, employer, month, wage, now)
                for person, employer, first, wage in jobs
                if first <= begun
            ),
        )


def _wages(random: np.random.Generator, count: int) -> Array:
    """Fen: from 3,500 yuan upwards, most of them low, one in a hundred above any ceiling."""
    draw = random.integers(0, 1000, count)
    wage = 350_000 + draw * draw * draw // 400 + random.integers(0, 100, count)
    return np.where(random.integers(0, 100, count) == 0, wage * 3 + 2_000_000, wage)


def _write_choices(
    chunk: people.Chunk, since: Array, random: np.random.Generator, now: str
) -> None:
    own = chunk.sort == OWN_ACCOUNT
    base = 800_000 + 100_000 * random.integers(0, 20, int(own.sum()))
    # datetime64[M] counts months from 1970 on.
    month = since[own].astype(np.int64) + 1970 * 12
    copy_rows(
        BaseChoice,
        ("person_id", "from_month", "base", "recorded_at"),
        (
            (*row, now)
            for row in zip(
                *(column.tolist() for column in (chunk.number[own], month, base)), strict=True
            )
        ),
    )


def copy_rows(
    model: type[models.Model], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> None:
    """COPY rows of plain values, none of which holds a tab, a line break or a backslash."""
    text = io.StringIO()
    for row in rows:
        text.write("\t".join(r"\N" if value is None else str(value) for value in row))
        text.write("\n")
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"copy {model._meta.db_table} ({', '.join(columns)}) from stdin", text)


def _now() -> str:
    return datetime.now(UTC).isoformat()
