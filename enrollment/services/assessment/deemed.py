"""Where an employer declares nothing, 110 % of the month before is taken (社会保险法第六十二条).

What is taken stands as a declared wage marked as deemed, so that every branch assesses it like any
other; once the employer declares, the declared wage takes its place, and a month that was assessed
meanwhile is settled by `corrections.settle`.
"""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import Employer
from enrollment.params import DeemedBase
from enrollment.rules.bases import deemed_wage
from enrollment.services.checks import lock, month_has_come
from socsec.kernel import sqlexpr
from socsec.kernel.months import format_month
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.ranges import MOST
from socsec.office.access import require
from socsec.office.errors import Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, policy


@transaction.atomic
def deem(*, by: User, employer: Employer, month: int) -> int:
    """Take the month before for all of an employer's staff without a declared wage. Gives how many.

    `Refused` if everybody is declared, or nobody has a month before.
    """
    require(by, "wage.deem", employer.region)
    employer = lock(employer)
    month_has_come(month)
    law = policy.of(policy.current_edition())
    select, values = rows(
        law=law, month=month, region=employer.region, employer_id=employer.pk, last_person=MOST
    )
    taken, total = insert(select, values)
    if not taken:
        raise Refused(
            _(
                "Nobody of %(employer)s can be deemed in %(month)s: all are declared, or have no month before."
            )
            % {"employer": employer.name, "month": format_month(month)},
            code="nobody_to_deem",
            fix=_("Determine the wage from the employer's books and declare it."),
        )
    audit.record(
        by=by,
        act="wage.deem",
        subject=employer,
        region=employer.region,
        month=format_month(month),
        people=taken,
        total=total,
    )
    return taken


def rows(
    *,
    law: Policy,
    month: int,
    region: str,
    first_person: int = 0,
    last_person: int,
    employer_id: int = 0,
) -> facts.Select:
    """A SELECT of person_id, employer_id, region, month and the wage that would be taken."""
    try:
        rate = DeemedBase.at(law, region, month).deemed_share
    except PolicyError as error:
        raise from_kernel(error, "month") from error
    gathered, values = facts.deemable(
        law=law,
        month=month,
        region=region,
        first_person=first_person,
        last_person=last_person,
        employer_id=employer_id,
    )
    base = sqlexpr.column("base", 1, MOST)
    lines = {"month": month, "wage": deemed_wage(base, rate)}
    select = sqlexpr.compile(
        lines,
        gathered,
        carry=("person_id", "employer_id", "region"),
        keep=sqlexpr.column("base", 0, MOST) > 0,
    )
    return select, values


def insert(select: str, values: list[Any]) -> tuple[int, int]:
    """Write what `rows` gives as deemed wages: how many rows, and their sum in fen."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*), coalesce(sum(wage), 0)::bigint from ({select}) as taken",  # noqa: S608
            values,
        )
        count, total = cursor.fetchone()
        cursor.execute(
            f"""
            insert into enrollment_wagedeclaration
              (person_id, employer_id, month, wage, deemed, recorded_at)
            select person_id, employer_id, month, wage, true, now() from ({select}) as taken
            """,  # noqa: S608 - compiled from our rules
            values,
        )
    return count, total
