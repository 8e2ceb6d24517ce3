"""What needs somebody: returned and held payments, pensions to look at, figures of a start page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    TextChoices,
)
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import (
    BankAccount,
    EventKind,
    LifeEvent,
    ProofTask,
    Purpose,
    StatusKind,
    StatusNotice,
    StatusState,
)
from funds.models import Branch
from pensions.models import (
    AccountState,
    Award,
    AwardState,
    HeldPayment,
    IndividualAccount,
    PensionPayment,
    ReturnedPayment,
)
from socsec.kernel.months import first_day
from socsec.office.access import scope

from .award import awards


def returned(user: Any) -> QuerySet[ReturnedPayment]:
    """Payments that the bank sent back and nobody ordered again, the oldest first."""
    return scope(ReturnedPayment.objects.filter(reordered_in__isnull=True), user).order_by(
        "returned_on", "person_id"
    )


def without_account(user: Any) -> QuerySet[Award]:
    """Awards in payment whose person has no bank account on file: the payroll cannot pay them."""
    on_file = BankAccount.objects.filter(
        person_id=OuterRef("person_id"), purpose=Purpose.BENEFIT, closed_on__isnull=True
    )
    found = awards(user).filter(state=AwardState.IN_PAYMENT)
    merged = enrollment.paid_under_another(Purpose.BENEFIT)
    return found.exclude(Exists(on_file)).exclude(person_id__in=merged).order_by("from_month", "pk")


def held(user: Any) -> QuerySet[HeldPayment]:
    """Whom payrolls could not pay and still owe, the oldest first."""
    owed = Award.objects.filter(owed_from__isnull=False).exclude(state=AwardState.ENDED)
    return scope(HeldPayment.objects.filter(award_id__in=owed.values("pk")), user).order_by(
        "run_id", "person_id"
    )


def dead_in_payment(user: Any) -> QuerySet[Award]:
    """Awards whose person has died and which nobody has ended yet."""
    return awards(user).filter(person__died_on__isnull=False).exclude(state=AwardState.ENDED)


def paid_after_death(user: Any) -> QuerySet[PensionPayment]:
    """Payments for months after the month of death: to be recovered."""
    month_of_death = Subquery(
        Award.objects.filter(pk=OuterRef("award_id"), person__died_on__isnull=False).values(
            month=ExtractYear("person__died_on") * 12 + ExtractMonth("person__died_on") - 1
        ),
        output_field=IntegerField(),
    )
    dead = Award.objects.filter(person__died_on__isnull=False).values("person_id")
    return (
        scope(PensionPayment.objects.filter(person_id__in=dead), user)
        .annotate(month_of_death=month_of_death)
        .filter(month__gt=F("month_of_death"))
        .order_by("person_id", "month")
    )


class Watch(TextChoices):
    """Why somebody should look at a pension in payment. None of them stops it by itself."""

    DEAD = "dead", _("has died; the award runs on")
    REPORTED = "reported", _("a register says that the person has died")
    DOUBLE = "double", _("draws another pension as well")
    PRISON = "prison", _("serves a sentence")
    ABROAD = "abroad", _("has settled abroad")
    UNPROVED = "unproved", _("proof of life has run out")


@dataclass(frozen=True)
class Watched:
    """A pension to look at, with every reason and the day since when it holds."""

    award: Award
    reasons: list[tuple[Watch, date]]


def watched(user: Any, limit: int) -> list[Watched]:
    """Pensions in payment of the user's region that somebody should look at. Seven queries.

    A notice of a death stops nothing by itself: somebody suspends the pension, or dismisses it.
    """
    running = (
        awards(user)
        .filter(state=AwardState.IN_PAYMENT, branch=Branch.PENSION)
        .order_by("person_id", "pk")
    )
    found: dict[int, list[tuple[Watch, date]]] = {}
    for award in running.filter(person__died_on__isnull=False)[:limit]:
        assert award.person.died_on is not None  # the filter says so
        found.setdefault(award.pk, []).append((Watch.DEAD, award.person.died_on))
    notices = StatusNotice.objects.filter(
        person_id=OuterRef("person_id"),
        kind=StatusKind.DEATH,
        state__in=(StatusState.MATCHED, StatusState.DOUBT),
    ).order_by("happened_on")
    told = running.annotate(told_on=Subquery(notices.values("happened_on")[:1]))
    for award in told.filter(told_on__isnull=False, person__died_on__isnull=True)[:limit]:
        found.setdefault(award.pk, []).append((Watch.REPORTED, award.told_on))  # type: ignore[attr-defined]
    others = (
        Award.objects.filter(person_id=OuterRef("person_id"), branch=Branch.PENSION)
        .exclude(pk=OuterRef("pk"))
        .exclude(state=AwardState.ENDED)
    )
    for award in running.filter(Exists(others))[:limit]:
        found.setdefault(award.pk, []).append((Watch.DOUBLE, first_day(award.from_month)))
    for begins, ends, why in (
        (EventKind.PRISON, EventKind.RELEASE, Watch.PRISON),
        (EventKind.EMIGRATION, EventKind.RETURN, Watch.ABROAD),
    ):
        last = (
            LifeEvent.objects.filter(
                person_id=OuterRef("person_id"),
                kind__in=(begins, ends),
                reverses__isnull=True,
                reversed_by__isnull=True,
            )
            .order_by("-happened_on", "-pk")
            .values("kind", "happened_on")[:1]
        )
        inside = running.annotate(
            last_kind=Subquery(last.values("kind")), last_on=Subquery(last.values("happened_on"))
        ).filter(last_kind=begins)
        for award in inside[:limit]:
            found.setdefault(award.pk, []).append((why, award.last_on))  # type: ignore[attr-defined]
    missed = ProofTask.objects.filter(
        person_id=OuterRef("person_id"), state=ProofTask.State.MISSED, closed_on__isnull=True
    ).order_by("due_on")
    late = running.annotate(missed_on=Subquery(missed.values("due_on")[:1]))
    for award in late.filter(missed_on__isnull=False)[:limit]:
        found.setdefault(award.pk, []).append((Watch.UNPROVED, award.missed_on))  # type: ignore[attr-defined]
    rows = {award.pk: award for award in running.filter(pk__in=found)}
    return [Watched(rows[pk], reasons) for pk, reasons in sorted(found.items())][:limit]


@dataclass(frozen=True)
class Standing:
    """How pensions stand in a user's region, for a start page. Counts, and fen a month."""

    in_payment: int
    suspended: int
    accounts: int
    returned: int
    held: int
    dead_in_payment: int


def standing(user: Any) -> Standing:
    """The figures of a start page."""
    states = dict(awards(user).order_by().values_list("state").annotate(count=Count("pk")))
    kept = scope(IndividualAccount.objects.exclude(state=AccountState.CLOSED), user)
    return Standing(
        in_payment=states.get(AwardState.IN_PAYMENT, 0),
        suspended=states.get(AwardState.SUSPENDED, 0),
        accounts=kept.count(),
        returned=returned(user).count(),
        held=without_account(user).count(),
        dead_in_payment=dead_in_payment(user).count(),
    )
