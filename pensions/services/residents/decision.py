"""How a resident's claim is decided: by the rule, from what was gathered, and from nothing else."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from enrollment.models import Person
from funds.models import Branch, Scheme
from funds.services import fund as fund_services
from pensions import facts
from pensions.models import Award, PensionClaim
from pensions.params import ResidentInterestParams
from pensions.rules.residents import ResidentFacts
from pensions.services import decision
from pensions.services.decision import InterestLine
from pensions.services.gathering import (
    AccountYear,
    account_again,
    account_of,
    one_account_only,
    row_of,
)
from socsec.kernel import rules
from socsec.kernel.facts import FactError
from socsec.kernel.months import format_month, parse_month
from socsec.kernel.policy import Policy, PolicyError, Value
from socsec.office.errors import from_kernel

RULE = "pensions.residents.old_age"
VERSION = 1  # of `Gathered.as_json`

# What papers may state and no book holds; the rest is gathered.
STATED = ("basic_pension", "other_pension")


@dataclass(frozen=True)
class Gathered:
    """Everything that the books and the claim say; whole numbers of the kernel."""

    region: str
    birth_month: int
    claim_month: int
    years: int
    older_years: int
    months_employed: int
    months_paid: int
    balance: int
    account_years: tuple[AccountYear, ...]
    stated: dict[str, Any]

    @property
    def months(self) -> int:
        """The months that a yearly adjustment reckons with."""
        return self.months_paid

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a decision: months as 2026-03, amounts in fen."""
        return {
            **asdict(self),
            "version": VERSION,
            "birth_month": format_month(self.birth_month),
            "claim_month": format_month(self.claim_month),
            "account_years": [each.as_json() for each in self.account_years],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What was once `as_json()`."""
        known = {name: value for name, value in data.items() if name != "version"}
        return cls(
            **{
                **known,
                "birth_month": parse_month(data["birth_month"]),
                "claim_month": parse_month(data["claim_month"]),
                "account_years": tuple(map(AccountYear.from_json, data["account_years"])),
            }
        )


@dataclass(frozen=True)
class Decision:
    """What the law makes of a resident's claim: the sheet, and the interest that it rests on."""

    gathered: Gathered
    assessment: rules.Assessment
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
        """Basic and account pension in fen; the additions are whatever they leave of the whole."""
        basic, account = int(self.sheet.basic), int(self.sheet.account)
        return {
            "basic": basic,
            "account": account,
            "transitional": 0,
            "addition": int(self.sheet.monthly) - basic - account,
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
                "years": [],
                "interest": [each.as_json() for each in self.interest],
                "provisional": [value.as_json() for value in self.provisional],
            },
        }


def gather(claim: PensionClaim) -> Gathered:
    """What the books say of a claim, as they stand now."""
    return gather_for(claim.person, claim.region, claim.start_month, stated=claim.stated)


def gather_for(
    person: Person, region: str, start_month: int, *, stated: dict[str, Any] | None = None
) -> Gathered:
    """What the books say of a person who would draw a resident's pension from a month on.

    The year in which it begins counts once it is paid for, as any other.
    """
    fund = fund_services.for_(Branch.PENSION, Scheme.RESIDENTS, region)
    one_account_only(person, fund)
    balance, account_years = account_of(person.pk, fund, start_month - 1)
    return Gathered(
        region=region,
        birth_month=person.birth_month,
        claim_month=start_month,
        **life_of(person, start_month),
        balance=balance,
        account_years=account_years,
        stated=dict(stated or {}),
    )


def gather_again(award: Award, stated: dict[str, Any] | None = None) -> Gathered:
    """What the books say now of an award that is there, for the month in which it began."""
    then = Gathered.from_json(award.gathered or {})
    balance, account_years = account_again(award, then.account_years)
    return Gathered(
        region=award.region,
        birth_month=award.person.birth_month,
        claim_month=award.from_month,
        **life_of(award.person, award.from_month),
        balance=balance,
        account_years=account_years,
        stated=then.stated if stated is None else dict(stated),
    )


def life_of(person: Person, start_month: int) -> dict[str, int]:
    """What was paid up to a pension, as `Gathered` names it."""
    names = ("years", "older_years", "months_employed", "months_paid")
    row = row_of(*facts.resident_life(person.pk, person.pk, start_month)) or {}
    return {name: row.get(name, 0) for name in names}


def decide(gathered: Gathered, policy: Policy) -> Decision:
    """What the law makes of what was gathered.

    `Invalid` where a fact cannot be, or the policy has no value for the region and the time.
    """
    try:
        lines = interest_of(gathered.region, gathered.account_years, policy)
        balance = gathered.balance + sum(line.amount for line in lines)
        assessment = rules.assess(
            RULE,
            {
                **gathered.stated,
                "birth_month": format_month(gathered.birth_month),
                "claim_month": format_month(gathered.claim_month),
                "months_paid": gathered.months_paid,
                "account_balance": ResidentFacts.specs()["account_balance"].natural(balance),
            },
            policy=policy,
            region=gathered.region,
        )
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error
    return Decision(
        gathered=gathered,
        assessment=assessment,
        interest=lines,
        balance=balance,
        provisional=decision.provisional_values(assessment, (line.rate for line in lines)),
    )


def interest_of(
    region: str, account_years: tuple[AccountYear, ...], policy: Policy
) -> tuple[InterestLine, ...]:
    """The interest of the years of a resident's account that are not settled."""
    return decision.interest_of(region, account_years, policy, ResidentInterestParams)
