"""Coverage of an employee that outlived the last job: `verify` names it, a command ends it with the job."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from enrollment.models import Category, Contribution, Coverage
from enrollment.models.spans import from_day
from enrollment.services import cover
from socsec.office import oversight
from socsec.office.models import AuditEntry

from .conftest import CHAOYANG, MARCH, PENSION

LEFT = date(2026, 3, 31)


def found_wrong():
    return [each for _q, found in oversight.run(["enrollment.carried"]) for each in found]


def told(*options):
    out = StringIO()
    call_command("mend_coverage", *options, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def outlived(intake, enroll, found, employ):
    """Left at the end of March, and the coverage was left open, as an earlier fault did."""
    who, firm = enroll(), found()
    employ(who, firm)
    row = cover.end(
        by=intake, person=who, branch=PENSION, last_day=LEFT, reason="left", employer=firm
    )
    Coverage.objects.filter(pk=row.pk).update(
        span=from_day(date(2026, 1, 1)), end_reason="", ended_at=None
    )
    return row


def test_it_is_named_and_ends_with_the_last_job(outlived, intake, enroll, found, employ):
    row = outlived
    employ(enroll(), found())  # works on, and is no finding
    (finding,) = found_wrong()
    assert f"coverage {row.pk} " in finding.subject
    before = AuditEntry.objects.count()
    assert told()[-1] == "0 ended, 1 left."
    row.refresh_from_db()
    assert (row.last_day, AuditEntry.objects.count()) == (None, before)
    assert told("--write")[-1] == "1 ended, 0 left."
    row.refresh_from_db()
    assert (row.last_day, row.end_reason) == (LEFT, "left")
    assert AuditEntry.objects.get(act="coverage.change", detail__mended=True).actor is None
    assert (found_wrong(), told("--write")) == ([], ["0 ended, 0 left."])


def test_what_a_clerk_has_to_look_at_is_left(outlived, enroll, edition):
    """April is assessed though the job ended in March; and of another nobody knows a job."""
    Contribution.objects.create(
        person_id=outlived.person_id,
        branch=PENSION,
        month=MARCH + 1,
        employer_id=0,
        part=0,
        region=CHAOYANG,
        category=Category.EMPLOYEE,
        wage=800_000,
        wage_before=0,
        base=800_000,
        employer_share=128_000,
        person_share=64_000,
        account_share=64_000,
        edition=1,
    )
    Coverage.objects.create(
        person=enroll(),
        branch=PENSION,
        category=Category.EMPLOYEE,
        region=CHAOYANG,
        span=from_day(date(2026, 1, 1)),
    )
    assert len(found_wrong()) == 2
    assert told("--write")[-1] == "0 ended, 2 left."
    assert len(found_wrong()) == 2
