"""The means of a household (家庭经济状况): countable income, and property. 民发〔2021〕57号第十二至十四条."""

from dataclasses import dataclass

from assistance.params import MeansParams
from assistance.rules.facts import STANDARD, HouseholdFacts, standard_of
from socsec.kernel.arith import Condition, Number, all_of, most, share, total, where
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW_INCOME = "民发〔2021〕57号第十二条、第十三条"
LAW_PROPERTY = "民发〔2021〕57号第十四条"


@dataclass(frozen=True)
class Means(Sheet):
    """Income that counts, a month, and whether property is within the limits."""

    title = ("家庭经济状况", "Means of the household")

    standard: Number = line(("低保标准", "Standard a head"), STANDARD, "社会救助法第十九条")
    income: Number = line(
        ("家庭月收入", "Income a month"),
        "earned + business + from_property + transfers",
        LAW_INCOME,
    )
    hardship_off: Number = line(
        ("重病重残核减", "Off for severe illness or disability"),
        "if(hardship, standard × hardship_reduction, 0)",
        LAW_INCOME,
        quiet=NOUGHT,
    )
    guardian_off: Number = line(
        ("抚养人满60周岁再核减", "Off besides for an old guardian"),
        "if(hardship and old_guardian, standard × guardian_reduction, 0)",
        LAW_INCOME,
        quiet=NOUGHT,
    )
    parent_off: Number = line(
        ("单亲家庭核减", "Off for a single parent"),
        "if(single_parent, standard × parent_reduction, 0)",
        LAW_INCOME,
        quiet=NOUGHT,
    )
    counted: Number = line(
        ("计入的家庭月收入", "Income that counts"),
        "max(income − costs − max(hardship_off + guardian_off, parent_off), 0)",
        LAW_INCOME,
    )
    near_line: Number = line(
        ("低保边缘（低收入）标准", "Near-poor line a head"),
        "max(standard × near_rate, near_amount)",
        "社会救助法第二十一条",
    )
    money_most: Number = line(
        ("货币财产上限", "Money allowed"), "near_line × property_months × members", LAW_PROPERTY
    )
    money_within: Condition = line(
        ("货币财产符合规定", "Money within the limit"), "money ≤ money_most", LAW_PROPERTY, "bool"
    )
    things_within: Condition = line(
        ("车辆和住房符合规定", "Vehicles and homes within the limits"),
        "vehicles ≤ most_vehicles and homes ≤ most_homes",
        LAW_PROPERTY,
        "bool",
    )
    within: Condition = line(
        ("财产状况符合规定", "Property within the limits"),
        "money_within and things_within",
        LAW_PROPERTY,
        "bool",
    )


def means(f: HouseholdFacts, p: MeansParams) -> Means:
    """The means of one household. Where two reductions of income hold, the higher is taken."""
    standard = standard_of(f, p)
    income = total(f.earned, f.business, f.from_property, f.transfers)
    hardship_off = where(f.hardship, share(standard, p.hardship_reduction), 0)
    guardian_off = where(
        all_of(f.hardship, f.old_guardian), share(standard, p.guardian_reduction), 0
    )
    parent_off = where(f.single_parent, share(standard, p.parent_reduction), 0)
    reduction = most(hardship_off + guardian_off, parent_off)
    near_line = most(share(standard, p.near_rate), p.near_amount)
    money_most = near_line * p.property_months * f.members
    money_within = f.money <= money_most
    things_within = all_of(f.vehicles <= p.most_vehicles, f.homes <= p.most_homes)
    return Means(
        standard=standard,
        income=income,
        hardship_off=hardship_off,
        guardian_off=guardian_off,
        parent_off=parent_off,
        counted=most(income - f.costs - reduction, 0),
        near_line=near_line,
        money_most=money_most,
        money_within=money_within,
        things_within=things_within,
        within=all_of(money_within, things_within),
    )
