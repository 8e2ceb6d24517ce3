"""The cost list of a claim: read from what the clerk pastes, matched to the catalogue of each day.

One row an item: day, catalogue, code, name, quantity, price for one in yuan; separated by tabs,
semicolons or commas. Without a code an item is looked for by its name as it was listed that day.
"""

import csv
from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_name
from medical.models import ClaimLine, ItemKind, Reimbursement
from medical.queries.catalogue import items_named_on, items_on
from medical.services.settling import Charge
from medical.services.settling.charging import MOST_LINES, TO_FEN
from socsec.kernel.arith import half_up
from socsec.kernel.errors import KernelError
from socsec.kernel.money import MOST_YUAN, parse_decimal
from socsec.office.errors import Invalid, Text, say
from socsec.office.models import Case, User
from socsec.office.services import audit

from .claims import held_open

KINDS = {
    "药品": ItemKind.DRUG,
    "drug": ItemKind.DRUG,
    "诊疗": ItemKind.SERVICE,
    "服务": ItemKind.SERVICE,
    "service": ItemKind.SERVICE,
    "耗材": ItemKind.CONSUMABLE,
    "consumable": ItemKind.CONSUMABLE,
}
COLUMNS = 6
SEPARATORS = "\t;；,，"
PLACES = 4  # of quantities and prices
MOST = MOST_YUAN * 10**PLACES
MOST_AMOUNT = MOST * 10**PLACES


@transaction.atomic
def enter_lines(*, by: User, claim: Reimbursement, text: str) -> list[ClaimLine]:
    """Take the cost list down, in place of what was there. All rows or none; `Invalid` names the row."""
    held = held_open(by, claim, "case.assess", Case.State.RECEIVED)
    rows = list(_rows(text))
    if not 1 <= len(rows) <= MOST_LINES:
        raise Invalid(
            say(_("Enter between 1 and %(most)s rows."), most=MOST_LINES),
            code="number_of_lines",
            field="text",
        )
    made = [_line(held, place, row) for place, row in enumerate(rows, start=1)]
    _match(held, made)
    held.lines.all().delete()
    ClaimLine.objects.bulk_create(made)
    _note(by, held, f"{len(made)}")
    return made


@transaction.atomic
def strike(
    *, by: User, claim: Reimbursement, number: int, refusal: str, text: str = ""
) -> ClaimLine:
    """Do not reimburse one line, and say why; it then counts as outside the catalogue."""
    if refusal not in ClaimLine.Refusal.values:
        raise Invalid(_("Choose a reason."), code="unknown_reason", field="refusal")
    return _refuse(by, claim, number, refusal, " ".join(text.split())[:200])


@transaction.atomic
def restore(*, by: User, claim: Reimbursement, number: int) -> ClaimLine:
    """Reimburse a line after all."""
    return _refuse(by, claim, number, "", "")


def charge_of(line: ClaimLine) -> Charge:
    """A line as settling takes it; one that is refused has no code."""
    return Charge(
        number=str(line.number),
        day=line.day,
        kind=line.kind,
        code="" if line.refusal else line.code,
        name=line.name,
        quantity=line.quantity,
        price=line.price,
        amount=line.amount,
    )


def _refuse(by: User, claim: Reimbursement, number: int, refusal: str, text: str) -> ClaimLine:
    held = held_open(by, claim, "case.assess", Case.State.RECEIVED)
    line = held.lines.filter(number=number).first()
    if line is None:
        raise Invalid(
            say(_("There is no line %(number)s."), number=number),
            code="unknown_line",
            field="number",
        )
    line.refusal, line.refusal_text = refusal, text
    line.save(update_fields=["refusal", "refusal_text"])
    _note(by, held, f"{line.number} {line.name}: {refusal}")
    return line


def _rows(text: str) -> Iterator[list[str]]:
    """The rows that say something, whichever separator they were pasted with."""
    for row in text.splitlines():
        separator = next((each for each in SEPARATORS if each in row), ",")
        for cells in csv.reader([row], delimiter=separator):
            if any(cell.strip() for cell in cells):
                yield [cell.strip() for cell in cells]


def _line(claim: Reimbursement, place: int, cells: list[str]) -> ClaimLine:
    if len(cells) != COLUMNS:
        raise _wrong(
            place, say(_("it has %(count)s columns, not %(most)s"), count=len(cells), most=COLUMNS)
        )
    said_day, catalogue, code, name, many, price_of_one = cells
    day, kind = _day(place, said_day), KINDS.get(catalogue.lower())
    if kind is None:
        raise _wrong(place, _("the catalogue is drug, service or consumable"))
    if not claim.from_date <= day <= claim.until:
        raise _wrong(place, _("that is not a day of the care"), "day_outside_visit")
    try:
        quantity, price = parse_decimal(many, PLACES), parse_decimal(price_of_one, PLACES)
    except KernelError:
        raise _wrong(place, _("quantity and price are numbers")) from None
    if not (0 < quantity <= MOST and 0 <= price <= MOST and quantity * price <= MOST_AMOUNT):
        raise _wrong(place, _("quantity and price cannot be so"), "quantity_not_positive")
    return ClaimLine(
        claim=claim,
        number=place,
        day=day,
        kind=kind,
        code=code[:40],
        name=known_name(name, 200, "text"),
        quantity=quantity,
        price=price,
        amount=half_up(quantity * price, TO_FEN),
    )


def _match(claim: Reimbursement, lines: list[ClaimLine]) -> None:
    """The code of each line in the catalogue of the home region on its day; "" for what it lists not."""
    for day in sorted({line.day for line in lines}):
        mine = [line for line in lines if line.day == day]
        known = items_on(claim.region, day, [(line.kind, line.code) for line in mine if line.code])
        named = items_named_on(
            claim.region, day, [(line.kind, line.name) for line in mine if not line.code]
        )
        for line in mine:
            if line.code and (line.kind, line.code) not in known:
                raise _wrong(
                    line.number,
                    say(_("no catalogue has the code %(code)s that day"), code=line.code),
                    "unknown_code",
                )
            if not line.code and (line.kind, line.name) in named:
                line.code = named[line.kind, line.name].code


def _day(place: int, text: str) -> date:
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise _wrong(place, _("the day is written as 2026-03-01")) from None


def _wrong(place: int, message: Text, code: str = "bad_row") -> Invalid:
    return Invalid(
        say(_("Row %(row)s: %(message)s."), row=place, message=message),
        code=code,
        field="text",
        row=place,
        fix=_("Correct the row and send all of them again; nothing was taken."),
    )


def _note(by: User, claim: Reimbursement, what: str) -> None:
    audit.record(
        by=by,
        act="bill.enter",
        subject=claim.case,
        person_id=claim.person_id,
        region=claim.region,
        what=what,
    )
