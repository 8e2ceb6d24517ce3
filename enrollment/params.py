"""Typed parameters of law for enrollment, dated and sourced in the policy files."""

from socsec.kernel.params import Age, Fen, Params, Rate, RoundingMode, parameter

# Fen. A month's wage above ten million yuan is a slip of the pen, whatever the law says of it.
MOST_WAGE = 1_000_000_000


class BaseLimits(Params):
    """Between which amounts a month's contribution base lies, as the province published them."""

    base_floor: Fen = parameter("enrollment.pension.base_floor")
    base_ceiling: Fen = parameter("enrollment.pension.base_ceiling")


class PensionRates(Params):
    """What is owed to the employees' old-age insurance, of the base."""

    employer_rate: Rate = parameter("enrollment.pension.employer_rate")
    person_rate: Rate = parameter("enrollment.pension.person_rate")
    own_account_rate: Rate = parameter("enrollment.pension.own_account_rate")
    account_rate: Rate = parameter("enrollment.pension.account_rate")


class PensionMonth(BaseLimits, PensionRates):
    """Everything that a month's pension contribution is assessed with."""


class LimitRule(Params):
    """How a province arrives at the floor and ceiling that it publishes."""

    floor_rate: Rate = parameter("enrollment.pension.floor_rate")
    ceiling_rate: Rate = parameter("enrollment.pension.ceiling_rate")
    limit_rounding: RoundingMode = parameter("enrollment.pension.limit_rounding")


class UnemploymentRates(Params):
    """What is owed to unemployment insurance, of the base."""

    employer_rate: Rate = parameter("enrollment.unemployment.employer_rate")
    person_rate: Rate = parameter("enrollment.unemployment.person_rate")


class WorkingAge(Params):
    """From what age on a person may work, and so be insured as a worker."""

    working_age: Age = parameter("enrollment.working_age")
