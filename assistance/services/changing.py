"""Changing a grant: more, less, suspended, ended. Proposed by one, decided by another.

Before a grant is reduced or stopped the household is heard, and it is told in writing why, with the
ways to object (社会救助法第四十八条, in force from 2026-07-01; 社会救助暂行办法第十三条 before).
"""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import (
    ChangeKind,
    ChangeState,
    Grant,
    GrantChange,
    GrantState,
    Hearing,
    Recognition,
)
from assistance.queries import amount_in
from assistance.services import granting
from assistance.services.deciding import decide
from assistance.services.granting import locked
from socsec.kernel.months import format_month, month_of
from socsec.kernel.regions import NATION
from socsec.kernel.units import UNITS
from socsec.office.access import require_other_hand
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies


@transaction.atomic
def hear(*, by: User, grant: Grant, text: str, on: date | None = None) -> Hearing:
    """Write down what the household said to an intended reduction or stop."""
    held = locked(grant, by, "benefit.change")
    today = timezone.localdate()
    day = on or today
    if day > today:
        raise Invalid(_("The day lies in the future."), code="future_date", field="on")
    if not text.strip():
        raise Invalid(
            _("Write down what was said, or that nobody came."), code="empty", field="text"
        )
    heard = Hearing.objects.create(grant=held, heard_on=day, text=text.strip()[:2000], by=by)
    _record(by, "grant.hear", held, reason=heard.text[:200])
    return heard


@transaction.atomic
def propose(
    *,
    by: User,
    grant: Grant,
    kind: str,
    reason: str,
    from_month: int | None = None,
    changed: dict[str, Any] | None = None,
) -> GrantChange:
    """The maker's part. For another amount, `changed` are the facts that are different now, in
    natural units; the rest stay as the last decision has them, and the rule says what follows.

    `from_month` is the first month that is changed, the next one unless said. `Refused` without a
    hearing for a reduction or stop, but after a death nobody is left to hear.
    """
    held = locked(grant, by, "benefit.change")
    if held.state == GrantState.ENDED:
        raise Refused(_("This grant has ended."), code="ended")
    if kind not in ChangeKind.values:
        raise Invalid(_("There is no such change."), code="unknown_change", field="kind")
    if not reason.strip():
        raise Invalid(_("Say why."), code="empty", field="reason")
    first = month_of(timezone.localdate()) + 1 if from_month is None else from_month
    if first < held.from_month:
        raise Invalid(
            _("The change begins before the grant."), code="impossible_month", field="from_month"
        )
    _state_fits(held, kind)
    before = amount_in(held.pk, first)
    after, columns = before, dict[str, Any]()
    if kind == ChangeKind.AMOUNT:
        after, columns = _work_out(held, first, changed or {})
    elif kind in (ChangeKind.END, ChangeKind.SUSPEND):
        after = 0
    heard = _heard(held, kind, before, after)
    try:
        with transaction.atomic():
            made = GrantChange.objects.create(
                grant=held,
                kind=kind,
                from_month=first,
                before=before,
                after=after,
                reason=reason.strip()[:200],
                hearing=heard,
                maker=by,
                **columns,
            )
    except IntegrityError as error:
        raise Conflict(
            _("A change of this grant is proposed already."),
            code="change_open",
            fix=_("Decide that one first."),
        ) from error
    _record(
        by, "grant.propose_change", held, reason=made.reason, kind=kind, before=before, after=after
    )
    return made


@transaction.atomic
def approve(*, by: User, change: GrantChange) -> GrantChange:
    """The checker's part: the change is made, and the household is told why."""
    held = locked(change.grant, by, "case.check")
    made = _open(change)
    require_other_hand(by, made.maker_id)
    if made.kind == ChangeKind.AMOUNT:
        if made.edition is None:
            raise RuntimeError("a change of amount has its edition")
        if made.after == 0:
            granting.end(held, until_month=made.from_month - 1, reason=made.reason)
        else:
            granting.write_amount(
                held,
                from_month=made.from_month,
                amount=made.after,
                facts=made.facts or {},
                sheet=made.sheet or {},
                edition=made.edition,
                by=by,
                reason=made.reason,
            )
    elif made.kind == ChangeKind.END:
        granting.end(held, until_month=made.from_month - 1, reason=made.reason)
    else:
        suspend = made.kind == ChangeKind.SUSPEND
        held.state = GrantState.SUSPENDED if suspend else GrantState.RUNNING
        held.save(update_fields=["state"])
    _decided(made, ChangeState.MADE, by)
    granting.tell(
        held.person_id,
        held.application.case if held.application else None,
        title=say(_("Changed: %(programme)s"), programme=held.programme),
        body=say(
            _(
                "From %(month)s: %(after)s yuan a month instead of %(before)s. Reason: %(reason)s."
                " You may ask for an administrative review within 60 days."
            ),
            month=format_month(made.from_month),
            after=UNITS["fen"].natural(made.after),
            before=UNITS["fen"].natural(made.before),
            reason=made.reason,
        ),
        by=by,
    )
    _record(
        by,
        "grant.change",
        held,
        reason=made.reason,
        kind=made.kind,
        before=made.before,
        after=made.after,
        from_month=format_month(made.from_month),
    )
    return made


@transaction.atomic
def reject(*, by: User, change: GrantChange, text: str) -> GrantChange:
    """The checker disagrees: nothing changes."""
    held = locked(change.grant, by, "case.check")
    made = _open(change)
    require_other_hand(by, made.maker_id)
    if not text.strip():
        raise Invalid(_("Say what is not right."), code="empty", field="text")
    _decided(made, ChangeState.REJECTED, by)
    _record(by, "grant.reject_change", held, reason=text.strip()[:200], kind=made.kind)
    return made


@transaction.atomic
def undo(*, by: User, change: GrantChange, reason: str) -> Grant:
    """A review found a reduction, suspension or end wrong: the grant stands as before it, and the
    next payroll pays what was not paid meanwhile. `Conflict` where it was granted anew by now."""
    held = locked(change.grant, by, "case.check")
    made = GrantChange.objects.select_for_update().get(pk=change.pk)
    require_other_hand(by, made.maker_id, made.checker_id)
    if made.state != ChangeState.MADE or not lowers(made):
        raise Refused(_("There is nothing to take back."), code="nothing_to_undo")
    before = (
        held.amounts.filter(recorded_at__lte=made.proposed_at, from_month__lte=made.from_month)
        .order_by("-from_month", "-version")
        .first()
    )
    ended = held.until_month
    held.state, held.until_month, held.end_reason = GrantState.RUNNING, None, ""
    try:
        with transaction.atomic():
            held.save(update_fields=["state", "until_month", "end_reason"])
    except IntegrityError as error:
        raise Conflict(
            _("This programme is granted already."),
            code="granted_already",
            fix=_("Look at the grants of this person."),
        ) from error
    if ended is not None:
        Recognition.objects.filter(grant=held).update(until=None)
    if made.kind == ChangeKind.AMOUNT and made.after and before is not None:
        granting.write_amount(
            held,
            from_month=made.from_month,
            amount=before.amount,
            facts=before.facts,
            sheet=before.sheet,
            edition=before.edition,
            by=by,
            reason=reason[:200],
        )
    granting.tell(
        held.person_id,
        held.application.case if held.application else None,
        title=say(_("Changed: %(programme)s"), programme=held.programme),
        body=say(
            _(
                "The change from %(month)s is taken back. What was not paid is paid with the next payroll."
            ),
            month=format_month(made.from_month),
        ),
        by=by,
    )
    _record(by, "grant.undo_change", held, reason=reason[:200], kind=made.kind)
    return held


def lowers(change: GrantChange) -> bool:
    """Whether a change left the household with less: a reduction, a suspension or an end."""
    return change.kind != ChangeKind.RESUME and change.after < change.before


def _state_fits(held: Grant, kind: str) -> None:
    fits = {
        ChangeKind.RESUME: held.state == GrantState.SUSPENDED,
        ChangeKind.SUSPEND: held.state == GrantState.RUNNING,
        ChangeKind.AMOUNT: held.state == GrantState.RUNNING,
        ChangeKind.END: True,
    }[ChangeKind(kind)]
    if not fits:
        raise Refused(
            say(_("The grant is: %(state)s."), state=held.get_state_display()), code="wrong_state"
        )


def _work_out(held: Grant, first: int, changed: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    last = held.amounts.order_by("-version").first()
    facts = {**(last.facts if last else {}), **changed}
    if "month" in facts:
        facts["month"] = format_month(first)
    edition = policies.current_edition()
    found = decide(facts, policies.of(edition), held.programme, held.region)
    after = found.amount if found.eligible else 0
    return after, {
        "facts": facts,
        "sheet": found.assessment.as_json(),
        "edition": edition,
    }


def hearing_required(region: str) -> bool:
    """Whether the law of today asks to hear a household before its grant is reduced or stopped."""
    policy = policies.of(policies.current_edition())
    return bool(policy.at("assistance.hearing.required", region, timezone.localdate()).value)


def hearing_required_since() -> date:
    """The first day on which the nation's law asked for a hearing."""
    policy = policies.of(policies.current_edition())
    stated = policy.series("assistance.hearing.required", NATION, timezone.localdate())
    return next((value.start for value in stated if value.value), date.max)


def _heard(held: Grant, kind: str, before: int, after: int) -> Hearing | None:
    """The hearing that a reduction or stop rests on."""
    if kind == ChangeKind.RESUME or after >= before or not hearing_required(held.region):
        return None
    if held.person.died_on is not None:
        return None
    heard = held.hearings.filter(changes_made__isnull=True).first()
    if heard is None:
        raise Refused(
            say(
                _("The household has not been heard (%(law)s)."),
                law="社会救助法第四十八条",
            ),
            code="not_heard",
            fix=_("Hear the household and write down what it said."),
        )
    return heard


def _open(change: GrantChange) -> GrantChange:
    held = GrantChange.objects.select_for_update().get(pk=change.pk)
    if held.state != ChangeState.PROPOSED:
        raise Conflict(_("This change was decided already."), code="change_decided")
    return held


def _decided(change: GrantChange, state: str, by: User) -> None:
    change.state, change.checker, change.decided_at = state, by, timezone.now()
    change.save(update_fields=["state", "checker", "decided_at"])


def _record(by: User, act: str, held: Grant, *, reason: str = "", **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=held,
        person_id=held.person_id,
        region=held.region,
        reason=reason,
        programme=held.programme.slug,
        **detail,
    )
