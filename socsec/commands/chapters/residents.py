"""Residents: enrolment for the coming year, tiers, a sponsored grandmother, an older scheme, a double."""

import io
from datetime import date

from django.utils import timezone

from enrollment.models import Payer, Person, Sponsored
from enrollment.queries.residents import open_of
from enrollment.services.people import person as people
from enrollment.services.record import prior
from enrollment.services.residents import enrolment, legacy, receipts, sponsors, twice
from enrollment.services.residents.receipts import Line
from funds.models import Branch, Scheme
from funds.services import fund as funds
from socsec.commands.village import BEGAN, JINJIANG, SICHUAN, Village
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office.services import users

MEDICAL, PENSION = Branch.MEDICAL, Branch.PENSION
PASSWORD = "village-2026-demo"  # noqa: S105 - of invented people on one's own machine

# key, name, born, serial, phone
FOLK = [
    ("gu", "古晓禾", date(1983, 6, 2), 72, "13900000021"),
    ("ning", "宁阿婆", date(1952, 3, 9), 74, ""),
    ("shui", "水生", date(1990, 8, 17), 75, "13900000022"),
    ("he", "禾苗", date(2019, 4, 5), 76, ""),
    ("cun", "村上田", date(1978, 12, 1), 77, ""),
]


def residents(village: Village) -> None:
    """Residents enrol for the coming year; the tax authority's file brings one payment too many."""
    intake, maker = village.by("sc-intake"), village.by("sc-assessor")
    checker, money = village.by("sc-reviewer"), village.by("sc-accountant")
    for branch in (MEDICAL, PENSION):
        funds.establish(branch, Scheme.RESIDENTS, SICHUAN, since=BEGAN)
    folk = {
        key: _enter(village, name, born, serial, phone) for key, name, born, serial, phone in FOLK
    }
    today = timezone.localdate()
    coming = today.year + 1
    sponsors.join(
        by=intake,
        person=folk["ning"],
        group=Sponsored.EXTREME_HARDSHIP,
        region=JINJIANG,
        from_=date(today.year, 1, 1),
        document="锦江区特困人员名单",
    )
    for key in ("gu", "ning", "shui", "he"):
        enrolment.enroll(by=intake, person=folk[key], branch=MEDICAL, year=coming, region=JINJIANG)
    for key, tier in (("gu", 200_000), ("shui", 50_000)):
        enrolment.enroll(
            by=intake,
            person=folk[key],
            branch=PENSION,
            year=today.year,
            region=JINJIANG,
            tier=tier,
        )
    _file(village, folk, coming, today)
    receipts.pay(
        by=money,
        person=folk["shui"],
        branch=PENSION,
        year=today.year,
        amount=open_of(folk["shui"].pk, PENSION, today.year).open(),
        reference="V-JM-2",
    )
    bill = sponsors.draw(by=money, branch=MEDICAL, year=coming, payer=Payer.SPONSOR, region=SICHUAN)
    sponsors.send(by=checker, bill=bill)
    _twice(village, folk["shui"], today)
    _older_scheme(maker, checker, folk)


def _enter(village: Village, name: str, born: date, serial: int, phone: str) -> Person:
    who = people.enroll(
        by=village.by("sc-intake"),
        name=name,
        resident_id=make_resident_id(JINJIANG, born, serial),
        region=JINJIANG,
        phone=phone,
    )
    if phone:
        users.create_insured(
            username=f"portal-{serial}", password=PASSWORD, person_id=who.pk, by=None
        )
    return who


def _file(village: Village, folk: dict[str, Person], year: int, today: date) -> None:
    """What the tax authority reports: two payments that fit, one of somebody whom nobody knows."""
    lines = [
        Line(folk[key].resident_id, year, open_of(folk[key].pk, MEDICAL, year).open())
        for key in ("gu", "he")
    ]
    unknown = make_resident_id(JINJIANG, date(1970, 1, 1), 996)
    receipts.receive(
        by=village.by("sc-accountant"),
        branch=MEDICAL,
        region=SICHUAN,
        reference=f"V-TAX-{today:%Y%m%d}",
        received_on=today,
        lines=[*lines, Line(unknown, year, 40_000, "吴名氏")],
    )


def _twice(village: Village, who: Person, today: date) -> None:
    """Months as a worker elsewhere turn up, entered and approved: the matching finds them."""
    entered = prior.enter_paid(
        by=village.by("sc-intake"),
        person=who,
        branch=PENSION,
        region=SICHUAN,
        document="外省参保凭证",
        bases={month(today.year, today.month): 500_000},
    )
    prior.approve(by=village.by("sc-reviewer"), prior=entered)
    twice.find(by=village.by("sc-assessor"), branch=PENSION, year=today.year, region=SICHUAN)


def _older_scheme(maker, checker, folk: dict[str, Person]) -> None:
    """A file of the new rural old-age insurance, carried over; a second one waits."""
    head = "身份证号,姓名,起始年份,终止年份,缴费档次,余额\n"
    for name, key, balance in (
        ("新农保-1.csv", "cun", "1386.42"),
        ("新农保-2.csv", "gu", "702.15"),
    ):
        who = folk[key]
        text = f"{head}{who.resident_id},{who.name},2010,2013,100,{balance}\n"
        read = legacy.read(
            by=maker,
            scheme="rural_pension",
            region=JINJIANG,
            file=io.BytesIO(text.encode()),
            name=name,
        )
        if key == "cun":
            legacy.carry(by=checker, legacy=read)
