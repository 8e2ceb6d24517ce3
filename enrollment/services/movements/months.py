"""The months of the old place: what it attests, and which of two paid months counts."""

import hashlib

from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    MovedMonth,
    Movement,
    MovementState,
)
from enrollment.params import NoNumbers
from enrollment.queries import PlaceMonth
from enrollment.rules.movement import Insured, Overlap, Side
from enrollment.rules.movement import overlap as overlap_rule
from funds.models import Scheme
from funds.services import fund as funds
from socsec.office.errors import NotFound, Refused


def pool(branch: int, region: str) -> str:
    """The pooling region (统筹地区) that a region belongs to; itself where no fund says so."""
    for scheme in Scheme:
        try:
            return str(funds.for_(branch, scheme, region).region_id)
        except NotFound:
            continue
    return region


def every_month(person_id: int, branch: int) -> list[PlaceMonth]:
    """Every month that counts, by place, those of a resident's years among them."""
    worked = queries.place_months(person_id, branch)
    return sorted(
        [*worked, *queries.resident_months(person_id, branch)],
        key=lambda each: (each.month, each.deemed, each.resident, each.region),
    )


def statement(movement: Movement) -> list[tuple[PlaceMonth, bool, bool]]:
    """The months of the old place, each with whether it overlaps and whether it counts."""
    every = every_month(movement.person_id, movement.branch)
    here = pool(movement.branch, movement.from_region)
    old = {**_taken_over(movement, here), **queries.within(every, here)}
    new = queries.within(every, pool(movement.branch, movement.to_region))
    rows = []
    for month, mine in sorted(old.items()):
        theirs = new.get(month)
        counts = True
        if theirs is not None:
            kept = overlap_rule(
                Overlap(old=_insured(mine), new=_insured(theirs), chosen=movement.keep),
                NoNumbers(),
            ).kept
            counts = kept == Side.OLD
        rows.append((mine, theirs is not None, counts))
    return rows


def _taken_over(movement: Movement, here: str) -> dict[int, PlaceMonth]:
    """Months that reached the old place with an earlier movement: they go on with the record."""
    earlier = Movement.objects.filter(
        person_id=movement.person_id, branch=movement.branch, state=MovementState.DONE
    )
    return {
        row.month: PlaceMonth(row.month, row.region, row.resident, row.deemed, row.base)
        for each in earlier.order_by("done_on", "pk")
        if pool(each.branch, each.to_region) == here
        for row in queries.statement(each).filter(counts=True)
    }


def _insured(month: PlaceMonth) -> Insured:
    return Insured.RESIDENT if month.resident else Insured.EMPLOYEE


def digest(rows: list[tuple[PlaceMonth, bool, bool]]) -> str:
    text = "\n".join(
        f"{m.month} {m.region} {m.resident:d} {m.deemed:d} {m.base} {overlaps:d} {counts:d}"
        for m, overlaps, counts in rows
    )
    return hashlib.sha256(text.encode()).hexdigest()


def write_statement(movement: Movement) -> None:
    """Lay down the months as the next turn. `Refused` where there is none."""
    rows = statement(movement)
    if not rows:
        raise Refused(
            _("No month that counts is on record here."),
            code="no_months",
            fix=_("Send the case to your reviewer with the word to refuse it."),
        )
    movement.turn += 1
    movement.months, movement.digest = len(rows), digest(rows)
    MovedMonth.objects.bulk_create(
        MovedMonth(
            person_id=movement.person_id,
            movement_id=movement.pk,
            turn=movement.turn,
            month=m.month,
            region=m.region,
            resident=m.resident,
            deemed=m.deemed,
            base=m.base,
            overlaps=overlaps,
            counts=counts,
        )
        for m, overlaps, counts in rows
    )
    movement.save(update_fields=["turn", "months", "digest"])
