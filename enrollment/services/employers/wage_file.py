"""A month's wages as a spreadsheet: the template, and which rows of a filled one can be taken."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, Upload, WageDeclaration
from enrollment.queries.firms import staff_in
from enrollment.services.employers import wages
from enrollment.services.employers.returned import Bad, give_back
from socsec.kernel import ids, money
from socsec.kernel.errors import KernelError
from socsec.office import spreadsheets
from socsec.office.errors import Invalid, Problem, from_kernel
from socsec.office.fields import blind_index
from socsec.office.spreadsheets import Column, Layout, Limits, Row

ID_COLUMN = Column(
    "resident_id",
    _("ID number"),
    ("身份证号", "身份证号码", "公民身份号码", "证件号码", "resident_id"),
    text=True,
    width=24,
    hint=_("18 characters. The column is kept as text, so that no digit is lost."),
)
LAYOUT = Layout(
    _("Wages"),
    [
        ID_COLUMN,
        Column(
            "name",
            _("Name"),
            ("姓名", "职工姓名", "name"),
            must=False,
            hint=_("It must be the name on file; leave the column out if you like."),
        ),
        Column(
            "wage",
            _("Wage of the month, in yuan"),
            ("工资", "月工资", "缴费工资", "申报工资", "工资（元）", "wage"),
            hint=_("Before deductions. In the template it is that of the month before."),
        ),
    ],
)
LIMITS = Limits(rows=50_000)
# Rows looked at together: the number of queries does not depend on what is in them.
CHUNK = 5_000

_STAGE = """
    insert into enrollment_uploadedwage (person_id, upload_id, number, wage)
    select person_id, %s, number, wage
    from unnest(%s::bigint[], %s::int[], %s::bigint[]) as good (person_id, number, wage)
"""


@dataclass(slots=True)
class Counts:
    """What was found: good rows, bad rows, and the good wages together in fen."""

    good: int = 0
    bad: int = 0
    total: int = 0


def template(employer: Employer, month: int) -> IO[bytes]:
    """The staff list of a month with the wages of the month before, to correct and send."""
    before = dict(
        WageDeclaration.objects.filter(employer_id=employer.pk, month=month - 1).values_list(
            "person_id", "wage"
        )
    )
    seen: set[int] = set()

    def rows() -> Iterator[dict[str, Any]]:
        for job in staff_in(employer.pk, month).iterator(chunk_size=CHUNK):
            if job.person_id in seen:
                continue
            seen.add(job.person_id)
            wage = before.get(job.person_id)
            yield {
                "resident_id": job.person.resident_id,
                "name": job.person.name,
                "wage": money.format_yuan(wage) if wage else "",
            }

    return spreadsheets.template(LAYOUT, rows())


def read(upload: Upload, file: IO[bytes]) -> Counts:
    """Look at every row: good ones are laid down to wait, bad ones are given back with the reason."""
    counts = Counts()
    seen: set[int] = set()
    rows = spreadsheets.read(file, LAYOUT, LIMITS)
    while chunk := list(islice(rows, CHUNK)):
        good, bad = sort(upload.employer, upload.month, chunk, seen)
        stage(upload, good)
        give_back(upload, bad)
        counts.good += len(good)
        counts.bad += len(bad)
        counts.total += sum(wage for _person, _number, wage in good)
    return counts


def stage(upload: Upload, good: list[tuple[int, int, int]]) -> None:
    """Lay down good rows: (person, row, wage)."""
    if good:
        people, numbers, amounts = (list(part) for part in zip(*good, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(_STAGE, [upload.pk, people, numbers, amounts])


def sort(
    employer: Employer, month: int, rows: Iterable[Row], seen: set[int]
) -> tuple[list[tuple[int, int, int]], list[Bad]]:
    """Good rows as (person, row, wage) and bad ones with their problem. `seen` are people of
    earlier rows, and grows.
    """
    bad: list[Bad] = []
    asked: list[tuple[Row, str, int]] = []
    for row in rows:
        try:
            asked.append((row, blind_of(row), _wage(row)))
        except Problem as problem:
            bad.append(Bad(row, problem))
    known = people_by({blind for _row, blind, _amount in asked})
    there: dict[int, tuple[Row, int]] = {}
    for row, blind, wage in asked:
        found = known.get(blind)
        if found is None:
            bad.append(Bad(row, wages.not_on_staff(employer)))
        elif found.pk in seen:
            bad.append(Bad(row, wages.twice()))
        elif not same_name(row, found.name):
            bad.append(Bad(row, name_differs()))
        else:
            seen.add(found.pk)
            there[found.pk] = (row, wage)
    people = list(there)
    for wrong in wages.check(employer, month, {pk: there[pk][1] for pk in people}):
        row, _amount = there.pop(people[wrong.row - 1])
        bad.append(Bad(row, wrong.problem))
    return [(pk, row.number, wage) for pk, (row, wage) in there.items()], bad


def _wage(row: Row) -> int:
    try:
        return money.parse_yuan(row.text("wage"))
    except KernelError as error:
        raise from_kernel(error, "wage") from error


def blind_of(row: Row) -> str:
    """The blind index of the row's identity number, or `Invalid`."""
    try:
        return blind_index(ids.read_resident_id(row.text("resident_id")).number, "resident_id")
    except KernelError as error:
        raise from_kernel(error, "resident_id") from error


class Known(NamedTuple):
    """A registered person behind an identity number."""

    pk: int
    name: str


_PEOPLE = """
    select i.blind, i.person_id, p.name
    from enrollment_personidentifier i join enrollment_person p on p.id = i.person_id
    where i.blind = any(%s)
"""


def people_by(blinds: Iterable[str]) -> dict[str, Known]:
    """Number and name of the people behind blind indexes, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [list(blinds)])
        return {blind: Known(pk, name) for blind, pk, name in cursor.fetchall()}


def same_name(row: Row, name: str) -> bool:
    """Whether a row names the person as the registry does; a row without a name does not matter."""
    written = "".join(row.text("name").split())
    return not written or written == "".join(name.split())


def name_differs() -> Invalid:
    return Invalid(
        _("The name is not the one on file for this ID number."),
        code="name_differs",
        field="name",
        fix=_("Check number and name."),
    )
