"""Questions that enrollment asks of its own books; silence means that all is well."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category
from enrollment.services.assessment.contributions import pool_of
from enrollment.services.record import statements
from funds import queries as books
from funds.models import Fund, Scheme, accounts
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding, register

# What each region was assessed and what of it was paid, against the control accounts of its fund.
_BY_REGION = """
    select branch, category, region, sum(due)::bigint, sum(paid)::bigint
    from (
        select branch, category, region, employer_share + person_share as due, 0 as paid
        from enrollment_contribution
        union all
        select r.branch, c.category, r.region, -r.employer_share - r.person_share, 0
        from enrollment_reduction r
        join enrollment_contribution c using (person_id, month, branch, employer_id, part)
        union all
        select w.branch, w.category, w.region, -w.amount, 0
        from enrollment_waiverline w where not w.surcharge
        union all
        select a.branch, c.category, a.region, 0, a.amount
        from enrollment_receiptallocation a
        join enrollment_contribution c using (person_id, month, branch, employer_id, part)
    ) as moved
    group by branch, category, region
"""

_RECEIPTS = """
    select r.reference, r.amount, r.credit + r.gone + coalesce(a.amount, 0) as accounted
    from enrollment_receipt r
    left join (
        select receipt_id, sum(amount)::bigint as amount
        from (
            select receipt_id, amount from enrollment_receiptallocation
            union all
            select receipt_id, amount from enrollment_surchargeallocation
        ) as taken group by receipt_id
    ) as a on a.receipt_id = r.id
    where r.amount <> r.credit + r.gone + coalesce(a.amount, 0)
"""

# A remittance is what its receipts hold, and what was refunded of them; what moved from one fund to
# another left one receipt and came into the next.
_REMITTANCES = """
    select m.reference, m.amount, coalesce(r.amount, 0) + coalesce(f.amount, 0)
    from enrollment_remittance m
    left join (
        select remittance_id, sum(amount - gone)::bigint as amount
        from enrollment_receipt group by remittance_id
    ) as r on r.remittance_id = m.id
    left join (
        select r.remittance_id, sum(f.amount)::bigint as amount
        from enrollment_refund f join enrollment_receipt r on r.id = f.receipt_id
        where f.state not in ('refused', 'kept') group by r.remittance_id
    ) as f on f.remittance_id = m.id
    where m.amount <> coalesce(r.amount, 0) + coalesce(f.amount, 0)
"""

# What must stand in suspense: credits, money of payers not known, refunds that are not out.
_SUSPENSE = """
    select fund_id, sum(amount)::bigint from (
        select fund_id, credit as amount from enrollment_receipt
        union all
        select fund_id, unmatched from enrollment_residentreceipt
        union all
        select fund_id, amount from enrollment_unmatchedreceipt
        where state in ('open', 'returning')
        union all
        select r.fund_id, f.amount
        from enrollment_refund f join enrollment_receipt r on r.id = f.receipt_id
        where f.state in ('asked', 'ordered', 'paid', 'returned')
          and not (f.way = 'back' and f.state = 'paid')
          and not exists (
              select from funds_paymentoutcome o
              where o.batch_id = f.batch_id and o.person_id = r.person_id and o.outcome = 1
                and not exists (
                    select from funds_paymentoutcome back
                    where back.batch_id = o.batch_id and back.person_id = o.person_id
                      and back.outcome = 2
                )
          )
        union all
        select f.fund_id, f.person_amount
        from enrollment_residentrefund f
        where f.batch_id is not null
          and not exists (
              select from funds_paymentoutcome o
              where o.batch_id = f.batch_id and o.person_id = f.person_id and o.outcome = 1
                and not exists (
                    select from funds_paymentoutcome back
                    where back.batch_id = o.batch_id and back.person_id = o.person_id
                      and back.outcome = 2
                )
          )
    ) as held group by fund_id
"""

_SURCHARGES = """
    select branch, category, region, sum(amount)::bigint
    from (
        select branch, category, region, amount from enrollment_surchargeentry
        union all
        select a.branch, c.category, a.region, -a.amount
        from enrollment_surchargeallocation a
        join enrollment_contribution c using (person_id, month, branch, employer_id, part)
        union all
        select branch, category, region, -amount from enrollment_waiverline where surcharge
    ) as moved
    group by branch, category, region
"""

_AGREEMENTS = """
    select g.id, g.total, coalesce(sum(i.amount), 0)::bigint
    from enrollment_agreement g left join enrollment_instalment i on i.agreement_id = g.id
    group by g.id, g.total having g.total <> coalesce(sum(i.amount), 0)
"""

_MONTHS = """
    select a.person_id, a.month, a.amount, a.account_share, c.due, c.share
    from (
        select person_id, month, branch, employer_id, part,
               sum(amount)::bigint as amount, sum(account_share)::bigint as account_share
        from enrollment_receiptallocation
        group by person_id, month, branch, employer_id, part
    ) as a
    left join lateral (
        select c.employer_share + c.person_share - coalesce(r.amount, 0) as due,
               c.account_share - coalesce(r.share, 0) as share
        from enrollment_contribution c
        left join lateral (
            select sum(x.employer_share + x.person_share)::bigint as amount,
                   sum(x.account_share)::bigint as share
            from enrollment_reduction x
            where x.person_id = c.person_id and x.month = c.month and x.branch = c.branch
              and x.employer_id = c.employer_id and x.part = c.part
        ) as r on true
        where c.person_id = a.person_id and c.month = a.month and c.branch = a.branch
          and c.employer_id = a.employer_id and c.part = a.part
    ) as c on true
    where c.due is null or a.amount > c.due or (a.amount = c.due and a.account_share <> c.share)
"""

_NUMBERS = """
    select p.id from enrollment_person p
    where p.resident_id <> ''
      and not exists (select from enrollment_personidentifier i where i.person_id = p.id)
"""


def control_accounts() -> Iterator[Finding]:
    """What is due, and what came in, are in the ledger what they are month by month."""
    expected: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_REGION)
        rows = cursor.fetchall()
    places: dict[tuple[int, int], set[str]] = {}
    for branch, category, region, _due, _paid in rows:
        places.setdefault((branch, Category(category).scheme_in(branch)), set()).add(region)
    pools = {which: pool_of(regions, *which) for which, regions in places.items()}
    for branch, category, region, due, paid in rows:
        pool = pools[branch, Category(category).scheme_in(branch)][region]
        sums = expected.setdefault(pool.pk, [0, 0])
        sums[0] += due - paid
        sums[1] += paid
    residents = set(Fund.objects.filter(scheme=Scheme.RESIDENTS).values_list("pk", flat=True))
    for place, account in enumerate((accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTION_INCOME)):
        posted = books.control(account)
        for fund in sorted((expected.keys() | posted.keys()) - residents):
            ours = expected.get(fund, [0, 0])[place]
            theirs = posted.get(fund, 0)
            if ours != theirs:
                yield Finding(
                    "enrollment.control_accounts",
                    f"fund {fund} account {int(account)}",
                    say(
                        _("Months add up to %(ours)s yuan, the ledger says %(theirs)s."),
                        ours=yuan(ours),
                        theirs=yuan(theirs),
                    ),
                )


def receipts() -> Iterator[Finding]:
    """Every receipt is allocated, kept as credit, or gone again, and every remittance is in receipts."""
    with connection.cursor() as cursor:
        for name, select in (("receipt", _RECEIPTS), ("remittance", _REMITTANCES)):
            cursor.execute(select)
            for reference, amount, accounted in cursor.fetchall():
                yield Finding(
                    "enrollment.receipts",
                    f"{name} {reference}",
                    say(
                        _("%(amount)s yuan came in, %(accounted)s are accounted for."),
                        amount=yuan(amount),
                        accounted=yuan(accounted),
                    ),
                )


def suspense() -> Iterator[Finding]:
    """What stands in suspense belongs to somebody: a credit, a payer not known, a refund on its way."""
    with connection.cursor() as cursor:
        cursor.execute(_SUSPENSE)
        ours = dict(cursor.fetchall())
    theirs = books.control(accounts.SUSPENSE)
    for fund in sorted(ours.keys() | theirs.keys()):
        if ours.get(fund, 0) != theirs.get(fund, 0):
            yield Finding(
                "enrollment.suspense",
                f"fund {fund}",
                say(
                    _("%(ours)s yuan belong to payers, the ledger holds %(theirs)s in suspense."),
                    ours=yuan(ours.get(fund, 0)),
                    theirs=yuan(theirs.get(fund, 0)),
                ),
            )


def surcharges() -> Iterator[Finding]:
    """What is open of surcharges is in the ledger what it is debt by debt."""
    with connection.cursor() as cursor:
        cursor.execute(_SURCHARGES)
        rows = cursor.fetchall()
    ours: dict[int, int] = {}
    for branch, category, region, amount in rows:
        pool = pool_of([region], branch, Category(category).scheme_in(branch))[region]
        ours[pool.pk] = ours.get(pool.pk, 0) + amount
    theirs = books.control(accounts.SURCHARGE_DUE)
    for fund in sorted(ours.keys() | theirs.keys()):
        if ours.get(fund, 0) != theirs.get(fund, 0):
            yield Finding(
                "enrollment.surcharges",
                f"fund {fund}",
                say(
                    _("Surcharges add up to %(ours)s yuan, the ledger says %(theirs)s."),
                    ours=yuan(ours.get(fund, 0)),
                    theirs=yuan(theirs.get(fund, 0)),
                ),
            )


def agreements() -> Iterator[Finding]:
    """The instalments of every agreement add up to it, to the fen."""
    with connection.cursor() as cursor:
        cursor.execute(_AGREEMENTS)
        for number, total, parts in cursor.fetchall():
            yield Finding(
                "enrollment.agreements",
                f"agreement {number}",
                say(
                    _("The instalments are %(parts)s yuan, the agreement is over %(total)s."),
                    parts=yuan(parts),
                    total=yuan(total),
                ),
            )


def paid_months() -> Iterator[Finding]:
    """No month is paid more than is due, and a month paid in full gave the account its share."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS)
        for person, month, paid, share, due, owed_share in cursor.fetchall():
            yield Finding(
                "enrollment.paid_months",
                f"person {person} month {month}",
                say(
                    _(
                        "%(paid)s yuan were taken for %(due)s due, %(share)s for the account of %(owed)s."
                    ),
                    paid=yuan(paid),
                    due=yuan(due or 0),
                    share=yuan(share),
                    owed=yuan(owed_share or 0),
                ),
            )


def numbers() -> Iterator[Finding]:
    """Every person can be found by an identity number."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS)
        for (person,) in cursor.fetchall():
            yield Finding(
                "enrollment.numbers",
                f"person {person}",
                _("No identity number leads to this person."),
            )


_DEATHS = """
    select e.person_id from enrollment_lifeevent e
    join enrollment_person p on p.id = e.person_id
    where e.kind = 'death' and e.reverses_id is null
      and not exists (select from enrollment_lifeevent r where r.reverses_id = e.id)
      and p.died_on is distinct from e.happened_on
    order by 1
"""


def deaths() -> Iterator[Finding]:
    """A death on record is the death that the person shows."""
    with connection.cursor() as cursor:
        cursor.execute(_DEATHS)
        for (person,) in cursor.fetchall():
            yield Finding(
                "enrollment.deaths",
                f"person {person}",
                _("A death is on record that the person does not show."),
            )


def stated() -> Iterator[Finding]:
    """Yearly statements say what they said when they were issued."""
    for person, year in statements.changed():
        yield Finding(
            "enrollment.statement_changed",
            f"statement {year} of person {person}",
            _("What it states is not what it stated when it was issued."),
        )


register(
    "enrollment.control_accounts",
    _("Contributions due and received agree with the ledger"),
    control_accounts,
)
register("enrollment.receipts", _("Receipts are accounted for to the fen"), receipts)
register("enrollment.paid_months", _("No month is paid above what is due"), paid_months)
register("enrollment.numbers", _("Everybody is found by an identity number"), numbers)
register("enrollment.deaths", _("Deaths on record are those that people show"), deaths)
register("enrollment.statements", _("Yearly statements stand as they were issued"), stated)


register("enrollment.suspense", _("Money in suspense belongs to somebody"), suspense)
register("enrollment.surcharges", _("Surcharges agree with the ledger"), surcharges)
register("enrollment.agreements", _("Instalments add up to their agreement"), agreements)
