"""The three steps of a movement: accept, attest, take over; refused or withdrawn at any of them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    Detail,
    MoneyState,
    Movement,
    MovementState,
    MovementStep,
    Sex,
    Step,
)
from enrollment.params import MovementRule
from enrollment.rules.movement import Mover
from enrollment.rules.movement import movement as movement_rule
from enrollment.services.checks import lock
from enrollment.services.people import details
from enrollment.services.record.certificates import issue_movement
from funds.models import Branch
from socsec.kernel import regions
from socsec.kernel.document import Document, explain
from socsec.kernel.months import month_of
from socsec.kernel.policy import PolicyError
from socsec.office.errors import Invalid, both, from_kernel, say
from socsec.office.models import Case, PolicyEdition, User
from socsec.office.services import case as cases
from socsec.office.services import messages
from socsec.office.services import policy as policies

from . import covers
from .common import changed, held, locked, open_step, record, step_of
from .months import digest, pool, statement, write_statement

# Why an office may refuse, with the words for the person and the law.
REASONS: dict[str, tuple[Any, str]] = {
    "not_insured_there": (
        _("No month of yours is on record at the place that you named."),
        "社会保险经办条例第十二条",
    ),
    "drawing_benefits": (
        _("You draw a benefit already; a record moves before that, not after."),
        "国办发〔2009〕66号第三条",
    ),
    "not_insured_here": (
        _("You are not insured at the new place yet. Once you are, ask again."),
        "国办发〔2009〕66号第八条",
    ),
    "wrong_person": (
        _("The record at the old place belongs to somebody else, or two records are mixed up."),
        "社会保险经办条例第十一条",
    ),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What the new place finds on a request: the sheet, and whether the record follows."""

    document: Document
    follows: bool
    edition: PolicyEdition


def judge(movement: Movement) -> Judged:
    """Whether the record follows, by the law of the new place today. Stores nothing."""
    person = movement.person
    edition = policies.current_edition()
    today = timezone.localdate()
    facts = Mover(
        age=person.age_on(movement.requested_on),
        woman=person.sex == Sex.FEMALE,
        household=regions.covers(
            pool(movement.branch, movement.to_region), movement.household_region
        ),
        transferred=movement.transferred,
    )
    try:
        params = MovementRule.at(policies.of(edition), movement.to_region, month_of(today))
    except PolicyError as error:
        raise from_kernel(error) from error
    sheet = movement_rule(facts, params)
    # Only an employee's old-age record can stay behind; medical insurance always follows.
    follows = bool(sheet.follows) or movement.branch != Branch.PENSION
    return Judged(explain(sheet, facts, params), follows, edition)


@transaction.atomic
def propose(*, by: User, movement: Movement) -> Movement:
    """The maker's part of the step that is open now, whichever it is.

    To accept, the sheet is laid down; to attest, the months; to take over, both are looked at again.
    """
    movement, step = held(by, movement, "case.assess", Case.State.RECEIVED)
    if step.step == Step.ACCEPT:
        found = judge(movement)
        cases.propose(
            case_id=step.pk,
            by=by,
            sheet=found.document.as_json(),
            edition=found.edition,
            follows=found.follows,
        )
    elif step.step == Step.ATTEST:
        covers.ending(movement)
        write_statement(movement)
        cases.propose(case_id=step.pk, by=by, sheet=None, edition=None, months=movement.months)
    else:
        counts = queries.statement(movement).filter(counts=True).count()
        cases.propose(case_id=step.pk, by=by, sheet=None, edition=None, months=counts)
    return movement


@transaction.atomic
def send_back(*, by: User, movement: Movement, text: str) -> Movement:
    """The checker disagrees: back to the makers of the same office, with what is not right."""
    movement, step = held(by, movement, "case.check", Case.State.ASSESSED)
    cases.send_back(case_id=step.pk, by=by, text=text)
    return movement


@transaction.atomic
def confirm(*, by: User, movement: Movement) -> Movement:
    """The checker's part of the step that is open now; what follows, follows in the same moment.

    With the attestation the coverage at the old place ends, and the certificate is issued.
    """
    movement, step = held(by, movement, "case.check", Case.State.ASSESSED)
    if step.step == Step.ACCEPT:
        return _accept(by, movement, step)
    if step.step == Step.ATTEST:
        return _attest(by, movement, step)
    return _take_over(by, movement, step)


@transaction.atomic
def refuse(*, by: User, movement: Movement, reason: str) -> Movement:
    """The checker of either side refuses, with one of `REASONS`. Everything stays as it was."""
    movement, step = held(by, movement, "case.check", Case.State.ASSESSED)
    if reason not in REASONS:
        raise Invalid(_("Choose the reason."), code="no_reason", field="reason")
    text, law = REASONS[reason]
    cases.decide(
        case_id=step.pk,
        by=by,
        outcome=Case.State.REFUSED.value,
        reasons=[{"code": reason, **_both(text), "law": law}],
    )
    movement.state = MovementState.REFUSED
    movement.save(update_fields=["state"])
    covers.go_on(movement, by)
    messages.notify(
        person_id=movement.person_id,
        title=_("Your insurance does not move"),
        body=text,
        by=by,
        case=step.case,
    )
    record(by, "movement.refuse", movement, reason=reason, step=step.step)
    return movement


@transaction.atomic
def withdraw(*, by: User, movement: Movement, text: str) -> Movement:
    """The person takes the request back, at any step before the last decision."""
    movement = locked(movement)
    step = step_of(movement)
    cases.withdraw(case_id=step.pk, by=by, text=text)
    movement.state = MovementState.WITHDRAWN
    movement.save(update_fields=["state"])
    covers.go_on(movement, by)
    record(by, "movement.withdraw", movement)
    return movement


def _accept(by: User, movement: Movement, step: MovementStep) -> Movement:
    found = judge(movement)
    if found.document.as_json() != step.case.sheet:
        raise changed()
    cases.decide(case_id=step.pk, by=by, outcome=Case.State.GRANTED.value, follows=found.follows)
    if not found.follows:
        movement.state = MovementState.TEMPORARY
        movement.save(update_fields=["state"])
        messages.notify(
            person_id=movement.person_id,
            title=_("Your record stays; you get a temporary account"),
            body=_(
                "At your age the record stays at the old place. What you pay at the new place goes"
                " to a temporary account, and joins your record when you retire."
            ),
            by=by,
            case=step.case,
        )
        record(by, "movement.temporary", movement)
        return movement
    movement.state = MovementState.ACCEPTED
    movement.save(update_fields=["state"])
    open_step(movement, Step.ATTEST, by, "case.check", movement.to_region, Case.Channel.SYSTEM)
    record(by, "movement.accept", movement)
    return movement


def _attest(by: User, movement: Movement, step: MovementStep) -> Movement:
    months = statement(movement)
    if digest(months) != movement.digest:
        raise changed()
    cases.decide(case_id=step.pk, by=by, outcome=Case.State.GRANTED.value, months=movement.months)
    today = timezone.localdate()
    movement.state = MovementState.ATTESTED
    movement.attested_on = today
    movement.serial = issue_movement(by=by, movement=movement).issued.serial
    movement.save(update_fields=["state", "attested_on", "serial"])
    covers.end_old(movement, by)
    open_step(movement, Step.TAKE, by, "case.check", movement.from_region, Case.Channel.SYSTEM)
    record(by, "movement.attest", movement, months=movement.months, serial=movement.serial)
    return movement


def _take_over(by: User, movement: Movement, step: MovementStep) -> Movement:
    if digest(statement(movement)) != movement.digest:
        raise changed()
    cases.decide(case_id=step.pk, by=by, outcome=Case.State.GRANTED.value)
    person = lock(movement.person)
    movement.state = MovementState.DONE
    movement.done_on = timezone.localdate()
    movement.file_before = person.region
    movement.money = MoneyState.DUE if movement.branch == Branch.PENSION else MoneyState.NONE
    movement.save(update_fields=["state", "done_on", "file_before", "money"])
    covers.register_here(movement, by)
    if not regions.covers(movement.to_region, person.region):
        details.put(
            person,
            Detail.REGION,
            movement.to_region,
            by=by,
            from_=movement.done_on,
            case_id=step.pk,
        )
    messages.notify(
        person_id=movement.person_id,
        title=_("Your insurance has moved"),
        body=say(
            _("%(months)s months of the old place are on record at the new place."),
            months=queries.statement(movement).filter(counts=True).count(),
        ),
        by=by,
        case=step.case,
    )
    record(by, "movement.take", movement, months=movement.months)
    return movement


def _both(text: Any) -> dict[str, str]:
    said = both(text)
    return {"text_zh": said["zh"], "text_en": said["en"]}
