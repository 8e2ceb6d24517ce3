"""What treasuries and others owe a fund: entered and approved by two, received and posted by two."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Account, Channel, Fund, FundingDue, FundingReceipt, StateHolding, accounts
from funds.models.ledger import LedgerBatch
from funds.services import ledger
from socsec.kernel.money import yuan
from socsec.kernel.months import FIRST_MONTH, LAST_MONTH, month_of
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

LONGEST = 120  # of a document
REASON = 200  # of a reason
INCOME = {
    Channel.CENTRAL: accounts.SUBSIDY_INCOME,
    Channel.LOCAL: accounts.SUBSIDY_INCOME,
    Channel.CAPITAL: accounts.CAPITAL_INCOME,
    Channel.LOTTERY: accounts.LOTTERY_INCOME,
    Channel.OTHER: accounts.OTHER_INCOME,
}
Due, Receipt = FundingDue.State, FundingReceipt.State


@transaction.atomic
def ask_due(
    fund: Fund,
    channel: str,
    *,
    year: int,
    amount: int,
    due_on: date,
    document: str,
    by: User,
    holding: StateHolding | None = None,
) -> FundingDue:
    """Enter what is owed to a fund, with the document that says so. `Refused` for a channel that
    funds of this branch do not have."""
    require(by, "financing.draft", fund.region_id)
    check_amount(amount)
    if channel not in Channel.values:
        raise Invalid(_("There is no such channel."), code="no_such_channel", field="channel")
    if type(year) is not int or not FIRST_MONTH // 12 <= year <= LAST_MONTH // 12:
        raise Invalid(_("There is no such year."), code="no_such_year", field="year")
    kept = Account.objects.get(number=INCOME[Channel(channel)])
    if not kept.kept_by(fund.branch, fund.scheme):
        raise Refused(
            _("%(fund)s has no account “%(account)s”.") % {"fund": fund, "account": kept},
            fix=_("Choose a channel that this fund has."),
            code="channel_not_of_fund",
        )
    made = FundingDue.objects.create(
        fund=fund,
        channel=channel,
        year=year,
        amount=amount,
        due_on=due_on,
        document=said(document, "document", LONGEST),
        holding=holding,
        maker=by,
    )
    _record(by, "financing.due", made, made.fund, amount=amount, channel=channel)
    return made


@transaction.atomic
def decide_due(due_id: int, *, by: User, agree: bool, reason: str = "") -> FundingDue:
    """A second person approves what is owed, or turns it down with a reason."""
    found = _due(due_id)
    require(by, "financing.approve", found.fund.region_id)
    require_other_hand(by, found.maker_id)
    _in(found, Due.DRAFT)
    found.state = Due.DUE if agree else Due.REJECTED
    found.checker = by
    found.refusal = "" if agree else said(reason, "reason", REASON)
    found.save(update_fields=["state", "checker", "refusal"])
    _record(by, "financing.due_decide", found, found.fund, found.refusal, agreed=agree)
    return found


@transaction.atomic
def enter_receipt(due_id: int, *, amount: int, received_on: date, by: User) -> FundingReceipt:
    """Enter money that arrived on the fiscal special account. Nothing is posted yet.

    `Refused` beyond what is still owed: more was sent than the document says.
    """
    found = _due(due_id)
    require(by, "financing.draft", found.fund.region_id)
    check_amount(amount)
    _in(found, Due.DUE)
    if received_on > timezone.localdate():
        raise Invalid(_("This day has not come yet."), code="day_to_come", field="received_on")
    left = found.amount - _entered(found)
    if amount > left:
        raise Refused(
            _("Only %(left)s yuan of it are still owed.") % {"left": yuan(left)},
            fix=_("Enter what is owed beyond that with its own document."),
            code="more_than_due",
            left=left,
        )
    made = FundingReceipt.objects.create(
        due=found, amount=amount, received_on=received_on, maker=by
    )
    _record(by, "financing.receipt", made, found.fund, amount=amount)
    return made


@transaction.atomic
def decide_receipt(receipt_id: int, *, by: User, agree: bool, reason: str = "") -> FundingReceipt:
    """A second person posts what arrived on the day it did, or turns it down with a reason."""
    found = _receipt(receipt_id)
    due = _due(found.due_id)
    require(by, "financing.approve", due.fund.region_id)
    require_other_hand(by, found.maker_id)
    _in(found, Receipt.DRAFT)
    found.checker = by
    if agree:
        ledger.post(
            due.fund,
            f"financing_{due.channel}",
            [
                ledger.Posting(
                    0,
                    accounts.FISCAL_ACCOUNT,
                    INCOME[Channel(due.channel)],
                    found.amount,
                    month_of(found.received_on),
                    due.fund.region_id,
                    heads=0,
                )
            ],
            source=source(found),
            on=found.received_on,
            by=by,
            exact=True,
        )
        found.state = Receipt.POSTED
    else:
        found.state, found.reason = Receipt.REJECTED, said(reason, "reason", REASON)
    found.save(update_fields=["state", "checker", "reason"])
    _settle(due)
    _record(by, "financing.receipt_decide", found, due.fund, found.reason, agreed=agree)
    return found


@transaction.atomic
def reverse_receipt(receipt_id: int, *, by: User, reason: str) -> FundingReceipt:
    """Take a posted receipt back by its exact opposite; what it paid is owed again."""
    found = _receipt(receipt_id)
    due = _due(found.due_id)
    require(by, "financing.approve", due.fund.region_id)
    require_other_hand(by, found.maker_id)
    _in(found, Receipt.POSTED)
    why = said(reason, "reason", REASON)
    ledger.reverse(LedgerBatch.objects.get(source=source(found)).pk, reason=why, by=by)
    found.state, found.reversed_by, found.reason = Receipt.REVERSED, by, why
    found.save(update_fields=["state", "reversed_by", "reason"])
    _settle(due)
    _record(by, "financing.receipt_reverse", found, due.fund, why)
    return found


def source(found: FundingReceipt) -> str:
    """The name under which a receipt is posted."""
    return f"funds.financing:{found.pk}"


def check_amount(amount: int) -> None:
    """`Invalid` for anything but a whole number of fen above zero that the books can hold."""
    if type(amount) is not int or not 0 < amount <= ledger.MOST:
        raise Invalid(_("Enter an amount above zero."), code="amount_out_of_range", field="amount")


def said(text: str, field: str, longest: int) -> str:
    """A text that must not be empty."""
    if not text.strip():
        raise Invalid(_("Say it in a few words."), code="empty", field=field)
    return text.strip()[:longest]


def _settle(due: FundingDue) -> None:
    """Whether a due is received follows from what is posted."""
    posted = due.receipts.filter(state=Receipt.POSTED).aggregate(fen=Sum("amount", default=0))
    due.state = Due.RECEIVED if posted["fen"] >= due.amount else Due.DUE
    due.save(update_fields=["state"])


def _entered(due: FundingDue) -> int:
    """What was entered on a due and is not turned down or reversed, in fen."""
    waiting = due.receipts.filter(state__in=[Receipt.DRAFT, Receipt.POSTED])
    return int(waiting.aggregate(fen=Sum("amount", default=0))["fen"])


def _due(due_id: int) -> FundingDue:
    found = (
        FundingDue.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region")
        .filter(pk=due_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is nothing due under this number."), code="no_due")
    return found


def _receipt(receipt_id: int) -> FundingReceipt:
    found = FundingReceipt.objects.select_for_update(no_key=True).filter(pk=receipt_id).first()
    if found is None:
        raise NotFound(_("There is no such receipt."), code="no_receipt")
    return found


def _in(found: FundingDue | FundingReceipt, state: str) -> None:
    if found.state != state:
        raise Conflict(
            _("This is: %(state)s.") % {"state": found.get_state_display()},
            fix=_("Open it again to see where it stands."),
            code="moved_on",
        )


def _record(by: User, act: str, subject: Any, fund: Fund, reason: str = "", **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=subject,
        region=fund.region_id,
        reason=reason,
        fund=fund.pk,
        **detail,
    )
