"""A request to move: who may take it, from where to where, and what stands against it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    Category,
    Coverage,
    EndReason,
    Keep,
    Movement,
    MovementStep,
    Person,
    Step,
)
from enrollment.services.checks import alive, known_region, lock
from funds.models import Branch
from socsec.kernel import regions
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User

from .common import open_step, record
from .months import every_month, pool

MOVABLE = (Branch.PENSION, Branch.MEDICAL)


@transaction.atomic
def ask(
    *,
    by: User,
    person: Person,
    branch: int,
    to_region: str,
    household_region: str,
    channel: str,
    from_region: str = "",
    transferred: bool = False,
    keep: int = Keep.NEW,
    key: str = "",
) -> Movement:
    """Receive a request to move. At either office, by the person, or by a partner.

    `from_region` is the place that paid last before the new one, unless said otherwise. `Conflict`
    if a movement is open.
    """
    person = lock(person)
    if branch not in MOVABLE:
        raise Invalid(
            _("Old-age and medical insurance move with the person; other branches begin anew."),
            code="branch_stays",
            field="branch",
        )
    to_region, household_region = known_region(to_region), known_region(household_region)
    from_region = from_region or old_place(person.pk, branch, to_region) or ""
    if not from_region:
        raise Refused(
            _("%(name)s was never insured in this branch: there is nothing to move.")
            % {"name": person.name},
            code="nothing_to_move",
            fix=_("Enrol at the new place instead."),
        )
    known_region(from_region)
    own = _own_side(by, person, from_region, to_region)
    if keep not in Keep.values:
        raise Invalid(_("Choose which month to keep."), code="no_choice", field="keep")
    known = _asked_before(by, key, person, branch)
    if known is not None:
        return known
    _may_move(person, branch, from_region, to_region)
    _resident_moves_home(person, branch, from_region, to_region, household_region)
    movement = Movement.objects.create(
        person=person,
        branch=branch,
        from_region=from_region,
        to_region=to_region,
        household_region=household_region,
        transferred=transferred,
        keep=keep,
        requested_on=timezone.localdate(),
    )
    movement.refresh_from_db(fields=["public_id"])
    open_step(movement, Step.ACCEPT, by, "case.receive", own, channel, key)
    record(by, "movement.ask", movement)
    return movement


def old_place(person_id: int, branch: int, to_region: str) -> str | None:
    """The region of the latest month that was not paid at the new place; else where the record lies."""
    here = pool(branch, to_region)
    elsewhere = [
        each.region
        for each in every_month(person_id, branch)
        if not regions.covers(here, each.region)
    ]
    return elsewhere[-1] if elsewhere else queries.keeper(person_id, branch)


def _own_side(by: User, person: Person, from_region: str, to_region: str) -> str:
    """The side on which `by` may receive a request: the new place, else the old one."""
    if by.kind == User.Kind.INSURED:
        require(by, "case.receive", to_region, person.pk)
        return to_region
    require(by, "case.receive")
    home = by.region_code or ""
    for side in (to_region, from_region):
        if regions.covers(home, side):
            return side
    raise NotFound(
        _("Neither the old place nor the new one lies in your region."),
        code="outside_region",
        fix=_("Ask the office of either."),
    )


def _may_move(person: Person, branch: int, from_region: str, to_region: str) -> None:
    alive(person, timezone.localdate())
    if Movement.objects.filter(person=person, branch=branch, state__in=Movement.OPEN).exists():
        raise Conflict(
            _("A movement of %(name)s is under way.") % {"name": person.name},
            code="movement_under_way",
            fix=_("Wait for it, or withdraw it first."),
        )
    if pool(branch, from_region) == pool(branch, to_region):
        raise Refused(
            _("Both places pool their insurance together: nothing needs to move."),
            code="same_pool",
            field="to_region",
            fix=_("Insurance goes on at the new place as it is."),
        )
    retired = Coverage.objects.filter(
        person=person, branch=branch, end_reason=EndReason.RETIRED
    ).exists()
    if retired:
        raise Refused(
            _("%(name)s has retired: a record moves before that, not after.")
            % {"name": person.name},
            code="retired",
        )


def _resident_moves_home(
    person: Person, branch: int, from_region: str, to_region: str, household_region: str
) -> None:
    """A resident's old-age record follows the household registration (社会保险经办条例第十二条)."""
    here = pool(branch, from_region)
    last = next(
        (
            each
            for each in Coverage.objects.filter(
                person=person, branch=branch, span__isempty=False
            ).order_by("-span")
            if regions.covers(here, each.region)
        ),
        None,
    )
    if (
        branch == Branch.PENSION
        and last is not None
        and last.category == Category.RESIDENT
        and not regions.covers(pool(branch, to_region), household_region)
    ):
        raise Refused(
            _("A resident's record moves with the household registration."),
            code="household_elsewhere",
            field="household_region",
            fix=_("Move the household registration to the new place first."),
        )


def _asked_before(by: User, key: str, person: Person, branch: int) -> Movement | None:
    if not key:
        return None
    step = MovementStep.objects.filter(case__opened_by=by, case__key=key).first()
    if step is None:
        return None
    if (step.movement.person_id, step.movement.branch) != (person.pk, branch):
        raise Conflict(
            _("This key was used for another application."),
            code="key_reused",
            field="key",
            fix=_("Send a new key with a new application."),
        )
    return step.movement
