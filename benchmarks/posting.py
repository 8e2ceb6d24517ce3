"""Posting to the ledger beside plain SQL that writes the same rows, and reading statements from it.

Both sides write transfers of one fund, their totals and the batch with its digest, each in a batch of
its own on its own copy of the database; reading is from the totals of months, and anew from all batches.
"""

from typing import Any

from django.db import connection, transaction

from benchmarks.base import MONTH_NUMBER, Statement
from benchmarks.world import clock, peak
from funds import queries
from funds.models import Branch, Scheme, accounts
from funds.models.ledger import LedgerBatch
from funds.services import fund as funds
from funds.services import ledger, totals
from socsec.office import oversight

LABEL = "Posting to the ledger"
PLACE = "310000"
ROWS = """
    select n::bigint as person_id, 1 as seq, '310115'::text as region, %s::smallint as debit,
           %s::smallint as credit, (100 + n %% 1000)::bigint as amount, %s::int as month, 1 as heads
    from generate_series(1, %s) as n
"""
PLAIN = f"""
    insert into funds_transfer
      (person_id, batch_id, seq, fund_id, region, debit, credit, amount, month, heads)
    select person_id, 999999999, seq, %s, region, debit, credit, amount, month, heads
    from ({ROWS}) as row;
    insert into funds_batchtotal (batch_id, region, month, debit, credit, count, amount, heads)
    select batch_id, region, month, debit, credit, count(*), sum(amount), sum(heads)
    from funds_transfer where batch_id = 999999999
    group by batch_id, region, month, debit, credit;
    insert into funds_ledgerbatch
      (id, fund_id, kind, source, booked_on, count, total, heads, digest, reason, posted_at)
    select 999999999, fund_id, 'plain', 'plain', current_date, sum(count), sum(total), sum(heads),
           sha256(string_agg(digest, ''::bytea order by slice)), '', now()
    from (
        select fund_id, person_id >> 16 as slice, count(*) as count, sum(amount) as total,
               sum(heads) as heads, sha256(convert_to(string_agg(
                   concat_ws(',', person_id, seq, fund_id, debit, credit, amount, month, heads,
                             region) || E'\\n', '' order by person_id, seq), 'UTF8')) as digest
        from funds_transfer where batch_id = 999999999
        group by fund_id, person_id >> 16
    ) as slices group by fund_id
"""
DUE = (accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTIONS_ASSESSED)


def before(_rows: int) -> None:
    """The fund that both sides post to."""
    funds.establish(Branch.PENSION, Scheme.EMPLOYEES, PLACE)


def ours(rows: int) -> dict[str, Any]:
    """One act that posts so many transfers, then the reading of them."""
    fund = _fund()
    with clock() as taken, transaction.atomic():
        # The settings that our own mass runs give themselves, and the other side as well.
        with connection.cursor() as cursor:
            cursor.execute("set local jit = off; set local work_mem = '128MB'")
        ledger.post_sql(fund, "bench", ROWS, [*DUE, MONTH_NUMBER, rows], source="bench")
    with clock() as added:
        totals.sum_up()
    with clock() as read:
        lines = queries.trial_balance(fund)
    with clock() as anew:
        totals.recompute()
    with clock() as proved:
        asked = ("funds.transfers", "funds.batches", "funds.balances", "funds.totals")
        wrong = [each for _question, found in oversight.run(asked) for each in found]
    assert lines
    assert not wrong
    return {
        "rows": rows,
        "seconds": taken[0],
        "sum_up": added[0],
        "trial_balance": read[0],
        "recompute": anew[0],
        "verify": proved[0],
        "peak": peak(),
        "written": _written(),
    }


def plain(rows: int) -> dict[str, Any]:
    """The statements by hand, committed at their end."""
    statement = Statement(PLAIN, [_fund().pk, *DUE, MONTH_NUMBER, rows])
    with clock() as taken:
        statement.execute()
    return {"seconds": taken[0], "written": _written()}


def _fund() -> Any:
    return funds.for_(Branch.PENSION, Scheme.EMPLOYEES, PLACE)


def _written() -> list[Any]:
    """What both sides must have written alike."""
    batch = LedgerBatch.objects.latest("id")
    return [batch.count, batch.total, batch.heads, bytes(batch.digest).hex()]
