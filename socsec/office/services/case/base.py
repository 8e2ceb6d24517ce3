"""What every verb of a case does: lock it, change its state, note what happened."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...access import may, require, require_stranger
from ...errors import Conflict, Invalid, NotFound
from ...models import (
    Case,
    CaseEvent,
    User,
)
from .. import audit

State = Case.State


def lock(case_id: int, by: User, act: str | None, *states: str) -> Case:
    """The case, locked until the end of the transaction, for apps that act on it together.

    Refuses who may not do `act` there, who handles their own case or a relative's, and a case
    whose state is none of `states` (any will do where none is given). `act` is None where the
    caller has asked for leave already.
    """
    # The lock is for the case alone, not for the rows that lists join to it.
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise NotFound(_("There is no such case."), code="no_case")
    if act is not None:
        if by.kind == User.Kind.INSURED and not may(by, "case.read", None, case.person_id):
            raise NotFound(_("There is no such case."), code="no_case")
        require(by, act, case.region_id, case.person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, case.person_id)
    if states and case.state not in states:
        raise Conflict(
            _("This case is already “%(state)s”.") % {"state": case.get_state_display()},
            code="case_moved_on",
            fix=_("Open it again to see where it stands."),
            state=case.state,
        )
    return case


def past(on: date | None, earliest: date) -> date:
    """The day itself, or today: neither before the clock started nor in the future."""
    today = timezone.localdate()
    if on is not None and not earliest <= on <= today:
        raise Invalid(
            _("The day must lie between %(earliest)s and today.") % {"earliest": earliest},
            code="impossible_date",
            field="on",
        )
    return on or max(today, earliest)


def change(
    case: Case,
    by: User,
    act: str,
    after: State,
    *,
    text: str = "",
    detail: dict[str, Any] | None = None,
    **columns: Any,
) -> None:
    """Move a locked case on, and write down that it moved."""
    before = case.state
    for name, value in {"state": after, **columns}.items():
        setattr(case, name, value)
    case.save(update_fields=["state", *(name.removesuffix("_id") for name in columns)])
    event(case, by, act, before, text=text, **(detail or {}))
    record(case, by, f"case.{act}", text=text, before=before, after=after.value, **(detail or {}))


def event(case: Case, by: User, act: str, before: str, *, text: str = "", **detail: Any) -> None:
    CaseEvent.objects.create(
        case=case, by=by, act=act, before=before, after=case.state, text=text, detail=detail
    )


def record(case: Case, by: User, act: str, *, text: str = "", **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=case,
        person_id=case.person_id,
        region=case.region_id,
        reason=text,
        number=case.number,
        **detail,
    )
