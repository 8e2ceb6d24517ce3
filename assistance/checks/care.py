"""Care of the elderly: vouchers are spent once and by confirmed orders, a bed is one person's."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from assistance.models import (
    BedStay,
    BillState,
    CareBill,
    CareBillPayment,
    CareOrder,
    OrderState,
    Voucher,
    VoucherUse,
)
from funds.models import Fund, Public
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .sql import FEW, ORDERS, select

VOUCHERS, USES = Voucher._meta.db_table, VoucherUse._meta.db_table
CARE_ORDERS, BILLS = CareOrder._meta.db_table, CareBill._meta.db_table
PAYMENTS, FUNDS = CareBillPayment._meta.db_table, Fund._meta.db_table
STAYS = BedStay._meta.db_table


def vouchers_spent_once() -> Iterator[Finding]:
    """No voucher gave more than it was issued for, and none after it had lapsed."""
    rows = select(
        f"""select v.id from {VOUCHERS} v join {USES} u on u.voucher_id = v.id
             group by v.id having sum(u.amount) > v.amount or sum(u.minutes) > v.minutes
            union
            select v.id from {VOUCHERS} v join {USES} u on u.voucher_id = v.id
              join {CARE_ORDERS} o on o.id = u.order_id
             where o.day > v.expires_on limit {FEW}"""  # noqa: S608
    )
    for (voucher,) in rows:
        yield Finding(
            "assistance.vouchers",
            f"voucher {voucher}",
            _("More was spent of it than it was issued for, or after it had lapsed."),
        )


def orders_paid_when_confirmed() -> Iterator[Finding]:
    """What an order was paid by vouchers was taken from vouchers, and only a confirmed one took."""
    rows = select(
        f"""select o.id, o.by_money, coalesce(sum(u.amount), 0)::bigint
              from {CARE_ORDERS} o left join {USES} u on u.order_id = o.id
             group by o.id
            having o.by_money <> coalesce(sum(u.amount), 0)
                or (o.by_minutes > 0) <> (coalesce(sum(u.minutes), 0) > 0)
                or (o.state <> '{OrderState.CONFIRMED}' and count(u.id) > 0)
             limit {FEW}"""  # noqa: S608
    )
    for order, said, taken in rows:
        yield Finding(
            "assistance.care_orders",
            f"order {order}",
            say(
                _("Vouchers pay %(said)s yuan of it, %(taken)s were taken from them."),
                said=yuan(said),
                taken=yuan(taken),
            ),
        )


def bills_paid_as_ordered() -> Iterator[Finding]:
    """A bill is the sum of its orders; the funds pay exactly that, and the bank was told so."""
    rows = select(
        f"""with paid as (
              select p.bill_id,
                     coalesce(sum(p.amount) filter (where f.branch = {Public.CARE}), 0) as insurance,
                     coalesce(sum(p.amount) filter (where f.branch <> {Public.CARE}), 0) as vouchers,
                     bool_or(p.amount <> (select coalesce(sum(t.amount), 0) from {ORDERS} t
                                           where t.batch_id = p.envelope_id and t.attempt = 1)) as off
                from {PAYMENTS} p join {FUNDS} f on f.id = p.fund_id group by p.bill_id),
            ordered as (
              select o.bill_id, count(*) as count, sum(o.insurance) as insurance,
                     sum(o.by_minutes + o.by_money) as vouchers
                from {CARE_ORDERS} o where o.bill_id is not null group by o.bill_id)
            select b.id from {BILLS} b
              left join ordered o on o.bill_id = b.id left join paid p on p.bill_id = b.id
             where case when b.state = '{BillState.REJECTED}' then o.count is not null
                        else (b.count, b.insurance, b.vouchers)
                             is distinct from (o.count, o.insurance, o.vouchers) end
                or (coalesce(p.insurance, 0), coalesce(p.vouchers, 0)) is distinct from
                   (case when b.state = '{BillState.APPROVED}' then b.insurance else 0 end,
                    case when b.state = '{BillState.APPROVED}' then b.vouchers else 0 end)
                or p.off
             limit {FEW}"""  # noqa: S608
    )
    for (bill,) in rows:
        yield Finding(
            "assistance.care_bills",
            f"bill {bill}",
            _("The bill, its orders and what the bank was told differ."),
        )


def beds_taken_once() -> Iterator[Finding]:
    """Nobody lies in a bed while another does, nor in two."""
    rows = select(
        f"""select a.id from {STAYS} a join {STAYS} b
                on b.id > a.id and (b.bed_id = a.bed_id or b.person_id = a.person_id)
             where daterange(a.from_date, a.until, '[)') && daterange(b.from_date, b.until, '[)')
             limit {FEW}"""  # noqa: S608
    )
    for (stay,) in rows:
        yield Finding("assistance.beds", f"stay {stay}", _("Two stays in beds overlap."))
