"""Money comes in for residents' years: one payment, or a file of the tax authority.

Every line is taken for the year that it names, as far as it is open, or kept as unmatched with the
reason; nothing is dropped. The same reference again with the same content changes nothing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    IdentifierKind,
    Payer,
    Person,
    PersonIdentifier,
    ResidentEnrolment,
    ResidentPayment,
    ResidentReceipt,
    UnmatchedPayment,
)
from enrollment.queries.residents import money_of
from enrollment.services.assessment.contributions import pool_of
from enrollment.services.checks import known_region, not_in_future
from enrollment.services.cover.residents import begin_if_paid
from enrollment.services.residents import twice
from enrollment.services.residents.assessing import branch_of_residents
from funds.models import Fund, Scheme, accounts
from funds.services import ledger
from socsec.kernel import ids
from socsec.kernel.money import MOST_YUAN, yuan
from socsec.kernel.months import month_of
from socsec.kernel.regions import covers
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.fields import blind_index
from socsec.office.models import User
from socsec.office.services import audit

MOST = MOST_YUAN * 100
Channel = ResidentReceipt.Channel

REASONS = {
    "unknown": _("Nobody with this number is registered."),
    "number": _("This is no identity number."),
    "name": _("The number belongs to somebody with another name."),
    "no_due": _("Nothing is to be paid for this year."),
    "too_much": _("More than is open for this year."),
    "elsewhere": _("Enrolled for this year in another region."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One payment: for whom, for which year, how much in fen.

    Outside files a person may be named by our own number, as `person_id`.
    """

    number: str
    year: int
    amount: int
    name: str = ""
    person_id: int = 0


@transaction.atomic
def receive(
    *,
    by: User | None,
    branch: int,
    region: str,
    reference: str,
    received_on: date,
    lines: Sequence[Line],
    channel: str = Channel.TAX_FILE,
) -> ResidentReceipt:
    """Take down what came in for residents of a region, by person and year.

    Lines that fit nobody, or more than is open, are kept as unmatched. `Conflict` for a reference
    that brought other lines before. `by` is None where the bank reports a payment of the portal.
    """
    if by is not None:
        require(by, "resident.receive", known_region(region))
    branch = branch_of_residents(branch)
    reference = reference.strip()
    if not reference or len(reference) > 64 or not reference.isprintable():
        raise Invalid(
            _("The reference is missing or longer than 64 characters."),
            code="no_reference",
            field="reference",
        )
    not_in_future(received_on, "received_on")
    if not lines:
        raise Invalid(_("There are no payments."), code="no_lines", field="lines")
    for place, line in enumerate(lines, 1):
        if type(line.amount) is not int or not 0 < line.amount <= MOST:
            raise Invalid(
                _("Line %(row)s: the amount is more than 0 and at most %(most)s yuan.")
                % {"row": place, "most": yuan(MOST)},
                code="amount_impossible",
                field="amount",
                row=place,
            )
    mark = fingerprint(branch, region, received_on, lines)
    there = ResidentReceipt.objects.filter(reference=reference).first()
    if there is not None:
        return _once(there, mark)
    pool = pool_of([region], branch, Scheme.RESIDENTS)[region]
    receipt = _header(
        branch=branch,
        region=region,
        pool=pool,
        reference=reference,
        mark=mark,
        received_on=received_on,
        channel=channel,
        count=len(lines),
        amount=sum(line.amount for line in lines),
    )
    if receipt.fingerprint != mark:
        return _once(receipt, mark)
    people = _people(lines)
    _take(receipt, pool, [(place, line, *people[place - 1]) for place, line in enumerate(lines, 1)])
    audit.record(
        by=by,
        act="resident.receive",
        subject=receipt,
        person_id=next((who for who, _why in people), None) if len(lines) == 1 else None,
        region=region,
        reference=reference,
        count=receipt.count,
        amount=receipt.amount,
        unmatched=receipt.unmatched,
    )
    return receipt


@transaction.atomic
def pay(
    *,
    by: User,
    person: Person,
    branch: int,
    year: int,
    amount: int,
    reference: str,
    received_on: date | None = None,
    channel: str = Channel.COUNTER,
) -> ResidentReceipt:
    """One person's payment for one year: exactly what is open of it."""
    enrolment = ResidentEnrolment.objects.filter(
        person_id=person.pk, branch=branch, year=year, cancelled_on__isnull=True
    ).first()
    if enrolment is None:
        raise Refused(
            _("%(name)s is not enrolled for %(year)s.") % {"name": person.name, "year": year},
            code="not_enrolled",
            fix=_("Enrol first."),
        )
    open_now = money_of([(person.pk, year)], branch)[person.pk, year].open()
    there = ResidentReceipt.objects.filter(reference=reference.strip()).exists()
    if amount != open_now and not there:
        raise Invalid(
            _("%(open)s yuan are open for %(year)s.") % {"open": yuan(open_now), "year": year},
            code="not_what_is_open",
            field="amount",
        )
    return receive(
        by=by,
        branch=branch,
        region=enrolment.region,
        reference=reference,
        received_on=received_on or timezone.localdate(),
        lines=[Line(person.resident_id, year, amount, person_id=person.pk)],
        channel=channel,
    )


def fingerprint(branch: int, region: str, received_on: date, lines: Iterable[Line]) -> str:
    """What tells whether two sets of lines are the same."""
    text = "\n".join(
        f"{each.person_id or each.number}|{each.year}|{each.amount}|{each.name}" for each in lines
    )
    head = f"{int(branch)}|{region}|{received_on}\n"
    return hashlib.sha256((head + text).encode()).hexdigest()


def _once(there: ResidentReceipt, mark: str) -> ResidentReceipt:
    if there.fingerprint != mark:
        raise Conflict(
            _("The reference %(reference)s is booked already, with other payments.")
            % {"reference": there.reference},
            code="reference_taken",
            field="reference",
            fix=_("Check the file."),
        )
    return there


def _header(
    *,
    branch: int,
    region: str,
    pool: Fund,
    reference: str,
    mark: str,
    received_on: date,
    channel: str,
    count: int,
    amount: int,
    payer: int = Payer.PERSON,
) -> ResidentReceipt:
    try:
        with transaction.atomic():
            return ResidentReceipt.objects.create(
                branch=branch,
                payer=payer,
                channel=channel,
                region=region,
                fund_id=pool.pk,
                reference=reference,
                fingerprint=mark,
                received_on=received_on,
                count=count,
                amount=amount,
            )
    except IntegrityError:  # somebody booked it at the same moment
        return _once(ResidentReceipt.objects.get(reference=reference), mark)


def _people(lines: Sequence[Line]) -> list[tuple[int, str]]:
    """For each line the person number, or 0 and why not: two queries, however many lines."""
    blinds: list[str] = []
    for line in lines:
        if line.person_id:
            blinds.append("")
            continue
        try:
            number = ids.read_resident_id(line.number).number
        except ids.IdError:
            blinds.append("")
        else:
            blinds.append(blind_index(number, IdentifierKind.RESIDENT_ID))
    known = dict(
        PersonIdentifier.objects.filter(blind__in={each for each in blinds if each}).values_list(
            "blind", "person_id"
        )
    )
    names = dict(Person.objects.filter(pk__in=set(known.values())).values_list("pk", "name"))
    found: list[tuple[int, str]] = []
    for line, blind in zip(lines, blinds, strict=True):
        who = line.person_id or known.get(blind, 0)
        if line.person_id:
            found.append((who, ""))
        elif not blind:
            found.append((0, "number"))
        elif not who:
            found.append((0, "unknown"))
        elif line.name and names[who] != " ".join(line.name.split()):
            found.append((0, "name"))
        else:
            found.append((who, ""))
    return found


def _take(
    receipt: ResidentReceipt, pool: Fund, lines: Sequence[tuple[int, Line, int, str]]
) -> None:
    keys = sorted({(who, line.year) for _place, line, who, _why in lines if who})
    enrolments = {
        (each.person_id, each.year): each
        for each in ResidentEnrolment.objects.select_for_update(no_key=True)
        .filter(
            branch=receipt.branch,
            person_id__in={who for who, _year in keys},
            year__in={year for _who, year in keys},
            cancelled_on__isnull=True,
        )
        .order_by("person_id", "year")
    }
    money = money_of(keys, receipt.branch)
    left = {key: money[key].open() for key in keys}
    taken: dict[tuple[int, int], int] = {}
    unmatched: list[UnmatchedPayment] = []
    elsewhere: list[tuple[int, int, str]] = []
    for place, line, who, reason in lines:
        key, why = (who, line.year), reason
        if not why:
            enrolment = enrolments.get(key)
            if enrolment is not None and not covers(pool.region_id, enrolment.region):
                why = "elsewhere"
                elsewhere.append((who, line.year, enrolment.region))
            elif enrolment is None or left[key] <= 0:
                why = "no_due"
            elif line.amount > left[key]:
                why = "too_much"
        if why:
            unmatched.append(
                UnmatchedPayment(
                    receipt=receipt,
                    row=place,
                    number=line.number[:40],
                    name=line.name[:60],
                    year=line.year,
                    amount=line.amount,
                    reason=why,
                    region=receipt.region,
                    person_id=who,
                )
            )
            continue
        left[key] -= line.amount
        taken[key] = taken.get(key, 0) + line.amount
    UnmatchedPayment.objects.bulk_create(unmatched, batch_size=1000)
    twice.note_elsewhere(receipt, elsewhere)
    receipt.unmatched = sum(each.amount for each in unmatched)
    receipt.save(update_fields=["unmatched"])
    pay_in(receipt, [(enrolments[key], amount) for key, amount in taken.items()])
    _post(receipt, pool)


def pay_in(receipt: ResidentReceipt, taken: list[tuple[ResidentEnrolment, int]]) -> None:
    """Write down what each year was paid, and let the cover begin where all is paid."""
    ResidentPayment.objects.bulk_create(
        [
            ResidentPayment(
                person_id=enrolment.person_id,
                branch=enrolment.branch,
                year=enrolment.year,
                payer=Payer.PERSON,
                source_id=receipt.pk,
                refund=False,
                region=enrolment.region,
                amount=amount,
                paid_on=receipt.received_on,
            )
            for enrolment, amount in taken
        ],
        batch_size=1000,
    )
    begin_if_paid([enrolment for enrolment, _amount in taken], paid_on=receipt.received_on)


_POSTINGS = """
    select p.person_id, row_number() over (partition by p.person_id order by p.year) as seq,
           p.region, %s as debit, %s as credit, p.amount, %s as month, 1 as heads
    from enrollment_residentpayment p
    where p.source_id = %s and not p.refund and p.branch = %s and p.payer = %s
    union all
    select 0, 1, %s, %s, %s, %s::bigint, %s, 0
    order by 1, 2
"""


def _post(receipt: ResidentReceipt, pool: Fund) -> None:
    """Income for what was taken; what fits nobody waits in suspense."""
    month, today = month_of(receipt.received_on), timezone.localdate()
    ledger.post_sql(
        pool,
        "resident_receipt",
        _POSTINGS,
        [
            *(accounts.INCOME_ACCOUNT, accounts.CONTRIBUTION_INCOME, month),
            *(receipt.pk, receipt.branch, Payer.PERSON.value),
            *(receipt.region, accounts.INCOME_ACCOUNT, accounts.SUSPENSE),
            *(receipt.unmatched, month),
        ],
        source=f"enrollment.resident_receipt:{receipt.pk}",
        on=receipt.received_on if month == month_of(today) else today,
    )
