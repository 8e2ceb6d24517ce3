"""Agreements with providers and measures against them: entered by one, decided by another.

What was entered and not approved never counted; it is taken out, and the audit keeps that it was.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text, lock
from medical.models import Agreement, Care, Department, Provider, ProviderKind, Sanction
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import User
from socsec.office.services import audit

Kind = Sanction.Kind


@transaction.atomic
def propose(
    *,
    by: User,
    provider: Provider,
    from_date: date,
    until: date,
    care: Sequence[int],
    document: str,
) -> Agreement:
    """Enter an agreement for some kinds of care, from one day to another, both included.

    `Refused` where it overlaps another; `Invalid` for care that such a provider does not give.
    """
    require(by, "provider.change", provider.region)
    provider = lock(provider)
    if provider.closed_on is not None:
        raise Refused(_("This provider is closed."), code="closed")
    if until < from_date:
        raise Invalid(_("It ends before it begins."), code="ends_before", field="until")
    wanted = sorted(set(care))
    pharmacy = provider.kind == ProviderKind.PHARMACY
    possible = {Care.PHARMACY, Care.NEGOTIATED} if pharmacy else set(Care) - {Care.PHARMACY}
    if not wanted or not set(wanted) <= {int(each) for each in possible}:
        raise Invalid(
            _("Choose kinds of care that such a provider gives."),
            code="care_impossible",
            field="care",
        )
    for other in provider.agreements.all():
        if other.from_date <= until and from_date <= other.last_day:
            raise Refused(
                say(
                    _("The agreement %(document)s holds until %(day)s."),
                    document=other.document,
                    day=date_format(other.last_day),
                ),
                code="overlaps",
                field="from_date",
                fix=_("Let the new one begin after it, or end that one first."),
            )
    made = Agreement.objects.create(
        provider=provider,
        from_date=from_date,
        until=until,
        care=wanted,
        document=known_text(document, "document", 120),
        maker=by,
    )
    _note(by, "agreement.enter", made)
    return made


@transaction.atomic
def decide(*, by: User, agreement: Agreement, approve: bool, reason: str = "") -> None:
    """Approve an agreement, or take the draft out and say why."""
    agreement = lock(agreement)
    _decidable(by, agreement)
    if approve:
        agreement.checker = by
        agreement.save(update_fields=["checker"])
        _note(by, "agreement.approve", agreement)
        return
    _note(by, "agreement.reject", agreement, reason=known_text(reason, "note"))
    agreement.delete()


@transaction.atomic
def end(*, by: User, agreement: Agreement, on: date, reason: str) -> Agreement:
    """End an agreement early; care that began before its last day is still settled."""
    require(by, "provider.approve", agreement.region)
    agreement = lock(agreement)
    if agreement.checker_id is None:
        raise Conflict(_("This agreement was never approved."), code="not_approved")
    if agreement.ended_on is not None:
        raise Conflict(_("This agreement was ended already."), code="ended_already")
    if not agreement.from_date <= on <= agreement.until:
        raise Invalid(
            _("The last day lies between the first and the last of the agreement."),
            code="impossible_day",
            field="on",
        )
    agreement.ended_on, agreement.end_reason = on, known_text(reason, "reason")
    agreement.save(update_fields=["ended_on", "end_reason"])
    _note(by, "agreement.end", agreement, reason=agreement.end_reason)
    return agreement


@transaction.atomic
def sanction(
    *,
    by: User,
    provider: Provider,
    kind: str,
    from_date: date,
    until: date | None,
    reason: str,
    law: str,
    department: Department | None = None,
) -> Sanction:
    """Propose a measure against a provider or one of its departments; it counts once it is decided."""
    require(by, "provider.sanction", provider.region)
    provider = lock(provider)
    if kind not in Kind.values:
        raise Invalid(_("There is no such measure."), code="unknown_measure", field="kind")
    if until is not None and until < from_date:
        raise Invalid(_("It ends before it begins."), code="ends_before", field="until")
    if department is not None and (
        department.provider_id != provider.pk or kind == Kind.TERMINATED
    ):
        raise Invalid(
            _("This measure does not fit the department."), code="department", field="department"
        )
    made = Sanction.objects.create(
        provider=provider,
        department=department,
        kind=kind,
        from_date=from_date,
        until=until,
        reason=known_text(reason, "reason"),
        law=known_text(law, "law", 120),
        maker=by,
    )
    _note(by, "sanction.propose", made, kind=kind)
    return made


@transaction.atomic
def decide_sanction(*, by: User, sanction: Sanction, approve: bool, reason: str = "") -> None:
    """Decide on a measure. A termination ends the agreement with the day before it begins."""
    sanction = lock(sanction)
    _decidable(by, sanction)
    if not approve:
        _note(by, "sanction.reject", sanction, reason=known_text(reason, "note"))
        sanction.delete()
        return
    sanction.checker = by
    sanction.save(update_fields=["checker"])
    _note(by, "sanction.decide", sanction, kind=sanction.kind)
    if sanction.kind == Kind.TERMINATED:
        for held in sanction.provider.agreements.filter(checker__isnull=False, ended_on=None):
            if held.from_date < sanction.from_date <= held.until:
                end(
                    by=by,
                    agreement=held,
                    on=sanction.from_date - timedelta(days=1),
                    reason=sanction.reason,
                )


@transaction.atomic
def lift(*, by: User, sanction: Sanction, on: date, reason: str) -> Sanction:
    """End a measure with a day, its last."""
    require(by, "provider.approve", sanction.region)
    sanction = lock(sanction)
    require_other_hand(by, sanction.maker_id)
    if sanction.checker_id is None:
        raise Conflict(_("This measure was never decided."), code="not_decided")
    if on < sanction.from_date or (sanction.until is not None and on >= sanction.until):
        raise Invalid(_("The last day lies within the measure."), code="impossible_day", field="on")
    sanction.until = on
    sanction.save(update_fields=["until"])
    _note(by, "sanction.lift", sanction, reason=known_text(reason, "reason"), until=on)
    return sanction


def _decidable(by: User, row: Agreement | Sanction) -> None:
    require(by, "provider.approve", row.region)
    if row.checker_id is not None:
        raise Conflict(_("This has been decided already."), code="decided_already")
    require_other_hand(by, row.maker_id)


def _note(by: User, act: str, row: Agreement | Sanction, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=row,
        region=row.region,
        provider=row.provider_id,
        from_date=row.from_date,
        **{"until": row.until, **detail},
    )
