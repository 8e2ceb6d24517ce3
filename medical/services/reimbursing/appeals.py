"""What a review may do to a decided reimbursement: the claim is decided anew, by other people."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from medical.models import ClaimLine, Encounter, Invoice, Reimbursement
from socsec.office import appeals
from socsec.office.appeals import Decision, Outcome
from socsec.office.errors import Conflict, say
from socsec.office.models import Appeal, Case, User
from socsec.office.services import case as cases

from .claims import KIND

SAID = (
    *("person", "region", "cause", "care", "provider_name", "provider_code", "level"),
    *("place", "from_date", "until", "diagnosis"),
)
OF_INVOICE = ("code", "number", "issuer", "issued_on", "amount")
OF_LINE = ("number", "day", "kind", "code", "name", "quantity", "price", "amount")


@transaction.atomic
def _anew(*, appeal: Appeal, decision: Decision, by: User) -> str:
    """Receive the claim anew with its invoices and lines. What was granted stands until that is
    decided, and is replaced by it then."""
    decided = Reimbursement.objects.select_related("person", "case").get(pk=decision.pk)
    granted = decided.case.state == Case.State.GRANTED
    decided.invoices.update(live=False)
    for invoice in decided.invoices.all():
        there = Invoice.objects.filter(code=invoice.code, number=invoice.number, live=True)
        if (taken := there.select_related("claim__case").first()) is not None:
            raise Conflict(
                say(
                    _("The invoices were handed in again, in case %(number)s."),
                    number=taken.claim.case.spaced_number,
                ),
                code="invoice_taken",
                fix=_("Decide that claim, and send this review back meanwhile."),
            )
    case = cases.forward(
        kind=KIND,
        person_id=decided.person_id,
        subject=decided.person.name,
        region=decided.region,
        by=by,
        act="case.check",
        own_region=decided.region,
        channel=Case.Channel.SYSTEM,
        review=appeal.case.number,
    )
    anew = Reimbursement.objects.create(
        case=case,
        replaces=decided if granted else None,
        root=decided.root if granted else case.pk,
        **{name: getattr(decided, name) for name in SAID},
    )
    Invoice.objects.bulk_create(
        Invoice(claim=anew, **{name: getattr(each, name) for name in OF_INVOICE})
        for each in decided.invoices.all()
    )
    ClaimLine.objects.bulk_create(
        ClaimLine(claim=anew, **{name: getattr(each, name) for name in OF_LINE})
        for each in decided.lines.all()
    )
    return case.number


ANEW = Outcome(
    "anew",
    _("The claim is decided anew"),
    _(
        "A new claim with the same invoices goes through every step; until then the decision stands."
    ),
    _anew,
)


def _outcomes(decision: Decision) -> tuple[Outcome, ...]:
    """Open to every decision that is not taken back or replaced."""
    claim = Reimbursement.objects.select_related("case", "encounter").get(pk=decision.pk)
    if claim.case.state == Case.State.REFUSED:
        return (ANEW,)
    bill = claim.encounter
    stands = bill is not None and bill.state == Encounter.State.SETTLED
    return (ANEW,) if stands and not claim.replaced_by.filter(open=True).exists() else ()


def register() -> None:
    """Called once, when the app is ready."""
    appeals.register(appeals.of_cases(KIND, _outcomes))
