"""A declaration of many rows as a spreadsheet: read, validated, laid down to wait."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.base import MONTH_NUMBER
from benchmarks.world import clock, forget_peak, peak
from enrollment.models import Employer, Person, Upload
from enrollment.services.employers import employer as registry
from enrollment.services.employers import uploads, wage_file
from socsec.kernel.ids import make_credit_code
from socsec.office import spreadsheets
from socsec.office.models import Role, User
from socsec.office.services import jobs, users

LABEL = "A declaration of wages as a spreadsheet"
BAD = 1000  # of so many rows six are bad
REGION = "310000"


def prepare() -> None:
    """A clerk at the intake, who takes in what the employer brings."""
    maker = User.objects.get(username="maker")
    user = users.create_staff(
        username="intake", password="benchmark intake only", office=maker.office, by=None
    )
    users.grant(user=user, role=Role.INTAKE, by=None)


def measured(rows: int) -> dict[str, Any]:
    """Seconds and memory of reading one file of so many rows, or of as many as there are people."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wages.xlsx"
        employer, people = _crowd(rows)
        _write(path, people)
        size = path.stat().st_size
        with path.open("rb") as file:
            upload, job = uploads.hand_in(
                by=User.objects.get(username="intake"),
                employer=employer,
                kind=Upload.Kind.WAGES,
                file=file,
                filename=path.name,
                channel=Upload.Channel.API,
                month=MONTH_NUMBER,
            )
    before = forget_peak()
    with clock() as taken:
        jobs.work(job.pk)
    upload.refresh_from_db()
    return {
        "rows": len(people),
        "good": upload.good,
        "bad": upload.bad,
        "bytes": size,
        "seconds": taken[0],
        "peak": peak(),
        "more": peak() - before,
    }


def _crowd(rows: int) -> tuple[Employer, list[int]]:
    """An employer on whose staff list the first so many people stand."""
    employer = registry.enroll(
        by=User.objects.get(username="intake"),
        credit_code=make_credit_code("91", REGION, "MA1BENCH0"),
        name="测量",
        region=REGION,
        opened_on=date(2000, 1, 1),
    )
    people = list(Person.objects.order_by("pk").values_list("pk", flat=True)[:rows])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into enrollment_employment (person_id, employer_id, span, recorded_at)
            select unnest(%s::bigint[]), %s, daterange('2026-01-01', null), now()
            """,
            [people, employer.pk],
        )
        cursor.execute("analyze enrollment_employment")
    return employer, people


def _write(path: Path, people: list[int]) -> None:
    def lines() -> Any:
        numbers = Person.objects.filter(pk__in=people).order_by("pk")
        for place, person in enumerate(numbers.iterator(chunk_size=5000)):
            bad = place % BAD < 6
            yield {
                "resident_id": person.resident_id,
                "name": person.name,
                "wage": "x" if bad else f"{8000 + place % 977}.50",
            }

    with spreadsheets.write(wage_file.LAYOUT, lines()) as file:
        path.write_bytes(file.read())
