"""Money that goes back to a person goes by a payment order, to a bank account of theirs.

It is taken out of suspense, released by a second person and answered by the bank like any other
payment; until the bank has paid it stands in suspense, and belongs to nobody else.
"""

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Person, Purpose
from funds.models import Fund, PaymentBatch, PaymentOutcome, accounts
from funds.queries import lowest_balance
from funds.services import ledger, payments
from socsec.kernel.months import month_of
from socsec.office.errors import Refused
from socsec.office.models import User

KIND = "contribution_refund"

R = TypeVar("R", bound=Model)


@dataclass(frozen=True, slots=True)
class Payee:
    """To whose account money goes; `account` is the plain number."""

    holder: str
    bank: str
    account: str


def own_account(person: Person) -> Payee:
    """The account on file that the person pays contributions from, or else draws benefits on."""
    account = (
        queries.accounts(person.pk)
        .filter(purpose__in=[Purpose.CONTRIBUTION, Purpose.BENEFIT])
        .order_by("-purpose", "-opened_on", "-pk")
        .first()
    )
    if account is None:
        raise Refused(
            _("%(name)s has no bank account on file.") % {"name": person.name},
            code="no_account",
            fix=_("Ask for a bank account first."),
        )
    return Payee(account.holder, account.bank, account.account)


def order(
    *,
    fund: Fund,
    person: Person,
    payee: Payee,
    amount: int,
    region: str,
    source: str,
    maker: User,
) -> PaymentBatch:
    """An envelope with the one order, in fen; its maker is who asked, so another must release it."""
    month = month_of(timezone.localdate())
    batch = payments.open_batch(
        fund, KIND, month=month, count=1, total=amount, source=source, by=maker, region=region
    )
    one = payments.Order(
        person_id=person.pk,
        seq=1,
        region=region,
        payee=payee.holder,
        bank=payee.bank,
        account=payee.account,
        amount=amount,
        month=month,
        source=source,
    )
    payments.add_orders(batch, [one])
    return batch


def came_back(batch_id: int, person_id: int) -> bool | None:
    """Whether the bank returned it, or it was cancelled; None while nobody knows."""
    outcomes = set(
        PaymentOutcome.objects.filter(batch_id=batch_id, person_id=person_id).values_list(
            "outcome", flat=True
        )
    )
    cancelled = PaymentBatch.State.CANCELLED
    if PaymentOutcome.Outcome.RETURNED in outcomes or (
        PaymentBatch.objects.filter(pk=batch_id, state=cancelled).exists()
    ):
        return True
    return False if outcomes else None


def news(ordered: QuerySet[R], person: str) -> QuerySet[R]:
    """Of refunds that were ordered, those of which the bank has said something new.

    `person` names the column of the payee. One question however many were ever paid.
    """
    answers = PaymentOutcome.objects.filter(
        batch_id=OuterRef("batch_id"), person_id=OuterRef(person)
    )
    back = Exists(answers.filter(outcome=PaymentOutcome.Outcome.RETURNED)) | Exists(
        PaymentBatch.objects.filter(pk=OuterRef("batch_id"), state=PaymentBatch.State.CANCELLED)
    )
    return ordered.filter(batch_id__isnull=False).filter(
        Q(state="ordered") & (Exists(answers) | back) | Q(state="paid") & back
    )


def send_back(fund: Fund, amount: int, *, region: str, source: str, by: User) -> None:
    """Money in suspense leaves the way it came: from the income account, or, once that was emptied,
    from the fiscal special account. For who is no person, or is not known."""
    on = timezone.localdate()
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    through = accounts.INCOME_ACCOUNT
    if lowest_balance(fund, accounts.INCOME_ACCOUNT, on) < amount:
        through = accounts.FISCAL_ACCOUNT
    ledger.post(
        fund,
        KIND,
        [ledger.Posting(0, accounts.SUSPENSE, through, amount, month_of(on), region, heads=0)],
        source=source,
        on=on,
        by=by,
    )
