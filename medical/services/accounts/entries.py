"""Writing medical accounts: each entry in the books of the fund and on the account, at once.

Both read the same rows, so the fund's control account always holds what its accounts add up to.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from funds.models import Fund, accounts
from funds.services import ledger
from medical.models import MedicalAccount, MedicalEntry
from socsec.office.models import User

ACCOUNTS = MedicalAccount._meta.db_table
ENTRIES = MedicalEntry._meta.db_table
DEBITED, CONTROL = accounts.ACCOUNTS_CREDITED, accounts.INDIVIDUAL_ACCOUNTS
# The order of entries that are written together: it numbers them, on the account and in the books.
ORDER = "partition by n.person_id order by n.kind, n.month, n.reference"


def write(
    *,
    fund: Fund,
    rows: str,
    params: Sequence[Any] = (),
    source: str,
    by: User | None = None,
    on: date | None = None,
) -> tuple[int, int]:
    """Post and append what a SELECT yields; how many entries, and their sum in fen.

    Columns: person_id, region, kind, month, amount (never 0; below zero it is taken from the
    account), reference, for_person_id. The SELECT is run several times: nothing else may change its
    answer within this transaction. Accounts that are not there yet are opened; each is locked. An
    account that would fall below zero is an IntegrityError, and nothing is written.
    """
    day = on or timezone.localdate()
    batch = ledger.post_sql(
        fund,
        "medical_account",
        f"""select n.person_id, row_number() over ({ORDER})::int as seq, n.region,
                   (case when n.amount > 0 then {DEBITED} else {CONTROL} end)::smallint as debit,
                   (case when n.amount > 0 then {CONTROL} else {DEBITED} end)::smallint as credit,
                   abs(n.amount) as amount, n.month, 1 as heads
              from ({rows}) n""",  # noqa: S608
        params,
        source=source,
        by=by,
        on=day,
    )
    if batch is None:
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {ACCOUNTS} (person_id, fund_id, region, balance, entries)
                select n.person_id, %s, min(n.region), 0, 0 from ({rows}) n group by n.person_id
                    on conflict do nothing""",  # noqa: S608
            [fund.pk, *params],
        )
        cursor.execute(
            f"""select person_id from {ACCOUNTS}
                 where person_id in (select n.person_id from ({rows}) n)
                 order by person_id for update""",  # noqa: S608
            params,
        )
        cursor.execute(
            f"""insert into {ENTRIES} (person_id, seq, kind, month, amount, balance, reference,
                                       for_person_id, batch_id, booked_on)
                select n.person_id, a.entries + row_number() over ({ORDER}), n.kind, n.month,
                       n.amount, a.balance + (sum(n.amount) over ({ORDER}))::bigint, n.reference,
                       n.for_person_id, %s, %s
                  from ({rows}) n join {ACCOUNTS} a on a.person_id = n.person_id""",  # noqa: S608
            [batch.pk, day, *params],
        )
        return _bring_forward(batch.pk)


def undo(
    *, batch_id: int, people: tuple[int, int], source: str, reason: str, by: User | None
) -> tuple[int, int]:
    """Reverse a batch that `write` made, and every entry it stands for; each names the one it undoes.

    What was spent since cannot be taken back: IntegrityError, and nothing happens.
    """
    opposite = ledger.reverse(batch_id, source=source, reason=reason, by=by)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select 1 from {ACCOUNTS} where person_id between %s and %s order by person_id for update",  # noqa: S608
            people,
        )
        cursor.execute(
            f"""insert into {ENTRIES} (person_id, seq, kind, month, amount, balance, reference,
                                       for_person_id, batch_id, booked_on)
                select n.person_id, a.entries + row_number() over w, {MedicalEntry.Kind.REVERSAL},
                       n.month, -n.amount, a.balance - (sum(n.amount) over w)::bigint, n.seq,
                       n.for_person_id, %s, %s
                  from {ENTRIES} n join {ACCOUNTS} a on a.person_id = n.person_id
                 where n.batch_id = %s and n.person_id between %s and %s
                window w as (partition by n.person_id order by n.seq)""",  # noqa: S608
            [opposite.pk, timezone.localdate(), batch_id, *people],
        )
        return _bring_forward(opposite.pk)


def _bring_forward(batch_id: int) -> tuple[int, int]:
    """Carry the entries of a batch to their accounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""update {ACCOUNTS} a set balance = a.balance + n.amount, entries = a.entries + n.count
                  from (select person_id, sum(amount)::bigint as amount, count(*)::int as count
                          from {ENTRIES} where batch_id = %s group by person_id) n
                 where n.person_id = a.person_id""",  # noqa: S608
            [batch_id],
        )
        cursor.execute(
            f"select count(*), coalesce(sum(amount), 0)::bigint from {ENTRIES} where batch_id = %s",  # noqa: S608
            [batch_id],
        )
        count, amount = cursor.fetchone()
        return int(count), int(amount)
