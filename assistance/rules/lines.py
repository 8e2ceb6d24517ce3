"""Households just above the minimum: near-poor, and in hardship by necessary spending."""

from dataclasses import dataclass

from assistance.params import MeansParams, RigidParams
from assistance.rules.facts import MOST_MONEY, HouseholdFacts, PlaceFacts
from assistance.rules.means import Means, means
from socsec.kernel.arith import Condition, Number, all_of, not_, share
from socsec.kernel.facts import fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW_NEAR = "民发〔2021〕57号第八条；2026年7月起社会救助法第二十一条"
LAW_RIGID = "刚性支出困难家庭认定办法第四条；2026年7月起社会救助法第二十二条"


@dataclass(frozen=True)
class NearPoor(Sheet):
    """Whether a household is near-poor (低保边缘家庭、低收入家庭)."""

    title = ("低保边缘家庭认定", "Recognition as near-poor")

    means: Means
    limit: Number = line(
        ("家庭收入界限", "Limit of income of the household"), "means.near_line × members", LAW_NEAR
    )
    below: Condition = line(
        ("收入低于边缘标准", "Income below the near-poor line"),
        "means.counted < limit",
        LAW_NEAR,
        "bool",
    )
    not_poorer: Condition = line(
        ("不在低保范围", "Not so poor as to have the minimum living guarantee"),
        "means.counted ≥ means.standard × members",
        LAW_NEAR,
        "bool",
    )
    eligible: Condition = line(
        ("符合低保边缘家庭条件", "Near-poor"),
        "below and not_poorer and means.within",
        LAW_NEAR,
        "bool",
        kind="total",
    )


@rule(
    "assistance.near_poor",
    ("低保边缘家庭认定", "Near-poor household"),
    facts=HouseholdFacts,
    params=MeansParams,
    law=LAW_NEAR,
    on="month",
)
def near_poor(f: HouseholdFacts, p: MeansParams) -> NearPoor:
    """Whether one household is near-poor.

    >>> from assistance.rules.facts import Residence
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = MeansParams.at(Policy.files(), "410100", month(2025, 5))
    >>> def near(yuan):
    ...     return near_poor(HouseholdFacts(month=month(2025, 5), residence=Residence.URBAN,
    ...                                     members=2, earned=yuan * 100), p).eligible
    >>> near(1459), near(1460), near(2189), near(2190)
    (False, True, True, False)
    """
    found = means(f, p)
    limit = found.near_line * f.members
    below = found.counted < limit
    not_poorer = found.counted >= found.standard * f.members
    return NearPoor(found, limit, below, not_poorer, all_of(below, not_poorer, found.within))


@dataclass(frozen=True, kw_only=True)
class RigidFacts(PlaceFacts):
    """A household whose necessary spending leaves too little."""

    members: Number = fact(("家庭人数", "Members"), "count", least=1, most=30)
    income: Number = fact(
        ("前12个月家庭总收入", "Income of twelve months"), least=1, most=MOST_MONEY
    )
    spending: Number = fact(
        ("前12个月刚性支出", "Necessary spending of twelve months"),
        most=MOST_MONEY,
        help=(
            "生活、医疗（各项报销后）、教育、残疾康复等支出",
            "Living, medical after all payers, education, rehabilitation",
        ),
    )
    disposable_income: Number = fact(
        ("上年当地居民人均可支配收入", "Disposable income a head, the year before"),
        least=1,
        most=10**8,
        help=("统计部门公布的全年数额", "Of the year, as published"),
    )
    within_property: Condition = fact(
        ("财产状况符合规定", "Property within the limits"), "bool", default=True
    )
    recognised: Condition = fact(
        ("已是低保、特困或低保边缘", "Recognised as poorer already"), "bool", default=False
    )


@dataclass(frozen=True)
class Rigid(Sheet):
    """Whether necessary spending puts a household in hardship."""

    title = ("刚性支出困难家庭认定", "Recognition for rigid expenditure")

    income_below: Condition = line(
        ("人均收入低于人均可支配收入", "Income a head below the average"),
        "income < disposable_income × members",
        LAW_RIGID,
        "bool",
    )
    limit: Number = line(("支出界限", "Limit of spending"), "income × ratio", LAW_RIGID)
    spending_above: Condition = line(
        ("刚性支出超过比例", "Necessary spending above that part"),
        "spending > limit",
        LAW_RIGID,
        "bool",
    )
    valid: Number = line(
        ("认定有效期", "Holds for"), "valid_months", "刚性支出困难家庭认定办法第十条", "months"
    )
    eligible: Condition = line(
        ("符合刚性支出困难家庭条件", "In hardship by rigid expenditure"),
        "not recognised and income_below and spending_above and within_property",
        LAW_RIGID,
        "bool",
        kind="total",
    )


@rule(
    "assistance.rigid_expenditure",
    ("刚性支出困难家庭认定", "Household with rigid expenditure"),
    facts=RigidFacts,
    params=RigidParams,
    law=LAW_RIGID,
    on="month",
)
def rigid_expenditure(f: RigidFacts, p: RigidParams) -> Rigid:
    """Whether one household is in hardship by its necessary spending.

    Shenyang: four people with 60,000 a year, 55,000 of it for illness and school: above 80 %.

    >>> from assistance.rules.facts import Residence
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = RigidParams.at(Policy.files(), "210100", month(2025, 5))
    >>> home = RigidFacts(month=month(2025, 5), residence=Residence.URBAN, members=4,
    ...                   income=60_000_00, spending=55_000_00, disposable_income=50_000_00)
    >>> sheet = rigid_expenditure(home, p)
    >>> sheet.limit, sheet.eligible
    (4800000, True)
    """
    income_below = f.income < f.disposable_income * f.members
    limit = share(f.income, p.ratio)
    spending_above = f.spending > limit
    eligible = all_of(not_(f.recognised), income_below, spending_above, f.within_property)
    return Rigid(income_below, limit, spending_above, p.valid_months, eligible)
