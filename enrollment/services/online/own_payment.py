"""What a person who pays alone owes may be paid online, in whole or in part."""

from django.utils.translation import gettext_lazy as _

from enrollment.models import Receipt, Remittance
from enrollment.queries import debts
from enrollment.services.collection import receipts
from enrollment.services.online import purposes
from socsec.kernel.money import yuan
from socsec.office.errors import Refused

OWN = "own"


def owed(payer: purposes.Payer) -> int:
    """All that is still open for this payer, in every branch, in fen."""
    return debts.owed_in_all(payer)


def check(payer: purposes.Payer, subject: str, amount: int) -> None:
    """Not more than is owed: what is too much would only have to be sent back."""
    most = owed(payer)
    if not most:
        raise Refused(_("Nothing is owed, so there is nothing to pay."), code="nothing_owed")
    if amount > most:
        raise Refused(
            _("%(owed)s yuan are owed; you cannot pay more than that.") % {"owed": yuan(most)},
            code="more_than_owed",
            field="amount",
        )


def take(taken: purposes.Taken) -> Receipt:
    """Money for whatever is owed, in the legal order."""
    remittance = receipts.remit(
        by=None,
        payer=taken.intent.payer,
        amount=taken.amount,
        received_on=taken.on,
        reference=taken.reference,
        channel=Remittance.Channel.ONLINE,
    )
    return remittance.receipts.order_by("pk")[0]


PURPOSE = purposes.Purpose(
    slug=OWN,
    label=_("Contributions of an own-account worker"),
    title=lambda payer, subject: _("Social insurance contributions"),
    check=check,
    take=take,
    done="pay",
)
