"""Questions that enrollment asks of its own books; silence means that all is well."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category
from enrollment.services import statements
from enrollment.services.contributions import pool_of
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
        select a.branch, c.category, a.region, 0, a.amount
        from enrollment_receiptallocation a
        join enrollment_contribution c using (person_id, month, branch, employer_id, part)
    ) as moved
    group by branch, category, region
"""

_RECEIPTS = """
    select r.reference, r.amount, r.credit + coalesce(a.amount, 0) as accounted
    from enrollment_receipt r
    left join (
        select receipt_id, sum(amount)::bigint as amount
        from enrollment_receiptallocation group by receipt_id
    ) as a on a.receipt_id = r.id
    where r.amount <> r.credit + coalesce(a.amount, 0)
"""

_MONTHS = """
    select a.person_id, a.month, a.amount, a.account_share,
           c.employer_share + c.person_share, c.account_share
    from (
        select person_id, month, branch, employer_id, part,
               sum(amount)::bigint as amount, sum(account_share)::bigint as account_share
        from enrollment_receiptallocation
        group by person_id, month, branch, employer_id, part
    ) as a
    left join enrollment_contribution c using (person_id, month, branch, employer_id, part)
    where c.person_id is null
       or a.amount > c.employer_share + c.person_share
       or (a.amount = c.employer_share + c.person_share and a.account_share <> c.account_share)
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
    """Every receipt is allocated or kept as credit, to the fen."""
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPTS)
        for reference, amount, accounted in cursor.fetchall():
            yield Finding(
                "enrollment.receipts",
                f"receipt {reference}",
                say(
                    _("%(amount)s yuan came in, %(accounted)s are accounted for."),
                    amount=yuan(amount),
                    accounted=yuan(accounted),
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
