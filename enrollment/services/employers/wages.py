"""Employers declare what they paid (缴费工资申报)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Contribution,
    Employer,
    Employment,
    PersonIdentifier,
    WageDeclaration,
)
from enrollment.params import MOST_WAGE
from enrollment.services.checks import lock, month_has_come
from socsec.kernel import ids, money
from socsec.kernel.errors import KernelError
from socsec.kernel.months import first_day, format_month
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Problem, from_kernel, say
from socsec.office.fields import blind_index
from socsec.office.models import User
from socsec.office.services import audit

# One statement for any number of rows. A wage that is there already is left as it is.
_WRITE = """
    insert into enrollment_wagedeclaration as there
      (person_id, employer_id, month, wage, recorded_at)
    select person_id, %s, %s, wage, now()
    from unnest(%s::bigint[], %s::bigint[]) as declared (person_id, wage)
    on conflict (person_id, employer_id, month) do update
      set wage = excluded.wage, deemed = false, recorded_at = now()
      where there.wage <> excluded.wage or there.deemed
    returning xmax = 0
"""


@dataclass(frozen=True, slots=True)
class Declared:
    """How many wages were new, how many replaced an earlier figure, how many said the same again."""

    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row of a declaration that cannot be taken: its place, counted from 1, and why."""

    row: int
    problem: Problem


@transaction.atomic
def declare(*, by: User, employer: Employer, month: int, wages: Mapping[int, int]) -> Declared:
    """Take down the wages of a month, in fen, by person number. All of them or none.

    Said twice, it changes nothing the second time; a different wage replaces the earlier one for
    as long as the month is not assessed. `Invalid` carries every bad row in `detail["rows"]`.
    """
    require(by, "wage.declare", employer.region)
    employer = lock(employer)
    month_has_come(month)
    if not wages:
        raise Invalid(_("The declaration is empty."), code="empty")
    wrong = check(employer, month, wages)
    if wrong:
        raise refusal(wrong)
    return keep(by=by, employer=employer, month=month, wages=wages)


def keep(*, by: User, employer: Employer, month: int, wages: Mapping[int, int]) -> Declared:
    """Write down wages that were checked in this transaction, and the audit of it."""
    written = write(employer=employer, month=month, wages=wages)
    new = sum(written)
    declared = Declared(new, len(written) - new, len(wages) - len(written))
    if written:
        audit.record(
            by=by,
            act="wage.declare",
            subject=employer,
            region=employer.region,
            month=format_month(month),
            people=len(wages),
            total=sum(wages.values()),
            new=declared.new,
            changed=declared.changed,
        )
    return declared


@transaction.atomic
def declare_rows(
    *, by: User, employer: Employer, month: int, rows: Sequence[tuple[str, Any]]
) -> Declared:
    """The same from what people write: pairs of identity number and wage in yuan."""
    require(by, "wage.declare", employer.region)
    wrong: list[Wrong] = []
    numbers: dict[str, int] = {}
    amounts: list[int] = []
    for place, (resident_id, wage) in enumerate(rows, start=1):
        try:
            number = ids.read_resident_id(resident_id).number
        except KernelError as error:
            wrong.append(Wrong(place, from_kernel(error, "resident_id")))
            continue
        try:
            amount = money.parse_yuan(wage)
        except KernelError as error:
            wrong.append(Wrong(place, from_kernel(error, "wage")))
            continue
        blind = blind_index(number, "resident_id")
        if blind in numbers:
            wrong.append(Wrong(place, twice()))
            continue
        numbers[blind] = place
        amounts.append(amount)
    people = dict(
        PersonIdentifier.objects.filter(blind__in=list(numbers)).values_list("blind", "person_id")
    )
    wages: dict[int, int] = {}
    places: dict[int, int] = {}
    for (blind, place), amount in zip(numbers.items(), amounts, strict=True):
        if blind in people:
            wages[people[blind]] = amount
            places[people[blind]] = place
        else:
            wrong.append(Wrong(place, not_on_staff(employer)))
    wrong += [
        Wrong(places[person], each.problem)
        for each in check(employer, month, wages)
        for person in [list(wages)[each.row - 1]]
    ]
    if wrong:
        raise refusal(sorted(wrong, key=lambda each: each.row))
    return declare(by=by, employer=employer, month=month, wages=wages)


def write(*, employer: Employer, month: int, wages: Mapping[int, int]) -> list[bool]:
    """Write wages that are known to be right: True for each new row, False for each changed one."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE, [employer.pk, month, list(wages), [wages[person] for person in wages]]
        )
        return [new for (new,) in cursor.fetchall()]


def check(employer: Employer, month: int, wages: Mapping[int, int]) -> list[Wrong]:
    """What is wrong with which row. Three queries, however many rows."""
    days = (first_day(month), first_day(month + 1))
    people = list(wages)
    on_staff = set(
        Employment.objects.filter(employer=employer, person_id__in=people, span__overlap=days)
        .order_by()  # the usual order asks for every person's name
        .values_list("person_id", flat=True)
    )
    # A deemed month may be declared after all; `corrections.settle` assesses the difference.
    assessed = set(
        Contribution.objects.filter(
            employer_id=employer.pk, month=month, person_id__in=people, part=0, deemed=False
        ).values_list("person_id", flat=True)
    )
    known = dict(
        WageDeclaration.objects.filter(
            employer_id=employer.pk, month=month, person_id__in=assessed
        ).values_list("person_id", "wage")
    )
    wrong = []
    for place, (person, wage) in enumerate(wages.items(), start=1):
        problem: Problem | None = None
        if type(wage) is not int or not 0 < wage <= MOST_WAGE:
            problem = Invalid(
                say(
                    _("A wage is more than 0 and at most %(most)s yuan."),
                    most=money.yuan(MOST_WAGE),
                ),
                code="wage_impossible",
                field="wage",
            )
        elif person not in on_staff:
            problem = not_on_staff(employer)
        elif known.get(person, wage) != wage:
            problem = Conflict(
                say(
                    _("%(month)s is assessed for this person, on a wage of %(wage)s yuan."),
                    month=format_month(month),
                    wage=money.yuan(known[person]),
                ),
                code="assessed_already",
                field="wage",
                fix=_("Correct the month instead: the difference is assessed."),
            )
        if problem:
            wrong.append(Wrong(place, problem))
    return wrong


def not_on_staff(employer: Employer) -> Invalid:
    return Invalid(
        say(
            _("This person is not on the staff list of %(employer)s in that month."),
            employer=employer.name,
        ),
        code="not_on_staff",
        field="person",
        fix=_("Insure the person with this employer first."),
    )


def twice() -> Invalid:
    return Invalid(_("This person stands in the declaration twice."), code="twice", field="person")


def refusal(wrong: list[Wrong]) -> Invalid:
    first = wrong[0]
    return Invalid(
        _("Row %(row)s: %(message)s") % {"row": first.row, "message": first.problem.message}
        if len(wrong) == 1
        else _("%(count)s rows cannot be taken. Row %(row)s: %(message)s")
        % {"count": len(wrong), "row": first.row, "message": first.problem.message},
        code=first.problem.code if len(wrong) == 1 else "bad_rows",
        fix=_("Nothing was taken down. Correct the rows and declare again."),
        field=first.problem.field,
        rows=wrong,
    )
