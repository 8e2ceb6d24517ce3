"""Writing individual accounts: each entry in the books of the fund and on the account, at once.

One statement posts to the ledger and one appends the entries, however many people there are. Both
read the same rows, so the fund's control account always holds what its accounts add up to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from funds.models import Fund, accounts
from funds.services import ledger
from pensions.models import AccountEntry, AccountState, EntryKind, IndividualAccount, Side
from socsec.office.models import User

# An entry above zero debits this account and credits its side's control account; below zero the
# other way round. What is only written down has a control account of its own.
DEBITED = accounts.ACCOUNTS_CREDITED
CONTROL = f"""(case when n.side = {Side.NOTIONAL} then {accounts.NOTIONAL_ACCOUNTS}
                     else {accounts.INDIVIDUAL_ACCOUNTS} end)"""

# Kinds whose entries all have one sign; interest and corrections go either way.
ONE_WAY = {EntryKind.OPENING: 1, EntryKind.CREDIT: 1, EntryKind.BENEFIT: -1, EntryKind.CLOSE: -1}

ENTRIES = AccountEntry._meta.db_table
ACCOUNTS = IndividualAccount._meta.db_table

# The order of entries that are written together: it numbers them, on the account and in the books.
ORDER = "partition by n.person_id order by n.month, n.reference, n.part, n.side"


@dataclass(frozen=True)
class Written:
    """What was written: the ledger batch, how many entries, and their sum in fen."""

    batch_id: int | None
    entries: int
    amount: int


def write(
    *,
    fund: Fund,
    kind: EntryKind,
    rows: str,
    params: Sequence[Any] = (),
    source: str,
    alone: bool = False,
    by: User | None = None,
    on: date | None = None,
    sided: bool = False,
) -> Written:
    """Post and append what a SELECT yields, one row for each entry, none of amount 0.

    Columns: person_id, region, month, bears_from, amount, rate, reference, part, and with `sided`
    also side. The SELECT is run several times: nothing else may change its answer within this
    transaction. Whoever else appends to one of these accounts meanwhile gets an IntegrityError, or
    gives us one.

    `alone` says that no person has more than one row, and that the SELECT has two columns more,
    `last_seq` and `last_balance` of the account so far (0 for a new one): a mass run that knows
    them need not look every account up again, nor number its entries.

    `source` names the act in the ledger. Nothing to write: Written(None, 0, 0).
    """
    if not sided:
        rows = f"select *, 0::smallint as side from ({rows}) r"  # noqa: S608
    one_way = ONE_WAY.get(kind)
    total = 0 if one_way else _sum(rows, params)
    place = "1" if alone else f"row_number() over ({ORDER})"
    batch = ledger.post_sql(
        fund,
        f"account_{kind.name.lower()}",
        f"""select n.person_id, {place}::int as seq, n.region,
                   (case when n.amount > 0 then {DEBITED} else {CONTROL} end)::smallint as debit,
                   (case when n.amount > 0 then {CONTROL} else {DEBITED} end)::smallint as credit,
                   abs(n.amount) as amount, n.month, 1 as heads
              from ({rows}) n
             order by n.person_id""",  # noqa: S608
        params,
        source=source,
        by=by,
        on=on,
    )
    if batch is None:
        return Written(None, 0, 0)
    with connection.cursor() as cursor:
        if kind in (EntryKind.OPENING, EntryKind.CREDIT, EntryKind.TAKEN_OVER):
            cursor.execute(
                f"""insert into {ACCOUNTS} (person_id, fund_id, region, state, opened_month)
                    select n.person_id, %s, min(n.region), %s, min(n.month)
                      from ({rows}) n group by n.person_id
                        on conflict do nothing""",  # noqa: S608
                [fund.pk, AccountState.CONTRIBUTING, *params],
            )
        amount = "n.amount" if alone else f"(sum(n.amount) over ({ORDER}))::bigint"
        known, values = (rows, params) if alone else (_with_last(rows), [*params, fund.pk])
        cursor.execute(
            f"""insert into {ENTRIES} (person_id, fund_id, seq, kind, month, bears_from, amount,
                                       balance, rate, reference, part, side, batch_id)
                select n.person_id, %s, n.last_seq + {place}, %s, n.month, n.bears_from, n.amount,
                       n.last_balance + {amount}, n.rate, n.reference, n.part, n.side, %s
                  from ({known}) n
                 order by n.person_id""",  # noqa: S608
            [fund.pk, kind, batch.pk, *values],
        )
        count = cursor.rowcount
    return Written(batch.pk, count, batch.total * one_way if one_way else total)


def _sum(rows: str, params: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select coalesce(sum(n.amount), 0)::bigint from ({rows}) n",  # noqa: S608
            params,
        )
        return int(cursor.fetchone()[0])


def _with_last(rows: str) -> str:
    """The rows, each with the last entry of its account so far. One parameter more: the fund."""
    return f"""select r.*, coalesce(l.seq, 0) as last_seq, coalesce(l.balance, 0) as last_balance
                 from ({rows}) r
                 left join lateral {last_entry("r.person_id", "%s")} l on true"""  # noqa: S608


def write_one(
    *,
    fund: Fund,
    kind: EntryKind,
    person_id: int,
    region: str,
    month: int,
    bears_from: int,
    amount: int,
    source: str,
    rate: int | None = None,
    reference: int = 0,
    side: int = Side.WHOLE,
    by: User | None = None,
) -> Written:
    """The same for one entry of one account."""
    return write(
        fund=fund,
        kind=kind,
        rows="""select %s::bigint as person_id, %s::text as region, %s::int as month,
                       %s::int as bears_from, %s::bigint as amount, %s::int as rate,
                       %s::bigint as reference, 0::smallint as part, %s::smallint as side""",
        params=[person_id, region, month, bears_from, amount, rate, reference, int(side)],
        source=source,
        by=by,
        sided=True,
    )


def last_entry(person: str, fund: str) -> str:
    """The subselect of the last entry of a person's account in a fund, both given as SQL."""
    return f"""(select e.seq, e.balance from {ENTRIES} e
                 where e.person_id = {person} and e.fund_id = {fund}
                 order by e.seq desc limit 1)"""  # noqa: S608


def undo(
    *,
    batch_id: int,
    fund: Fund,
    people: tuple[int, int],
    source: str,
    reason: str,
    by: User | None = None,
) -> Written:
    """Reverse a ledger batch that `write` made, and every entry that it stands for.

    `people` are the lowest and highest person number of the batch. An entry that was drawn upon
    since cannot be undone: IntegrityError, and nothing happens.
    """
    opposite = ledger.reverse(batch_id, source=source, reason=reason, by=by)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {ENTRIES} (person_id, fund_id, seq, kind, month, bears_from, amount,
                                       balance, rate, reference, part, side, batch_id)
                select n.person_id, n.fund_id,
                       l.seq + row_number() over w,
                       %s, n.month, n.bears_from, -n.amount,
                       l.balance - (sum(n.amount) over w)::bigint,
                       n.rate, n.seq, 0, n.side, %s
                  from {ENTRIES} n
                 cross join lateral {last_entry("n.person_id", "n.fund_id")} l
                 where n.person_id between %s and %s and n.fund_id = %s and n.batch_id = %s
                window w as (partition by n.person_id order by n.seq)""",  # noqa: S608
            [EntryKind.REVERSAL, opposite.pk, *people, fund.pk, batch_id],
        )
        count = cursor.rowcount
    return Written(opposite.pk, count, -opposite.total)
