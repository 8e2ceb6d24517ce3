"""The tax authority's file of residents' payments: a spreadsheet, taken whole or not at all."""

from datetime import date
from typing import IO

from django.utils.translation import gettext_lazy as _

from enrollment.models import ResidentReceipt
from enrollment.services.residents.receipts import Line, receive
from socsec.kernel import money
from socsec.kernel.errors import KernelError
from socsec.office import spreadsheets
from socsec.office.errors import Invalid, say
from socsec.office.models import User
from socsec.office.spreadsheets import Column, Layout, Row

LAYOUT = Layout(
    _("Residents' payments"),
    [
        Column("number", _("Identity number"), ("身份证号", "公民身份号码"), text=True, width=22),
        Column("name", _("Name"), ("姓名",), must=False),
        Column("year", _("Year"), ("年度", "费款所属年度")),
        Column("amount", _("Amount, in yuan"), ("金额", "实缴金额")),
    ],
)


def take(
    *, by: User, branch: int, region: str, reference: str, received_on: date, file: IO[bytes]
) -> ResidentReceipt:
    """Book a file of payments. A row that cannot be read refuses the file: money is not guessed.

    Rows whose person or year is unknown are kept as unmatched. The same file again is booked once.
    """
    lines = [_line(row) for row in spreadsheets.read(file, LAYOUT)]
    return receive(
        by=by,
        branch=branch,
        region=region,
        reference=reference,
        received_on=received_on,
        lines=lines,
    )


def _line(row: Row) -> Line:
    try:
        amount = money.parse_yuan(row.text("amount"))
    except KernelError as trouble:
        raise _wrong(row, "amount") from trouble
    year = row.text("year").strip().removesuffix("年")
    if not (year.isascii() and year.isdigit() and len(year) == len("2026")):
        raise _wrong(row, "year")
    return Line(row.text("number").strip(), int(year), amount, row.text("name").strip())


def _wrong(row: Row, field: str) -> Invalid:
    return Invalid(
        say(
            _("Row %(row)s cannot be read: “%(found)s”. Nothing of the file is booked."),
            row=row.number,
            found=row.values.get(field, ""),
        ),
        code="row_unreadable",
        field="file",
        fix=_("Correct the row and upload the file again."),
    )
