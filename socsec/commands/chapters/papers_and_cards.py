"""Papers and cards: a year stated, a certificate, a card in use, one lost and replaced, a month disputed."""

from datetime import date

from enrollment.models import Category, Person
from enrollment.services import cover
from enrollment.services.people import cards
from enrollment.services.people import person as people
from enrollment.services.record import certificates as papers
from enrollment.services.record import month_errors
from funds.models import Branch
from socsec.commands.village import LAST, PUDONG, SHANGHAI, Village
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import first_day, month
from socsec.office.models import Case
from socsec.office.services import run, work


def papers_and_cards(village: Village) -> None:
    """Papers and cards: a year stated, a certificate, one card in use, one lost and replaced."""
    clerk = village.by("intake")
    potter = _soul(village, "陶然", date(1987, 2, 11), 711)
    weaver = _soul(village, "纪云", date(1992, 10, 3), 722)
    for who in (potter, weaver):
        cover.start(
            by=clerk,
            person=who,
            branch=Branch.PENSION,
            category=Category.OWN_ACCOUNT,
            region=PUDONG,
            from_=first_day(LAST),
            base=8_000_00,
        )
    _year_stated(village)
    papers.issue_coverage(by=clerk, person=potter)
    asked = cards.request(by=clerk, person=potter, channel="counter")
    made = cards.produced(by=clerk, card=asked, number="H71100001")
    cards.activate(by=clerk, card=cards.issue(by=clerk, card=made))
    # The weaver's card is lost: she calls at night, and asks for another in the morning.
    asked = cards.request(by=clerk, person=weaver, channel="counter")
    made = cards.produced(by=clerk, card=asked, number="H71100002")
    used = cards.activate(by=clerk, card=cards.issue(by=clerk, card=made))
    lost = cards.report_lost(by=clerk, card=used, channel="phone")
    cards.replace(by=clerk, card=lost, channel="counter", reason="遗失")
    month_errors.report(
        by=clerk,
        person=weaver,
        branch=Branch.PENSION,
        month=LAST - 1,
        text="九月我已经在集市上做事，没有记上。",
        channel=Case.Channel.COUNTER,
    )


def _year_stated(village: Village) -> None:
    maker, checker = village.by("assessor"), village.by("reviewer")
    drafted = run.draft(kind="statements", month=month(2025, 12), region=SHANGHAI, by=maker)
    shown = run.preview(run_id=drafted.pk, by=maker)
    if shown.count:
        run.approve(run_id=drafted.pk, by=checker, total=shown.total)
        work.work_through(drafted.pk)


def _soul(village: Village, name: str, born: date, serial: int) -> Person:
    return people.enroll(
        by=village.by("intake"),
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
    )
