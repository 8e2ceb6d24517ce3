"""What the rules of assistance ask of the policy: typed parameters."""

from socsec.kernel.params import (
    Age,
    Count,
    Days,
    Fen,
    Flag,
    Months,
    Params,
    Rate,
    RoundingMode,
    StepsTable,
    parameter,
)


class DibaoStandards(Params):
    """The standards of the minimum living guarantee (最低生活保障标准) of a place."""

    urban: Fen = parameter("assistance.dibao.urban")
    rural: Fen = parameter("assistance.dibao.rural")


class Lines(DibaoStandards):
    """The lines under which a household counts as near-poor, and what it may own."""

    near_rate: Rate = parameter("assistance.near_poor.rate")
    near_amount: Fen = parameter("assistance.near_poor.amount")
    property_months: Count = parameter("assistance.property.months")
    most_vehicles: Count = parameter("assistance.property.vehicles")
    most_homes: Count = parameter("assistance.property.homes")


class MeansParams(Lines):
    """What is taken off income before it is compared with a line."""

    hardship_reduction: Rate = parameter("assistance.dibao.hardship_reduction")
    guardian_reduction: Rate = parameter("assistance.dibao.guardian_reduction")
    parent_reduction: Rate = parameter("assistance.dibao.parent_reduction")


class DibaoParams(MeansParams):
    """The grant of the minimum living guarantee and what is added to it."""

    rounding: RoundingMode = parameter("assistance.dibao.rounding")
    severe_rate: Rate = parameter("assistance.dibao.severe_addition_rate")
    other_rate: Rate = parameter("assistance.dibao.other_addition_rate")
    urban_addition: Fen = parameter("assistance.dibao.urban_addition")
    rural_addition: Fen = parameter("assistance.dibao.rural_addition")
    alone_rate: Rate = parameter("assistance.dibao.alone_rate")
    alone_amount: Fen = parameter("assistance.dibao.alone_amount")


class WorkParams(DibaoStandards):
    """What of a person's earned income is left out."""

    disregard: Rate = parameter("assistance.dibao.work_disregard")
    own_work_least: Rate = parameter("assistance.dibao.own_work_least")


class ExitParams(Params):
    """How a grant runs out when a household found work (救助渐退)."""

    full_months: Months = parameter("assistance.dibao.exit_full_months")
    part_months: Months = parameter("assistance.dibao.exit_part_months")
    part: Rate = parameter("assistance.dibao.exit_part")


class MaintenanceParams(DibaoStandards):
    """What a relative outside the household is counted as paying (赡养费)."""

    spared: Rate = parameter("assistance.maintenance.spared")
    share: Rate = parameter("assistance.maintenance.share")


class RigidParams(Params):
    """When necessary spending makes a household one in hardship (刚性支出困难家庭)."""

    ratio: Rate = parameter("assistance.rigid.ratio")
    valid_months: Months = parameter("assistance.rigid.valid_months")


class HardshipParams(Lines):
    """Support for people in extreme hardship (特困人员)."""

    old_age: Age = parameter("assistance.hardship.old_age")
    minor_age: Age = parameter("assistance.hardship.minor_age")
    study_age: Age = parameter("assistance.hardship.study_age")
    grades: StepsTable = parameter("assistance.hardship.grades")
    part_items: Count = parameter("assistance.hardship.part_items")
    whole_items: Count = parameter("assistance.hardship.whole_items")
    basic_rate: Rate = parameter("assistance.hardship.basic_rate")
    basic_rounding: RoundingMode = parameter("assistance.hardship.basic_rounding")
    care_base: Fen = parameter("assistance.hardship.care_base")
    care_rates: StepsTable = parameter("assistance.hardship.care_rates")
    care_amounts: StepsTable = parameter("assistance.hardship.care_amounts")


class UrgentParams(DibaoStandards):
    """Urgent temporary aid (急难型临时救助)."""

    months: Count = parameter("assistance.urgent.months")


class SpendingParams(DibaoStandards):
    """Temporary aid for necessary spending (支出型临时救助)."""

    poor_least: Fen = parameter("assistance.spending.poor_least")
    other_least: Fen = parameter("assistance.spending.other_least")
    band: Fen = parameter("assistance.spending.band")
    poor_rate: Rate = parameter("assistance.spending.poor_rate")
    poor_rate_above: Rate = parameter("assistance.spending.poor_rate_above")
    other_rate: Rate = parameter("assistance.spending.other_rate")
    other_rate_above: Rate = parameter("assistance.spending.other_rate_above")
    disabled_more: Rate = parameter("assistance.spending.disabled_more")
    most_months: Count = parameter("assistance.spending.most_months")


class IllnessParams(Params):
    """Medical assistance for households made poor by illness (因病致贫)."""

    first_band: Fen = parameter("assistance.illness.first_band")
    second_band: Fen = parameter("assistance.illness.second_band")
    first_rate: Rate = parameter("assistance.illness.first_rate")
    second_rate: Rate = parameter("assistance.illness.second_rate")
    third_rate: Rate = parameter("assistance.illness.third_rate")
    cap: Fen = parameter("assistance.illness.most")


class DisabledParams(DibaoStandards):
    """The two subsidies for the disabled (残疾人两项补贴)."""

    living: StepsTable = parameter("assistance.disabled.living")
    living_standard: StepsTable = parameter("assistance.disabled.living_standard")
    living_gap: StepsTable = parameter("assistance.disabled.living_gap")
    care: StepsTable = parameter("assistance.disabled.care")
    hearing_milder: Flag = parameter("assistance.disabled.hearing_milder")
    multiple_graver: Flag = parameter("assistance.disabled.multiple_graver")


class ElderlyParams(Params):
    """Allowances and subsidies for the elderly (老年人养老服务补贴津贴)."""

    elderly_age: Age = parameter("assistance.elderly.age")
    by_age: StepsTable = parameter("assistance.elderly.by_age")
    hardship: StepsTable = parameter("assistance.elderly.hardship")
    care: StepsTable = parameter("assistance.elderly.care")


class CareLevelParams(Params):
    """From scores to grades, from grades to the level of care (长期护理失能等级)."""

    living_grades: StepsTable = parameter("assistance.care.living_grades")
    mind_grades: StepsTable = parameter("assistance.care.mind_grades")
    senses_grades: StepsTable = parameter("assistance.care.senses_grades")
    levels: StepsTable = parameter("assistance.care.levels")


class CareVoucherParams(Params):
    """Vouchers for care by level, a month (养老服务券)."""

    elderly_age: Age = parameter("assistance.elderly.age")
    money_by_level: StepsTable = parameter("assistance.care.voucher_money")
    minutes_by_level: StepsTable = parameter("assistance.care.voucher_minutes")
    valid_months: Months = parameter("assistance.care.voucher_months")


class CareOrderParams(Params):
    """Prices of care, and what the insurance of long-term care pays of them."""

    prices: StepsTable = parameter("assistance.care.prices")
    unit_minutes: StepsTable = parameter("assistance.care.unit_minutes")
    least_level: Count = parameter("assistance.long_term_care.least_level")
    rates: StepsTable = parameter("assistance.long_term_care.rates")
    ceilings: StepsTable = parameter("assistance.long_term_care.ceilings")


class ChildParams(Params):
    """Living allowances of orphans and other children in need (困境儿童生活费)."""

    child_age: Age = parameter("assistance.child.age")
    living: Fen = parameter("assistance.child.living")
    institution: Fen = parameter("assistance.child.institution")
    ill_share: Rate = parameter("assistance.child.ill_share")


class MedicalAidParams(Params):
    """Medical assistance as the payer after the insurances (医疗救助)."""

    inpatient: StepsTable = parameter("assistance.medical.inpatient")
    outpatient: StepsTable = parameter("assistance.medical.outpatient")
    threshold: StepsTable = parameter("assistance.medical.threshold")
    inpatient_most: StepsTable = parameter("assistance.medical.inpatient_most")
    outpatient_most: StepsTable = parameter("assistance.medical.outpatient_most")


class DeathOfServiceParams(Params):
    """What the survivors of a serviceman get once (褒扬金、一次性抚恤金)."""

    martyr_times: Count = parameter("assistance.special_care.martyr_times")
    duty_times: Count = parameter("assistance.special_care.duty_times")
    illness_times: Count = parameter("assistance.special_care.illness_times")
    pay_months: Count = parameter("assistance.special_care.pay_months")
    honours: StepsTable = parameter("assistance.special_care.honours")


class NursingParams(Params):
    """Nursing of disabled servicemen (护理费)."""

    nursing: StepsTable = parameter("assistance.special_care.nursing")


class AppraisalParams(Params):
    """Who sits on a panel that appraises what a household stated (民主评议)."""

    panel: Count = parameter("assistance.appraisal.panel")
    residents: Rate = parameter("assistance.appraisal.residents")


class ReconsiderationParams(Params):
    """The days of administrative reconsideration: by the calendar for asking and deciding, working
    days for the steps between (行政复议法)."""

    ask: Days = parameter("assistance.reconsideration.ask_days")
    accept: Days = parameter("assistance.reconsideration.accept_days")
    forward: Days = parameter("assistance.reconsideration.forward_days")
    forward_summary: Days = parameter("assistance.reconsideration.forward_days_summary")
    answer: Days = parameter("assistance.reconsideration.answer_days")
    answer_summary: Days = parameter("assistance.reconsideration.answer_days_summary")
    decide: Days = parameter("assistance.reconsideration.decide_days")
    decide_summary: Days = parameter("assistance.reconsideration.decide_days_summary")
    extend: Days = parameter("assistance.reconsideration.extend_days")
