"""Grants and their money: paid is what was granted, ordered is what was paid, nobody dead is paid."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from assistance.models import ChangeKind, ChangeState, Form, GrantState
from assistance.services.changing import hearing_required_since
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .sql import (
    AMOUNTS,
    CHANGES,
    FEW,
    GRANTS,
    ORDERS,
    PAYMENTS,
    PEOPLE,
    RECOGNITIONS,
    RUNS,
    select,
)


def paid_as_granted() -> Iterator[Finding]:
    """What was paid of a grant for a month is no more than a version of it ever said of that month.

    A version that lowers months gone by leaves them paid as they were due at the time.
    """
    rows = select(
        f"""select p.grant_id, p.month, p.paid, v.most
              from (select grant_id, month, sum(amount)::bigint as paid
                      from {PAYMENTS} group by grant_id, month) p
             cross join lateral (
                   select coalesce(max(a.amount), 0) as most from {AMOUNTS} a
                    where a.grant_id = p.grant_id and a.from_month <= p.month) v
             where p.paid > v.most limit {FEW}"""  # noqa: S608
    )
    for grant, month, paid, most in rows:
        yield Finding(
            "assistance.paid",
            f"grant {grant}, {format_month(month)}",
            say(
                _("%(paid)s yuan were paid, at most %(most)s were granted."),
                paid=yuan(paid),
                most=yuan(most),
            ),
        )


def paid_as_ordered() -> Iterator[Finding]:
    """Every envelope holds an order for each payee, of what the payments in it add up to; and money
    that a payroll posted is in an envelope."""
    rows = select(
        f"""select coalesce(p.envelope_id, o.batch_id), coalesce(p.person_id, o.person_id),
                   coalesce(p.paid, 0), coalesce(o.ordered, 0)
              from (select envelope_id, person_id, sum(amount)::bigint as paid from {PAYMENTS}
                     where envelope_id is not null group by envelope_id, person_id) p
              full join (select batch_id, person_id, sum(amount)::bigint as ordered from {ORDERS}
                          where batch_id in (select envelope_id from {PAYMENTS})
                          group by batch_id, person_id) o
                on o.batch_id = p.envelope_id and o.person_id = p.person_id
             where coalesce(p.paid, 0) <> coalesce(o.ordered, 0) limit {FEW}"""  # noqa: S608
    )
    for envelope, person, paid, ordered in rows:
        yield Finding(
            "assistance.ordered",
            f"envelope {envelope}, person {person}",
            say(
                _("%(paid)s yuan are recorded as paid, %(ordered)s were ordered."),
                paid=yuan(paid),
                ordered=yuan(ordered),
            ),
        )
    rows = select(
        f"""select p.id from {PAYMENTS} p join {RUNS} r on r.id = p.run_id
             where p.form = '{Form.CASH}' and p.envelope_id is null and r.state = 'posted'
             limit {FEW}"""  # noqa: S608
    )
    for (payment,) in rows:
        yield Finding(
            "assistance.ordered",
            f"payment {payment}",
            _("A payroll was posted and this money was never ordered."),
        )


def paid_before_the_grant() -> Iterator[Finding]:
    """No month before the first of a grant is paid."""
    rows = select(
        f"""select p.grant_id, p.month from {PAYMENTS} p join {GRANTS} g on g.id = p.grant_id
             where p.month < g.from_month limit {FEW}"""  # noqa: S608
    )
    for grant, month in rows:
        yield Finding(
            "assistance.early",
            f"grant {grant}, {format_month(month)}",
            _("A month before the grant was paid."),
        )


def paid_although_dead() -> Iterator[Finding]:
    """Nobody is paid for a month after a death that was known before the payroll was made."""
    rows = select(
        f"""select p.person_id, p.month
              from {PAYMENTS} p
              join {PEOPLE} d on d.id = p.person_id and d.died_on is not null
              join {RUNS} r on r.id = p.run_id
             where p.month > extract(year from d.died_on) * 12 + extract(month from d.died_on) - 1
               and d.death_known_on < r.started_at::date limit {FEW}"""  # noqa: S608
    )
    for person, month in rows:
        yield Finding(
            "assistance.paid_dead",
            f"person {person}, {format_month(month)}",
            _("A month after the death was paid, although the death was known."),
        )


def changes_heard() -> Iterator[Finding]:
    """Since the law asks for it, every reduction or stop of a living household rests on a hearing."""
    since = hearing_required_since()
    rows = select(
        f"""select c.id, c.grant_id from {CHANGES} c
              join {GRANTS} g on g.id = c.grant_id
              join {PEOPLE} p on p.id = g.person_id
             where c.state = '{ChangeState.MADE}' and c.after < c.before
               and c.kind <> '{ChangeKind.RESUME}' and c.hearing_id is null
               and p.died_on is null and c.proposed_at::date >= %s limit {FEW}""",  # noqa: S608
        [since],
    )
    for change, grant in rows:
        yield Finding(
            "assistance.heard",
            f"change {change}, grant {grant}",
            _("The grant was reduced or stopped and nobody was heard."),
        )


def recognised_by_a_grant() -> Iterator[Finding]:
    """A recognition without an end belongs to a grant that has not ended."""
    rows = select(
        f"""select r.id, r.person_id from {RECOGNITIONS} r join {GRANTS} g on g.id = r.grant_id
             where r.until is null and g.state = {GrantState.ENDED} limit {FEW}"""  # noqa: S608
    )
    for recognition, person in rows:
        yield Finding(
            "assistance.recognised",
            f"recognition {recognition}, person {person}",
            _("The grant has ended; the recognition has not."),
        )
