"""What every step of a transfer does: find it and its case, lock both, and write down what was done."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import MoneyState, Person
from enrollment.services import movements
from funds.models import Fund, accounts
from funds.services import ledger
from pensions.models import (
    Transfer,
    TransferCase,
    TransferKind,
    TransferState,
    TransferStep,
)
from socsec.kernel.months import month_of
from socsec.office.errors import Conflict, NotFound
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import case as cases

KINDS = {step: f"transfer_{step.value}" for step in TransferStep}

# Why an office rejects, with the words for the person and the law.
REASONS: dict[str, tuple[Any, str]] = {
    "amounts_differ": (
        _("The amounts on the form are not those that the law gives."),
        "国办发〔2009〕66号第四条",
    ),
    "months_differ": (
        _("The months on the form are not those that were paid."),
        "国办发〔2009〕66号第八条",
    ),
    "wrong_person": (
        _("The form is about somebody else."),
        "社会保险经办条例第十一条",
    ),
    "wrong_place": (
        _("The record belongs to another place."),
        "国办发〔2009〕66号第五条",
    ),
    "drawing_benefits": (
        _("A benefit is drawn already; a record moves before that, not after."),
        "国办发〔2009〕66号第三条",
    ),
}
STAFF_REASONS = [(code, text) for code, (text, _law) in REASONS.items()]


def locked(transfer: Transfer, *states: str) -> Transfer:
    """The transfer as it is now, held; `Conflict` unless it is in one of these states."""
    found = (
        Transfer.objects.select_for_update(of=("self",))
        .select_related("person", "from_fund__region", "to_fund__region", "movement", "envelope")
        .filter(pk=transfer.pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such transfer."), code="no_transfer")
    if states and found.state not in states:
        raise Conflict(
            _("This transfer is already at: %(state)s.") % {"state": found.get_state_display()},
            code="transfer_moved_on",
            fix=_("Open it again to see where it stands."),
            state=found.state,
        )
    return found


def open_step(
    transfer: Transfer,
    step: TransferStep,
    *,
    by: User,
    act: str,
    own_region: str,
    channel: str,
    key: str = "",
) -> Case:
    """Open the case of a step at the office whose part it is, under that office's clock."""
    there = transfer.from_region if step is TransferStep.SEND else transfer.to_region
    case = cases.forward(
        kind=KINDS[step],
        person_id=transfer.person_id,
        subject=transfer.person.name,
        region=there,
        by=by,
        act=act,
        own_region=own_region,
        channel=channel,
        key=key,
        transfer=str(transfer.public_id),
    )
    TransferCase.objects.create(case=case, transfer=transfer, step=step)
    return case


def case_of(transfer: Transfer, step: TransferStep) -> Case:
    """The open case of a step."""
    held = transfer.cases.filter(step=step, case__state__in=Case.OPEN).select_related("case").last()
    if held is None:
        raise Conflict(
            _("This transfer is already at: %(state)s.") % {"state": transfer.get_state_display()},
            code="transfer_moved_on",
            state=transfer.state,
        )
    return held.case


def lock_person(transfer: Transfer) -> Person:
    return Person.objects.select_for_update().get(pk=transfer.person_id)


def money_at(transfer: Transfer, state: str) -> None:
    """Tell the movement where its money is. What follows later says nothing more of it."""
    if transfer.kind == TransferKind.RECORD and transfer.movement is not None:
        transfer.movement.refresh_from_db()
        if transfer.movement.money != MoneyState.RECEIVED:
            movements.set_money(by=None, movement=transfer.movement, state=state)


def announce(transfer: Transfer, *, by: User, undo: bool = False) -> None:
    """Book what is in flight at both offices: payable at the old one, receivable at the new one.

    `undo` takes it off again, once the money has arrived or is back.
    """
    if not transfer.total:
        return
    open_, agreed = accounts.TRANSFERS_OPEN, accounts.TRANSFERS_AGREED
    for fund, region, receives in (
        (transfer.from_fund, transfer.from_region, False),
        (transfer.to_fund, transfer.to_region, True),
    ):
        if fund is None:
            continue
        debit, credit = (open_, agreed) if receives != undo else (agreed, open_)
        post(
            transfer,
            fund,
            region,
            [(debit, credit, transfer.total)],
            name=f"{'settled' if undo else 'announced'}/{'in' if receives else 'out'}",
            by=by,
        )


def post(
    transfer: Transfer,
    fund: Fund,
    region: str,
    legs: list[tuple[int, int, int]],
    *,
    name: str,
    by: User,
) -> None:
    """Post (debit, credit, fen) of a transfer in one of its funds; `name` tells its acts apart."""
    today = month_of(timezone.localdate())
    ledger.post(
        fund,
        "pension_transfer",
        [
            ledger.Posting(transfer.person_id, debit, credit, amount, today, region)
            for debit, credit, amount in legs
            if amount
        ],
        source=f"pensions.transfer:{transfer.pk}/{transfer.turn}/{name}",
        by=by,
    )


def record(by: User | None, act: str, transfer: Transfer, region: str, **detail: Any) -> None:
    audit.record(
        by=by,
        act=f"transfer.{act}",
        subject=transfer,
        person_id=transfer.person_id,
        region=region,
        transfer=str(transfer.public_id),
        kind=transfer.kind,
        from_region=transfer.from_region,
        to_region=transfer.to_region,
        state=transfer.state,
        turn=transfer.turn,
        **detail,
    )


def tell(by: User | None, transfer: Transfer, region: str, happened: str) -> None:
    """Tell the other office what happened: an event for its system, a line in the person's log."""
    record(by, "tell", transfer, region, happened=happened)


def set_state(transfer: Transfer, state: TransferState, *fields: str) -> None:
    transfer.state = state
    transfer.save(update_fields=["state", *fields])
