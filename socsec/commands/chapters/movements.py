"""Records move between the provinces: one arrives, one is on its way, one must stay."""

from datetime import date

from enrollment.models import Category, Movement, Person
from enrollment.services import cover, movements
from enrollment.services.people import person as people
from enrollment.services.record import prior
from funds.models import Branch
from socsec.commands.village import (
    JINJIANG,
    PASSWORD,
    PUDONG,
    SHANGHAI,
    SICHUAN,
    Village,
)
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office.models import Case
from socsec.office.services import users

PENSION = Branch.PENSION
OLD = ("sc-assessor", "sc-reviewer")
NEW = ("assessor", "reviewer")


def records_move(village: Village) -> None:
    """Three who worked in Sichuan now work in Shanghai: moved, waiting for the old place, staying."""
    moved = _mover(village, "许望舒", date(1992, 4, 9), 52, "13900000052")
    waits = _mover(village, "丁远山", date(1987, 10, 3), 53, "13900000053")
    stays = _mover(village, "蒋秋月", date(1981, 6, 21), 54, "13900000054")
    first = _ask(village, moved)
    for side in (NEW, OLD, NEW):
        _step(village, first, side)
    _step(village, _ask(village, waits), NEW)
    _step(village, _ask(village, stays), NEW)


def _mover(village: Village, name: str, born: date, serial: int, phone: str) -> Person:
    clerk = village.by("sc-intake")
    who = people.enroll(
        by=clerk,
        name=name,
        resident_id=make_resident_id(JINJIANG, born, serial),
        region=JINJIANG,
        phone=phone,
    )
    entered = prior.enter_paid(
        by=clerk,
        person=who,
        branch=PENSION,
        region=JINJIANG,
        bases=dict.fromkeys(range(month(2019, 3), month(2024, 9) + 1), 5_600_00),
        document="四川省职工养老保险缴费记录",
    )
    prior.approve(by=village.by("sc-reviewer"), prior=entered)
    cover.start(
        by=village.by("intake"),
        person=who,
        branch=PENSION,
        category=Category.OWN_ACCOUNT,
        region=PUDONG,
        from_=date(2026, 11, 1),
        base=9_000_00,
    )
    users.create_insured(
        username=f"portal-mover-{serial}", password=PASSWORD, person_id=who.pk, by=None
    )
    return who


def _ask(village: Village, who: Person) -> Movement:
    return movements.ask(
        by=village.by("intake"),
        person=who,
        branch=PENSION,
        from_region=SICHUAN,
        to_region=SHANGHAI,
        household_region=JINJIANG,
        channel=Case.Channel.COUNTER,
    )


def _step(village: Village, movement: Movement, side: tuple[str, str]) -> None:
    movements.propose(by=village.by(side[0]), movement=movement)
    movements.confirm(by=village.by(side[1]), movement=movement)
