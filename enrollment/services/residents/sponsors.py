"""Groups that are paid for: who belongs to them, and the bills to those who pay."""

from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Payer,
    Person,
    ResidentReceipt,
    SponsorBill,
    SponsorBillLine,
    Sponsored,
    SponsorMembership,
)
from enrollment.models.spans import from_day, until
from enrollment.queries.residents import SHARE_OF
from enrollment.services.assessment.contributions import pool_of
from enrollment.services.checks import alive, known_region, lock, not_in_future
from enrollment.services.residents.assessing import branch_of_residents
from funds.models import Fund, Scheme, accounts
from funds.services import ledger
from socsec.kernel.months import month_of
from socsec.kernel.regions import span as region_span
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def join(
    *, by: User, person: Person, group: int, region: str, from_: date, document: str
) -> SponsorMembership:
    """The person belongs to a sponsored group from a day on, as its department says."""
    require(by, "sponsor.change", known_region(region))
    person = lock(person)
    alive(person, from_)
    not_in_future(from_, "from_")
    if group not in Sponsored.values:
        raise Invalid(_("Choose the group."), code="no_group", field="group")
    document = document.strip()
    if not document:
        raise Invalid(_("Name the document."), code="no_document", field="document")
    try:
        with transaction.atomic():
            row = SponsorMembership.objects.create(
                person=person,
                group=group,
                region=region,
                span=from_day(from_),
                document=document[:120],
            )
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s belongs to this group at that time.") % {"name": person.name},
            code="in_group_already",
            field="group",
        ) from error
    _note(by, row, joined=from_, document=document)
    return row


@transaction.atomic
def leave(*, by: User, membership: SponsorMembership, last_day: date) -> SponsorMembership:
    """The person belongs to the group no longer after a day. Years assessed before stay."""
    membership = lock(membership)
    require(by, "sponsor.change", membership.region)
    begins = membership.span.lower
    if membership.span.upper is not None:
        raise Conflict(_("This has ended already."), code="ended_already")
    if begins and last_day < begins:
        raise Invalid(_("It began after that day."), code="before_begin", field="last_day")
    membership.span = until(membership.span, last_day)
    membership.ended_at = timezone.now()
    membership.save(update_fields=["span", "ended_at"])
    _note(by, membership, left=last_day)
    return membership


# Nobody is asked to subsidise a year that the insured person has not paid; what came off goes off.
_OPEN = """
    select o.person_id, %s::smallint, %s::smallint, %s::smallint, %s::bigint, o.region, o.amount
    from (
        select person_id, min(region) as region, sum(amount)::bigint as amount
        from (
            select d.person_id, d.region, d.{share} as amount
            from enrollment_residentdue d
            where d.branch = %s and d.year = %s and d.region between %s and %s
            union all
            select p.person_id, p.region, -p.amount
            from enrollment_residentpayment p
            where p.branch = %s and p.year = %s and p.payer = %s and p.region between %s and %s
            union all
            select l.person_id, l.region, -l.amount
            from enrollment_sponsorbillline l
            join enrollment_sponsorbill b on b.id = l.bill_id and b.state in ('draft', 'sent')
            where l.branch = %s and l.year = %s and l.payer = %s and l.region between %s and %s
        ) as moved
        group by person_id having sum(amount) <> 0
    ) as o
    where o.amount < 0 or (
        select coalesce(sum(d.person_share), 0) from enrollment_residentdue d
        where d.person_id = o.person_id and d.branch = %s and d.year = %s
    ) <= (
        select coalesce(sum(p.amount), 0) from enrollment_residentpayment p
        where p.person_id = o.person_id and p.branch = %s and p.year = %s and p.payer = %s
    )
"""


@transaction.atomic
def draw(*, by: User, branch: int, year: int, payer: int, region: str) -> SponsorBill:
    """Draw up what a sponsor, the villages or the government still owe for a year's residents.

    A line for each person; who was paid for and came off again is taken off.
    """
    require(by, "resident.bill", known_region(region))
    branch = branch_of_residents(branch)
    share = {of.value: name for name, of in SHARE_OF.items()}.get(payer)
    if share is None or payer == Payer.PERSON:
        raise Invalid(_("Choose who is billed."), code="no_payer", field="payer")
    pool = pool_of([region], branch, Scheme.RESIDENTS)[region]
    lock(pool)  # two who draw at once take turns
    bill = SponsorBill.objects.create(
        branch=branch,
        year=year,
        payer=payer,
        region=region,
        fund_id=pool.pk,
        count=1,
        amount=1,
        maker=by,
    )
    low, high = region_span(region)
    of: list[Any] = [branch, year, payer, low, high]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into enrollment_sponsorbillline"
            " (person_id, branch, year, payer, bill_id, region, amount)"
            + _OPEN.format(share=share),
            [
                *[*of[:3], bill.pk, branch, year, low, high, *of, *of],
                *[branch, year, branch, year, Payer.PERSON.value],
            ],
        )
        cursor.execute(
            "select count(*), coalesce(sum(amount), 0)::bigint"
            " from enrollment_sponsorbillline where bill_id = %s",
            [bill.pk],
        )
        count, amount = cursor.fetchone()
    if amount <= 0:
        raise Refused(
            _("Nothing is owed by this payer for %(year)s.") % {"year": year},
            code="nothing_owed",
            fix=_("Assess the year first, or wait until more people enrol."),
        )
    bill.count, bill.amount = count, amount
    bill.save(update_fields=["count", "amount"])
    _note_bill(by, bill, "drawn")
    return bill


@transaction.atomic
def send(*, by: User, bill: SponsorBill) -> SponsorBill:
    """A second person agrees, and the bill goes out."""
    bill = lock(bill)
    require(by, "resident.bill_check", bill.region)
    require_other_hand(by, bill.maker_id)
    _state(bill, SponsorBill.State.DRAFT)
    bill.state = SponsorBill.State.SENT
    bill.checker = by
    bill.save(update_fields=["state", "checker"])
    _note_bill(by, bill, "sent")
    return bill


@transaction.atomic
def drop(*, by: User, bill: SponsorBill) -> SponsorBill:
    """A bill that was not sent is dropped; what it claimed may be billed anew."""
    bill = lock(bill)
    require(by, "resident.bill", bill.region)
    _state(bill, SponsorBill.State.DRAFT)
    SponsorBillLine.objects.filter(bill_id=bill.pk).delete()
    bill.state = SponsorBill.State.DROPPED
    bill.save(update_fields=["state"])
    _note_bill(by, bill, "dropped")
    return bill


@transaction.atomic
def paid(*, by: User, bill: SponsorBill, reference: str, received_on: date) -> SponsorBill:
    """The bill is paid, in one transfer of exactly its amount: everybody's part is received."""
    bill = lock(bill)
    require(by, "resident.receive", bill.region)
    not_in_future(received_on, "received_on")
    reference = reference.strip()
    if not reference or len(reference) > 64:
        raise Invalid(_("The reference is missing."), code="no_reference", field="reference")
    if bill.state == SponsorBill.State.PAID:
        there = ResidentReceipt.objects.filter(pk=bill.receipt_id or 0).first()
        if there is not None and there.reference == reference:
            return bill
    _state(bill, SponsorBill.State.SENT)
    if ResidentReceipt.objects.filter(reference=reference).exists():
        raise Conflict(
            _("The reference %(reference)s is booked already, with other payments.")
            % {"reference": reference},
            code="reference_taken",
            field="reference",
        )
    receipt = ResidentReceipt.objects.create(
        branch=bill.branch,
        payer=bill.payer,
        channel=ResidentReceipt.Channel.BILL,
        region=bill.region,
        fund_id=bill.fund_id,
        reference=reference,
        fingerprint=f"bill:{bill.pk}",
        received_on=received_on,
        count=bill.count,
        amount=bill.amount,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into enrollment_residentpayment
              (person_id, branch, year, payer, source_id, refund, region, amount, paid_on)
            select person_id, branch, year, payer, %s, amount < 0, region, amount, %s
            from enrollment_sponsorbillline where bill_id = %s
            """,
            [receipt.pk, received_on, bill.pk],
        )
    _post(bill, receipt, by)
    bill.state = SponsorBill.State.PAID
    bill.receipt_id = receipt.pk
    bill.save(update_fields=["state", "receipt_id"])
    _note_bill(by, bill, "paid")
    return bill


def _post(bill: SponsorBill, receipt: ResidentReceipt, by: User) -> None:
    """The government's subsidy goes straight into the fiscal account; a sponsor pays like anybody."""
    pool = Fund.objects.select_related("region").get(pk=bill.fund_id)
    government = bill.payer == Payer.GOVERNMENT
    into = accounts.FISCAL_ACCOUNT if government else accounts.INCOME_ACCOUNT
    of = accounts.SUBSIDY_INCOME if government else accounts.CONTRIBUTION_INCOME
    month, today = month_of(receipt.received_on), timezone.localdate()
    ledger.post(
        pool,
        "resident_bill",
        [
            ledger.Posting(0, into, of, bill.amount, month, bill.region, heads=bill.count),
            ledger.Posting(
                0,
                accounts.SUBSIDIES_ASSESSED,
                accounts.SUBSIDIES_DUE,
                bill.amount,
                month,
                bill.region,
                heads=bill.count,
            ),
        ],
        source=f"enrollment.bill:{bill.pk}",
        on=receipt.received_on if month == month_of(today) else today,
        by=by,
    )


def _state(bill: SponsorBill, wanted: str) -> None:
    if bill.state != wanted:
        raise Conflict(
            _("This bill is already “%(state)s”.") % {"state": bill.get_state_display()},
            code="bill_moved_on",
        )


def _note(by: User, row: SponsorMembership, **detail: Any) -> None:
    audit.record(
        by=by,
        act="sponsor.change",
        subject=row,
        person_id=row.person_id,
        region=row.region,
        group=row.group,
        **detail,
    )


def _note_bill(by: User, bill: SponsorBill, did: str) -> None:
    audit.record(
        by=by,
        act="resident.bill",
        subject=bill,
        region=bill.region,
        did=did,
        year=bill.year,
        payer=bill.payer,
        amount=bill.amount,
        count=bill.count,
    )
