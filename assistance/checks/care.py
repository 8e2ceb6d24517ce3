"""Care of the elderly: vouchers are spent once and by confirmed orders, a bed is one person's."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from assistance.models import BedStay, CareOrder, OrderState, Voucher, VoucherUse
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .sql import FEW, select

VOUCHERS, USES = Voucher._meta.db_table, VoucherUse._meta.db_table
CARE_ORDERS = CareOrder._meta.db_table
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
