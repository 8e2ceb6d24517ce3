"""What looks wrong in the books and in the hands of staff: the rules of supervision that need no scheme."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from funds.models import Fund, accounts
from funds.params import SupervisionParams
from funds.services import supervision
from funds.services.supervision import Rule, Statement
from socsec.kernel.months import first_day, month_of
from socsec.office.models import AuditEntry, User

FUNDS = Fund._meta.db_table
AUDIT = AuditEntry._meta.db_table
USERS = User._meta.db_table


def own_case(_law: SupervisionParams, _on: date) -> Statement:
    return (
        f"""select e.id::text as key, e.person_id, coalesce(nullif(e.region, ''), '000000') as region,
                   0::bigint as amount,
                   jsonb_build_object('who', u.username, 'act', e.act, 'day', e.at::date) as facts
              from {AUDIT} e join {USERS} u on u.id = e.actor_id and u.kind = %s
             where e.person_id = u.person_id and e.act not like '%%.read'""",  # noqa: S608
        [User.Kind.STAFF],
    )


def income_not_emptied(_law: SupervisionParams, on: date) -> Statement:
    month = month_of(on)
    return (
        f"""select f.id || ':' || %s as key, null::bigint as person_id, f.region_id as region,
                   abs(m.left)::bigint as amount, jsonb_build_object('month', %s) as facts
              from {FUNDS} f
              join lateral (
                   select sum(case when t.debit = %s then t.amount else 0 end
                              - case when t.credit = %s then t.amount else 0 end) as left
                     from funds_ledgerbatch b join funds_batchtotal t on t.batch_id = b.id
                    where b.fund_id = f.id and b.booked_on < %s
                      and %s in (t.debit, t.credit)) m on m.left <> 0""",  # noqa: S608
        [
            str(month - 1),
            month - 1,
            *[accounts.INCOME_ACCOUNT] * 2,
            first_day(month),
            accounts.INCOME_ACCOUNT,
        ],
    )


def limits_broken(_law: SupervisionParams, on: date) -> Statement:
    """By a trade at once; by prices only when the days to end it are over."""
    return (
        """select b.id::text as key, null::bigint as person_id, m.region_id as region,
                  b.excess as amount,
                  jsonb_build_object('mandate', m.number, 'day', b.found_on, 'until', b.cure_by) as facts
             from funds_limitbreach b join funds_mandate m on m.id = b.mandate_id
            where b.cured_on is null and (not b.passive or b.cure_by < %s)""",
        [on],
    )


RULES = (
    Rule(
        "R16",
        _("A limit of investment broken by a trade, or longer than it may be"),
        "国发〔2015〕48号第三十七条",
        limits_broken,
        {
            "mandate": _("Mandate"),
            "day": _("Day"),
            "until": _("To be ended by"),
        },
    ),
    Rule(
        "R8",
        _("Somebody of the staff handled their own case"),
        "社会保险经办条例第三十七条",
        own_case,
        {"who": _("User"), "act": _("Act"), "day": _("Day")},
    ),
    Rule(
        "R13",
        _("An income account that was not emptied at the end of the month"),
        "财社〔2017〕144号第六章",
        income_not_emptied,
        {"month": _("Month")},
        frozenset({"month"}),
    ),
)


def register() -> None:
    """Called when the app is ready."""
    for rule in RULES:
        supervision.register(rule)
