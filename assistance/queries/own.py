"""What the portal shows a person of their own."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from assistance.models import (
    Applicant,
    Application,
    Exclusion,
    Grant,
    GrantPayment,
    GrantState,
    Recognition,
)
from socsec.kernel.months import month_of
from socsec.office.models import Case
from socsec.office.people import numbers

from .amounts import amounts_in


@dataclass(frozen=True)
class GrantNow:
    """A grant with what it comes to a month now, or from its first month on, fen."""

    grant: Grant
    amount: int


def drawn_by(person_id: int) -> list[GrantNow]:
    """What a person draws, the latest first; what has ended comes last."""
    rows = list(
        Grant.objects.filter(person_id__in=numbers(person_id))
        .select_related("programme", "application__case")
        .order_by("state", "-pk")
    )
    # What begins next month is shown already.
    month = month_of(timezone.localdate()) + 1
    amounts = amounts_in([row.pk for row in rows], month)
    return [GrantNow(row, amounts.get(row.pk, 0)) for row in rows]


def monthly_of(person_id: int) -> int:
    """What all running grants of a payee come to a month, fen; those that pay once are not in it."""
    return sum(
        each.amount
        for each in drawn_by(person_id)
        if each.grant.state == GrantState.RUNNING and each.grant.programme.rhythm == "monthly"
    )


def recognitions_of(person_id: int, on: date | None = None) -> QuerySet[Recognition]:
    """As what a person is recognised on a day, today unless said; the strongest first."""
    day = on or timezone.localdate()
    return (
        Recognition.objects.filter(person_id__in=numbers(person_id), since__lte=day)
        .exclude(until__lt=day)
        .order_by("standing", "pk")
    )


def payments_of(person_id: int) -> QuerySet[GrantPayment]:
    """What was paid to a person, the latest month first."""
    return (
        GrantPayment.objects.filter(person_id__in=numbers(person_id))
        .select_related("grant__programme", "envelope")
        .order_by("-month", "-pk")
    )


def applications_of(person_id: int) -> QuerySet[Application]:
    """Applications that a person made, and those in which they are a member, the latest first."""
    own = numbers(person_id)
    return (
        Application.objects.filter(Q(person_id__in=own) | Q(members__person_id__in=own))
        .select_related("case", "programme", "person")
        .distinct()
        .order_by("-pk")
    )


def to_authorise(person_id: int, on: date | None = None) -> list[Applicant]:
    """Open applications in which registers may not yet, or no longer, be asked about a person."""
    today = on or timezone.localdate()
    return list(
        Applicant.objects.filter(
            Q(authorised_on__isnull=True) | Q(authorised_until__lt=today),
            person_id__in=numbers(person_id),
            excluded=Exclusion.NONE,
            application__open=True,
            application__programme__means_tested=True,
            application__case__state__in=Case.OPEN,
        )
        .select_related("application__programme", "application__person", "application__case")
        .order_by("pk")
    )
