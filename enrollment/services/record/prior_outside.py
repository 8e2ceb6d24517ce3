"""Months that an office with books of its own attested: two people there, and one here, vouch for them."""

from collections.abc import Collection, Iterable, Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person, PriorKind, PriorMonth, PriorService, PriorState
from enrollment.services.checks import known_region, known_text, lock
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def attested(
    *,
    by: User,
    maker: User,
    person: Person,
    branch: int,
    region: str,
    to_region: str,
    paid: Mapping[int, int],
    deemed: Collection[int],
    document: str,
) -> list[PriorService]:
    """Take over the base of each paid month, in fen, and the deemed months, of a form that arrived.

    `maker` is the other office's system, which handed the form in; `by` checked it at `to_region`.
    `Conflict` where a month is on record already.
    """
    require(by, "case.check", to_region)
    require_other_hand(by, maker)
    person = lock(person)
    made = []
    for kind, stretches in (
        (PriorKind.PAID, _stretches(paid)),
        (PriorKind.DEEMED, _stretches(deemed)),
    ):
        for first, last in stretches:
            made.append(
                PriorService(
                    person=person,
                    branch=branch,
                    kind=kind,
                    region=known_region(region),
                    first_month=first,
                    last_month=last,
                    document=known_text(document, "document"),
                    state=PriorState.APPROVED,
                    maker=maker,
                    checker=by,
                    decided_at=timezone.now(),
                )
            )
    try:
        with transaction.atomic():
            for each in made:
                each.save()
            PriorMonth.objects.bulk_create(
                PriorMonth(
                    person_id=person.pk,
                    branch=branch,
                    month=month,
                    prior_id=each.pk,
                    base=paid[month],
                )
                for each in made
                if each.kind == PriorKind.PAID
                for month in range(each.first_month, each.last_month + 1)
            )
    except IntegrityError as error:
        raise Conflict(
            _("A month of the form is on record here already."),
            code="months_overlap",
            fix=_("Reject the form, and name the month."),
        ) from error
    audit.record(
        by=by,
        act="prior.approve",
        subject=("person", person.pk),
        person_id=person.pk,
        region=to_region,
        state=PriorState.APPROVED.value,
        months=len(paid) + len(deemed),
        document=document,
    )
    return made


def _stretches(months: Iterable[int]) -> list[tuple[int, int]]:
    """Months as unbroken stretches, first and last.

    >>> _stretches([5, 1, 2, 3, 7, 6])
    [(1, 3), (5, 7)]
    """
    found: list[tuple[int, int]] = []
    for month in sorted(months):
        if found and found[-1][1] == month - 1:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found
