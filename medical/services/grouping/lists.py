"""The groups of a year with their weights or scores: read from a spreadsheet, whole or not at all."""

import re
from typing import IO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_name, known_region, known_text
from medical.models import CaseGroup, Decided, GroupList, GroupMethod
from medical.rules.cases import MOST_COST
from socsec.kernel import money
from socsec.kernel.errors import KernelError
from socsec.kernel.units import UNITS
from socsec.office import spreadsheets
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, from_kernel, say
from socsec.office.models import User
from socsec.office.spreadsheets import Column, Layout, Limits, Row

from .deciding import decide, note, possible_year

# A list of DIP has some ten thousand groups.
LIMITS = Limits(rows=50_000)
CHUNK = 5_000
MOST_WEIGHT = 10_000 * UNITS["points"].scale
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+*/-]{0,29}\Z")
YES_NO = {
    **dict.fromkeys(("", "yes", "y", "是", "1", "稳定"), True),
    **dict.fromkeys(("no", "n", "否", "0", "不稳定"), False),
}
LAYOUT = Layout(
    _("Groups of a year"),
    [
        Column("code", _("Code"), ("编码", "病组编码", "病种编码", "code"), text=True, width=20),
        Column("name", _("Name"), ("名称", "病组名称", "病种名称", "name"), width=40),
        Column(
            "weight",
            _("Weight or score"),
            ("权重", "分值", "病种分值", "RW", "weight"),
            hint=_("With at most four decimals; the average stay has 1 in DRG and 1,000 in DIP."),
        ),
        Column("mean", _("Mean cost, in yuan"), ("次均费用", "均费", "mean")),
        Column(
            "stable",
            _("Stable"),
            ("稳定", "是否稳定", "stable"),
            must=False,
            hint=_("Yes or No; empty means Yes. Stays of unstable groups count by their cost."),
        ),
    ],
)


@transaction.atomic
def hand_in(
    *,
    by: User,
    region: str,
    year: int,
    method: int,
    mean_all: int,
    document: str,
    file: IO[bytes],
    filename: str = "",
) -> GroupList:
    """Take the list of a year to be approved; `mean_all` is the mean cost of all stays, in fen.

    `Invalid` names the row that is wrong: nothing of the file is taken then. `Conflict` if the same
    file waits already.
    """
    require(by, "group_list.enter", region)
    known_region(region)
    possible_year(year)
    if method not in GroupMethod.values:
        raise Invalid(_("There is no such method."), code="unknown_method", field="method")
    if not 0 < mean_all <= MOST_COST:
        raise Invalid(
            _("Enter an amount above zero."), code="amount_out_of_range", field="mean_all"
        )
    digest = spreadsheets.digest(file)
    waiting = GroupList.objects.filter(region=region, year=year, digest=digest)
    if waiting.filter(state__in=[Decided.WAITING, Decided.TAKEN]).exists():
        raise Conflict(_("This was handed in already."), code="same_file", field="file")
    groups = _read(file)
    made = GroupList.objects.create(
        region=region,
        year=year,
        method=method,
        mean_all=mean_all,
        document=known_text(document, "document"),
        filename=" ".join(filename.split())[-120:],
        digest=digest,
        groups_count=len(groups),
        maker=by,
    )
    for group in groups:
        group.list = made
    CaseGroup.objects.bulk_create(groups, batch_size=CHUNK)
    note(by, "group_list.enter", made, groups=len(groups), digest=digest)
    return made


@transaction.atomic
def decide_list(*, by: User, row: GroupList, approve: bool, reason: str = "") -> None:
    """Put a list in force in the place of the one before, or reject it and say why."""
    before = GroupList.objects.filter(region=row.region, year=row.year)
    decide(by, row, "group_list.approve", before=before, approve=approve, reason=reason)


def template_file() -> IO[bytes]:
    return spreadsheets.template(LAYOUT)


def _read(file: IO[bytes]) -> list[CaseGroup]:
    found: dict[str, CaseGroup] = {}
    for row in spreadsheets.read(file, LAYOUT, LIMITS):
        try:
            group = _group(row)
            if group.code in found:
                raise Invalid(_("This code stands in the file twice."), code="twice")
        except (KernelError, Invalid) as error:
            trouble = from_kernel(error) if isinstance(error, KernelError) else error
            raise Invalid(
                _("Row %(row)s: %(trouble)s") % {"row": row.number, "trouble": trouble},
                code="bad_row",
                field="file",
                fix=_("Correct the row and send the file again; nothing was taken."),
            ) from error
        found[group.code] = group
    return list(found.values())


def _group(row: Row) -> CaseGroup:
    code = row.text("code").strip()
    if not _CODE.match(code):
        raise Invalid(
            say(_("“%(written)s” is no code."), written=code[:24] or "—"), code="code_impossible"
        )
    stable = row.text("stable").strip().lower()
    if stable not in YES_NO:
        raise Invalid(
            say(_("“%(written)s” is none of the answers."), written=stable[:24]),
            code="unknown_word",
        )
    weight, mean = UNITS["points"].read(row.text("weight")), money.parse_yuan(row.text("mean"))
    if not (0 < weight <= MOST_WEIGHT and 0 < mean <= MOST_COST):
        raise Invalid(
            _("Weight and mean cost are above zero, the weight at most 10,000."),
            code="out_of_range",
        )
    return CaseGroup(
        code=code,
        name=known_name(row.text("name"), 200),
        weight=weight,
        mean=mean,
        stable=YES_NO[stable],
    )
