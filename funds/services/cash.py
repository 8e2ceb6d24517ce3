"""Money moved between the accounts of one fund: the sweep at the month's end, subsidies, openings.

Each is booked on the day asked for or not at all: a closed month is refused.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, accounts
from funds.models.ledger import LedgerBatch
from funds.queries.balances import lowest_balance
from funds.services import ledger
from socsec.kernel.money import MOST_YUAN
from socsec.kernel.months import month_of
from socsec.office.access import require
from socsec.office.errors import Invalid
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def sweep(fund: Fund, *, on: date | None = None, by: User | None = None) -> LedgerBatch | None:
    """Empty the income account, as it stood at the end of the day, into the fiscal special account.

    None if it was empty already. `by` None is the system itself, at the month's end. The income
    account stands at zero at every month's end (财社〔2017〕144号).
    """
    if by is not None:
        require(by, "fund.move", fund.region_id)
    on = on or timezone.localdate()
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    amount = lowest_balance(fund, accounts.INCOME_ACCOUNT, on)
    if not amount:
        return None
    return _move(
        fund, "sweep", accounts.FISCAL_ACCOUNT, accounts.INCOME_ACCOUNT, amount, on=on, by=by
    )


def month_end(day: date | None = None) -> list[LedgerBatch]:
    """Sweep every fund as of the last day of the month before `day`."""
    last = (day or timezone.localdate()).replace(day=1) - timedelta(days=1)
    swept = [sweep(fund, on=last) for fund in Fund.objects.select_related("region")]
    return [batch for batch in swept if batch]


def subsidy(fund: Fund, amount: int, *, by: User, on: date | None = None) -> LedgerBatch:
    """Book a government subsidy of `amount` fen that arrived on the fiscal special account."""
    return _enter(fund, "subsidy", accounts.SUBSIDY_INCOME, amount, by=by, on=on)


def opening(fund: Fund, amount: int, *, by: User, on: date | None = None) -> LedgerBatch:
    """Book the reserve that a fund brings along when its books begin."""
    return _enter(fund, "opening", accounts.RESERVE, amount, by=by, on=on)


@transaction.atomic
def _enter(
    fund: Fund, kind: str, credit: int, amount: int, *, by: User, on: date | None
) -> LedgerBatch:
    require(by, "fund.move", fund.region_id)
    if type(amount) is not int or not 0 < amount <= MOST_YUAN * 100:
        raise Invalid(_("Enter an amount above zero."), code="amount_out_of_range", field="amount")
    return _move(fund, kind, accounts.FISCAL_ACCOUNT, credit, amount, on=on, by=by)


def _move(
    fund: Fund,
    kind: str,
    debit: int,
    credit: int,
    amount: int,
    *,
    on: date | None,
    by: User | None,
) -> LedgerBatch:
    on = on or timezone.localdate()
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    # Under the fund's lock, so that two movements of one day get names of their own.
    earlier = LedgerBatch.objects.filter(fund=fund, kind=kind, booked_on=on).count()
    posted = ledger.post(
        fund,
        kind,
        [ledger.Posting(0, debit, credit, amount, month_of(on), fund.region_id, heads=0)],
        source=f"funds.{kind}:{fund.pk}:{on}:{earlier + 1}",
        on=on,
        by=by,
        exact=True,
    )
    audit.record(
        by=by,
        act=f"fund.{kind}",
        subject=fund,
        region=fund.region_id,
        amount=amount,
        batch=posted.pk,
    )
    return posted
