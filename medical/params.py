"""What the medical rules ask of the policy: benefit plans of employees and residents, and procedure."""

from typing import Annotated, Any, ClassVar

from socsec.kernel.params import (
    Count,
    Days,
    Fen,
    Flag,
    Months,
    Of,
    Params,
    Rate,
    StepsTable,
    parameter,
)
from socsec.kernel.units import Choice


class CapOn(Choice):
    """What the yearly cap limits."""

    PAYMENT = 0, "基金支付金额", "what the fund pays"
    COST = 1, "符合规定的费用", "the cost in scope"


class SegmentBasis(Choice):
    """From where the bands of the catastrophic insurance are measured."""

    EXCESS = 0, "起付标准以上部分", "above the threshold"
    GROSS = (
        1,
        "全部合规自付费用",
        "on the whole base, of which the threshold cuts off the first part",
    )


class YearOfStay(Choice):
    """To which year a stay over the turn of the year belongs."""

    DISCHARGE = 0, "出院所在年度", "that of the discharge"
    SPLIT = 1, "按自然年度分段", "each year its own days"


class PlanOfScheme(Params):
    """Parameters that both schemes have, each under its own name."""

    scheme: ClassVar[str]

    @classmethod
    def codes(cls) -> dict[str, str]:
        return {name: code.format(scheme=cls.scheme) for name, code in super().codes().items()}


class MajorPlan(PlanOfScheme):
    """Catastrophic insurance (大病保险) of one scheme."""

    major_threshold: Fen = parameter("medical.{scheme}.major.threshold")
    major_segments: StepsTable = parameter("medical.{scheme}.major.segments")
    major_basis: Annotated[Any, Of("choice", SegmentBasis)] = parameter(
        "medical.{scheme}.major.basis"
    )
    major_cap: Fen = parameter("medical.{scheme}.major.cap")
    major_listed: Flag = parameter("medical.{scheme}.major.listed_only")
    poor_factor: Rate = parameter("medical.{scheme}.major.poor_factor")
    poor_plus: Rate = parameter("medical.{scheme}.major.poor_plus")
    poor_uncapped: Flag = parameter("medical.{scheme}.major.poor_uncapped")


class Plan(MajorPlan):
    """A benefit plan: what the pooled fund, the large-amount fund and the supplements pay."""

    # hospital stays and special diseases
    inpatient_deductible: StepsTable = parameter("medical.{scheme}.inpatient.deductible")
    next_stay: StepsTable = parameter("medical.{scheme}.inpatient.next_stay")
    inpatient_ratio: StepsTable = parameter("medical.{scheme}.inpatient.ratio")
    segment_ends: StepsTable = parameter("medical.{scheme}.inpatient.segment_ends")
    segment_plus: StepsTable = parameter("medical.{scheme}.inpatient.segment_plus")
    ratio_most: Rate = parameter("medical.{scheme}.inpatient.ratio_most")
    yearly_cap: Fen = parameter("medical.{scheme}.inpatient.cap")
    cap_on: Annotated[Any, Of("choice", CapOn)] = parameter("medical.{scheme}.inpatient.cap_on")
    # outpatient pooling
    outpatient_deductible: StepsTable = parameter("medical.{scheme}.outpatient.deductible")
    each_visit: Flag = parameter("medical.{scheme}.outpatient.each_visit")
    apart: Flag = parameter("medical.{scheme}.outpatient.apart")
    outpatient_ratio: StepsTable = parameter("medical.{scheme}.outpatient.ratio")
    second_from: Fen = parameter("medical.{scheme}.outpatient.second_from")
    second_ratio: StepsTable = parameter("medical.{scheme}.outpatient.second_ratio")
    outpatient_cap: StepsTable = parameter("medical.{scheme}.outpatient.cap")
    # hypertension, diabetes, negotiated drugs
    two_ratio: StepsTable = parameter("medical.{scheme}.two_diseases.ratio")
    two_cap: StepsTable = parameter("medical.{scheme}.two_diseases.cap")
    negotiated_ratio: StepsTable = parameter("medical.{scheme}.negotiated.ratio")
    # away from home
    away_first: StepsTable = parameter("medical.{scheme}.away.first_self_pay")
    away_factor: StepsTable = parameter("medical.{scheme}.away.factor")
    away_points: StepsTable = parameter("medical.{scheme}.away.points")
    # beyond the pooled fund
    large_ratio: Rate = parameter("medical.{scheme}.large.ratio")
    large_cap: Fen = parameter("medical.{scheme}.large.cap")
    major_outpatient: Flag = parameter("medical.{scheme}.major.outpatient")
    civil_ratio: Rate = parameter("medical.{scheme}.civil_servants.ratio")


class EmployeesPlan(Plan):
    """What employees' medical insurance pays."""

    scheme: ClassVar[str] = "employees"


class ResidentsPlan(Plan):
    """What residents' medical insurance pays."""

    scheme: ClassVar[str] = "residents"


class EmployeesMajor(MajorPlan):
    """Catastrophic insurance of employees."""

    scheme: ClassVar[str] = "employees"


class ResidentsMajor(MajorPlan):
    """Catastrophic insurance of residents."""

    scheme: ClassVar[str] = "residents"


class Stays(Params):
    """What counts as one stay, and in which year."""

    year_of_stay: Annotated[Any, Of("choice", YearOfStay)] = parameter("medical.stay.year")
    transfer_hours: Count = parameter("medical.stay.transfer_hours")


class StandingAges(Params):
    """As whom a resident's bill is settled, by age."""

    child_until: Count = parameter("medical.standing.child_until")
    elderly_from: Count = parameter("medical.standing.elderly_from")


class Incentive(Params):
    """From when on a year without a claim is rewarded."""

    since: Count = parameter("medical.residents.incentive.since")


class RetirementYears(Params):
    """How long one pays before medical insurance in retirement is free."""

    months_man: Months = parameter("medical.retirement.months_man")
    months_woman: Months = parameter("medical.retirement.months_woman")


class AwayTerms(Params):
    """For how long care away from home is filed."""

    temporary_months: Months = parameter("medical.away.temporary_months")


class AccountTerms(Params):
    """What retired people get on their account each month, by age."""

    retired_monthly: StepsTable = parameter("medical.account.retired_monthly")


class ReimbursementTerms(Params):
    """Until when a bill that was paid in cash may be handed in."""

    months: Months = parameter("medical.reimbursement.months")


class PayingTerms(Params):
    """How providers are paid."""

    retention: Rate = parameter("medical.provider.retention")


class AppealTerms(Params):
    """How long a provider may appeal against a deduction, and how long the office may take."""

    appeal_days: Days = parameter("medical.provider.appeal_days")
    decision_days: Days = parameter("medical.provider.decision_days")


class AuditTerms(Params):
    """From where a bill is looked at by the audit."""

    readmission_days: Count = parameter("medical.audit.readmission_days")
    idle_days: Count = parameter("medical.audit.idle_days")
    daily_cost: StepsTable = parameter("medical.audit.daily_cost")
    supply_days: Count = parameter("medical.audit.supply_days")


class CaseTerms(Params):
    """From where a stay is paid by its cost and no more by its group alone."""

    low: Rate = parameter("medical.group.low")
    high: Rate = parameter("medical.group.high")


class CaseYearTerms(Params):
    """How a provider and the fund share what a year of stays came to beside what they were worth."""

    surplus_kept: StepsTable = parameter("medical.group.surplus_kept")
    overrun_within: Rate = parameter("medical.group.overrun_within")
    overrun_share: Rate = parameter("medical.group.overrun_share")
    overrun_beyond: Rate = parameter("medical.group.overrun_beyond")


class ReleaseTerms(Params):
    """What of the retention is released, by the score of the year."""

    released: StepsTable = parameter("medical.provider.released")
