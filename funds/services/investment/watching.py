"""Limits compared with what is held: at each day's file, and every night."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from funds.models import CustodianFile, LimitBreach, Mandate, Valuation
from funds.queries.investment import (
    LimitLine,
    classes_of,
    compared,
    last_valuation,
    open_breaches,
    set_of,
)
from funds.rules.investment.classes import OFF_BALANCE, OWED
from socsec.office.calendar import add_working_days
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

SHORT = OWED | OFF_BALANCE


def compare(mandate: Mandate, valuation: Valuation, *, by: User | None = None) -> list[LimitBreach]:
    """Compare a valuation with the limits of its day: breaches open, grow, or end. Those open now."""
    policy = policies.of(policies.current_edition())
    found = compared(
        set_of(mandate), classes_of(valuation), valuation.cash, valuation.due, policy, valuation.day
    )
    known = {each.limit: each for each in open_breaches(mandate).select_for_update()}
    for line in found[0] if found else []:
        there = known.pop(line.limit.name, None)
        if line.kept:
            if there:
                _end(there, valuation, by)
        elif there:
            there.share, there.excess = line.share, max(there.excess, -line.room)
            there.save(update_fields=["share", "excess"])
        else:
            _begin(mandate, valuation, line, by)
    for gone in known.values():
        _end(gone, valuation, by)
    return list(open_breaches(mandate))


@transaction.atomic
def compare_all(on: date | None = None) -> int:
    """Compare every mandate in force as of its last valuation. How many limits are broken."""
    today = on or timezone.localdate()
    broken = 0
    for mandate in Mandate.objects.filter(checker__isnull=False).select_for_update(no_key=True):
        last = last_valuation(mandate, today)
        broken += len(compare(mandate, last)) if last else 0
    return broken


def _begin(mandate: Mandate, valuation: Valuation, line: LimitLine, by: User | None) -> None:
    passive = not _traded(valuation.file, line)
    day = valuation.day
    made = LimitBreach.objects.create(
        mandate=mandate,
        limit=line.limit.name,
        found_on=day,
        passive=passive,
        share=line.share,
        allowed=line.allowed,
        excess=-line.room,
        cure_by=add_working_days(day, mandate.cure_days) if passive else day,
    )
    _note(made, "investment.breach", by)


def _end(breach: LimitBreach, valuation: Valuation, by: User | None) -> None:
    breach.cured_on = valuation.day
    breach.save(update_fields=["cured_on"])
    _note(breach, "investment.cured", by)


def _note(breach: LimitBreach, act: str, by: User | None) -> None:
    audit.record(
        by=by,
        act=act,
        subject=breach,
        region=breach.mandate.region_id,
        limit=breach.limit,
        passive=breach.passive,
        excess=breach.excess,
    )


def _traded(file: CustodianFile, line: LimitLine) -> bool:
    """Whether the day's trades had a hand in it: bought what is too much, or spent what is too little."""
    trades = file.trades.select_related("instrument")
    if line.limit.least:
        return any(each.buys for each in trades)
    return any(
        each.buys != (each.instrument.asset_class in SHORT)
        for each in trades
        if each.instrument.asset_class in line.limit.classes
    )
