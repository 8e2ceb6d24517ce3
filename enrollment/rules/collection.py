"""How money that came in is spread over what is owed, and what late payment costs.

In the legal order debts stand in one line, contributions and surcharges of every branch; money is
taken from the front of the line. Within a month the individual account gets the same proportion as
was paid. Everything is counted on running totals and then subtracted, so that however a debt is
cut into payments, the parts add up to the fen.
"""

from dataclasses import dataclass

from enrollment.params import Order, SurchargePlace, SurchargeTerms
from socsec.kernel.arith import ONE, Number, between, half_up, most, share, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW_SURCHARGE = "社会保险法第八十六条；社会保险费征缴暂行条例第十三条"
MOST_OWED = 10**15
MOST_DAYS = 36_600
CONTRIBUTION, SURCHARGE = 0, 1


def taken(open_before: Number, open_here: Number, money: Number) -> Number:
    """How much of `money` falls to a month that owes `open_here`, after older months that owe
    `open_before` together. Fen.

    1,000 yuan against months of 480 each: two are paid, the third gets the rest.

    >>> [taken(before, 48_000, 100_000) for before in (0, 48_000, 96_000, 144_000)]
    [48000, 48000, 4000, 0]
    """
    return between(0, money - open_before, open_here)


def to_account(account_share: Number, due: Number, paid_before: Number, paid: Number) -> Number:
    """What of a payment goes to the individual account, in fen. `due` must be above zero.

    Of 1,718.88 due, 572.96 are the account's. Paid in two parts, the account has all of it:

    >>> first = to_account(57_296, 171_888, 0, 100_000)
    >>> rest = to_account(57_296, 171_888, 100_000, 71_888)
    >>> first, rest, first + rest
    (33333, 23963, 57296)
    """
    return half_up(account_share * (paid_before + paid), due) - half_up(
        account_share * paid_before, due
    )


def place_in_line(month: Number, branch: Number, kind: Number, p: Order) -> Number:
    """Where a debt stands in the line: the smaller the number, the earlier it is paid.

    `kind` is CONTRIBUTION or SURCHARGE. By months, pension (1) before medical (2), a surcharge
    behind the contribution of its month and branch:

    >>> from socsec.kernel.arith import Steps
    >>> p = Order(by_month=True, rank=Steps({0: 0, 1: 1, 2: 2}),
    ...           surcharge_place=SurchargePlace.WITH_ITS_MONTH)
    >>> debts = [(24313, 2, 0), (24312, 1, 1), (24312, 1, 0), (24312, 2, 0)]
    >>> sorted(debts, key=lambda debt: place_in_line(*debt, p))
    [(24312, 1, 0), (24312, 1, 1), (24312, 2, 0), (24313, 2, 0)]
    """
    rank = p.rank.at(branch)
    debt = where(p.by_month, month * 100 + rank, rank * ONE + month) * 2 + kind
    behind = ONE * ONE
    return (
        debt
        + where(p.surcharge_place == SurchargePlace.LAST, kind, 0) * behind
        - where(p.surcharge_place == SurchargePlace.FIRST, kind, 0) * behind
    )


@dataclass(frozen=True, kw_only=True)
class Late(Facts):
    """A debt of one amount that was paid late."""

    owed: Number = fact(("欠缴数额", "Amount owed"), least=0, most=MOST_OWED)
    days: Number = fact(
        ("欠缴天数", "Days late"),
        help=(
            "从截止日的次日算到缴清的前一日。",
            "From the day after the due date to the day before it was paid.",
        ),
        unit="days",
        least=0,
        most=MOST_DAYS,
    )
    category: Number = fact(("参保身份", "Insured as"), least=0, most=9, unit="count")


@dataclass(frozen=True)
class Surcharge(Sheet):
    title = ("滞纳金", "Late-payment surcharge")
    rate_here: Number = line(
        ("适用日加收率", "Rate for each day"),
        "if(bears(category) > 0, rate, 0)",
        LAW_SURCHARGE,
        "rate",
    )
    surcharge: Number = line(
        ("滞纳金", "Surcharge"), "owed × days × rate_here", LAW_SURCHARGE, kind="total"
    )


@rule(
    "enrollment.surcharge",
    ("滞纳金", "Late-payment surcharge"),
    facts=Late,
    params=SurchargeTerms,
    law=LAW_SURCHARGE,
)
def surcharge(f: Late, p: SurchargeTerms) -> Surcharge:
    """What one amount costs that is paid late, in fen: 0.05 % for each day.

    10,000 yuan, thirty days late, are 150 yuan; an own-account worker bears nothing.

    >>> from socsec.kernel.arith import Steps
    >>> p = SurchargeTerms(rate=500, bears=Steps({0: 0, 1: 1, 2: 0}))
    >>> surcharge(Late(owed=1_000_000, days=30, category=1), p).surcharge
    15000
    >>> surcharge(Late(owed=1_000_000, days=30, category=2), p).surcharge
    0
    """
    rate_here = where(p.bears.at(f.category) > 0, p.rate, 0)
    return Surcharge(rate_here, share(f.owed * f.days, rate_here))


def accrued(weight: Number, before: Number) -> Number:
    """What to add to the surcharge of a debt, in fen.

    `weight` is the sum over all days so far of what was open that day, in fen, times that day's
    rate, in millionths; `before` is what was added up to now. Each time it is counted from the
    first day on, so that rounding never adds up, and what came in with an earlier date is
    corrected, downwards too.

    >>> accrued(1_000_000 * 30 * 500, 0), accrued(1_000_000 * 31 * 500, 15_000)
    (15000, 500)
    >>> accrued(1_000_000 * 10 * 500, 15_000)
    -10000
    """
    return half_up(weight, ONE) - before


def owed_in_equal_parts(total: Number, parts: Number, number: Number) -> Number:
    """The amount of instalment `number`, from 1 on, of `parts`: equal to the fen, and together
    exactly the total.

    >>> [owed_in_equal_parts(100_00, 3, number) for number in (1, 2, 3)]
    [3333, 3334, 3333]
    """
    return half_up(total * number, parts) - half_up(total * (number - 1), parts)


def left_over(paid: Number, due: Number) -> Number:
    """What was paid above what is due, after a correction took some of it off.

    >>> left_over(48_000, 40_000), left_over(30_000, 40_000)
    (8000, 0)
    """
    return most(0, paid - due)
