"""Offices outside these books, through the partner API: they ask, send forms, confirm and reject.

Such an office has its own four eyes and its own clock; here it speaks with one voice, its system's.
What it sends is taken at its word only where it adds up, and is compared by two people all the same.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Coverage, Movement, Person
from enrollment.services import movements
from enrollment.services.checks import known_name, known_region
from funds.models import Branch, Scheme
from funds.services import fund as funds
from pensions.models import (
    Side,
    Transfer,
    TransferKind,
    TransferMonth,
    TransferState,
    TransferStep,
)
from pensions.params import TransferParams
from pensions.rules.transfer import TransferFacts
from pensions.rules.transfer import transfer as transfer_rule
from socsec.kernel import ids
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.kernel.policy import PolicyError
from socsec.kernel.regions import covers
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, from_kernel, say
from socsec.office.models import Case, User
from socsec.office.services import policy as policies

from .common import REASONS, announce, locked, open_step, record, set_state
from .opening import may_transfer
from .receiving import complete
from .sending import paid, restore

MOST_MONTHS = 600


@dataclass(frozen=True)
class Announced:
    """A form as an office outside these books sends it; fen, and months of the kernel.

    `total` is what it pays. The account bears interest from `bears_from` on.
    """

    reference: str
    paid: Mapping[int, int]
    deemed: Sequence[int]
    account: int
    pool: int
    total: int
    bears_from: int

    @property
    def digest(self) -> str:
        said = [f"{month} {self.paid[month]}" for month in sorted(self.paid)]
        said += [str(month) for month in sorted(self.deemed)]
        said.append(f"{self.account} {self.pool} {self.total} {self.bears_from}")
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


@transaction.atomic
def announce_form(
    *,
    by: User,
    person: Person,
    to_region: str,
    household_region: str,
    form: Announced,
    transferred: bool = False,
) -> Transfer:
    """Take down a form that another office sends, before its money. The same form again is the same.

    `Refused` for a form that does not add up or whose pooled part is not what the law gives, for a
    record that must stay where it is, and for months that are on record here already.
    """
    from_region = by.region_code or ""
    require(by, "case.receive", from_region)
    to_region = known_region(to_region)
    if covers(from_region, to_region):
        raise Invalid(
            _("The new place lies in the region of the old one."),
            code="same_place",
            field="to_region",
        )
    there = _sent_before(by, form, person)
    if there is not None:
        return there
    person = Person.objects.select_for_update().get(pk=person.pk)
    may_transfer(person, Branch.PENSION)
    _follows(person, to_region, known_region(household_region), transferred)
    _adds_up(form, to_region)
    _no_month_twice(person, form)
    made = Transfer.objects.create(
        person=person,
        kind=TransferKind.RECORD,
        from_region=from_region,
        to_region=to_region,
        from_scheme=Scheme.EMPLOYEES,
        to_scheme=Scheme.EMPLOYEES,
        to_fund=funds.for_(Branch.PENSION, Scheme.EMPLOYEES, to_region),
        state=TransferState.SENT,
        turn=1,
        months=len(form.paid) + len(form.deemed),
        wages=sum(form.paid.values()),
        account=form.account,
        pool=form.pool,
        parts=[[form.bears_from, form.account, int(Side.WHOLE)]] if form.account else [],
        digest=form.digest,
        partner=by,
        reference=form.reference,
        opened_on=timezone.localdate(),
        sent_on=timezone.localdate(),
    )
    made.refresh_from_db(fields=["public_id"])
    TransferMonth.objects.bulk_create(
        TransferMonth(
            person_id=person.pk,
            transfer_id=made.pk,
            turn=1,
            month=month,
            region=from_region,
            base=form.paid.get(month, 0),
            deemed=month not in form.paid,
        )
        for month in sorted([*form.paid, *form.deemed])
    )
    announce(made, by=by)
    record(by, "announce", made, to_region, months=made.months)
    return made


@transaction.atomic
def request_record(
    *,
    by: User,
    person: Person,
    from_region: str,
    household_region: str,
    reference: str,
    payee: str,
    bank: str,
    account: str,
    transferred: bool = False,
) -> Transfer:
    """Another office asks for a record (联系函), and names the account into which it wants it paid."""
    to_region = by.region_code or ""
    require(by, "case.receive", to_region)
    from_region = known_region(from_region)
    reference = _reference(reference)
    there = Transfer.objects.filter(partner=by, reference=reference).first()
    if there is not None:
        if there.person_id != person.pk:
            raise _taken(reference)
        return there
    person = Person.objects.select_for_update().get(pk=person.pk)
    may_transfer(person, Branch.PENSION)
    _follows(person, to_region, known_region(household_region), transferred)
    fund = funds.for_(Branch.PENSION, Scheme.EMPLOYEES, from_region)
    if covers(fund.region_id, to_region):
        raise Refused(
            _("Both places pool their insurance together: nothing needs to move."),
            code="same_pool",
            field="from_region",
        )
    running = Coverage.objects.filter(
        person=person, branch=Branch.PENSION, span__endswith__isnull=True
    )
    if any(covers(fund.region_id, each.region) for each in running):
        raise Refused(
            say(_("%(name)s is still insured here."), name=person.name),
            code="still_insured",
            fix=_("A record moves once the coverage at the old place has ended."),
        )
    try:
        number = ids.read_bank_card(account)
    except ids.IdError as error:
        raise from_kernel(error, "account") from error
    made = Transfer.objects.create(
        person=person,
        kind=TransferKind.RECORD,
        from_region=from_region,
        to_region=to_region,
        from_scheme=Scheme.EMPLOYEES,
        to_scheme=Scheme.EMPLOYEES,
        from_fund=fund,
        state=TransferState.DUE,
        payee=known_name(payee, 60, "payee"),
        bank=known_name(bank, 60, "bank"),
        bank_account=number,
        partner=by,
        reference=reference,
        opened_on=timezone.localdate(),
    )
    made.refresh_from_db(fields=["public_id"])
    open_step(
        made,
        TransferStep.SEND,
        by=by,
        act="case.receive",
        own_region=to_region,
        channel=Case.Channel.API,
    )
    record(by, "open", made, from_region, reference=reference)
    return made


@transaction.atomic
def confirm_elsewhere(*, by: User, transfer: Transfer, received: int) -> Transfer:
    """The other office has the money and the months in its own books: exactly the form's total."""
    transfer = _theirs(by, transfer)
    if received != transfer.total:
        raise Refused(
            say(
                _("The form is over %(total)s yuan, %(amount)s arrived."),
                total=yuan(transfer.total),
                amount=yuan(received),
            ),
            code="amount_differs",
            field="received",
            fix=_("Reject the form, and send back what arrived."),
        )
    if transfer.total and not paid(transfer):
        raise Refused(_("The bank has not reported this payment as paid."), code="not_paid_yet")
    complete(transfer, by)
    return transfer


@transaction.atomic
def reject_elsewhere(*, by: User, transfer: Transfer, reason: str) -> Transfer:
    """The other office rejects our form: our office takes it back, or waits for the money."""
    transfer = _theirs(by, transfer)
    if reason not in REASONS:
        raise Invalid(_("Choose the reason."), code="no_reason", field="reason")
    transfer.reason = reason
    set_state(transfer, TransferState.BACK, "reason")
    if not transfer.total:
        restore(transfer, by)
    record(by, "reject", transfer, transfer.from_region, reason=reason)
    return transfer


@transaction.atomic
def withdraw_form(*, by: User, transfer: Transfer) -> Transfer:
    """The other office takes its form back, before its money was booked here."""
    transfer = locked(transfer, TransferState.SENT)
    require(by, "case.receive", transfer.from_region)
    if transfer.from_fund is not None or transfer.partner_id != by.pk:
        raise _not_yours()
    announce(transfer, by=by, undo=True)
    set_state(transfer, TransferState.WITHDRAWN)
    record(by, "withdraw", transfer, transfer.to_region)
    return transfer


def _theirs(by: User, transfer: Transfer) -> Transfer:
    transfer = locked(transfer, TransferState.SENT)
    require(by, "case.receive", transfer.to_region)
    if transfer.to_fund is not None or transfer.partner_id != by.pk:
        raise _not_yours()
    return transfer


def _not_yours() -> NotFound:
    return NotFound(_("There is no such transfer."), code="no_transfer")


def _reference(text: str) -> str:
    text = text.strip()
    if not text or len(text) > 64 or not text.isprintable():
        raise Invalid(
            _("The reference is missing or longer than 64 characters."),
            code="no_reference",
            field="reference",
        )
    return text


def _taken(reference: str) -> Conflict:
    return Conflict(
        say(_("The number %(number)s was used for something else."), number=reference),
        code="reference_taken",
        field="reference",
    )


def _sent_before(by: User, form: Announced, person: Person) -> Transfer | None:
    there = Transfer.objects.filter(partner=by, reference=_reference(form.reference)).first()
    if there is not None and (there.person_id, there.digest) != (person.pk, form.digest):
        raise _taken(form.reference)
    return there


def _follows(person: Person, to_region: str, household_region: str, transferred: bool) -> None:
    asked = Movement(
        person=person,
        branch=Branch.PENSION,
        to_region=to_region,
        household_region=household_region,
        transferred=transferred,
        requested_on=timezone.localdate(),
    )
    if not movements.judge(asked).follows:
        raise Refused(
            _(
                "At this age the record stays at the old place; the new one opens a temporary account."
            ),
            code="record_stays",
        )


def _adds_up(form: Announced, region: str) -> None:
    if not form.paid and not form.deemed:
        raise Invalid(_("No month is given."), code="empty", field="months")
    if len(form.paid) + len(form.deemed) > MOST_MONTHS or set(form.paid) & set(form.deemed):
        raise Invalid(_("A month is given twice, or too many are."), code="months", field="months")
    today = timezone.localdate()
    if max([*form.paid, *form.deemed]) > month_of(today) or form.bears_from > month_of(today):
        raise Invalid(_("This month has not begun yet."), code="in_the_future", field="months")
    if any(type(base) is not int or base <= 0 for base in form.paid.values()):
        raise Invalid(_("A contribution base is above zero."), code="base", field="months")
    try:
        params = TransferParams.at(policies.of(policies.current_edition()), region, month_of(today))
    except PolicyError as error:
        raise from_kernel(error) from error
    sheet = transfer_rule(
        TransferFacts(
            months=len(form.paid) + len(form.deemed),
            wages=sum(base for at, base in form.paid.items() if at >= params.first_month),
            balance=form.account,
        ),
        params,
    )
    if (form.pool, form.total) != (sheet.pool, sheet.total) or form.account < 0:
        raise Refused(
            say(
                _("These months give %(pool)s yuan of the pooled fund, %(total)s together."),
                pool=yuan(int(sheet.pool)),
                total=yuan(int(sheet.total)),
            ),
            code="does_not_add_up",
            field="total",
            fix=_("Correct the form: twelve per cent of the wages since January 1998."),
        )


def _no_month_twice(person: Person, form: Announced) -> None:
    here = {each.month for each in enrollment.place_months(person.pk, Branch.PENSION)}
    twice = sorted(here & {*form.paid, *form.deemed})
    if twice:
        raise Refused(
            say(_("%(month)s is on record here already."), month=format_month(twice[0])),
            code="months_overlap",
            field="months",
            fix=_("Give the month back to the person, and leave it out of the form."),
        )
