"""Registers speak: a proof by a match, a doubt, a death nobody has told us of, one nobody knows."""

from datetime import date, timedelta

from django.utils import timezone

from enrollment.models import Person
from enrollment.services.living import proofs, status
from enrollment.services.living.status import Line
from enrollment.services.people import person as people
from socsec.commands.village import PUDONG, Village
from socsec.kernel.ids import make_resident_id

OLD = [
    ("魏青山", date(1951, 1, 19), 71),
    ("苗婆婆", date(1944, 12, 2), 72),
    ("于得水", date(1960, 7, 7), 73),
]


def registers_speak(village: Village) -> None:
    """Lines of three registers are matched; a helper visited one; the village's pensioner is to be looked up."""
    clerk = village.by("intake")
    green, miao, yu = (_old(village, *each) for each in OLD)
    unknown = make_resident_id(PUDONG, date(1971, 3, 3), 75)
    day = date(2026, 11, 9)
    status.receive(
        by=clerk,
        register="tax",
        lines=[
            _line("SW-1", "earned", green, day),
            Line("SW-2", "earned", unknown, "无名氏", day),
        ],
    )
    status.receive(
        by=clerk,
        register="deaths",
        lines=[
            _line("MZ-1", "death", yu, day),
            Line("MZ-2", "death", miao.resident_id, "苗桂香", day),
        ],
    )
    proofs.record(by=clerk, person=miao, way="helper", proved_on=day, witness="村协理员老周")
    _proofs_run_out(village)


def _old(village: Village, name: str, born: date, serial: int) -> Person:
    return people.enroll(
        by=village.by("intake"),
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
    )


def _line(reference: str, kind: str, who: Person, day: date) -> Line:
    number = Person.objects.get(pk=who.pk).resident_id
    return Line(reference, kind, number, who.name, day)


def _proofs_run_out(village: Village) -> None:
    """The village's pensioner was last seen more than a year ago: somebody is to look him up."""
    proofs.record(
        by=village.by("intake"),
        person=village.souls["chen"],
        way="visit",
        proved_on=timezone.localdate() - timedelta(days=375),
        witness="社区专管员小梁",
    )
    proofs.refresh()
