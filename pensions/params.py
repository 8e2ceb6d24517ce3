"""What the pension rules ask of the policy: typed parameters, and the choices among them."""

from typing import Annotated, Any

from socsec.kernel.arith import ONE
from socsec.kernel.params import (
    Age,
    Count,
    Divisor,
    Fen,
    Flag,
    Index,
    Month,
    Months,
    Of,
    Params,
    Rate,
    RoundingMode,
    StepsTable,
    Years,
    parameter,
)
from socsec.kernel.units import Choice

_HUNDREDTH, _TENTH, _HALF = ONE // 100, ONE // 10, ONE // 2


class YearRounding(Choice):
    """To what part of a year a period is counted, and which way.

    The number is coded like a `Rounding`: the step, here in millionths of a year, then a digit
    for the way (0 half up, 1 up, 2 down).
    """

    SIX_DECIMALS = 10, "六位小数，四舍五入", "six decimals, half up"
    FIVE_DECIMALS = ONE // 100_000 * 10, "五位小数，四舍五入", "five decimals, half up"
    FOUR_DECIMALS = ONE // 10_000 * 10, "四位小数，四舍五入", "four decimals, half up"
    TWO_DECIMALS = _HUNDREDTH * 10, "两位小数，四舍五入", "two decimals, half up"
    TWO_DECIMALS_UP = _HUNDREDTH * 10 + 1, "两位小数，进位", "two decimals, up"
    TWO_DECIMALS_DOWN = _HUNDREDTH * 10 + 2, "两位小数，舍去", "two decimals, down"
    ONE_DECIMAL_UP = _TENTH * 10 + 1, "一位小数，进位", "one decimal, up"
    HALF_YEAR_UP = _HALF * 10 + 1, "不满半年按半年", "half years, up"


class IndexRounding(Choice):
    """To how many decimals an index is rounded. Coded like a `Rounding`, in millionths."""

    FIVE_DECIMALS = ONE // 100_000 * 10, "五位小数，四舍五入", "five decimals, half up"
    FOUR_DECIMALS = ONE // 10_000 * 10, "四位小数，四舍五入", "four decimals, half up"


class WageRounding(Choice):
    """To what an indexed wage is rounded. Coded like a `Rounding`, in millionths of a yuan."""

    SIX_DECIMALS = 10, "六位小数，四舍五入", "six decimals, half up"
    FIVE_DECIMALS = ONE // 100_000 * 10, "五位小数，四舍五入", "five decimals, half up"
    FEN = ONE // 100 * 10, "到分，四舍五入", "to the fen, half up"
    YUAN = ONE * 10, "到元，四舍五入", "to the yuan, half up"


class DivisorAge(Choice):
    """By which age the annuity divisor is found."""

    WHOLE_YEARS = 0, "周岁", "completed years"
    YEARS_AND_MONTHS = 1, "岁和月", "years and months"


class TransitionalWage(Choice):
    """What the transitional pension is a part of."""

    INDEXED = 0, "指数化月平均缴费工资", "indexed wage"
    AVERAGE = 1, "计发基数与指数化工资的平均值", "mean of calculation base and indexed wage"


class TransitionalMonths(Choice):
    """Which months count for the transitional pension."""

    DEEMED = 0, "视同缴费年限", "deemed months"
    DEEMED_AND_PAID = 1, "视同缴费年限和建账前缴费年限", "deemed months and months paid before"


class DeemedWage(Choice):
    """At what wage the deemed months are valued."""

    SAME = 0, "与建账前缴费年限相同", "the same as months paid before accounts began"
    CALCULATION_BASE = 1, "计发基数", "the calculation base"


class TransitionalMethod(Choice):
    """Whether an old method of the transitional pension is still paid beside the new one."""

    NEW = 0, "新办法", "new method"
    PHASED_IN = 1, "新老办法过渡", "difference phased in"


class OneChildOf(Choice):
    """What the addition for parents of an only child is a part of."""

    OWN_PENSION = 0, "本人基本养老金", "own pension"
    AVERAGE_PENSION = 1, "全省人均养老金", "average pension in the province"


class RetirementParams(Params):
    """Pensionable age and qualifying period, of the whole country."""

    first_month: Month = parameter("pensions.retirement.first_month")
    male60: Age = parameter("pensions.retirement.male60")
    female55: Age = parameter("pensions.retirement.female55")
    female50: Age = parameter("pensions.retirement.female50")
    male55: Age = parameter("pensions.retirement.male55")
    female45: Age = parameter("pensions.retirement.female45")
    step: Months = parameter("pensions.retirement.step")
    step_female50: Months = parameter("pensions.retirement.step_female50")
    longest: Months = parameter("pensions.retirement.longest_delay")
    longest_female50: Months = parameter("pensions.retirement.longest_delay_female50")
    flexible_early: Months = parameter("pensions.retirement.flexible_early")
    flexible_late: Months = parameter("pensions.retirement.flexible_late")
    minimum_months: StepsTable = parameter("pensions.minimum_months")


class ChoiceParams(Params):
    """How long before its month a chosen retirement is told of in writing."""

    early_notice: Months = parameter("pensions.retirement.early_notice")
    late_notice: Months = parameter("pensions.retirement.late_notice")


class SpecialWorkParams(Params):
    """How many months of arduous work it takes to retire early for it."""

    heavy_required: Months = parameter("pensions.special_work.heavy_months")
    underground_required: Months = parameter("pensions.special_work.underground_months")
    harmful_required: Months = parameter("pensions.special_work.harmful_months")


class DivisorParams(Params):
    """The annuity divisor."""

    divisors: StepsTable = parameter("pensions.divisors")
    divisor_age: Annotated[Any, Of("choice", DivisorAge)] = parameter("pensions.divisor_age")


class IndexParams(Params):
    """The average contribution index."""

    year_rounding: Annotated[Any, Of("choice", IndexRounding)] = parameter(
        "pensions.index.year_rounding"
    )
    rounding: Annotated[Any, Of("choice", IndexRounding)] = parameter("pensions.index.rounding")
    announced_deemed_index: Index = parameter("pensions.index.deemed_index")
    deemed_counts: Flag = parameter("pensions.index.deemed_counts")
    gap_counts: Flag = parameter("pensions.index.gap_counts")
    gap_index: Index = parameter("pensions.index.gap_index")
    month_step: Months = parameter("pensions.index.month_step")


class PensionParams(DivisorParams):
    """The amounts of an employee's old-age pension, by the settings of the province."""

    accrual_rate: Rate = parameter("pensions.employees.accrual_rate")
    year_rounding: Annotated[Any, Of("choice", YearRounding)] = parameter(
        "pensions.employees.year_rounding"
    )
    month_weight: Years = parameter("pensions.employees.month_weight")
    announced_base: Fen = parameter("pensions.employees.calculation_base")
    announced_index_base: Fen = parameter("pensions.employees.index_base")
    wage_rounding: Annotated[Any, Of("choice", WageRounding)] = parameter(
        "pensions.employees.wage_rounding"
    )
    low_index: Index = parameter("pensions.employees.low_index")
    component_rounding: RoundingMode = parameter("pensions.employees.component_rounding")
    total_rounding: RoundingMode = parameter("pensions.employees.total_rounding")

    # transitional pension
    general_rate: Rate = parameter("pensions.employees.transitional_rate")
    raised_rate: Rate = parameter("pensions.employees.transitional_raised_rate")
    raised_after: Months = parameter("pensions.employees.raised_after")
    transitional_wage: Annotated[Any, Of("choice", TransitionalWage)] = parameter(
        "pensions.employees.transitional_wage"
    )
    index_floor: Index = parameter("pensions.employees.transitional_index_floor")
    transitional_months: Annotated[Any, Of("choice", TransitionalMonths)] = parameter(
        "pensions.employees.transitional_months"
    )
    deemed_wage: Annotated[Any, Of("choice", DeemedWage)] = parameter(
        "pensions.employees.deemed_wage"
    )
    notional_divisor: Count = parameter("pensions.employees.notional_divisor")
    transitional_method: Annotated[Any, Of("choice", TransitionalMethod)] = parameter(
        "pensions.employees.transitional_method"
    )
    phase: Rate = parameter("pensions.employees.phase")
    year_allowance: Fen = parameter("pensions.employees.year_allowance")
    transitional_addition: Fen = parameter("pensions.employees.transitional_addition")

    # supplements
    one_child_rate: Rate = parameter("pensions.employees.one_child_rate")
    one_child_of: Annotated[Any, Of("choice", OneChildOf)] = parameter(
        "pensions.employees.one_child_of"
    )
    announced_average_pension: Fen = parameter("pensions.employees.average_pension")
    plateau_rate: Rate = parameter("pensions.employees.plateau_rate")
    plateau_step: Months = parameter("pensions.employees.plateau_step")
    plateau_most: Rate = parameter("pensions.employees.plateau_most")
    area_amount: Fen = parameter("pensions.employees.area_allowance")
    long_service_from: Years = parameter("pensions.employees.long_service_from")
    long_service_band: Years = parameter("pensions.employees.long_service_band")
    long_service_rate_1: Rate = parameter("pensions.employees.long_service_rate_1")
    long_service_rate_2: Rate = parameter("pensions.employees.long_service_rate_2")
    long_service_rate_3: Rate = parameter("pensions.employees.long_service_rate_3")
    flat_amount: Fen = parameter("pensions.employees.flat_supplement")


class ClaimParams(RetirementParams, PensionParams):
    """Everything that a claim for an employee's old-age pension rests on."""


class InterestMethod(Choice):
    """How an individual account bears interest within a year."""

    MONTH_BY_MONTH = 0, "月积数法", "month by month"
    YEAR_AT_ONCE = 1, "年度计算法", "the year at once"


class InterestParams(Params):
    """The yearly interest of an individual account."""

    bookkeeping_rate: Rate = parameter("pensions.account.bookkeeping_rate")
    interest_method: Annotated[Any, Of("choice", InterestMethod)] = parameter(
        "pensions.account.interest_method"
    )
    year_weight: Rate = parameter("pensions.account.year_weight")


class ResidentInterestParams(InterestParams):
    """The yearly interest of a resident's account."""

    bookkeeping_rate: Rate = parameter("pensions.residents.bookkeeping_rate")


class AnnuityInterestParams(InterestParams):
    """The yearly return of the funded part of an occupational annuity."""

    bookkeeping_rate: Rate = parameter("pensions.annuity.return_rate")


class AccountParams(Params):
    """What a claim must know of the account that it draws on."""

    first_month: Month = parameter("pensions.account.first_month")


class AverageWageParams(Params):
    """The average wage that the contribution wages of a year are divided by."""

    average_wage: Fen = parameter("pensions.average_wage")


class AdjustmentParams(Params):
    """A province's scheme of one yearly adjustment: flat, linked and preferential parts."""

    scheme_month: Month = parameter("pensions.adjustment.month")
    flat: Fen = parameter("pensions.adjustment.flat")
    # by years of contributions
    part_year: Months = parameter("pensions.adjustment.part_year")
    years_base: Fen = parameter("pensions.adjustment.years_base")
    years_rates: StepsTable = parameter("pensions.adjustment.years_rates")
    years_least: Fen = parameter("pensions.adjustment.years_least")
    land_months: Months = parameter("pensions.adjustment.land_months")
    land_least: Fen = parameter("pensions.adjustment.land_least")
    # by the pension
    pension_rate: Rate = parameter("pensions.adjustment.pension_rate")
    pension_rounding: RoundingMode = parameter("pensions.adjustment.pension_rounding")
    absolutes: StepsTable = parameter("pensions.adjustment.absolutes")
    absolute_floors: StepsTable = parameter("pensions.adjustment.absolute_floors")
    # preferential
    tilts_men: StepsTable = parameter("pensions.adjustment.tilts_men")
    tilts_women: StepsTable = parameter("pensions.adjustment.tilts_women")
    tilt_each_from: Count = parameter("pensions.adjustment.tilt_each_from")
    tilt_each_year: Fen = parameter("pensions.adjustment.tilt_each_year")
    long_age: Age = parameter("pensions.adjustment.long_age")
    long_months: Months = parameter("pensions.adjustment.long_months")
    long_amount: Fen = parameter("pensions.adjustment.long_amount")
    areas: StepsTable = parameter("pensions.adjustment.areas")
    # the whole
    increase_rounding: RoundingMode = parameter("pensions.adjustment.increase_rounding")
    least_after: StepsTable = parameter("pensions.adjustment.least_after")


class ResidentParams(Params):
    """The residents' old-age pension."""

    pension_age: Age = parameter("pensions.residents.pension_age")
    qualifying_months: Months = parameter("pensions.residents.qualifying_months")
    scheme_start: Month = parameter("pensions.residents.scheme_start")
    announced_basic: Fen = parameter("pensions.residents.basic_pension")
    divisor: Divisor = parameter("pensions.residents.divisor")
    long_base: Fen = parameter("pensions.residents.long_base")
    long_year: Fen = parameter("pensions.residents.long_year")
    elderly: StepsTable = parameter("pensions.residents.elderly")
    total_rounding: RoundingMode = parameter("pensions.residents.total_rounding")


class SurvivorParams(Params):
    """What is paid when an insured employee or a pensioner dies."""

    announced_income: Fen = parameter("pensions.survivors.disposable_income")
    funeral_months: Count = parameter("pensions.survivors.funeral_months")
    grant_months: StepsTable = parameter("pensions.survivors.grant_months")
    beyond: Months = parameter("pensions.survivors.beyond")
    most_months: Count = parameter("pensions.survivors.most_months")
    least_retired: Count = parameter("pensions.survivors.least_retired")
    part_year: Months = parameter("pensions.survivors.part_year")


class OtherSurvivorParams(Params):
    """What a fund other than the employees' pays after a death, in months of a pension."""

    funeral_months: Count
    grant_months: Count


class ResidentSurvivorParams(OtherSurvivorParams):
    """What the residents' fund pays after a death."""

    funeral_months: Count = parameter("pensions.residents.funeral_months")
    grant_months: Count = parameter("pensions.residents.grant_months")


class AgencySurvivorParams(OtherSurvivorParams):
    """What the agencies' fund pays after a death."""

    funeral_months: Count = parameter("pensions.agencies.funeral_months")
    grant_months: Count = parameter("pensions.agencies.grant_months")


class DisabilityParams(RetirementParams, PensionParams):
    """The allowance for illness and disability before the pensionable age."""

    near_months: Months = parameter("pensions.disability.near_months")
    short_months: Months = parameter("pensions.disability.short_months")
    short_paid: Months = parameter("pensions.disability.short_paid")
    paid_each_year: Months = parameter("pensions.disability.paid_each_year")


class TransitionParams(Params):
    """The ten years in which an agency's retirement is worked out by the old and the new method."""

    excess_shares: StepsTable = parameter("pensions.agencies.excess_shares")
    transition_until: Month = parameter("pensions.agencies.transition_until")


class AgencyParams(TransitionParams):
    """The old-age pension of government agencies and institutions."""

    accrual_rate: Rate = parameter("pensions.agencies.accrual_rate")
    announced_base: Fen = parameter("pensions.employees.calculation_base")
    transitional_rate: Rate = parameter("pensions.agencies.transitional_rate")
    divisors: StepsTable = parameter("pensions.divisors")
    divisor_age: Annotated[Any, Of("choice", DivisorAge)] = parameter("pensions.divisor_age")
    year_rounding: Annotated[Any, Of("choice", YearRounding)] = parameter(
        "pensions.agencies.year_rounding"
    )
    component_rounding: RoundingMode = parameter("pensions.agencies.component_rounding")


class AgencyClaimParams(RetirementParams, AgencyParams):
    """Everything that a claim for an agency's pension rests on."""

    reform_month: Month = parameter("pensions.agencies.reform_month")
    deemed_indices: StepsTable = parameter("pensions.agencies.deemed_indices")


class RecoveryParams(Params):
    """How an overpayment comes back."""

    offset_rate: Rate = parameter("pensions.recovery.offset_rate")
    most_instalments: Count = parameter("pensions.recovery.most_instalments")
    limitation: Months = parameter("pensions.recovery.limitation")


class TransferParams(Params):
    """What an old place sends along with the record of an employee."""

    first_month: Month = parameter("pensions.transfer.first_month")
    pool_rate: Rate = parameter("pensions.transfer.pool_rate")


class CreditParams(Params):
    """What part of a month's wages belonged to the individual account."""

    account_rate: Rate = parameter("pensions.transfer.account_rate")


class PayerParams(Params):
    """How long one must have paid at a place for it to pay the pension."""

    payer_months: Months = parameter("pensions.payer.months")


class LinkParams(Params):
    """When months as a worker lead into the employees' scheme."""

    qualifying_months: Months = parameter("pensions.link.qualifying_months")
