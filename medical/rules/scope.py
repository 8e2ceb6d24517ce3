"""What of one line of a bill is in scope: price limit, catalogue class, first self-pay (先行自付)."""

from dataclasses import dataclass

from medical.rules.words import ItemClass
from socsec.kernel.arith import ONE, half_up, most, share, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.params import Params
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "社会保险法第二十八条"
MOST_QUANTITY = 100_000 * ONE


@dataclass(frozen=True, kw_only=True)
class LineFacts(Facts):
    """One line of a bill, and what the catalogue in force on its day says of it."""

    amount: Number = fact(("金额", "Amount"), most=10**10)
    quantity: Number = fact(("数量", "Quantity"), "index", most=MOST_QUANTITY, default=ONE)
    price_limit: Number = fact(
        ("医保支付标准（单价）", "Price limit"),
        optional=True,
        most=10**10,
        help=("目录没有限价的不填", "Only where the catalogue has one"),
    )
    item_class: Number = fact(("目录类别", "Class"), choices=ItemClass)
    first_share: Number = fact(
        ("先行自付比例", "First self-pay share"), "rate", most=ONE, default=0
    )


class NoParams(Params):
    """A line needs no parameter: what it rests on is the catalogue."""


@dataclass(frozen=True)
class LineScope(Sheet):
    title = ("一项费用", "A line of the bill")
    payable: Number = line(
        ("限价内金额", "Amount within the price limit"),
        "min(amount, stated(price_limit × quantity, amount))",
        LAW,
    )
    over_limit: Number = line(
        ("超限价自付", "Above the price limit"), "amount − payable", LAW, quiet=NOUGHT
    )
    uncovered: Number = line(
        ("目录外自费", "Outside the catalogue"),
        "if(item_class = 3, payable, 0)",
        LAW,
        quiet=NOUGHT,
    )
    first_self_pay: Number = line(
        ("先行自付", "First self-pay"),
        "if(item_class = 3, 0, payable × first_share)",
        LAW,
        quiet=NOUGHT,
    )
    in_scope: Number = line(
        ("政策范围内", "In scope"),
        "payable − uncovered − first_self_pay",
        LAW,
        kind="total",
    )


@rule(
    "medical.line",
    ("一项费用的政策范围", "What of a line is in scope"),
    facts=LineFacts,
    params=NoParams,
    law=LAW,
)
def line_scope(f: LineFacts, p: NoParams) -> LineScope:
    """A line of a bill, taken apart; the parts add up to its amount.

    A drug of class B with 10 % first self-pay, at 120.00 where the limit is 100.00:

    >>> sheet = line_scope(LineFacts(amount=12_000, price_limit=10_000, item_class=ItemClass.B,
    ...                              first_share=100_000), NoParams())
    >>> sheet.over_limit, sheet.first_self_pay, sheet.in_scope
    (2000, 1000, 9000)
    """
    limit = where(f.price_limit < 0, f.amount, half_up(most(f.price_limit, 0) * f.quantity, ONE))
    payable = where(limit < f.amount, limit, f.amount)
    outside = f.item_class == int(ItemClass.C)
    uncovered = where(outside, payable, 0)
    first = where(outside, 0, share(payable, f.first_share))
    return LineScope(payable, f.amount - payable, uncovered, first, payable - uncovered - first)
