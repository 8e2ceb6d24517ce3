"""Typed parameters of law for enrollment, dated and sourced in the policy files."""

from datetime import date
from typing import Annotated, Any

from socsec.kernel.params import (
    Age,
    Count,
    Days,
    Fen,
    Flag,
    Months,
    Number,
    Of,
    Params,
    Rate,
    RoundingMode,
    StepsTable,
    Year,
    parameter,
)
from socsec.kernel.policy import NotInRegion, NotYetInForce, Policy, UnknownParameter
from socsec.kernel.units import Choice

# Fen. A month's wage above ten million yuan is a slip of the pen, whatever the law says of it.
MOST_WAGE = 1_000_000_000


class Insured(Choice):
    """Whether a category is insured in a branch."""

    NEVER = 0, "不能参加", "Cannot be insured"
    OPTIONAL = 1, "可以参加", "May be insured"
    REQUIRED = 2, "应当参加", "Must be insured"


InsuredAs = Annotated[Number, Of("choice", Insured)]


def insured(law: Policy, category: str, branch: str, region: str, on: date) -> Insured:
    """Whether somebody of a category must, may or cannot be insured in a branch on a day.

    Both are lower-case names, such as "employee" and "injury".
    """
    try:
        return Insured.read(law.at(f"enrollment.insured.{category}.{branch}", region, on).value)
    except (UnknownParameter, NotInRegion, NotYetInForce):
        return Insured.NEVER


class BaseLimits(Params):
    """Between which amounts a month's contribution base lies, as the province published them."""

    base_floor: Fen = parameter("enrollment.pension.base_floor")
    base_ceiling: Fen = parameter("enrollment.pension.base_ceiling")


class MedicalLimits(BaseLimits):
    """The same for medical insurance."""

    base_floor: Fen = parameter("enrollment.medical.base_floor")
    base_ceiling: Fen = parameter("enrollment.medical.base_ceiling")


class UnemploymentLimits(BaseLimits):
    """The same for unemployment insurance."""

    base_floor: Fen = parameter("enrollment.unemployment.base_floor")
    base_ceiling: Fen = parameter("enrollment.unemployment.base_ceiling")


class InjuryLimits(BaseLimits):
    """The same for work injury insurance."""

    base_floor: Fen = parameter("enrollment.injury.base_floor")
    base_ceiling: Fen = parameter("enrollment.injury.base_ceiling")


class PensionRates(Params):
    """What is owed to the old-age insurance of employees and of agencies, of the base."""

    employer_rate: Rate = parameter("enrollment.pension.employer_rate")
    person_rate: Rate = parameter("enrollment.pension.person_rate")
    own_account_rate: Rate = parameter("enrollment.pension.own_account_rate")
    agency_employer_rate: Rate = parameter("enrollment.pension.agency_employer_rate")
    agency_person_rate: Rate = parameter("enrollment.pension.agency_person_rate")
    account_rate: Rate = parameter("enrollment.pension.account_rate")


class PensionMonth(BaseLimits, PensionRates):
    """Everything that a month's pension contribution is assessed with."""

    relief: StepsTable = parameter("enrollment.pension.relief")


class MedicalRates(Params):
    """What is owed to employees' medical insurance, maternity included, of the base.

    `person_flat` is in fen a month and falls to the person once, whatever the employers.
    """

    employer_rate: Rate = parameter("enrollment.medical.employer_rate")
    maternity_rate: Rate = parameter("enrollment.medical.maternity_rate")
    person_rate: Rate = parameter("enrollment.medical.person_rate")
    person_flat: Fen = parameter("enrollment.medical.person_flat")
    account_rate: Rate = parameter("enrollment.medical.account_rate")
    own_account_rate: Rate = parameter("enrollment.medical.own_account_rate")
    own_account_account_rate: Rate = parameter("enrollment.medical.own_account_account_rate")


class MedicalMonth(MedicalLimits, MedicalRates):
    """Everything that a month's medical contribution is assessed with."""

    relief: StepsTable = parameter("enrollment.medical.relief")


class UnemploymentRates(Params):
    """What is owed to unemployment insurance, of the base."""

    employer_rate: Rate = parameter("enrollment.unemployment.employer_rate")
    person_rate: Rate = parameter("enrollment.unemployment.person_rate")


class UnemploymentMonth(UnemploymentLimits, UnemploymentRates):
    """Everything that a month's unemployment contribution is assessed with."""

    relief: StepsTable = parameter("enrollment.unemployment.relief")


class InjuryRates(Params):
    """What an employer owes to work injury insurance, of the base: by risk class and floating step."""

    class_rates: StepsTable = parameter("enrollment.injury.class_rates")
    floating_rates: StepsTable = parameter("enrollment.injury.floating_rates")


class InjuryMonth(InjuryLimits, InjuryRates):
    """Everything that a month's work injury contribution is assessed with."""

    relief: StepsTable = parameter("enrollment.injury.relief")


class FloatingLimits(Params):
    """The lowest floating step that a risk class may come down to."""

    class_rates: StepsTable = parameter("enrollment.injury.class_rates")
    lowest_floating: StepsTable = parameter("enrollment.injury.lowest_floating")


class AnnuityRate(Params):
    """The employer's rate of the occupational annuity alone."""

    employer_rate: Rate = parameter("enrollment.annuity.employer_rate")


class AnnuityMonth(BaseLimits):
    """Everything that a month's contribution to the occupational annuity is assessed with."""

    employer_rate: Rate = parameter("enrollment.annuity.employer_rate")
    person_rate: Rate = parameter("enrollment.annuity.person_rate")


class LimitRule(Params):
    """How a province arrives at the floor and ceiling that it publishes."""

    floor_rate: Rate = parameter("enrollment.pension.floor_rate")
    ceiling_rate: Rate = parameter("enrollment.pension.ceiling_rate")
    limit_rounding: RoundingMode = parameter("enrollment.pension.limit_rounding")


class CountedDays(Params):
    """Which days of a month count: who is covered on one of them owes the month."""

    counted_from: Count = parameter("enrollment.month.counted_from")
    counted_until: Count = parameter("enrollment.month.counted_until")


class DeemedBase(Params):
    """What is taken of the month before where nothing is declared."""

    deemed_share: Rate = parameter("enrollment.deemed_share")


class BackPayment(Params):
    """How far back a month may still be paid."""

    own_account_months: Months = parameter("enrollment.back_payment.own_account_months")
    employee_months: Months = parameter("enrollment.back_payment.employee_months")


class PensionDeferral(Params):
    """For how many months an employer may put off old-age contributions, by kind of employer."""

    deferral: StepsTable = parameter("enrollment.pension.deferral")


class MedicalDeferral(Params):
    """The same for medical insurance."""

    deferral: StepsTable = parameter("enrollment.medical.deferral")


class UnemploymentDeferral(Params):
    """The same for unemployment insurance."""

    deferral: StepsTable = parameter("enrollment.unemployment.deferral")


class InjuryDeferral(Params):
    """The same for work injury insurance."""

    deferral: StepsTable = parameter("enrollment.injury.deferral")


# By branch: which of them says how long it may be put off.
DEFERRALS: dict[int, Any] = {
    1: PensionDeferral,
    2: MedicalDeferral,
    3: UnemploymentDeferral,
    4: InjuryDeferral,
}


class RetireeMonths(Params):
    """After how many months of medical insurance somebody retired pays no more."""

    man: Months = parameter("enrollment.medical.retiree_months_man")
    woman: Months = parameter("enrollment.medical.retiree_months_woman")


class WorkingAge(Params):
    """From what age on a person may work, and so be insured as a worker."""

    working_age: Age = parameter("enrollment.working_age")


class Majority(Params):
    """From what age on a person acts for themselves (民法典第十七条)."""

    age_of_majority: Age = parameter("enrollment.age_of_majority")


class Newborn(Params):
    """For how long a child may be on file without an identity number (户口登记条例第七条)."""

    most_days: Days = parameter("enrollment.newborn.days")


class RegistrationDays(Params):
    """In how many days an employer registers, and how many working days the office has for a change."""

    within: Days = parameter("enrollment.registration.within")
    change_days: Days = parameter("enrollment.registration.change_days")


class ProofRule(Params):
    """For how long each sort of proof of life holds, and when somebody is reminded."""

    match_months: Months = parameter("enrollment.proof.match_months")
    self_months: Months = parameter("enrollment.proof.self_months")
    other_months: Months = parameter("enrollment.proof.other_months")
    remind_days: Days = parameter("enrollment.proof.remind_days")


class MovementRule(Params):
    """From what age on a mover's record stays, and the new place opens a temporary account."""

    temporary_age_man: Age = parameter("enrollment.movement.temporary_age_man")
    temporary_age_woman: Age = parameter("enrollment.movement.temporary_age_woman")


class LeavingRule(Params):
    """How long an employer has to report that somebody left it."""

    leaving_days: Days = parameter("enrollment.movement.leaving_days")


class NoNumbers(Params):
    """For a rule of law that states no number."""


class GapRule(Params):
    """Whom the grass-roots office looks up because they should be insured and are not."""

    interrupted_months: Months = parameter("enrollment.gap.interrupted_months")
    adult_age: Age = parameter("enrollment.gap.adult_age")
    pension_from: Age = parameter("enrollment.gap.pension_from")
    pension_until: Age = parameter("enrollment.gap.pension_until")


class MedicalYear(Params):
    """What a year of residents' medical insurance costs, and who pays it."""

    standards: StepsTable = parameter("enrollment.residents.medical.standard")
    subsidy: Fen = parameter("enrollment.residents.medical.subsidy")
    elderly_man: Age = parameter("enrollment.residents.medical.elderly_man")
    elderly_woman: Age = parameter("enrollment.residents.medical.elderly_woman")
    child_age: Age = parameter("enrollment.residents.medical.child_age")
    sponsor_rate: StepsTable = parameter("enrollment.residents.medical.sponsor_rate")
    sponsor_fixed: StepsTable = parameter("enrollment.residents.medical.sponsor_fixed")


class MedicalWindow(Params):
    """When residents enrol in medical insurance for a year."""

    opens: Count = parameter("enrollment.residents.medical.window_opens")
    closes: Count = parameter("enrollment.residents.medical.window_closes")
    grace_until: Count = parameter("enrollment.residents.medical.grace_until")
    newborn_days: Days = parameter("enrollment.residents.medical.newborn_days")
    newly_eligible_days: Days = parameter("enrollment.residents.medical.newly_eligible_days")
    missed_since: Year = parameter("enrollment.residents.medical.missed_since")
    wait_by_month: Flag = parameter("enrollment.residents.medical.wait_by_month")


class MedicalWait(Params):
    """How long who enrols late waits for the cover."""

    wait_fixed: Months = parameter("enrollment.residents.medical.wait_fixed")
    wait_per_missed_year: Months = parameter("enrollment.residents.medical.wait_per_missed_year")
    wait_repair_per_year: Months = parameter("enrollment.residents.medical.wait_repair_per_year")
    wait_long_gap: Count = parameter("enrollment.residents.medical.wait_long_gap")
    wait_long_least: Months = parameter("enrollment.residents.medical.wait_long_least")


class CeilingIncentive(Params):
    """How years in a row, and years without a claim, raise the catastrophic ceiling."""

    incentive_years: Count = parameter("enrollment.residents.medical.incentive_years")
    incentive_step: Fen = parameter("enrollment.residents.medical.incentive_step")
    incentive_limit: Rate = parameter("enrollment.residents.medical.incentive_limit")


class PensionYear(Params):
    """What a tier of residents' old-age insurance brings in subsidy."""

    subsidies: StepsTable = parameter("enrollment.residents.pension.subsidy_by_tier")
    sponsor_rate: StepsTable = parameter("enrollment.residents.pension.sponsor_rate")
    lowest_tier: Fen = parameter("enrollment.residents.pension.lowest_tier")
    make_up_subsidised: Flag = parameter("enrollment.residents.pension.make_up_subsidised")


class PensionAges(Params):
    """Who may join residents' old-age insurance, and who may make years up."""

    from_age: Age = parameter("enrollment.residents.pension.from_age")
    pension_age: Age = parameter("enrollment.residents.pension.pension_age")
    years: Count = parameter("enrollment.residents.pension.years")
    since: Year = parameter("enrollment.residents.pension.since")


class OwnAccountSubsidy(Params):
    """The part of their contributions that own-account workers in need get back."""

    subsidy_parts: Count = parameter("enrollment.own_account.subsidy_parts")
    subsidy_of: Count = parameter("enrollment.own_account.subsidy_of")


class SurchargePlace(Choice):
    """Where surcharges stand among what is owed."""

    FIRST = 1, "先于全部本金", "before every contribution"
    WITH_ITS_MONTH = 2, "随本金之后", "behind the contribution of its month"
    LAST = 3, "后于全部本金", "behind every contribution"


SurchargePlaces = Annotated[Number, Of("choice", SurchargePlace)]


class Order(Params):
    """In which order money is taken for what is owed."""

    by_month: Flag = parameter("enrollment.collection.by_month")
    rank: StepsTable = parameter("enrollment.collection.rank")
    surcharge_place: SurchargePlaces = parameter("enrollment.collection.surcharge_place")


class DueDate(Params):
    """When a month's contributions are due."""

    due_day: Count = parameter("enrollment.collection.due_day")
    due_after: Months = parameter("enrollment.collection.due_after")


class SurchargeTerms(Params):
    """What late payment costs, and whom."""

    rate: Rate = parameter("enrollment.surcharge.rate")
    bears: StepsTable = parameter("enrollment.surcharge.bears")


class AgreementTerms(Params):
    """What an instalment agreement changes."""

    stops_with_agreement: Flag = parameter("enrollment.surcharge.stops_with_agreement")
    most_parts: Count = parameter("enrollment.agreement.most_parts")


class ReminderStages(Params):
    """When a payer who is late is reminded, and how long a demand note leaves them."""

    demand_days: Count = parameter("enrollment.demand.days")

    after: StepsTable = parameter("enrollment.reminder.after")


class CardRules(Params):
    """Within how many working days somebody who asks for a social security card has it."""

    days: Days = parameter("enrollment.card.days")
