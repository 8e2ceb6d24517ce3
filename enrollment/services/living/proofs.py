"""Proofs of life: by a match first, then by the person, then by others; a missed one is a task.

社会保险经办条例 art. 26. Nothing here stops a benefit: only a life event does, in the app that pays.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Person, ProofOfLife, ProofTask, ProofWay, StatusNotice
from enrollment.params import ProofRule
from enrollment.services.checks import alive, lock, not_in_future
from socsec.kernel.months import month_of
from socsec.kernel.policy import PolicyError
from socsec.kernel.ranges import MOST
from socsec.kernel.regions import NATION
from socsec.office import cutting, display
from socsec.office.access import require, require_stranger
from socsec.office.errors import Invalid, Refused, from_kernel, say
from socsec.office.gathering import gathered
from socsec.office.models import User
from socsec.office.services import audit, codes, messages, policy

State = ProofTask.State
PURPOSE = "proof"
BY_OTHERS = (ProofWay.RELATIVE, ProofWay.HELPER, ProofWay.VISIT)
AT_DESK = (*BY_OTHERS, ProofWay.COUNTER)

CHUNK = 50_000  # people looked at in one transaction each night
ASKED = "enrollment_asked"  # a table of one transaction
TIMES = ("match_months", "remind_days")

_NOBODY = """
    select 0::bigint as person_id, '' as region, '' as what, null::date as proved_on,
           null::date as valid_until where false
"""

# Everybody asked, until when what is known of them is enough, and when they are reminded.
_UNTIL = f"""
    with asked as (
        select person_id, region, what, remind_days,
               coalesce(valid_until, (proved_on + make_interval(months => match_months))::date)
                   as until
        from {ASKED}
        join unnest(%s::text[], %s::int[], %s::int[]) as law (region, match_months, remind_days)
          using (region)
    )
"""  # noqa: S608

# A reminder that led to nothing becomes a task.
_TURNED = f"""{_UNTIL}
    update enrollment_prooftask t set state = %s, missed_on = %s
    from asked a
    where t.person_id = a.person_id and t.closed_on is null and t.state = %s and a.until < %s
    returning t.person_id, t.region, t.due_on
"""  # noqa: S608

# A new row for those without an open one. What was closed for the same day is opened again.
_OPENED = f"""{_UNTIL}
    insert into enrollment_prooftask (person_id, due_on, region, what, state, reminded_on, missed_on)
    select person_id, until, region, what, %s, %s::date, %s::date
    from asked a
    where {{when}} and not exists (
        select from enrollment_prooftask t where t.person_id = a.person_id and t.closed_on is null
    )
    on conflict (person_id, due_on) do update
    set state = excluded.state, closed_on = null,
        reminded_on = coalesce(excluded.reminded_on, enrollment_prooftask.reminded_on),
        missed_on = excluded.missed_on
    returning person_id, region, due_on
"""  # noqa: S608

_CLOSED = f"""
    update enrollment_prooftask t set state = %s, closed_on = %s
    where t.closed_on is null and t.person_id between %s and %s
      and not exists (select from {ASKED} a where a.person_id = t.person_id)
    returning t.person_id
"""  # noqa: S608


def ask_code(*, by: User, person: Person) -> None:
    """Send a code to the telephone on the file of whoever confirms."""
    own = Person.objects.filter(pk=by.person_id or 0).first()
    if own is None or not own.phone:
        raise Refused(
            _("We have no mobile number of yours."),
            code="no_phone",
            fix=_("Come to any desk, or ask the village helper."),
        )
    require(by, "proof.self", person_id=person.pk)
    codes.issue(user=by, purpose=PURPOSE, to=own.phone)


@transaction.atomic
def confirm_self(*, by: User, person: Person, digits: str) -> ProofOfLife:
    """Confirm in the portal with the code: for oneself, or for whom one may act."""
    require(by, "proof.self", person_id=person.pk)
    person = lock(person)
    alive(person, timezone.localdate())
    codes.check(user=by, purpose=PURPOSE, digits=digits)
    own = by.person_id == person.pk
    witness = "" if own else Person.objects.get(pk=by.person_id or 0).name
    return put(
        person=person,
        way=ProofWay.SELF if own else ProofWay.RELATIVE,
        proved_on=timezone.localdate(),
        by=by,
        witness=witness,
    )


@transaction.atomic
def record(
    *, by: User, person: Person, way: str, proved_on: date, witness: str = ""
) -> ProofOfLife:
    """Take down that somebody was seen: at the counter, at home, by a helper or a relative."""
    require(by, "proof.record", person.region)
    require_stranger(by, person.pk)
    person = lock(person)
    if way not in AT_DESK:
        raise Invalid(_("Choose how it was found."), code="no_way", field="way")
    if way in BY_OTHERS and not witness.strip():
        raise Invalid(_("Say who saw the person."), code="no_witness", field="witness")
    not_in_future(proved_on, "proved_on")
    alive(person, proved_on)
    return put(
        person=person, way=ProofWay(way), proved_on=proved_on, by=by, witness=witness.strip()[:60]
    )


def put(
    *,
    person: Person,
    way: ProofWay,
    proved_on: date,
    by: User | None,
    witness: str = "",
    notice_id: int | None = None,
) -> ProofOfLife:
    """The same, within a service that has asked for leave. Twice on one day is once."""
    made, new = ProofOfLife.objects.get_or_create(
        person_id=person.pk,
        proved_on=proved_on,
        way=way,
        defaults={
            "valid_until": _until(person.region, way, proved_on),
            "by_id": by.pk if by else None,
            "witness": witness,
            "notice_id": notice_id,
        },
    )
    if not new:
        return made
    today = timezone.localdate()
    if made.valid_until >= today:
        ProofTask.objects.filter(person_id=person.pk, closed_on__isnull=True).update(
            state=State.CLOSED, closed_on=today
        )
    audit.record(
        by=by,
        act="proof.record",
        subject=("proofoflife", f"{person.pk}/{proved_on:%Y-%m-%d}"),
        person_id=person.pk,
        region=person.region,
        way=str(way),
        valid_until=made.valid_until,
    )
    return made


def put_matches(*, by: User | None, notices: Sequence[StatusNotice]) -> int:
    """A proof for each notice of a register that proves life: a few statements for all of them.

    Within a transaction of a service that has asked for leave. Gives how many are new.
    """
    until: dict[tuple[str, date], date] = {}
    proofs: dict[tuple[int, date], ProofOfLife] = {}
    places: dict[int, str] = {}
    for each in notices:
        place = (each.region, each.happened_on)
        if place not in until:
            until[place] = _until(each.region, ProofWay.MATCH, each.happened_on)
        assert each.person_id is not None  # a notice that proves life is somebody's
        places[each.person_id] = each.region
        proofs.setdefault(
            (each.person_id, each.happened_on),
            ProofOfLife(
                person_id=each.person_id,
                proved_on=each.happened_on,
                way=ProofWay.MATCH,
                valid_until=until[place],
                by_id=by.pk if by else None,
                notice_id=each.pk,
            ),
        )
    there = set(
        ProofOfLife.objects.filter(
            person_id__in=places, way=ProofWay.MATCH, proved_on__in={on for _who, on in proofs}
        ).values_list("person_id", "proved_on")
    )
    new = [proof for key, proof in proofs.items() if key not in there]
    ProofOfLife.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
    today = timezone.localdate()
    ProofTask.objects.filter(
        person_id__in={each.person_id for each in new if each.valid_until >= today},
        closed_on__isnull=True,
    ).update(state=State.CLOSED, closed_on=today)
    return audit.record_many(
        by=by,
        act="proof.record",
        rows=[
            {
                "subject": ("proofoflife", f"{each.person_id}/{each.proved_on:%Y-%m-%d}"),
                "person_id": each.person_id,
                "region": places[each.person_id],
                "way": str(each.way),
                "valid_until": each.valid_until,
            }
            for each in new
        ],
    )


def refresh(*, region: str = NATION, day: date | None = None) -> dict[str, int]:
    """Remind whose proof runs out soon, make a task of what has run out, close what is not due.

    Each night, part by part, each in a transaction of its own and in a few statements however many
    people it holds. It writes letters and tasks; no benefit is touched.
    """
    today = day or timezone.localdate()
    done = {"reminded": 0, "missed": 0, "closed": 0}
    everybody = queries.asked_sql(region)
    parts = cutting.by_person(*everybody, CHUNK) if everybody else []
    for part in parts or [{"first": 0, "last": MOST}]:
        for act, count in _refresh(region, today, part["first"], part["last"]).items():
            done[act] += count
    return done


@transaction.atomic
def _refresh(region: str, today: date, first: int, last: int) -> dict[str, int]:
    """The same for a range of person numbers."""
    select, values = queries.asked_sql(region, first, last) or (_NOBODY, [])
    done = {"reminded": 0, "missed": 0, "closed": 0}
    with gathered(ASKED, select, values):
        places = [place for (place,) in _fetch(f"select distinct region from {ASKED}", [])]  # noqa: S608
        if places:
            rules = [_rule(place, today) for place in places]
            months, days = ([int(getattr(rule, name)) for rule in rules] for name in TIMES)
            law = [places, months, days]
            turned = _fetch(_TURNED, [*law, State.MISSED, today, State.REMINDED, today])
            opened = _fetch(
                _OPENED.format(when="until < %s"), [*law, State.MISSED, None, today, today]
            )
            done["missed"] = _missed([*turned, *opened], today)
            soon = _fetch(
                _OPENED.format(when="until >= %s and until - remind_days <= %s"),
                [*law, State.REMINDED, today, None, today, today],
            )
            done["reminded"] = _remind(soon)
        if region == NATION:
            done["closed"] = len(_fetch(_CLOSED, [State.NOT_DUE, today, first, last]))
    return done


Task = tuple[int, str, date]  # a person, the region and the day until when a proof was enough


def _missed(tasks: Sequence[Task], today: date) -> int:
    """Note of each that nobody knows whether the person lives."""
    return audit.record_many(
        by=None,
        act="proof.miss",
        rows=[
            {
                "subject": ("prooftask", f"{person_id}/{due_on:%Y-%m-%d}"),
                "person_id": person_id,
                "region": region,
                "due_on": due_on,
            }
            for person_id, region, due_on in tasks
        ],
    )


def _remind(tasks: Sequence[Task]) -> int:
    """A letter to each, alike for all whose proof runs out on one day."""
    for day, same in groupby(sorted(tasks, key=itemgetter(2)), key=itemgetter(2)):
        messages.notify_many(
            people=[person_id for person_id, _region, _day in same],
            title=_("Confirm that you are well"),
            body=say(
                _(
                    "By %(day)s we need a sign of life. Confirm it here in a minute, or at any desk,"
                    " or tell the village helper. Your benefit goes on in any case."
                ),
                day=_Day(day),
            ),
            by=None,
        )
    return len(tasks)


def _fetch(statement: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


class _Day:
    """A day that is written in the language of whoever reads it."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __str__(self) -> str:
        return display.day(self.day)


def _rule(region: str, day: date) -> ProofRule:
    try:
        return ProofRule.at(policy.of(policy.current_edition()), region, month_of(day))
    except PolicyError as error:
        raise from_kernel(error) from error


def _until(region: str, way: ProofWay, day: date) -> date:
    rule = _rule(region, day)
    months: dict[ProofWay, int] = {
        ProofWay.MATCH: rule.match_months,
        ProofWay.SELF: rule.self_months,
    }
    return _add(day, months.get(way, int(rule.other_months)))


def _add(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where there is none.

    >>> _add(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    number = month_of(day) + months
    following = number + 1
    last = date(following // 12, following % 12 + 1, 1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))
