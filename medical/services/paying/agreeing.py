"""A statement is agreed: the provider's totals first, then bill by bill, each difference by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_name, known_text, lock
from medical.models import STATED, ProviderStatement, StatedBill
from socsec.kernel import money
from socsec.kernel.errors import KernelError
from socsec.office import spreadsheets
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, from_kernel
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.spreadsheets import Column, Layout, Limits

State = ProviderStatement.State
MOST_BILLS = 100_000
LAYOUT = Layout(
    _("Bills of a month"),
    [
        Column("number", _("Number of the visit"), ("就诊号", "单据号", "number"), text=True),
        Column("total", _("Total, yuan"), ("总费用", "医疗费总额", "total")),
        Column("fund_pay", _("Funds, yuan"), ("基金支付", "基金支付总额", "fund_pay")),
        Column("person_pay", _("Insured person, yuan"), ("个人负担", "个人支付", "person_pay")),
    ],
)


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A bill as the provider has it; amounts in fen."""

    number: str
    total: int
    fund_pay: int
    person_pay: int


@transaction.atomic
def state_totals(
    *,
    by: User,
    statement: ProviderStatement,
    bills: int,
    total: int,
    fund_pay: int,
    person_pay: int,
) -> ProviderStatement:
    """The provider tells its own totals, in fen: where they are ours, the statement is agreed.

    Told again, the last counts. `Conflict` once it is agreed.
    """
    statement = _open(by, statement, "statement.state")
    said = {"bills": bills, "total": total, "fund_pay": fund_pay, "person_pay": person_pay}
    for name, value in said.items():
        setattr(statement, f"stated_{name}", value)
    statement.stated_at = timezone.now()
    same = all(getattr(statement, name) == said[name] for name in STATED)
    if same:
        _agree(statement, by)
    else:
        statement.state = State.DIFFERS
        statement.save()
    _note(by, "statement.state", statement, agrees=same, **said)
    return statement


@transaction.atomic
def state_bills(
    *, by: User, statement: ProviderStatement, bills: Sequence[Stated]
) -> ProviderStatement:
    """The provider hands in its bills of the month, one by one; the last list counts, all of it."""
    statement = _open(by, statement, "statement.state")
    if not bills or len(bills) > MOST_BILLS:
        raise Invalid(
            _("Send between 1 and %(most)s bills at a time.") % {"most": MOST_BILLS},
            code="number_of_bills",
            field="bills",
        )
    numbers = [each.number for each in bills]
    if len(set(numbers)) < len(numbers):
        doubled = next(n for place, n in enumerate(numbers) if n in numbers[:place])
        raise Invalid(
            _("The visit %(number)s stands twice in the list.") % {"number": doubled},
            code="bill_twice",
            field="bills",
        )
    statement.stated.all().delete()
    StatedBill.objects.bulk_create(
        [StatedBill(statement=statement, **vars(each)) for each in bills], batch_size=5_000
    )
    _note(by, "statement.bills", statement, count=len(bills))
    return statement


def read(file: BinaryIO) -> list[Stated]:
    """The bills in a spreadsheet, or `Invalid` with the row that is wrong: nothing of it is taken."""
    bills = []
    for row in spreadsheets.read(file, LAYOUT, Limits(rows=MOST_BILLS)):
        try:
            total, fund_pay, person_pay = (
                money.parse_yuan(row.text(name), signed=True)
                for name in ("total", "fund_pay", "person_pay")
            )
            number = known_name(row.text("number"), 30, "number")
        except (KernelError, Invalid) as error:
            trouble = from_kernel(error) if isinstance(error, KernelError) else error
            raise Invalid(
                _("Row %(row)s: %(trouble)s") % {"row": row.number, "trouble": trouble},
                code="bad_row",
                field="file",
                fix=_("Correct the row and send the file again; nothing was taken."),
            ) from error
        bills.append(Stated(number=number, total=total, fund_pay=fund_pay, person_pay=person_pay))
    return bills


@transaction.atomic
def agree(*, by: User, statement: ProviderStatement, note: str) -> ProviderStatement:
    """Note that the provider accepts our totals, and how: a letter, a protocol of both sides."""
    statement = _open(by, statement, "statement.agree")
    _agree(statement, by, known_text(note, "note"))
    _note(by, "statement.agree", statement, reason=note)
    return statement


def settle_closed(*, by: User, statement: ProviderStatement, note: str) -> None:
    """Settle a statement of a provider that closes on our totals, within the act of closing it."""
    _agree(statement, by, note)
    _note(by, "statement.closed", statement, reason=note)


def _agree(statement: ProviderStatement, by: User, note: str = "") -> None:
    statement.state = State.AGREED
    statement.agreed_at, statement.agreed_by, statement.agreed_note = timezone.now(), by, note
    statement.save()


def _open(by: User, statement: ProviderStatement, act: str) -> ProviderStatement:
    require(by, act, statement.region)
    statement = lock(statement)
    if statement.state == State.AGREED:
        raise Conflict(
            _("This statement is agreed already."),
            code="agreed_already",
            fix=_("What changes now stands in the statement of the month in which it is booked."),
        )
    return statement


def _note(by: User, act: str, statement: ProviderStatement, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=statement,
        region=statement.region,
        provider=statement.provider_id,
        **detail,
    )
