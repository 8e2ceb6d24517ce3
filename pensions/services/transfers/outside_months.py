"""Months that an office outside these books attested: they count from the day its money is taken over."""

from enrollment.services.record import prior_outside
from pensions.models import Transfer
from socsec.office.models import User

from .form import month_rows


def enter(transfer: Transfer, by: User) -> None:
    """The months of the form become months of the person, at the place that attested them."""
    rows = month_rows(transfer)
    assert transfer.partner is not None  # a form from outside came from somebody's system
    prior_outside.attested(
        by=by,
        maker=transfer.partner,
        person=transfer.person,
        branch=transfer.branch,
        region=transfer.from_region,
        to_region=transfer.to_region,
        paid={row.month: row.base for row in rows if not row.deemed},
        deemed=[row.month for row in rows if row.deemed],
        document=transfer.reference,
    )
