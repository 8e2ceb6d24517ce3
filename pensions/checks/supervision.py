"""What looks wrong in pensions: the rules that supervision asks (`funds.supervision`)."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.models import EventKind, LifeEvent, ProofTask
from funds.models import Branch, SupervisionFinding
from funds.params import SupervisionParams
from funds.services import supervision
from funds.services.supervision import Rule, Statement
from pensions.models import AwardState
from socsec.kernel.months import first_day, month_of
from socsec.kernel.units import ONE
from socsec.office.models import Run

from .awards import early
from .sql import AWARDS, ENTRIES, OVERPAID, PAYMENTS, PEOPLE

EVENTS = LifeEvent._meta.db_table
TASKS = ProofTask._meta.db_table
RUNS = Run._meta.db_table
# What is recorded as overpaid is known, and on its way back.
UNKNOWN = f"""not exists (select from {OVERPAID} o where o.person_id = p.person_id
              and o.month = p.month and o.award_id = p.award_id)"""


def month_sql(column: str) -> str:
    """The month number of a date column."""
    return f"(extract(year from {column}) * 12 + extract(month from {column}) - 1)::int"


def paid_after_death(_law: SupervisionParams, _on: date) -> Statement:
    return (
        f"""select p.person_id || ':' || p.month as key, p.person_id, min(p.region) as region,
                   sum(p.amount)::bigint as amount,
                   jsonb_build_object('month', p.month, 'died', d.died_on) as facts
              from {PAYMENTS} p
              join {PEOPLE} d on d.id = p.person_id and d.died_on is not null
             where p.month > {month_sql("d.died_on")} and {UNKNOWN}
             group by p.person_id, p.month, d.died_on having sum(p.amount) > 0""",  # noqa: S608
        [],
    )


def two_pensions(_law: SupervisionParams, _on: date) -> Statement:
    return (
        f"""select person_id::text as key, person_id, min(region) as region, 0::bigint as amount,
                   jsonb_build_object('awards', count(*)) as facts
              from {AWARDS} where state <> %s and branch = %s
             group by person_id having count(*) > 1""",  # noqa: S608
        [AwardState.ENDED, Branch.PENSION],
    )


def paid_in_prison(_law: SupervisionParams, _on: date) -> Statement:
    standing = f"reverses_id is null and not exists (select from {EVENTS} b where b.reverses_id ="
    return (
        f"""select p.person_id || ':' || p.month as key, p.person_id, min(p.region) as region,
                   sum(p.amount)::bigint as amount,
                   jsonb_build_object('month', p.month, 'since', min(e.happened_on)) as facts
              from {EVENTS} e
              join {PAYMENTS} p on p.person_id = e.person_id
                               and p.month > {month_sql("e.happened_on")}
             where e.kind = %s and e.{standing} e.id) and {UNKNOWN}
               and not exists (
                   select from {EVENTS} x
                    where x.person_id = e.person_id and x.kind = %s and x.{standing} x.id)
                      and x.happened_on >= e.happened_on
                      and {month_sql("x.happened_on")} <= p.month)
             group by p.person_id, p.month having sum(p.amount) > 0""",  # noqa: S608
        [EventKind.PRISON, EventKind.RELEASE],
    )


def too_early(_law: SupervisionParams, on: date) -> Statement:
    return (
        f"""select f.id::text as key, f.person_id, a.region, 0::bigint as amount,
                   jsonb_build_object('month', f.from_month, 'required', f.required) as facts
              from ({early(on)}) f join {AWARDS} a on a.id = f.id""",  # noqa: S608
        [],
    )


def unproved(_law: SupervisionParams, _on: date) -> Statement:
    return (
        f"""select t.person_id || ':' || t.due_on as key, t.person_id, min(p.region) as region,
                   sum(p.amount)::bigint as amount,
                   jsonb_build_object('due', t.due_on, 'month', min(p.month)) as facts
              from {TASKS} t
              join {PAYMENTS} p on p.person_id = t.person_id
              join {RUNS} r on r.id = p.run_id and r.started_at::date > t.missed_on
             where t.state = %s group by t.person_id, t.due_on""",  # noqa: S608
        [ProofTask.State.MISSED],
    )


def jumped(law: SupervisionParams, on: date) -> Statement:
    sums = f"""select person_id, award_id, month, min(region) as region, sum(amount) as amount
                 from {PAYMENTS} where month between %s and %s group by 1, 2, 3"""  # noqa: S608
    last = month_of(on)
    return (
        f"""select b.person_id || ':' || b.award_id || ':' || b.month as key, b.person_id, b.region,
                   (b.amount - a.amount)::bigint as amount,
                   jsonb_build_object('month', b.month, 'before', a.amount, 'now', b.amount) as facts
              from ({sums}) a
              join ({sums}) b on b.person_id = a.person_id and b.award_id = a.award_id
                             and b.month = a.month + 1
             where a.amount > 0 and b.amount * {ONE} > a.amount * %s""",  # noqa: S608
        [last - 2, last, last - 1, last, ONE + law.jump],
    )


def left_in_account(law: SupervisionParams, on: date) -> Statement:
    return (
        f"""select d.id || ':' || e.fund_id as key, d.id as person_id, d.region,
                   e.balance as amount, jsonb_build_object('died', d.died_on) as facts
              from {PEOPLE} d
              join lateral (select distinct on (fund_id) fund_id, balance from {ENTRIES}
                             where person_id = d.id order by fund_id, seq desc) e on e.balance > 0
             where d.died_on < %s""",  # noqa: S608
        [first_day(month_of(on) - law.dead_with_balance)],
    )


def page(found: SupervisionFinding) -> str:
    """The person's page at the desk."""
    return reverse("admin:enrollment_person_change", args=[found.person_id])


MEASURE = "社会保险基金行政监督办法"
RULES = (
    Rule(
        "R1",
        _("Paid for a month after the death"),
        "社会保险法第八十八条；社会保险经办条例第四十六条",
        paid_after_death,
        {"month": _("Month"), "died": _("Died on")},
        frozenset({"month"}),
        page=page,
    ),
    Rule(
        "R2",
        _("Two pensions at the same time"),
        "城乡养老保险制度衔接暂行办法第七条",
        two_pensions,
        {"awards": _("Awards")},
        before_payment=True,
        page=page,
    ),
    Rule(
        "R3",
        _("A pension paid while in prison"),
        "劳社厅函〔2001〕44号",
        paid_in_prison,
        {"month": _("Month"), "since": _("In prison since")},
        frozenset({"month"}),
        before_payment=True,
        page=page,
    ),
    Rule(
        "R4",
        _("A pension begun before the age"),
        "国务院关于渐进式延迟法定退休年龄的办法",
        too_early,
        {"month": _("Begun in"), "required": _("Age reached in")},
        frozenset({"month", "required"}),
        before_payment=True,
        page=page,
    ),
    Rule(
        "R11",
        _("Paid although life was not proved in time"),
        "人社厅发〔2018〕107号",
        unproved,
        {"due": _("Due on"), "month": _("Month")},
        frozenset({"month"}),
        page=page,
    ),
    Rule(
        "R12",
        _("A pension that rose much against the month before"),
        MEASURE,
        jumped,
        {
            "month": _("Month"),
            "before": _("The month before, yuan"),
            "now": _("In that month, yuan"),
        },
        frozenset({"month"}),
        frozenset({"before", "now"}),
        page=page,
    ),
    Rule(
        "R14",
        _("Money in the account of somebody long dead"),
        "社会保险法第十四条",
        left_in_account,
        {"died": _("Died on")},
        page=page,
    ),
)


def register() -> None:
    """Called when the app is ready."""
    for rule in RULES:
        supervision.register(rule)
