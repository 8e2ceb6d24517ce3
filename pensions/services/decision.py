"""How a claim is decided: by the rules, from what was gathered, and from nothing else.

`decide` is a pure function of what `gathering` read and of a policy. A decision is therefore
replayed to the fen from what was gathered and from its edition.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pensions.params import AverageWageParams, IndexParams, InterestParams
from pensions.rules.employees.old_age import ClaimFacts
from pensions.rules.index import (
    AverageIndexFacts,
    YearIndexFacts,
    average_index,
    year_index,
)
from pensions.rules.interest import InterestFacts, interest
from pensions.services.gathering import AccountYear, Gathered, Year, gather, gather_for
from socsec.kernel import rules
from socsec.kernel.document import Document, explain
from socsec.kernel.facts import FactError
from socsec.kernel.months import format_month, month, year_of
from socsec.kernel.policy import PROVISIONAL, Policy, PolicyError, Value
from socsec.kernel.sheet import Sheet
from socsec.office.errors import from_kernel
from socsec.office.sheets import said

__all__ = [
    "RULE",
    "STATED",
    "AccountYear",
    "Decision",
    "Foundation",
    "Gathered",
    "InterestLine",
    "Year",
    "YearIndexLine",
    "decide",
    "gather",
    "gather_for",
]

RULE = "pensions.employees.claim"

# What papers may state and no book holds; the rest is gathered.
STATED = (
    "notional_balance",
    "transitional_index",
    "old_transitional",
    "intellectual",
    "one_child",
    "months_on_plateau",
    "class_2_area",
    "extra_rate",
    "other_allowance",
)


@dataclass(frozen=True)
class YearIndexLine:
    """One year of the index, for screens: wages and average in fen, the index in millionths."""

    year: int
    months: int
    wages: int
    average_wage: Value
    index: int


@dataclass(frozen=True)
class InterestLine:
    """Interest up to retirement: the last month it is for, its sheet, and the rate it took."""

    through: int
    sheet: Sheet
    document: Document
    rate: Value

    @property
    def amount(self) -> int:
        return self.sheet.amount  # type: ignore[attr-defined, no-any-return]

    def as_json(self) -> dict[str, Any]:
        """As it is kept beneath a sheet."""
        return {"through": format_month(self.through), **self.document.as_json()}


@dataclass(frozen=True)
class Foundation:
    """What a decision is laid on: the index year by year, the account, and the facts of its rule."""

    gathered: Gathered
    years: tuple[YearIndexLine, ...]
    index: Sheet
    index_document: Document
    interest: tuple[InterestLine, ...]
    balance: int
    facts: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it is kept beneath a sheet."""
        return beneath(self.years, self.index_document, self.interest)


def beneath(
    years: tuple[YearIndexLine, ...], index: Document, interest_lines: tuple[InterestLine, ...]
) -> dict[str, Any]:
    """What an assessment rests on, as it is kept with its sheet."""
    return {
        "years": [
            {
                "year": each.year,
                "months": each.months,
                "wages": each.wages,
                "average_wage": each.average_wage.value,
                "average_wage_from": each.average_wage.start.isoformat(),
                "open": each.average_wage.open,
                "index": each.index,
            }
            for each in years
        ],
        "index": index.as_json(),
        "interest": [each.as_json() for each in interest_lines],
    }


@dataclass(frozen=True)
class Decision:
    """What the law makes of a claim: the sheet, and the sheets of the facts that it rests on.

    `provisional` are the yearly values that have run out: the last one was used, and the
    difference is settled when the new one is announced.
    """

    gathered: Gathered
    assessment: rules.Assessment
    years: tuple[YearIndexLine, ...]
    index: Sheet
    index_document: Document
    interest: tuple[InterestLine, ...]
    balance: int
    provisional: tuple[Value, ...]

    @property
    def sheet(self) -> Any:
        return self.assessment.sheet

    @property
    def entitled(self) -> bool:
        return bool(self.sheet.conditions.entitled)

    @property
    def monthly(self) -> int:
        """Payable a month, in fen; 0 while a condition is not met."""
        return int(self.sheet.amount)

    @property
    def parts(self) -> dict[str, int]:
        """The pension by its parts, in fen; the last is whatever the others leave of the whole.

        They are those of the pension itself, whether or not the conditions are met.
        """
        pension = self.sheet.pension
        basic, account = int(pension.basic.amount), int(pension.account.amount)
        transitional = int(pension.transitional.amount + pension.transitional.adjustment)
        return {
            "basic": basic,
            "account": account,
            "transitional": transitional,
            "addition": int(pension.amount) - basic - account - transitional,
        }

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The conditions that are not met, each with its numbers and its article; [] if all are."""
        return unmet(self.assessment)

    def as_json(self) -> dict[str, Any]:
        """The sheet with everything beneath it, complete enough to be drawn years later."""
        return {
            **self.assessment.as_json(),
            "beneath": {
                **beneath(self.years, self.index_document, self.interest),
                "provisional": [value.as_json() for value in self.provisional],
            },
        }


def unmet(assessment: rules.Assessment) -> list[dict[str, str]]:
    """The conditions of a sheet that are not met, each with its numbers and its article."""
    return [
        {
            "code": line.code.rpartition(".")[2],
            "text_zh": f"没有满足：{line.label['zh']}（{said(line, 'zh')}）",
            "text_en": f"Not met: {line.label['en']} ({said(line, 'en')})",
            "law": line.law,
        }
        for line in assessment.document.lines
        if line.kind == "condition"
        and line.value is False
        and line.part == "conditions"
        and line.code != "conditions.entitled"
    ]


def decide(gathered: Gathered, policy: Policy) -> Decision:
    """What the law makes of what was gathered.

    `Invalid` where a fact cannot be, or the policy has no value for the region and the time.
    """
    try:
        return _decide(gathered, policy)
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error


def lay(gathered: Gathered, policy: Policy) -> Foundation:
    """Index, interest and balance, and with them the facts that a rule of this scheme asks for."""
    region, on = gathered.region, gathered.claim_month
    params = IndexParams.at(policy, region, on)
    years = []
    for each in gathered.years:
        wage = AverageWageParams.at(policy, region, month(each.year, 1))
        sheet = year_index(
            YearIndexFacts(contribution_wages=each.wages, average_wage=wage.average_wage), params
        )
        years.append(
            YearIndexLine(
                each.year,
                each.months,
                each.wages,
                wage.statuses["average_wage"],
                sheet.index,
            )
        )
    index_facts = AverageIndexFacts(
        index_sum=sum(each.index for each in years),
        months_paid=gathered.months_paid,
        months_deemed=gathered.months_deemed,
        months_gap=gathered.months_gap,
    )
    index = average_index(index_facts, params)
    balance, lines = _with_interest(gathered, policy)
    claim_facts = {
        **gathered.stated,
        "category": _natural("category", gathered.category),
        "birth_month": format_month(gathered.birth_month),
        "claim_month": format_month(on),
        "flexible": gathered.flexible,
        "months_paid": gathered.months_paid,
        "months_before_account": gathered.months_before_account,
        "months_deemed": gathered.months_deemed,
        "average_index": _natural("average_index", index.index),
        "account_balance": _natural("account_balance", balance),
    }
    return Foundation(
        gathered=gathered,
        years=tuple(years),
        index=index,
        index_document=explain(index, index_facts, params),
        interest=lines,
        balance=balance,
        facts=claim_facts,
    )


def provisional_of(laid: Foundation, assessment: rules.Assessment) -> tuple[Value, ...]:
    """The yearly values that had run out, of those that an assessment rests on."""
    return provisional_values(
        assessment,
        (*(each.average_wage for each in laid.years), *(each.rate for each in laid.interest)),
    )


def provisional_values(assessment: rules.Assessment, beneath: Iterable[Value]) -> tuple[Value, ...]:
    """The same, where `beneath` are the values of the sheets that the facts come from."""
    rested_on = {term.name for term in assessment.document.unverified}
    used = [
        *(value for name, value in assessment.params.statuses.items() if name in rested_on),
        *beneath,
    ]
    return tuple(
        {
            (value.code, value.region, value.start): value
            for value in used
            if value.status == PROVISIONAL
        }.values()
    )


def _decide(gathered: Gathered, policy: Policy) -> Decision:
    laid = lay(gathered, policy)
    assessment = rules.assess(RULE, laid.facts, policy=policy, region=gathered.region)
    return Decision(
        gathered=gathered,
        assessment=assessment,
        years=laid.years,
        index=laid.index,
        index_document=laid.index_document,
        interest=laid.interest,
        balance=laid.balance,
        provisional=provisional_of(laid, assessment),
    )


def _with_interest(gathered: Gathered, policy: Policy) -> tuple[int, tuple[InterestLine, ...]]:
    """The balance with the interest up to retirement."""
    lines = interest_of(gathered.region, gathered.account_years, policy)
    return gathered.balance + sum(line.amount for line in lines), lines


def interest_of(
    region: str,
    account_years: tuple[AccountYear, ...],
    policy: Policy,
    rates: type[InterestParams] = InterestParams,
) -> tuple[InterestLine, ...]:
    """The interest of an account's years that are not settled: each bears for the next."""
    added, lines = 0, []
    for each in account_years:
        first = month(year_of(each.through), 1)
        params = rates.at(policy, region, first)
        interest_facts = InterestFacts(
            balance_months=each.balance_months + added * (each.through - first + 1),
            credited=each.credited,
            added=each.added,
            added_months=each.added_months,
        )
        sheet = interest(interest_facts, params)
        lines.append(
            InterestLine(
                each.through,
                sheet,
                explain(sheet, interest_facts, params),
                params.statuses["bookkeeping_rate"],
            )
        )
        added += sheet.amount
    return tuple(lines)


def _natural(fact: str, value: int) -> Any:
    return ClaimFacts.specs()[fact].natural(value)
