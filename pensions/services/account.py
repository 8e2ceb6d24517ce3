"""Individual accounts: crediting what was received, taking over old balances, undoing an entry."""

import hashlib
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Contribution, Person, Receipt, ReceiptAllocation
from funds.models import Branch, Fund, Scheme
from funds.services import fund as fund_services
from pensions.models import (
    AccountEntry,
    CreditedReceipt,
    EntryKind,
    OpeningBalance,
    OpeningState,
    Side,
)
from pensions.rules.employees.old_age import ClaimFacts
from pensions.services import entries
from socsec.kernel import months, regions
from socsec.kernel.money import yuan
from socsec.office import access
from socsec.office.errors import Conflict, Invalid, say
from socsec.office.models import User
from socsec.office.services import audit

RECEIPTS = 1000  # credited in one transaction

PENDING = f"""
    select r.id, r.fund_id, r.amount - r.credit as allocated
      from {Receipt._meta.db_table} r
      left join {CreditedReceipt._meta.db_table} c on c.receipt_id = r.id
     where r.branch = %s and r.amount - r.credit <> coalesce(c.allocated, 0)
       and r.region between %s and %s
     order by r.fund_id, r.id
     limit %s
       for update of r skip locked
"""  # noqa: S608

# Of an annuity the own part and the employer's are kept apart; other accounts are of one kind.
_WHOLE = f"""
    select a.*, a.account_share as credit_share, {Side.WHOLE}::smallint as side
      from {ReceiptAllocation._meta.db_table} a where a.receipt_id = any(%s) and a.branch = %s
"""  # noqa: S608
_DIVIDED = f"""
    select a.*, s.share as credit_share, s.side
      from {ReceiptAllocation._meta.db_table} a
      join {Contribution._meta.db_table} c
        on c.person_id = a.person_id and c.month = a.month and c.branch = a.branch
       and c.employer_id = a.employer_id and c.part = a.part
     cross join lateral (
           select coalesce(round(a.account_share::numeric * c.person_share
                    / nullif(c.person_share + c.employer_share, 0)), 0)::bigint as share) own
     cross join lateral (values
           (own.share, {Side.OWN}::smallint),
           (a.account_share - own.share, {Side.EMPLOYER}::smallint)) s (share, side)
     where a.receipt_id = any(%s) and a.branch = %s
"""  # noqa: S608
# The account shares of these receipts by month, and what of each is on the account.
_SHARES = f"""
    select a.person_id, min(a.region) as region, a.month,
           max(extract(year from a.received_on) * 12 + extract(month from a.received_on) - 1)::int
             as bears_from,
           sum(a.credit_share)::bigint as share, a.receipt_id as reference, a.part, a.side,
           (select sum(e.amount)::bigint from {AccountEntry._meta.db_table} e
             where e.person_id = a.person_id and e.fund_id = %s
               and e.kind in ({EntryKind.CREDIT}, {EntryKind.CORRECTED})
               and e.reference = a.receipt_id and e.month = a.month and e.part = a.part
               and e.side = a.side)
             as credited
      from ({{allocated}}) a
     group by a.person_id, a.month, a.receipt_id, a.part, a.side
"""  # noqa: S608
_ENTRY = (
    "person_id, region, month, bears_from, {amount} as amount, null::int as rate, reference, part,"
    " side"
)


def credits(branch: int = Branch.PENSION) -> str:
    """What of these receipts is not on an account yet: a receipt may be allocated in several steps."""
    return f"""
        select {_ENTRY.format(amount="share")} from ({_shares(branch)}) s
         where credited is null and share > 0
    """  # noqa: S608


def corrections(branch: int) -> str:
    """A month that was credited and came to another share since.

    What the account no longer holds cannot be taken from it: that is a finding, and no reason to
    hold up everybody else.
    """
    shares = _shares(branch)
    return f"""
        select {_ENTRY.format(amount="share - credited")} from ({shares}) s
         where share <> credited
           and (share > credited
                or (select l.balance from {entries.last_entry("s.person_id", "%s")} l)
                   >= (select sum(t.credited - t.share) from ({shares}) t
                        where t.person_id = s.person_id and t.share < t.credited))
    """  # noqa: S608


def _shares(branch: int) -> str:
    return _SHARES.format(allocated=_DIVIDED if branch == Branch.ANNUITY else _WHOLE)


@dataclass(frozen=True)
class Credited:
    """What was carried from receipts to individual accounts; `amount` in fen."""

    receipts: int
    entries: int
    amount: int


def credit_pending(*, by: User | None = None, region: str = regions.NATION) -> Credited:
    """Carry every account share received since the last time to its account (记账).

    Without `by` the system does it by itself, as it does every few minutes. Receipts that somebody
    else is working on are left for the next time.
    """
    if by is not None:
        access.require(by, "contribution.assess", region)
    receipts = count = amount = 0
    for branch in (Branch.PENSION, Branch.ANNUITY):
        while (done := _credit_some(by, region, branch)).receipts:
            receipts += done.receipts
            count += done.entries
            amount += done.amount
    return Credited(receipts, count, amount)


@transaction.atomic
def _credit_some(by: User | None, region: str, branch: Branch) -> Credited:
    """Up to `RECEIPTS` receipts of one fund."""
    low, high = regions.span(region)
    with connection.cursor() as cursor:
        cursor.execute(PENDING, [branch, low, high, RECEIPTS])
        pending = cursor.fetchall()
    if not pending:
        return Credited(0, 0, 0)
    fund_id = pending[0][1]
    pending = [row for row in pending if row[1] == fund_id]
    shares = [fund_id, [row[0] for row in pending], branch]
    written = entries.write(
        fund=Fund.objects.get(pk=fund_id),
        kind=EntryKind.CREDIT,
        rows=credits(branch),
        params=shares,
        source=f"pensions.credit:{_fingerprint(pending)}",
        by=by,
        sided=True,
    )
    corrected = entries.write(
        fund=Fund.objects.get(pk=fund_id),
        kind=EntryKind.CORRECTED,
        rows=corrections(branch),
        params=[*shares, fund_id, *shares],
        source=f"pensions.credit:{_fingerprint(pending)}/corrected",
        by=by,
        sided=True,
    )
    CreditedReceipt.objects.bulk_create(
        [CreditedReceipt(receipt_id=row[0], allocated=row[2]) for row in pending],
        update_conflicts=True,
        unique_fields=["receipt_id"],
        update_fields=["allocated", "credited_at"],
    )
    count, amount = written.entries + corrected.entries, written.amount + corrected.amount
    if count:
        audit.record(
            by=by,
            act="account.credit",
            subject=("fund", fund_id),
            region=region,
            receipts=len(pending),
            entries=count,
            amount=amount,
        )
    return Credited(len(pending), count, amount)


def _fingerprint(pending: list[tuple[int, int, int]]) -> str:
    """A name for exactly this step: the same receipts never stand at the same amounts again."""
    text = ",".join(f"{receipt}:{allocated}" for receipt, _fund, allocated in pending)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


@transaction.atomic
def enter_opening(
    *,
    by: User,
    person: Person,
    amount: int,
    month: int,
    region: str,
    document: str,
    scheme: int = Scheme.EMPLOYEES,
    branch: int = Branch.PENSION,
    notional: int = 0,
) -> OpeningBalance:
    """Enter the balance, in fen, of an account kept elsewhere until now; a colleague approves it.

    `month` is the last month whose contributions and interest it holds. Of an occupational annuity
    `notional` says what of it was only written down.
    """
    access.require(by, "benefit.change", region)
    access.require_stranger(by, person.pk)
    most = ClaimFacts.specs()["account_balance"].most
    if type(amount) is not int or not 0 < amount <= most:
        raise Invalid(
            say(_("A balance is above zero and at most %(most)s yuan."), most=yuan(most)),
            code="impossible_balance",
            field="amount",
        )
    if type(notional) is not int or not 0 <= notional <= (
        amount if branch == Branch.ANNUITY else 0
    ):
        raise Invalid(
            _("Only a part of an occupational annuity is written down."),
            code="impossible_notional",
            field="notional",
        )
    if not person.birth_month <= month <= months.month_of(timezone.localdate()):
        raise Invalid(
            _("The balance must end between the month of birth and this month."),
            code="impossible_month",
            field="month",
        )
    if not document.strip():
        raise Invalid(
            _("Name the document that shows the balance."), code="no_document", field="document"
        )
    fund = fund_services.for_(branch, scheme, region)
    Person.objects.select_for_update().get(pk=person.pk)
    earlier = OpeningBalance.objects.filter(person=person, fund=fund)
    if earlier.exclude(state=OpeningState.REJECTED).exists():
        raise Conflict(_("This account has an opening balance already."), code="opened_already")
    opening = OpeningBalance.objects.create(
        person=person,
        fund=fund,
        region=region,
        amount=amount,
        notional=notional,
        month=month,
        document=document.strip(),
        maker=by,
    )
    audit.record(
        by=by,
        act="account.open",
        subject=opening,
        person_id=person.pk,
        region=region,
        amount=amount,
        month=months.format_month(month),
        document=opening.document,
    )
    return opening


@transaction.atomic
def approve_opening(*, by: User, opening: OpeningBalance) -> OpeningBalance:
    """A second pair of eyes: the balance goes onto the account and into the books."""
    opening = _draft(opening)
    _check_by(by, opening)
    for side, amount in (
        (Side.WHOLE, opening.amount - opening.notional),
        (Side.NOTIONAL, opening.notional),
    ):
        if amount:
            entries.write_one(
                fund=opening.fund,
                kind=EntryKind.OPENING,
                person_id=opening.person_id,
                region=opening.region,
                month=opening.month,
                bears_from=opening.month + 1,
                amount=amount,
                reference=opening.pk,
                side=side,
                source=f"pensions.opening:{opening.pk}{'/noted' if side else ''}",
                by=by,
            )
    return _decided(by, opening, OpeningState.APPROVED)


@transaction.atomic
def reject_opening(*, by: User, opening: OpeningBalance, reason: str) -> OpeningBalance:
    """Not approved: it may be entered anew."""
    opening = _draft(opening)
    _check_by(by, opening)
    if not reason.strip():
        raise Invalid(_("Say why the balance is rejected."), code="empty", field="reason")
    return _decided(by, opening, OpeningState.REJECTED, reason.strip())


def _draft(opening: OpeningBalance) -> OpeningBalance:
    opening = OpeningBalance.objects.select_for_update(of=("self",)).get(pk=opening.pk)
    if opening.state != OpeningState.DRAFT:
        raise Conflict(_("This balance has been decided already."), code="decided_already")
    return opening


def _check_by(by: User, opening: OpeningBalance) -> None:
    access.require(by, "case.check", opening.region)
    access.require_stranger(by, opening.person_id)
    access.require_other_hand(by, opening.maker_id)


def _decided(
    by: User, opening: OpeningBalance, state: OpeningState, reason: str = ""
) -> OpeningBalance:
    opening.state = state
    opening.checker = by
    opening.decided_at = timezone.now()
    opening.save(update_fields=["state", "checker", "decided_at"])
    audit.record(
        by=by,
        act=f"account.opening_{state.value}",
        subject=opening,
        person_id=opening.person_id,
        region=opening.region,
        reason=reason,
        amount=opening.amount,
    )
    return opening
