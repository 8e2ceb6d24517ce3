"""Individual accounts: their entries against each other, the books and what was received."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, Scheme, accounts
from funds.queries import control
from pensions import queries
from pensions.models import (
    CreditedReceipt,
    CreditedSource,
    EntryKind,
)
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .sql import ALLOCATIONS, ENTRIES, FEW, select


def accounts_against_control() -> Iterator[Finding]:
    """What the accounts of a fund add up to is what its control account says."""
    yield from _against(
        accounts.INDIVIDUAL_ACCOUNTS,
        queries.account_totals(),
        "pensions.accounts",
        _("%(fund)s: accounts add up to %(sum)s yuan, the books say %(books)s yuan."),
    )


def notional_against_control() -> Iterator[Finding]:
    """What annuities hold in writing only is what its own control account says."""
    yield from _against(
        accounts.NOTIONAL_ACCOUNTS,
        queries.account_totals(notional=True),
        "pensions.notional",
        _("%(fund)s: %(sum)s yuan are written down, the books say %(books)s yuan."),
    )


def _against(account: int, held: dict[int, int], code: str, words: Any) -> Iterator[Finding]:
    # Medical insurance keeps accounts too, and asks about them itself.
    ours = set(Fund.objects.exclude(branch=Branch.MEDICAL).values_list("pk", flat=True))
    books = {fund_id: sum_ for fund_id, sum_ in control(account).items() if fund_id in ours}
    for fund_id in sorted({*books, *held}):
        says, add_up = books.get(fund_id, 0), held.get(fund_id, 0)
        if says != add_up:
            yield Finding(
                code,
                f"fund {fund_id}",
                say(
                    words,
                    fund=Fund.objects.get(pk=fund_id),
                    sum=yuan(add_up),
                    books=yuan(says),
                ),
            )


def residents_credited() -> Iterator[Finding]:
    """What was paid for a resident's years, by each payer, stands on the account."""
    found = select(
        f"""select person_id, coalesce(p.paid, 0)::bigint, coalesce(e.credited, 0)::bigint
              from (select p.person_id, sum(p.amount) as paid
                      from enrollment_residentpayment p
                      join {CreditedSource._meta.db_table} c on c.source_id = p.source_id
                     where p.branch = {Branch.PENSION} group by 1) p
              full join (select e.person_id, sum(e.amount) as credited
                           from {ENTRIES} e join {Fund._meta.db_table} f on f.id = e.fund_id
                            and f.branch = {Branch.PENSION} and f.scheme = {Scheme.RESIDENTS}
                          where e.kind in ({EntryKind.CREDIT}, {EntryKind.CORRECTED})
                          group by 1) e using (person_id)
             where coalesce(p.paid, 0) <> coalesce(e.credited, 0) limit {FEW}"""  # noqa: S608
    )
    for person_id, paid, credited in found:
        yield Finding(
            "pensions.residents",
            f"person {person_id}",
            say(
                _("%(credited)s yuan were credited to accounts, of %(shares)s yuan received."),
                credited=yuan(credited),
                shares=yuan(paid),
            ),
        )


def entries_follow() -> Iterator[Finding]:
    """Each entry of an account starts from the balance that the one before left."""
    rows = select(
        f"""select person_id, fund_id, seq from (
              select person_id, fund_id, seq, balance - amount as before,
                     lag(balance, 1, 0::bigint) over w as left_by,
                     lag(seq, 1, 0) over w + 1 as next
                from {ENTRIES} window w as (partition by person_id, fund_id order by seq)) e
             where before <> left_by or seq <> next limit {FEW}"""  # noqa: S608
    )
    for person_id, fund_id, seq in rows:
        yield Finding(
            "pensions.entries",
            f"person {person_id}, fund {fund_id}, entry {seq}",
            _("The entry does not follow from the one before it."),
        )


def credited_as_received() -> Iterator[Finding]:
    """What was carried to accounts is what the receipts say belongs to them."""
    rows = select(
        f"""select r.receipt_id, coalesce(a.shares, 0)::bigint, coalesce(e.credited, 0)::bigint
              from {CreditedReceipt._meta.db_table} r
              left join (select receipt_id, sum(account_share) as shares from {ALLOCATIONS}
                          where branch in ({Branch.PENSION}, {Branch.ANNUITY}) group by 1) a on a.receipt_id = r.receipt_id
              left join (select e.reference, sum(e.amount) as credited from {ENTRIES} e
                           join {Fund._meta.db_table} f on f.id = e.fund_id
                            and f.scheme <> {Scheme.RESIDENTS}
                          where e.kind in ({EntryKind.CREDIT}, {EntryKind.CORRECTED})
                          group by 1) e on e.reference = r.receipt_id
             where coalesce(a.shares, 0) < coalesce(e.credited, 0)
                or (coalesce(a.shares, 0) > coalesce(e.credited, 0)
                    and r.allocated = (select amount - credit from enrollment_receipt t
                                        where t.id = r.receipt_id))
             limit {FEW}""",  # noqa: S608
    )
    for receipt_id, shares, credited in rows:
        yield Finding(
            "pensions.credited",
            f"receipt {receipt_id}",
            say(
                _("%(credited)s yuan were credited to accounts, of %(shares)s yuan received."),
                credited=yuan(credited),
                shares=yuan(shares),
            ),
        )
