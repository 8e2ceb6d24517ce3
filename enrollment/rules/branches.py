"""Which rule assesses a month in which branch."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from enrollment.params import (
    AnnuityMonth,
    InjuryMonth,
    MedicalMonth,
    PensionMonth,
    UnemploymentMonth,
)
from enrollment.rules.annuity import AnnuityWage, annuity_month
from enrollment.rules.contributions import PensionWage, month
from enrollment.rules.injury import InjuryWage, injury_month
from enrollment.rules.medical import MedicalWage, medical_month
from enrollment.rules.unemployment import UnemploymentWage, unemployment_month
from socsec.kernel.facts import Facts
from socsec.kernel.params import Params
from socsec.kernel.units import Choice


class Branch(Choice):
    """The branches in which a month is assessed."""

    PENSION = 1, "基本养老保险", "Basic old-age insurance"
    MEDICAL = 2, "基本医疗保险", "Medical insurance"
    UNEMPLOYMENT = 3, "失业保险", "Unemployment insurance"
    INJURY = 4, "工伤保险", "Work injury insurance"
    ANNUITY = 5, "职业年金", "Occupational annuity"


@dataclass(frozen=True)
class BranchRule:
    """A branch's rule of the month, with the facts and parameters it takes.

    Whatever the branch, its sheet has `base`, `employer_share`, `person_share`, `account_share`,
    `waived` and `due`.
    """

    rule: Callable[[Any, Any], Any]
    facts: type[Facts]
    params: type[Params]

    def known(self, row: dict[str, Any]) -> Any:
        """Its facts, from a row that has more."""
        return self.facts(**{field.name: row[field.name] for field in fields(self.facts)})


RULES = {
    Branch.PENSION: BranchRule(month, PensionWage, PensionMonth),
    Branch.MEDICAL: BranchRule(medical_month, MedicalWage, MedicalMonth),
    Branch.UNEMPLOYMENT: BranchRule(unemployment_month, UnemploymentWage, UnemploymentMonth),
    Branch.INJURY: BranchRule(injury_month, InjuryWage, InjuryMonth),
    Branch.ANNUITY: BranchRule(annuity_month, AnnuityWage, AnnuityMonth),
}
