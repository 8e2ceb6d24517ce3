"""Asking the rules: every night over everything, and over its payees before money is paid."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from funds.models import SupervisionFinding
from funds.params import SupervisionParams
from socsec.kernel.regions import NATION
from socsec.office.access import scope
from socsec.office.calendar import add_working_days
from socsec.office.models import User
from socsec.office.services import policy as policies

from .rules import Rule, rules

State = SupervisionFinding.State
HUNDRED = 100
NUMBERS = ("found", "open", "real", "false", "at_stake")
TABLE = SupervisionFinding._meta.db_table
# A person whom a rule is about is left alone by the others; what is known stays as it was judged.
TAKE = f"""
    insert into {TABLE}
      (rule, key, person_id, region, amount, facts, found_on, due_on, state, reason, remedy)
    select %s, f.key, f.person_id, f.region, f.amount, f.facts, %s, %s, '{State.OPEN}', '', ''
    from ({{found}}) f
    on conflict (rule, key) do update
      set amount = excluded.amount, facts = excluded.facts, gone_on = null
      where {TABLE}.state in ('{State.OPEN}', '{State.REAL}')
        and ({TABLE}.gone_on is not null or {TABLE}.amount <> excluded.amount
             or {TABLE}.facts <> excluded.facts)
"""  # noqa: S608
GONE = f"""
    update {TABLE} t set gone_on = %s
    where t.rule = %s and t.gone_on is null and t.state in ('{State.OPEN}', '{State.REAL}')
      and not exists (select from ({{found}}) f where f.key = t.key)
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Precision:
    """How good a rule is: what it found, and how much of what was judged was real (None: nothing)."""

    rule: Rule
    found: int
    open: int
    real: int
    false: int
    amount: int

    @property
    def share(self) -> int | None:
        """Real ones among those judged, in whole per cent."""
        judged = self.real + self.false
        return HUNDRED * self.real // judged if judged else None


def look(
    *, on: date | None = None, codes: Iterable[str] | None = None, before_payment: bool = False
) -> dict[str, int]:
    """Ask every rule, or those named, or those asked before a payment: new findings by code.

    Each rule in a transaction of its own, so that one that fails hides no other. A finding that was
    judged to be nothing stays judged; one that is no longer found is marked as gone.
    """
    today = on or timezone.localdate()
    wanted = None if codes is None else set(codes)
    return {
        rule.code: _ask(rule, today)
        for rule in rules()
        if (wanted is None or rule.code in wanted) and (rule.before_payment or not before_payment)
    }


@transaction.atomic
def _ask(rule: Rule, today: date) -> int:
    law = _law(today)
    found, params = rule.ask(law, today)
    due = add_working_days(today, law.judge_within)
    before = SupervisionFinding.objects.filter(rule=rule.code).count()
    with connection.cursor() as cursor:
        # Two that ask the same rule at once would both call the same thing new.
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"R{rule.code}"])
        cursor.execute(TAKE.format(found=found), [rule.code, today, due, *params])
        cursor.execute(GONE.format(found=found), [today, rule.code, *params])
    return SupervisionFinding.objects.filter(rule=rule.code).count() - before


def _law(on: date) -> SupervisionParams:
    return SupervisionParams.at(policies.of(policies.current_edition()), NATION, on)


def open_about(people: str, params: list[Any]) -> int:
    """Findings about these people that nobody has judged, or that are real and not yet put right.

    `people` is a SELECT of person numbers. Only of rules that are asked before a payment.
    """
    codes = [rule.code for rule in rules() if rule.before_payment]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select count(*) from {TABLE}
                where rule = any(%s) and gone_on is null and state = any(%s)
                  and person_id in ({people})""",  # noqa: S608
            [codes, [State.OPEN, State.REAL], *params],
        )
        (count,) = cursor.fetchone()
    return int(count)


def precision(user: User) -> list[Precision]:
    """Every rule with what it found where the user's office is responsible."""
    rows = scope(SupervisionFinding.objects.all(), user).order_by()
    real = Q(state__in=[State.REAL, State.SETTLED])
    counted = {
        code: numbers
        for code, *numbers in rows.values("rule")
        .annotate(
            found=Count("pk"),
            open=Count("pk", filter=Q(state=State.OPEN, gone_on__isnull=True)),
            real=Count("pk", filter=real),
            false=Count("pk", filter=Q(state=State.FALSE)),
            at_stake=Sum("amount", filter=real, default=0),
        )
        .values_list("rule", *NUMBERS)
    }
    none = [0] * len(NUMBERS)
    return [Precision(rule, *counted.get(rule.code, none)) for rule in rules()]
