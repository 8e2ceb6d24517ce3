"""Dynamic management: what changed about a household that has a grant, and what comes of it.

A household tells (社会救助法第四十六条), our own books are matched every month, and each grant is
looked at again by its day. All three come to one queue; whoever settles a line names the change that
followed, or says why none did.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import (
    Applicant,
    Application,
    Circumstance,
    Grant,
    GrantAmount,
    GrantChange,
    GrantState,
    Origin,
    Programme,
    What,
)
from assistance.services import granting
from enrollment.models import Person, WageDeclaration
from pensions.models import Award, AwardState
from socsec.kernel.months import same_day
from socsec.kernel.regions import NATION
from socsec.office.access import require, require_stranger
from socsec.office.calendar import add_working_days
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

GRANTS = Grant._meta.db_table
APPLICATIONS = Application._meta.db_table
MEMBERS = Applicant._meta.db_table
PROGRAMMES = Programme._meta.db_table
AMOUNTS = GrantAmount._meta.db_table
CIRCUMSTANCES = Circumstance._meta.db_table
PEOPLE = Person._meta.db_table
AWARDS = Award._meta.db_table
WAGES = WageDeclaration._meta.db_table

# Everybody whom a grant that is not ended counts, since when its last decision holds.
COUNTED = f"""
    select g.id as grant_id, g.region, coalesce(m.person_id, g.person_id) as person_id,
           r.means_tested, coalesce(
               (select max(a.recorded_at) from {AMOUNTS} a where a.grant_id = g.id),
               g.granted_at)::date as decided_on
      from {GRANTS} g
      join {PROGRAMMES} r on r.id = g.programme_id
      left join {MEMBERS} m on m.application_id = g.application_id and m.excluded = ''
     where g.state <> {GrantState.ENDED}
"""  # noqa: S608

# What our own books say that the last decision did not know.
FOUND = f"""
    select c.grant_id, c.person_id, c.region, '{What.DEATH}' as what, h.died_on as happened_on
      from counted c join {PEOPLE} h on h.id = c.person_id
     where h.died_on is not null
    union all
    select c.grant_id, c.person_id, c.region, '{What.PENSION}',
           make_date(min(w.from_month) / 12, min(w.from_month) %% 12 + 1, 1)
      from counted c
      join {AWARDS} w on w.person_id = c.person_id and w.state = {AwardState.IN_PAYMENT}
     where c.means_tested and make_date(w.from_month / 12, w.from_month %% 12 + 1, 1) > c.decided_on
     group by c.grant_id, c.person_id, c.region
    union all
    select c.grant_id, c.person_id, c.region, '{What.WORK}',
           make_date(min(w.month) / 12, min(w.month) %% 12 + 1, 1)
      from counted c
      join {WAGES} w on w.person_id = c.person_id
                    and make_date(w.month / 12, w.month %% 12 + 1, 1) > c.decided_on
     where c.means_tested and not exists (
           select from {WAGES} b where b.person_id = c.person_id
              and make_date(b.month / 12, b.month %% 12 + 1, 1)
                  between c.decided_on - interval '2 months' and c.decided_on)
     group by c.grant_id, c.person_id, c.region
"""  # noqa: S608


@transaction.atomic
def report(
    *,
    by: User,
    grant: Grant,
    what: str,
    happened_on: date,
    text: str = "",
    person_id: int | None = None,
    act: str = "grant.report",
) -> Circumstance:
    """Somebody tells of a change: the household at the portal, a clerk, or a partner such as a
    school, a hospital or a shelter. `person_id` is whom it is about, the payee unless said. A review
    of the decision names its own `act`."""
    held = (
        Grant.objects.select_for_update(of=("self",)).select_related("programme").get(pk=grant.pk)
    )
    require(by, act, held.region, held.person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, held.person_id)
    if held.state == GrantState.ENDED:
        raise Refused(_("This grant has ended."), code="ended")
    if what not in What.values or what == What.REVIEW:
        raise Invalid(_("Say what changed."), code="unknown_change", field="what")
    today = timezone.localdate()
    if happened_on > today:
        raise Invalid(_("The day lies in the future."), code="future_date", field="happened_on")
    about = held.person_id if person_id is None else person_id
    if about != held.person_id and not _counts(held, about):
        raise Conflict(
            _("This person is no member of the household that applied."), code="no_member"
        )
    made = Circumstance.objects.create(
        grant=held,
        person_id=about,
        region=held.region,
        origin=Origin.REPORTED,
        what=what,
        happened_on=happened_on,
        text=text.strip()[:500],
        due_on=_due(held.region, today),
        by=by,
    )
    audit.record(
        by=by,
        act="grant.report",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        programme=held.programme.slug,
        what=what,
        since=happened_on.isoformat(),
    )
    return made


@transaction.atomic
def settle(
    *, by: User, circumstance: Circumstance, finding: str, change: GrantChange | None = None
) -> Circumstance:
    """What came of it: a change of the same grant, or the reason why there is none. A review that is
    settled sets the day of the next."""
    held = granting.locked(circumstance.grant, by, "benefit.change")
    row = Circumstance.objects.select_for_update().get(pk=circumstance.pk)
    if row.settled_at is not None:
        raise Conflict(_("This was settled already."), code="settled_already")
    if not finding.strip():
        raise Invalid(_("Say what was found."), code="empty", field="finding")
    if change is not None and change.grant_id != held.pk:
        raise Invalid(_("That change is of another grant."), code="other_grant", field="change")
    today = timezone.localdate()
    row.finding, row.change = finding.strip()[:500], change
    row.settled_at, row.settled_by = timezone.now(), by
    row.save(update_fields=["finding", "change", "settled_at", "settled_by"])
    if row.origin == Origin.REVIEW and held.programme.review_months:
        held.review_on = same_day(today, held.programme.review_months)
        held.save(update_fields=["review_on"])
    audit.record(
        by=by,
        act="grant.settle",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        programme=held.programme.slug,
        what=row.what,
        reason=row.finding[:200],
    )
    return row


def match(today: date | None = None) -> int:
    """Match every grant that runs with our own books: deaths, pensions and work that the last
    decision did not know. One statement; what was put down before is not put down again."""
    day = today or timezone.localdate()
    return _put_down(Origin.MATCHED, f"with counted as ({COUNTED}) {FOUND}", [], day)


def review(today: date | None = None) -> int:
    """Put down the grants whose day of review has come. The next day finds none of them again."""
    day = today or timezone.localdate()
    due = f"""
        select g.id as grant_id, g.person_id, g.region, '{What.REVIEW}' as what,
               g.review_on as happened_on
          from {GRANTS} g
         where g.state <> {GrantState.ENDED} and g.review_on <= %s
    """  # noqa: S608
    return _put_down(Origin.REVIEW, due, [day], day)


def _put_down(origin: str, found: str, params: list[Any], day: date) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {CIRCUMSTANCES} (grant_id, person_id, region, origin, what, happened_on,
                       text, due_on, recorded_at, finding)
                select f.grant_id, f.person_id, f.region, %s, f.what, f.happened_on,
                       '', %s, now(), ''
                  from ({found}) f
                on conflict do nothing""",  # noqa: S608
            [origin, _due(NATION, day), *params],
        )
        return cursor.rowcount


def _due(region: str, day: date) -> date:
    days = policies.of(policies.current_edition()).at("assistance.circumstance.days", region, day)
    return add_working_days(day, int(days.value))


def _counts(grant: Grant, person_id: int) -> bool:
    return Applicant.objects.filter(
        application=grant.application_id, person_id=person_id, excluded=""
    ).exists()
