"""A claim is received with its first invoice, completed by the clerk, or taken back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import Coverage, Person
from enrollment.services.checks import alive, known_name, known_region, known_text, lock
from medical.models import Care, Encounter, Invoice, Level, Provider, Reimbursement
from medical.params import ReimbursementTerms
from medical.queries import cover
from medical.queries import reimbursements as queries
from medical.services.providers.register import CODE
from socsec.kernel.months import month_of, same_day
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import Case, User
from socsec.office.services import case as cases
from socsec.office.services import policy

KIND = "medical_reimbursement"
LAW = "社会保险经办条例第二十条"
CARES = (Care.OUTPATIENT, Care.EMERGENCY, Care.SPECIAL, Care.INPATIENT, Care.PHARMACY)
BillState = Encounter.State


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a claim says of the care. `provider_code`, `level` and `diagnosis` are the clerk's to
    complete; the level of a provider in the register is that of the register."""

    cause: str
    care: int
    provider_name: str
    place: str
    from_date: date
    until: date
    provider_code: str = ""
    level: int | None = None
    diagnosis: str = ""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """An invoice as it is printed, `amount` in fen. `file` is its photo: name and content."""

    number: str
    issued_on: date
    amount: int
    code: str = ""
    issuer: str = ""
    file: tuple[str, bytes] | None = None


@transaction.atomic
def open_claim(
    *, by: User, person: Person, said: Said, invoice: Paper, channel: str, key: str = ""
) -> Reimbursement:
    """Receive a claim with its first invoice. Under the same `key` it is received once.

    `Refused` where the person was not insured, or it comes too late; `Invalid` for days that cannot
    be; `Conflict` for an invoice that counts in another claim or care that was settled directly.
    """
    insured = cover.insured_on(person.pk, said.from_date)
    region = insured.region if insured else person.region
    require(by, "case.receive", region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    person = lock(person)
    alive(person, said.from_date)
    values = _checked(said)
    _in_time(_insured_here(insured, region, said.from_date), said.until)
    case = cases.open_case(
        kind=KIND,
        person_id=person.pk,
        subject=person.name,
        region=region,
        by=by,
        channel=channel,
        key=key,
        provider=values["provider_name"],
    )
    known = Reimbursement.objects.filter(pk=case.pk).first()
    if known is not None:
        return known
    claim = Reimbursement.objects.create(
        case=case, person=person, region=region, root=case.pk, **values
    )
    _take(by, claim, invoice)
    return claim


@transaction.atomic
def add_invoice(*, by: User, claim: Reimbursement, invoice: Paper) -> Invoice:
    """Another invoice of the same visit or stay, while the claim is not assessed."""
    return _take(by, held_open(by, claim, "case.note", *BEFORE), invoice)


@transaction.atomic
def complete(*, by: User, claim: Reimbursement, said: Said) -> Reimbursement:
    """The clerk's corrections of what the claim says, read from its papers.

    A cost list stays, as long as each of its days is a day of the care.
    """
    held = held_open(by, claim, "case.assess", Case.State.RECEIVED)
    values = _checked(said)
    insured = cover.insured_on(held.person_id, said.from_date)
    _insured_here(insured, held.region, said.from_date)
    outside = held.lines.exclude(day__range=(said.from_date, said.until)).first()
    if outside is not None:
        raise Invalid(
            say(
                _("Line %(number)s of the cost list is of %(day)s."),
                number=outside.number,
                day=date_format(outside.day),
            ),
            code="day_outside_visit",
            field="until",
            fix=_("Correct the cost list, or the days of the care."),
        )
    changed = {name: value for name, value in values.items() if getattr(held, name) != value}
    for name, value in values.items():
        setattr(held, name, value)
    held.save()
    if changed:
        fields = [Reimbursement._meta.get_field(name) for name in changed]
        labels = [str(getattr(field, "verbose_name", field.name)) for field in fields]
        cases.note(case_id=held.pk, by=by, text=" · ".join(labels))
    return held


@transaction.atomic
def withdraw(*, by: User, claim: Reimbursement, text: str) -> Reimbursement:
    """The person takes the claim back; its invoices may be handed in again."""
    cases.withdraw(case_id=claim.pk, by=by, text=text)
    return close(lock(claim), counts=False)


BEFORE = (Case.State.RECEIVED, Case.State.WAITING)


def held_open(by: User, claim: Reimbursement, act: str, *states: str) -> Reimbursement:
    """The claim, held, if its case is in one of these states and its user may do `act`."""
    cases.lock(claim.pk, by, act, *states)
    held = Reimbursement.objects.select_for_update(of=("self",), no_key=True)
    return held.select_related("person", "case", "encounter__provider", "replaces").get(pk=claim.pk)


def close(claim: Reimbursement, *, counts: bool) -> Reimbursement:
    """End a claim. `counts` says whether its invoices are used up; else they may come again, or
    count for the claim that this one should have replaced."""
    if not counts:
        claim.invoices.update(live=False)
        drop_bill(claim)
        if claim.replaces is not None and claim.replaces.case.state == Case.State.GRANTED:
            claim.replaces.invoices.update(live=True)
    claim.open = False
    claim.save(update_fields=["open"])
    return claim


def drop_bill(claim: Reimbursement) -> None:
    """The bill that was made for an assessment which does not hold any more."""
    bill = claim.encounter
    if bill is not None and bill.state != BillState.SETTLED:
        bill.state = BillState.CANCELLED
        bill.save(update_fields=["state"])


def settled_already(claim: Reimbursement, *more: Paper) -> None:
    """Refuse what a provider has settled directly: the same stay, or a bill under the number of an
    invoice or over the same amount. `more` are invoices to come."""
    direct = Encounter.objects.filter(
        person=claim.person_id,
        state=BillState.SETTLED,
        handed_in=False,
        opened_at__date__lte=claim.until,
        closed_at__date__gte=claim.from_date,
    ).select_related("provider")
    papers: list[Invoice | Paper] = [*claim.invoices.all(), *more]
    amounts = {each.amount for each in papers} | {sum(each.amount for each in papers)}
    numbers = {each.number for each in papers}
    for bill in direct:
        same = claim.provider_code in ("", bill.provider.code)
        stay = claim.care == bill.care == Care.INPATIENT
        total = sum(bill.settlements.values_list("total", flat=True))
        if bill.number in numbers or (same and (stay or total in amounts)):
            raise Conflict(
                say(
                    _("%(provider)s has settled this care directly, under number %(number)s."),
                    provider=bill.provider.name,
                    number=bill.number,
                ),
                code="settled_directly",
                field="number",
                fix=_("Look at that bill; the funds have paid their part of it."),
            )


def _insured_here(insured: Coverage | None, region: str, day: date) -> Coverage:
    if insured is None or insured.region != region:
        raise Refused(
            say(_("There was no medical insurance here on %(day)s."), day=date_format(day)),
            code="not_covered",
            field="from_date",
            fix=_("Look at the insurance first: what is missing may be paid or corrected."),
        )
    return insured


def _in_time(insured: Coverage, until: date) -> None:
    """A claim comes within the months of the law, counted from the last day of care."""
    law = policy.of(policy.current_edition())
    months = int(ReimbursementTerms.at(law, insured.region, month_of(until)).months)
    last = same_day(until, months)
    if timezone.localdate() > last:
        raise Refused(
            say(
                _("It could be handed in until %(day)s, within %(months)s months of the care."),
                day=date_format(last),
                months=months,
            ),
            code="too_old",
            field="until",
            fix=_("Ask the office if something kept you from coming in time."),
        )


def _checked(said: Said) -> dict[str, Any]:
    """What a claim says, as it is stored."""
    if said.cause not in Reimbursement.Cause.values:
        raise Invalid(_("Choose why it was paid in cash."), code="unknown_cause", field="cause")
    if said.care not in CARES:
        raise Invalid(_("Choose the kind of care."), code="unknown_care", field="care")
    if said.until < said.from_date:
        raise Invalid(
            say(
                _("The last day lies before the first day, %(day)s."),
                day=date_format(said.from_date),
            ),
            code="discharge_before_admission",
            field="until",
            fix=_("Look at the discharge paper."),
        )
    if said.until > timezone.localdate():
        raise Invalid(
            _("The last day has not come yet."),
            code="in_the_future",
            field="until",
            fix=_("Hand it in when the care has ended."),
        )
    known = _provider(said.provider_code)
    level = known.level if known else said.level
    if level is not None and (
        level not in Level.values or (level == Level.PHARMACY) != (said.care == Care.PHARMACY)
    ):
        raise Invalid(
            _("A provider of this level does not give such care."),
            code="unknown_level",
            field="level",
            fix=_("Compare the level, the code and the kind of care."),
        )
    return {
        "cause": said.cause,
        "care": said.care,
        "provider_name": known_name(said.provider_name, 120, "provider_name"),
        "provider_code": said.provider_code.strip().upper(),
        "level": level,
        "place": known.region if known else known_region(said.place),
        "from_date": said.from_date,
        "until": said.until,
        "diagnosis": said.diagnosis.strip().upper()[:20],
    }


def _provider(code: str) -> Provider | None:
    """The provider of the register under a code; None for one that is not there, or has none."""
    code = code.strip().upper()
    if not code:
        return None
    if not CODE.match(code):
        raise Invalid(
            _("A provider's code is a letter and eleven digits."),
            code="code_impossible",
            field="provider_code",
            fix=_("Leave it empty for a provider that has none."),
        )
    return Provider.objects.filter(code=code).first()


def _take(by: User, claim: Reimbursement, said: Paper) -> Invoice:
    number = known_text(said.number, "number", 30).replace(" ", "")
    if said.amount <= 0:
        raise Invalid(
            _("The amount must be above zero."), code="amount_not_positive", field="amount"
        )
    if not claim.from_date <= said.issued_on <= timezone.localdate():
        raise Invalid(
            _("An invoice is written on or after the first day of the care, and not after today."),
            code="impossible_day",
            field="issued_on",
        )
    settled_already(claim, said)
    try:
        with transaction.atomic():
            made = Invoice.objects.create(
                claim=claim,
                code=said.code.replace(" ", "")[:20],
                number=number,
                issuer=known_name(said.issuer or claim.provider_name, 120, "issuer"),
                issued_on=said.issued_on,
                amount=said.amount,
            )
    except IntegrityError:
        raise Conflict(
            say(_("The invoice %(number)s was handed in already."), number=number),
            code="invoice_taken",
            field="number",
            fix=_("An invoice is reimbursed once. Look at code and number as they are printed."),
            claim=_holder(by, said.code.replace(" ", "")[:20], number),
        ) from None
    if said.file is not None:
        cases.attach(case_id=claim.pk, by=by, name=said.file[0], content=said.file[1])
    return made


def _holder(by: User, code: str, number: str) -> str:
    """The case in which an invoice counts, if the user may see it: whose it is, is nobody else's."""
    held = Invoice.objects.filter(
        code=code, number=number, live=True, claim__in=queries.claims(by)
    ).first()
    return held.claim.case.number if held and by.kind == User.Kind.STAFF else ""
