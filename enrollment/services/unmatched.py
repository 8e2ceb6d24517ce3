"""Money of payers whom we do not know: kept in suspense until it is matched or sent back."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Employer,
    Person,
    ReceiptFile,
    Remittance,
    UnmatchedReceipt,
)
from enrollment.queries import by_resident_id
from enrollment.services import receipts
from enrollment.services.checks import known_text, lock, not_in_future
from enrollment.services.contributions import pool_of
from enrollment.services.refund_orders import send_back
from enrollment.services.spreading import today
from funds.models import Branch, Fund, accounts
from funds.services import ledger
from socsec.kernel import ids, regions
from socsec.kernel.errors import KernelError
from socsec.kernel.months import month_of
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound
from socsec.office.models import User
from socsec.office.services import audit

Why, State = UnmatchedReceipt.Why, UnmatchedReceipt.State


@dataclass(frozen=True, slots=True)
class Line:
    """One payment as the tax authority reports it. `branch` None: for whatever is owed."""

    reference: str
    payer: str
    name: str
    amount: int
    branch: int | None
    received_on: date
    number: int = 0


@transaction.atomic
def take(
    *, by: User, line: Line, region: str, channel: str, file: ReceiptFile | None = None
) -> Remittance | UnmatchedReceipt:
    """Book a payment; where its payer is not known in the region, keep it as unmatched.

    The same payment again gives what is there already. Nothing is ever dropped.
    """
    require(by, "receipt.enter", region)
    reference = receipts.known_reference(line.reference)
    receipts.known_amount(line.amount)
    not_in_future(line.received_on, "received_on")
    there = UnmatchedReceipt.objects.filter(reference=reference).first()
    if there is not None:
        if (there.amount, there.received_on) != (line.amount, line.received_on):
            raise receipts._taken(reference)
        return there
    payer, why = _payer(line.payer, region)
    if payer is not None:
        try:
            with transaction.atomic():
                return receipts.remit(
                    by=by,
                    payer=payer,
                    amount=line.amount,
                    received_on=line.received_on,
                    reference=reference,
                    channel=channel,
                    branch=line.branch,
                )
        except Conflict:
            why = Why.REFERENCE
        except NotFound:
            why = Why.NO_FUND
    return keep(by=by, line=line, region=region, why=why, file=file)


@transaction.atomic
def keep(
    *, by: User | None, line: Line, region: str, why: str, file: ReceiptFile | None = None
) -> UnmatchedReceipt:
    """Take money down whose payer is not known: it stands in suspense."""
    branch = Branch.PENSION if line.branch is None else line.branch
    try:
        fund = pool_of([region], branch)[region]
    except NotFound:
        fund = pool_of([region], Branch.PENSION)[region]
    reference = line.reference.strip()
    if why == Why.REFERENCE:  # the name is taken by another payment
        reference = f"{reference}#{line.number or line.received_on:%Y%m%d}"[:64]
    kept = UnmatchedReceipt.objects.create(
        file=file,
        line=line.number,
        reference=reference,
        payer_number=line.payer.strip() or "—",
        masked=ids.mask(line.payer.strip(), 4, 4) if len(line.payer.strip()) > 8 else "—",
        payer_name=line.name.strip()[:120],
        amount=line.amount,
        branch=line.branch,
        received_on=line.received_on,
        region=region,
        fund_id=fund.pk,
        why=why,
    )
    now = today()
    same_month = month_of(line.received_on) == month_of(now)
    ledger.post(
        fund,
        "unmatched_receipt",
        [
            ledger.Posting(
                0,
                accounts.INCOME_ACCOUNT,
                accounts.SUSPENSE,
                line.amount,
                month_of(line.received_on),
                region if regions.covers(fund.region_id, region) else fund.region_id,
                heads=0,
            )
        ],
        source=f"enrollment.unmatched:{kept.pk}",
        on=line.received_on if same_month else now,
        by=by,
    )
    _note(kept, by, "receipt.enter", "")
    return kept


@transaction.atomic
def match(
    *, by: User, unmatched: UnmatchedReceipt, payer: Employer | Person, note: str
) -> Remittance:
    """Say whose money it is: it is taken for what that payer owes, the rest is their credit."""
    unmatched = lock(unmatched)
    require(by, "receipt.enter", unmatched.region)
    _must_be(unmatched, State.OPEN)
    unmatched.note = known_text(note, "note", 120)
    fund = Fund.objects.select_related("region").get(pk=unmatched.fund_id)
    if not regions.covers(fund.region_id, payer.region):
        raise Invalid(
            _("This payer belongs to another fund's region."),
            code="payer_elsewhere",
            field="payer",
            fix=_("Send the money back instead."),
        )
    remittance = receipts.remit(
        by=by,
        payer=payer,
        amount=unmatched.amount,
        received_on=unmatched.received_on,
        reference=unmatched.reference,
        channel=Remittance.Channel.UNMATCHED,
        branch=unmatched.branch,
        settles=fund,
    )
    unmatched.state = State.MATCHED
    unmatched.remittance = remittance
    unmatched.settled_by, unmatched.settled_at = by, timezone.now()
    unmatched.save()
    _note(unmatched, by, "receipt.match", unmatched.note)
    return remittance


@transaction.atomic
def propose_return(*, by: User, unmatched: UnmatchedReceipt, note: str) -> UnmatchedReceipt:
    """Propose to send it back the way it came; a second person does it."""
    unmatched = lock(unmatched)
    require(by, "receipt.enter", unmatched.region)
    _must_be(unmatched, State.OPEN)
    unmatched.note = known_text(note, "note", 120)
    unmatched.maker = by
    unmatched.state = State.RETURNING
    unmatched.save()
    _note(unmatched, by, "refund.ask", unmatched.note)
    return unmatched


@transaction.atomic
def decide_return(*, by: User, unmatched: UnmatchedReceipt, back: bool) -> UnmatchedReceipt:
    """Send it back, or leave it in the queue."""
    unmatched = lock(unmatched)
    require(by, "refund.decide", unmatched.region)
    require_other_hand(by, unmatched.maker_id)
    _must_be(unmatched, State.RETURNING)
    if not back:
        unmatched.state = State.OPEN
        unmatched.maker = None
    else:
        fund = Fund.objects.select_related("region").get(pk=unmatched.fund_id)
        send_back(
            fund,
            unmatched.amount,
            region=fund.region_id,
            source=f"enrollment.unmatched:{unmatched.pk}/back",
            by=by,
        )
        unmatched.state = State.RETURNED
        unmatched.settled_by, unmatched.settled_at = by, timezone.now()
    unmatched.save()
    _note(unmatched, by, "refund.decide", unmatched.note)
    return unmatched


def find_payer(number: str, region: str) -> Employer | Person | None:
    """Whoever has this credit code or identity number in the region, if anybody."""
    return _payer(number, region)[0]


def _payer(number: str, region: str) -> tuple[Employer | Person | None, str]:
    low, high = regions.span(region)
    try:
        number = ids.read_credit_code(number)
    except KernelError:
        try:
            found = by_resident_id(ids.read_resident_id(number).number)
        except KernelError:
            return None, Why.UNREADABLE
        known = found is not None and low <= found.region <= high
        return (found if known else None), Why.UNKNOWN
    employer = Employer.objects.filter(
        credit_code=number, region__gte=low, region__lte=high
    ).first()
    return employer, Why.UNKNOWN


def _must_be(unmatched: UnmatchedReceipt, state: str) -> None:
    if unmatched.state != state:
        raise Conflict(
            _("This money is: %(state)s.") % {"state": unmatched.get_state_display()},
            code="wrong_state",
            state=unmatched.state,
        )


def _note(unmatched: UnmatchedReceipt, by: User | None, act: str, reason: str) -> None:
    audit.record(
        by=by,
        act=act,
        subject=unmatched,
        region=unmatched.region,
        reason=reason,
        amount=unmatched.amount,
        state=unmatched.state,
    )
