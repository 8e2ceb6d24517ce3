"""Differences of payment by group and year, and what is released or forfeited, in the funds' books.

A difference is owed from the day on which it is worked out, as bills are; a payment settles it.
"""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, accounts
from funds.services import ledger
from medical.models import ProviderAdjustment
from medical.services.paying.payments import FORFEITED
from socsec.office.errors import Refused
from socsec.office.models import Run

DIFFERENCE = "provider_difference"
Kind = ProviderAdjustment.Kind
OWED = (Kind.GROUP, Kind.YEAR)


def post(run: Run, fund: Fund) -> None:
    """Post what a run adjusted: differences are owed from now on, what is forfeited is owed no more."""
    for kind, which in ((DIFFERENCE, Q(kind__in=OWED)), (FORFEITED, Q(kind=Kind.FORFEIT))):
        mine = ProviderAdjustment.objects.filter(which, run=run, fund=fund).select_related(
            "provider"
        )
        postings = [
            ledger.Posting(
                person_id=0,
                debit=accounts.BILLS_SETTLED if more else accounts.PROVIDERS_DUE,
                credit=accounts.PROVIDERS_DUE if more else accounts.BILLS_SETTLED,
                amount=abs(row.amount),
                month=row.month,
                region=row.provider.region,
                heads=0,
            )
            for row in mine.order_by("pk")
            for more in [row.amount > 0 and row.kind != Kind.FORFEIT]
        ]
        if postings:
            ledger.post(fund, kind, postings, source=_source(kind, run, fund))


def check_unpaid(run: Run) -> None:
    """`Refused` once a payment took what a run adjusted."""
    if ProviderAdjustment.objects.filter(run=run, payment__isnull=False).exists():
        raise Refused(
            _("Differences of this run are in a payment."),
            code="paid_already",
            fix=_("Reverse the payment run first, or correct the bills."),
        )


def withdraw(run: Run, fund: Fund) -> None:
    """Take back what a run adjusted of a fund, and its postings."""
    assert run.reversed_by is not None  # who reverses a run is noted before it is undone
    for kind in (DIFFERENCE, FORFEITED):
        posted = ledger.batch(_source(kind, run, fund))
        if posted is not None:
            ledger.reverse(posted.pk, reason=run.reversal_reason, by=run.reversed_by)
    ProviderAdjustment.objects.filter(run=run, fund=fund).delete()


def _source(kind: str, run: Run, fund: Fund) -> str:
    return f"medical.{kind}:{run.pk}/{fund.pk}"
