"""Runs a rule as ints, as columns and as one SQL statement, and compares every line.

    from tests.kernel.three_ways import three_ways

    @pytest.mark.django_db
    def test_old_age_three_ways():
        sheets = three_ways(old_age, rows, params, facts=OldAgeFacts)

`rows` are facts in whole numbers of the kernel. Params may be one for all; with `policy`,
`params_class`, `on` and a region for each row every province's own parameters are used, in SQL
through a joined table of parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from django.db import connection, transaction

from socsec.kernel.column import Column
from socsec.kernel.errors import NoAnswer
from socsec.kernel.facts import FactError, Facts
from socsec.kernel.params import Params
from socsec.kernel.policy import Policy
from socsec.kernel.proof import faults
from socsec.kernel.sheet import Sheet
from socsec.kernel.sqlexpr import column, compile

Row = Mapping[str, Any]
RuleFunction = Callable[[Any, Any], Sheet]

FEW = 50  # differences shown


def three_ways(
    rule: RuleFunction,
    rows: Sequence[Row],
    params: Any,
    *,
    facts: type[Facts] | None = None,
    prove: bool = True,
) -> list[Sheet | None]:
    """The sheets of all rows as ints (None where the rule has no answer), once columns and SQL
    have been found to say the same.

    Where ints refuse (a table asked below its first key, a division by zero, a fact out of its
    bounds) columns and SQL must have at least one line missing, and the same ones. With `prove`
    every printed working is checked too.
    """
    single = one_by_one(rule, rows, [params] * len(rows), facts=facts, prove=prove)
    many = as_columns(rule, rows, params, facts=facts)
    statement = as_sql(rule, rows, params, facts=facts)
    _compare(rows, single, many, statement)
    return single


def three_ways_by_region(
    rule: RuleFunction,
    rows: Sequence[Row],
    regions: Sequence[str],
    *,
    policy: Policy,
    params_class: type[Params],
    on: int,
    facts: type[Facts] | None = None,
    prove: bool = True,
) -> list[Sheet | None]:
    """The same, each row with the parameters of its region."""
    by_region = {region: params_class.at(policy, region, on) for region in set(regions)}
    single = one_by_one(rule, rows, [by_region[r] for r in regions], facts=facts, prove=prove)
    many = as_columns(rule, rows, params_class.columns(policy, regions, on), facts=facts)
    table, params = params_class.sql(policy, regions, on)
    statement = as_sql(rule, rows, params, facts=facts, regions=regions, table=table)
    _compare(rows, single, many, statement)
    return single


def one_by_one(
    rule: RuleFunction,
    rows: Sequence[Row],
    params: Sequence[Any],
    *,
    facts: type[Facts] | None,
    prove: bool,
) -> list[Sheet | None]:
    """The sheet of each row in plain ints; None where the rule has no answer."""
    out: list[Sheet | None] = []
    for row, p in zip(rows, params, strict=True):
        try:
            f = _one(row, facts)
            sheet = rule(f, p)
        except (NoAnswer, ZeroDivisionError, FactError):
            out.append(None)
            continue
        for code, value in sheet.columns().items():
            assert type(value) in (int, bool) or isinstance(value, int), (code, value, dict(row))
        if prove:
            wrong = faults(sheet, f, p)
            assert not wrong, f"{dict(row)}: {'; '.join(wrong)}"
        out.append(sheet)
    return out


def as_columns(
    rule: RuleFunction, rows: Sequence[Row], params: Any, *, facts: type[Facts] | None
) -> list[dict[str, Any]]:
    """Every line of every row, computed in columns."""
    if facts is not None:
        f: Any = facts.columns(list(rows))
    else:
        f = SimpleNamespace(**{name: Column([row[name] for row in rows]) for name in rows[0]})
    sheet = rule(f, params)
    return [sheet.row(i).columns() for i in range(len(rows))]


def as_sql(
    rule: RuleFunction,
    rows: Sequence[Row],
    params: Any,
    *,
    facts: type[Facts] | None,
    regions: Sequence[str] | None = None,
    table: str = "",
) -> list[dict[str, Any]]:
    """Every line of every row, computed by PostgreSQL in one statement over VALUES rows."""
    names = list(rows[0])
    if facts is not None:
        f: Any = facts.sql(names=names)
    else:
        f = SimpleNamespace(
            **{name: column(name, boolean=isinstance(rows[0][name], bool)) for name in names}
        )
    lines = rule(f, params).columns()
    source = values(rows, regions)
    if table:
        source = f"select * from ({source}) v left join ({table}) p using (region)"
    statement = compile({"place_": column("place_"), **lines}, source)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        columns = [c.name for c in cursor.description]
        found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    found.sort(key=lambda row: row["place_"])
    assert [row.pop("place_") for row in found] == list(range(len(rows))), "rows were lost"
    return found


def values(rows: Sequence[Row], regions: Sequence[str] | None = None) -> str:
    """A SELECT over VALUES of the rows, with a column place_ (and region, if given)."""
    names = list(rows[0])
    lines = []
    for i, row in enumerate(rows):
        cells = [str(i), *(_cell(row[name]) for name in names)]
        if regions is not None:
            cells.append(f"'{regions[i]}'")
        lines.append(f"({', '.join(cells)})")
    heads = ", ".join(["place_", *(f'"{n}"' for n in names), *(["region"] if regions else [])])
    return f"select * from (values {', '.join(lines)}) as v({heads})"


def _one(row: Row, facts: type[Facts] | None) -> Any:
    if facts is None:
        if any(value is None for value in row.values()):
            raise FactError("missing_fact", "", "missing", "缺")
        return SimpleNamespace(**row)
    specs = facts.specs()
    for name, value in row.items():
        spec = specs[name]
        stated = not (spec.optional and value == -1)
        if value is None or (stated and not spec.least <= value <= spec.most):
            raise FactError("impossible_fact", name, f"{name}: {value}", f"{name}: {value}")
    return facts(**row)


def _cell(value: Any) -> str:
    if value is None:
        return "null::bigint"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"({int(value)})::bigint"


def _compare(
    rows: Sequence[Row],
    single: Sequence[Sheet | None],
    many: Sequence[dict[str, Any]],
    statement: Sequence[dict[str, Any]],
) -> None:
    wrong = []
    for row, one, columns, sql in zip(rows, single, many, statement, strict=True):
        if columns != sql:
            differing = {k: (columns[k], sql[k]) for k in columns if columns[k] != sql[k]}
            wrong.append(f"{dict(row)}: columns and SQL differ: {differing}")
        elif one is None:
            if None not in sql.values():
                wrong.append(f"{dict(row)}: ints have no answer, SQL says {sql}")
        elif one.columns() != sql:
            ints = one.columns()
            differing = {k: (ints[k], sql[k]) for k in ints if ints[k] != sql[k]}
            wrong.append(f"{dict(row)}: ints and SQL differ: {differing}")
    assert not wrong, f"{len(wrong)} of {len(rows)} rows:\n" + "\n".join(wrong[:FEW])
