"""Full coverage: whom the records show without insurance, and what the grass-roots office did about it."""

from datetime import date, timedelta

from django.utils import timezone

from enrollment.models import CoverageGap
from enrollment.services.people import gaps
from enrollment.services.people import person as people
from socsec.commands.village import JINJIANG, PUDONG, Village
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month_of

FOUND = [
    ("孟小满", date(2012, 5, 20), JINJIANG, 62, "sc-intake"),
    ("石阿婆", date(1949, 8, 8), JINJIANG, 64, "sc-intake"),
    ("乔木", date(1995, 2, 17), PUDONG, 63, "intake"),
]


def full_coverage(village: Village) -> None:
    """The lists are made, two people were asked, and the rates counted."""
    known = [
        people.enroll(
            by=village.by(clerk),
            name=name,
            resident_id=make_resident_id(region, born, serial),
            region=region,
        )
        for name, born, region, serial, clerk in FOUND
    ]
    gaps.refresh()
    soon = timezone.localdate() + timedelta(days=7)
    talks = [
        (known[0], "sc-intake", "visit", "will", "父母答应下周来办", None),
        (known[2], "intake", "phone", "unreached", "", soon),
    ]
    for who, clerk, way, outcome, note, next_on in talks:
        for gap in CoverageGap.objects.filter(person_id=who.pk, closed_on__isnull=True):
            gaps.contact(
                by=village.by(clerk), gap=gap, way=way, outcome=outcome, note=note, next_on=next_on
            )
    this = month_of(timezone.localdate())
    for month in range(this - 2, this + 1):
        gaps.count(month=month, day=None if month == this else _end(month))


def _end(month: int) -> date:
    """The last day of a month gone by."""
    following = month + 1
    return date(following // 12, following % 12 + 1, 1) - timedelta(days=1)
