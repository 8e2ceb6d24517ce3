"""What the audit found: the queue of the clerks, what a provider sees of its own, and how often rules are right."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from medical.models import BillFinding, FindingAppeal, Provider
from socsec.office.access import scope

State = BillFinding.State
REAL = Q(state__in=BillFinding.STANDING)
NOT_REAL = Q(state__in=(State.DISMISSED, State.RESTORED))


@dataclass(frozen=True)
class Precision:
    """How a rule did: findings in all, found real and not, and what was deducted, fen."""

    rule: str
    found: int
    real: int
    wrong: int
    deducted: int

    @property
    def share(self) -> int | None:
        """Of those decided, how many in a hundred were real; None before the first."""
        decided = self.real + self.wrong
        return self.real * 100 // decided if decided else None


def findings(user: Any) -> QuerySet[BillFinding]:
    return scope(BillFinding.objects.select_related("provider", "encounter", "line"), user)


def appeals(user: Any) -> QuerySet[FindingAppeal]:
    return scope(FindingAppeal.objects.select_related("finding__provider"), user, "finding__region")


def of_provider(provider: Provider) -> QuerySet[BillFinding]:
    """What a provider is told of: deductions, once they are confirmed."""
    told = (*BillFinding.STANDING, State.RESTORED)
    return BillFinding.objects.filter(provider=provider, state__in=told).select_related(
        "encounter", "line"
    )


def waiting(user: Any) -> QuerySet[BillFinding]:
    """Findings that wait for a decision."""
    return findings(user).filter(state__in=[State.OPEN, State.PROPOSED])


def precision(user: Any) -> list[Precision]:
    """How often each rule was right, of what was decided."""
    rows = (
        findings(user)
        .order_by("rule")
        .values("rule")
        .annotate(
            found=Count("pk"),
            real=Count("pk", filter=REAL),
            wrong=Count("pk", filter=NOT_REAL),
            deducted=Sum("amount", filter=REAL, default=0),
        )
    )
    return [Precision(**row) for row in rows]
