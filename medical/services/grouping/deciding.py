"""What one enters for a year another puts in force or rejects; what it replaces stays on file."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text, lock
from medical.models import Decided, GroupList, ProviderScore, YearBudget
from medical.rules.cases import FIRST_YEAR
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit

OfYear = GroupList | YearBudget | ProviderScore


def decide(
    by: User,
    row: OfYear,
    act: str,
    *,
    before: QuerySet[Any],
    approve: bool,
    reason: str,
) -> None:
    """Put it in force in the place of `before`, or reject it and say why; by another hand."""
    require(by, act, row.region)
    row = lock(row)
    if row.state != Decided.WAITING:
        raise Conflict(_("This has been decided already."), code="decided_already")
    require_other_hand(by, row.maker_id)
    row.checker = by
    if approve:
        before.filter(state=Decided.TAKEN).update(state=Decided.REPLACED)
        row.state = Decided.TAKEN
    else:
        row.state, row.reason = Decided.REJECTED, known_text(reason, "note")
    row.save(update_fields=["state", "checker", "reason"])
    note(by, act, row, state=row.state, reason=row.reason)


def possible_year(year: int) -> int:
    """A year from the first with payment by group to the next; `Invalid` for another."""
    today: date = timezone.localdate()
    if not FIRST_YEAR <= year <= today.year + 1:
        raise Invalid(
            _("The year lies between %(first)s and next year.") % {"first": FIRST_YEAR},
            code="year_out_of_range",
            field="year",
        )
    return year


def note(by: User, act: str, row: OfYear, **detail: Any) -> None:
    audit.record(by=by, act=act, subject=row, region=row.region, year=row.year, **detail)
