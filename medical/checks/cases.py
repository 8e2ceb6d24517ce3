"""Questions about stays paid by group: payments are their stays, years their budget, and the books both."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from funds.models import accounts
from medical.models import (
    CasePayment,
    CaseYear,
    ProviderAdjustment,
    ProviderPayment,
    Settlement,
    YearBudget,
)
from medical.services.grouping.differences import DIFFERENCE
from medical.services.paying.payments import FORFEITED
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding, register

CASES, YEARS = CasePayment._meta.db_table, CaseYear._meta.db_table
ADJUSTMENTS = ProviderAdjustment._meta.db_table

_ADJUSTED = f"""
    select coalesce(a.id, 0), coalesce(a.provider_id, c.provider_id), coalesce(a.amount, 0),
           coalesce(c.amount, 0)
      from (select * from {ADJUSTMENTS} where kind in ('group', 'year')) a
      full join (
           select run_id, provider_id, fund_id, 'group' as kind, sum(difference)::bigint as amount
             from {CASES} group by 1, 2, 3 having sum(difference) <> 0
            union all
           select run_id, provider_id, fund_id, 'year', difference from {YEARS} where difference <> 0
           ) c on c.run_id = a.run_id and c.provider_id = a.provider_id and c.fund_id = a.fund_id
              and c.kind = a.kind
     where a.amount is distinct from c.amount order by 1, 2
"""  # noqa: S608
# What counted of a stay is its bill as it stood at the end of the last month in which it counted.
_BILLED = f"""
    select c.encounter_id
      from (select encounter_id, sum(billed) as billed, sum(others) as others, max(month) as month
              from {CASES} group by encounter_id) c
      join lateral (
           select sum(s.fund_pay) as billed, sum(s.total - s.fund_pay) as others
             from {Settlement._meta.db_table} s
            where s.encounter_id = c.encounter_id
              and s.booked_on < make_date(c.month / 12, c.month %% 12 + 1, 1) + interval '1 month') s
        on true
     where (c.billed, c.others) is distinct from (s.billed, s.others) order by c.encounter_id
"""  # noqa: S608
_BUDGETS = f"""
    select b.id, b.stays, sum(y.worth)::bigint
      from {YearBudget._meta.db_table} b join {YEARS} y on y.budget_id = b.id
     group by b.id having b.stays <> sum(y.worth) order by b.id
"""  # noqa: S608
_RETAINED = f"""
    select p.provider_id, p.retained, a.gone
      from (select provider_id, fund_id, sum(retained) as retained
              from {ProviderPayment._meta.db_table} group by 1, 2) p
      join (select provider_id, fund_id, sum(amount) as gone from {ADJUSTMENTS}
             where kind in ('release', 'forfeit') group by 1, 2) a using (provider_id, fund_id)
     where a.gone > p.retained order by 1
"""  # noqa: S608
_OWED = f"""
    select fund_id, coalesce(sum(amount) filter (where kind <> 'forfeit'), 0)::bigint,
           coalesce(sum(amount) filter (where kind = 'forfeit'), 0)::bigint
      from {ADJUSTMENTS} where kind <> 'release' group by fund_id
"""  # noqa: S608
_BOOKS = """
    select b.fund_id,
           coalesce(sum(case %s when t.credit then t.amount when t.debit then -t.amount end)
                    filter (where b.kind = %s), 0)::bigint,
           coalesce(sum(case %s when t.debit then t.amount when t.credit then -t.amount end)
                    filter (where b.kind = %s), 0)::bigint
      from funds_batchtotal t join funds_ledgerbatch b on b.id = t.batch_id
     where b.kind in (%s, %s) group by b.fund_id
"""


def adjustments_are_stays() -> Iterator[Finding]:
    """A provider's difference is what its stays, or its year, come to; and stays are their bills."""
    with connection.cursor() as cursor:
        cursor.execute(_ADJUSTED)
        for number, provider, said, found in cursor.fetchall():
            yield Finding(
                "case_difference",
                f"provider {provider} · {number}",
                say(
                    _("The difference is %(said)s yuan, stays and years come to %(found)s yuan."),
                    said=yuan(said),
                    found=yuan(found),
                ),
            )
        cursor.execute(_BILLED, [])
        for (stay,) in cursor.fetchall():
            yield Finding(
                "case_bill", f"stay {stay}", say(_("It did not count as its bill stood then."))
            )


def years_are_budgets() -> Iterator[Finding]:
    """What providers' stays are worth in a year adds up to the budget, to the fen."""
    with connection.cursor() as cursor:
        cursor.execute(_BUDGETS)
        for number, budget, worth in cursor.fetchall():
            yield Finding(
                "case_year_budget",
                f"budget {number}",
                say(
                    _("The budget is %(budget)s yuan, the stays are worth %(worth)s yuan."),
                    budget=yuan(budget),
                    worth=yuan(worth),
                ),
            )


def adjustments_in_the_books() -> Iterator[Finding]:
    """Differences and what was forfeited stand in the books; no more was released than retained."""
    with connection.cursor() as cursor:
        cursor.execute(_OWED)
        ours = {fund: (int(owed), int(lost)) for fund, owed, lost in cursor.fetchall()}
        cursor.execute(
            _BOOKS,
            [
                accounts.PROVIDERS_DUE,
                DIFFERENCE,
                accounts.PROVIDERS_DUE,
                FORFEITED,
                DIFFERENCE,
                FORFEITED,
            ],
        )
        books = {fund: (int(owed), int(lost)) for fund, owed, lost in cursor.fetchall()}
        cursor.execute(_RETAINED)
        beyond = cursor.fetchall()
    for fund in sorted({*ours, *books}):
        said, booked = ours.get(fund, (0, 0)), books.get(fund, (0, 0))
        if said != booked:
            yield Finding(
                "provider_adjustment_books",
                f"fund {fund}",
                say(
                    _("Differences come to %(said)s yuan, the books say %(booked)s yuan."),
                    said=yuan(said[0] - said[1]),
                    booked=yuan(booked[0] - booked[1]),
                ),
            )
    for provider, retained, gone in beyond:
        yield Finding(
            "retention",
            f"provider {provider}",
            say(
                _("%(gone)s yuan were released or forfeited, %(retained)s yuan were retained."),
                gone=yuan(int(gone)),
                retained=yuan(int(retained)),
            ),
        )


def register_cases() -> None:
    register(
        "medical.case_payments",
        _("Differences of stays paid by group are what their stays come to"),
        adjustments_are_stays,
    )
    register(
        "medical.case_years",
        _("What a year of stays is worth adds up to its budget"),
        years_are_budgets,
    )
    register(
        "medical.provider_adjustments",
        _("Differences and the retention of providers stand in the funds' books"),
        adjustments_in_the_books,
    )
