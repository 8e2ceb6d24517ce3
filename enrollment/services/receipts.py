"""Contributions come in (实缴到账): a receipt is taken for the oldest months that its payer owes.

What a month gets goes to the individual account and to the pool in the proportion of what is due;
what no month needs stays with the receipt as a credit, until `apply_credit` uses it.
"""

from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import Employer, Person, Receipt, ReceiptAllocation
from enrollment.queries import arrears
from enrollment.rules.collection import taken, to_account
from enrollment.services.checks import lock, not_in_future
from enrollment.services.contributions import assessable, pool_of
from funds.models import Fund, accounts
from funds.services import ledger
from socsec.kernel import sqlexpr
from socsec.kernel.money import MOST_YUAN, yuan
from socsec.kernel.months import month_of
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

MOST = MOST_YUAN * 100
KEY = ("person_id", "month", "branch", "employer_id", "part")

_POSTINGS = """
    select a.person_id, row_number() over (
               partition by a.person_id order by a.month, a.employer_id, a.part, leg.place
           ) as seq,
           a.region, leg.debit, leg.credit, a.amount, a.month, 1 as heads
    from enrollment_receiptallocation a
    cross join (values (1, %s, %s), (2, %s, %s)) as leg (place, debit, credit)
    where a.receipt_id = %s and a.turn = %s
    union all
    select 0, 1, %s, %s, %s, %s::bigint, %s, 0
    order by 1, 2
"""


@transaction.atomic
def receive(
    *,
    by: User | None,
    branch: int,
    amount: int,
    received_on: date,
    reference: str,
    employer: Employer | None = None,
    person: Person | None = None,
) -> Receipt:
    """Take down money that came into the income account from an employer or from a person, in fen.

    `reference` is the bank's and tells payments apart: the same one again with the same content
    gives the receipt that is there already, with other content `Conflict`. `by` is None where the
    system acts, on the bank's word.
    """
    branch = assessable(branch)
    if (employer is None) == (person is None):
        raise Invalid(_("Say who paid: an employer or a person."), code="no_payer", field="payer")
    payer = employer or person
    assert payer is not None
    if by is not None:
        require(by, "receipt.enter", payer.region)
    reference = reference.strip()
    if not reference or len(reference) > 64 or not reference.isprintable():
        raise Invalid(
            _("The bank reference is missing or longer than 64 characters."),
            code="no_reference",
            field="reference",
        )
    if type(amount) is not int or not 0 < amount <= MOST:
        raise Invalid(
            _("The amount is more than 0 and at most %(most)s yuan.") % {"most": yuan(MOST)},
            code="amount_impossible",
            field="amount",
        )
    not_in_future(received_on, "received_on")
    payer = lock(payer)  # receipts of one payer take turns
    there = Receipt.objects.filter(reference=reference).first()
    said = (
        employer and employer.pk,
        person and person.pk,
        branch.value,
        amount,
        received_on,
    )
    if there is not None:
        known = (there.employer_id, there.person_id, there.branch, there.amount, there.received_on)
        if known != said:
            raise _taken(reference)
        return there
    pool = pool_of([payer.region], branch)[payer.region]
    try:
        with transaction.atomic():
            receipt = Receipt.objects.create(
                employer=employer,
                person=person,
                branch=branch,
                region=payer.region,
                fund_id=pool.pk,
                amount=amount,
                credit=amount,
                received_on=received_on,
                reference=reference,
            )
    except IntegrityError as error:  # of another payer, at the same moment
        raise _taken(reference) from error
    allocated = _allocate(receipt, pool, turn=0)
    _post(receipt, pool, turn=0, source=accounts.INCOME_ACCOUNT, left=receipt.credit, by=by)
    audit.record(
        by=by,
        act="receipt.enter",
        subject=receipt,
        person_id=receipt.person_id,
        region=receipt.region,
        amount=amount,
        allocated=allocated,
        reference=reference,
    )
    return receipt


@transaction.atomic
def apply_credit(*, by: User | None, receipt: Receipt) -> int:
    """Use what is left of a receipt for months assessed since. Gives what was used, in fen.

    `by` is None where the system acts, after a run.
    """
    if by is not None:
        require(by, "receipt.enter", receipt.region)
    lock(receipt.payer)
    receipt = lock(receipt)
    if not receipt.credit:
        raise Refused(_("Nothing of this receipt is left."), code="no_credit")
    pool = Fund.objects.select_related("region").get(pk=receipt.fund_id)
    turn = (
        ReceiptAllocation.objects.filter(receipt_id=receipt.pk)
        .order_by("-turn")
        .values_list("turn", flat=True)
        .first()
    )
    turn = 1 if turn is None else turn + 1
    used = _allocate(receipt, pool, turn=turn)
    if not used:
        return 0
    _post(receipt, pool, turn=turn, source=accounts.SUSPENSE, left=0, by=by)
    audit.record(
        by=by,
        act="receipt.enter",
        subject=receipt,
        person_id=receipt.person_id,
        region=receipt.region,
        allocated=used,
        left=receipt.credit,
    )
    return used


def apply_credits() -> int:
    """Do so for every receipt with a credit, each in its own transaction. Gives what was used.

    Payers who owe nothing are passed over, so that this costs little however often it is done.
    """
    used = 0
    for receipt in Receipt.objects.filter(credit__gt=0).order_by("received_on", "pk").iterator():
        if arrears(receipt.branch, employer_id=receipt.employer_id, person_id=receipt.person_id):
            used += apply_credit(by=None, receipt=receipt)
    return used


def _taken(reference: str) -> Conflict:
    return Conflict(
        _("A payment with the reference %(reference)s is booked already, with other details.")
        % {"reference": reference},
        code="reference_taken",
        field="reference",
        fix=_("Check the bank statement."),
    )


def _allocate(receipt: Receipt, pool: Fund, turn: int) -> int:
    """Spread the receipt's credit over what its payer owes: one statement for any number of rows."""
    gathered, values = facts.open_months(
        branch=receipt.branch,
        region=pool.region_id,
        employer_id=receipt.employer_id or 0,
        person_id=receipt.person_id,
    )
    number = sqlexpr.column
    paid_before = number("paid_before", 0, MOST)
    amount = taken(number("open_before", 0, MOST), number("open_here", 0, MOST), receipt.credit)
    share = to_account(
        number("account_share", 0, MOST), number("due", 1, MOST), paid_before, amount
    )
    select = sqlexpr.compile(
        {
            "amount": amount,
            "account_share": share,
            "receipt_id": receipt.pk,
            "turn": turn,
            **{name: number(name) for name in KEY},
        },
        gathered,
        carry=("region",),
        keep=amount > 0,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            insert into enrollment_receiptallocation
              (amount, account_share, receipt_id, turn, {", ".join(KEY)}, region, received_on)
            select *, %s from ({select}) as allocated
            """,  # noqa: S608 - compiled from our rules
            [receipt.received_on, *values],
        )
    used = (
        ReceiptAllocation.objects.filter(receipt_id=receipt.pk, turn=turn).aggregate(
            total=Sum("amount")
        )["total"]
        or 0
    )
    receipt.credit -= used
    receipt.save(update_fields=["credit"])
    return used


def _post(
    receipt: Receipt, pool: Fund, *, turn: int, source: int, left: int, by: User | None
) -> None:
    """Income for what was allocated, the debt that is gone, and `left` as not yet allocated.

    Booked on the day on which the money came, unless the month of that day is over: its income
    account has been emptied, so the books take it today.
    """
    month = month_of(receipt.received_on)
    today = timezone.localdate()
    ledger.post_sql(
        pool,
        "contribution_receipt",
        _POSTINGS,
        [
            *(source, accounts.CONTRIBUTION_INCOME),
            *(accounts.CONTRIBUTIONS_ASSESSED, accounts.CONTRIBUTIONS_DUE),
            *(receipt.pk, turn),
            *(receipt.region, accounts.INCOME_ACCOUNT, accounts.SUSPENSE, left, month),
        ],
        source=f"enrollment.receipt:{receipt.pk}/{turn}",
        on=receipt.received_on if turn == 0 and month == month_of(today) else today,
        by=by,
    )
