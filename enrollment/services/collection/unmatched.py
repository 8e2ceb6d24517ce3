"""Money of payers whom we do not know: kept in suspense until it is matched or sent back."""

from collections.abc import Callable, Sequence
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
from enrollment.queries.people import by_resident_ids
from enrollment.services.assessment.contributions import pool_of
from enrollment.services.checks import known_text, lock, not_in_future
from enrollment.services.collection import mass_receipts, receipts
from enrollment.services.collection.refund_orders import send_back
from enrollment.services.collection.spreading import today
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
    fund = _keeper(region, Branch.PENSION if line.branch is None else line.branch)
    kept = _row(line, why, region, fund, file)
    kept.save()
    ledger.post(
        fund,
        "unmatched_receipt",
        [_posting(kept, fund)],
        source=f"enrollment.unmatched:{kept.pk}",
        on=_booked_on(kept),
        by=by,
    )
    _note(kept, by, "receipt.enter", "")
    return kept


def _keeper(region: str, branch: int) -> Fund:
    """The fund in whose suspense it stands: that of the branch, or of old-age insurance."""
    try:
        return pool_of([region], branch)[region]
    except NotFound:
        return pool_of([region], Branch.PENSION)[region]


def _row(
    line: Line, why: str, region: str, fund: Fund, file: ReceiptFile | None
) -> UnmatchedReceipt:
    reference = line.reference.strip()
    if why == Why.REFERENCE:  # the name is taken by another payment
        reference = f"{reference}#{line.number or line.received_on:%Y%m%d}"[:64]
    number = line.payer.strip()
    return UnmatchedReceipt(
        file=file,
        line=line.number,
        reference=reference,
        payer_number=number or "—",
        masked=ids.mask(number, 4, 4) if len(number) > 8 else "—",
        payer_name=line.name.strip()[:120],
        amount=line.amount,
        branch=line.branch,
        received_on=line.received_on,
        region=region,
        fund_id=fund.pk,
        why=why,
    )


def _posting(kept: UnmatchedReceipt, fund: Fund) -> ledger.Posting:
    inside = regions.covers(fund.region_id, kept.region)
    return ledger.Posting(
        0,
        accounts.INCOME_ACCOUNT,
        accounts.SUSPENSE,
        kept.amount,
        month_of(kept.received_on),
        kept.region if inside else fund.region_id,
        heads=0,
    )


def _booked_on(kept: UnmatchedReceipt) -> date:
    """The day it came, unless the income account of that month was emptied: then today."""
    now = today()
    return kept.received_on if month_of(kept.received_on) == month_of(now) else now


@transaction.atomic
def take_many(
    *, by: User, lines: Sequence[Line], region: str, channel: str, file: ReceiptFile
) -> tuple[int, int]:
    """Book many payments whose references are new: the known payers' together, the others are kept.

    Gives how many were taken and how many kept; the number of statements does not grow with them.
    """
    require(by, "receipt.enter", region)
    for line in lines:
        receipts.known_amount(line.amount)
        not_in_future(line.received_on, "received_on")
    payers = _payers([line.payer for line in lines], region)
    payments, left = [], []
    for line, (payer, why) in zip(lines, payers, strict=True):
        if payer is None:
            left.append((line, why))
        else:
            payments.append(
                (
                    line,
                    mass_receipts.Payment(
                        payer, line.amount, line.received_on, line.reference, line.branch
                    ),
                )
            )
    homeless = mass_receipts.homeless(payment for _line, payment in payments)
    left += [(line, Why.NO_FUND) for line, each in payments if each.reference in homeless]
    taken = [each for _line, each in payments if each.reference not in homeless]
    mass_receipts.remit_many(by=by, payments=taken, channel=channel)
    _keep_many(by, left, region, file)
    return len(taken), len(left)


def _keep_many(by: User, lines: Sequence[tuple[Line, str]], region: str, file: ReceiptFile) -> None:
    """What `keep` does for one: one entry in the books for each fund and day."""
    if not lines:
        return
    branches = {Branch.PENSION if line.branch is None else line.branch for line, _why in lines}
    funds = {branch: _keeper(region, branch) for branch in branches}
    kept = UnmatchedReceipt.objects.bulk_create(
        [
            _row(line, why, region, funds[line.branch or Branch.PENSION], file)
            for line, why in lines
        ],
        batch_size=5000,
    )
    together: dict[tuple[int, date], list[UnmatchedReceipt]] = {}
    for row in kept:
        together.setdefault((row.fund_id, _booked_on(row)), []).append(row)
    by_pk = {fund.pk: fund for fund in funds.values()}
    for (fund_id, on), rows in together.items():
        ledger.post(
            by_pk[fund_id],
            "unmatched_receipt",
            [_posting(row, by_pk[fund_id]) for row in rows],
            source=f"enrollment.unmatched:{rows[0].pk}/{fund_id}/{on:%Y%m%d}",
            on=on,
            by=by,
        )
    audit.record_many(
        by=by,
        act="receipt.enter",
        rows=[
            {"subject": row, "region": row.region, "amount": row.amount, "state": row.state}
            for row in kept
        ],
    )


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
    return _payers([number], region)[0]


def _payers(numbers: Sequence[str], region: str) -> list[tuple[Employer | Person | None, str]]:
    """Who in the region goes by each number, in two queries at most; where nobody does, why.

    One identity number in thirty-one reads as a credit code too, since both are eighteen
    characters with a check character: the number is whose it is found to be.
    """
    low, high = regions.span(region)
    codes = [_read(ids.read_credit_code, number) for number in numbers]
    resident_ids = [
        _read(lambda text: ids.read_resident_id(text).number, number) for number in numbers
    ]
    wanted = {code for code in codes if code}
    employers = {
        each.credit_code: each
        for each in Employer.objects.filter(
            credit_code__in=wanted, region__gte=low, region__lte=high
        )
    }
    people = {
        number: person
        for number, person in by_resident_ids({number for number in resident_ids if number}).items()
        if low <= person.region <= high
    }
    return [
        (
            people.get(resident_id) or employers.get(code),
            Why.UNKNOWN if code or resident_id else Why.UNREADABLE,
        )
        for code, resident_id in zip(codes, resident_ids, strict=True)
    ]


def _read(read: Callable[[str], str], number: str) -> str:
    """The number as `read` writes it; empty where it is none."""
    try:
        return read(number)
    except KernelError:
        return ""


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
