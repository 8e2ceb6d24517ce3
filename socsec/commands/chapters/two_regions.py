"""Insured in two regions at once: months that a worker paid twice, a year that a resident paid twice."""

from datetime import date

from django.utils import timezone

from enrollment.models import Category, DoubleEnrolment, Person
from enrollment.queries.residents import open_of
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts as payments_in
from enrollment.services.collection import refunds
from enrollment.services.people import bank_account
from enrollment.services.people import person as people
from enrollment.services.record import prior
from enrollment.services.residents import enrolment, receipts, twice
from enrollment.services.residents.receipts import Line
from funds.models import Branch, Scheme
from funds.services import fund as funds
from socsec.commands.village import (
    BEGAN,
    JINJIANG,
    LAST,
    PUDONG,
    SHANGHAI,
    SICHUAN,
    Village,
    on_record,
    paid_out,
)
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import first_day

MEDICAL, PENSION = Branch.MEDICAL, Branch.PENSION
TWO = (LAST - 1, LAST)


def paid_in_two_regions(village: Village) -> None:
    """Two who work alone in Shanghai were employees in Sichuan; a resident paid in both provinces."""
    settled = _works_alone(village, "白鹭", date(1989, 5, 14), 722)
    _works_alone(village, "秦川", date(1984, 2, 26), 723)
    _resident(village)
    twice.find(by=village.by("assessor"), branch=PENSION, year=LAST // 12, region=SHANGHAI)
    double = twice.take_up(
        by=village.by("intake"), double=DoubleEnrolment.objects.get(person=settled)
    )
    double = twice.propose(by=village.by("assessor"), double=double)
    twice.resolve(by=village.by("reviewer"), double=double)
    paid_out(village)
    refunds.pull()


def _works_alone(village: Village, name: str, born: date, serial: int) -> Person:
    """Attested for September by Sichuan; pays that month and October in Shanghai, 8,000.00 at 20 %."""
    clerk = village.by("intake")
    who = people.enroll(
        by=clerk,
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
        phone=f"13900000{serial}",
    )
    bank_account.set(
        by=clerk,
        person=who,
        purpose="contribution",
        account=f"62170022{serial:06}",
        bank="中国农业银行",
        holder=name,
    )
    _was_employed(village, who)
    on_record(
        cover.start(
            by=clerk,
            person=who,
            branch=PENSION,
            category=Category.OWN_ACCOUNT,
            region=PUDONG,
            from_=first_day(TWO[0]),
            base=8_000_00,
        )
    )
    for month in TWO:
        contributions.assess(by=village.by("assessor"), person=who, month=month, branch=PENSION)
    payments_in.remit(
        by=village.by("accountant"),
        payer=who,
        amount=2 * 1_600_00,
        received_on=first_day(LAST + 1).replace(day=5),
        reference=f"BANK-TWO-{serial}",
    )
    return who


def _was_employed(village: Village, who: Person) -> None:
    entered = prior.enter_paid(
        by=village.by("sc-intake"),
        person=who,
        branch=PENSION,
        region=JINJIANG,
        bases={TWO[0]: 7_000_00},
        document="四川省参保缴费凭证",
    )
    prior.approve(by=village.by("sc-reviewer"), prior=entered)


def _resident(village: Village) -> None:
    """Enrolled in Sichuan for the coming year; the tax authority of Shanghai reports a payment too."""
    for region in (SICHUAN, SHANGHAI):
        funds.establish(MEDICAL, Scheme.RESIDENTS, region, since=BEGAN)
    today = timezone.localdate()
    who = people.enroll(
        by=village.by("sc-intake"),
        name="江小渡",
        resident_id=make_resident_id(JINJIANG, date(2001, 7, 30), 724),
        region=JINJIANG,
        phone="13900000724",
    )
    enrolment.enroll(
        by=village.by("sc-intake"),
        person=who,
        branch=MEDICAL,
        year=today.year + 1,
        region=JINJIANG,
    )
    receipts.receive(
        by=village.by("accountant"),
        branch=MEDICAL,
        region=SHANGHAI,
        reference=f"V-TAX-SH-{today:%Y%m%d}",
        received_on=today,
        lines=[
            Line(
                who.resident_id,
                today.year + 1,
                open_of(who.pk, MEDICAL, today.year + 1).open(),
                who.name,
            )
        ],
    )
