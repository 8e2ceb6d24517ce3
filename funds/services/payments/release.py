"""Releasing an envelope: the second pair of eyes, and the first postings."""

from datetime import date

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PaymentBatch, PaymentOrder, accounts
from funds.queries.balances import lowest_balance
from funds.services import budgets, ledger
from socsec.kernel import regions
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Refused
from socsec.office.models import User
from socsec.office.services import audit

from .envelope import locked, must_be

# Orders on their way to the bank, by region and month; the orders themselves are the sub-ledger.
IN_TRANSIT = """
    SELECT 0::bigint AS person_id, row_number() OVER (ORDER BY region, month) AS seq, region,
           %s::smallint AS debit, %s::smallint AS credit, sum(amount)::bigint AS amount, month,
           count(*)::int AS heads
    FROM funds_paymentorder WHERE batch_id = %s GROUP BY region, month
"""


@transaction.atomic
def release(batch_id: int, *, by: User, on: date | None = None) -> PaymentBatch:
    """Let an envelope go to the bank, if it holds exactly what was announced on it.

    What the expenditure account lacks is drawn from the fiscal special account; the orders' total
    then is in transit. `Denied` for the maker; `Refused` if the orders differ from the announcement,
    the year's budget or the month's plan does not allow it, or the fiscal special account has too
    little.
    """
    batch = locked(batch_id)
    require(by, "payment.release", batch.region)
    require_other_hand(by, batch.maker)
    must_be(batch, PaymentBatch.State.OPEN)
    orders = PaymentOrder.objects.filter(batch_id=batch.pk)
    if by.person_id is not None and orders.filter(person_id=by.person_id).exists():
        require_stranger(by, by.person_id)
    found = orders.aggregate(count=Count("person_id"), total=Sum("amount", default=0))
    if (found["count"], found["total"]) != (batch.count, batch.total):
        raise Refused(
            _(
                "The envelope announces %(count)s orders over %(total)s yuan, "
                "but holds %(found)s over %(sum)s yuan."
            )
            % {
                "count": batch.count,
                "total": yuan(batch.total),
                "found": found["count"],
                "sum": yuan(found["total"]),
            },
            fix=_("Nobody is paid. Cancel it and prepare a new one."),
            code="envelope_differs",
        )
    outside = [
        region
        for region in orders.order_by().values_list("region", flat=True).distinct()
        if not regions.covers(batch.region, region)
    ]
    if outside:
        raise Refused(
            _("The envelope for region %(region)s holds an order for region %(order)s.")
            % {"region": batch.region, "order": outside[0]},
            code="region_outside_envelope",
        )
    on = on or timezone.localdate()
    _post(batch, on, by)
    batch.state = PaymentBatch.State.RELEASED
    batch.checker = by
    batch.released_at = timezone.now()
    batch.released_on = on
    batch.save(update_fields=["state", "checker", "released_at", "released_on"])
    audit.record(
        by=by,
        act="payment.release",
        subject=batch,
        region=batch.region,
        count=batch.count,
        total=batch.total,
    )
    return batch


def _post(batch: PaymentBatch, on: date, by: User) -> None:
    fund = batch.fund
    # Two releases of one fund must not both count on the same money.
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    budgets.check_payment(fund, batch.spent_from, batch.total, on)
    missing = batch.total - lowest_balance(fund, accounts.EXPENDITURE_ACCOUNT, on)
    if missing > 0:
        budgets.check_draw(fund, missing, on)
        draw = ledger.Posting(
            person_id=0,
            debit=accounts.EXPENDITURE_ACCOUNT,
            credit=accounts.FISCAL_ACCOUNT,
            amount=missing,
            month=month_of(on),
            region=fund.region_id,
            heads=0,
        )
        ledger.post(
            fund, "payment_draw", [draw], source=f"funds.payment:{batch.pk}:draw", on=on, by=by
        )
    ledger.post_sql(
        fund,
        "payment_release",
        IN_TRANSIT,
        [accounts.IN_TRANSIT, accounts.EXPENDITURE_ACCOUNT, batch.pk],
        source=f"funds.payment:{batch.pk}:release",
        on=on,
        by=by,
    )
