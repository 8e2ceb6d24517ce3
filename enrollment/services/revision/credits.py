"""A correction lowers what was owed: what was paid above it becomes the payer's credit.

Whoever reduces a contribution calls `give_back` in the same transaction. What is too much is taken
back from the latest receipts first, with its share of the individual account, and stands as their
credit: it is used for what the payer owes next, or refunded.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from enrollment.models import Employer, Person, Receipt
from enrollment.queries import debts
from enrollment.rules.collection import left_over
from enrollment.services.checks import lock
from enrollment.services.collection.spreading import next_turn, today
from funds.models import Fund, accounts
from funds.services import ledger
from socsec.kernel.arith import half_up
from socsec.office.models import User
from socsec.office.services import audit

Key = tuple[int, int, int, int, int]  # person, month, branch, employer (0: the person pays), part

_PARTS = """
    select c.part, c.region,
           c.employer_share + c.person_share - coalesce(r.amount, 0) as due,
           c.account_share - coalesce(r.share, 0) as share
    from enrollment_contribution c
    left join lateral (
        select sum(x.employer_share + x.person_share)::bigint as amount,
               sum(x.account_share)::bigint as share
        from enrollment_reduction x
        where x.person_id = c.person_id and x.month = c.month and x.branch = c.branch
          and x.employer_id = c.employer_id and x.part = c.part
    ) as r on true
    where c.person_id = %s and c.month = %s and c.branch = %s and c.employer_id = %s
    order by c.part
"""

_FROM = """
    select a.receipt_id, sum(a.amount)::bigint, sum(a.account_share)::bigint
    from enrollment_receiptallocation a
    where a.person_id = %s and a.month = %s and a.branch = %s and a.employer_id = %s
      and a.part = %s
    group by a.receipt_id
    order by max(a.received_on) desc, a.receipt_id desc
"""


@dataclass(frozen=True, slots=True)
class Back:
    """What one receipt gets back from one part: fen, and the individual account's part of it."""

    receipt_id: int
    part: int
    region: str
    amount: int
    share: int


@transaction.atomic
def give_back(*, by: User | None, person_id: int, month: int, branch: int, employer_id: int) -> int:
    """Bring what was paid for a person's month in line with what is owed now. Gives the new credit.

    Nothing above what is owed: nothing happens, however often it is called. It belongs to the act
    that reduced the contribution, whose service has asked for permission.
    """
    payer = Employer(pk=employer_id) if employer_id else Person(pk=person_id)
    lock(payer)  # acts on one payer's money take turns
    backs = _backs(person_id, month, branch, employer_id)
    total = 0
    for receipt_id in sorted({back.receipt_id for back in backs}):
        receipt = lock(Receipt(pk=receipt_id))
        mine = [back for back in backs if back.receipt_id == receipt_id]
        turn = next_turn(receipt)
        with connection.cursor() as cursor:
            cursor.executemany(
                """
                insert into enrollment_receiptallocation
                  (person_id, month, branch, employer_id, part, receipt_id, turn, region, amount,
                   account_share, received_on)
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
                """,
                [
                    (
                        *(person_id, month, branch, employer_id, back.part),
                        *(receipt.pk, turn, back.region, -back.amount, -back.share),
                        receipt.received_on,
                    )
                    for back in mine
                ],
            )
        amount = sum(back.amount for back in mine)
        if amount:
            receipt.credit += amount
            receipt.save(update_fields=["credit"])
            _post(receipt, person_id, month, mine[0].region, amount, turn, by)
        audit.record(
            by=by,
            act="receipt.release",
            subject=receipt,
            person_id=person_id,
            region=receipt.region,
            amount=amount,
            credit=receipt.credit,
        )
        total += amount
    return total


def _backs(person_id: int, month: int, branch: int, employer_id: int) -> list[Back]:
    found = []
    for part, region, due, share in debts.fetch(_PARTS, [person_id, month, branch, employer_id]):
        key: Key = (person_id, month, branch, employer_id, part)
        rows = debts.fetch(_FROM, list(key))
        paid = sum(row[1] for row in rows)
        over = left_over(paid, due)
        # What the account shall have of what stays paid; each receipt gives back its proportion,
        # the last one what is left to the fen.
        target = half_up(share * (paid - over), due) if due else 0
        too_much = sum(row[2] for row in rows) - target
        mine = []
        for receipt_id, amount, given in rows:
            take = min(amount, over)
            if take <= 0:
                continue
            over -= take
            mine.append([receipt_id, take, half_up(given * take, amount)])
        if too_much and not mine:
            mine = [[rows[0][0], 0, 0]]
        if mine:
            mine[-1][2] += too_much - sum(row[2] for row in mine)
        found += [Back(receipt, part, region, take, given) for receipt, take, given in mine]
    return found


def _post(
    receipt: Receipt,
    person_id: int,
    month: int,
    region: str,
    amount: int,
    turn: int,
    by: User | None,
) -> None:
    """Income becomes credit again, and the debt is open as far as it was not reduced."""
    legs = (
        (accounts.CONTRIBUTION_INCOME, accounts.SUSPENSE),
        (accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTIONS_ASSESSED),
    )
    ledger.post(
        Fund.objects.select_related("region").get(pk=receipt.fund_id),
        "contribution_release",
        [ledger.Posting(person_id, debit, credit, amount, month, region) for debit, credit in legs],
        source=f"enrollment.receipt:{receipt.pk}/{turn}",
        on=today(),
        by=by,
    )
