"""A payment between two levels: two people of the payer, two of the payee, both books or neither."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PoolingTransfer, accounts
from funds.models.ledger import LedgerBatch
from funds.services import budgets, ledger
from socsec.kernel import regions
from socsec.kernel.months import FIRST_MONTH, LAST_MONTH
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

State = PoolingTransfer.State
LONGEST = 200  # of a purpose or a reason
# By direction: what the payer's money is spent as, and what it is to the payee.
SIDES = {
    True: (accounts.TO_ABOVE, accounts.FROM_BELOW),
    False: (accounts.TO_BELOW, accounts.FROM_ABOVE),
}


def above(fund: Fund) -> Fund | None:
    """The fund of the same branch and scheme at the nearest level above; None at the top."""
    codes = regions.upwards(fund.region_id)[1:]
    there = {
        each.region_id: each
        for each in Fund.objects.select_related("region").filter(
            branch=fund.branch, scheme=fund.scheme, region__in=codes
        )
    }
    return next((there[code] for code in codes if code in there), None)


@transaction.atomic
def draft_transfer(
    payer: Fund, payee: Fund, *, month: int, amount: int, purpose: str, by: User
) -> PoolingTransfer:
    """Ask that `amount` fen be paid to the next level above or below. Nothing moves yet.

    `Refused` between funds that are not of neighbouring levels of one branch and scheme.
    """
    up = above(payer) == payee
    if not up and above(payee) != payer:
        raise Refused(
            _("%(payer)s and %(payee)s are not neighbouring levels of one branch.")
            % {"payer": payer, "payee": payee},
            fix=_("Pay level by level."),
            code="not_neighbours",
        )
    if type(amount) is not int or not 0 < amount <= ledger.MOST:
        raise Invalid(_("Enter an amount above zero."), code="amount_out_of_range", field="amount")
    if type(month) is not int or not FIRST_MONTH <= month <= LAST_MONTH:
        raise Invalid(_("There is no such month."), code="month_out_of_range", field="month")
    made = PoolingTransfer(
        payer=payer,
        payee=payee,
        up=up,
        month=month,
        amount=amount,
        purpose=_said(purpose, "purpose"),
        payer_maker=by,
    )
    _stand_for(made, payer, by, "pooling.draft")
    made.save(force_insert=True)
    _record(made, by, "pooling.transfer", payer.region_id)
    return made


@transaction.atomic
def send(transfer_id: int, *, by: User) -> PoolingTransfer:
    """A second person of the payer approves."""
    found = _held(transfer_id, State.DRAFTED)
    _stand_for(found, found.payer, by, "pooling.approve")
    require_other_hand(by, found.payer_maker_id)
    found.payer_checker, found.state = by, State.SENT
    found.save(update_fields=["payer_checker", "state"])
    _record(found, by, "pooling.send", found.payer.region_id)
    return found


@transaction.atomic
def accept(transfer_id: int, *, by: User) -> PoolingTransfer:
    """A first person of the payee checks that the money is theirs to receive."""
    found = _held(transfer_id, State.SENT)
    _stand_for(found, found.payee, by, "pooling.draft")
    require_other_hand(by, found.payer_maker_id, found.payer_checker_id)
    found.payee_maker, found.state = by, State.ACCEPTED
    found.save(update_fields=["payee_maker", "state"])
    _record(found, by, "pooling.accept", found.payee.region_id)
    return found


@transaction.atomic
def finish(transfer_id: int, *, by: User, on: date | None = None) -> PoolingTransfer:
    """A second person of the payee confirms: both books are posted, or neither."""
    found = _held(transfer_id, State.ACCEPTED)
    _stand_for(found, found.payee, by, "pooling.approve")
    require_other_hand(by, found.payer_maker_id, found.payer_checker_id, found.payee_maker_id)
    found.payee_checker = by
    book(found, by=by, on=on or timezone.localdate())
    _record(found, by, "pooling.post", found.payee.region_id)
    return found


@transaction.atomic
def reject(transfer_id: int, *, by: User, reason: str) -> PoolingTransfer:
    """Either level turns a payment down that is not posted yet, with the reason."""
    found = _held(transfer_id, State.DRAFTED, State.SENT, State.ACCEPTED)
    side = found.payer if found.state == State.DRAFTED else _own_side(found, by)
    _stand_for(found, side, by, "pooling.approve")
    found.state, found.reason = State.REJECTED, _said(reason, "reason")
    found.save(update_fields=["state", "reason"])
    _record(found, by, "pooling.reject", side.region_id, reason=found.reason)
    return found


@transaction.atomic
def ask_back(transfer_id: int, *, by: User, reason: str) -> PoolingTransfer:
    """One level asks that a posted payment be taken back. Those of a round go back with it alone."""
    found = _held(transfer_id, State.POSTED)
    side = _own_side(found, by)
    _stand_for(found, side, by, "pooling.draft")
    if found.part_id:
        raise Refused(
            _("This payment belongs to a round."),
            fix=_("Have the round reversed."),
            code="of_a_round",
        )
    if found.reversal_asked_by_id:
        raise Conflict(_("Somebody has asked for it already."), code="asked_already")
    found.reversal_asked_by, found.reason = by, _said(reason, "reason")
    found.save(update_fields=["reversal_asked_by", "reason"])
    _record(found, by, "pooling.ask_back", side.region_id, reason=found.reason)
    return found


@transaction.atomic
def give_back(transfer_id: int, *, by: User) -> PoolingTransfer:
    """The other level agrees: the exact opposite is posted on both books."""
    found = _held(transfer_id, State.POSTED)
    if found.reversal_asked_by is None:
        raise Conflict(_("Nobody has asked that it be taken back."), code="not_asked")
    side = found.payee if _own_side(found, found.reversal_asked_by) == found.payer else found.payer
    _stand_for(found, side, by, "pooling.approve")
    require_other_hand(by, found.reversal_asked_by_id)
    unbook(found, by=by, reason=found.reason)
    _record(found, by, "pooling.give_back", side.region_id, reason=found.reason)
    return found


# On the books


def book(found: PoolingTransfer, *, by: User, on: date) -> None:
    """Post both sides of a payment on a day. It has its four people, and they may."""
    spent, received = SIDES[found.up]
    Fund.objects.select_for_update(no_key=True).get(pk=found.payer_id)
    budgets.check_payment(found.payer, spent, found.amount, on)
    for fund, debit, credit, side in (
        (found.payer, spent, accounts.FISCAL_ACCOUNT, "out"),
        (found.payee, accounts.FISCAL_ACCOUNT, received, "in"),
    ):
        ledger.post(
            fund,
            f"pooling_{side}",
            [ledger.Posting(0, debit, credit, found.amount, found.month, fund.region_id, heads=0)],
            source=source(found, side),
            on=on,
            by=by,
            exact=True,
        )
    found.state, found.posted_on = State.POSTED, on
    found.save(update_fields=["state", "posted_on", "payee_checker"])


def unbook(found: PoolingTransfer, *, by: User, reason: str) -> None:
    """Post the exact opposite of both sides: the payee gives back before the payer has it again."""
    for side in ("in", "out"):
        batch = LedgerBatch.objects.get(source=source(found, side))
        ledger.reverse(batch.pk, reason=reason, by=by)
    found.state, found.reversed_by = State.REVERSED, by
    found.save(update_fields=["state", "reversed_by"])


def source(found: PoolingTransfer, side: str) -> str:
    """The name under which a side ("out" of the payer, "in" of the payee) is posted."""
    return f"funds.pooling:{found.pk}:{side}"


def stand_for(fund: Fund, other: Fund, by: User, act: str) -> None:
    """Whoever acts for a level is of that level: one office never agrees for both sides.

    `Denied` for somebody of an office that covers both.
    """
    require(by, act, fund.region_id)
    lower, upper = sorted((fund, other), key=lambda each: -len(regions.stem(each.region_id)))
    if fund == lower and by.region_code and regions.covers(by.region_code, upper.region_id):
        raise Denied(
            _("Your office acts for %(upper)s, so %(lower)s must agree itself.")
            % {"upper": upper.region, "lower": lower.region},
            code="other_level",
            fix=_("Ask the office of that region."),
        )


def _stand_for(found: PoolingTransfer, fund: Fund, by: User, act: str) -> None:
    stand_for(fund, found.payee if fund == found.payer else found.payer, by, act)


def _own_side(found: PoolingTransfer, by: User) -> Fund:
    """The level that a user acts for: the one above where the office covers both."""
    lower, upper = (found.payer, found.payee) if found.up else (found.payee, found.payer)
    covers_upper = by.region_code and regions.covers(by.region_code, upper.region_id)
    return upper if covers_upper else lower


def _held(transfer_id: int, *states: str) -> PoolingTransfer:
    found = (
        PoolingTransfer.objects.select_for_update(no_key=True, of=("self",))
        .select_related("payer__region", "payee__region", "reversal_asked_by__office")
        .filter(pk=transfer_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such payment between levels."), code="no_transfer")
    if found.state not in states:
        raise Conflict(
            _("This payment is: %(state)s.") % {"state": found.get_state_display()},
            fix=_("Open it again to see where it stands."),
            code="transfer_moved_on",
        )
    return found


def _said(text: str, field: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(_("Say why in a few words."), code="reason_missing", field=field)
    return said[:LONGEST]


def _record(
    found: PoolingTransfer, by: User, act: str, region: str, reason: str = "", **detail: Any
) -> None:
    audit.record(
        by=by,
        act=act,
        subject=found,
        region=region,
        reason=reason,
        amount=found.amount,
        payer=found.payer_id,
        payee=found.payee_id,
        **detail,
    )
