"""A granted reimbursement is taken back with its bill."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import lock
from medical.models import Encounter
from medical.services import settling
from socsec.office.errors import Conflict
from socsec.office.models import User

from . import paying


@transaction.atomic
def reverse(*, by: User, encounter: Encounter, reason: str) -> None:
    """Take the bill of a claim back: its invoices may come again, and what was paid is owed back.

    `Conflict` while its payment lies in an envelope that nobody has released or cancelled.
    """
    claim = lock(encounter.reimbursement)
    if paying.waiting(claim):
        raise Conflict(
            _("Its payment stands in a payment batch that is not released."),
            code="payment_waits",
            fix=_("Release or cancel that batch first."),
        )
    settling.reverse(by=by, encounter=encounter, reason=reason)
    claim.invoices.update(live=False)
    Encounter.objects.filter(pk=encounter.pk).update(state=Encounter.State.CANCELLED)
