"""Entitlements on their way between funds, as both offices and the person see them."""

from typing import Any

from django.db.models import Q, QuerySet

from enrollment import queries as enrollment
from enrollment.models import Movement, MovementState
from funds.models import Branch, Fund
from pensions.models import Transfer, TransferKind, TransferMonth, TransferState
from socsec.office import people
from socsec.office.access import scope
from socsec.office.models import Case


def transfers(user: Any) -> QuerySet[Transfer]:
    """The transfers that a user's office has a part in, whichever side it is on."""
    every = Transfer.objects.select_related("person", "from_fund__region", "to_fund__region")
    mine = scope(every, user, "from_region").values("pk")
    theirs = scope(every, user, "to_region").values("pk")
    return every.filter(Q(pk__in=mine) | Q(pk__in=theirs)).order_by("-pk")


def transfers_of(person_id: int) -> QuerySet[Transfer]:
    """A person's transfers, newest first, with their cases."""
    return (
        Transfer.objects.filter(person_id__in=people.numbers(person_id))
        .prefetch_related("cases__case__office")
        .order_by("-pk")
    )


def transfer_of(case: Case) -> Transfer | None:
    """The transfer that a case is a step of."""
    return Transfer.objects.filter(cases__case=case).select_related("person").first()


def transfer_months(transfer: Transfer) -> QuerySet[TransferMonth]:
    """The months of the form in force, oldest first."""
    return TransferMonth.objects.filter(
        person_id=transfer.person_id, transfer_id=transfer.pk, turn=transfer.turn
    ).order_by("month")


def waiting_for_money(user: Any) -> QuerySet[Movement]:
    """Records that moved away from the user's region, whose money nobody has taken up yet."""
    due = (
        enrollment.money_due()
        .filter(money="due")
        .exclude(transfers__state__in=Transfer.OPEN)
        .select_related("person")
    )
    return scope(due, user, "from_region").order_by("done_on", "pk")


def temporary_waiting(user: Any) -> QuerySet[Movement]:
    """Temporary accounts of the user's region that have not joined their record yet."""
    kept = (
        Movement.objects.filter(branch=Branch.PENSION, state=MovementState.TEMPORARY)
        .exclude(transfers__state__in=[*Transfer.OPEN, TransferState.DONE])
        .select_related("person")
    )
    return scope(kept, user, "to_region").order_by("pk")


def open_transfer(person_id: int, branch: int = Branch.PENSION) -> Transfer | None:
    """The transfer of a person that is under way; a pension waits for it."""
    return Transfer.objects.filter(
        person_id=person_id, branch=branch, state__in=Transfer.OPEN
    ).first()


def moved_away(person_id: int) -> Transfer | None:
    """The transfer by which a record left these books, if it did and has not come back."""
    last = (
        Transfer.objects.filter(
            person_id=person_id, kind=TransferKind.RECORD, state=TransferState.DONE
        )
        .order_by("done_on", "pk")
        .last()
    )
    return last if last is not None and last.to_fund_id is None else None


def funds_of(user: Any, branch: int) -> list[Fund]:
    """The funds of a branch in the user's region."""
    found = Fund.objects.filter(branch=branch).select_related("region")
    return list(scope(found, user, "region_id").order_by("pk"))
