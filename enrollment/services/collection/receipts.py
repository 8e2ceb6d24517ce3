"""Contributions come in (实缴到账): money is taken for what its payer owes, in the legal order.

Every way in ends in `remit`: the desk, the tax authority's file and system, bank withholding, the
portal. What came is spread over the debts of every branch; since each fund keeps books of its own,
it becomes one receipt in each fund that has a part of it. What no debt needs stays with a receipt
as a credit, until `use_credit` takes it for something or it is refunded.
"""

from datetime import date
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, Person, Receipt, Remittance
from enrollment.queries import debts
from enrollment.services.assessment.contributions import assessable, pool_of
from enrollment.services.checks import lock, not_in_future
from enrollment.services.collection import spreading
from funds.models import Branch, Fund, Scheme, accounts
from funds.queries import lowest_balance
from funds.services import ledger
from socsec.kernel.money import MOST_YUAN, yuan
from socsec.kernel.months import month_of
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

MOST = MOST_YUAN * 100
CHUNK = 1000  # receipts looked at together
Channel = Remittance.Channel


@transaction.atomic
def remit(
    *,
    by: User | None,
    payer: Employer | Person,
    amount: int,
    received_on: date,
    reference: str,
    channel: str = Channel.COUNTER,
    branch: int | None = None,
    scheme: int = Scheme.EMPLOYEES,
    settles: Fund | None = None,
) -> Remittance:
    """Take down money from an employer or from a person, in fen, and spread it over what they owe.

    `reference` tells payments apart: the same one again with the same content gives the remittance
    that is there already, with other content `Conflict`. With `branch` it is for that branch alone;
    `scheme` says whose books keep what nothing is owed for. `settles` names the fund in whose
    suspense the money stands already. `by` is None where the system acts, on the bank's word.
    """
    if branch is not None:
        branch = assessable(branch).value
    if by is not None:
        require(by, "receipt.enter", payer.region)
    reference = known_reference(reference)
    known_amount(amount)
    not_in_future(received_on, "received_on")
    payer = lock(payer)  # remittances of one payer take turns
    who = _who(payer)
    said: dict[str, Any] = {
        **who,
        "branch": branch,
        "amount": amount,
        "received_on": received_on,
    }
    there = Remittance.objects.filter(reference=reference).first()
    if there is not None:
        if any(getattr(there, name) != value for name, value in said.items()):
            raise _taken(reference)
        return there
    if Receipt.objects.filter(reference=reference).exists():
        raise _taken(reference)
    try:
        with transaction.atomic():
            remittance = Remittance.objects.create(
                **said, region=payer.region, channel=channel, reference=reference
            )
    except IntegrityError as error:  # of another payer, at the same moment
        raise _taken(reference) from error
    if settles is not None:
        receipt = _receipt(remittance, settles, amount)
        left = amount - _use(receipt, payer, settles, by)
    else:
        left = _come_in(remittance, payer, scheme, by)
    audit.record(
        by=by,
        act="receipt.enter",
        subject=remittance,
        person_id=remittance.person_id,
        region=remittance.region,
        amount=amount,
        allocated=amount - left,
        reference=reference,
        channel=channel,
    )
    return remittance


def receive(
    *,
    by: User | None,
    branch: int,
    amount: int,
    received_on: date,
    reference: str,
    employer: Employer | None = None,
    person: Person | None = None,
    scheme: int = Scheme.EMPLOYEES,
    channel: str = Channel.COUNTER,
) -> Receipt:
    """Money for one branch alone. Gives its receipt in that branch's fund."""
    if (employer is None) == (person is None):
        raise Invalid(_("Say who paid: an employer or a person."), code="no_payer", field="payer")
    payer = employer or person
    assert payer is not None
    remittance = remit(
        by=by,
        payer=payer,
        amount=amount,
        received_on=received_on,
        reference=reference,
        channel=channel,
        branch=assessable(branch).value,
        scheme=scheme,
    )
    return remittance.receipts.order_by("pk")[0]


@transaction.atomic
def apply_credit(*, by: User | None, receipt: Receipt) -> int:
    """Use what is left of a receipt for what is owed now. Gives what was used, in fen.

    Money that came for no branch in particular is used for every branch; for the debts of another
    fund it moves there. `by` is None where the system acts, after a run.
    """
    if by is not None:
        require(by, "receipt.enter", receipt.region)
    payer = lock(receipt.payer)
    receipt = lock(receipt)
    if not receipt.credit:
        raise Refused(_("Nothing of this receipt is left."), code="no_credit")
    pool = Fund.objects.select_related("region").get(pk=receipt.fund_id)
    used = _use(receipt, payer, pool, by)
    if not used:
        return 0
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

    Payers who owe nothing are passed over by the thousand, so that this costs little however often
    it is done.
    """
    used = 0
    rows = Receipt.objects.filter(credit__gt=0).select_related("employer", "person")
    left = rows.order_by("received_on", "pk").iterator(chunk_size=CHUNK)
    while part := list(islice(left, CHUNK)):
        owing = debts.owing([receipt.payer for receipt in part])
        used += sum(
            apply_credit(by=None, receipt=receipt) for receipt in part if receipt.payer in owing
        )
    return used


def known_reference(reference: str) -> str:
    reference = reference.strip()
    if not reference or len(reference) > 64 or not reference.isprintable():
        raise Invalid(
            _("The bank reference is missing or longer than 64 characters."),
            code="no_reference",
            field="reference",
        )
    return reference


def known_amount(amount: int) -> int:
    if type(amount) is not int or not 0 < amount <= MOST:
        raise Invalid(
            _("The amount is more than 0 and at most %(most)s yuan.") % {"most": yuan(MOST)},
            code="amount_impossible",
            field="amount",
        )
    return amount


def home(payer: Employer | Person, branch: int | None, scheme: int = Scheme.EMPLOYEES) -> Fund:
    """The fund that keeps what nothing is owed for: that of the branch, or of old-age insurance."""
    branch = Branch.PENSION if branch is None else branch
    return pool_of([payer.region], branch, scheme)[payer.region]


def _come_in(remittance: Remittance, payer: Employer | Person, scheme: int, by: User | None) -> int:
    """Make the receipts of a remittance, fund by fund; gives what nothing was owed for."""
    shares = spreading.shares(payer, remittance.amount, branch=remittance.branch)
    left = remittance.amount - sum(share for _fund, share in shares)
    parts = {fund.pk: (fund, share) for fund, share in shares}
    if left or not shares:
        keeper = shares[0][0] if shares and remittance.branch is None else None
        keeper = keeper or home(payer, remittance.branch, scheme)
        parts[keeper.pk] = (keeper, parts.get(keeper.pk, (keeper, 0))[1] + left)
    for fund, share in parts.values():
        receipt = _receipt(remittance, fund, share)
        spreading.allocate(receipt, payer, turn=0)
        spreading.post(
            receipt, fund, turn=0, source=accounts.INCOME_ACCOUNT, left=receipt.credit, by=by
        )
    return left


def _receipt(remittance: Remittance, fund: Fund, amount: int, suffix: str = "") -> Receipt:
    return Receipt.objects.create(
        remittance=remittance,
        employer_id=remittance.employer_id,
        person_id=remittance.person_id,
        branch=fund.branch,
        region=remittance.region,
        fund_id=fund.pk,
        amount=amount,
        credit=amount,
        received_on=remittance.received_on,
        reference=f"{remittance.reference}{suffix}"[:64],
    )


def _use(receipt: Receipt, payer: Employer | Person, pool: Fund, by: User | None) -> int:
    """Take a credit, which stands in suspense, for what is owed: here, and in other funds."""
    remittance = receipt.remittance
    branch = receipt.branch if remittance is None else remittance.branch
    used = 0
    for fund, share in spreading.shares(payer, receipt.credit, branch=branch):
        used += share
        if fund.pk == receipt.fund_id:
            turn = spreading.next_turn(receipt)
            spreading.allocate(receipt, payer, turn=turn, most=share)
            spreading.post(receipt, pool, turn=turn, source=accounts.SUSPENSE, left=0, by=by)
        elif remittance is not None:
            _move(receipt, remittance, payer, pool, fund, share, by)
        else:
            used -= share
    return used


def _move(
    receipt: Receipt,
    remittance: Remittance,
    payer: Employer | Person,
    pool: Fund,
    fund: Fund,
    share: int,
    by: User | None,
) -> None:
    """Let a part of a credit go over to another fund and be taken for the debts there.

    It leaves through the income account, or, once that was emptied at the month's end, through the
    fiscal special account, in which every fund has its own balance.
    """
    today = spreading.today()
    through = accounts.INCOME_ACCOUNT
    Fund.objects.select_for_update(no_key=True).get(pk=pool.pk)
    if lowest_balance(pool, accounts.INCOME_ACCOUNT, today) < share:
        through = accounts.FISCAL_ACCOUNT
    number = Receipt.objects.filter(remittance=remittance).count()
    there = _receipt(remittance, fund, share, suffix=f"/{number}")
    ledger.post(
        pool,
        "contribution_moved",
        [
            ledger.Posting(
                0, accounts.SUSPENSE, through, share, month_of(today), receipt.region, heads=0
            )
        ],
        source=f"enrollment.receipt:{receipt.pk}/to:{there.pk}",
        on=today,
        by=by,
    )
    receipt.credit -= share
    receipt.gone += share
    receipt.save(update_fields=["credit", "gone"])
    spreading.allocate(there, payer, turn=0)
    spreading.post(there, fund, turn=0, source=through, left=there.credit, by=by, on=today)


def _who(payer: Employer | Person) -> dict[str, int | None]:
    own = isinstance(payer, Person)
    return {
        "person_id": payer.pk if own else None,
        "employer_id": None if own else payer.pk,
    }


def _taken(reference: str) -> Conflict:
    return Conflict(
        _("A payment with the reference %(reference)s is booked already, with other details.")
        % {"reference": reference},
        code="reference_taken",
        field="reference",
        fix=_("Check the bank statement."),
    )
