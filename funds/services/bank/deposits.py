"""Term deposits: placed by two, due on a day, taken back with what the bank paid."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, TermDeposit, accounts
from funds.models.ledger import LedgerBatch
from funds.services import ledger
from socsec.kernel.arith import half_up
from socsec.kernel.months import month_of, same_day
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound
from socsec.office.models import User
from socsec.office.services import audit

MOST_RATE = 200_000  # millionths: a fifth a year is a slip of the pen
LONGEST = 120  # months
A_YEAR = 12 * 1_000_000  # months times millionths


def expected_interest(deposit: TermDeposit) -> int:
    """Interest of the whole term in fen: amount × yearly rate × months ÷ 12, half a fen upwards."""
    return int(half_up(deposit.amount * deposit.rate * deposit.months, A_YEAR))


@transaction.atomic
def place(
    fund: Fund,
    *,
    bank: str,
    receipt: str,
    amount: int,
    rate: int,
    months: int,
    placed_on: date,
    by: User,
) -> TermDeposit:
    """Ask that `amount` fen of the fiscal special account be placed for some months, at a yearly rate
    in millionths. Nothing moves until a second person approves it."""
    require(by, "deposit.place", fund.region_id)
    for name, wrong in (
        ("bank", not bank.strip()),
        ("receipt", not receipt.strip()),
        ("amount", type(amount) is not int or not 0 < amount <= ledger.MOST),
        ("rate", type(rate) is not int or not 0 <= rate <= MOST_RATE),
        ("months", type(months) is not int or not 0 < months <= LONGEST),
    ):
        if wrong:
            raise Invalid(_("This cannot be."), code="deposit_unfit", field=name)
    if TermDeposit.objects.filter(bank=bank.strip(), receipt=receipt.strip()).exists():
        raise Conflict(
            _("A deposit under this certificate is on file."), code="deposit_twice", field="receipt"
        )
    made = TermDeposit.objects.create(
        fund=fund,
        bank=bank.strip(),
        receipt=receipt.strip(),
        amount=amount,
        rate=rate,
        months=months,
        placed_on=placed_on,
        due_on=same_day(placed_on, months),
        maker=by,
    )
    _record(made, by, "deposit.place")
    return made


@transaction.atomic
def approve_deposit(deposit_id: int, *, by: User) -> LedgerBatch:
    """A second person approves; the money goes from the fiscal special account to the deposit."""
    found = _locked(deposit_id)
    require(by, "deposit.approve", found.fund.region_id)
    require_other_hand(by, found.maker_id)
    if found.checker_id:
        raise Conflict(_("This deposit is placed already."), code="placed_already")
    found.checker = by
    found.save(update_fields=["checker"])
    posted = _move(
        found,
        "deposit",
        [(accounts.TERM_DEPOSITS, accounts.FISCAL_ACCOUNT, found.amount)],
        found.placed_on,
        by,
    )
    _record(found, by, "deposit.approve")
    return posted


@transaction.atomic
def take_back(deposit_id: int, interest: int, *, by: User, on: date | None = None) -> LedgerBatch:
    """Book a deposit that the bank paid back on its day or before, with the interest it paid, in fen."""
    found = _locked(deposit_id)
    require(by, "fund.move", found.fund.region_id)
    on = on or timezone.localdate()
    if not found.checker_id or found.returned_on:
        raise Conflict(_("This deposit does not lie at the bank."), code="not_placed")
    if type(interest) is not int or not 0 <= interest <= found.amount or on < found.placed_on:
        raise Invalid(
            _("Enter the interest that the bank paid."), code="interest_unfit", field="interest"
        )
    found.returned_on, found.interest = on, interest
    found.save(update_fields=["returned_on", "interest"])
    legs = [(accounts.FISCAL_ACCOUNT, accounts.TERM_DEPOSITS, found.amount)]
    if interest:
        legs.append((accounts.FISCAL_ACCOUNT, accounts.INTEREST_INCOME, interest))
    posted = _move(found, "deposit_back", legs, on, by)
    _record(found, by, "deposit.back", interest=interest)
    return posted


def _move(
    found: TermDeposit, kind: str, legs: list[tuple[int, int, int]], on: date, by: User
) -> LedgerBatch:
    region = found.fund.region_id
    return ledger.post(
        found.fund,
        kind,
        [
            ledger.Posting(0, debit, credit, amount, month_of(on), region, heads=0)
            for debit, credit, amount in legs
        ],
        source=f"funds.{kind}:{found.pk}",
        on=on,
        by=by,
    )


def _locked(deposit_id: int) -> TermDeposit:
    found = (
        TermDeposit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region")
        .filter(pk=deposit_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such deposit."), code="no_deposit")
    return found


def _record(found: TermDeposit, by: User, act: str, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=found,
        region=found.fund.region_id,
        amount=found.amount,
        rate=found.rate,
        due_on=found.due_on,
        **detail,
    )
