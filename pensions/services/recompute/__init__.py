"""Provisional awards, once the value they waited for is announced (预发重算): all of a region at once.

Each is decided again from its stored facts by the edition of the run; yearly adjustments since are
worked out anew. More is paid by the next payroll, less is recorded as overpaid. A part of one
person takes the same way as one of a hundred thousand.

What an award was decided on stays as it is. Its sheet in force is drawn from there by the edition
of the run (`deciding.sheet_of`); every number of it is kept in `Recomputation`, for a replay to
compare.
"""

from django.utils.translation import gettext_lazy as _

from pensions.models import Award
from pensions.services.adjustment import Part
from pensions.services.deciding import law_of
from pensions.services.recompute.found import PARTS, lines_of
from pensions.services.recompute.run import preview, recompute, undo
from pensions.services.recompute.waiting import select
from socsec.office.errors import Refused

__all__ = ["KIND", "check_announced", "lines_of", "preview", "recompute", "undo"]

KIND = "pension_recompute"


def check_announced(part: Part) -> None:
    """`Refused` while every award still waits. Values come by place and year, so one of each tells."""
    rows, values = select(part, "distinct on (a.region, a.from_month) a.*")
    for award in Award.objects.raw(f"{rows} order by a.region, a.from_month, a.id", values):
        found = law_of(part.scheme).decide_again(award.gathered, part.policy)
        same = found.parts == {name: getattr(award, name) for name in PARTS}
        if found.entitled and not (found.provisional and same):
            return
    raise Refused(
        _("No value that a provisional award waits for has been announced since."),
        code="nothing_announced",
        fix=_("Enter it as a policy value first, and have it approved."),
    )
