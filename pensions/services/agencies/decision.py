"""How an agency's claim is decided: by the rule, from what was gathered, and from nothing else.

Working life, wages and account are read as for an employee, the account from the agencies' fund;
the occupational annuity has accounts of its own, with the part that was only written down apart.
"""

from dataclasses import dataclass
from typing import Any, Self

from enrollment.models import Person
from funds.models import Branch, Fund, Scheme
from funds.services import fund as fund_services
from pensions.models import Award, PensionClaim
from pensions.params import AnnuityInterestParams, InterestParams
from pensions.rules.agencies.claim import AgencyClaimFacts
from pensions.services import decision, gathering
from pensions.services.decision import InterestLine
from pensions.services.gathering import AccountYear, account_of
from socsec.kernel import rules
from socsec.kernel.facts import FactError
from socsec.kernel.policy import Policy, PolicyError, Value
from socsec.office.errors import NotFound, from_kernel

RULE = "pensions.agencies.claim"

# What papers may state and no book holds; the rest is gathered.
STATED = (
    "rank",
    "index_of_rank",
    "basic_pay",
    "old_rate",
    "subsidy",
    "increment",
    "wage_growth",
    "calculation_base",
    "divisor",
)
_FROM_LIFE = (
    "category",
    "birth_month",
    "claim_month",
    "flexible",
    "months_paid",
    "months_deemed",
    "average_index",
    "account_balance",
)


@dataclass(frozen=True)
class AnnuityPart:
    """A part of an annuity's account, the written-down or the funded one: see `account_of`."""

    notional: bool
    balance: int
    account_years: tuple[AccountYear, ...]

    @property
    def rates(self) -> type[InterestParams]:
        """By which rates it bears interest."""
        return InterestParams if self.notional else AnnuityInterestParams

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a decision."""
        return {
            "notional": self.notional,
            "balance": self.balance,
            "account_years": [each.as_json() for each in self.account_years],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What was once `as_json()`."""
        years = tuple(map(AccountYear.from_json, data["account_years"]))
        return cls(data["notional"], data["balance"], years)


@dataclass(frozen=True)
class Gathered:
    """A working life with its account, and the parts of the annuity."""

    life: gathering.Gathered
    annuity: tuple[AnnuityPart, ...]

    @property
    def months(self) -> int:
        return self.life.months

    @property
    def birth_month(self) -> int:
        return self.life.birth_month

    @property
    def balance(self) -> int:
        return self.life.balance

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a decision."""
        return {**self.life.as_json(), "annuity": [each.as_json() for each in self.annuity]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What was once `as_json()`."""
        parts = tuple(map(AnnuityPart.from_json, data["annuity"]))
        return cls(gathering.Gathered.from_json(data), parts)


@dataclass(frozen=True)
class Decision:
    """What the law makes of an agency's claim.

    `annuity_interest` is the interest of the annuity up to retirement, each with whether it belongs
    to the written-down part; `annuity_balance` what the annuity is paid from, in fen.
    """

    gathered: Gathered
    laid: decision.Foundation
    assessment: rules.Assessment
    annuity_interest: tuple[tuple[bool, InterestLine], ...]
    annuity_balance: int
    provisional: tuple[Value, ...]

    @property
    def interest(self) -> tuple[InterestLine, ...]:
        return self.laid.interest

    @property
    def sheet(self) -> Any:
        return self.assessment.sheet

    @property
    def entitled(self) -> bool:
        return bool(self.sheet.conditions.entitled)

    @property
    def monthly(self) -> int:
        """The pension payable a month, in fen, without the annuity; 0 while a condition is not met."""
        return int(self.sheet.amount)

    @property
    def annuity(self) -> int:
        """The annuity payable a month, in fen, until its account is used up."""
        return int(self.sheet.annuity) if self.entitled else 0

    @property
    def parts(self) -> dict[str, int]:
        """The pension by its parts, in fen; the last is whatever the others leave of the whole.

        In the years of transition that may be below zero: a share of the excess is not paid. The
        pension of the old method has no parts.
        """
        new, pension = self.sheet.by_new, int(self.sheet.pension)
        if self.sheet.retired_before:
            return {"basic": pension, "account": 0, "transitional": 0, "addition": 0}
        basic, account, transitional = int(new.basic), int(new.account), int(new.transitional)
        return {
            "basic": basic,
            "account": account,
            "transitional": transitional,
            "addition": pension - basic - account - transitional,
        }

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The conditions that are not met, each with its numbers and its article; [] if all are."""
        return decision.unmet(self.assessment)

    def as_json(self) -> dict[str, Any]:
        """The sheet with everything beneath it, complete enough to be drawn years later."""
        return {
            **self.assessment.as_json(),
            "beneath": {
                **self.laid.as_json(),
                "annuity": [line.as_json() for _notional, line in self.annuity_interest],
                "provisional": [value.as_json() for value in self.provisional],
            },
        }


def gather(claim: PensionClaim) -> Gathered:
    """What the books say of a claim, as they stand now."""
    assert claim.category is not None  # only a resident's claim has none
    return gather_for(
        claim.person,
        claim.region,
        claim.start_month,
        claim.category,
        flexible=claim.flexible,
        stated=claim.stated,
    )


def gather_for(
    person: Person,
    region: str,
    start_month: int,
    category: int,
    *,
    flexible: bool = False,
    stated: dict[str, Any] | None = None,
) -> Gathered:
    """What the books say of a person who would draw an agency's pension from a month on."""
    life = gathering.gather_for(
        person,
        region,
        start_month,
        category,
        flexible=flexible,
        stated=stated,
        scheme=Scheme.AGENCIES,
    )
    return Gathered(life, annuity_of(person.pk, region, start_month - 1))


def gather_again(award: Award, stated: dict[str, Any] | None = None) -> Gathered:
    """What the books say now of an award that is there. The annuity is paid as it was awarded."""
    then = Gathered.from_json(award.gathered or {})
    return Gathered(gathering.gather_again(award, stated), then.annuity)


def annuity_of(person_id: int, region: str, until: int) -> tuple[AnnuityPart, ...]:
    """The parts of a person's annuity, with the years up to `until` that they have to settle."""
    fund = annuity_fund(region)
    if fund is None:
        return ()
    found = []
    for notional in (True, False):
        balance, years = account_of(person_id, fund, until, notional)
        if balance or years:
            found.append(AnnuityPart(notional, balance, years))
    return tuple(found)


def annuity_fund(region: str) -> Fund | None:
    """The fund that keeps the annuities of a region; None where there is none yet."""
    try:
        return fund_services.for_(Branch.ANNUITY, Scheme.AGENCIES, region)
    except NotFound:
        return None


def decide(gathered: Gathered, policy: Policy) -> Decision:
    """What the law makes of what was gathered.

    `Invalid` where a fact cannot be, or the policy has no value for the region and the time.
    """
    life = gathered.life
    specs = AgencyClaimFacts.specs()
    try:
        laid = decision.lay(life, policy)
        lines = tuple(
            (part.notional, line)
            for part in gathered.annuity
            for line in decision.interest_of(life.region, part.account_years, policy, part.rates)
        )
        balance = sum(part.balance for part in gathered.annuity)
        balance += sum(line.amount for _notional, line in lines)
        assessment = rules.assess(
            RULE,
            {
                **{name: laid.facts[name] for name in _FROM_LIFE},
                **life.stated,
                "annuity_balance": specs["annuity_balance"].natural(balance),
            },
            policy=policy,
            region=life.region,
        )
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error
    beneath = (
        *(each.average_wage for each in laid.years),
        *(each.rate for each in laid.interest),
        *(line.rate for _notional, line in lines),
    )
    return Decision(
        gathered=gathered,
        laid=laid,
        assessment=assessment,
        annuity_interest=lines,
        annuity_balance=balance,
        provisional=decision.provisional_values(assessment, beneath),
    )
