"""Reads of investment: what mandates hold, how that stands to their limits, what they earned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import get_language

from funds.models import (
    Entrustment,
    Fund,
    Holding,
    InvestmentOrder,
    LimitBreach,
    Mandate,
    ReturnShare,
    RiskReserve,
    Valuation,
)
from funds.params import NoParams
from funds.rules.investment.returns import PeriodFacts, PeriodSheet, period_return
from funds.rules.investment.sets import LIMIT_SETS, Limit, LimitSet, allocation
from socsec.kernel.policy import Policy
from socsec.kernel.regions import NATION, upwards
from socsec.kernel.sheet import Sheet
from socsec.kernel.units import Label
from socsec.office.access import scope
from socsec.office.models import User

MONTHS = 12


@dataclass(frozen=True)
class LimitLine:
    """A limit against what a mandate holds: shares in millionths (None: it is no share), room in fen."""

    limit: Limit
    share: int | None
    allowed: int | None
    room: int

    @property
    def kept(self) -> bool:
        return self.room >= 0


def worded(label: Label) -> str:
    """A label of a rule in the language of the reader."""
    return label[0] if (get_language() or "").startswith("zh") else label[1]


def limit_words(breach: LimitBreach) -> str:
    """What a broken limit is called."""
    limits = LIMIT_SETS[breach.mandate.limits].limits
    return next((worded(each.label) for each in limits if each.name == breach.limit), breach.limit)


def mandates_of(user: User) -> QuerySet[Mandate]:
    """The mandates of the user's region and below."""
    return scope(
        Mandate.objects.select_related("region", "manager", "custodian"), user, "region_id"
    )


def mandates_for(funds: Iterable[Fund]) -> QuerySet[Mandate]:
    """The mandates in force to which funds may entrust money: of their own region or one above."""
    regions = {code for fund in funds for code in upwards(fund.region_id)}
    return Mandate.objects.filter(region_id__in=regions, checker__isnull=False, until__isnull=True)


def with_worth(mandates: QuerySet[Mandate]) -> QuerySet[Mandate]:
    """Mandates with `nav` and `unit` of their last valuation, and whether a limit is `broken`."""
    last = Valuation.objects.filter(mandate=OuterRef("pk")).order_by("-day")
    broken = LimitBreach.objects.filter(mandate=OuterRef("pk"), cured_on__isnull=True)
    return mandates.annotate(
        nav=Subquery(last.values("nav")[:1]),
        unit=Subquery(last.values("unit_value")[:1]),
        broken=Exists(broken),
    )


def month_ends(mandate: Mandate, months: int = MONTHS) -> list[Valuation]:
    """The last valuation of each of the last months that have one, and the very first before them."""
    days = (
        mandate.valuations.order_by()
        .annotate(of=TruncMonth("day"))
        .values("of")
        .annotate(last=Max("day"))
        .order_by("-of")
        .values_list("last", flat=True)[:months]
    )
    found = list(mandate.valuations.filter(day__in=list(days)).order_by("day"))
    first = mandate.valuations.order_by("day").first()
    return [first, *found] if first and first not in found else found


def last_valuation(mandate: Mandate, on: date | None = None) -> Valuation | None:
    """The latest valuation, or the latest up to a day."""
    found = mandate.valuations.select_related("file").order_by("-day")
    return (found.filter(day__lte=on) if on else found).first()


def values_by_class(held: Iterable[Holding]) -> dict[int, int]:
    """Value and accrued interest by class of assets, in fen."""
    values: dict[int, int] = defaultdict(int)
    for each in held:
        values[each.instrument.asset_class] += each.value + each.accrued
    return dict(values)


def classes_of(valuation: Valuation) -> dict[int, int]:
    """What a valuation is made of by class, in fen, without its cash."""
    return values_by_class(valuation.file.holdings.select_related("instrument"))


def compared(
    of: LimitSet, values: Mapping[int, int], cash: int, due: int, policy: Policy, on: date
) -> tuple[list[LimitLine], Sheet] | None:
    """Every limit of a set against classes and cash. None where there is too little for shares."""
    facts = allocation(values, cash, due)
    if facts is None:
        return None
    params = of.params.at(policy, NATION, on)
    sheet = of.rule(facts, params)
    return [
        LimitLine(limit, limit.share(sheet), limit.allowed(params), limit.room(sheet))
        for limit in of.limits
    ], sheet


def set_of(mandate: Mandate) -> LimitSet:
    """The limits that bind a mandate."""
    return LIMIT_SETS[mandate.limits]


def open_breaches(mandate: Mandate) -> QuerySet[LimitBreach]:
    """Limits that are broken today."""
    return mandate.breaches.filter(cured_on__isnull=True)


def open_orders(mandate: Mandate) -> QuerySet[InvestmentOrder]:
    """Orders that left and are not carried out yet."""
    return mandate.orders.filter(state=InvestmentOrder.State.SENT).select_related("instrument")


def reserve_of(mandate: Mandate, keeper: str) -> int:
    """What stands in a risk reserve, in fen."""
    return int(mandate.reserves.filter(keeper=keeper).aggregate(s=Sum("amount"))["s"] or 0)


def reserves_of(mandate: Mandate) -> dict[str, int]:
    """Both risk reserves of a mandate."""
    return {keeper: reserve_of(mandate, keeper) for keeper in RiskReserve.Keeper.values}


def claim(mandate: Mandate, fund: Fund) -> int:
    """What a fund has in a mandate by the books: entrusted money and its parts of returns, in fen."""
    moved = Entrustment.objects.filter(mandate=mandate, fund=fund, checker__isnull=False)
    parts = ReturnShare.objects.filter(of__mandate=mandate, fund=fund, of__checker__isnull=False)
    return int(moved.aggregate(s=Sum("amount"))["s"] or 0) + int(
        parts.aggregate(s=Sum("part"))["s"] or 0
    )


def period(mandate: Mandate, first: date, last: date) -> PeriodSheet | None:
    """What a mandate earned from the valuation at or before `first` to that at or before `last`.

    None where there are not two valuations, or too little capital.
    """
    opening, closing = last_valuation(mandate, first), last_valuation(mandate, last)
    opening = opening or mandate.valuations.order_by("day").first()
    if opening is None or closing is None or opening.day >= closing.day:
        return None
    flows = mandate.valuations.filter(day__gt=opening.day, day__lte=closing.day).exclude(flow=0)
    moved = list(flows.values_list("day", "flow"))
    facts = PeriodFacts(
        days=(closing.day - opening.day).days,
        opening=opening.nav,
        closing=closing.nav,
        flow=sum(flow for _day, flow in moved),
        flow_days=sum(flow * (closing.day - day).days for day, flow in moved),
        unit_opening=opening.unit_value,
        unit_closing=closing.unit_value,
        benchmark_opening=opening.benchmark,
        benchmark_closing=closing.benchmark,
    )
    try:
        return period_return(facts, NoParams())
    except ZeroDivisionError:
        return None
