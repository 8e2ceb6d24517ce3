"""Insurance follows the person from one region to another (关系转移接续).

Three steps, each a case of one office with its own clock and four eyes: the new place accepts the
request, the old place attests the months, the new place takes them over. Nothing moves before the
last one: whoever refuses or withdraws leaves everything as it was. The money of a pension moves
afterwards, by the app that keeps the accounts (`set_money`).
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    Coverage,
    Detail,
    EndReason,
    Keep,
    MoneyState,
    MovedMonth,
    Movement,
    MovementState,
    MovementStep,
    Person,
    Sex,
    Step,
)
from enrollment.params import MovementRule, NoNumbers
from enrollment.queries import PlaceMonth
from enrollment.rules.movement import Insured, Mover, Overlap, Side
from enrollment.rules.movement import movement as movement_rule
from enrollment.rules.movement import overlap as overlap_rule
from enrollment.services import details
from enrollment.services.checks import alive, known_region, lock
from funds.models import Branch, Scheme
from funds.services import fund as funds
from socsec.kernel import regions
from socsec.kernel.document import Document, explain
from socsec.kernel.months import month_of
from socsec.kernel.policy import PolicyError
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, both, from_kernel, say
from socsec.office.models import Case, PolicyEdition, User
from socsec.office.services import audit, messages
from socsec.office.services import case as cases
from socsec.office.services import policy as policies

KINDS = {step: f"movement_{step.value}" for step in Step}
MOVABLE = (Branch.PENSION, Branch.MEDICAL)
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look alike

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
    _open(movement, Step.ACCEPT, by, "case.receive", own, channel, key)
    _record(by, "movement.ask", movement)
    return movement


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
    movement, step = _held(by, movement, "case.assess", Case.State.RECEIVED)
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
        _write_statement(movement)
        cases.propose(case_id=step.pk, by=by, sheet=None, edition=None, months=movement.months)
    else:
        counts = queries.statement(movement).filter(counts=True).count()
        cases.propose(case_id=step.pk, by=by, sheet=None, edition=None, months=counts)
    return movement


@transaction.atomic
def send_back(*, by: User, movement: Movement, text: str) -> Movement:
    """The checker disagrees: back to the makers of the same office, with what is not right."""
    movement, step = _held(by, movement, "case.check", Case.State.ASSESSED)
    cases.send_back(case_id=step.pk, by=by, text=text)
    return movement


@transaction.atomic
def confirm(*, by: User, movement: Movement) -> Movement:
    """The checker's part of the step that is open now; what follows, follows in the same moment."""
    movement, step = _held(by, movement, "case.check", Case.State.ASSESSED)
    if step.step == Step.ACCEPT:
        return _accept(by, movement, step)
    if step.step == Step.ATTEST:
        return _attest(by, movement, step)
    return _take_over(by, movement, step)


@transaction.atomic
def refuse(*, by: User, movement: Movement, reason: str) -> Movement:
    """The checker of either side refuses, with one of `REASONS`. Everything stays as it was."""
    movement, step = _held(by, movement, "case.check", Case.State.ASSESSED)
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
    messages.notify(
        person_id=movement.person_id,
        title=_("Your insurance does not move"),
        body=text,
        by=by,
        case=step.case,
    )
    _record(by, "movement.refuse", movement, reason=reason, step=step.step)
    return movement


@transaction.atomic
def withdraw(*, by: User, movement: Movement, text: str) -> Movement:
    """The person takes the request back, at any step before the last decision."""
    movement = _locked(movement)
    step = _open_step(movement)
    cases.withdraw(case_id=step.pk, by=by, text=text)
    movement.state = MovementState.WITHDRAWN
    movement.save(update_fields=["state"])
    _record(by, "movement.withdraw", movement)
    return movement


@transaction.atomic
def set_money(*, by: User | None, movement: Movement, state: str) -> Movement:
    """Where the money is, told by the app that moves it. Forward only; `by` None is the system."""
    movement = _locked(movement)
    if by is not None:
        require(by, "ledger.post", movement.from_region if state == "sent" else movement.to_region)
    order = [MoneyState.NONE, MoneyState.DUE, MoneyState.SENT, MoneyState.RECEIVED]
    if movement.state != MovementState.DONE or state not in MoneyState.values:
        raise Refused(_("Money follows a record that has moved."), code="record_not_moved")
    if order.index(MoneyState(state)) != order.index(MoneyState(movement.money)) + 1:
        raise Conflict(
            _("The money is already: %(state)s.") % {"state": movement.get_money_display()},
            code="money_moved_on",
        )
    movement.money = state
    movement.save(update_fields=["money"])
    _record(by, "movement.money", movement, money=state)
    return movement


def old_place(person_id: int, branch: int, to_region: str) -> str | None:
    """The region of the latest month that was not paid at the new place; else where the record lies."""
    here = pool(branch, to_region)
    elsewhere = [
        each.region
        for each in queries.place_months(person_id, branch)
        if not regions.covers(here, each.region)
    ]
    return elsewhere[-1] if elsewhere else queries.keeper(person_id, branch)


def pool(branch: int, region: str) -> str:
    """The pooling region (统筹地区) that a region belongs to; itself where no fund says so."""
    for scheme in Scheme:
        try:
            return str(funds.for_(branch, scheme, region).region_id)
        except NotFound:
            continue
    return region


# ---------------------------------------------------------------- the three decisions


def _accept(by: User, movement: Movement, step: MovementStep) -> Movement:
    found = judge(movement)
    if found.document.as_json() != step.case.sheet:
        raise _changed()
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
        _record(by, "movement.temporary", movement)
        return movement
    movement.state = MovementState.ACCEPTED
    movement.save(update_fields=["state"])
    _open(movement, Step.ATTEST, by, "case.check", movement.to_region, Case.Channel.SYSTEM)
    _record(by, "movement.accept", movement)
    return movement


def _attest(by: User, movement: Movement, step: MovementStep) -> Movement:
    months = _statement(movement)
    if _digest(months) != movement.digest:
        raise _changed()
    cases.decide(case_id=step.pk, by=by, outcome=Case.State.GRANTED.value, months=movement.months)
    today = timezone.localdate()
    movement.state = MovementState.ATTESTED
    movement.attested_on = today
    movement.serial = f"CB{movement.from_region}{today:%Y%m%d}{movement.pk:06d}"
    movement.code = "".join(secrets.choice(LETTERS) for _letter in range(10))
    movement.save(update_fields=["state", "attested_on", "serial", "code"])
    _open(movement, Step.TAKE, by, "case.check", movement.from_region, Case.Channel.SYSTEM)
    _record(by, "movement.attest", movement, months=movement.months, serial=movement.serial)
    return movement


def _take_over(by: User, movement: Movement, step: MovementStep) -> Movement:
    if _digest(_statement(movement)) != movement.digest:
        raise _changed()
    cases.decide(case_id=step.pk, by=by, outcome=Case.State.GRANTED.value)
    person = lock(movement.person)
    movement.state = MovementState.DONE
    movement.done_on = timezone.localdate()
    movement.file_before = person.region
    movement.money = MoneyState.DUE if movement.branch == Branch.PENSION else MoneyState.NONE
    movement.save(update_fields=["state", "done_on", "file_before", "money"])
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
    _record(by, "movement.take", movement, months=movement.months)
    return movement


# ---------------------------------------------------------------- months


def _statement(movement: Movement) -> list[tuple[PlaceMonth, bool, bool]]:
    """The months of the old place, each with whether it overlaps and whether it counts."""
    every = queries.place_months(movement.person_id, movement.branch)
    old = queries.within(every, pool(movement.branch, movement.from_region))
    new = queries.within(every, pool(movement.branch, movement.to_region))
    rows = []
    for month, mine in sorted(old.items()):
        theirs = new.get(month)
        counts = True
        if theirs is not None:
            kept = overlap_rule(
                Overlap(old=_insured(mine), new=_insured(theirs), chosen=movement.keep),
                NoNumbers(),
            ).kept
            counts = kept == Side.OLD
        rows.append((mine, theirs is not None, counts))
    return rows


def _insured(month: PlaceMonth) -> Insured:
    return Insured.RESIDENT if month.resident else Insured.EMPLOYEE


def _digest(rows: list[tuple[PlaceMonth, bool, bool]]) -> str:
    text = "\n".join(
        f"{m.month} {m.region} {m.resident:d} {m.deemed:d} {m.base} {overlaps:d} {counts:d}"
        for m, overlaps, counts in rows
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _write_statement(movement: Movement) -> None:
    running = Coverage.objects.filter(
        person=movement.person, branch=movement.branch, span__endswith__isnull=True
    )
    here = pool(movement.branch, movement.from_region)
    if any(regions.covers(here, each.region) for each in running):
        raise Refused(
            _("%(name)s is still insured here.") % {"name": movement.person.name},
            code="still_insured",
            fix=_("End the coverage first; the reason is “Moved to another region”."),
        )
    rows = _statement(movement)
    if not rows:
        raise Refused(
            _("No month that counts is on record here."),
            code="no_months",
            fix=_("Send the case to your reviewer with the word to refuse it."),
        )
    movement.turn += 1
    movement.months, movement.digest = len(rows), _digest(rows)
    MovedMonth.objects.bulk_create(
        MovedMonth(
            person_id=movement.person_id,
            movement_id=movement.pk,
            turn=movement.turn,
            month=m.month,
            region=m.region,
            resident=m.resident,
            deemed=m.deemed,
            base=m.base,
            overlaps=overlaps,
            counts=counts,
        )
        for m, overlaps, counts in rows
    )
    movement.save(update_fields=["turn", "months", "digest"])


# ---------------------------------------------------------------- checks


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


def _open(
    movement: Movement,
    step: Step,
    by: User,
    act: str,
    own_region: str,
    channel: str,
    key: str = "",
) -> Case:
    there = movement.from_region if step is Step.ATTEST else movement.to_region
    case = cases.forward(
        kind=KINDS[step],
        person_id=movement.person_id,
        subject=movement.person.name,
        region=there,
        by=by,
        act=act,
        own_region=own_region,
        channel=channel,
        key=key,
        movement=str(movement.public_id),
    )
    MovementStep.objects.create(case=case, movement=movement, step=step)
    return case


def _locked(movement: Movement) -> Movement:
    found = (
        Movement.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=movement.pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such movement."), code="no_movement")
    return found


def _open_step(movement: Movement) -> MovementStep:
    step = movement.steps.filter(case__state__in=Case.OPEN).select_related("case").last()
    if step is None or not movement.is_open:
        raise Conflict(
            _("This movement is over: %(state)s.") % {"state": movement.get_state_display()},
            code="movement_over",
        )
    return step


def _held(by: User, movement: Movement, act: str, *states: str) -> tuple[Movement, MovementStep]:
    """The movement and its open step, locked, if it is this user's office that has it."""
    movement = _locked(movement)
    step = _open_step(movement)
    step.case = cases.lock(step.pk, by, act, *states)
    return movement, step


def _changed() -> Conflict:
    return Conflict(
        _("The books have changed since this was prepared."),
        code="facts_changed",
        fix=_("Send it back, so that it is prepared anew."),
    )


def _both(text: Any) -> dict[str, str]:
    said = both(text)
    return {"text_zh": said["zh"], "text_en": said["en"]}


def _record(by: User | None, act: str, movement: Movement, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=movement,
        person_id=movement.person_id,
        region=movement.to_region,
        branch=movement.branch,
        from_region=movement.from_region,
        to_region=movement.to_region,
        **detail,
    )
