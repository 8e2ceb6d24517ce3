"""The new place: book what arrived, compare it with the form, take over; or reject, and send it back."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.residents import overlaps
from funds.models import Fund, accounts
from funds.queries.balances import lowest_balance
from pensions.models import Transfer, TransferState, TransferStep
from socsec.kernel.money import yuan
from socsec.office.access import require, require_stranger
from socsec.office.errors import Invalid, Refused, both, say
from socsec.office.models import Case, User
from socsec.office.services import case as cases
from socsec.office.services import messages
from socsec.office.services import policy as policies

from . import balances, outside_months
from .common import (
    REASONS,
    announce,
    case_of,
    lock_person,
    locked,
    money_at,
    open_step,
    post,
    record,
    set_state,
    tell,
)
from .form import owed, twice_as_resident
from .sending import paid, restore


@transaction.atomic
def arrive(*, by: User, transfer: Transfer, amount: int, on: date, reference: str) -> Transfer:
    """Book what the bank credited for a form; the clock of the new place begins.

    Exactly the total of the form, in fen: `Refused` for anything else, which belongs into suspense
    and goes back. `Refused` while the old place's bank has not paid.
    """
    transfer = locked(transfer, TransferState.SENT)
    require(by, "ledger.post", transfer.to_region)
    require_stranger(by, transfer.person_id)
    fund = _fund(transfer)
    if transfer.sent_on is None or not transfer.sent_on <= on <= timezone.localdate():
        raise Invalid(
            _("The day must lie between the payment and today."), code="impossible_date", field="on"
        )
    if not reference.strip() or len(reference) > 64:
        raise Invalid(_("Enter the bank's reference."), code="no_reference", field="reference")
    if amount != transfer.total:
        raise Refused(
            say(
                _("The form is over %(total)s yuan, %(amount)s arrived."),
                total=yuan(transfer.total),
                amount=yuan(amount),
            ),
            code="amount_differs",
            field="amount",
            fix=_("Enter it as money of an unknown payer, and send it back by the way it came."),
        )
    if transfer.from_fund is not None and transfer.total and not paid(transfer):
        raise Refused(
            _("The bank has not reported this payment as paid."),
            code="not_paid_yet",
            fix=_("Wait for the bank's answer at the old place."),
        )
    post(
        transfer,
        fund,
        transfer.to_region,
        [(accounts.INCOME_ACCOUNT, accounts.TRANSFERS_HELD, amount)],
        name="arrived",
        by=by,
    )
    transfer.arrived_on, transfer.arrival = on, reference.strip()
    set_state(transfer, TransferState.ARRIVED, "arrived_on", "arrival")
    open_step(
        transfer,
        TransferStep.RECEIVE,
        by=by,
        act="ledger.post",
        own_region=transfer.to_region,
        channel=Case.Channel.SYSTEM,
    )
    record(by, "arrive", transfer, transfer.to_region, reference=transfer.arrival)
    tell(by, transfer, transfer.from_region, "arrived")
    return transfer


@transaction.atomic
def compare(*, by: User, transfer: Transfer) -> Transfer:
    """The maker's part at the new place: form and money were compared and agree."""
    transfer = locked(transfer, TransferState.ARRIVED)
    case = case_of(transfer, TransferStep.RECEIVE)
    sent = transfer.cases.filter(step=TransferStep.SEND).select_related("case").last()
    cases.propose(
        case_id=case.pk,
        by=by,
        sheet=sent.case.sheet if sent else None,
        edition=policies.current_edition(),
        months=transfer.months,
        total=transfer.total,
    )
    return transfer


@transaction.atomic
def take_over(*, by: User, transfer: Transfer) -> Transfer:
    """The checker's part: income is booked and the account opened, or joined where there is one."""
    transfer = locked(transfer, TransferState.ARRIVED)
    case = case_of(transfer, TransferStep.RECEIVE)
    cases.decide(case_id=case.pk, by=by, outcome=Case.State.GRANTED.value, total=transfer.total)
    complete(transfer, by)
    messages.notify(
        person_id=transfer.person_id,
        title=_("The money of your record has arrived"),
        body=say(
            _("%(account)s yuan stand on your account at the new place."),
            account=yuan(transfer.account),
        ),
        by=by,
        case=case,
    )
    return transfer


@transaction.atomic
def reject(*, by: User, transfer: Transfer, reason: str) -> Transfer:
    """The checker of the new place rejects: the money goes back, and the old place acts again.

    What was never paid is restored at once; what arrived, once it is back.
    """
    transfer = locked(transfer, TransferState.ARRIVED)
    if reason not in REASONS:
        raise Invalid(_("Choose the reason."), code="no_reason", field="reason")
    case = case_of(transfer, TransferStep.RECEIVE)
    text, law = REASONS[reason]
    said = both(text)
    cases.decide(
        case_id=case.pk,
        by=by,
        outcome=Case.State.REFUSED.value,
        reasons=[{"code": reason, "text_zh": said["zh"], "text_en": said["en"], "law": law}],
    )
    transfer.reason = reason
    if transfer.total:
        _pay_back(transfer, by)
    if transfer.from_fund is None:
        announce(transfer, by=by, undo=True)
        set_state(transfer, TransferState.REFUSED, "reason")
    elif transfer.total:
        set_state(transfer, TransferState.BACK, "reason")
    else:
        transfer.save(update_fields=["reason"])
        restore(transfer, by)
    messages.notify(
        person_id=transfer.person_id,
        title=_("The new place rejected the form"),
        body=text,
        by=by,
        case=case,
    )
    record(by, "reject", transfer, transfer.to_region, reason=reason)
    tell(by, transfer, transfer.from_region, "rejected")
    return transfer


def complete(transfer: Transfer, by: User) -> None:
    """The entitlement has arrived: in one of our funds, or, as its office says, in one of theirs."""
    lock_person(transfer)
    if transfer.to_fund is not None:
        held = accounts.TRANSFERS_HELD
        if transfer.total:
            post(
                transfer,
                transfer.to_fund,
                transfer.to_region,
                [
                    (held, accounts.TRANSFER_INCOME, transfer.account),
                    (held, accounts.TRANSFER_INCOME, transfer.pool),
                ],
                name="taken_over",
                by=by,
            )
        balances.bring_in(transfer, transfer.to_fund, by)
        _settle_years(transfer, transfer.to_fund, by)
        if transfer.from_fund is None:
            outside_months.enter(transfer, by)
    announce(transfer, by=by, undo=True)
    transfer.done_on = timezone.localdate()
    set_state(transfer, TransferState.DONE, "done_on")
    money_at(transfer, "received")
    record(
        by,
        "done",
        transfer,
        transfer.to_region,
        months=transfer.months,
        account=transfer.account,
        pool=transfer.pool,
    )
    tell(by, transfer, transfer.from_region, "done")


def _settle_years(transfer: Transfer, fund: Fund, by: User) -> None:
    """Years paid as a worker and as a resident are settled; the residents' account gives them back."""
    years = twice_as_resident(transfer)
    if transfer.refunds_at_arrival:
        transfer.refund = balances.give_back(transfer, fund, owed(years), by)
        transfer.save(update_fields=["refund"])
    overlaps.settle(by=by, person_id=transfer.person_id, years=years)


def _fund(transfer: Transfer) -> Fund:
    if transfer.to_fund is None:
        raise Refused(
            _("The other office takes this over in books of its own."), code="not_our_fund"
        )
    return transfer.to_fund


def _pay_back(transfer: Transfer, by: User) -> None:
    """By the way it came; from the expenditure account once the income account was emptied."""
    fund, today = _fund(transfer), timezone.localdate()
    source = accounts.INCOME_ACCOUNT
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    if lowest_balance(fund, source, today) < transfer.total:
        source = accounts.EXPENDITURE_ACCOUNT
        missing = transfer.total - lowest_balance(fund, source, today)
        if missing > 0:
            post(
                transfer,
                fund,
                fund.region_id,
                [(source, accounts.FISCAL_ACCOUNT, missing)],
                name="draw",
                by=by,
            )
    post(
        transfer,
        fund,
        transfer.to_region,
        [(accounts.TRANSFERS_HELD, source, transfer.total)],
        name="paid_back",
        by=by,
    )
