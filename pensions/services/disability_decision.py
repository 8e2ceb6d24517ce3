"""How a claim for the disability allowance is decided: by its rule, from what was gathered alone."""

from dataclasses import dataclass
from typing import Any

from pensions.rules.disability import DisabilityFacts
from pensions.services import decision
from pensions.services.decision import Foundation, InterestLine
from pensions.services.gathering import Gathered
from socsec.kernel import rules
from socsec.kernel.facts import FactError
from socsec.kernel.policy import Policy, PolicyError, Value
from socsec.office.errors import from_kernel
from socsec.office.sheets import said

RULE = "pensions.disability"


@dataclass(frozen=True)
class Found:
    """What the law makes of a claim: the sheet, and what it rests on."""

    foundation: Foundation
    assessment: rules.Assessment

    @property
    def sheet(self) -> Any:
        return self.assessment.sheet

    @property
    def gathered(self) -> Gathered:
        return self.foundation.gathered

    @property
    def interest(self) -> tuple[InterestLine, ...]:
        return self.foundation.interest

    @property
    def entitled(self) -> bool:
        return bool(self.sheet.entitled) and int(self.sheet.amount) > 0

    @property
    def monthly(self) -> int:
        return int(self.sheet.amount)

    @property
    def last_month(self) -> int:
        """The last month it is paid for: the limit, and the month before the pensionable age."""
        start = self.foundation.gathered.claim_month
        before_age = int(self.sheet.retirement.pension_month) - 1
        limit = int(self.sheet.limit)
        return min(before_age, start + limit - 1) if limit else before_age

    @property
    def parts(self) -> dict[str, int]:
        """By the whole formula every part; else the basic pension alone."""
        if not (self.sheet.vested and self.sheet.near):
            return {"basic": self.monthly, "account": 0, "transitional": 0, "addition": 0}
        basic, account = int(self.sheet.basic.amount), int(self.sheet.account.amount)
        transitional = int(self.sheet.transitional.amount + self.sheet.transitional.adjustment)
        return {
            "basic": basic,
            "account": account,
            "transitional": transitional,
            "addition": self.monthly - basic - account - transitional,
        }

    @property
    def provisional(self) -> tuple[Value, ...]:
        return decision.provisional_of(self.foundation, self.assessment)

    def as_json(self) -> dict[str, Any]:
        """The sheet, as it is kept with the case."""
        return self.assessment.as_json()

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The conditions that are not met, with their numbers and articles."""
        return [
            {
                "code": line.code,
                "text_zh": f"没有满足：{line.label['zh']}（{said(line, 'zh')}）",
                "text_en": f"Not met: {line.label['en']} ({said(line, 'en')})",
                "law": line.law,
            }
            for line in self.assessment.document.lines
            if line.code in ("before_age", "entitled") and line.value is False
        ]


def decide(gathered: Gathered, policy: Policy) -> Found:
    """What the law makes of what was gathered; whether one is unable to work the appraisal says."""
    try:
        foundation = decision.lay(gathered, policy)
        names = DisabilityFacts.specs()
        facts = {name: value for name, value in foundation.facts.items() if name in names}
        assessment = rules.assess(
            RULE, {**facts, "incapacitated": True}, policy=policy, region=gathered.region
        )
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error
    return Found(foundation, assessment)
