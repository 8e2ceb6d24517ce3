"""What the page of a mandate shows: limits, value and return, as pictures and as the same numbers."""

from typing import Any

from django.utils.translation import gettext as _

from funds.models import Mandate, Valuation
from funds.queries import investment as reads
from funds.rules.investment.sets import LIMIT_SETS, LimitSet
from socsec.kernel.arith import half_up
from socsec.kernel.money import decimal, percent, yuan
from socsec.kernel.units import ONE
from socsec.office import figures
from socsec.office.services import policy as policies

PLACES = 4
HUNDREDTH = 100  # millionths: of a per cent


def shown(mandate: Mandate) -> dict[str, Any]:
    """Everything that follows from the valuations of a mandate."""
    last = reads.last_valuation(mandate)
    breaches = [
        (each, reads.limit_words(each), hundredths(each.share) if each.share is not None else "")
        for each in mandate.breaches.select_related("mandate")[:20]
    ]
    said: dict[str, Any] = {"last": last, "breaches": breaches}
    if last is None:
        return said
    ends = reads.month_ends(mandate)
    first = ends[0]
    period = reads.period(mandate, first.day, last.day)
    return said | {
        "unit": decimal(last.unit_value, ONE, PLACES),
        "differs": last.nav - last.stated,
        "since": first.day,
        "period": period
        and {
            "time": hundredths(period.time_weighted),
            "money": hundredths(period.money_weighted),
            "benchmark": hundredths(period.benchmark),
            "ahead": hundredths(period.ahead),
            "gain": period.gain,
        },
        "reserves": reads.reserves_of(mandate),
        "holdings": [
            (
                each,
                f"{each.quantity:,}",
                decimal(each.price, ONE, 2),
                hundredths(share_of(each.value + each.accrued, last)),
            )
            for each in last.file.holdings.select_related("instrument").order_by(
                "instrument__asset_class", "instrument__code"
            )
        ],
        "cash_share": hundredths(share_of(last.cash, last)),
        "against": against(LIMIT_SETS[mandate.limits], last),
        "draft": against(LIMIT_SETS["draft_2023"], last),
        "values": values(ends),
        "returns": returns(ends),
    }


def hundredths(rate: int) -> str:
    """A share to a hundredth of a per cent, for people; what is left is in the room beside it."""
    return percent(int(half_up(rate, HUNDREDTH)) * HUNDREDTH)


def share_of(amount: int, last: Valuation) -> int:
    """A part of the net asset value in millionths."""
    return amount * ONE // last.nav if last.nav > 0 else 0


def against(of: LimitSet, last: Valuation) -> dict[str, Any] | None:
    """Shares beside what a set of limits allows."""
    policy = policies.of(policies.current_edition())
    found = reads.compared(of, reads.classes_of(last), last.cash, last.due, policy, last.day)
    if found is None:
        return None
    lines, _sheet = found
    drawn = [each for each in lines if each.share is not None and each.allowed is not None]
    return {
        "chart": figures.bar_chart(
            [reads.worded(each.limit.label) for each in drawn],
            [
                figures.Series(_("Held"), [each.share or 0 for each in drawn]),
                figures.Series(_("Limit"), [each.allowed or 0 for each in drawn]),
            ],
            beside=True,
            say=hundredths,
        ),
        "head": [_("Limit"), _("Held"), _("Allowed"), _("Room, yuan"), _("Within the limit")],
        "table": [
            [
                reads.worded(each.limit.label),
                hundredths(each.share) if each.share is not None else "—",
                bound(each),
                yuan(each.room),
                _("yes") if each.kept else _("no"),
            ]
            for each in lines
        ],
    }


def bound(line: reads.LimitLine) -> str:
    """What a limit allows, in words."""
    if line.allowed is None:
        return "—"
    sign = "≥" if line.limit.least else "≤"
    return f"{sign} {percent(line.allowed)}"


def values(ends: list[Valuation]) -> dict[str, Any]:
    """The net asset value at the ends of months."""
    days = [each.day.isoformat() for each in ends]
    return {
        "chart": figures.line_chart(
            days,
            [figures.Series(_("Net asset value"), [max(each.nav, 0) for each in ends])],
            every=max(len(days) // 5, 1),
        ),
        "head": [_("Day"), _("Net asset value, yuan"), _("Cash, yuan"), _("Fees due, yuan")],
        "table": [
            [each.day.isoformat(), yuan(each.nav), yuan(each.cash), yuan(each.due)]
            for each in reversed(ends)
        ],
    }


def returns(ends: list[Valuation]) -> dict[str, Any]:
    """What came of 100 yuan, in the mandate and in its benchmark."""
    first = ends[0]
    days = [each.day.isoformat() for each in ends]
    ours = [each.unit_value * ONE // max(first.unit_value, 1) for each in ends]
    theirs = [each.benchmark * ONE // first.benchmark for each in ends]
    grown = min(*ours, *theirs) >= ONE
    less = ONE if grown else 0  # what was earned, unless something was lost
    return {
        "chart": figures.line_chart(
            days,
            [
                figures.Series(_("Mandate"), [each - less for each in ours]),
                figures.Series(_("Benchmark"), [each - less for each in theirs]),
            ],
            every=max(len(days) // 5, 1),
            say=hundredths,
        ),
        "head": [_("Day"), _("Unit value"), _("Return since the beginning"), _("Benchmark")],
        "table": [
            [
                each.day.isoformat(),
                decimal(each.unit_value, ONE, PLACES),
                hundredths(mine - ONE),
                hundredths(its - ONE),
            ]
            for each, mine, its in reversed(list(zip(ends, ours, theirs, strict=True)))
        ],
    }
