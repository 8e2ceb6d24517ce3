"""A bank statement, read once, whole, and in its turn."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from funds.models import BankAccount, BankLine, BankStatement
from socsec.kernel.money import yuan
from socsec.office.access import require
from socsec.office.errors import Conflict, NotFound
from socsec.office.models import User
from socsec.office.services import audit

from . import files
from .matching import match_all


@transaction.atomic
def read_statement(content: bytes, *, by: User) -> BankStatement:
    """Read a statement, CSV or MT940, and match its lines to what was booked.

    `Conflict` for a file that was read before, or that does not go on where the last one ended;
    `Invalid` for one that cannot be read or does not add up. Nothing of such a file is kept.
    """
    stated = files.read(content)
    account = (
        BankAccount.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region")
        .filter(number=stated.account)
        .first()
    )
    if account is None:
        raise NotFound(
            _("No account with the number of this statement is on file."),
            fix=_("Enter the account first."),
            code="no_bank_account",
        )
    require(by, "bank.statement", account.fund.region_id)
    if BankStatement.objects.filter(sha256=stated.sha256).exists() or (
        account.statements.filter(number=stated.number).exists()
    ):
        raise Conflict(
            _("Statement %(number)s was read before.") % {"number": stated.number},
            fix=_(
                "Nothing is to be done, unless it differs: then ask the bank which one is right."
            ),
            code="statement_twice",
            field="file",
        )
    before = account.statements.order_by("-last_day", "-id").first()
    if before and (before.closing != stated.opening or stated.first_day < before.last_day):
        raise Conflict(
            _(
                "The last statement ended with %(closing)s yuan on %(day)s, this one begins with %(opening)s."
            )
            % {
                "closing": yuan(before.closing),
                "day": before.last_day.isoformat(),
                "opening": yuan(stated.opening),
            },
            fix=_("Read the statements between them first, in their order."),
            code="statement_gap",
            field="file",
        )
    made = BankStatement.objects.create(
        account=account,
        number=stated.number,
        sha256=stated.sha256,
        first_day=stated.first_day,
        last_day=stated.last_day,
        opening=stated.opening,
        closing=stated.closing,
        by=by,
    )
    BankLine.objects.bulk_create(
        (
            BankLine(
                statement=made,
                place=place,
                on=line.on,
                amount=line.amount,
                reference=line.reference,
                text=line.text,
            )
            for place, line in enumerate(stated.lines, start=1)
        ),
        batch_size=5000,
    )
    found = match_all(account)
    audit.record(
        by=by,
        act="bank.statement",
        subject=made,
        region=account.fund.region_id,
        lines=len(stated.lines),
        matched=found,
        closing=stated.closing,
    )
    return made
