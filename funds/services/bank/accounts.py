"""Which account at a bank stands behind an account of the ledger."""

import re
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from funds.models import BankAccount, Fund, accounts
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit

KEPT_AT_A_BANK = (
    accounts.INCOME_ACCOUNT,
    accounts.EXPENDITURE_ACCOUNT,
    accounts.FISCAL_ACCOUNT,
    accounts.TREASURY_ACCOUNT,
)
NUMBER = re.compile(r"[0-9A-Z]{8,34}\Z", re.ASCII)


@transaction.atomic
def open_account(
    fund: Fund, ledger: int, *, bank: str, number: str, by: User, opened_on: date
) -> BankAccount:
    """Say at which bank, under which number, a fund keeps one of its accounts of money."""
    require(by, "bank.account", fund.region_id)
    if ledger not in KEPT_AT_A_BANK:
        raise Invalid(
            _("This account of the ledger is kept at no bank."),
            code="not_at_a_bank",
            field="ledger",
        )
    number = re.sub(r"[\s-]", "", number).upper()
    if not NUMBER.match(number) or not bank.strip():
        raise Invalid(
            _("Write the account number as the bank does: 8 to 34 digits and letters."),
            code="account_number",
            field="number",
        )
    if BankAccount.objects.filter(fund=fund, ledger_id=ledger).exists() or (
        BankAccount.objects.filter(number=number).exists()
    ):
        raise Conflict(
            _("This account is on file already."),
            fix=_("A fund has one account of each kind."),
            code="bank_account_taken",
            field="number",
        )
    made = BankAccount.objects.create(
        fund=fund, ledger_id=ledger, bank=bank.strip(), number=number, opened_on=opened_on
    )
    audit.record(
        by=by,
        act="bank.account",
        subject=made,
        region=fund.region_id,
        ledger=ledger,
        bank=made.bank,
    )
    return made
