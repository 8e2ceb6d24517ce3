"""What the provisional awards of a part come to by its edition: the table `FOUND`.

Employees' awards are decided by statements, as many as there are months in which they began: by the
same rules, from the same facts, to the same fen as `decision.decide` decides one. Those of other
schemes, of which few wait for a value, are decided one by one into the same table.
"""

import json
from typing import Any

from django.db import connection

from funds.models import Scheme
from pensions.models import Award
from pensions.params import ClaimParams, OneChildOf
from pensions.rules.employees.old_age import ClaimFacts, claim
from pensions.services.adjustment import Part
from pensions.services.deciding import Decision, law_of
from pensions.services.decision import STATED
from pensions.services.recompute import beneath
from pensions.services.recompute.waiting import WAITING, read, select
from socsec.kernel.policy import PROVISIONAL, Policy, PolicyError
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office.errors import from_kernel
from socsec.office.gathering import gathered

FOUND = "pensions_found"
FACTS = "pensions_found_facts"
PARTS = ("basic", "account", "transitional", "addition")
BENEATH = ("average_index", "account_balance")  # facts that are worked out: kept with the lines
_COLUMNS = ("person_id", "award_id", *PARTS, "provisional", "lines")

# Facts of an employee's claim that the books give; papers state `STATED`, nobody states the rest.
_FROM_BOOKS = (
    *("category", "birth_month", "claim_month", "flexible"),
    *("months_paid", "months_before_account", "months_deemed"),
)


def find(part: Part) -> None:
    """Fill `FOUND`: awards for which the law has another answer now, or one for good.

    Columns: person_id, award_id, the four parts in fen, provisional, and lines: each number of the
    sheet, and what it rests on, in whole numbers of the kernel. `Invalid` where the policy has no
    value for a region and a time.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {FOUND}")
        cursor.execute(
            f"""create temporary table {FOUND} (
                  person_id bigint not null, award_id bigint not null, basic bigint not null,
                  account bigint not null, transitional bigint not null, addition bigint not null,
                  provisional boolean not null, lines jsonb not null) on commit drop"""
        )
    if part.scheme == Scheme.EMPLOYEES:
        try:
            _by_statements(part)
        except PolicyError as error:
            raise from_kernel(error) from error
    else:
        _one_by_one(part)
    with connection.cursor() as cursor:
        # Who still waits for the same value, and gets the same, goes on waiting.
        cursor.execute(
            f"""delete from {FOUND} f using {Award._meta.db_table} a
                 where a.id = f.award_id and f.provisional
                   and ({", ".join(f"f.{name}" for name in PARTS)})
                     = ({", ".join(f"a.{name}" for name in PARTS)})"""  # noqa: S608
        )
        cursor.execute(f"analyze {FOUND}")


def lines_of(found: Decision) -> dict[str, int]:
    """The numbers of one decision as `FOUND` keeps them."""
    facts = found.assessment.facts
    return {
        **{name: getattr(facts, name) for name in BENEATH if hasattr(facts, name)},
        **found.sheet.columns(),
    }


def _by_statements(part: Part) -> None:
    if not read(part):
        return
    policy = part.policy
    beneath.wages(policy)
    beneath.earn(policy)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select claim_month, array_agg(distinct region) from {WAITING}
                 group by claim_month order by claim_month"""  # noqa: S608
        )
        for claim_month, places in cursor.fetchall():
            _decide(cursor, policy, claim_month, places)


def _decide(cursor: Any, policy: Policy, claim_month: int, places: list[str]) -> None:
    """Decide the awards that began in one month."""
    table, params = ClaimParams.sql(policy, places, claim_month)
    sheet = claim(ClaimFacts.sql(checked=True), params)
    parts = sheet.pension
    transitional = parts.transitional.amount + parts.transitional.adjustment
    whole = sheet.columns()
    rows = compile_rule(
        {
            **whole,
            "basic": parts.basic.amount,
            "account": parts.account.amount,
            "transitional": transitional,
            "addition": parts.amount - parts.basic.amount - parts.account.amount - transitional,
        },
        f"select * from {FACTS} f join ({table}) p using (region)",  # noqa: S608
        carry=("person_id", "award_id", "open", *BENEATH),
        keep=sheet.conditions.entitled,
    )
    unkept = ", ".join(f"'{name}'" for name in ("person_id", "award_id", "open", *PARTS))
    with gathered(FACTS, *_facts(policy, claim_month, places), ClaimFacts.in_bounds()):
        cursor.execute(
            f"""insert into {FOUND} ({", ".join(_COLUMNS)})
                select person_id, award_id, {", ".join(PARTS)}, open,
                       to_jsonb(r) - array[{unkept}]
                  from ({rows}) r"""  # noqa: S608
        )


def _facts(policy: Policy, claim_month: int, places: list[str]) -> tuple[str, list[Any]]:
    """All facts of the claims of one month, and whether a value behind them has run out."""
    known = {name: f"w.{name}" for name in (*_FROM_BOOKS, *STATED)} | {
        "average_index": "i.average_index",
        "account_balance": "(w.balance + coalesce(e.amount, 0))",
    }
    facts = ", ".join(
        f"{known[name]} as {name}"
        if name in known
        else f"{spec.default}::{'boolean' if spec.unit.code == 'bool' else 'bigint'} as {name}"
        for name, spec in ClaimFacts.specs().items()
    )
    always, parents = zip(*(_waits(policy, claim_month, place) for place in places), strict=True)
    return (
        f"""select w.person_id, w.award_id, w.region, {facts},
                   o.always or (w.one_child and o.parents) or i.open or coalesce(e.open, false)
                     as open
              from {WAITING} w
              join ({beneath.indices(policy, places, claim_month)}) i on i.award_id = w.award_id
              join unnest(%s::text[], %s::boolean[], %s::boolean[]) as o(place, always, parents)
                on o.place = w.region
              left join (select award_id, sum(amount)::bigint as amount, bool_or(open) as open
                           from {beneath.INTEREST} group by award_id) e on e.award_id = w.award_id
             where w.claim_month = {int(claim_month)}""",  # noqa: S608
        [places, list(always), list(parents)],
    )


def _waits(policy: Policy, claim_month: int, place: str) -> tuple[bool, bool]:
    """Whether every pension of a place and month rests on a value that has run out; and whether those
    of an only child's parents do, whose addition is a part of the average pension."""
    params = ClaimParams.at(policy, place, claim_month)
    out = {name for name, value in params.statuses.items() if value.status == PROVISIONAL}
    of_average = params.one_child_of == OneChildOf.AVERAGE_PENSION and params.one_child_rate > 0
    return bool(out - {"announced_average_pension"}), bool(out) and bool(of_average)


def _one_by_one(part: Part) -> None:
    law = law_of(part.scheme)
    rows, values = select(part, "a.id")
    for award in Award.objects.raw(f"{rows} order by a.person_id", values):
        found = law.decide_again(award.gathered, part.policy)
        if found.entitled:
            _keep(award, found)


def _keep(award: Award, found: Decision) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {FOUND} ({', '.join(_COLUMNS)}) values (%s, %s, %s, %s, %s, %s, %s, %s)",  # noqa: S608
            [
                *(award.person_id, award.pk, *(found.parts[name] for name in PARTS)),
                *(bool(found.provisional), json.dumps(lines_of(found))),
            ],
        )
