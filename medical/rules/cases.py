"""What a stay in hospital is worth by its group, and what a year of them comes to for a provider.

A weight (DRG) or a score (DIP) says how dear the stays of a group are beside the average stay,
which has 1 in the one and 1,000 in the other. A stay is worth its weight times the provider's
coefficient times the value of a point; the funds pay of it what others do not. Stays that cost far
less or more than their group, and those of no group or of an unstable one, count by their cost.

So the value of a point follows from a budget: what the funds give and others pay for the stays,
divided by all their points.
"""

from dataclasses import dataclass

from medical.params import CaseTerms, CaseYearTerms, ReleaseTerms
from socsec.kernel.arith import all_of, any_of, half_up, least, most, not_, share, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import ECHO, NOUGHT, Sheet, line
from socsec.kernel.units import ONE

LAW = "医保办发〔2019〕36号；医保办发〔2020〕50号"
YEAR_LAW = "医保发〔2021〕48号"
RETENTION_LAW = "医疗保障基金使用监督管理条例第十一条"
POINT = 10_000  # a point, a weight of one
MOST_COST = 10**10  # 100 million yuan
MOST_POINTS = 10**10  # a million points
MOST_VALUE = 3 * 10**8  # 30,000 yuan for a point
MOST_RATIO = 1_000 * ONE
MOST_USE = 10 * ONE
MOST_COEFFICIENT = 5 * ONE
FIRST_YEAR = 2019  # of the first pilots with DRG
MOST_YEAR = 10**12  # 10 billion yuan


@dataclass(frozen=True, kw_only=True)
class CaseFacts(Facts):
    """A stay that is settled, its group, and what a point is worth."""

    cost: Number = fact(("住院总费用", "Cost of the stay"), most=MOST_COST)
    others: Number = fact(
        ("个人等其他方负担", "Paid by others than the funds"), most=MOST_COST, default=0
    )
    billed: Number = fact(
        ("按项目记账的基金支付", "Paid by the funds item by item"), most=MOST_COST
    )
    weight: Number = fact(
        ("病组权重或病种分值", "Weight or score of the group"), "points", most=10**8
    )
    mean: Number = fact(("病组次均费用", "Mean cost of the group"), least=1, most=MOST_COST)
    grouped: Number = fact(("已入组", "It has a group"), "bool", default=True)
    stable: Number = fact(("稳定病组", "The group is stable"), "bool", default=True)
    base: Number = fact(
        ("平均病例的权重或分值", "Weight or score of the average stay"),
        "points",
        least=1,
        most=10**7,
        default=POINT,
        help=("DRG 为 1，DIP 为 1000", "1 in DRG, 1,000 in DIP"),
    )
    mean_all: Number = fact(("全部病例次均费用", "Mean cost of all stays"), least=1, most=MOST_COST)
    coefficient: Number = fact(
        ("机构系数", "Coefficient of the provider"), "rate", most=MOST_COEFFICIENT, default=ONE
    )
    value: Number = fact(
        ("费率或点值，元", "Rate, or value of a point, in yuan"), "points", most=MOST_VALUE
    )


@dataclass(frozen=True)
class CasePay(Sheet):
    title = ("按病组（病种）付费", "Payment of a stay by its group")
    by_cost: Number = line(
        ("未入组或不稳定病组", "Without a group, or of an unstable one"),
        "not grouped or not stable",
        LAW,
        "bool",
        help=("按费用折算点数，不乘机构系数", "It counts by its cost, whatever the provider"),
    )
    ratio: Number = line(
        ("费用与均费之比", "Cost beside the mean"),
        "min(cost ÷ if(by_cost, mean_all, mean), 1000)",
        LAW,
        "index",
    )
    cheap: Number = line(
        ("费用极低病例", "It costs far less"), "not by_cost and ratio < low", LAW, "bool"
    )
    dear: Number = line(
        ("费用极高病例", "It costs far more"), "not by_cost and ratio > high", LAW, "bool"
    )
    factor: Number = line(
        ("费用调整倍数", "Counts how many times"),
        "if(by_cost or cheap, ratio, if(dear, ratio − high + 1, 1))",
        LAW,
        "index",
    )
    counted: Number = line(
        ("病例点数", "Points of the stay"),
        "if(by_cost, base, weight) × factor",
        LAW,
        "points",
    )
    points: Number = line(
        ("乘机构系数", "Times the coefficient"),
        "min(counted × if(by_cost, 1, coefficient), 1000000)",
        LAW,
        "points",
    )
    standard: Number = line(("支付标准", "What the stay is worth"), "points × value", LAW)
    due: Number = line(
        ("基金应付", "The funds pay"),
        "max(standard − others, 0)",
        LAW,
        help=("减去个人等其他方负担的部分", "What others pay is taken off"),
    )
    difference: Number = line(
        ("与按项目记账的差额", "Beside what was paid item by item"),
        "due − billed",
        LAW,
        kind="total",
    )


@rule(
    "medical.provider.case",
    ("按病组（病种）付费", "Payment of a stay by its group"),
    facts=CaseFacts,
    params=CaseTerms,
    law=LAW,
)
def case(f: CaseFacts, p: CaseTerms) -> CasePay:
    """What the funds pay for a stay beside what they paid item by item, in fen.

    A stay of 14,000.00 in a group of weight 1.2 that costs 15,000.00 on the average, in a hospital
    with the coefficient 1.05, at 12,500.00 a point; the person paid 4,000.00, the funds 10,000.00:

    >>> sheet = case(
    ...     CaseFacts(cost=1_400_000, others=400_000, billed=1_000_000, weight=12_000,
    ...               mean=1_500_000, mean_all=1_250_000, coefficient=1_050_000, value=125_000_000),
    ...     CaseTerms(low=300_000, high=3_000_000))
    >>> sheet.points, sheet.standard, sheet.due, sheet.difference
    (12600, 1575000, 1175000, 175000)
    """
    by_cost = any_of(not_(f.grouped), not_(f.stable))
    ratio = least(half_up(f.cost * ONE, where(by_cost, f.mean_all, f.mean)), MOST_RATIO)
    cheap = all_of(not_(by_cost), ratio < p.low)
    dear = all_of(not_(by_cost), ratio > p.high)
    factor = where(any_of(by_cost, cheap), ratio, where(dear, ratio - p.high + ONE, ONE))
    counted = share(where(by_cost, f.base, f.weight), factor)
    points = least(share(counted, where(by_cost, ONE, f.coefficient)), MOST_POINTS)
    # Points and their value have four decimals each: a yuan is 10^8 of their product, a fen 10^6.
    standard = half_up(points * f.value, POINT * POINT // 100)
    due = most(standard - f.others, 0)
    return CasePay(
        by_cost, ratio, cheap, dear, factor, counted, points, standard, due, due - f.billed
    )


@dataclass(frozen=True, kw_only=True)
class CaseYearFacts(Facts):
    """A year of a provider's stays: what they are worth at the year's value of a point."""

    worth: Number = fact(
        ("年度清算点值下基金应付", "What the funds owe at the value of the year"),
        least=-MOST_YEAR,
        most=MOST_YEAR,
    )
    billed: Number = fact(
        ("按项目记账的基金支付", "Paid by the funds item by item"), most=MOST_YEAR
    )
    differences: Number = fact(
        ("月预结算差额", "Differences of the months"),
        least=-MOST_YEAR,
        most=MOST_YEAR,
        default=0,
    )


@dataclass(frozen=True)
class CaseYear(Sheet):
    title = ("按病组（病种）付费年度清算", "Settlement of a year of stays by group")
    owed: Number = line(("年度应付", "Worth of the year"), "max(worth, 0)", YEAR_LAW, quiet=ECHO)
    use: Number = line(
        ("记账金额占应付之比", "Paid by item, beside what the stays were worth"),
        "min(billed ÷ max(owed, 0.01), 10)",
        YEAR_LAW,
        "rate",
    )
    surplus: Number = line(("结余", "Surplus"), "max(owed − billed, 0)", YEAR_LAW, quiet=NOUGHT)
    kept: Number = line(
        ("结余留用", "Surplus that the provider keeps"),
        "surplus × surplus_kept(use)",
        YEAR_LAW,
        quiet=NOUGHT,
    )
    overrun: Number = line(("超支", "Overrun"), "max(billed − owed, 0)", YEAR_LAW, quiet=NOUGHT)
    reasonable: Number = line(
        ("合理超支", "Reasonable overrun"),
        "min(overrun, owed × overrun_within)",
        YEAR_LAW,
        quiet=NOUGHT,
    )
    borne: Number = line(
        ("合理超支由基金分担", "Reasonable overrun that the fund bears"),
        "reasonable × overrun_share",
        YEAR_LAW,
        quiet=NOUGHT,
    )
    beyond: Number = line(
        ("超出合理部分由基金分担", "Overrun beyond it that the fund bears"),
        "(overrun − reasonable) × overrun_beyond",
        YEAR_LAW,
        quiet=NOUGHT,
    )
    final: Number = line(
        ("年度清算应付", "Due for the year"),
        "if(billed > owed, owed + borne + beyond, billed + kept)",
        YEAR_LAW,
    )
    difference: Number = line(
        ("清算差额", "Still due for the year"),
        "final − billed − differences",
        YEAR_LAW,
        kind="total",
    )


@rule(
    "medical.provider.case_year",
    ("按病组（病种）付费年度清算", "Settlement of a year of stays by group"),
    facts=CaseYearFacts,
    params=CaseYearTerms,
    law=YEAR_LAW,
)
def case_year(f: CaseYearFacts, p: CaseYearTerms) -> CaseYear:
    """What a provider still gets for a year of stays, or gives back, in fen.

    Stays worth 1,000,000.00 for which 1,150,000.00 were paid by item: a tenth of the worth is a
    reasonable overrun, of which the fund bears 70 %; what is beyond, the provider. In the months
    30,000.00 were taken off already:

    >>> from socsec.kernel.arith import Steps
    >>> sheet = case_year(
    ...     CaseYearFacts(worth=100_000_000, billed=115_000_000, differences=-3_000_000),
    ...     CaseYearTerms(surplus_kept=Steps({0: ONE}), overrun_within=100_000,
    ...                   overrun_share=700_000, overrun_beyond=0))
    >>> sheet.final, sheet.difference
    (107000000, -5000000)
    """
    owed = most(f.worth, 0)
    use = least(half_up(f.billed * ONE, most(owed, 1)), MOST_USE)
    surplus, overrun = most(owed - f.billed, 0), most(f.billed - owed, 0)
    kept = share(surplus, p.surplus_kept.at(use))
    reasonable = least(overrun, share(owed, p.overrun_within))
    borne = share(reasonable, p.overrun_share)
    beyond = share(overrun - reasonable, p.overrun_beyond)
    final = where(f.billed > owed, owed + borne + beyond, f.billed + kept)
    return CaseYear(
        owed,
        use,
        surplus,
        kept,
        overrun,
        reasonable,
        borne,
        beyond,
        final,
        final - f.billed - f.differences,
    )


@dataclass(frozen=True, kw_only=True)
class RetainedFacts(Facts):
    """What is retained of a provider's payments, and how its year was judged."""

    retained: Number = fact(("预留款余额", "Still retained"), most=MOST_YEAR)
    score: Number = fact(("年度考核得分", "Score of the year"), "points", most=100 * POINT)


@dataclass(frozen=True)
class Release(Sheet):
    title = ("预留款返还", "Release of the retention")
    release: Number = line(
        ("返还", "Released"), "retained × released(score)", RETENTION_LAW, kind="total"
    )
    forfeited: Number = line(
        ("不予返还", "Forfeited"), "retained − release", RETENTION_LAW, quiet=NOUGHT
    )


@rule(
    "medical.provider.release",
    ("预留款返还", "Release of the retention"),
    facts=RetainedFacts,
    params=ReleaseTerms,
    law=RETENTION_LAW,
)
def release(f: RetainedFacts, p: ReleaseTerms) -> Release:
    """What of the retention a provider gets by its score of the year, and what it forfeits, in fen.

    A score of 87.5, of which 95 % are released:

    >>> from socsec.kernel.arith import Steps
    >>> sheet = release(RetainedFacts(retained=10_625_01, score=875_000),
    ...                 ReleaseTerms(released=Steps({0: 0, 800_000: 950_000, 900_000: ONE})))
    >>> sheet.release, sheet.forfeited
    (1009376, 53125)
    """
    released = share(f.retained, p.released.at(f.score))
    return Release(released, f.retained - released)
