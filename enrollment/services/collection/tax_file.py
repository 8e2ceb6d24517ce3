"""The tax authority's file of receipts: read once, as a whole or not at all, every line booked or kept.

UTF-8, comma-separated, line feeds, amounts in yuan, dates as 2026-03-31:

    H,SOCSEC-RECEIPTS,1,<file number>,<region>,<date>
    D,<reference>,<credit code or ID number>,<name>,<amount>,<branch 1 to 5, or empty>,<date received>
    T,<lines>,<total>,<SHA-256 of every byte above this line>

A file whose envelope does not fit its lines, or with a line that cannot be read, changes nothing. A
line whose payer is not known is kept as unmatched.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Receipt, ReceiptFile, Remittance, UnmatchedReceipt
from enrollment.services.collection import unmatched
from funds.models import Branch
from socsec.kernel.errors import KernelError
from socsec.kernel.money import parse_yuan, yuan
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import Region, User
from socsec.office.services import audit

FORMAT, VERSION = "SOCSEC-RECEIPTS", "1"
LARGEST = 20 * 2**20  # bytes
MOST_LINES = 100_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """A file as it was read: what it states about itself, and its lines."""

    number: str
    region: str
    on: date
    sha256: str
    total: int
    lines: list[unmatched.Line]


@transaction.atomic
def read(content: bytes, *, by: User) -> ReceiptFile:
    """Book a file. The very same file again is the same; its number with other content `Conflict`."""
    sha256 = hashlib.sha256(content).hexdigest()
    there = ReceiptFile.objects.filter(sha256=sha256).first()
    if there is not None:
        require(by, "receipt.enter", there.region)
        return there
    envelope = parse(content)
    require(by, "receipt.enter", envelope.region)
    if ReceiptFile.objects.filter(number=envelope.number, region=envelope.region).exists():
        raise Conflict(
            _("File %(number)s was read before, with other content.") % {"number": envelope.number},
            code="file_number_taken",
            fix=_("Ask the tax authority which of the two is right."),
        )
    file = ReceiptFile.objects.create(
        number=envelope.number,
        sha256=sha256,
        region=envelope.region,
        received_on=envelope.on,
        count=len(envelope.lines),
        total=envelope.total,
        taken=0,
        known=0,
        unmatched=0,
        by=by,
    )
    known = _known({line.reference for line in envelope.lines})
    # A reference that was booked before is looked at by itself; all others are taken together.
    for line in envelope.lines:
        if line.reference in known:
            unmatched.take(
                by=by,
                line=line,
                region=envelope.region,
                channel=Remittance.Channel.TAX,
                file=file,
            )
            file.known += 1
    new = [line for line in envelope.lines if line.reference not in known]
    file.taken, file.unmatched = unmatched.take_many(
        by=by, lines=new, region=envelope.region, channel=Remittance.Channel.TAX, file=file
    )
    file.save()
    audit.record(
        by=by,
        act="receipt.file",
        subject=file,
        region=file.region,
        count=file.count,
        total=file.total,
        unmatched=file.unmatched,
    )
    return file


def parse(content: bytes) -> Envelope:
    """The file's envelope and lines, or `Invalid` naming the line and what is wrong with it."""
    if len(content) > LARGEST:
        raise _wrong(_("The file is larger than %(most)s MB.") % {"most": LARGEST // 2**20})
    body, _newline, last = content.removesuffix(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        text, foot = body.decode(), last.decode()
    except UnicodeDecodeError as error:
        raise _wrong(_("The file is not in UTF-8.")) from error
    rows = list(csv.reader(io.StringIO(text), strict=False))
    trailer = next(csv.reader([foot]), [])
    if not rows or rows[0][:3] != ["H", FORMAT, VERSION] or len(rows[0]) != 6:
        raise _wrong(_("The first line is not that of a file of receipts."))
    if len(trailer) != 4 or trailer[0] != "T":
        raise _wrong(_("The last line is missing: the file was cut off."))
    number, region, day = rows[0][3:]
    if not number or len(number) > 40 or not Region.objects.filter(pk=region).exists():
        raise _wrong(_("The first line names no file number or no known region."))
    if len(rows) - 1 > MOST_LINES:
        raise _wrong(_("The file has more than %(most)s lines.") % {"most": MOST_LINES})
    lines = [_line(place, row) for place, row in enumerate(rows[1:], start=2)]
    seen: dict[str, int] = {}
    for line in lines:
        if line.reference in seen:
            raise _wrong(
                _("Lines %(first)s and %(second)s have the same reference.")
                % {"first": seen[line.reference], "second": line.number}
            )
        seen[line.reference] = line.number
    total = sum(line.amount for line in lines)
    stated = (trailer[1], _amount(trailer[2], 0), trailer[3].lower())
    if not lines or stated != (str(len(lines)), total, hashlib.sha256(body).hexdigest()):
        raise _wrong(
            _(
                "The envelope states %(count)s lines over %(stated)s yuan; %(found)s over %(sum)s came."
            )
            % {
                "count": trailer[1],
                "stated": trailer[2],
                "found": len(lines),
                "sum": yuan(total),
            }
        )
    return Envelope(number, region, _day(day, 1), "", total, lines)


def _line(place: int, row: list[str]) -> unmatched.Line:
    if len(row) != 7 or row[0] != "D" or not row[1].strip() or len(row[1]) > 64:
        raise _wrong(_("Line %(line)s is not complete.") % {"line": place})
    _d, reference, payer, name, amount, branch, day = row
    if branch and (not branch.isdigit() or int(branch) not in Branch.values):
        raise _wrong(_("Line %(line)s names a branch that does not exist.") % {"line": place})
    return unmatched.Line(
        reference=reference.strip(),
        payer=payer[:40],
        name=name,
        amount=_amount(amount, place),
        branch=int(branch) if branch else None,
        received_on=_day(day, place),
        number=place,
    )


def _amount(text: str, place: int) -> int:
    try:
        fen = parse_yuan(text)
    except KernelError as error:
        raise _wrong(
            _("Line %(line)s has an amount that cannot be read.") % {"line": place or _("the last")}
        ) from error
    if fen <= 0 and place:
        raise _wrong(_("Line %(line)s has an amount that cannot be.") % {"line": place})
    return fen


def _day(text: str, place: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _wrong(
            _("Line %(line)s has a date that cannot be read.") % {"line": place}
        ) from error


def _known(references: set[str]) -> set[str]:
    """Those that were booked or kept before."""
    found = Remittance.objects.filter(reference__in=references)
    kept = UnmatchedReceipt.objects.filter(reference__in=references)
    receipts = Receipt.objects.filter(reference__in=references)
    return {
        *found.values_list("reference", flat=True),
        *kept.values_list("reference", flat=True),
        *receipts.values_list("reference", flat=True),
    }


def _wrong(text: object) -> Invalid:
    return Invalid(
        text,  # type: ignore[arg-type]
        code="receipt_file_wrong",
        field="file",
        fix=_("Nothing was booked. Ask the tax authority for a correct file."),
    )
