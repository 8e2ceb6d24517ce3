"""All regions together: what they hand up is what they are granted, to the fen.

A method takes the figures of every region and gives the part of each. Another method is another
function under a name of `PoolingMethod`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from funds.params import BalancePooling, CentralAdjustment, PoolingMethod
from socsec.kernel.params import Params
from socsec.kernel.shares import extras
from socsec.kernel.sheet import Sheet

from .adjustment import Grant, GrantFacts, Remittance, RemittanceFacts, grant, remittance
from .balance import Balance, BalanceFacts, Relief, ReliefFacts, balance, relief

Figures = Mapping[str, int]


@dataclass(frozen=True)
class ByHeads(Sheet):
    """A region's part in the central adjustment fund."""

    title: ClassVar = ("中央调剂", "Central adjustment")
    remittance: Remittance
    grant: Grant


@dataclass(frozen=True)
class ByBalance(Sheet):
    """A region's part where surpluses fill gaps."""

    title: ClassVar = ("余缺调剂", "Surpluses against gaps")
    balance: Balance
    relief: Relief


@dataclass(frozen=True, slots=True)
class Part:
    """What one region hands up, is granted, and is paid by which treasury, in fen.

    `facts` are what each sheet of `sheet` was worked out from, by the sheet's name.
    """

    up: int
    down: int
    central: int
    local: int
    sheet: Sheet
    facts: Mapping[str, Any]

    @property
    def net(self) -> int:
        """Above nought the region gains."""
        return self.down - self.up


@dataclass(frozen=True, slots=True)
class Method:
    """A way to share: the parameters it takes, the figures it wants of each region, the working."""

    params: type[Params]
    figures: tuple[str, ...]
    share: Callable[[Sequence[Figures], Any, int], list[Part]]


def by_heads(regions: Sequence[Figures], p: CentralAdjustment, months: int = 12) -> list[Part]:
    """Handed up by wages and workers, granted by pensioners: everything handed up is granted.

    Two provinces, one with the wages and one with the pensioners:

    >>> params = CentralAdjustment(wage_share=900_000, remittance_rate=30_000)
    >>> south = dict(average_wage=8_000_000, insured=2_000, employed=2_000, retirees=100)
    >>> north = dict(average_wage=6_000_000, insured=1_000, employed=1_000, retirees=200)
    >>> [(part.up, part.down, part.net) for part in by_heads([south, north], params)]
    [(432000000, 198000000, -234000000), (162000000, 396000000, 234000000)]
    """
    asked = [
        RemittanceFacts(
            average_wage=each["average_wage"],
            insured=each["insured"],
            employed=each["employed"],
            months=months,
        )
        for each in regions
    ]
    ups = [remittance(facts, p) for facts in asked]
    pool = sum(up.amount for up in ups)
    retirees = [each["retirees"] for each in regions]
    parts = []
    for facts, up, heads, extra in zip(asked, ups, retirees, extras(pool, retirees), strict=True):
        given = GrantFacts(pool=pool, retirees=heads, national_retirees=sum(retirees), extra=extra)
        down = grant(given, p)
        parts.append(
            Part(
                up.amount,
                down.amount,
                0,
                0,
                ByHeads(up, down),
                {"remittance": facts, "grant": given},
            )
        )
    return parts


def by_balance(regions: Sequence[Figures], p: BalancePooling, months: int = 12) -> list[Part]:
    """Surpluses fill gaps as far as they go; what is left is the treasuries'.

    Two with a surplus, one with a gap that half of both surpluses fills:

    >>> params = BalancePooling(surplus_share=500_000, central_share=500_000)
    >>> figures = [dict(income=90, expenditure=30), dict(income=80, expenditure=60),
    ...            dict(income=10, expenditure=50)]
    >>> [(part.up, part.down, part.central) for part in by_balance(figures, params)]
    [(30, 0, 0), (10, 0, 0), (0, 40, 0)]
    """
    asked = [
        BalanceFacts(income=each["income"], expenditure=each["expenditure"]) for each in regions
    ]
    states = [balance(facts, p) for facts in asked]
    offers, gaps = [state.offered for state in states], [state.gap for state in states]
    pool = min(sum(offers), sum(gaps))
    more_up, more_down = (
        extras(pool, weights) if pool else [0] * len(weights) for weights in (offers, gaps)
    )
    parts = []
    for place, (facts, state) in enumerate(zip(asked, states, strict=True)):
        together = ReliefFacts(
            offered=state.offered,
            gap=state.gap,
            all_offered=sum(offers),
            all_gaps=sum(gaps),
            extra_up=more_up[place],
            extra_down=more_down[place],
        )
        found = relief(together, p)
        parts.append(
            Part(
                found.up,
                found.down,
                found.central,
                found.local,
                ByBalance(state, found),
                {"balance": facts, "relief": together},
            )
        )
    return parts


METHODS: dict[PoolingMethod, Method] = {
    PoolingMethod.CENTRAL_ADJUSTMENT: Method(
        CentralAdjustment, ("average_wage", "insured", "employed", "retirees"), by_heads
    ),
    PoolingMethod.BALANCE: Method(BalancePooling, ("income", "expenditure"), by_balance),
}
