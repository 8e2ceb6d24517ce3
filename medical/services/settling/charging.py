"""What is charged: lines of a bill, each split by the catalogue in force on its day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_name, lock
from funds.models import Scheme
from medical.models import BillLine, CatalogueItem, Encounter, ItemClass, ItemKind
from medical.queries.catalogue import items_on
from medical.rules.scope import LineFacts, LineScope, NoParams, line_scope
from socsec.kernel.arith import half_up
from socsec.kernel.errors import KernelError
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Text, from_kernel
from socsec.office.models import User

from .visits import _note, must_be

State = Encounter.State
# Quantity and price are in ten-thousandths each; a fen is a hundredth of a yuan.
TO_FEN = 10**6
# Quantities of the rule are in millionths.
TO_MILLIONTHS = 100
MOST_LINES = 1000


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A line as the provider sends it: `quantity` in ten-thousandths, `price` in ten-thousandths of
    a yuan for one, `amount` in fen. Without a `code` it is something that no catalogue knows."""

    number: str
    day: date
    kind: int
    name: str
    quantity: int
    price: int
    amount: int
    code: str = ""


@transaction.atomic
def charge(*, by: User, encounter: Encounter, charges: Sequence[Charge]) -> list[BillLine]:
    """Put lines on the bill of an open visit, all of them or none.

    `Invalid` names the line, for an unknown code, a quantity that is not above zero, a price that
    does not come to the amount, a day outside the visit; `Conflict` for a number that is there.
    """
    encounter = lock(encounter)
    require(by, "bill.enter", encounter.region, encounter.person_id)
    must_be(encounter, State.OPEN)
    if not charges or len(charges) > MOST_LINES:
        raise Invalid(
            _("Send between 1 and %(most)s lines at a time.") % {"most": MOST_LINES},
            code="number_of_lines",
            field="lines",
        )
    for each in charges:
        _check(encounter, each)
    _numbers_free(encounter, charges)
    known: dict[tuple[date, int, str], CatalogueItem] = {}
    for day in {each.day for each in charges if each.code}:
        asked = [(each.kind, each.code) for each in charges if each.day == day and each.code]
        for (kind, code), item in items_on(encounter.region, day, asked).items():
            known[day, kind, code] = item
    lines = [
        _line(encounter, each, known.get((each.day, each.kind, each.code))) for each in charges
    ]
    made = BillLine.objects.bulk_create(lines)
    _note(encounter, by, "bill.enter", "charged")
    return made


@transaction.atomic
def take_off(*, by: User, encounter: Encounter, numbers: Sequence[str]) -> int:
    """Take lines off the bill of an open visit; returns how many. `Invalid` for one that is not there."""
    encounter = lock(encounter)
    require(by, "bill.enter", encounter.region, encounter.person_id)
    must_be(encounter, State.OPEN)
    wanted = set(numbers)
    found = encounter.lines.filter(cancelled_at=None, number__in=wanted)
    there = set(found.values_list("number", flat=True))
    if missing := sorted(wanted - there):
        raise Invalid(
            _("There is no line %(number)s on this bill.") % {"number": missing[0]},
            code="unknown_line",
            field="lines",
            line=missing[0],
        )
    taken = found.update(cancelled_at=timezone.now())
    _note(encounter, by, "bill.enter", "taken_off")
    return taken


def _check(encounter: Encounter, each: Charge) -> None:
    known_name(each.number, 30, "number")
    known_name(each.name, 200, "name")
    if each.kind not in ItemKind.values:
        raise _wrong(each, _("The catalogue must be one of the three."), "unknown_kind")
    if each.quantity <= 0:
        raise _wrong(each, _("The quantity must be above zero."), "quantity_not_positive")
    if each.price < 0 or each.amount < 0:
        raise _wrong(each, _("An amount cannot be below zero."), "amount_negative")
    if half_up(each.quantity * each.price, TO_FEN) != each.amount:
        raise _wrong(each, _("Price times quantity does not come to the amount."), "amount_differs")
    if each.day < timezone.localdate(encounter.opened_at) or each.day > timezone.localdate():
        raise _wrong(
            each,
            _("%(day)s is not a day of this visit.") % {"day": date_format(each.day)},
            "day_outside_visit",
        )


def _wrong(each: Charge, message: Text, code: str) -> Invalid:
    return Invalid(
        _("Line %(number)s: %(message)s") % {"number": each.number, "message": message},
        code=code,
        field="lines",
        line=each.number,
        fix=_("Correct the line and send the lines again; nothing was taken."),
    )


def _numbers_free(encounter: Encounter, charges: Sequence[Charge]) -> None:
    numbers = [each.number for each in charges]
    taken = set(
        encounter.lines.filter(cancelled_at=None, number__in=numbers).values_list(
            "number", flat=True
        )
    )
    doubled = next(
        (n for place, n in enumerate(numbers) if n in taken or n in numbers[:place]), None
    )
    if doubled is not None:
        raise Conflict(
            _("Line %(number)s is on the bill already.") % {"number": doubled},
            code="line_taken",
            field="lines",
            line=doubled,
        )


def _line(encounter: Encounter, each: Charge, item: CatalogueItem | None) -> BillLine:
    if each.code and item is None:
        raise _wrong(
            each,
            _("No catalogue has the code %(code)s on %(day)s.")
            % {"code": each.code, "day": date_format(each.day)},
            "unknown_code",
        )
    share = _share(encounter, item)
    scope = _split(each, item, share)
    return BillLine(
        encounter=encounter,
        number=each.number,
        day=each.day,
        kind=each.kind,
        code=each.code,
        name=each.name,
        item=item,
        quantity=each.quantity,
        price=each.price,
        amount=each.amount,
        item_class=item.item_class if item else ItemClass.C,
        first_share=share,
        over_limit=scope.over_limit,
        uncovered=scope.uncovered,
        first_self_pay=scope.first_self_pay,
        in_scope=scope.in_scope,
    )


def _share(encounter: Encounter, item: CatalogueItem | None) -> int:
    if item is None:
        return 0
    employees = encounter.scheme == Scheme.EMPLOYEES
    return item.share_employees if employees else item.share_residents


def _split(each: Charge, item: CatalogueItem | None, share: int) -> LineScope:
    limit = {} if item is None or item.price_limit is None else {"price_limit": item.price_limit}
    try:
        return line_scope(
            LineFacts(
                amount=each.amount,
                quantity=each.quantity * TO_MILLIONTHS,
                item_class=item.item_class if item else ItemClass.C,
                first_share=share,
                **limit,
            ),
            NoParams(),
        )
    except KernelError as error:
        raise from_kernel(error) from error
