"""What an employer owes may be paid online by its officer, in whole or in part."""

from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, Receipt, Remittance
from enrollment.queries.debts import owed_in_all
from enrollment.queries.firms import employers_of_officer
from enrollment.services.collection import receipts
from enrollment.services.online import purposes
from socsec.kernel.money import yuan
from socsec.office.errors import Refused
from socsec.office.models import User

EMPLOYER = "employer"


def may(user: User, payer: purposes.Payer) -> bool:
    """The officer pays for the own employer, for as long as appointed, and for no other."""
    return bool(
        isinstance(payer, Employer)
        and user.is_active
        and user.kind == User.Kind.INSURED
        and user.person_id is not None
        and employers_of_officer(user.person_id).filter(pk=payer.pk).exists()
    )


def check(payer: purposes.Payer, subject: str, amount: int) -> None:
    """Not more than is owed: what is too much would only have to be sent back."""
    assert isinstance(payer, Employer)
    most = owed_in_all(payer)
    if not most:
        raise Refused(_("Nothing is owed, so there is nothing to pay."), code="nothing_owed")
    if amount > most:
        raise Refused(
            _("%(owed)s yuan are owed; you cannot pay more than that.") % {"owed": yuan(most)},
            code="more_than_owed",
            field="amount",
        )


def take(taken: purposes.Taken) -> Receipt:
    """The money is spread over every branch, in the order of the law."""
    payer = taken.intent.employer
    assert payer is not None
    remittance = receipts.remit(
        by=None,
        payer=payer,
        amount=taken.amount,
        received_on=taken.on,
        reference=taken.reference,
        channel=Remittance.Channel.ONLINE,
    )
    return remittance.receipts.order_by("pk")[0]


PURPOSE = purposes.Purpose(
    slug=EMPLOYER,
    label=_("Contributions of an employer"),
    title=lambda payer, subject: _("Social insurance contributions"),
    check=check,
    take=take,
    may=may,
    done="firms",
)
