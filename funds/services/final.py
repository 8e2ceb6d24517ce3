"""Final accounts of a year (决算): what the statements and the budget said when all its months were closed."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import FinalAccounts, Fund, StatementLine
from socsec.kernel.months import month
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, NotFound, Refused, both
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def prepare(fund: Fund, year: int, *, by: User) -> FinalAccounts:
    """Draw up the final accounts. `Refused` while a month of the year is open."""
    require(by, "final.prepare", fund.region_id)
    closed = queries.last_closed(fund)
    if closed is None or closed < month(year, 12):
        raise Refused(
            _("The months of %(year)s are not all closed.") % {"year": year},
            fix=_("Close them one after the other first."),
            code="year_open",
        )
    if FinalAccounts.objects.filter(fund=fund, year=year).exists():
        raise Conflict(
            _("The final accounts of %(year)s are there already.") % {"year": year},
            code="final_already",
        )
    said = content(fund, year)
    made = FinalAccounts.objects.create(
        fund=fund, year=year, content=said, digest=fingerprint(said), maker=by
    )
    audit.record(
        by=by,
        act="final.prepare",
        subject=made,
        region=fund.region_id,
        year=year,
        digest=made.digest,
    )
    return made


@transaction.atomic
def approve(final_id: int, *, by: User) -> FinalAccounts:
    """Approve final accounts, by a second person; from then on they are what is published."""
    found = (
        FinalAccounts.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region")
        .filter(pk=final_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There are no such final accounts."), code="no_final")
    require(by, "final.approve", found.fund.region_id)
    require_other_hand(by, found.maker_id)
    if found.approved_at:
        raise Conflict(_("These final accounts are approved already."), code="approved_already")
    found.checker, found.approved_at = by, timezone.now()
    found.save(update_fields=["checker", "approved_at"])
    audit.record(
        by=by,
        act="final.approve",
        subject=found,
        region=found.fund.region_id,
        year=found.year,
        digest=found.digest,
    )
    return found


def content(fund: Fund, year: int) -> dict[str, Any]:
    """What final accounts hold: both statements of December and the budget, in fen, names in both
    languages."""
    made = queries.statements([fund], month(year, 12))
    budget = queries.in_force(fund, year)
    return {
        "balance": [[names(row.name), row.element, row.now, row.then] for row in made.balance],
        "income": [[names(row.name), row.element, row.then] for row in made.income],
        "budget": budget.number if budget else None,
        "execution": [
            [
                {"zh": line.account.name_zh, "en": line.account.name_en},
                line.account.number,
                line.planned,
                line.done,
            ]
            for line in queries.execution(fund, year)
        ],
    }


def names(said: Any) -> dict[str, str]:
    """A line of the chart, or a text, in both languages."""
    if isinstance(said, StatementLine):
        return {"zh": said.name_zh, "en": said.name_en}
    return both(said)


def fingerprint(said: dict[str, Any]) -> str:
    """The SHA-256 of what final accounts hold, in one way of writing it."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
