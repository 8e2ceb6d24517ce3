"""Proofs of life: who needs one, until when the last is enough, and what registers say.

Enrollment does not know who draws a benefit. Apps above register from their ready() a SELECT of
those who need a proof; what it finds is asked for, never known.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet
from django.utils.functional import Promise

from enrollment.models import ProofOfLife, ProofTask, StatusNotice, StatusState
from socsec.kernel.ranges import MOST
from socsec.kernel.regions import span
from socsec.office import people
from socsec.office.access import scope
from socsec.office.models import User

Select = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Need:
    """Some who need a proof of life. `select` gives person_id, region and since, the day on which
    the benefit began: whoever claimed then was alive."""

    slug: str
    label: str | Promise
    select: Callable[[], Select]


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody whose latest proof, or the beginning of the benefit, is enough until `since_end`."""

    person_id: int
    region: str
    what: str
    proved_on: date
    valid_until: date | None


_needs: dict[str, Need] = {}


def needs(*new: Need) -> None:
    """Called from an app's ready()."""
    for each in new:
        _needs[each.slug] = each


def need_label(slug: str) -> str | Promise:
    return _needs[slug].label if slug in _needs else slug


# One row a person, whatever they draw; the latest proof counts, or else the first benefit's beginning.
_ASKED = """
    select n.person_id, min(n.region) as region, min(n.what) as what,
           coalesce(max(p.proved_on), min(n.since)) as proved_on,
           max(p.valid_until) as valid_until
    from ({needs}) as n
    join enrollment_person q on q.id = n.person_id and q.died_on is null
    left join lateral (
        select proved_on, valid_until from enrollment_proofoflife
        where person_id = n.person_id order by valid_until desc limit 1
    ) as p on true
    where n.region between %s and %s and n.person_id between %s and %s
    group by n.person_id
"""


def asked_sql(region: str, first_person: int = 0, last_person: int = MOST) -> Select | None:
    """Everybody within a region who needs a proof, as a SELECT with the columns of `Due`; None
    where no app says that anybody does."""
    if not _needs:
        return None
    parts, values = [], []
    for each in _needs.values():
        text, given = each.select()
        parts.append(f"select person_id, region, since, %s::text as what from ({text}) as x")  # noqa: S608
        values += [each.slug, *given]
    # The slug stands before the parameters of its own SELECT.
    text = _ASKED.format(needs=" union all ".join(parts))
    return text, [*values, *span(region), first_person, last_person]


def asked(region: str) -> list[Due]:
    """The same as a list, with what is known."""
    select = asked_sql(region)
    if select is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*select)
        return [Due(*row) for row in cursor.fetchall()]


def needed(person_id: int) -> bool:
    """Whether a person needs a proof of life at all."""
    for each in _needs.values():
        text, given = each.select()
        with connection.cursor() as cursor:
            cursor.execute(
                f"select exists (select from ({text}) as x where person_id = %s)",  # noqa: S608
                [*given, person_id],
            )
            if cursor.fetchone()[0]:
                return True
    return False


def proved_until(person_id: int) -> date | None:
    """Until when the proofs of a person are enough; None without any."""
    return ProofOfLife.objects.filter(person_id__in=people.numbers(person_id)).aggregate(
        last=Max("valid_until")
    )["last"]


def proofs_of(person_id: int) -> QuerySet[ProofOfLife]:
    return ProofOfLife.objects.filter(person_id__in=people.numbers(person_id)).order_by(
        "-proved_on"
    )


def proof_tasks(user: User) -> QuerySet[ProofTask]:
    """Who is to be looked up in the user's region: missed first, then reminded."""
    return scope(ProofTask.objects.filter(closed_on__isnull=True), user).order_by(
        "due_on", "person_id"
    )


def open_task(person_id: int) -> ProofTask | None:
    return ProofTask.objects.filter(
        person_id__in=people.numbers(person_id), closed_on__isnull=True
    ).first()


def status_notices(user: User) -> QuerySet[StatusNotice]:
    """What registers said of people of the user's region; what waits first comes last in."""
    return scope(StatusNotice.objects.select_related("person", "decided_by"), user)


def status_waiting(user: User) -> QuerySet[StatusNotice]:
    return status_notices(user).filter(state__in=[StatusState.MATCHED, StatusState.DOUBT])


def notices_since(after: int = 0, kinds: Iterable[str] | None = None) -> QuerySet[StatusNotice]:
    """The door for the apps above: notices of known people after a number, oldest first.

    A notice is a word, not a fact: benefits act on life events, and may look closer on notices.
    """
    found = StatusNotice.objects.filter(pk__gt=after, person__isnull=False).order_by("pk")
    return found if kinds is None else found.filter(kind__in=list(kinds))
