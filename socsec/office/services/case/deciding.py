"""A decision is proposed by one and taken by another."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...access import require_other_hand
from ...errors import Invalid
from ...models import (
    Case,
    PolicyEdition,
    User,
)
from .base import State, change, lock


@transaction.atomic
def propose(
    *,
    case_id: int,
    by: User,
    sheet: dict[str, Any] | None,
    edition: PolicyEdition | None,
    **detail: Any,
) -> Case:
    """The maker's part: lay down the assessment sheet and its edition, for a colleague to check."""
    case = lock(case_id, by, "case.assess", State.RECEIVED)
    change(
        case,
        by,
        "propose",
        State.ASSESSED,
        detail={"edition": edition.number if edition else None, **detail},
        maker=by,
        assessed_at=timezone.now(),
        sheet=sheet,
        edition=edition,
        clerk=None,
    )
    return case


@transaction.atomic
def send_back(*, case_id: int, by: User, text: str) -> Case:
    """The checker disagrees: back to the makers, with the reason. The clock runs on."""
    case = lock(case_id, by, "case.check", State.ASSESSED)
    require_other_hand(by, case.maker_id)
    if not text.strip():
        raise Invalid(_("Say what is not right."), code="empty", field="text")
    change(
        case,
        by,
        "send_back",
        State.RECEIVED,
        text=text.strip(),
        clerk_id=case.maker_id,
        maker=None,
        assessed_at=None,
        sheet=None,
        edition=None,
    )
    return case


@transaction.atomic
def decide(
    *,
    case_id: int,
    by: User,
    outcome: str,
    reasons: list[dict[str, str]] | None = None,
    in_part: bool = False,
    **detail: Any,
) -> Case:
    """The checker's part: `granted` or `refused`; a refusal needs reasons, and so does what is
    granted only `in_part`.

    A reason is {code, text_zh, text_en, law}. What follows from the decision (an award, a letter)
    is done by the app of the case, in the transaction that calls this.
    """
    case = lock(case_id, by, "case.check", State.ASSESSED)
    require_other_hand(by, case.maker_id)
    if outcome not in (State.GRANTED, State.REFUSED):
        raise Invalid(_("A case is granted or refused."), code="unknown_outcome", field="outcome")
    if outcome == State.REFUSED or in_part:
        check_reasons(reasons or [])
    elif reasons:
        raise Invalid(_("Only a refusal has reasons."), code="reasons_not_wanted", field="reasons")
    change(
        case,
        by,
        "decide",
        State(outcome),
        detail=detail,
        checker=by,
        decided_at=timezone.now(),
        reasons=reasons or [],
        clerk=None,
    )
    return case


def check_reasons(reasons: list[dict[str, str]]) -> None:
    if not reasons:
        raise Invalid(
            _("A refusal needs at least one reason."), code="reasons_missing", field="reasons"
        )
    for reason in reasons:
        if not all(
            str(reason.get(part, "")).strip() for part in ("code", "text_zh", "text_en", "law")
        ):
            raise Invalid(
                _(
                    "Each reason needs a code, its text in Chinese and English, and the article of law."
                ),
                code="reason_incomplete",
                field="reasons",
            )
