"""A transfer begins: for a record that moved, or for a temporary account that joins its record."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import (
    Category,
    Contribution,
    Coverage,
    MoneyState,
    Movement,
    MovementState,
    Person,
)
from enrollment.services import movements
from funds.models import Branch, Scheme
from funds.services import fund as funds
from pensions.models import (
    Award,
    AwardState,
    PensionClaim,
    Transfer,
    TransferCase,
    TransferKind,
    TransferState,
    TransferStep,
)
from pensions.services.conditions import relation_ended
from socsec.kernel.regions import covers
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Refused, say
from socsec.office.models import Case, User
from socsec.office.services import case as cases

from .common import KINDS, record


@transaction.atomic
def open_record(*, by: User, movement: Movement) -> Transfer:
    """The old place takes up the money of a record that moved; its clock runs since the record moved.

    Again, for what came in at the old place after the money had moved. `Refused` for a record that
    has not moved, `Conflict` while a transfer of the person is under way.
    """
    require(by, "case.receive", movement.from_region)
    require_stranger(by, movement.person_id)
    person = Person.objects.select_for_update().get(pk=movement.person_id)
    movement = Movement.objects.select_for_update().get(pk=movement.pk)
    if movement.branch != Branch.PENSION or movement.state != MovementState.DONE:
        raise Refused(
            _("Money follows a record that has moved."),
            code="record_not_moved",
            fix=_("Have the new place take the record over first."),
        )
    scheme = scheme_of(movement)
    may_transfer(person, movement.branch)
    return _begin(
        by=by,
        person=person,
        kind=TransferKind.RECORD,
        movement=movement,
        regions=(movement.from_region, movement.to_region),
        schemes=(scheme, scheme),
        since=movement.done_on if movement.money == MoneyState.DUE else None,
    )


@transaction.atomic
def open_temporary(*, by: User, movement: Movement) -> Transfer:
    """The place of a temporary account hands everything over to where the record stayed."""
    require(by, "case.receive", movement.to_region)
    require_stranger(by, movement.person_id)
    person = Person.objects.select_for_update().get(pk=movement.person_id)
    if movement.branch != Branch.PENSION or movement.state != MovementState.TEMPORARY:
        raise Refused(_("This person has no temporary account here."), code="no_temporary_account")
    may_transfer(person, movement.branch)
    here = movements.pool(movement.branch, movement.to_region)
    running = Coverage.objects.filter(
        person=person, branch=movement.branch, span__endswith__isnull=True
    )
    if any(covers(here, each.region) for each in running):
        raise Refused(
            say(_("%(name)s is still insured here."), name=person.name),
            code="still_insured",
            fix=_("A temporary account moves once the coverage here has ended."),
        )
    return _begin(
        by=by,
        person=person,
        kind=TransferKind.TEMPORARY,
        movement=movement,
        regions=(movement.to_region, movement.from_region),
        schemes=(Scheme.EMPLOYEES, Scheme.EMPLOYEES),
        since=None,
    )


def scheme_of(movement: Movement) -> Scheme:
    """Whose books a record moves between: by the last month that the old place attested."""
    last = enrollment.statement(movement).last()
    if last is None or not last.resident:
        months = Contribution.objects.filter(
            person_id=movement.person_id, branch=movement.branch, category=Category.AGENCY
        ).values_list("month", flat=True)
        agency = last is not None and last.month in set(months)
        return Scheme.AGENCIES if agency else Scheme.EMPLOYEES
    return Scheme.RESIDENTS


def may_transfer(person: Person, branch: int) -> None:
    """Nobody moves who draws a pension, has claimed one, has died, or is moving already."""
    if person.died_on is not None:
        raise Refused(
            say(_("%(name)s has died."), name=person.name),
            code="person_died",
            fix=_("What is on the account is inherited: take up a claim after a death."),
        )
    if Award.objects.filter(person=person).exclude(state=AwardState.ENDED).exists():
        raise Refused(
            say(_("%(name)s draws a pension; a record moves before that."), name=person.name),
            code="drawing_benefits",
        )
    if branch == Branch.PENSION:
        relation_ended(person, Scheme.EMPLOYEES)
    if PensionClaim.objects.filter(person=person, open=True).exists():
        raise Refused(
            say(_("%(name)s has claimed a pension."), name=person.name),
            code="claim_open",
            fix=_("Decide the claim first, or have it withdrawn."),
        )
    there = Transfer.objects.filter(person=person, branch=branch, state__in=Transfer.OPEN).first()
    if there is not None:
        raise Conflict(
            say(_("A transfer of %(name)s is under way."), name=person.name),
            code="transfer_under_way",
            fix=_("Wait for it, or end it first."),
            transfer=str(there.public_id),
        )


def _begin(
    *,
    by: User,
    person: Person,
    kind: TransferKind,
    movement: Movement,
    regions: tuple[str, str],
    schemes: tuple[Scheme, Scheme],
    since: date | None,
) -> Transfer:
    made = Transfer.objects.create(
        person=person,
        kind=kind,
        branch=movement.branch,
        movement=movement,
        from_region=regions[0],
        to_region=regions[1],
        from_scheme=schemes[0],
        to_scheme=schemes[1],
        from_fund=funds.for_(movement.branch, schemes[0], regions[0]),
        to_fund=funds.for_(movement.branch, schemes[1], regions[1]),
        state=TransferState.DUE,
        opened_on=timezone.localdate(),
    )
    made.refresh_from_db(fields=["public_id"])
    case = cases.open_case(
        kind=KINDS[TransferStep.SEND],
        person_id=person.pk,
        subject=person.name,
        region=made.from_region,
        by=by,
        channel=Case.Channel.COUNTER,
        received_on=since,
        transfer=str(made.public_id),
    )
    TransferCase.objects.create(case=case, transfer=made, step=TransferStep.SEND)
    record(by, "open", made, made.from_region)
    return made
