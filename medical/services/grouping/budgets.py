"""The budget of a year: what a fund may spend on providers, each one's part and coefficient."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text
from funds.models import Branch
from funds.services import fund as funds
from medical.models import BudgetShare, CaseYear, Provider, YearBudget
from medical.rules.cases import MOST_COEFFICIENT, MOST_VALUE, MOST_YEAR
from socsec.kernel import money, regions
from socsec.kernel.errors import KernelError
from socsec.kernel.units import ONE
from socsec.office import spreadsheets
from socsec.office.access import require
from socsec.office.errors import Invalid, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.spreadsheets import Column, Layout, Limits, Row

from .deciding import decide, note, possible_year

LIMITS = Limits(rows=20_000)
LAYOUT = Layout(
    _("Parts of the budget"),
    [
        Column("provider", _("Provider's code"), ("机构编码", "医保编码", "provider"), text=True),
        Column("amount", _("Part of the budget, in yuan"), ("总额指标", "预算金额", "amount")),
        Column(
            "coefficient",
            _("Coefficient"),
            ("机构系数", "系数", "coefficient"),
            must=False,
            hint=_("Empty means 1."),
        ),
    ],
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A provider's part of a budget: fen, and its coefficient in millionths."""

    provider: str
    amount: int
    coefficient: int = ONE


@transaction.atomic
def propose(
    *,
    by: User,
    region: str,
    scheme: int,
    year: int,
    amount: int,
    stays: int,
    value: int | None,
    document: str,
    parts: Sequence[Part],
) -> YearBudget:
    """Propose the budget of a year, in fen, of the fund that pools the region.

    `stays` of it is for stays paid by group; `value` what a point is worth in the months, in
    ten-thousandths of a yuan. `Refused` where the parts come to more than the whole.
    """
    fund = funds.for_(Branch.MEDICAL, scheme, region)
    require(by, "year_budget.propose", fund.region_id)
    possible_year(year)
    if not 0 < amount <= MOST_YEAR or not 0 <= stays <= amount:
        raise Invalid(
            _("The budget is above zero, and what is for stays is a part of it."),
            code="amount_out_of_range",
            field="amount",
        )
    if value is not None and not 0 < value <= MOST_VALUE:
        raise Invalid(
            _("A point is worth more than nothing, and at most 30,000 yuan."),
            code="value_out_of_range",
            field="value",
        )
    given = sum(part.amount for part in parts)
    if given > amount:
        raise Refused(
            say(
                _("The parts come to %(parts)s yuan, more than the budget of %(amount)s yuan."),
                parts=money.yuan(given),
                amount=money.yuan(amount),
            ),
            code="parts_above_budget",
            field="file",
        )
    made = YearBudget.objects.create(
        fund=fund,
        region=fund.region_id,
        year=year,
        amount=amount,
        stays=stays,
        value=value,
        document=known_text(document, "document"),
        maker=by,
    )
    BudgetShare.objects.bulk_create(_shares(made, parts))
    note(by, "year_budget.propose", made, amount=amount, stays=stays, parts=len(parts))
    return made


@transaction.atomic
def decide_budget(*, by: User, row: YearBudget, approve: bool, reason: str = "") -> None:
    """Put a budget in force in the place of the one before, or reject it and say why.

    `Refused` once the year is settled.
    """
    if approve and CaseYear.objects.filter(fund=row.fund_id, year=row.year).exists():
        raise Refused(_("This year is settled."), code="year_settled")
    before = YearBudget.objects.filter(fund=row.fund_id, year=row.year)
    decide(by, row, "year_budget.decide", before=before, approve=approve, reason=reason)


def read(file: IO[bytes]) -> list[Part]:
    """The parts in a spreadsheet, or `Invalid` with the row that is wrong: nothing of it is taken."""
    found = []
    for row in spreadsheets.read(file, LAYOUT, LIMITS):
        try:
            found.append(_part(row))
        except KernelError as error:
            raise _bad_row(row, from_kernel(error)) from error
        except Invalid as error:
            raise _bad_row(row, error) from error
    return found


def template_file() -> IO[bytes]:
    return spreadsheets.template(LAYOUT)


def _part(row: Row) -> Part:
    amount = money.parse_yuan(row.text("amount"))
    said = row.text("coefficient")
    coefficient = money.parse_rate(said) if said else ONE
    if not 0 <= amount <= MOST_YEAR or not 0 < coefficient <= MOST_COEFFICIENT:
        raise Invalid(
            _("A part is not below zero, and a coefficient above zero and at most 5."),
            code="out_of_range",
        )
    return Part(
        provider=row.text("provider").strip().upper(), amount=amount, coefficient=coefficient
    )


def _bad_row(row: Row, trouble: Exception) -> Invalid:
    return Invalid(
        _("Row %(row)s: %(trouble)s") % {"row": row.number, "trouble": trouble},
        code="bad_row",
        field="file",
        fix=_("Correct the row and send the file again; nothing was taken."),
    )


def _shares(budget: YearBudget, parts: Sequence[Part]) -> list[BudgetShare]:
    codes = [part.provider for part in parts]
    known = {
        each.code: each
        for each in Provider.objects.filter(code__in=codes)
        if regions.covers(budget.region, each.region)
    }
    for place, code in enumerate(codes):
        if code not in known or code in codes[:place]:
            raise Invalid(
                say(
                    _("%(code)s is no provider of this region, or stands in the file twice."),
                    code=code[:24] or "—",
                ),
                code="unknown_provider",
                field="file",
            )
    return [
        BudgetShare(
            budget=budget,
            provider=known[part.provider],
            amount=part.amount,
            coefficient=part.coefficient,
        )
        for part in parts
    ]
