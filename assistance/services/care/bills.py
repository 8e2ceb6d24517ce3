"""Monthly bills of providers of care: handed in, checked by one, approved by another, then paid.

A bill is the sum of confirmed orders, never what a provider says. The insurance and the vouchers
are paid by the funds of the place where the cared for live, one order to the provider from each.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import BillState, CareBill, CareBillPayment, CareOrder, CareProvider
from assistance.models import OrderState as Order
from assistance.queries import care as queries
from assistance.services.care import providers
from enrollment.services.checks import known_text, lock
from funds.models import Fund, Public, Scheme
from funds.services import fund as funds
from funds.services import payments
from socsec.kernel.money import yuan
from socsec.kernel.months import first_day, format_month, last_day, month_of
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, say
from socsec.office.models import User
from socsec.office.services import audit

INSURANCE, VOUCHERS = "care_insurance", "care_vouchers_paid"


def unbilled(provider: CareProvider, month: int) -> QuerySet[CareOrder]:
    """Confirmed orders of a month on no bill yet of which the office pays something."""
    return CareOrder.objects.filter(
        provider=provider,
        state=Order.CONFIRMED,
        bill__isnull=True,
        day__range=(first_day(month), last_day(month)),
        cost__gt=F("own"),
    )


@transaction.atomic
def hand_in(*, by: User, provider: CareProvider, month: int, stated: int | None = None) -> CareBill:
    """The bill of a month that is over, with all its orders that are on none yet.

    `stated` is what the provider claims, fen; where it is not what the orders come to, that is
    shown to whoever checks the bill.
    """
    require(by, "care.bill", provider.region)
    if by.kind == User.Kind.PARTNER and providers.of_user(by).pk != provider.pk:
        raise NotFound(_("There is no such provider."), code="no_provider")
    held = lock(provider)
    if month >= month_of(timezone.localdate()):
        raise Refused(
            _("This month is not over yet."),
            code="month_not_over",
            field="month",
            fix=_("Hand the bill in next month."),
        )
    if stated is not None and (type(stated) is not int or stated <= 0):
        raise Invalid(_("An amount must be above zero."), code="amount", field="stated")
    orders = list(unbilled(held, month).select_for_update(no_key=True))
    if not orders:
        raise Refused(
            _("There is nothing to bill for this month."),
            code="nothing_to_bill",
            field="month",
            fix=_("Only confirmed orders that are on no bill yet are billed."),
        )
    try:
        with transaction.atomic():
            made = CareBill.objects.create(
                provider=held,
                region=held.region,
                month=month,
                count=len(orders),
                insurance=sum(each.insurance for each in orders),
                vouchers=sum(each.by_minutes + each.by_money for each in orders),
                stated=stated,
                maker=by,
            )
    except IntegrityError as error:
        raise Conflict(
            _("A bill of this month waits to be decided."),
            code="bill_waits",
            field="month",
            fix=_("Let it be decided first."),
        ) from error
    CareOrder.objects.filter(pk__in=[each.pk for each in orders]).update(bill=made)
    _note(by, "care.bill", made)
    return made


@transaction.atomic
def check(*, by: User, bill: CareBill, note: str = "") -> CareBill:
    """The orders were looked at. Where something is odd, or the provider claims another sum, the
    note says what was found; what is paid is what the orders come to."""
    held = lock(bill)
    require(by, "care.bill_check", held.region)
    if held.state != BillState.HANDED_IN:
        raise Conflict(_("This bill was checked already."), code="checked_already")
    odd = len(queries.oddities(held))
    differs = held.stated is not None and held.stated != held.total
    if (odd or differs) and not note.strip():
        raise Refused(
            say(
                _("The orders come to %(ours)s yuan, and %(odd)s of them are odd."),
                ours=yuan(held.total),
                odd=odd,
            ),
            code="say_what_was_found",
            field="note",
            fix=_("Look into it and say what you found, or give the bill back."),
        )
    held.state, held.checked_by, held.note = BillState.CHECKED, by, note.strip()[:200]
    held.save(update_fields=["state", "checked_by", "note"])
    _note(by, "care.bill_check", held, odd=odd, stated=held.stated, note=held.note)
    return held


@transaction.atomic
def approve(*, by: User, bill: CareBill) -> CareBill:
    """The second person's part: an envelope from each fund, which a further person releases."""
    held = lock(bill)
    require(by, "care.bill_approve", held.region)
    require_other_hand(by, held.maker_id, held.checked_by_id)
    if held.state != BillState.CHECKED:
        raise Conflict(_("Only a checked bill is approved, and once."), code="not_checked")
    for kind, purse, part in (
        (INSURANCE, Public.CARE, ("insurance",)),
        (VOUCHERS, Public.ASSISTANCE, ("by_minutes", "by_money")),
    ):
        for fund, amount in _by_fund(held, purse, part).items():
            _pay(held, by, kind, fund, amount)
    held.state, held.checker = BillState.APPROVED, by
    held.save(update_fields=["state", "checker"])
    _note(by, "care.bill_approve", held)
    return held


@transaction.atomic
def reject(*, by: User, bill: CareBill, reason: str) -> CareBill:
    """The bill is given back with the reason, and its orders are on none again."""
    held = lock(bill)
    require(by, "care.bill_approve", held.region)
    require_other_hand(by, held.maker_id, held.checked_by_id)
    if held.state not in (BillState.HANDED_IN, BillState.CHECKED):
        raise Conflict(_("This bill was decided already."), code="decided_already")
    held.state, held.checker, held.note = BillState.REJECTED, by, known_text(reason, "reason")
    held.save(update_fields=["state", "checker", "note"])
    CareOrder.objects.filter(bill=held).update(bill=None)
    _note(by, "care.bill_reject", held, reason=held.note)
    return held


def _by_fund(bill: CareBill, purse: int, part: tuple[str, ...]) -> dict[Fund, int]:
    """What each fund pays: that of the region of each order."""
    found: dict[Fund, int] = {}
    places: dict[str, Fund] = {}
    for region, *amounts in bill.orders.order_by("region").values_list("region", *part):
        if sum(amounts):
            if region not in places:
                places[region] = funds.for_(purse, Scheme.RESIDENTS, region)
            found[places[region]] = found.get(places[region], 0) + sum(amounts)
    return found


def _pay(bill: CareBill, by: User, kind: str, fund: Fund, amount: int) -> None:
    source = f"assistance.care_bill:{bill.pk}/{fund.pk}"
    envelope = payments.open_batch(
        fund, kind, month=bill.month, count=1, total=amount, source=source, by=by
    )
    payments.add_orders(
        envelope,
        [
            payments.Order(
                person_id=0,  # an organisation
                seq=1,
                region=fund.region_id,
                payee=bill.provider.name,
                bank=bill.provider.bank,
                account=bill.provider.account,
                amount=amount,
                month=bill.month,
                source=source,
            )
        ],
    )
    CareBillPayment.objects.create(bill=bill, fund=fund, amount=amount, envelope=envelope)


def _note(by: User, act: str, row: CareBill, **more: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=row,
        region=row.region,
        provider=row.provider.name,
        month=format_month(row.month),
        insurance=row.insurance,
        vouchers=row.vouchers,
        **more,
    )
