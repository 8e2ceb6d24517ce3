"""Bank withholding (银行代扣): a file of charges goes out, the bank's answer comes in.

Ours, UTF-8, comma-separated, amounts in yuan:

    H,SOCSEC-WITHHOLDING,1,<file>,<day to charge>
    D,<reference>,<account holder>,<bank>,<account number>,<amount>
    T,<lines>,<total>,<SHA-256 of every byte above this line>

The bank's:

    H,SOCSEC-WITHHOLDING-RETURN,1,<file>,<date>
    D,<reference>,<amount>,PAID or RETURNED,<reason, may be empty>
    T,<lines>,<total paid>,<SHA-256 of every byte above this line>

An answer speaks of every line once, or it is refused as a whole. What came back is presented once
more in the next file, and not again.
"""

import csv
import hashlib
import io
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Employer,
    Person,
    Remittance,
    WithholdingFile,
    WithholdingLine,
    WithholdingMandate,
)
from enrollment.queries import debts
from enrollment.services.checks import known_name, lock, not_in_future
from enrollment.services.collection import mass_receipts
from enrollment.services.collection.spreading import today
from socsec.kernel import ids
from socsec.kernel.errors import KernelError
from socsec.kernel.money import format_yuan, parse_yuan
from socsec.kernel.regions import span
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit

State = WithholdingLine.State


@transaction.atomic
def give_mandate(
    *, by: User, payer: Employer | Person, holder: str, bank: str, account: str
) -> WithholdingMandate:
    """A payer lets us charge an account from today; an earlier mandate ends."""
    require(by, "withholding.mandate", payer.region)
    payer = lock(payer)
    own = isinstance(payer, Person)
    try:
        number = ids.read_bank_card(account)
    except KernelError as error:
        raise from_kernel(error, "account") from error
    who = {"person": payer if own else None, "employer": None if own else payer}
    WithholdingMandate.objects.filter(until__isnull=True, **who).update(until=today())
    mandate = WithholdingMandate.objects.create(
        **who,
        region=payer.region,
        holder=known_name(holder, 120, "holder"),
        bank=known_name(bank, 60, "bank"),
        account=number,
        last_four=number[-4:],
        from_day=today(),
        by=by,
    )
    _note(mandate, by, payer)
    return mandate


@transaction.atomic
def end_mandate(*, by: User, mandate: WithholdingMandate) -> WithholdingMandate:
    """From today on the account is charged no more."""
    mandate = lock(mandate)
    require(by, "withholding.mandate", mandate.region)
    if mandate.until is not None:
        raise Conflict(_("This mandate has ended already."), code="mandate_ended")
    mandate.until = today()
    mandate.save(update_fields=["until"])
    _note(mandate, by, _payer(mandate))
    return mandate


@transaction.atomic
def draw(*, by: User, region: str, charge_on: date) -> WithholdingFile:
    """Make the next file of a region: everything owed under a mandate, and what came back once."""
    require(by, "withholding.file", region)
    if charge_on < today():
        raise Invalid(_("This day has passed."), code="in_the_past", field="charge_on")
    low, high = span(region)
    mandates = list(
        WithholdingMandate.objects.filter(
            until__isnull=True, region__gte=low, region__lte=high
        ).select_related("employer", "person")
    )
    owed = debts.owed_by_each([_payer(mandate) for mandate in mandates])
    before = {
        line.mandate_id: line
        for line in WithholdingLine.objects.filter(mandate__in=mandates)
        .order_by("mandate_id", "-pk")
        .distinct("mandate_id")
    }
    lines: list[tuple[WithholdingMandate, int, WithholdingLine | None]] = []
    for mandate in mandates:
        last = before.get(mandate.pk)
        open_now = owed.get(mass_receipts.key_of(_payer(mandate)), 0)
        if not open_now or (last is not None and last.state == State.OUT):
            continue
        again = last if last is not None and last.state == State.RETURNED else None
        if again is not None and again.attempt == 2:
            # Twice in vain: this debt is for people to chase; a new month begins anew.
            if open_now <= again.amount:
                continue
            again = None
        lines.append((mandate, open_now, again))
    if not lines:
        raise Refused(_("There is nothing to charge."), code="nothing_to_charge")
    try:
        with transaction.atomic():
            file = WithholdingFile.objects.create(
                region=region,
                charge_on=charge_on,
                count=len(lines),
                total=sum(amount for _mandate, amount, _again in lines),
                by=by,
            )
    except IntegrityError as error:
        raise Conflict(
            _("A file of this region is with the bank and not answered yet."),
            code="file_out",
            fix=_("Read the bank's answer first."),
        ) from error
    repeated = [again.pk for _mandate, _amount, again in lines if again is not None]
    WithholdingLine.objects.filter(pk__in=repeated).update(state=State.AGAIN)
    WithholdingLine.objects.bulk_create(
        [
            WithholdingLine(
                file=file,
                mandate=mandate,
                number=number,
                attempt=1 if again is None else 2,
                repeats=again,
                amount=amount,
            )
            for number, (mandate, amount, again) in enumerate(lines, start=1)
        ],
        batch_size=5000,
    )
    audit.record(
        by=by,
        act="withholding.file",
        subject=file,
        region=region,
        count=file.count,
        total=file.total,
    )
    return file


def written(file: WithholdingFile, *, by: User) -> bytes:
    """The file as the bank gets it. It holds account numbers, so who took it is noted."""
    require(by, "withholding.file", file.region)
    rows: list[list[object]] = [["H", "SOCSEC-WITHHOLDING", 1, str(file), file.charge_on]]
    for line in file.lines.select_related("mandate"):
        mandate = line.mandate
        rows.append(
            [
                *("D", line.reference, mandate.holder, mandate.bank, mandate.account),
                format_yuan(line.amount),
            ]
        )
    with transaction.atomic():
        audit.record(by=by, act="withholding.file", subject=file, region=file.region, taken=True)
    return signed(rows, [file.count, format_yuan(file.total)])


def signed(rows: list[list[object]], stated: list[object]) -> bytes:
    """Lines as CSV, closed by what they come to and their fingerprint."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    body = text.getvalue().encode()
    foot = ",".join(str(each) for each in stated)
    return body + f"T,{foot},{hashlib.sha256(body).hexdigest()}\n".encode()


@transaction.atomic
def read_answer(content: bytes, *, by: User) -> WithholdingFile:
    """Take over the bank's answer: what was charged becomes receipts. The same again changes nothing."""
    sha256 = hashlib.sha256(content).hexdigest()
    there = WithholdingFile.objects.filter(answer_sha256=sha256).first()
    if there is not None:
        require(by, "withholding.file", there.region)
        return there
    rows, day = _parse(content)
    name = rows[0][3]
    found = WithholdingFile.objects.filter(pk=int(name[2:]) if name[2:].isdigit() else 0).first()
    if found is None or str(found) != name:
        raise _wrong(_("The answer names no file of ours."))
    file = lock(found)
    require(by, "withholding.file", file.region)
    if file.state == WithholdingFile.State.ANSWERED:
        raise Conflict(
            _("This file was answered before, with other content."), code="answered_before"
        )
    of_file = file.lines.select_related("mandate__employer", "mandate__person")
    lines = {line.reference: line for line in of_file}
    said = {row[1]: row for row in rows[1:]}
    if len(said) != len(rows) - 1 or set(said) != set(lines):
        raise _wrong(_("The answer does not speak of every line once."))
    charged: list[mass_receipts.Payment] = []
    for reference, line in lines.items():
        _d, _reference, amount, word, reason = said[reference]
        if word not in ("PAID", "RETURNED") or _fen(amount) != line.amount:
            raise _wrong(_("The answer to %(line)s does not fit.") % {"line": reference})
        line.state = State.PAID if word == "PAID" else State.RETURNED
        line.reason = reason[:120]
        if word == "PAID":
            payer = _payer(line.mandate)
            charged.append(mass_receipts.Payment(payer, line.amount, day, reference))
    not_in_future(day, "received_on")
    WithholdingLine.objects.bulk_update(lines.values(), ["state", "reason"], batch_size=5000)
    mass_receipts.remit_many(
        by=None, payments=charged, channel=Remittance.Channel.WITHHOLDING.value
    )
    file.state = WithholdingFile.State.ANSWERED
    file.answer_sha256 = sha256
    file.answered_at = timezone.now()
    file.save(update_fields=["state", "answer_sha256", "answered_at"])
    audit.record(
        by=by,
        act="withholding.file",
        subject=file,
        region=file.region,
        returned=sum(line.state == State.RETURNED for line in lines.values()),
    )
    return file


def _parse(content: bytes) -> tuple[list[list[str]], date]:
    body, _newline, last = content.removesuffix(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        rows = list(csv.reader(io.StringIO(body.decode())))
        foot = next(csv.reader([last.decode()]), [])
    except UnicodeDecodeError as error:
        raise _wrong(_("The file is not in UTF-8.")) from error
    if not rows or rows[0][:3] != ["H", "SOCSEC-WITHHOLDING-RETURN", "1"] or len(rows[0]) != 5:
        raise _wrong(_("The first line is not that of a bank's answer."))
    if any(len(row) != 5 or row[0] != "D" for row in rows[1:]):
        raise _wrong(_("A line is not complete."))
    paid = sum(_fen(row[2]) for row in rows[1:] if row[3] == "PAID")
    stated = [str(len(rows) - 1), format_yuan(paid), hashlib.sha256(body).hexdigest()]
    if foot[:1] != ["T"] or foot[1:] != stated:
        raise _wrong(_("The file was cut off or altered: its last line does not fit."))
    try:
        day = date.fromisoformat(rows[0][4])
    except ValueError as error:
        raise _wrong(_("The date of the file cannot be read.")) from error
    return rows, day


def _fen(text: str) -> int:
    try:
        return parse_yuan(text)
    except KernelError as error:
        raise _wrong(_("An amount cannot be read.")) from error


def _wrong(text: object) -> Invalid:
    return Invalid(
        text,  # type: ignore[arg-type]
        code="withholding_answer_wrong",
        field="file",
        fix=_("Nothing was booked. Ask the bank for a correct file."),
    )


def _payer(mandate: WithholdingMandate) -> Employer | Person:
    payer = mandate.employer or mandate.person
    assert payer is not None  # one of the two is always there
    return payer


def _note(mandate: WithholdingMandate, by: User, payer: Employer | Person) -> None:
    audit.record(
        by=by,
        act="withholding.mandate",
        subject=mandate,
        person_id=payer.pk if isinstance(payer, Person) else None,
        region=mandate.region,
        until=mandate.until,
    )
