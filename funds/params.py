"""Typed parameters of law for funds, dated and sourced in the policy files."""

from typing import Annotated

from socsec.kernel.params import Number, Of, Params, parameter
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
    assistance_residents: PoolingLevel = parameter("funds.pooling_level.assistance_residents")
