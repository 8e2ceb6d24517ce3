"""Questions about employers: uploads that were taken, staff of those who rest or are taken over."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from socsec.office.errors import say
from socsec.office.oversight import Finding, register

_UPLOADS = """
    select u.id, u.good, coalesce(w.rows, 0) + coalesce(c.rows, 0)
    from enrollment_upload u
    left join (
        select upload_id, count(*) as rows from enrollment_uploadedwage group by upload_id
    ) as w on w.upload_id = u.id
    left join (
        select upload_id, count(*) as rows from enrollment_uploadedchange group by upload_id
    ) as c on c.upload_id = u.id
    where u.state in ('waiting', 'taken') and u.good <> coalesce(w.rows, 0) + coalesce(c.rows, 0)
"""
_RESTING = """
    select p.employer_id, count(*)
    from enrollment_employerpause p
    join enrollment_employment e on e.employer_id = p.employer_id and e.span && p.span
    group by p.employer_id
"""
_TAKEN_OVER = """
    select t.predecessor_id, count(*)
    from enrollment_takeover t
    join enrollment_employment e
      on e.employer_id = t.predecessor_id and e.span && daterange(t."on", null)
    where t.state = 'done'
    group by t.predecessor_id
"""


def handed_in() -> Iterator[Finding]:
    """An upload has as many good rows as it says."""
    with connection.cursor() as cursor:
        cursor.execute(_UPLOADS)
        for number, good, rows in cursor.fetchall():
            yield Finding(
                "enrollment.uploads",
                f"upload {number}",
                say(_("It says %(good)s good rows and has %(rows)s."), good=good, rows=rows),
            )


def staff_lists() -> Iterator[Finding]:
    """Who rests, or was taken over, employs nobody."""
    for statement, message in (
        (_RESTING, _("It rests and has %(people)s people on its staff list.")),
        (_TAKEN_OVER, _("It was taken over and has %(people)s people on its staff list.")),
    ):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for employer, people in cursor.fetchall():
                yield Finding(
                    "enrollment.staff_lists", f"employer {employer}", say(message, people=people)
                )


register("enrollment.uploads", _("Uploads hold the rows that they count"), handed_in)
register("enrollment.staff_lists", _("Who rests or was taken over employs nobody"), staff_lists)
