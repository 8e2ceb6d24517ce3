"""Residents of the other province: tiers, the village's help, a sponsored list, what lapses, what goes back."""

from datetime import date

from django.utils import timezone

from enrollment.models import Payer, Person, ResidentEnrolment, Sponsored, Way
from enrollment.queries.residents import open_of
from enrollment.services.people import bank_account
from enrollment.services.people import person as people
from enrollment.services.residents import enrolment, receipts, refunds, sponsor_lists, sponsors
from funds.models import Branch
from funds.services import fund as funds
from socsec.commands.village import BEGAN, PASSWORD, PUDONG, SHANGHAI, Village, paid_out
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office.services import run, users, work

MEDICAL, PENSION = Branch.MEDICAL, Branch.PENSION

# key, name, born, serial
FOLK = [
    ("sun", "孙田禾", date(1988, 4, 17), 731),
    ("bai", "柏有根", date(1979, 10, 2), 733),
    ("tao", "陶小满", date(1994, 1, 25), 734),
    ("liu", "柳三妹", date(1986, 8, 8), 736),
    ("fan", "范阿公", date(1948, 2, 11), 737),
    ("ding", "丁阿婆", date(1950, 11, 30), 738),
    ("meng", "孟秋实", date(1992, 6, 6), 741),
    ("shen", "申小雪", date(1997, 12, 7), 742),
]


def resident_years(village: Village) -> None:
    """Tiers of old-age insurance, two on a list of civil affairs, a lapsed year, two refunds."""
    funds.establish_all(SHANGHAI, since=BEGAN)
    folk = {key: _enter(village, name, born, serial) for key, name, born, serial in FOLK}
    this = timezone.localdate().year
    _tiers(village, folk, this)
    _sponsored(village, [folk["fan"], folk["ding"]], this + 1)
    _lapse(village, folk["liu"], this)
    _go_back(village, [folk["meng"], folk["shen"], folk["tao"]], this + 1)


def _enter(village: Village, name: str, born: date, serial: int) -> Person:
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
        account=f"62170011{serial:06}",
        bank="中国农业银行",
        holder=name,
    )
    return who


def _tiers(village: Village, folk: dict[str, Person], year: int) -> None:
    """One paid with a subsidy of the village, one who chose a higher tier in the portal, one to pay."""
    village.portal["tiers"] = users.create_insured(
        username="portal-tiers", password=PASSWORD, person_id=folk["bai"].pk, by=None
    )
    for key, tier, collective in (
        ("sun", 1_000_00, 100_00),
        ("bai", 500_00, 0),
        ("tao", 2_000_00, 0),
    ):
        enrolment.enroll(
            by=village.by("intake"),
            person=folk[key],
            branch=PENSION,
            year=year,
            region=PUDONG,
            tier=tier,
            collective=collective,
        )
    enrolment.choose_tier(by=village.portal["tiers"], person=folk["bai"], year=year, tier=1_500_00)
    for key in ("sun", "bai"):
        _pay(village, folk[key], PENSION, year)


def _sponsored(village: Village, members: list[Person], year: int) -> None:
    """A list of civil affairs; their year is billed to its department, which pays the bill."""
    clerk = village.by("intake")
    sponsor_lists.take(
        by=clerk,
        group=Sponsored.EXTREME_HARDSHIP,
        region=PUDONG,
        on=date(year - 1, 11, 1),
        document="浦东新区特困人员名单 2026-11",
        numbers=[who.resident_id for who in members],
    )
    for who in members:
        enrolment.enroll(by=clerk, person=who, branch=MEDICAL, year=year, region=PUDONG)
        if open_of(who.pk, MEDICAL, year).open() > 0:
            _pay(village, who, MEDICAL, year)
    bill = sponsors.draw(
        by=village.by("accountant"),
        branch=MEDICAL,
        year=year,
        payer=Payer.SPONSOR,
        region=SHANGHAI,
    )
    bill = sponsors.send(by=village.by("reviewer"), bill=bill)
    sponsors.paid(
        by=village.by("accountant"),
        bill=bill,
        reference="V-MZ-SH-1",
        received_on=timezone.localdate(),
    )


def _lapse(village: Village, who: Person, year: int) -> None:
    """She enrolled in last year's window, as it was taken down then, and never paid."""
    enrolment.enroll(by=village.by("intake"), person=who, branch=MEDICAL, year=year, region=PUDONG)
    ResidentEnrolment.objects.filter(person_id=who.pk, branch=MEDICAL, year=year).update(
        way=Way.WINDOW, wait=0, enrolled_on=date(year - 1, 12, 9)
    )
    drafted = run.draft(
        kind="resident_lapse",
        month=month(year, 3),
        region=SHANGHAI,
        by=village.by("assessor"),
        params={"branch": MEDICAL.value},
    )
    shown = run.preview(run_id=drafted.pk, by=village.by("assessor"))
    run.approve(run_id=drafted.pk, by=village.by("reviewer"), total=shown.total)
    work.work_through(drafted.pk)


def _go_back(village: Village, payers: list[Person], year: int) -> None:
    """Before the year begins: one refund is paid, one the bank returned, one waits for a second hand."""
    asked = []
    for who in payers:
        enrolment.enroll(
            by=village.by("intake"), person=who, branch=MEDICAL, year=year, region=PUDONG
        )
        _pay(village, who, MEDICAL, year)
        asked.append(refunds.ask(by=village.by("intake"), person=who, branch=MEDICAL, year=year))
    for refund in asked[:2]:
        refunds.approve(by=village.by("reviewer"), refund=refund)
    paid_out(village, returned=[payers[1].pk])
    refunds.pull()


def _pay(village: Village, who: Person, branch: Branch, year: int) -> None:
    receipts.pay(
        by=village.by("accountant"),
        person=who,
        branch=branch,
        year=year,
        amount=open_of(who.pk, branch, year).open(),
        reference=f"V-R-{who.pk}-{branch.value}-{year}",
    )
