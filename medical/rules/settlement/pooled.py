"""What the pooled fund pays: deductible, segments, ratios, yearly cap."""

from dataclasses import dataclass

from medical.params import CapOn, Plan
from medical.rules.words import PER_STANDING, Care
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
from socsec.kernel.facts import Number
from socsec.kernel.sheet import NOUGHT, Sheet, line

from .facts import BillFacts
from .laws import LAW_AWAY, LAW_PLAN
from .scope import Scope

THIRD = 3  # the last segment of a stay's cost


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


def pooled_of(f: BillFacts, p: Plan, scope: Scope) -> Pooled:
    """The pooled fund's part of what is in scope, within the cap of the year."""
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
