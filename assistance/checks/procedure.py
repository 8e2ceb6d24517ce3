"""The way to a decision: notices, authorisations, surveys, households, programmes."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import GrantState, ProgrammeState, Unit
from assistance.services.noticing import SHOWN
from socsec.kernel.regions import NATION
from socsec.office.oversight import Finding
from socsec.office.services import policy as policies

from .sql import (
    APPLICATIONS,
    CASES,
    FEW,
    GRANTS,
    MATCHINGS,
    MEMBERS,
    NOTICES,
    PEOPLE,
    PROGRAMMES,
    STEPS,
    SURVEYS,
    select,
)


def notices_show_no_more() -> Iterator[Finding]:
    """A notice shows name, number of members and amount, and only where the programme has one."""
    rows = select(
        f"""select n.id, n.application_id from {NOTICES} n
              join {APPLICATIONS} a on a.case_id = n.application_id
              join {PROGRAMMES} p on p.id = a.programme_id
             where not p.noticed or n.shown - %s::text[] <> '{{}}'::jsonb limit {FEW}""",  # noqa: S608
        [list(SHOWN)],
    )
    for notice, application in rows:
        yield Finding(
            "assistance.notices",
            f"notice {notice}, application {application}",
            _("The notice shows more than the law allows."),
        )


def notices_of_children() -> Iterator[Finding]:
    """Who is shown on a notice was of age when it was posted."""
    today = timezone.localdate()
    of_age = policies.of(policies.current_edition()).at("assistance.of_age", NATION, today)
    rows = select(
        f"""select n.id, a.person_id from {NOTICES} n
              join {APPLICATIONS} a on a.case_id = n.application_id
              join {PROGRAMMES} p on p.id = a.programme_id
              join {PEOPLE} s on s.id = a.person_id
             where p.for_children or s.born_on + make_interval(months => %s) > n.posted_on
             limit {FEW}""",  # noqa: S608
        [int(of_age.value)],
    )
    for notice, person in rows:
        yield Finding(
            "assistance.children",
            f"notice {notice}, person {person}",
            _("Nothing about a child is put on a public notice."),
        )


def asked_with_authorisation() -> Iterator[Finding]:
    """No register was asked about somebody who never authorised it."""
    rows = select(
        f"""select m.id, m.person_id from {MATCHINGS} m
              left join {MEMBERS} a on a.application_id = m.application_id
                                   and a.person_id = m.person_id
             where a.authorised_on is null limit {FEW}"""  # noqa: S608
    )
    for matching, person in rows:
        yield Finding(
            "assistance.authorised",
            f"matching {matching}, person {person}",
            _("A register was asked and no authorisation is on file."),
        )


def surveyed_by_two() -> Iterator[Finding]:
    """A survey that was handed in names two people and is dated after the application."""
    rows = select(
        f"""select s.id, s.application_id from {SURVEYS} s
              join {CASES} c on c.id = s.application_id
             where not s.draft and (s.second = '' or s.visited_on < c.received_on)
             limit {FEW}"""  # noqa: S608
    )
    for survey, application in rows:
        yield Finding(
            "assistance.surveyed",
            f"survey {survey}, application {application}",
            _("One person alone visited the household, or before it applied."),
        )


def counted_twice() -> Iterator[Finding]:
    """Nobody counts in two households that draw one programme."""
    rows = select(
        f"""select m.person_id, p.slug from {MEMBERS} m
              join {GRANTS} g on g.application_id = m.application_id
              join {PROGRAMMES} p on p.id = g.programme_id
             where m.excluded = '' and p.unit = '{Unit.HOUSEHOLD}' and g.state <> {GrantState.ENDED}
             group by m.person_id, p.slug having count(*) > 1 limit {FEW}"""  # noqa: S608
    )
    for person, slug in rows:
        yield Finding(
            "assistance.counted",
            f"person {person}, {slug}",
            _("This person counts in two households."),
        )


def programmes_by_two() -> Iterator[Finding]:
    """What an office entered is in force only after somebody else approved it."""
    for table, what in ((PROGRAMMES, "programme"), (STEPS, "step")):
        rows = select(
            f"""select id from {table} where state = '{ProgrammeState.IN_FORCE}'
                   and maker_id is not null and (checker_id is null or checker_id = maker_id)
                 limit {FEW}"""  # noqa: S608
        )
        for (row,) in rows:
            yield Finding(
                "assistance.programmes",
                f"{what} {row}",
                _("It is in force and nobody approved it."),
            )
