"""A person's year of bills: what the next bill is told of those before it, and what it adds to them.

Sums stand under the names of `YearSums`; `borne` is what was borne in scope before assistance. A
transfer goes on from the visit before it, whose deductible, pooled payment and stay are `visit`.
"""

from collections.abc import Mapping

from medical.params import CapOn, Plan
from medical.rules.words import Care, Level
from socsec.kernel.arith import all_of, any_of, where
from socsec.kernel.facts import Number

Sums = Mapping[str, Number]
SUMS = (
    *("stays", "total", "cost_inpatient", "cost_outpatient"),
    *("deductible_primary", "deductible_hospital", "deductible_special"),
    *("pool_inpatient", "pool_outpatient", "pool_two", "large_pay", "major_base", "major_pay"),
    *("assistance_inpatient", "assistance_outpatient", "fund_pay", "person_pay", "borne"),
)


def told(care: Number, level: Number, at: Sums, visit: Sums, p: Plan) -> dict[str, Number]:
    """The facts of a bill that the year before it makes."""
    by_visit, two = _by_visit(care), care == int(Care.TWO_DISEASES)
    inpatient, special = care == int(Care.INPATIENT), care == int(Care.SPECIAL)
    primary, hospital = at["deductible_primary"], at["deductible_hospital"]
    of_level = where(level <= int(Level.FIRST), primary, hospital)
    of_visits = where(p.apart, of_level, primary + hospital)
    of_stays = where(special, at["deductible_special"], visit["deductible"])
    on_cost = p.cap_on == int(CapOn.COST)
    cap_of_stays = where(on_cost, at["cost_inpatient"], at["pool_inpatient"])
    return {
        "stays_before": at["stays"] - where(inpatient, visit["stay"], 0),
        "deductible_used": where(by_visit, of_visits, where(two, 0, of_stays)),
        "continued": all_of(inpatient, visit["pool_pay"] > 0),
        "cap_used": where(
            by_visit, at["pool_outpatient"], where(two, at["pool_two"], cap_of_stays)
        ),
        "cost_before": at["cost_outpatient"],
        "large_used": at["large_pay"],
        "major_base": at["major_base"],
        "major_paid": at["major_pay"],
    }


def added(
    care: Number, level: Number, stay: Number, amounts: Mapping[str, Number]
) -> dict[str, Number]:
    """What a bill adds to the sums of its year; its amounts stand under the names of `Settlement`."""
    by_visit, two = _by_visit(care), care == int(Care.TWO_DISEASES)
    by_stay = any_of(care == int(Care.INPATIENT), care == int(Care.SPECIAL))
    deductible, in_scope = amounts["deductible"], amounts["in_scope"]
    at_visits = where(by_visit, deductible, 0)
    primary = where(level <= int(Level.FIRST), at_visits, 0)
    pool, large, major = amounts["pool_pay"], amounts["large_pay"], amounts["major_pay"]
    others = any_of(by_visit, two)
    assistance = amounts["assistance_pay"]
    helped = where(by_stay, assistance, 0)
    return {
        "stays": stay,
        "total": amounts["total"],
        "cost_inpatient": where(others, 0, in_scope),
        "cost_outpatient": where(by_visit, in_scope, 0),
        "deductible_primary": primary,
        "deductible_hospital": at_visits - primary,
        "deductible_special": where(care == int(Care.SPECIAL), deductible, 0),
        "pool_inpatient": where(others, 0, pool),
        "pool_outpatient": where(by_visit, pool, 0),
        "pool_two": where(two, pool, 0),
        "large_pay": large,
        "major_base": amounts["major_base"],
        "major_pay": major,
        "assistance_inpatient": helped,
        "assistance_outpatient": assistance - helped,
        "fund_pay": amounts["fund_pay"],
        "person_pay": amounts["person_pay"],
        "borne": in_scope - pool - large - major - amounts["civil_pay"],
    }


def _by_visit(care: Number) -> Number:
    return any_of(
        care == int(Care.OUTPATIENT), care == int(Care.EMERGENCY), care == int(Care.PHARMACY)
    )
