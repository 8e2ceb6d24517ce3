"""A recomputation as a run: what it would do, doing a part of it, and putting a part back."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from pensions.models import Award, AwardState, OverpaidMonth, Recomputation
from pensions.services import overpaid
from pensions.services.adjustment import Part
from pensions.services.deciding import law_of
from pensions.services.recompute.found import FOUND, PARTS, find
from pensions.services.recompute.steps import (
    BENEFITS,
    IN_FORCE,
    PAYMENTS,
    STEPS,
    as_json,
    lay,
    summed,
)
from pensions.services.recompute.waiting import AWARDS, select
from socsec.office.errors import Refused
from socsec.office.runs import Preview

RECOMPUTATIONS = Recomputation._meta.db_table
OVERPAID = OverpaidMonth._meta.db_table

# Of each month that was paid: what it comes to now, and what was paid for it.
_MONTHS = f"""
    select y.award_id, y.month, y.paid, coalesce({summed()}, 0)::bigint as due
      from (select y.award_id, y.month, sum(y.amount)::bigint as paid
              from {PAYMENTS} y
              join (select distinct person_id, award_id from {STEPS}) s
                on s.person_id = y.person_id and s.award_id = y.award_id
             group by y.award_id, y.month) y
      left join {STEPS} s
        on s.award_id = y.award_id and y.month >= s.from_month and y.month < s.next_month
"""  # noqa: S608
_LAST = f"""
    select distinct on (s.award_id) s.award_id, s.person_id,
           ({summed("old_")})::bigint as was, ({summed()})::bigint as now
      from {STEPS} s order by s.award_id, s.from_month desc
"""  # noqa: S608


def preview(part: Part, samples: int, most: int) -> Preview:
    """How many come out otherwise, who wins and who loses, what earlier months bring."""
    find(part)
    lay()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select a.region, count(*), sum(t.now)::bigint,
                       coalesce(sum(t.now - t.was) filter (where t.now > t.was), 0)::bigint,
                       coalesce(sum(t.was - t.now) filter (where t.now < t.was), 0)::bigint
                  from ({_LAST}) t join {AWARDS} a on a.id = t.award_id
                 group by a.region order by a.region"""  # noqa: S608
        )
        places = cursor.fetchall()
        cursor.execute(
            f"""select coalesce(sum(due - paid) filter (where due > paid), 0)::bigint,
                       coalesce(sum(paid - due) filter (where due < paid), 0)::bigint
                  from ({_MONTHS}) m"""  # noqa: S608
        )
        arrears, too_much = cursor.fetchone()
        cursor.execute(
            f"""select person_id, was, now from ({_LAST}) t where was <> now
                 order by abs(now - was) desc, person_id limit %s""",  # noqa: S608
            [most],
        )
        changes = cursor.fetchall()
        cursor.execute(f"select award_id from {FOUND} order by person_id limit %s", [samples])  # noqa: S608
        shown = [row[0] for row in cursor.fetchall()]
    return Preview(
        count=sum(row[1] for row in places),
        total=sum(row[2] for row in places),
        figures={
            "more_a_month": sum(row[3] for row in places),
            "less_a_month": sum(row[4] for row in places),
            "arrears": arrears,
            "overpaid": too_much,
        },
        regions={row[0]: [row[1], row[2]] for row in places},
        changes=[_change(*row) for row in changes],
        samples=[_sheet(part, award) for award in Award.objects.filter(pk__in=shown)],
    )


def _change(person_id: int, was: int, now: int) -> dict[str, Any]:
    kind = "more" if now > was else "less"
    return {"person_id": person_id, "before": was, "after": now, "change": now - was, "kind": kind}


def _sheet(part: Part, award: Award) -> dict[str, Any]:
    return law_of(part.scheme).decide_again(award.gathered, part.policy).as_json()


def recompute(part: Part, run_id: int) -> tuple[int, int]:
    """Let the awards of a part rest on the announced value. (awards, fen a month) after it."""
    waiting, values = select(part, "a.id")
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from ({waiting} for update) w", values)  # noqa: S608
    find(part)
    lay()
    kept = "'edition', %s::bigint, 'parts', %s, 'provisional', %s, 'recomputed_by', %s::bigint"
    parts = {
        of: "jsonb_build_object(" + ", ".join(f"'{name}', {of}.{name}" for name in PARTS) + ")"
        for of in ("a", "f")
    }
    before = kept % ("a.edition_id", parts["a"], "a.provisional", "a.recomputed_by")
    after = kept % ("%s", parts["f"], "f.provisional", "%s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {RECOMPUTATIONS}
                  (person_id, award_id, run_id, region, before, after, monthly_before, monthly)
                select a.person_id, a.id, %s, a.region,
                       jsonb_build_object({before}, 'steps', s.before),
                       jsonb_build_object({after}, 'steps', s.after, 'lines', f.lines), t.was, t.now
                  from {FOUND} f
                  join {AWARDS} a on a.id = f.award_id
                  join ({_LAST}) t on t.award_id = f.award_id
                  join (select s.award_id, {as_json("old_")} as before, {as_json()} as after
                          from {STEPS} s group by s.award_id) s on s.award_id = f.award_id
                 order by a.person_id""",  # noqa: S608
            [run_id, part.edition, run_id],
        )
        cursor.execute(
            f"""update {AWARDS} a
                   set {", ".join(f"{name} = f.{name}" for name in PARTS)},
                       monthly = {" + ".join(f"f.{name}" for name in PARTS)},
                       provisional = f.provisional, edition_id = %s, recomputed_by = %s
                  from {FOUND} f where a.id = f.award_id""",  # noqa: S608
            [part.edition, run_id],
        )
        _state(cursor)
        cursor.execute(f"select count(*), coalesce(sum(now), 0)::bigint from ({_LAST}) t")  # noqa: S608
        count, total = cursor.fetchone()
    return count, total


def undo(part: Part, run_id: int) -> None:
    """Put the awards of a part back. `Refused` where one has changed since."""
    mine = f"""(select person_id, award_id, before, after from {RECOMPUTATIONS}
                 where run_id = %s and person_id between %s and %s)"""  # noqa: S608
    who = [run_id, part.first, part.last]
    olds = ", ".join(f"s.{name} as old_{name}" for name in PARTS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select count(*) from (select from {AWARDS} a join {mine} r on r.award_id = a.id
                                          for update of a) w""",  # noqa: S608
            who,
        )
        cursor.execute(f"drop table if exists {STEPS}")
        cursor.execute(
            f"""create temporary table {STEPS} on commit drop as
                with s as materialized ({IN_FORCE.format(of=mine)})
                select s.person_id, s.award_id, s.from_month, s.next_month, s.version, {olds},
                       {", ".join(f"b.{name}" for name in PARTS)}
                  from s
                  join {mine} r on r.award_id = s.award_id
                  left join lateral jsonb_to_recordset(r.before -> 'steps')
                       as b(from_month int, {", ".join(f"{name} bigint" for name in PARTS)})
                    on b.from_month = s.from_month""",  # noqa: S608
            [*who, *who],
        )
        cursor.execute(
            f"""select exists (
                  select from {mine} r
                    left join (select s.award_id, {as_json("old_")} as now
                                 from {STEPS} s group by s.award_id) s on s.award_id = r.award_id
                   where s.now is distinct from r.after -> 'steps')""",  # noqa: S608
            who,
        )
        if cursor.fetchone()[0]:
            raise Refused(
                _("A pension of this run has changed since."),
                code="later_change",
                fix=_("Correct single pensions instead."),
            )
        cursor.execute(
            f"""update {AWARDS} a
                   set {", ".join(f"{name} = (r.before -> 'parts' ->> '{name}')::bigint" for name in PARTS)},
                       monthly = (select sum(value::bigint)
                                    from jsonb_each_text(r.before -> 'parts')),
                       provisional = (r.before ->> 'provisional')::boolean,
                       edition_id = (r.before ->> 'edition')::bigint,
                       recomputed_by = (r.before ->> 'recomputed_by')::bigint
                  from {mine} r where a.id = r.award_id""",  # noqa: S608
            who,
        )
        _state(cursor)


def _state(cursor: Any) -> None:
    """State the steps that are others now, and let the next payroll look at what months lack.

    Where months were paid beyond what they come to, that is recorded, award by award.
    """
    cursor.execute(
        f"""insert into {BENEFITS}
              (person_id, award_id, from_month, version, {", ".join(PARTS)})
            select person_id, award_id, from_month, version + 1, {", ".join(PARTS)} from {STEPS}
             where ({", ".join(PARTS)}) <> ({", ".join(f"old_{name}" for name in PARTS)})
             order by person_id, award_id, from_month"""  # noqa: S608
    )
    cursor.execute(
        f"""update {AWARDS} a set owed_from = least(a.owed_from, m.first)
              from (select award_id, min(month) as first from ({_MONTHS}) m
                     where due > paid group by award_id) m
             where m.award_id = a.id and a.state = {AwardState.IN_PAYMENT}"""  # noqa: S608
    )
    cursor.execute(
        f"""select award_id from ({_MONTHS}) m where paid > due
             union
            select o.award_id from {OVERPAID} o
              join {STEPS} s on s.person_id = o.person_id and s.award_id = o.award_id
             order by award_id"""  # noqa: S608
    )
    found = [row[0] for row in cursor.fetchall()]
    for award in Award.objects.filter(pk__in=found).order_by("pk").iterator(500):
        overpaid.find(award=award)
