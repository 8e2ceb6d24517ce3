"""The three reconciliations of a day: agency and bank, agency and treasury, agency and tax office."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import BankAccount, DayReconciliation, Fund, TaxDay, accounts
from funds.models.ledger import BatchTotal
from funds.queries.bank import open_batches, open_lines
from funds.services import ledger
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit

With = DayReconciliation.With
# Whose statements are the treasury's: the fiscal special account and the deposit at the treasury.
OF_THE_TREASURY = (accounts.FISCAL_ACCOUNT, accounts.TREASURY_ACCOUNT)
COLLECTED = Q(credit__in=(accounts.CONTRIBUTION_INCOME, accounts.SUSPENSE))
GIVEN_BACK = Q(debit__in=(accounts.CONTRIBUTION_INCOME, accounts.SUSPENSE))
MONEY = (accounts.INCOME_ACCOUNT, accounts.FISCAL_ACCOUNT, accounts.TREASURY_ACCOUNT)


@transaction.atomic
def tax_day(fund: Fund, day: date, amount: int, *, by: User) -> TaxDay:
    """Enter what the tax office says it collected for a fund on a day, and compare."""
    require(by, "bank.statement", fund.region_id)
    if type(amount) is not int or not 0 <= amount <= ledger.MOST:
        raise Invalid(
            _("Enter the amount that the tax office states."),
            code="amount_out_of_range",
            field="amount",
        )
    if day > timezone.localdate():
        raise Invalid(_("That day has not come yet."), code="day_to_come", field="day")
    if TaxDay.objects.filter(fund=fund, day=day).exists():
        raise Conflict(
            _("What the tax office says of %(day)s was entered before.") % {"day": day.isoformat()},
            code="tax_day_twice",
            field="day",
        )
    made = TaxDay.objects.create(fund=fund, day=day, amount=amount, by=by)
    audit.record(
        by=by, act="bank.tax_day", subject=made, region=fund.region_id, day=day, amount=amount
    )
    compare(fund, day)
    return made


@transaction.atomic
def compare(fund: Fund, day: date) -> list[DayReconciliation]:
    """Compare a fund's day with every bank, treasury and tax office that has spoken of it.

    A bank account without a statement that reaches the day is not compared. Items on one side only
    account for the difference; each counts as open until somebody has explained it.
    """
    found = []
    for account in BankAccount.objects.filter(fund=fund, opened_on__lte=day):
        if not _reaches(account, day):
            continue
        theirs = _stood(account, day)
        batches, lines = open_batches(account, day), list(open_lines(account, day))
        ours = queries.balance(fund, account.ledger_id, day)
        explained = sum(each.amount for each in batches) - sum(line.amount for line in lines)
        notes = [each.note for each in batches] + [getattr(line, "note", None) for line in lines]
        silent = sum(not note for note in notes)
        what = With.TREASURY if account.ledger_id in OF_THE_TREASURY else With.BANK
        found.append(_keep(fund, account, what, day, ours, theirs, explained, silent))
    said = TaxDay.objects.filter(fund=fund, day=day).first()
    if said is not None:
        found.append(_keep(fund, None, With.TAX, day, collected(fund, day), said.amount, 0, 0))
    return found


def compare_all(day: date | None = None) -> int:
    """Compare yesterday, or a day, for every fund. Nightly; how many comparisons there were."""
    day = day or timezone.localdate() - timedelta(days=1)
    return sum(len(compare(fund, day)) for fund in Fund.objects.select_related("region"))


def collected(fund: Fund, day: date) -> int:
    """What we booked as received from the tax office on a day, less what was booked back, in fen."""
    rows = BatchTotal.objects.filter(batch__fund=fund, batch__booked_on=day)
    came = rows.filter(COLLECTED, debit__in=MONEY).aggregate(fen=Sum("amount", default=0))
    back = rows.filter(GIVEN_BACK, credit__in=MONEY).aggregate(fen=Sum("amount", default=0))
    return int(came["fen"] - back["fen"])


def _reaches(account: BankAccount, day: date) -> bool:
    """Whether the statements of an account speak of a day."""
    begun = account.statements.filter(first_day__lte=day).exists()
    return begun and account.statements.filter(last_day__gte=day).exists()


def _stood(account: BankAccount, day: date) -> int:
    """How the account stood at the bank at the end of a day: the first opening and its lines."""
    first = account.statements.order_by("last_day", "id").first()
    if first is None:
        return 0
    moved = account.statements.filter(lines__on__lte=day).aggregate(
        fen=Sum("lines__amount", filter=Q(lines__on__lte=day), default=0)
    )
    return int(first.opening + moved["fen"])


def _keep(
    fund: Fund,
    account: BankAccount | None,
    what: str,
    day: date,
    ours: int,
    theirs: int,
    explained: int,
    silent: int,
) -> DayReconciliation:
    made, _new = DayReconciliation.objects.update_or_create(
        fund=fund,
        account=account,
        what=what,
        day=day,
        defaults={
            "ours": ours,
            "theirs": theirs,
            "explained": explained,
            "open_items": silent,
        },
    )
    return made
