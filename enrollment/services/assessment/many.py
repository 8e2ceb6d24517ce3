"""What a month owes, assessed for everybody in a run: one INSERT … SELECT over what was gathered."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from enrollment import facts
from enrollment.services.assessment.contributions import decide, fetch, rule_of, wage_before_of
from socsec.kernel import sqlexpr
from socsec.kernel.document import explain
from socsec.kernel.policy import PolicyError
from socsec.kernel.ranges import MOST
from socsec.office.errors import from_kernel
from socsec.office.gathering import gathered
from socsec.office.services import policy

CARRY = ("person_id", "employer_id", "region")

GATHERED = "enrollment_gathered"  # a table of one transaction


def assess_many(
    *, month: int, branches: Sequence[int], region: str, people: tuple[int, int], **stamp: Any
) -> tuple[int, list[tuple[int, int, str]]]:
    """Assess a range of person numbers in each branch. How many months, and where.

    What the rules must know is gathered once for all branches, and the months of all branches are
    written in one order, person by person. The places are branch, category and region. `stamp` is
    `edition`, the number of the policy edition, and `run_id`.
    """
    select, values = facts.contributions(
        law=policy.of(stamp["edition"]),
        month=month,
        branches=branches,
        region=region,
        first_person=people[0],
        last_person=people[1],
    )
    in_bounds = [
        f"branch <> {branch:d} or {rule_of(branch).facts.in_bounds()}" for branch in branches
    ]
    columns = ", ".join([*_lines(month, 0, None, **stamp), *CARRY])
    with connection.cursor() as cursor, gathered(GATHERED, select, values, *in_bounds):
        cursor.execute(f"select distinct branch, category, region from {GATHERED} order by 1")  # noqa: S608
        places = cursor.fetchall()
        if not places:
            return 0, []
        assessed = [
            _assess(
                month,
                branch,
                sorted({place[2] for place in places if place[0] == branch}),
                f"select * from {GATHERED} where branch = {branch:d}",  # noqa: S608
                checked=True,
                **stamp,
            )
            for branch in sorted({place[0] for place in places})
        ]
        cursor.execute(
            f"""insert into enrollment_contribution ({columns})
                {" union all ".join(assessed)} order by person_id"""
        )
        count = int(cursor.rowcount)
    return count, places


def rows(
    month: int, branch: int, region: str, first_person: int, last_person: int, **stamp: Any
) -> facts.Select:
    """What gathering and assessing would write, for previews: one row for each contribution."""
    gathered, values = facts.contributions(
        law=policy.of(stamp["edition"]),
        month=month,
        branches=[branch],
        region=region,
        first_person=first_person,
        last_person=last_person,
    )
    where = facts.regions(month=month, branch=branch, region=region)
    return _assess(month, branch, where or [region], gathered, **stamp), values


def _assess(
    month: int,
    branch: int,
    regions: Sequence[str],
    gathered: str,
    *,
    checked: bool = False,
    **stamp: Any,
) -> str:
    """The branch's rule over what was gathered (and `checked`), with the law of each region."""
    known = rule_of(branch)
    try:
        table, params = known.params.sql(policy.of(stamp["edition"]), regions, month)
    except PolicyError as error:
        raise from_kernel(error) from error
    source = f"select * from ({gathered}) as gathered join ({table}) as law using (region)"  # noqa: S608
    sheet = known.rule(known.facts.sql(checked=checked), params)
    return sqlexpr.compile(_lines(month, branch, sheet, **stamp), source, carry=CARRY)


def _lines(month: int, branch: int, sheet: Any, *, edition: int, run_id: int) -> dict[str, Any]:
    """The columns of a contribution that are numbers, by name; without a sheet, the names alone."""
    number = sqlexpr.column
    return {
        "month": month,
        "branch": branch,
        "part": 0,
        "category": number("category"),
        "wage": number("wage"),
        "wage_before": wage_before_of(branch, number("wage_before")),
        "base": sheet and sheet.base,
        "employer_share": sheet and sheet.employer_share,
        "person_share": sheet and sheet.person_share,
        "account_share": sheet and sheet.account_share,
        "waived": sheet and sheet.waived,
        "deemed": number("deemed", boolean=True),
        "standing_id": number("standing_id"),
        "run_id": run_id,
        "edition": edition,
    }


def samples(
    *, month: int, branch: int, region: str, edition: int, count: int
) -> list[dict[str, Any]]:
    """The sheets of the first few that a run would assess, as they are shown to its checker."""
    law = policy.of(edition)
    select, values = facts.contributions(
        law=law, month=month, branches=[branch], region=region, first_person=0, last_person=MOST
    )
    shown = []
    first = f"select * from ({select}) as gathered limit %s"  # noqa: S608
    for row in fetch(first, [*values, count]):
        each = decide(row, month, branch, law)
        document = explain(each.sheet, each.facts, each.params)
        shown.append({"person_id": row["person_id"], **document.as_json()})
    return shown


def checksum(digests: Iterable[str]) -> str:
    """One fingerprint of a chunk from those of its ledger batches."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
