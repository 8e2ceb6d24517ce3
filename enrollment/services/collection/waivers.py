"""Letting off: a surcharge is waived, or a debt written off, by two people and with a reason.

What was written off is owed no more and may be taken up again; then it is owed as before.
"""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, Person, Waiver
from enrollment.queries import debts
from enrollment.services.checks import known_text, lock
from enrollment.services.collection import surcharge
from enrollment.services.collection.spreading import homes_of, today
from funds.models import Fund, accounts
from funds.services import ledger
from socsec.kernel.money import yuan
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

Kind, State = Waiver.Kind, Waiver.State

_SCOPE = """
    select * from ({debts}) as d
    where month between %s and %s and (%s::int is null or branch = %s) and (kind = 1 or %s)
"""

_LINES = """
    insert into enrollment_waiverline
      (person_id, month, branch, employer_id, part, waiver_id, turn, surcharge, category, region,
       amount, "on")
    select person_id, month, branch, employer_id, part, %s, kind * 2, kind = 1, category, region,
           open_here, %s
    from ({scope}) as scope
"""

_UNDO = """
    insert into enrollment_waiverline
      (person_id, month, branch, employer_id, part, waiver_id, turn, surcharge, category, region,
       amount, "on")
    select person_id, month, branch, employer_id, part, waiver_id, turn + 1, surcharge, category,
           region, -amount, %s
    from enrollment_waiverline where waiver_id = %s
"""

_POSTINGS = """
    select person_id,
           row_number() over (
               partition by person_id order by month, branch, employer_id, part, turn
           ) as seq,
           region, case when surcharge then %s else %s end::smallint as debit,
           case when surcharge then %s else %s end::smallint as credit,
           amount, month, case when surcharge then 0 else 1 end as heads
    from enrollment_waiverline
    where waiver_id = %s and (branch, category, region) in ({homes})
    order by person_id
"""


@transaction.atomic
def propose(
    *,
    by: User,
    kind: str,
    payer: Employer | Person,
    first_month: int,
    last_month: int,
    reason: str,
    document: str,
    branch: int | None = None,
) -> Waiver:
    """Propose to let off what is open of some months; a second person decides."""
    require(by, "waiver.propose", payer.region)
    if kind not in Kind.values:
        raise Invalid(_("There is no such kind."), code="unknown_kind", field="kind")
    if first_month > last_month:
        raise Invalid(
            _("The last month lies before the first."), code="months_turned", field="last_month"
        )
    payer = lock(payer)
    own = payer.pk if isinstance(payer, Person) else None
    require_stranger(by, own)
    surcharge.count_up(by=None, payer=payer)
    waiver = Waiver(
        kind=kind,
        employer=None if isinstance(payer, Person) else payer,
        person=payer if isinstance(payer, Person) else None,
        region=payer.region,
        branch=branch,
        first_month=first_month,
        last_month=last_month,
        reason=known_text(reason, "reason"),
        document=known_text(document, "document", 120),
        maker=by,
    )
    waiver.amount = _open(waiver)
    if not waiver.amount:
        raise Refused(
            _("Nothing of this is open."), code="nothing_open", fix=_("Check the months.")
        )
    waiver.save()
    _note(waiver, by, "waiver.propose", waiver.reason)
    return waiver


@transaction.atomic
def approve(*, by: User, waiver: Waiver) -> Waiver:
    """Let it off, exactly as it was proposed; `Conflict` where something was paid since."""
    waiver = _decide(waiver, by)
    payer = lock(waiver.payer)
    if (now := _open(waiver)) != waiver.amount:
        raise Conflict(
            _("%(now)s yuan are open now, %(then)s were when it was proposed.")
            % {"now": yuan(now), "then": yuan(waiver.amount)},
            code="waiver_outdated",
            fix=_("Refuse it, and have it proposed again."),
        )
    scope, values = _scope(waiver, payer)
    homes, funds = homes_of(scope, values)
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(scope=scope), [waiver.pk, today(), *values])
    for fund in funds.values():
        _post(waiver, fund, [home for home in homes if home[3] == fund.pk], by)
    waiver.state = State.APPROVED
    waiver.save()
    _note(waiver, by, "waiver.decide", waiver.reason)
    return waiver


@transaction.atomic
def refuse(*, by: User, waiver: Waiver, note: str) -> Waiver:
    """Say no, and why; nothing is let off."""
    waiver = _decide(waiver, by)
    waiver.state = State.REFUSED
    waiver.note = known_text(note, "note")
    waiver.save()
    _note(waiver, by, "waiver.decide", waiver.note)
    return waiver


@transaction.atomic
def revoke(*, by: User, waiver: Waiver, note: str) -> Waiver:
    """Take a written-off debt up again: it is owed as before. By another hand than proposed it."""
    waiver = lock(waiver)
    require(by, "waiver.decide", waiver.region)
    require_other_hand(by, waiver.maker_id)
    if waiver.state != State.APPROVED or waiver.kind != Kind.DEBT:
        raise Conflict(
            _("Only a debt that was written off can be taken up again."), code="wrong_state"
        )
    waiver.note = known_text(note, "note")
    with connection.cursor() as cursor:
        cursor.execute(_UNDO, [today(), waiver.pk])
    for batch in _batches(waiver):
        ledger.reverse(batch, reason=waiver.note, by=by)
    waiver.state = State.REVOKED
    waiver.revoked_by = by
    waiver.save()
    _note(waiver, by, "waiver.revoke", waiver.note)
    return waiver


def _decide(waiver: Waiver, by: User) -> Waiver:
    waiver = lock(waiver)
    require(by, "waiver.decide", waiver.region)
    require_other_hand(by, waiver.maker_id)
    require_stranger(by, waiver.person_id)
    if waiver.state != State.PROPOSED:
        raise Conflict(_("This was decided already."), code="decided_already")
    waiver.checker = by
    waiver.decided_at = timezone.now()
    return waiver


def _scope(waiver: Waiver, payer: Employer | Person) -> tuple[str, list[Any]]:
    select, values = debts.of_payer(payer)
    return _SCOPE.format(debts=select), [
        *values,
        *(waiver.first_month, waiver.last_month, waiver.branch, waiver.branch),
        waiver.kind == Kind.DEBT,
    ]


def _open(waiver: Waiver) -> int:
    scope, values = _scope(waiver, waiver.payer)
    ((total,),) = debts.fetch(
        f"select coalesce(sum(open_here), 0)::bigint from ({scope}) as scope",  # noqa: S608
        values,
    )
    return int(total)


def _post(waiver: Waiver, fund: Fund, homes: list[tuple[int, int, str, int]], by: User) -> None:
    ledger.post_sql(
        fund,
        "waiver",
        _POSTINGS.format(homes=", ".join(f"({b}, {c}, '{r}')" for b, c, r, _fund in homes)),
        [
            *(accounts.SURCHARGE_ASSESSED, accounts.CONTRIBUTIONS_ASSESSED),
            *(accounts.SURCHARGE_DUE, accounts.CONTRIBUTIONS_DUE),
            waiver.pk,
        ],
        source=f"enrollment.waiver:{waiver.pk}/fund:{fund.pk}",
        by=by,
    )


def _batches(waiver: Waiver) -> list[int]:
    names = [
        f"enrollment.waiver:{waiver.pk}/fund:{pk}"
        for pk in Fund.objects.values_list("pk", flat=True)
    ]
    return [batch.pk for name in names if (batch := ledger.batch(name)) is not None]


def _note(waiver: Waiver, by: User, act: str, reason: str) -> None:
    audit.record(
        by=by,
        act=act,
        subject=waiver,
        person_id=waiver.person_id,
        region=waiver.region,
        reason=reason,
        kind=waiver.kind,
        amount=waiver.amount,
        state=waiver.state,
    )
