"""Typed parameters of law for funds, dated and sourced in the policy files."""

from typing import Annotated

from socsec.kernel.params import (
    Age,
    Count,
    Days,
    Fen,
    Heads,
    Months,
    Number,
    Of,
    Params,
    Rate,
    StepsTable,
    Year,
    parameter,
)
from socsec.kernel.units import Choice


class Level(Choice):
    """How far up money is pooled: the numbers are those of `Region.Level`."""

    NATION = 0, "全国", "Nation"
    PROVINCE = 1, "省级", "Province"
    CITY = 2, "市级", "City"
    COUNTY = 3, "县级", "County"


PoolingLevel = Annotated[Number, Of("choice", Level)]


class PoolingLevels(Params):
    """At which level each branch pools its money (社会保险法 第六十四条), and which purse assists."""

    pension_employees: PoolingLevel = parameter("funds.pooling_level.pension_employees")
    pension_residents: PoolingLevel = parameter("funds.pooling_level.pension_residents")
    medical_employees: PoolingLevel = parameter("funds.pooling_level.medical_employees")
    medical_residents: PoolingLevel = parameter("funds.pooling_level.medical_residents")
    unemployment_employees: PoolingLevel = parameter("funds.pooling_level.unemployment_employees")
    injury_employees: PoolingLevel = parameter("funds.pooling_level.injury_employees")
    pension_agencies: PoolingLevel = parameter("funds.pooling_level.pension_agencies")
    annuity_agencies: PoolingLevel = parameter("funds.pooling_level.annuity_agencies")
    reserve_employees: PoolingLevel = parameter("funds.pooling_level.reserve_employees")
    assistance_residents: PoolingLevel = parameter("funds.pooling_level.assistance_residents")
    care_residents: PoolingLevel = parameter("funds.pooling_level.care_residents")


class SupervisionParams(Params):
    """From where on something looks wrong, and how soon it is judged (社会保险基金行政监督办法)."""

    judge_within: Days = parameter("funds.supervision.judge_within")
    payees_on_one_account: Count = parameter("funds.supervision.payees_on_one_account")
    jump: Rate = parameter("funds.supervision.jump")
    dead_with_balance: Months = parameter("funds.supervision.dead_with_balance")
    months_made_up: Count = parameter("funds.supervision.months_made_up")
    refunds_a_year: Count = parameter("funds.supervision.refunds_a_year")
    working_age: Months = parameter("funds.supervision.working_age")


class PoolingMethod(Choice):
    """How the levels of one branch share their money."""

    NONE = 0, "不调剂", "Not shared"
    CENTRAL_ADJUSTMENT = 1, "中央调剂", "Central adjustment fund"
    BALANCE = 2, "余缺调剂", "Surpluses against gaps"


class PoolingTerms(Params):
    """How employees' old-age insurance is shared between levels, by date."""

    method: Annotated[Number, Of("choice", PoolingMethod)] = parameter("funds.pooling.method")


class CentralAdjustment(Params):
    """The central adjustment fund (国发〔2018〕18号)."""

    wage_share: Rate = parameter("funds.pooling.wage_share")
    remittance_rate: Rate = parameter("funds.pooling.remittance_rate")


class BalancePooling(Params):
    """Which part of a surplus is handed up, and who pays what is still missing."""

    surplus_share: Rate = parameter("funds.pooling.surplus_share")
    central_share: Rate = parameter("funds.pooling.central_share")


class PoolingFigures(Params):
    """What is known of a province's wages and heads for a year of adjustment."""

    average_wage: Fen = parameter("funds.pooling.average_wage")
    insured: Heads = parameter("funds.pooling.insured")
    employed: Heads = parameter("funds.pooling.employed")
    retirees: Heads = parameter("funds.pooling.retirees")


class NoParams(Params):
    """Of a rule that is arithmetic and asks no policy."""


class PensionLimits(Params):
    """Shares of the net asset value of the pension funds (国发〔2015〕48号 第三十七条)."""

    liquid_least: Rate = parameter("funds.investment.pension_2015.liquid_least")
    fixed_most: Rate = parameter("funds.investment.pension_2015.fixed_most")
    repo_most: Rate = parameter("funds.investment.pension_2015.repo_most")
    equity_most: Rate = parameter("funds.investment.pension_2015.equity_most")
    project_most: Rate = parameter("funds.investment.pension_2015.project_most")


class ReserveFundLimits(Params):
    """Shares of the net asset value of the National Social Security Fund (2001)."""

    safe_least: Rate = parameter("funds.investment.reserve_fund_2001.safe_least")
    deposit_least: Rate = parameter("funds.investment.reserve_fund_2001.deposit_least")
    credit_most: Rate = parameter("funds.investment.reserve_fund_2001.credit_most")
    equity_most: Rate = parameter("funds.investment.reserve_fund_2001.equity_most")


class DraftLimits(Params):
    """What a draft of December 2023 would set: it binds nobody."""

    equity_most: Rate = parameter("funds.investment.draft_2023.equity_most")
    unlisted_most: Rate = parameter("funds.investment.draft_2023.unlisted_most")


class FeeTerms(Params):
    """The most that managers and custodians may ask a year."""

    manager_most: Rate = parameter("funds.investment.manager_fee_most")
    custody_most: Rate = parameter("funds.investment.custody_fee_most")


class RiskReserves(Params):
    """What managers and the trustee set aside against losses, and until when."""

    manager_share: Rate = parameter("funds.investment.manager_reserve.share")
    manager_ceiling: Rate = parameter("funds.investment.manager_reserve.ceiling")
    trustee_share: Rate = parameter("funds.investment.trustee_reserve.share")
    trustee_ceiling: Rate = parameter("funds.investment.trustee_reserve.ceiling")


class SchemeStart(Params):
    """Where a scheme stands at the end of the first year: heads, and fen of that year, as published."""

    contributors: Heads
    contributors_before: Heads
    pensioners: Heads
    pensioners_before: Heads
    income: Fen
    expenditure: Fen
    reserve: Fen
    collected: Fen
    profile: StepsTable


class EmployeesStart(SchemeStart):
    """The employees' scheme, that of agencies included, and what is assumed of its members."""

    contributors: Heads = parameter("funds.projection.employees.contributors")
    contributors_before: Heads = parameter("funds.projection.employees.contributors_before")
    pensioners: Heads = parameter("funds.projection.employees.pensioners")
    pensioners_before: Heads = parameter("funds.projection.employees.pensioners_before")
    income: Fen = parameter("funds.projection.employees.income")
    expenditure: Fen = parameter("funds.projection.employees.expenditure")
    reserve: Fen = parameter("funds.projection.employees.reserve")
    collected: Fen = parameter("funds.projection.employees.collected")
    profile: StepsTable = parameter("funds.projection.employees.profile")
    subsidy: Fen = parameter("funds.projection.employees.subsidy")
    pensioner_profile: StepsTable = parameter("funds.projection.employees.pensioner_profile")
    coverage_growth: StepsTable = parameter("funds.projection.employees.coverage_growth")
    women55: Rate = parameter("funds.projection.employees.women55")
    earlier: Months = parameter("funds.projection.employees.earlier")
    entry_age: Age = parameter("funds.projection.employees.entry_age")
    transitional: Rate = parameter("funds.projection.employees.transitional")
    grant: Rate = parameter("funds.projection.employees.grant")


class ResidentsStart(SchemeStart):
    """The residents' scheme, and what is assumed of its members."""

    contributors: Heads = parameter("funds.projection.residents.contributors")
    contributors_before: Heads = parameter("funds.projection.residents.contributors_before")
    pensioners: Heads = parameter("funds.projection.residents.pensioners")
    pensioners_before: Heads = parameter("funds.projection.residents.pensioners_before")
    income: Fen = parameter("funds.projection.residents.income")
    expenditure: Fen = parameter("funds.projection.residents.expenditure")
    reserve: Fen = parameter("funds.projection.residents.reserve")
    collected: Fen = parameter("funds.projection.residents.collected")
    profile: StepsTable = parameter("funds.projection.residents.profile")
    flat_share: Rate = parameter("funds.projection.residents.flat_share")
    credit: Fen = parameter("funds.projection.residents.credit")


class ProjectionParams(Params):
    """What is assumed of the years to come; tables by year or age, rates of one."""

    start: Year = parameter("funds.projection.start")
    horizon: Year = parameter("funds.projection.horizon")
    average_wage: Fen = parameter("funds.projection.average_wage")
    wage_growth: StepsTable = parameter("funds.projection.wage_growth")
    index_share: Rate = parameter("funds.projection.index_share")
    flat_index_share: Rate = parameter("funds.projection.flat_index_share")
    returns: StepsTable = parameter("funds.projection.returns")
    account_interest: StepsTable = parameter("funds.projection.account_interest")
    density: Rate = parameter("funds.projection.density")
    fertility: StepsTable = parameter("funds.projection.fertility")
    mortality: StepsTable = parameter("funds.projection.mortality")
    later_from: Year = parameter("funds.projection.later_from")
    later_step: Months = parameter("funds.projection.later_step")
    long_range_years: Count = parameter("funds.projection.long_range")


class SpreadParams(Params):
    """How far chance moves what is assumed: standard deviations, and how much of one year's lasts."""

    wage_growth: Rate = parameter("funds.projection.spread.wage_growth")
    returns: Rate = parameter("funds.projection.spread.returns")
    fertility: Rate = parameter("funds.projection.spread.fertility")
    mortality: Rate = parameter("funds.projection.spread.mortality")
    lasts: Rate = parameter("funds.projection.spread.lasts")


class ReferenceParams(Params):
    """The published result that the national set is compared with (中国养老金精算报告2019-2050)."""

    first_deficit: Year = parameter("funds.projection.reference.first_deficit")
    exhausted: Year = parameter("funds.projection.reference.exhausted")


class ReserveTerms(Params):
    """From which months of benefits on a fund is warned, and what is set aside for risk."""

    warning_months: Months = parameter("funds.reserve.warning_months")
    risk_share: Rate = parameter("funds.reserve.risk_share")
    yearly_share: Rate = parameter("funds.reserve.yearly_share")


class CapitalTerms(Params):
    """Transfer of state-owned capital to social security (国发〔2017〕49号)."""

    capital_share: Rate = parameter("funds.capital.share")
