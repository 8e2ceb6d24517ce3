"""A custodian for the demo and for tests: it keeps a mandate and writes the file of a day.

It starts from the valuation of the day before, so that what it writes follows.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from funds.models import CashKind, Instrument, Mandate
from funds.queries.investment import last_valuation
from funds.rules.investment.classes import OFF_BALANCE, OWED, AssetClass
from funds.rules.investment.sets import net
from socsec.kernel.money import decimal, format_rate, format_yuan
from socsec.kernel.units import ONE

from . import valuing
from .files import value_of, write


def file_of(
    mandate: Mandate,
    day: date,
    *,
    securities: Sequence[Instrument] = (),
    deals: Sequence[tuple[Instrument, bool, int, int, int, int]] = (),
    cash: Sequence[tuple[str, int, str]] = (),
    prices: Mapping[str, int] | None = None,
    benchmark: int = ONE,
) -> bytes:
    """The file of a day.

    `deals` are (instrument, buys, units, price in millionths, fee in fen, order or 0), `cash` (kind,
    fen, reference), `prices` those that moved, by code.
    """
    before = last_valuation(mandate)
    described = {of.code: of for of in securities}
    held: dict[str, tuple[Instrument, int, int]] = {}
    closing = before.cash if before else 0
    if before:
        for each in before.file.holdings.select_related("instrument"):
            of = described.get(each.instrument.code, each.instrument)
            held[of.code] = of, each.quantity, each.price
    for of, buys, quantity, price, fee, _order in deals:
        _of, there, _price = held.get(of.code, (of, 0, price))
        opens = buys != (of.asset_class in OWED | OFF_BALANCE)
        held[of.code] = of, there + (quantity if opens else -quantity), price
        paid = 0 if of.asset_class in OFF_BALANCE else value_of(quantity, price)
        closing += (-paid if buys else paid) - fee
    closing += sum(fen for _kind, fen, _text in cash)
    moved = prices or {}
    positions = [
        (of, quantity, moved.get(code, price))
        for code, (of, quantity, price) in sorted(held.items())
        if quantity
    ]
    values: dict[int, int] = {}
    for of, quantity, price in positions:
        total = valuing.worth(of, quantity, price, day)[1].total
        values[of.asset_class] = values.get(of.asset_class, 0) + total
    paid = sum(
        fen for kind, fen, _text in cash if kind in (CashKind.MANAGER_FEE, CashKind.CUSTODY_FEE)
    )
    nav = net(values, closing, valuing.fees_due(mandate, before, day) + paid)
    lines: list[list[Any]] = [["H", "SOCSEC-CUSTODY", "1", mandate.number, day.isoformat()]]
    lines += [_security(of) for of in securities]
    for of, buys, quantity, price, fee, order in deals:
        lines.append(
            [
                *("T", of.code, "BUY" if buys else "SELL", quantity, decimal(price, ONE)),
                *(format_yuan(value_of(quantity, price)), format_yuan(fee), order or ""),
            ]
        )
    lines += [["C", kind.upper(), signed(fen), text] for kind, fen, text in cash]
    lines += [["P", of.code, quantity, decimal(price, ONE)] for of, quantity, price in positions]
    lines.append(["B", format_rate(benchmark)])
    lines.append(["Z", len(lines) - 1, format_yuan(closing), signed(nav)])
    return write(lines)


def _security(of: Instrument) -> list[Any]:
    return [
        *("S", of.code, of.name, AssetClass.read(int(of.asset_class)).name, of.issuer),
        *(format_yuan(of.face), format_rate(of.coupon), of.basis),
        of.accrues_from.isoformat() if of.accrues_from else "",
    ]


def signed(fen: int) -> str:
    """Fen as yuan with a sign where they went."""
    return f"-{format_yuan(-fen)}" if fen < 0 else format_yuan(fen)
