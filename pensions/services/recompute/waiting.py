"""The provisional awards of a part, and what was gathered for them, as tables of a transaction.

Awards are read back from the JSON that they keep: nothing is gathered from the books again.
"""

from typing import Any

from django.db import connection

from funds.models import Scheme
from pensions.models import Award, AwardState
from pensions.rules.employees.old_age import ClaimFacts
from pensions.services.adjustment import Part
from pensions.services.decision import STATED
from socsec.kernel import regions
from socsec.kernel.facts import FactSpec

AWARDS = Award._meta.db_table
WAITING = "pensions_waiting"

# What `Gathered.as_json` keeps of an employee, as columns.
_KEPT = {
    "region": "text",
    "category": "int",
    "birth_month": "text",
    "claim_month": "text",
    "flexible": "boolean",
    "months_paid": "int",
    "months_before_account": "int",
    "months_deemed": "int",
    "months_gap": "int",
    "years": "jsonb",
    "balance": "bigint",
    "account_years": "jsonb",
    "stated": "jsonb",
}
_MONTHS = ("birth_month", "claim_month")


def select(part: Part, columns: str, source: str = "") -> tuple[str, list[Any]]:
    """Columns of the awards `a` of a part that wait for a value, decided by claim and with facts."""
    low, high = regions.span(part.region)
    return (
        f"""select {columns} from {AWARDS} a {source}
             where a.provisional and a.state = {AwardState.IN_PAYMENT} and a.scheme = %s
               and a.gathered is not null and a.claim_id is not null
               and a.region between %s and %s and a.person_id between %s and %s""",  # noqa: S608
        [part.scheme, low, high, part.first, part.last],
    )


def read(part: Part) -> int:
    """Put what employees' awards were decided on into the table `WAITING`. How many there are."""
    assert part.scheme == Scheme.EMPLOYEES  # others are decided one by one
    kept = ", ".join(f"{name} {kind}" for name, kind in _KEPT.items())
    stated = ", ".join(f"{name} text" for name in STATED)
    specs = ClaimFacts.specs()
    columns = [
        "a.person_id",
        "a.id as award_id",
        *(
            f"{month_number(f'g.{name}')} as {name}" if name in _MONTHS else f"g.{name}"
            for name in _KEPT
            if name != "stated"
        ),
        *(f"{_whole(specs[name])} as {name}" for name in STATED),
    ]
    rows, values = select(
        part,
        ", ".join(columns),
        f"""cross join lateral jsonb_to_record(a.gathered) as g({kept})
            cross join lateral jsonb_to_record(g.stated) as s({stated})""",
    )
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {WAITING}")
        cursor.execute(f"create temporary table {WAITING} on commit drop as {rows}", values)
        cursor.execute(f"analyze {WAITING}")
        cursor.execute(f"select count(*) from {WAITING}")  # noqa: S608
        return int(cursor.fetchone()[0])


def month_number(written: str) -> str:
    """The number of a month from its text, such as 2026-03."""
    return f"(left({written}, 4)::int * 12 + right({written}, 2)::int - 1)"


def _whole(spec: FactSpec) -> str:
    """A fact that papers state, from natural units to whole numbers of the kernel."""
    default = str(spec.default).lower()
    if spec.unit.code == "bool":
        return f"coalesce(s.{spec.name}::boolean, {default})"
    return f"coalesce((s.{spec.name}::numeric * {spec.unit.scale})::bigint, {default})"
