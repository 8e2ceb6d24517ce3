"""What a mandate earned: time-weighted, which judges the manager; money-weighted, which is what the
money got; and against its benchmark.

The unit value is chained day by day, so that money coming and going does not move it. The
money-weighted return divides the gain by the capital that was there on average (modified Dietz);
`internal_rate` is the rate that explains every flow exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from funds.params import NoParams
from funds.rules.investment.limits import LEAST, MOST
from socsec.kernel.arith import Number, half_up, positive
from socsec.kernel.errors import NoAnswer
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import ONE

LAW = "国发〔2015〕48号；全球投资业绩标准（GIPS）"
MOST_INDEX = 1000 * ONE
YEAR = 365  # days, as the internal rate counts a year
DIGITS = 40
LOWEST, HIGHEST = Decimal("-0.999999"), Decimal(10)


@dataclass(frozen=True, kw_only=True)
class DayFacts(Facts):
    """From one valuation to the next. Money that comes or goes does so before the day's prices."""

    unit_before: Number = fact(
        ("上一估值日单位净值", "Unit value before"), "index", least=1, most=MOST_INDEX
    )
    before: Number = fact(("上一估值日资产净值", "Net asset value before"), "fen", most=MOST)
    flow: Number = fact(
        ("当日净划入资金", "Money that came, less what went"), "fen", least=-MOST, most=MOST
    )
    after: Number = fact(("当日资产净值", "Net asset value after"), "fen", most=MOST)


def enough(capital: Number) -> Number:
    """The capital, if it is worth a return; otherwise there is no answer."""
    return positive(capital - LEAST + 1) + LEAST - 1


@dataclass(frozen=True)
class DaySheet(Sheet):
    """The return of a day."""

    title = ("单位净值", "Unit value")

    invested: Number = line(("当日投资本金", "Capital of the day"), "before + flow", LAW)
    earned: Number = line(
        ("当日收益率", "Return of the day"), "(after − invested) ÷ invested", LAW, "rate"
    )
    unit_value: Number = line(
        ("当日单位净值", "Unit value"),
        "unit_before × after ÷ invested",
        LAW,
        "index",
        kind="total",
    )


@rule(
    "funds.investment.unit_value",
    ("单位净值和当日收益率", "Unit value and return of a day"),
    facts=DayFacts,
    params=NoParams,
    law=LAW,
)
def unit_value(f: DayFacts, p: NoParams) -> DaySheet:
    """The unit value after a day; no answer where less than ten thousand yuan were invested.

    A million yuan grew to 1.1 million, then 900,000 came, then all of it lost a tenth:

    >>> first = DayFacts(unit_before=ONE, before=100_000_000, flow=0, after=110_000_000)
    >>> second = DayFacts(unit_before=1_100_000, before=110_000_000, flow=90_000_000, after=180_000_000)
    >>> unit_value(first, NoParams()).unit_value, unit_value(second, NoParams())
    (1100000, DaySheet(invested=200000000, earned=-100000, unit_value=990000))
    """
    invested = enough(f.before + f.flow)
    return DaySheet(
        invested,
        half_up((f.after - invested) * ONE, invested),
        half_up(f.unit_before * f.after, invested),
    )


@dataclass(frozen=True, kw_only=True)
class PeriodFacts(Facts):
    """A period between two valuations. `flow_days` adds up each flow times the days it was there."""

    days: Number = fact(("期间天数", "Days"), "days", least=1, most=366)
    opening: Number = fact(("期初资产净值", "Net asset value, opening"), "fen", most=MOST)
    closing: Number = fact(("期末资产净值", "Net asset value, closing"), "fen", most=MOST)
    flow: Number = fact(
        ("净划入资金", "Money that came, less what went"), "fen", least=-MOST, most=MOST, default=0
    )
    flow_days: Number = fact(
        ("净划入资金×在账天数", "Each flow times its days"),
        "fen",
        least=-366 * MOST,
        most=366 * MOST,
        default=0,
    )
    unit_opening: Number = fact(
        ("期初单位净值", "Unit value, opening"), "index", least=1, most=MOST_INDEX
    )
    unit_closing: Number = fact(("期末单位净值", "Unit value, closing"), "index", most=MOST_INDEX)
    benchmark_opening: Number = fact(
        ("期初业绩基准", "Benchmark, opening"), "index", least=1, most=MOST_INDEX, default=ONE
    )
    benchmark_closing: Number = fact(
        ("期末业绩基准", "Benchmark, closing"), "index", most=MOST_INDEX, default=ONE
    )


@dataclass(frozen=True)
class PeriodSheet(Sheet):
    """What a period brought."""

    title = ("投资收益率", "Return of a period")

    gain: Number = line(("投资收益", "Return"), "closing − opening − flow", LAW)
    capital_days: Number = line(
        ("本金×天数", "Capital times days"), "opening × days + flow_days", LAW
    )
    money_weighted: Number = line(
        ("资金加权收益率", "Money-weighted return"), "gain × days ÷ capital_days", LAW, "rate"
    )
    time_weighted: Number = line(
        ("时间加权收益率", "Time-weighted return"), "unit_closing ÷ unit_opening − 1", LAW, "rate"
    )
    benchmark: Number = line(
        ("业绩基准收益率", "Return of the benchmark"),
        "benchmark_closing ÷ benchmark_opening − 1",
        LAW,
        "rate",
    )
    ahead: Number = line(
        ("超额收益率", "Ahead of the benchmark"),
        "time_weighted − benchmark",
        LAW,
        "rate",
        kind="total",
    )


@rule(
    "funds.investment.period_return",
    ("时间加权、资金加权收益率与业绩基准", "Time- and money-weighted return, and the benchmark"),
    facts=PeriodFacts,
    params=NoParams,
    law=LAW,
)
def period_return(f: PeriodFacts, p: NoParams) -> PeriodSheet:
    """What a period of days brought, three ways of looking at it."""
    gain = f.closing - f.opening - f.flow
    capital_days = enough(f.opening * f.days + f.flow_days)
    time_weighted = half_up(f.unit_closing * ONE, f.unit_opening) - ONE
    benchmark = half_up(f.benchmark_closing * ONE, f.benchmark_opening) - ONE
    return PeriodSheet(
        gain,
        capital_days,
        half_up(gain * f.days * ONE, capital_days),
        time_weighted,
        benchmark,
        time_weighted - benchmark,
    )


def internal_rate(flows: Sequence[tuple[int, int]], closing: int) -> int:
    """The yearly rate, in millionths, at which the flows (days to the end, fen) grow to `closing`.

    A thousand yuan for a year and a thousand for half of it became 2,100:

    >>> internal_rate([(365, 100_000), (182, 100_000)], 210_000)
    67091

    `NoAnswer` where no rate between −100 % and 1,000 % explains them.
    """
    with localcontext() as context:
        context.prec = DIGITS

        def missing(rate: Decimal) -> Decimal:
            grown = ((1 + rate) ** (Decimal(days) / YEAR) * amount for days, amount in flows)
            return sum(grown, Decimal(0)) - closing

        low, high = LOWEST, HIGHEST
        if not flows or (missing(low) > 0) == (missing(high) > 0):
            raise NoAnswer("no rate explains these flows")
        rising = missing(high) > 0
        while high - low > Decimal(1) / (ONE * ONE):
            middle = (low + high) / 2
            if (missing(middle) > 0) == rising:
                high = middle
            else:
                low = middle
        return int((low * ONE).to_integral_value())
