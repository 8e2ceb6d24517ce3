"""The minimum living guarantee (最低生活保障): who has it, how much, and how it runs out.

社会救助法第十八条、第二十条、第二十一条; 社会救助暂行办法第九至十三条; 民发〔2021〕57号.
"""

from dataclasses import dataclass

from assistance.params import DibaoParams, ExitParams, MaintenanceParams, WorkParams
from assistance.rules.facts import (
    MOST_MEMBERS,
    MOST_MONEY,
    STANDARD,
    HouseholdFacts,
    PlaceFacts,
    Residence,
    Work,
    standard_of,
)
from assistance.rules.means import Means, means
from socsec.kernel.arith import ONE as WHOLE
from socsec.kernel.arith import (
    Condition,
    Number,
    all_of,
    any_of,
    half_up,
    least,
    most,
    not_,
    rounded,
    share,
    where,
)
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "社会救助暂行办法第九条、第十二条；2026年7月起社会救助法第十八条"
LAW_ADDITIONS = "社会救助暂行办法第十二条；2026年7月起社会救助法第二十条"
LAW_ALONE = "民发〔2021〕57号第八条；2026年7月起社会救助法第二十一条"


@dataclass(frozen=True, kw_only=True)
class DibaoFacts(HouseholdFacts):
    """A household that applies, and whose needs are greater."""

    alone: Condition = fact(
        ("单人申请", "One member applies alone"),
        "bool",
        default=False,
        help=(
            "低保边缘家庭中的重度残疾人、重病患者单独申请",
            "A severely disabled or ill member of a near-poor household",
        ),
    )
    severe: Number = fact(
        ("重病、重度残疾人数", "Members severely ill or disabled"),
        "count",
        most=MOST_MEMBERS,
        default=0,
    )
    others: Number = fact(
        ("老年人、未成年人、学生等人数", "Elderly, minors, students and others"),
        "count",
        most=MOST_MEMBERS,
        default=0,
        help=(
            "每人只按一种情形增发，按高的算",
            "Each person once, for the reason that gives more",
        ),
    )


@dataclass(frozen=True)
class Dibao(Sheet):
    """The grant of a household a month."""

    title = ("最低生活保障金核定", "Assessment of the minimum living guarantee")

    means: Means
    guaranteed: Number = line(
        ("家庭保障标准", "Guaranteed to the household"), "means.standard × members", LAW
    )
    poor: Condition = line(
        ("收入低于标准且财产符合规定", "Income below it, property within the limits"),
        "not alone and means.counted < guaranteed and means.within",
        LAW,
        "bool",
    )
    poor_alone: Condition = line(
        ("单人纳入低保", "Taken in alone"),
        "alone and means.counted < means.near_line × members and means.within",
        LAW_ALONE,
        "bool",
    )
    gap: Number = line(
        ("家庭差额", "Gap of the household"),
        "if(poor, guaranteed − means.counted, 0)",
        LAW,
        rounding="rounding",
        help=(
            "按家庭合计计算，最后进位一次",
            "Counted on totals of the household, rounded once, at the end",
        ),
    )
    alone_grant: Number = line(
        ("单人保障金", "Grant of one person"),
        "if(poor_alone, means.standard × alone_rate + alone_amount, 0)",
        LAW_ALONE,
        quiet=NOUGHT,
    )
    fixed_addition: Number = line(
        ("每人定额增发", "Fixed addition a person"),
        "if(residence = 1, rural_addition, urban_addition)",
        LAW_ADDITIONS,
        quiet=NOUGHT,
    )
    severe_addition: Number = line(
        ("重病、重残每人增发", "Addition for each severely ill or disabled"),
        "means.standard × severe_rate + fixed_addition",
        LAW_ADDITIONS,
    )
    other_addition: Number = line(
        ("老年人、未成年人等每人增发", "Addition for each of the others"),
        "means.standard × other_rate + fixed_addition",
        LAW_ADDITIONS,
    )
    additions: Number = line(
        ("增发合计", "Additions"),
        "if(poor or poor_alone, severe × severe_addition + others × other_addition, 0)",
        LAW_ADDITIONS,
    )
    eligible: Condition = line(("符合低保条件", "Eligible"), "poor or poor_alone", LAW, "bool")
    amount: Number = line(
        ("每月低保金", "Grant a month"), "gap + alone_grant + additions", LAW, kind="total"
    )


@rule(
    "assistance.dibao",
    ("最低生活保障金", "Minimum living guarantee"),
    facts=DibaoFacts,
    params=DibaoParams,
    law="社会救助法第十八条至第二十一条",
    on="month",
    help=(
        "家庭人均收入低于低保标准、财产符合规定的，按差额发放",
        "For households whose income a head is below the standard and whose property is within limits",
    ),
)
def dibao(f: DibaoFacts, p: DibaoParams) -> Dibao:
    """The grant of one household a month, fen; nought where it is not eligible.

    Three people in the countryside with 1,894 yuan: 632 × 3 − 1,894 = 2. Dividing first and
    rounding up would have given 3.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = DibaoParams.at(Policy.files(), "230000", month(2026, 5))
    >>> home = DibaoFacts(month=month(2026, 5), residence=Residence.RURAL, members=3,
    ...                   transfers=1894_00)
    >>> dibao(home, p).amount
    200
    """
    found = means(f, p)
    guaranteed = found.standard * f.members
    poor = all_of(not_(f.alone), found.counted < guaranteed, found.within)
    poor_alone = all_of(f.alone, found.counted < found.near_line * f.members, found.within)
    eligible = any_of(poor, poor_alone)
    gap = where(poor, rounded(most(guaranteed - found.counted, 0), 1, p.rounding), 0)
    alone_grant = where(poor_alone, share(found.standard, p.alone_rate) + p.alone_amount, 0)
    fixed = where(f.residence == Residence.RURAL, p.rural_addition, p.urban_addition)
    severe_addition = share(found.standard, p.severe_rate) + fixed
    other_addition = share(found.standard, p.other_rate) + fixed
    additions = where(eligible, f.severe * severe_addition + f.others * other_addition, 0)
    return Dibao(
        means=found,
        guaranteed=guaranteed,
        poor=poor,
        poor_alone=poor_alone,
        gap=gap,
        alone_grant=alone_grant,
        fixed_addition=fixed,
        severe_addition=severe_addition,
        other_addition=other_addition,
        additions=additions,
        eligible=eligible,
        amount=gap + alone_grant + additions,
    )


@dataclass(frozen=True, kw_only=True)
class WorkFacts(PlaceFacts):
    """What one member earns by work."""

    work: Number = fact(("就业方式", "Kind of work"), "choice", choices=Work)
    wage: Number = fact(
        ("月劳动收入", "Earned a month"),
        most=MOST_MONEY,
        help=("扣除个人缴纳的社会保险费和税", "After own contributions and tax"),
    )


@dataclass(frozen=True)
class EarnedIncome(Sheet):
    """What of it counts."""

    title = ("计入的劳动收入", "Earned income that counts")

    standard: Number = line(("低保标准", "Standard a head"), STANDARD, "社会救助法第十九条")
    left_out: Number = line(
        ("就业奖励", "Left out as a reward for work"),
        "standard × disregard",
        "社会救助法第二十七条；民发〔2021〕57号第十三条",
    )
    as_it_is: Number = line(
        ("灵活就业按实际计算的上限", "Own-account income that counts as it is"),
        "standard × own_work_least",
        "民发〔2021〕57号第十三条",
        quiet=NOUGHT,
    )
    counted: Number = line(
        ("计入收入", "Counts as income"),
        "if(work = 0, max(wage − left_out, 0), max(min(wage, as_it_is), wage − left_out))",
        "民发〔2021〕57号第十三条",
        kind="total",
        help=(
            "灵活就业收入不高的按实际计算，较高的先扣就业奖励",
            "Small own-account incomes count as they are; of larger ones the reward is left out",
        ),
    )


@rule(
    "assistance.earned_income",
    ("低保核算的劳动收入", "Earned income for the means test"),
    facts=WorkFacts,
    params=WorkParams,
    law="民发〔2021〕57号第十三条",
    on="month",
)
def earned_income(f: WorkFacts, p: WorkParams) -> EarnedIncome:
    """What of one member's earned income counts, fen a month.

    Beijing 2025, standard 1,450: 1,160 of a wage are left out. On own account 1,000 count whole,
    2,000 count as 1,450 (between 100 % and 180 %), 3,000 as 1,840.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = WorkParams.at(Policy.files(), "110000", month(2025, 5))
    >>> def counts(work, yuan):
    ...     f = WorkFacts(month=month(2025, 5), residence=Residence.URBAN, work=work, wage=yuan * 100)
    ...     return earned_income(f, p).counted
    >>> counts(Work.EMPLOYED, 3000), counts(Work.EMPLOYED, 900)
    (184000, 0)
    >>> [counts(Work.OWN_ACCOUNT, yuan) for yuan in (1000, 2000, 3000)]
    [100000, 145000, 184000]
    """
    standard = standard_of(f, p)
    left_out = share(standard, p.disregard)
    as_it_is = share(standard, p.own_work_least)
    employed = most(f.wage - left_out, 0)
    own = most(least(f.wage, as_it_is), f.wage - left_out)
    return EarnedIncome(standard, left_out, as_it_is, where(f.work == Work.EMPLOYED, employed, own))


@dataclass(frozen=True, kw_only=True)
class ExitFacts(Facts):
    """A household that had the grant until a member found work."""

    month: Number = fact(("核算年月", "Month"), "month", least=1999 * 12, most=2200 * 12 - 1)
    former: Number = fact(("原低保金", "Former grant a month"), most=MOST_MONEY)
    months_since: Number = fact(
        ("超过标准的第几个月", "Which month above the standard"),
        "count",
        least=1,
        most=1200,
        help=("第一个月填 1", "1 for the first"),
    )


@dataclass(frozen=True)
class GradualExit(Sheet):
    """What is still paid in that month."""

    title = ("救助渐退", "Gradual exit")

    full: Number = line(
        ("全额月内", "In the months of the whole grant"),
        "if(months_since ≤ full_months, former, 0)",
        "民发〔2022〕83号一（三）",
    )
    partly: Number = line(
        ("减额月内", "In the months of a part"),
        "if(months_since > full_months and months_since ≤ full_months + part_months, former × part, 0)",
        "民发〔2022〕83号一（三）",
    )
    amount: Number = line(
        ("本月发放", "Paid that month"), "full + partly", "民发〔2022〕83号一（三）", kind="total"
    )


@rule(
    "assistance.gradual_exit",
    ("救助渐退", "Gradual exit from the minimum living guarantee"),
    facts=ExitFacts,
    params=ExitParams,
    law="民发〔2022〕83号一（三）",
    on="month",
)
def gradual_exit(f: ExitFacts, p: ExitParams) -> GradualExit:
    """What a household still gets after it found work, fen.

    Beijing: three months of the whole, three of the half.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = ExitParams.at(Policy.files(), "110000", month(2025, 5))
    >>> [gradual_exit(ExitFacts(month=month(2025, 5), former=80000, months_since=n), p).amount
    ...  for n in range(1, 8)]
    [80000, 80000, 80000, 40000, 40000, 40000, 0]
    """
    full = where(f.months_since <= p.full_months, f.former, 0)
    later = all_of(f.months_since > p.full_months, f.months_since <= p.full_months + p.part_months)
    partly = where(later, share(f.former, p.part), 0)
    return GradualExit(full, partly, full + partly)


@dataclass(frozen=True, kw_only=True)
class MaintenanceFacts(PlaceFacts):
    """A relative outside the household who owes support."""

    income: Number = fact(
        ("赡养义务人家庭月收入", "Income of the supporter's household"), most=MOST_MONEY
    )
    members: Number = fact(
        ("赡养义务人家庭人数", "Members of that household"), "count", least=1, most=MOST_MEMBERS
    )
    supported: Number = fact(
        ("应赡养家庭数", "Households that it must support"), "count", least=1, most=20, default=1
    )
    assisted: Condition = fact(
        ("该家庭已是低保、特困或低收入家庭", "That household is itself assisted"),
        "bool",
        default=False,
    )


@dataclass(frozen=True)
class Maintenance(Sheet):
    """What it is counted as paying."""

    title = ("赡养费核算", "Support by relatives")

    standard: Number = line(("低保标准", "Standard a head"), STANDARD)
    kept: Number = line(
        ("赡养义务人家庭保留", "Kept by that household"), "standard × spared × members"
    )
    able: Number = line(
        ("可用于赡养的收入", "Income that can support"),
        "if(assisted, 0, max(income − kept, 0))",
    )
    amount: Number = line(
        ("每月赡养费", "Support a month"), "able × share ÷ supported", kind="total"
    )


@rule(
    "assistance.maintenance",
    ("赡养费核算", "Support by relatives"),
    facts=MaintenanceFacts,
    params=MaintenanceParams,
    law="京民社救发〔2018〕445号十二（一）",
    on="month",
)
def maintenance(f: MaintenanceFacts, p: MaintenanceParams) -> Maintenance:
    """What a relative's household is counted as paying, fen a month.

    (15,000 − 1.5 × 1,450 × 3) × 20 % ÷ 2 = 847.50.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = MaintenanceParams.at(Policy.files(), "110000", month(2025, 5))
    >>> son = MaintenanceFacts(month=month(2025, 5), residence=Residence.URBAN,
    ...                        income=15000_00, members=3, supported=2)
    >>> maintenance(son, p).amount
    84750
    """
    standard = standard_of(f, p)
    kept = share(standard * f.members, p.spared)
    able = where(f.assisted, 0, most(f.income - kept, 0))
    return Maintenance(standard, kept, able, half_up(able * p.share, WHOLE * f.supported))
