"""Questions about the years of residents."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from enrollment.models import Payer
from funds import queries as books
from funds.models import Scheme, accounts
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding, register

# By fund: what sponsors and the government still owe, and what contributions came in.
_RESIDENT_FUNDS = """
    select f.id, coalesce(sum(m.claims), 0)::bigint,
           coalesce(sum(m.contributions), 0)::bigint
    from funds_fund f
    left join (
        select branch, region, sponsor_share + collective_subsidy + government_subsidy as claims,
               0 as contributions
        from enrollment_residentdue
        union all
        select branch, region, case when payer = %s then 0 else -amount end,
               case when payer = %s then 0 else amount end
        from enrollment_residentpayment
    ) as m
      on m.branch = f.branch
     and m.region between f.region_id and rpad(rtrim(f.region_id, '0'), 6, '9')
    where f.scheme = %s
    group by f.id
"""

_RESIDENT_RECEIPTS = """
    select r.reference, r.amount, coalesce(p.amount, 0) + coalesce(u.amount, 0)
    from enrollment_residentreceipt r
    left join (
        select source_id, sum(amount)::bigint as amount from enrollment_residentpayment
        where source_id > 0 group by source_id
    ) as p on p.source_id = r.id
    left join (
        select receipt_id, sum(amount)::bigint as amount from enrollment_unmatchedpayment
        where state <> 'taken' group by receipt_id
    ) as u on u.receipt_id = r.id
    where r.amount <> coalesce(p.amount, 0) + coalesce(u.amount, 0)
"""

_RESIDENT_YEARS = """
    select p.person_id, p.year, p.amount, coalesce(d.amount, 0)
    from (
        select person_id, branch, year, sum(amount)::bigint as amount
        from enrollment_residentpayment where payer = %s group by person_id, branch, year
    ) as p
    left join (
        select person_id, branch, year, sum(person_share)::bigint as amount
        from enrollment_residentdue group by person_id, branch, year
    ) as d using (person_id, branch, year)
    where p.amount > coalesce(d.amount, 0) or p.amount < 0
"""


def resident_books() -> Iterator[Finding]:
    """What sponsors owe, and what came in for residents, are in the ledger what they are by person."""
    payers = [Payer.PERSON.value, Payer.GOVERNMENT.value]
    with connection.cursor() as cursor:
        cursor.execute(_RESIDENT_FUNDS, [*payers, Scheme.RESIDENTS.value])
        rows = cursor.fetchall()
    for place, account in enumerate((accounts.SUBSIDIES_DUE, accounts.CONTRIBUTION_INCOME)):
        posted = books.control(account)
        for fund, *sums in rows:
            if sums[place] != posted.get(fund, 0):
                yield Finding(
                    "enrollment.resident_books",
                    f"fund {fund} account {int(account)}",
                    say(
                        _("Years add up to %(ours)s yuan, the ledger says %(theirs)s."),
                        ours=yuan(sums[place]),
                        theirs=yuan(posted.get(fund, 0)),
                    ),
                )


def resident_receipts() -> Iterator[Finding]:
    """Every receipt for residents is taken for years, or kept as unmatched, to the fen."""
    with connection.cursor() as cursor:
        cursor.execute(_RESIDENT_RECEIPTS)
        for reference, amount, accounted in cursor.fetchall():
            yield Finding(
                "enrollment.resident_receipts",
                f"receipt {reference}",
                say(
                    _("%(amount)s yuan came in, %(accounted)s are accounted for."),
                    amount=yuan(amount),
                    accounted=yuan(accounted),
                ),
            )


def resident_years() -> Iterator[Finding]:
    """Nobody paid more for a year than it owes, and nobody got back more than was paid."""
    with connection.cursor() as cursor:
        cursor.execute(_RESIDENT_YEARS, [Payer.PERSON.value])
        for person, year, paid, due in cursor.fetchall():
            yield Finding(
                "enrollment.resident_years",
                f"person {person} year {year}",
                say(_("%(paid)s yuan were paid for %(due)s due."), paid=yuan(paid), due=yuan(due)),
            )


register(
    "enrollment.resident_books",
    _("Residents' years agree with the ledger, payer by payer"),
    resident_books,
)
register(
    "enrollment.resident_receipts",
    _("Residents' receipts are accounted for to the fen"),
    resident_receipts,
)
register(
    "enrollment.resident_years",
    _("No resident paid more than a year owes"),
    resident_years,
)
