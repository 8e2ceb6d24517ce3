"""What the catalogues say on a day, and what a file that waits would change of it.

An item is that of the region of care, or of the nearest region above that lists it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medical.models import (
    Catalogue,
    CatalogueEdition,
    CatalogueItem,
    CatalogueRow,
    Change,
    Diagnosis,
    DiagnosisRow,
)
from socsec.kernel.regions import upwards
from socsec.office.access import scope

# Rows read at once.
CHUNK = 100


def editions(user: Any) -> QuerySet[CatalogueEdition]:
    """Those of the user's region and below."""
    return scope(CatalogueEdition.objects.select_related("maker", "checker"), user)


def waiting(user: Any) -> QuerySet[CatalogueEdition]:
    return editions(user).filter(state=CatalogueEdition.State.WAITING)


def on(day: date) -> Q:
    """The condition that an item or a diagnosis stands so on a day."""
    return Q(from_date__lte=day) & (Q(until__isnull=True) | Q(until__gte=day))


def items_on(
    region: str, day: date, codes: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], CatalogueItem]:
    """Items by (kind, code) as they stood on a day, the nearest region first; one query.

    What no region lists is left out: it is outside the catalogue.
    """
    asked = set(codes)
    above = upwards(region)
    found: dict[tuple[int, str], CatalogueItem] = {}
    rows = CatalogueItem.objects.filter(
        on(day), region__in=above, code__in={code for _kind, code in asked}
    )
    for item in sorted(rows, key=lambda item: above.index(item.region)):
        if (item.kind, item.code) in asked:
            found.setdefault((item.kind, item.code), item)
    return found


def items_named_on(
    region: str, day: date, names: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], CatalogueItem]:
    """The same by (kind, name); a name that several items of a region have is nobody's."""
    asked = set(names)
    above = upwards(region)
    rows = CatalogueItem.objects.filter(
        on(day), region__in=above, name__in={name for _kind, name in asked}
    )
    found: dict[tuple[int, str], list[CatalogueItem]] = {}
    for item in sorted(rows, key=lambda item: above.index(item.region)):
        same = found.setdefault((item.kind, item.name), [])
        if not same or same[0].region == item.region:
            same.append(item)
    return {key: same[0] for key, same in found.items() if key in asked and len(same) == 1}


def item_on(region: str, day: date, kind: int, code: str) -> CatalogueItem | None:
    return items_on(region, day, [(kind, code)]).get((kind, code))


def diagnosis_on(region: str, day: date, code: str) -> Diagnosis | None:
    """A diagnosis as it stood on a day, or None where no list knows it."""
    above = upwards(region)
    rows = Diagnosis.objects.filter(on(day), region__in=above, code=code)
    return min(rows, key=lambda row: above.index(row.region), default=None)


def special_diseases(region: str, day: date) -> list[Diagnosis]:
    """The diseases that may be registered for outpatient care there, by code."""
    above = upwards(region)
    found: dict[str, Diagnosis] = {}
    rows = Diagnosis.objects.filter(on(day), region__in=above)
    for row in sorted(rows.filter(special=True), key=lambda row: above.index(row.region)):
        found.setdefault(row.code, row)
    return [found[code] for code in sorted(found)]


@dataclass(frozen=True)
class Difference:
    """One item that a file would change: how it is, how it will be; None where it is not."""

    change: str | Promise
    code: str
    name: str
    old: CatalogueItem | Diagnosis | None
    new: CatalogueRow | DiagnosisRow | None


def differences(
    edition: CatalogueEdition, change: str = "", most: int | None = None
) -> Iterator[Difference]:
    """New, changed and ended items of a file, in this order; `change` picks one of the three.

    A file that was taken is compared with what it ended.
    """
    for kind in (Change.ADDED, Change.CHANGED):
        if change in ("", kind):
            yield from _of_rows(edition, kind, most)
    if change in ("", "ended") and edition.whole:
        yield from _ended(edition, most)


def _of_rows(edition: CatalogueEdition, change: str, most: int | None) -> Iterator[Difference]:
    rows = _rows(edition).filter(change=change).order_by("number")[:most].iterator(CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        yield from _with_old(edition, chunk)


def _with_old(edition: CatalogueEdition, rows: list[Any]) -> Iterator[Difference]:
    codes = [row.code for row in rows if row.change == Change.CHANGED]
    old = {item.code: item for item in _before(edition).filter(code__in=codes)} if codes else {}
    for row in rows:
        yield Difference(row.get_change_display(), row.code, row.name, old.get(row.code), row)


def _ended(edition: CatalogueEdition, most: int | None) -> Iterator[Difference]:
    kept = _rows(edition).values("code")
    for item in _before(edition).exclude(code__in=kept).order_by("code")[:most].iterator():
        yield Difference(_("Ends"), item.code, item.name, item, None)


def _rows(edition: CatalogueEdition) -> QuerySet[Any]:
    model: Any = DiagnosisRow if edition.kind == Catalogue.DIAGNOSES else CatalogueRow
    found: QuerySet[Any] = model.objects.filter(edition=edition)
    return found


def _before(edition: CatalogueEdition) -> QuerySet[Any]:
    """What stands open, or stood until the day before an edition that was taken."""
    taken = edition.state == CatalogueEdition.State.TAKEN
    ends = Q(until=date.fromordinal(edition.from_date.toordinal() - 1)) if taken else Q(until=None)
    if edition.kind == Catalogue.DIAGNOSES:
        return Diagnosis.objects.filter(ends, region=edition.region)
    return CatalogueItem.objects.filter(ends, region=edition.region, kind=edition.kind)
