"""What a person who pays alone owes may be paid online, in whole or in part."""

from django.utils.translation import gettext_lazy as _

from enrollment.models import Person, Receipt
from enrollment.queries import arrears
from enrollment.services import purposes, receipts
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.office.errors import Refused

OWN = "own"


def owed(payer: purposes.Payer) -> int:
    """All that is still open for this payer, in fen."""
    who = {"person_id": payer.pk} if isinstance(payer, Person) else {"employer_id": payer.pk}
    return sum(each.open for each in arrears(Branch.PENSION, **who))


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
    """A receipt, taken for the oldest months first."""
    intent = taken.intent
    return receipts.receive(
        by=None,
        branch=Branch.PENSION,
        amount=taken.amount,
        received_on=taken.on,
        reference=taken.reference,
        person=intent.person,
        employer=intent.employer,
    )


PURPOSE = purposes.Purpose(
    slug=OWN,
    label=_("Contributions of an own-account worker"),
    title=lambda payer, subject: _("Social insurance contributions"),
    check=check,
    take=take,
    done="pay",
)
