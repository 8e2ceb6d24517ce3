"""Settling a bill: who pays what, in the order of the law.

Above the price limit and outside the catalogue the insured person pays; of what is left, first the
first self-pay, then the deductible; the rest is shared by ratio, up to the yearly cap. What the
person still bears in scope goes on to the large-amount fund, catastrophic insurance, the civil
servants' supplement and assistance; then the accounts pay, and last the person in cash.

Two identities hold for every bill:

    total = outside the catalogue + above limits + first self-pay + in scope
    total = funds + insured person
"""

from dataclasses import dataclass

from medical.params import CapOn, EmployeesPlan, Plan, ResidentsPlan
from medical.rules.major import Major, MajorFacts, major
from medical.rules.words import (
    PER_STANDING,
    Away,
    Care,
    Disease,
    Level,
    Standing,
)
from socsec.kernel.arith import (
    ONE,
    all_of,
    any_of,
    half_up,
    least,
    most,
    not_,
    share,
    total,
    where,
)
from socsec.kernel.facts import FactError, Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "社会保险法第二十八条"
LAW_PLAN = "国发〔1998〕44号；国发〔2016〕3号"
LAW_AWAY = "医保发〔2022〕22号"
LAW_ORDER = "国办发〔2021〕42号"
LAW_ACCOUNT = "国办发〔2021〕14号"
THIRD = 3  # the last segment of a stay's cost
MOST = 10**10  # fen: a bill of a hundred million yuan is a slip of the pen


@dataclass(frozen=True, kw_only=True)
class BillFacts(Facts):
    """A bill taken apart, whose it is, and how the year stands."""

    care: Number = fact(("医疗类别", "Kind of care"), choices=Care)
    level: Number = fact(("机构级别", "Level of the provider"), choices=Level)
    standing: Number = fact(("参保身份", "Insured as"), choices=Standing)
    total: Number = fact(("医疗费总额", "Total of the bill"), most=MOST)
    uncovered: Number = fact(("目录外自费", "Outside the catalogue"), most=MOST, default=0)
    over_limit: Number = fact(("超限价自付", "Above price limits"), most=MOST, default=0)
    first_self_pay: Number = fact(("先行自付", "First self-pay"), most=MOST, default=0)
    away: Number = fact(("异地就医", "Away from home"), choices=Away, default=Away.LOCAL)
    stays_before: Number = fact(
        ("本年以前住院次数", "Stays before, in the year"), "count", most=1000, default=0
    )
    deductible_used: Number = fact(
        ("已付起付线", "Deductible paid before"),
        most=MOST,
        default=0,
        help=(
            "同一次住院（含转院）已付的；门诊为本年已付的",
            "Of the same stay, transfers included; for outpatient care of the year",
        ),
    )
    continued: Number = fact(
        ("转院前已有基金支付", "Continues a stay for which the fund has paid"),
        "bool",
        help=("按连续住院办理的，不再付起付线", "As one stay: no further deductible"),
        default=False,
    )
    cap_used: Number = fact(("已用年度限额", "Used of the yearly cap"), most=MOST, default=0)
    cost_before: Number = fact(
        ("本年以前门诊合规费用", "Outpatient cost in scope before, in the year"),
        most=MOST,
        default=0,
    )
    disease: Number = fact(
        ("“两病”病种", "Hypertension or diabetes"), choices=Disease, default=Disease.NONE
    )
    large_used: Number = fact(
        ("本年大额补助已支付", "Paid by the large-amount fund before"), most=MOST, default=0
    )
    major_base: Number = fact(
        ("本年以前累计个人负担", "Borne in scope before, in the year"), most=MOST, default=0
    )
    major_paid: Number = fact(
        ("本年大病保险已支付", "Paid by catastrophic insurance before"), most=MOST, default=0
    )
    poor: Number = fact(
        ("特困、低保、返贫致贫人员", "On minimum living guarantee or the like"),
        "bool",
        default=False,
    )
    listed: Number = fact(("大病病种", "One of the listed diseases"), "bool", default=False)
    cap_raise: Number = fact(
        ("大病封顶线提高额", "Raise of the catastrophic cap"), most=10**9, default=0
    )
    civil_servant: Number = fact(("享受公务员补助", "Civil servant"), "bool", default=False)
    assistance: Number = fact(
        ("医疗救助", "Medical assistance"),
        most=MOST,
        default=0,
        help=("按医疗救助规则算出", "As its own rule makes it"),
    )
    account: Number = fact(
        ("个人账户可用", "There is in the personal account"), most=MOST, default=0
    )
    family: Number = fact(("家庭共济账户可用", "There is in family accounts"), most=MOST, default=0)

    def check(self) -> None:
        """The parts of a bill cannot come to more than the whole."""
        if self.uncovered + self.over_limit + self.first_self_pay > self.total:
            raise FactError(
                "impossible_fact",
                "total",
                "total (Total of the bill): its parts come to more than the whole",
                "total（医疗费总额）：各部分之和超过了总额",
            )


@dataclass(frozen=True)
class Scope(Sheet):
    title = ("费用范围", "What is in scope")
    away_share: Number = line(
        ("异地先行自付比例", "First self-pay away from home"),
        "away_first(away)",
        LAW_AWAY,
        "rate",
        quiet=NOUGHT,
    )
    away_first_pay: Number = line(
        ("异地先行自付", "First self-pay for being away"),
        "(total − uncovered − over_limit − first_self_pay) × away_share",
        LAW_AWAY,
        quiet=NOUGHT,
    )
    preselfpay: Number = line(
        ("先行自付合计", "First self-pay"), "first_self_pay + away_first_pay", LAW
    )
    in_scope: Number = line(
        ("政策范围内费用", "In scope"),
        "total − uncovered − over_limit − preselfpay",
        LAW,
        kind="total",
    )


@dataclass(frozen=True)
class Pooled(Sheet):
    title = ("统筹基金支付", "The pooled fund pays")
    inpatient: Number = line(
        ("按住院待遇", "By the terms of hospital stays"),
        "care = 21 or care = 14",
        LAW_PLAN,
        "bool",
        kind="normal",
        quiet=NOUGHT,
    )
    outpatient: Number = line(
        ("按门诊统筹待遇", "By the terms of outpatient pooling"),
        "care = 11 or care = 13 or care = 41",
        LAW_PLAN,
        "bool",
        kind="normal",
        quiet=NOUGHT,
    )
    two: Number = line(
        ("按“两病”待遇", "By the terms of the two diseases"),
        "care = 9901",
        LAW_PLAN,
        "bool",
        kind="normal",
        quiet=NOUGHT,
    )
    who: Number = line(
        ("待遇档（身份、级别）", "Row of the tables"), "standing × 10 + level", unit="count"
    )
    again: Number = line(
        ("第二次及以后住院", "A second or later stay"),
        "care = 21 and stays_before > 0",
        LAW_PLAN,
        "bool",
        kind="normal",
        quiet=NOUGHT,
    )
    full_deductible: Number = line(
        ("起付线", "Deductible"),
        "if(inpatient, inpatient_deductible(who) × if(again, next_stay(who), 1),"
        " if(outpatient, outpatient_deductible(who), 0))",
        LAW_PLAN,
    )
    deductible_left: Number = line(
        ("还要付的起付线", "Deductible still to pay"),
        "if(continued, 0, if(outpatient and each_visit, full_deductible, max(full_deductible − deductible_used, 0)))",
        LAW_PLAN,
    )
    deductible: Number = line(
        ("本次起付线", "Deductible of this bill"), "min(scope.in_scope, deductible_left)", LAW_PLAN
    )
    cap: Number = line(
        ("年度限额（0 为不设）", "Yearly cap (0 for none)"),
        "if(two, two_cap(disease), if(outpatient, outpatient_cap(who), yearly_cap))",
        LAW_PLAN,
    )
    room: Number = line(
        ("限额余额", "Left of the cap"), "max(cap − cap_used, 0)", LAW_PLAN, quiet=NOUGHT
    )
    eligible: Number = line(
        ("可计算的费用", "Cost that counts"),
        "if(cap_on = 1 and cap > 0 and not (outpatient or two), min(scope.in_scope, room), scope.in_scope)",
        LAW_PLAN,
    )
    end_1: Number = line(
        ("第一段上限", "End of the first segment"),
        "if(inpatient, if(segment_ends(1) = 0, eligible, segment_ends(1)),"
        " if(outpatient and second_from > 0, max(second_from − cost_before, 0), eligible))",
        LAW_PLAN,
        quiet=NOUGHT,
    )
    end_2: Number = line(
        ("第二段上限", "End of the second segment"),
        "if(inpatient and segment_ends(2) > 0, segment_ends(2), eligible)",
        LAW_PLAN,
        quiet=NOUGHT,
    )
    part_1: Number = line(
        ("第一段费用", "In the first segment"),
        "max(min(eligible, end_1) − deductible, 0)",
        LAW_PLAN,
        quiet=NOUGHT,
    )
    part_2: Number = line(
        ("第二段费用", "In the second segment"),
        "max(min(eligible, end_2) − deductible, 0) − min(part_1, max(min(eligible, end_2) − deductible, 0))",
        LAW_PLAN,
        quiet=NOUGHT,
    )
    part_3: Number = line(
        ("第三段费用", "In the third segment"),
        "max(eligible − deductible, 0) − part_1 − part_2",
        LAW_PLAN,
        quiet=NOUGHT,
    )
    local_ratio: Number = line(
        ("支付比例", "Ratio"),
        "if(inpatient, inpatient_ratio(who), if(outpatient, outpatient_ratio(who),"
        " if(two, two_ratio(who), negotiated_ratio(who))))",
        LAW_PLAN,
        "rate",
    )
    local_ratio_2: Number = line(
        ("第二段支付比例", "Ratio of the second segment"),
        "if(outpatient, second_ratio(who), local_ratio + if(inpatient, segment_plus(standing × 10 + 2), 0))",
        LAW_PLAN,
        "rate",
        quiet=NOUGHT,
    )
    local_ratio_3: Number = line(
        ("第三段支付比例", "Ratio of the third segment"),
        "local_ratio + if(inpatient, segment_plus(standing × 10 + 3), 0)",
        LAW_PLAN,
        "rate",
        quiet=NOUGHT,
    )
    factor: Number = line(
        ("异地支付比例系数", "Share of the ratio away from home"),
        "away_factor(away)",
        LAW_AWAY,
        "rate",
    )
    points: Number = line(
        ("异地降低百分点", "Points taken off away from home"),
        "away_points(away)",
        LAW_AWAY,
        "rate",
        quiet=NOUGHT,
    )
    ratio_1: Number = line(
        ("第一段实际比例", "Ratio applied to the first segment"),
        "max(min(local_ratio, ratio_most) × factor − points, 0)",
        LAW_PLAN,
        "rate",
    )
    ratio_2: Number = line(
        ("第二段实际比例", "Ratio applied to the second segment"),
        "max(min(local_ratio_2, ratio_most) × factor − points, 0)",
        LAW_PLAN,
        "rate",
        quiet=NOUGHT,
    )
    ratio_3: Number = line(
        ("第三段实际比例", "Ratio applied to the third segment"),
        "max(min(local_ratio_3, ratio_most) × factor − points, 0)",
        LAW_PLAN,
        "rate",
        quiet=NOUGHT,
    )
    wanted: Number = line(
        ("按比例应支付", "Payable by the ratios"),
        "part_1 × ratio_1 + part_2 × ratio_2 + part_3 × ratio_3",
        LAW_PLAN,
    )
    pay: Number = line(
        ("统筹基金支付", "The pooled fund pays"),
        "if(cap > 0 and (cap_on = 0 or outpatient or two), min(wanted, room), wanted)",
        LAW_PLAN,
        kind="total",
    )


@dataclass(frozen=True)
class Large(Sheet):
    title = ("大额医疗费用补助", "The large-amount fund pays")
    beyond: Number = line(
        ("超限额费用", "Cost beyond the cap of the pooled fund"),
        "if(pooled.inpatient, min(scope.in_scope, scope.in_scope − pooled.eligible"
        " + if(pooled.ratio_3 = 0, 0, (pooled.wanted − pooled.pay) ÷ pooled.ratio_3)), 0)",
        LAW_PLAN,
        quiet=NOUGHT,
    )
    pay: Number = line(
        ("大额补助支付", "The large-amount fund pays"),
        "if(large_cap = 0, beyond × large_ratio, min(beyond × large_ratio, max(large_cap − large_used, 0)))",
        LAW_PLAN,
        kind="total",
    )


@dataclass(frozen=True)
class Settled(Sheet):
    """Who pays the bill. The names of the national interface stand in brackets."""

    title = ("医疗费结算", "Settlement of a bill")
    scope: Scope
    pooled: Pooled
    large: Large
    bears: Number = line(
        ("基本医保后政策范围内个人负担", "Borne in scope after basic insurance"),
        "scope.in_scope − pooled.pay − large.pay",
        LAW_ORDER,
    )
    counts: Number = line(
        ("计入大病保险的个人负担", "Of it counts for catastrophic insurance"),
        "if(pooled.outpatient and not major_outpatient, 0, bears)",
        LAW_ORDER,
    )
    major: Major  # type: ignore[misc]  # a line has no default, which mypy cannot see
    civil_pay: Number = line(
        ("公务员补助支付", "Civil servants' supplement"),
        "if(civil_servant, (bears − major.pay) × civil_ratio, 0)",
        LAW_ORDER,
        quiet=NOUGHT,
    )
    residual: Number = line(
        ("救助前政策范围内个人负担", "Borne in scope before assistance"),
        "bears − major.pay − civil_pay",
        LAW_ORDER,
    )
    assistance_pay: Number = line(
        ("医疗救助支付", "Medical assistance pays"),
        "min(residual, assistance)",
        LAW_ORDER,
        quiet=NOUGHT,
    )
    residual_in_scope: Number = line(
        ("救助后政策范围内个人负担", "Borne in scope in the end"),
        "residual − assistance_pay",
        LAW_ORDER,
    )
    fund_pay: Number = line(
        ("基金支付合计", "The funds pay"),
        "pooled.pay + large.pay + major.pay + civil_pay + assistance_pay",
        LAW,
        kind="total",
    )
    person_pay: Number = line(
        ("个人负担合计", "The insured person pays"), "total − fund_pay", LAW, kind="total"
    )
    account_pay: Number = line(
        ("个人账户支付", "Of it from the personal account"),
        "min(person_pay, account)",
        LAW_ACCOUNT,
        quiet=NOUGHT,
    )
    family_pay: Number = line(
        ("家庭共济支付", "Of it from family accounts"),
        "min(person_pay − account_pay, family)",
        LAW_ACCOUNT,
        quiet=NOUGHT,
    )
    cash: Number = line(
        ("个人现金支付", "Of it in cash"),
        "person_pay − account_pay − family_pay",
        LAW,
        kind="total",
    )


def settle(f: BillFacts, p: Plan) -> Settled:
    """Who pays a bill.

    Beijing 2019, a resident's first stay in a hospital of the third level: 150,000.00, of which
    10,000.00 outside the catalogue and 5,000.00 first self-pay.
    (135,000.00 − 1,300.00) × 75 % = 100,275.00; (34,725.00 − 30,404.00) × 60 % = 2,592.60:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = ResidentsPlan.at(Policy.files(), "110000", month(2019, 6))
    >>> bill = BillFacts(care=Care.INPATIENT, level=Level.THIRD, standing=Standing.ADULT,
    ...                  total=15_000_000, uncovered=1_000_000, first_self_pay=500_000)
    >>> sheet = settle(bill, p)
    >>> sheet.pooled.pay, sheet.major.pay, sheet.person_pay
    (10027500, 259260, 4713240)
    """
    scope = _scope(f, p)
    pooled = _pooled(f, p, scope)
    large = _large(f, p, scope, pooled)
    bears = scope.in_scope - pooled.pay - large.pay
    counts = where(all_of(pooled.outpatient, not_(p.major_outpatient)), 0, bears)
    catastrophic = major(
        MajorFacts(
            bears=counts,
            major_base=f.major_base,
            major_paid=f.major_paid,
            poor=f.poor,
            listed=f.listed,
            cap_raise=f.cap_raise,
        ),
        p,
    )
    after_major = bears - catastrophic.pay
    civil = where(f.civil_servant, share(after_major, p.civil_ratio), 0)
    residual = after_major - civil
    assistance = least(residual, f.assistance)
    fund_pay = total(pooled.pay, large.pay, catastrophic.pay, civil, assistance)
    person_pay = f.total - fund_pay
    account = least(person_pay, f.account)
    family = least(person_pay - account, f.family)
    return Settled(
        scope=scope,
        pooled=pooled,
        large=large,
        bears=bears,
        counts=counts,
        major=catastrophic,
        civil_pay=civil,
        residual=residual,
        assistance_pay=assistance,
        residual_in_scope=residual - assistance,
        fund_pay=fund_pay,
        person_pay=person_pay,
        account_pay=account,
        family_pay=family,
        cash=person_pay - account - family,
    )


def _scope(f: BillFacts, p: Plan) -> Scope:
    away_share = p.away_first.at(f.away)
    left = most(f.total - f.uncovered - f.over_limit - f.first_self_pay, 0)
    away_first = share(left, away_share)
    return Scope(away_share, away_first, f.first_self_pay + away_first, left - away_first)


def _pooled(f: BillFacts, p: Plan, scope: Scope) -> Pooled:
    inpatient = any_of(f.care == int(Care.INPATIENT), f.care == int(Care.SPECIAL))
    outpatient = any_of(
        f.care == int(Care.OUTPATIENT), f.care == int(Care.EMERGENCY), f.care == int(Care.PHARMACY)
    )
    two = f.care == int(Care.TWO_DISEASES)
    who = f.standing * PER_STANDING + f.level
    again = all_of(f.care == int(Care.INPATIENT), f.stays_before > 0)
    of_stay = share(p.inpatient_deductible.at(who), where(again, p.next_stay.at(who), ONE))
    full = where(inpatient, of_stay, where(outpatient, p.outpatient_deductible.at(who), 0))
    visit = all_of(outpatient, p.each_visit)
    left = where(f.continued, 0, where(visit, full, most(full - f.deductible_used, 0)))
    deductible = least(scope.in_scope, left)
    cap = where(
        two,
        p.two_cap.at(f.disease),
        where(outpatient, p.outpatient_cap.at(who), p.yearly_cap),
    )
    room = most(cap - f.cap_used, 0)
    pooling = any_of(outpatient, two)
    capped = cap > 0
    on_cost = all_of(p.cap_on == int(CapOn.COST), capped, not_(pooling))
    eligible = where(on_cost, least(scope.in_scope, room), scope.in_scope)
    first, second = p.segment_ends.at(1), p.segment_ends.at(2)
    further = most(p.second_from - f.cost_before, 0)
    end_1 = where(
        inpatient,
        where(first == 0, eligible, first),
        where(all_of(outpatient, p.second_from > 0), further, eligible),
    )
    end_2 = where(all_of(inpatient, second > 0), second, eligible)
    base = most(eligible - deductible, 0)
    part_1 = most(least(eligible, end_1) - deductible, 0)
    up_to_2 = most(least(eligible, end_2) - deductible, 0)
    part_2 = up_to_2 - least(part_1, up_to_2)
    part_3 = base - part_1 - part_2
    ratio = where(
        inpatient,
        p.inpatient_ratio.at(who),
        where(
            outpatient,
            p.outpatient_ratio.at(who),
            where(two, p.two_ratio.at(who), p.negotiated_ratio.at(who)),
        ),
    )
    segment = f.standing * PER_STANDING
    ratio_2 = where(
        outpatient,
        p.second_ratio.at(who),
        ratio + where(inpatient, p.segment_plus.at(segment + 2), 0),
    )
    ratio_3 = ratio + where(inpatient, p.segment_plus.at(segment + THIRD), 0)
    factor, points = p.away_factor.at(f.away), p.away_points.at(f.away)
    ratios = [
        most(share(least(each, p.ratio_most), factor) - points, 0)
        for each in (ratio, ratio_2, ratio_3)
    ]
    parts = (part_1, part_2, part_3)
    exact = total(*(part * each for part, each in zip(parts, ratios, strict=True)))
    wanted = half_up(exact, ONE)
    on_payment = all_of(capped, any_of(p.cap_on == int(CapOn.PAYMENT), pooling))
    return Pooled(
        inpatient,
        outpatient,
        two,
        who,
        again,
        full,
        left,
        deductible,
        cap,
        room,
        eligible,
        end_1,
        end_2,
        *parts,
        ratio,
        ratio_2,
        ratio_3,
        factor,
        points,
        ratios[0],
        ratios[1],
        ratios[2],
        wanted,
        where(on_payment, least(wanted, room), wanted),
    )


def _large(f: BillFacts, p: Plan, scope: Scope, pooled: Pooled) -> Large:
    """Cost beyond the pooled fund's cap: what the cap on cost cut off, or the cost whose payment
    the cap on payment cut off, at the ratio of the highest segment."""
    cut = half_up((pooled.wanted - pooled.pay) * ONE, most(pooled.ratio_3, 1))
    cost = scope.in_scope - pooled.eligible + where(pooled.ratio_3 == 0, 0, cut)
    beyond = where(pooled.inpatient, least(cost, scope.in_scope), 0)
    reckoned = share(beyond, p.large_ratio)
    room = most(p.large_cap - f.large_used, 0)
    return Large(beyond, where(p.large_cap == 0, reckoned, least(reckoned, room)))


@rule(
    "medical.residents.settlement",
    ("居民医保结算", "Settlement for a resident"),
    facts=BillFacts,
    params=ResidentsPlan,
    law=LAW,
)
def residents_settlement(f: BillFacts, p: ResidentsPlan) -> Settled:
    """A bill of somebody insured as a resident."""
    return settle(f, p)


@rule(
    "medical.employees.settlement",
    ("职工医保结算", "Settlement for an employee"),
    facts=BillFacts,
    params=EmployeesPlan,
    law=LAW,
)
def employees_settlement(f: BillFacts, p: EmployeesPlan) -> Settled:
    """A bill of somebody insured as an employee, or retired."""
    return settle(f, p)
