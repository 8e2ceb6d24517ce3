"""Orders: compared with the limits when they are drawn up and again before they leave.

What sent orders will change counts as changed. An order that would break a limit, or break one
further, is refused with what the limit leaves; one that mends is not.
"""

from collections import defaultdict

from django.db import transaction
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from funds.models import Instrument, InvestmentOrder, Mandate
from funds.queries.investment import (
    classes_of,
    compared,
    last_valuation,
    open_orders,
    set_of,
    worded,
)
from funds.rules.investment.classes import OFF_BALANCE, OWED
from funds.rules.investment.valuation import MOST_PRICE, MOST_UNITS
from socsec.kernel.money import yuan
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

from .files import value_of
from .mandates import in_force, locked

State = InvestmentOrder.State
lazy_words = lazy(worded, str)
SHORT = OWED | OFF_BALANCE


@transaction.atomic
def draw_order(
    mandate: Mandate, instrument: Instrument, *, by: User, buys: bool, quantity: int, price: int
) -> InvestmentOrder:
    """Draw up an order for so many units at a price in millionths of a yuan.

    `Refused` where it would break a limit, needs more cash or sells more units than there are.
    """
    found = in_force(locked(mandate.pk))
    require(by, "investment.order", found.region_id)
    if type(quantity) is not int or not 0 < quantity <= MOST_UNITS:
        raise Invalid(_("Enter how many units."), code="order_unfit", field="quantity")
    if type(price) is not int or not 0 < price <= MOST_PRICE:
        raise Invalid(_("Enter a price above zero."), code="order_unfit", field="price")
    amount = value_of(quantity, price)
    if not amount:
        raise Invalid(_("The order moves nothing."), code="order_unfit", field="quantity")
    order = InvestmentOrder(
        mandate=found,
        instrument=instrument,
        buys=buys,
        quantity=quantity,
        price=price,
        amount=amount,
        on=timezone.localdate(),
        maker=by,
    )
    _allowed(order)
    order.save()
    _note(order, by, "investment.order")
    return order


@transaction.atomic
def release_order(order_id: int, *, by: User) -> InvestmentOrder:
    """A second person lets the order leave, if the limits still allow it."""
    order = _held(order_id)
    require(by, "investment.approve", order.mandate.region_id)
    require_other_hand(by, order.maker_id)
    in_force(order.mandate)
    _is(order, State.DRAFT)
    _allowed(order)
    order.state, order.checker = State.SENT, by
    order.save(update_fields=["state", "checker"])
    _note(order, by, "investment.release")
    return order


@transaction.atomic
def withdraw_order(order_id: int, *, by: User, reason: str) -> InvestmentOrder:
    """Take back an order, or what of it is not carried out yet."""
    order = _held(order_id)
    require(by, "investment.order", order.mandate.region_id)
    if not reason.strip():
        raise Invalid(_("Say why."), code="reason_missing", field="reason")
    _is(order, State.DRAFT, State.SENT)
    order.state = State.WITHDRAWN
    order.save(update_fields=["state"])
    _note(order, by, "investment.withdraw", reason.strip())
    return order


def _held(order_id: int) -> InvestmentOrder:
    order = (
        InvestmentOrder.objects.select_for_update(no_key=True, of=("self",))
        .select_related("instrument")
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        raise NotFound(_("There is no such order."), code="no_order")
    order.mandate = locked(order.mandate_id)
    return order


def _is(order: InvestmentOrder, *states: str) -> None:
    if order.state not in states:
        raise Conflict(
            _("This order is no longer to be decided."),
            fix=_("Look at it again."),
            code="order_done",
        )


def _allowed(order: InvestmentOrder) -> None:
    """`Refused` where holdings and cash after this order, and all that left, break a limit further."""
    last = last_valuation(order.mandate)
    if last is None:
        raise Refused(
            _("The mandate has not been valued yet."),
            fix=_("Read the custodian's first file."),
            code="not_valued",
        )
    units: dict[int, int] = dict(last.file.holdings.values_list("instrument", "quantity"))
    values, cash = defaultdict(int, classes_of(last)), last.cash
    for sent in open_orders(order.mandate):
        cash += _apply(sent, values, units, sent.quantity - sent.filled)
    policy, today = policies.of(policies.current_edition()), timezone.localdate()
    of = set_of(order.mandate)
    before = compared(of, values, cash, last.due, policy, today)
    cash += _apply(order, values, units, order.quantity)
    if units[order.instrument_id] < 0:
        raise Refused(
            _("The mandate does not hold so many units."),
            fix=_("Lower the order."),
            code="more_than_held",
        )
    if cash < 0:
        raise Refused(
            _("The order needs %(missing)s yuan more than there is in cash.")
            % {"missing": yuan(-cash)},
            fix=_("Lower the order, or sell something first."),
            code="not_enough_cash",
        )
    after = compared(of, values, cash, last.due, policy, today)
    if before is None or after is None:
        raise Refused(
            _("There is too little in the mandate to compare it with limits."),
            code="too_little",
        )
    for line, earlier in zip(after[0], before[0], strict=True):
        if not line.kept and line.room < earlier.room:
            raise Refused(
                _("The limit “%(limit)s” would be broken by %(excess)s yuan.")
                % {
                    "limit": lazy_words(line.limit.label),
                    "excess": yuan(-line.room),
                },
                fix=_("Lower the order by at least that much."),
                code="beyond_limit",
                limit=line.limit.name,
                excess=-line.room,
            )


def _apply(
    order: InvestmentOrder, values: dict[int, int], units: dict[int, int], quantity: int
) -> int:
    """What carrying out so many units does to classes and units; the change in cash comes back."""
    of, amount = order.instrument.asset_class, value_of(quantity, order.price)
    opens = order.buys != (of in SHORT)
    values[of] = values.get(of, 0) + (amount if opens else -amount)
    units[order.instrument_id] = units.get(order.instrument_id, 0) + (
        quantity if opens else -quantity
    )
    if of in OFF_BALANCE:
        return 0
    return -amount if order.buys else amount


def _note(order: InvestmentOrder, by: User, act: str, reason: str = "") -> None:
    audit.record(
        by=by,
        act=act,
        subject=order,
        region=order.mandate.region_id,
        reason=reason,
        instrument=order.instrument.code,
        buys=order.buys,
        amount=order.amount,
    )
