"""What the mass runs have in common: two hands to run them, and what was written, to compare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from socsec.kernel.months import parse_month
from socsec.office.models import Office, Role, Run, User
from socsec.office.services import run as runs
from socsec.office.services import users, work

MONTH = "2026-03"
MONTH_NUMBER = parse_month(MONTH)
EVERYONE = 2**62


@dataclass(frozen=True)
class Rows:
    """Rows that a run writes: a table, its columns without numbers that differ from run to run."""

    model: str
    columns: str
    amount: str
    where: str = "true"

    @property
    def of(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def written(self) -> list[str]:
        """How many rows, over how much, and one number made of all columns of all of them."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                select count(*)::text, coalesce(sum({self.amount}), 0)::text,
                       coalesce(sum(hashtextextended(({self.columns})::text, 0)::numeric), 0)::text
                from {self.of._meta.db_table} where {self.where}
                """
            )
            return list(cursor.fetchone())


TRANSFERS = "person_id, seq, fund_id, region, debit, credit, amount, month, heads"
# What the ledger writes of every batch besides: its totals, and its digest over all its transfers.
BOOKS = (
    Rows("funds.LedgerBatch", "fund_id, count, total, heads, encode(digest, 'hex')", "total"),
    Rows("funds.BatchTotal", "region, month, debit, credit, count, amount, heads", "amount"),
)
FIRST_BATCH = 1_000_000  # numbers of batches that plain SQL writes: from here on
# The same by hand, from the transfers just written.
PLAIN_BOOKS = f"""
    ;
    insert into funds_ledgerbatch
      (id, fund_id, kind, source, booked_on, count, total, heads, digest, reason, posted_at)
    select batch_id, fund_id, 'plain', batch_id::text, current_date, sum(count), sum(total),
           sum(heads), sha256(string_agg(digest, ''::bytea order by slice)), '', now()
    from (
        select batch_id, fund_id, person_id >> 16 as slice, count(*) as count,
               sum(amount) as total, sum(heads) as heads,
               sha256(convert_to(string_agg(
                   concat_ws(',', person_id, seq, fund_id, debit, credit, amount, month, heads,
                             region) || E'\\n', '' order by person_id, seq), 'UTF8')) as digest
        from funds_transfer where batch_id >= {FIRST_BATCH}
        group by batch_id, fund_id, person_id >> 16
    ) as slices
    group by batch_id, fund_id;
    insert into funds_batchtotal (batch_id, region, month, debit, credit, count, amount, heads)
    select batch_id, region, month, debit, credit, count(*), sum(amount), sum(heads)
    from funds_transfer where batch_id >= {FIRST_BATCH}
    group by batch_id, region, month, debit, credit
"""


def staff() -> None:
    """The two hands that every run needs."""
    office = Office.objects.create(
        code="B00", name_zh="测量", name_en="Benchmarks", region_id="000000"
    )
    for name, role in (("maker", Role.ACCOUNTANT), ("checker", Role.REVIEWER)):
        user = users.create_staff(
            username=name, password=f"benchmark {name} only", office=office, by=None
        )
        users.grant(user=user, role=role, by=None)


def approved(
    kind: str, region: str, params: dict[str, Any] | None = None, month: int = MONTH_NUMBER
) -> Run:
    """A run up to its approval."""
    maker, checker = (User.objects.get(username=name) for name in ("maker", "checker"))
    drafted = runs.draft(kind=kind, month=month, region=region, by=maker, params=params)
    shown = runs.preview(run_id=drafted.pk, by=maker)
    return runs.approve(run_id=drafted.pk, by=checker, total=shown.total)


def execute(run: Run) -> None:
    """Do an approved run to its end, as a worker does."""
    done = work.work_through(run.pk)
    if done.state != Run.State.POSTED:
        raise RuntimeError(f"the run did not come to its end: {done.state} {done.error}")


@dataclass(frozen=True)
class Statement:
    """SQL with its parameters. It is run with the settings that our own runs give themselves."""

    text: str
    values: Sequence[Any]

    def execute(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local jit = off; set local work_mem = '128MB'")
            cursor.execute(self.text, self.values)


def objects(tables: Iterable[Rows], write: Statement, people: int) -> list[list[models.Model]]:
    """What a statement writes for the first people, as objects not saved yet, a list a person."""
    found: dict[int, list[models.Model]] = {}
    with transaction.atomic():
        write.execute()
        for rows in tables:
            for row in rows.of._default_manager.extra(where=[rows.where]):
                row._state.adding = True
                found.setdefault(row.person_id, []).append(row)
        transaction.set_rollback(True)
    return [found[person] for person in sorted(found)[:people]]


def save(people: Iterable[Iterable[models.Model]]) -> None:
    """Row by row through the ORM, person by person."""
    for rows in people:
        with transaction.atomic():
            for row in rows:
                row.save(force_insert=True)
