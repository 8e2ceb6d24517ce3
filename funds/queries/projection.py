"""Reads of projections: the course of a scheme, what it means by year, and neighbours by one lever."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from funds.models import Projection, ProjectionYear, Scheme
from socsec.kernel.arith import ONE

SUMMED = (
    *("contributors", "pensioners", "awarded", "contributions", "subsidies", "investment"),
    *("pensions", "grants", "refunds", "award", "base", "reserve"),
)


@dataclass(frozen=True, slots=True)
class CourseYear:
    """A year of a scheme over all its regions: heads, fen; rates in millionths, None without a whole."""

    year: int
    wage: int
    contributors: int
    pensioners: int
    awarded: int
    contributions: int
    subsidies: int
    investment: int
    pensions: int
    grants: int
    refunds: int
    award: int
    base: int
    reserve: int

    @property
    def income(self) -> int:
        return self.contributions + self.subsidies + self.investment

    @property
    def paid_in(self) -> int:
        """Income without what the reserve earns or, once it is used up, costs."""
        return self.contributions + self.subsidies + max(self.investment, 0)

    @property
    def expenditure(self) -> int:
        return self.pensions + self.grants + self.refunds

    @property
    def balance(self) -> int:
        return self.income - self.expenditure

    @property
    def cost_rate(self) -> int | None:
        """Expenditure as a part of the wages contributed on."""
        return _part(self.expenditure, self.base)

    @property
    def dependency(self) -> int | None:
        """Pensioners for each contributor."""
        return _part(self.pensioners, self.contributors)

    @property
    def replacement(self) -> int | None:
        """The mean pension as a part of the average wage."""
        return _part(self.pensions, self.pensioners * self.wage)

    @property
    def new_replacement(self) -> int | None:
        """The mean new pension as a part of the average wage."""
        return _part(self.award, self.awarded * self.wage)


def _part(part: int, whole: int) -> int | None:
    return part * ONE // whole if whole > 0 else None


def courses(projection: Projection) -> dict[Scheme, list[CourseYear]]:
    """Every scheme of a projection year by year, all regions together; one query."""
    found: dict[Scheme, list[CourseYear]] = {}
    years: Any = (
        ProjectionYear.objects.filter(projection=projection)
        .values("scheme", "year", "wage")
        .annotate(**{f"of_{name}": Sum(name) for name in SUMMED})
        .order_by("scheme", "year")
    )
    for row in years:
        numbers = {name: int(row[f"of_{name}"]) for name in SUMMED}
        year = CourseYear(year=row["year"], wage=row["wage"], **numbers)
        found.setdefault(Scheme(row["scheme"]), []).append(year)
    return found


def done() -> QuerySet[Projection]:
    """The projections that are worked out, the newest first."""
    return Projection.objects.filter(state=Projection.State.DONE)


def public() -> QuerySet[Projection]:
    """Those on the public page, the newest first."""
    held = done().filter(publisher__isnull=False).order_by("-published_at")
    return held.select_related("edition").defer("edition__content")


def neighbours(projection: Projection) -> list[tuple[str, Projection]]:
    """Projections of the same edition and start that differ in one lever alone, with its name."""
    same = done().filter(
        edition=projection.edition_id,
        source=projection.source,
        region=projection.region_id,
        drafts=projection.drafts,
    )
    found = []
    for other in same.exclude(pk=projection.pk).order_by("pk"):
        names = {*projection.scenario, *other.scenario}
        differ = [n for n in names if projection.scenario.get(n) != other.scenario.get(n)]
        if len(differ) == 1:
            found.append((differ[0], other))
    return sorted(found, key=lambda each: (each[0], str(each[1].scenario.get(each[0], ""))))


def without_drafts(projection: Projection) -> Projection | None:
    """The same scenario as it would be if the drafts were not approved; None where nobody asked."""
    return (
        done()
        .filter(
            edition=projection.edition_id,
            source=projection.source,
            region=projection.region_id,
            scenario=projection.scenario,
            drafts=[],
        )
        .order_by("-draws", "pk")
        .first()
    )
