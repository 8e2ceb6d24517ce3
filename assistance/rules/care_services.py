"""Vouchers for care, and who pays what of an order: the insurance, the voucher, the person.

The insurance of long-term care pays a share up to a ceiling a month, from a level on; a voucher of
hours pays time of service, one of money pays yuan; what is left is the person's own.
"""

from dataclasses import dataclass

from assistance.params import CareOrderParams, CareVoucherParams
from assistance.rules.care_level import HIGHEST
from assistance.rules.facts import MOST_MONEY
from socsec.kernel.arith import (
    Condition,
    Number,
    all_of,
    half_up,
    least,
    most,
    not_,
    share,
    where,
)
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import Choice

LAW_VOUCHER = "老年人权益保障法第三十条、第三十七条；养老服务补贴由地方规定"
LAW_INSURANCE = "医保发〔2020〕37号"
MOST_AGE = 130 * 12
MOST_UNITS = 31 * 24
MOST_MINUTES = 31 * 24 * 60


class CareService(Choice):
    """What is ordered. Its price and its time are those of one unit."""

    PERSONAL = 0, "生活照料", "personal care"
    BATHING = 1, "助浴", "help with bathing"
    MEALS = 2, "助餐", "meals"
    CLEANING = 3, "助洁", "cleaning"
    ESCORT = 4, "陪同就医", "company to the doctor"
    NURSING = 5, "医疗护理", "nursing"
    REHABILITATION = 6, "康复训练", "rehabilitation"
    DAY_CARE = 7, "日间照料", "day care"
    BED_DAY = 8, "机构照护", "care in an institution"


class Setting(Choice):
    """Where care is given."""

    HOME = 0, "居家", "at home"
    COMMUNITY = 1, "社区", "in the community"
    INSTITUTION = 2, "机构", "in an institution"


SETTINGS = len(Setting)


@dataclass(frozen=True, kw_only=True)
class CareVoucherFacts(Facts):
    """An elderly person whose level of care is known."""

    month: Number = fact(("核算年月", "Month"), "month", least=2014 * 12, most=2200 * 12 - 1)
    age: Number = fact(("年龄", "Age"), "age", least=0, most=MOST_AGE)
    level: Number = fact(("失能等级", "Level of care"), "count", most=HIGHEST)
    in_hardship: Condition = fact(
        ("特困人员，照料护理已由供养保障", "In extreme hardship: care is part of the support"),
        "bool",
        default=False,
    )


@dataclass(frozen=True)
class CareVoucher(Sheet):
    """What a person gets to spend on care in a month."""

    title = ("养老服务券核定", "Assessment of vouchers for care")

    elderly: Condition = line(
        ("老年人", "Elderly"), "age ≥ elderly_age", "老年人权益保障法第二条", "bool"
    )
    may: Condition = line(
        ("可以领取", "May have vouchers"), "elderly and not in_hardship", LAW_VOUCHER, "bool"
    )
    minutes: Number = line(
        ("服务时长（分钟）", "Time of service, minutes"),
        "if(may, minutes_by_level(level), 0)",
        LAW_VOUCHER,
        "count",
    )
    spend_until: Number = line(
        ("最迟使用月份", "To be spent by"), "month + valid_months − 1", LAW_VOUCHER, "month"
    )
    amount: Number = line(
        ("服务券金额", "Voucher"), "if(may, money_by_level(level), 0)", LAW_VOUCHER, kind="total"
    )


@rule(
    "assistance.care_voucher",
    ("养老服务券", "Vouchers for care"),
    facts=CareVoucherFacts,
    params=CareVoucherParams,
    law=LAW_VOUCHER,
    on="month",
    help=(
        "按失能等级每月发放服务券，以金额或者时长计",
        "A voucher a month by the level of care, in money or in hours",
    ),
)
def care_voucher(f: CareVoucherFacts, p: CareVoucherParams) -> CareVoucher:
    """What one person gets for a month: fen, and minutes where the region gives hours.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = CareVoucherParams.at(Policy.files(), "110000", month(2026, 7))
    >>> care_voucher(CareVoucherFacts(month=month(2026, 7), age=82 * 12, level=4), p).amount
    60000
    """
    elderly = f.age >= p.elderly_age
    may = all_of(elderly, not_(f.in_hardship))
    return CareVoucher(
        elderly,
        may,
        where(may, p.minutes_by_level.at(f.level), 0),
        f.month + p.valid_months - 1,
        where(may, p.money_by_level.at(f.level), 0),
    )


@dataclass(frozen=True, kw_only=True)
class CareOrderFacts(Facts):
    """One order of one service, with what the month has left."""

    month: Number = fact(("服务年月", "Month"), "month", least=2014 * 12, most=2200 * 12 - 1)
    service: Number = fact(("服务项目", "Service"), "choice", choices=CareService)
    setting: Number = fact(("服务方式", "Where"), "choice", choices=Setting)
    units: Number = fact(
        ("数量", "Units"),
        "count",
        least=1,
        most=MOST_UNITS,
        help=("按小时、次或者天计", "Hours, times or days, as the price is"),
    )
    level: Number = fact(("失能等级", "Level of care"), "count", most=HIGHEST)
    insured: Condition = fact(
        ("参加长期护理保险", "Insured for long-term care"), "bool", default=False
    )
    insured_before: Number = fact(
        ("当月保险已支付", "Paid by the insurance this month"), most=MOST_MONEY, default=0
    )
    money_left: Number = fact(
        ("服务券余额", "Left on vouchers of money"), most=MOST_MONEY, default=0
    )
    minutes_left: Number = fact(
        ("剩余时长（分钟）", "Left on vouchers of hours, minutes"),
        "count",
        most=MOST_MINUTES,
        default=0,
    )


@dataclass(frozen=True)
class CareOrderShares(Sheet):
    """What an order costs and who pays it."""

    title = ("养老服务费用分担", "Who pays for an order of care")

    cost: Number = line(("服务费用", "Cost"), "prices(service) × units", "养老服务收费标准")
    minutes: Number = line(
        ("服务时长（分钟）", "Time, minutes"),
        "unit_minutes(service) × units",
        "养老服务收费标准",
        "count",
    )
    covered: Condition = line(
        ("可以由长期护理保险支付", "Covered by the insurance"),
        "insured and level ≥ least_level",
        LAW_INSURANCE,
        "bool",
    )
    ceiling: Number = line(
        ("当月保险支付限额", "Ceiling a month"),
        f"ceilings(level × {SETTINGS} + setting)",
        LAW_INSURANCE,
    )
    insurance: Number = line(
        ("长期护理保险支付", "Paid by the insurance"),
        "if(covered, max(0, min(cost × rates(setting), ceiling − insured_before)), 0)",
        LAW_INSURANCE,
    )
    minutes_used: Number = line(
        ("使用服务时长（分钟）", "Minutes used"), "min(minutes, minutes_left)", LAW_VOUCHER, "count"
    )
    by_minutes: Number = line(
        ("服务时长抵付", "Paid by hours"),
        "(cost − insurance) × minutes_used ÷ minutes",
        LAW_VOUCHER,
    )
    by_money: Number = line(
        ("服务券抵付", "Paid by voucher"),
        "min(cost − insurance − by_minutes, money_left)",
        LAW_VOUCHER,
    )
    own: Number = line(
        ("个人支付", "To be paid by the person"),
        "cost − insurance − by_minutes − by_money",
        LAW_VOUCHER,
        kind="total",
    )


@rule(
    "assistance.care_order",
    ("养老服务费用分担", "Who pays for an order of care"),
    facts=CareOrderFacts,
    params=CareOrderParams,
    law=LAW_INSURANCE,
    on="month",
    help=(
        "长期护理保险先付，再用服务时长和服务券，余下由个人支付",
        "The insurance first, then hours and vouchers; the person pays what is left",
    ),
)
def care_order(f: CareOrderFacts, p: CareOrderParams) -> CareOrderShares:
    """What one order costs, fen, and who pays it. The parts add up to the cost.

    Four hours of personal care at 50 yuan, level 4, at home: the insurance pays 70 % of 200; a
    voucher of 45 yuan is used up; 15 yuan are the person's own.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = CareOrderParams.at(Policy.files(), "110000", month(2026, 7))
    >>> one = CareOrderFacts(month=month(2026, 7), service=0, setting=0, units=4, level=4,
    ...                      insured=True, money_left=4500)
    >>> sheet = care_order(one, p)
    >>> sheet.cost, sheet.insurance, sheet.by_money, sheet.own
    (20000, 14000, 4500, 1500)
    """
    cost = p.prices.at(f.service) * f.units
    minutes = p.unit_minutes.at(f.service) * f.units
    covered = all_of(f.insured, f.level >= p.least_level)
    ceiling = p.ceilings.at(f.level * SETTINGS + f.setting)
    wanted = share(cost, p.rates.at(f.setting))
    insurance = where(covered, most(0, least(wanted, ceiling - f.insured_before)), 0)
    minutes_used = least(minutes, f.minutes_left)
    by_minutes = half_up((cost - insurance) * minutes_used, minutes)
    by_money = least(cost - insurance - by_minutes, f.money_left)
    return CareOrderShares(
        cost,
        minutes,
        covered,
        ceiling,
        insurance,
        minutes_used,
        by_minutes,
        by_money,
        cost - insurance - by_minutes - by_money,
    )
