"""What stayed behind for the person, because months were insured twice, is paid to the person."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Purpose
from funds.services import payments
from pensions.models import Transfer, TransferState
from socsec.kernel.months import month_of
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Refused, say
from socsec.office.models import User

from .common import locked, record

KIND = "overlap_refund"


@transaction.atomic
def pay_refund(*, by: User, transfer: Transfer) -> Transfer:
    """Order it, once, to the person's bank account; a second person releases the envelope."""
    transfer = locked(transfer, TransferState.DONE)
    fund, region = transfer.from_fund, transfer.from_region
    if transfer.refunds_at_arrival:
        fund, region = transfer.to_fund, transfer.to_region
    require(by, "payment.draft", region)
    require_stranger(by, transfer.person_id)
    if not transfer.refund or fund is None:
        raise Refused(_("Nothing is to be given back."), code="nothing_to_refund")
    if transfer.refund_envelope_id is not None:
        raise Conflict(_("This was ordered before."), code="ordered_before")
    account = enrollment.account_for(transfer.person_id, Purpose.BENEFIT)
    if account is None:
        raise Refused(
            say(_("%(name)s has no bank account on file."), name=transfer.person.name),
            code="no_account",
            fix=_("Enter the bank account first."),
        )
    month, source = month_of(timezone.localdate()), f"pensions.transfer:{transfer.pk}/refund"
    envelope = payments.open_batch(
        fund,
        KIND,
        month=month,
        count=1,
        total=transfer.refund,
        source=source,
        by=by,
        region=region,
    )
    payments.add_orders(
        envelope,
        [
            payments.Order(
                person_id=transfer.person_id,
                seq=1,
                region=region,
                payee=account.holder,
                bank=account.bank,
                account=account.account,
                amount=transfer.refund,
                month=month,
                source=source,
            )
        ],
    )
    transfer.refund_envelope = envelope
    transfer.save(update_fields=["refund_envelope"])
    record(by, "refund", transfer, region, amount=transfer.refund)
    return transfer
