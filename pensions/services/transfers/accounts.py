"""The bank accounts into which other offices pay: entered by one, in force once another approves."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_name
from funds.models import Fund
from pensions.models import Transfer, TransferAccount
from socsec.kernel import ids
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.services import audit

State = TransferAccount.State


@transaction.atomic
def enter_account(*, by: User, fund: Fund, payee: str, bank: str, account: str) -> TransferAccount:
    """Propose the account into which other offices pay what moves to this fund."""
    require(by, "fund.move", fund.region_id)
    try:
        number = ids.read_bank_card(account)
    except ids.IdError as error:
        raise from_kernel(error, "account") from error
    made = TransferAccount.objects.create(
        fund=fund,
        region=fund.region_id,
        payee=known_name(payee, 60, "payee"),
        bank=known_name(bank, 60, "bank"),
        account=number,
        last_four=number[-4:],
        maker=by,
    )
    audit.record(by=by, act="transfer.account", subject=made, region=made.region)
    return made


@transaction.atomic
def approve_account(*, by: User, account: TransferAccount) -> TransferAccount:
    """Bring it into force, in the place of the one before. Not by whoever entered it."""
    account = TransferAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    require(by, "payment.release", account.region)
    require_other_hand(by, account.maker_id)
    if account.state != State.DRAFT:
        raise Conflict(_("This account has been decided already."), code="decided_already")
    TransferAccount.objects.filter(fund_id=account.fund_id, state=State.APPROVED).update(
        state=State.CLOSED
    )
    account.state, account.checker = State.APPROVED, by
    account.save(update_fields=["state", "checker"])
    audit.record(by=by, act="transfer.account_approved", subject=account, region=account.region)
    return account


def payee_of(transfer: Transfer) -> tuple[str, str, str]:
    """To whom, at which bank and to which account the money of a transfer goes."""
    if transfer.to_fund is None:
        return transfer.payee, transfer.bank, transfer.bank_account
    held = TransferAccount.objects.filter(fund=transfer.to_fund, state=State.APPROVED).first()
    if held is None:
        raise Refused(
            say(_("%(fund)s has named no account for transfers."), fund=transfer.to_fund),
            code="no_transfer_account",
            fix=_("Ask the new place to enter one and have it approved."),
        )
    return held.payee, held.bank, held.account
