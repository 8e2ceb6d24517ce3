"""Everybody's year, stated once by a run, drawn the same for ever."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment import queries
from enrollment.models import YearlyStatement
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.living import life
from enrollment.services.record import prior, statements
from socsec.kernel.months import month
from socsec.kernel.ranges import MOST
from socsec.office import certificates as kinds
from socsec.office import oversight
from socsec.office.errors import Invalid, NotFound
from socsec.office.models import Role, Run
from socsec.office.services import certificates, run, users, work
from socsec.office.services.certificates import Verdict
from tests import papers as reading

from .conftest import BEIJING, PENSION, SHANGHAI

pytestmark = pytest.mark.django_db
OCTOBER = month(2025, 10)


@pytest.fixture
def year(assessor, reviewer):
    """Draft, preview, approve and do the statements of 2025."""

    def go(at=OCTOBER, region=BEIJING):
        drafted = run.draft(kind="statements", month=at, region=region, by=assessor)
        shown = run.preview(run_id=drafted.pk, by=assessor)
        run.approve(run_id=drafted.pk, by=reviewer, total=shown.total)
        work.work(drafted.pk)
        return Run.objects.get(pk=drafted.pk)

    return go


@pytest.fixture
def wang(enroll, found, employ, assessor, reviewer, accountant, intake, beijing):
    """Deemed in 2004, carried over for 2005; October 2025 paid, November in part, December not."""
    who, firm = enroll("王芳"), found()
    deemed = prior.enter_deemed(
        by=intake,
        person=who,
        branch=PENSION,
        region=BEIJING,
        first_month=month(2004, 1),
        last_month=month(2004, 12),
        document="file",
    )
    prior.approve(by=reviewer, prior=deemed)
    carried = prior.enter_paid(
        by=intake,
        person=who,
        branch=PENSION,
        region=BEIJING,
        bases=dict.fromkeys(range(month(2005, 1), month(2005, 12) + 1), 300_000),
        document="transfer",
    )
    prior.approve(by=reviewer, prior=carried)
    employ(who, firm, from_=date(2025, 10, 1), wage=1_000_000, at=OCTOBER)
    for at in (OCTOBER + 1, OCTOBER + 2):
        from enrollment.services.employers import wages

        wages.declare(by=intake, employer=firm, month=at, wages={who.pk: 1_000_000})
    for at in range(OCTOBER, OCTOBER + 3):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=300_000,
        received_on=date(2025, 11, 20),
        reference="R-1",
        employer=firm,
    )
    return who


def test_a_statement_says_what_the_record_says(year, wang):
    done = year()
    assert (done.state, done.count) == (Run.State.POSTED, 1)
    [branch] = YearlyStatement.objects.get().facts["branches"]
    # 10,000.00 at 24 % is 2,400.00: of 3,000.00 received, October took 2,400.00, November 600.00
    assert [row[:2] + row[5:6] for row in branch["rows"]] == [
        [OCTOBER, "paid", 240_000],
        [OCTOBER + 1, "part", 60_000],
        [OCTOBER + 2, "due", 0],
    ]
    # twelve carried months and October; twelve deemed
    assert (branch["months_paid"], branch["months_deemed"]) == (13, 12)
    record = {each.month: each.status.value for each in queries.record(wang.pk, PENSION)}
    assert {row[0]: row[1] for row in branch["rows"]} == {
        number: status for number, status in record.items() if number >= month(2025, 1)
    }


def test_it_is_drawn_the_same_later_whatever_happens_to_the_record(year, wang, accountant):
    year()
    issued = statements.of_year(wang.pk, 2025)
    before = kinds.pdf(issued, "zh-hans")
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=180_000,
        received_on=date(2026, 1, 20),
        reference="R-2",
        employer=wang.employments.get().employer,
    )
    assert kinds.pdf(statements.of_year(wang.pk, 2025), "zh-hans") == before
    said = reading.text(before)
    assert "2025 年" in said
    assert "3,000.00" in said
    assert wang.resident_id in said


def test_anyone_can_check_it_and_its_number_says_nothing_of_the_person(year, wang):
    year()
    issued = statements.of_year(wang.pk, 2025)
    assert str(wang.pk).zfill(8) not in issued.serial
    assert statements.find(issued.serial).person_id == wang.pk
    found = certificates.check(serial=issued.serial, code=issued.code, mark=issued.mark)
    assert found.verdict is Verdict.TRUE
    another = issued.serial[:-1] + ("1" if issued.serial.endswith("0") else "0")
    with pytest.raises(NotFound):
        certificates.check(serial=another, code=issued.code)


def test_a_year_is_stated_once_and_a_reversed_run_takes_its_statements_back(
    year, wang, staff, assessor
):
    done = year()
    issued = statements.of_year(wang.pk, 2025)
    drafted = run.draft(kind="statements", month=OCTOBER + 1, region=BEIJING, by=assessor)
    assert run.preview(run_id=drafted.pk, by=assessor).count == 0
    run.reverse(run_id=done.pk, by=staff(Role.REVIEWER), reason="wrong year")
    work.work(done.pk)
    assert not YearlyStatement.objects.exists()
    with pytest.raises(NotFound):
        certificates.check(serial=issued.serial, code=issued.code)


def test_a_year_that_is_not_over_is_refused(assessor, wang):
    from django.utils import timezone

    now = timezone.localdate()
    drafted = run.draft(kind="statements", month=month(now.year, 1), region=BEIJING, by=assessor)
    with pytest.raises(Invalid):
        run.preview(run_id=drafted.pk, by=assessor)
    assert not YearlyStatement.objects.exists()


def test_who_died_before_the_year_and_who_has_no_record_get_none(
    year, wang, enroll, intake, assessor
):
    enroll("无记录")
    life.record_death(
        by=intake,
        person=wang,
        died_on=date(2025, 12, 1),
        known_on=date(2025, 12, 2),
        document="certificate",
    )
    assert year().count == 1  # alive in 2025
    assert statements.of_year(wang.pk, 2025) is not None
    drafted = run.draft(kind="statements", month=month(2024, 3), region=BEIJING, by=assessor)
    assert run.preview(run_id=drafted.pk, by=assessor).count == 1  # with the months up to then
    next_year, values = statements.rows(year=2026, region=BEIJING, first_person=0, last_person=MOST)
    with connection.cursor() as cursor:
        cursor.execute(next_year, values)
        assert cursor.fetchall() == []


def test_other_regions_are_left_alone(year, wang, staff):
    maker = staff(Role.ASSESSOR, region=SHANGHAI)
    drafted = run.draft(kind="statements", month=OCTOBER, region=SHANGHAI, by=maker)
    assert run.preview(run_id=drafted.pk, by=maker).count == 0


def test_the_run_asks_as_often_for_many_as_for_one(year, wang, enroll, intake, reviewer):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            statements.insert(
                year=2025,
                region=BEIJING,
                first_person=0,
                last_person=10**9,
                run_id=1,
                on=date(2026, 1, 5),
            )
        return len(seen)

    few = asked()
    for number in range(3):
        other = enroll(f"甲{number}")
        entered = prior.enter_deemed(
            by=intake,
            person=other,
            branch=PENSION,
            region=BEIJING,
            first_month=month(2024, 1),
            last_month=month(2025, 3),
            document="file",
        )
        prior.approve(by=reviewer, prior=entered)
    assert asked() == few
    assert YearlyStatement.objects.count() == 4


def test_the_database_refuses_to_change_a_statement_and_verify_sees_one_that_was_changed(
    year, wang
):
    year()
    change = "update enrollment_yearlystatement set facts = jsonb_set(facts, '{name}', '\"x\"')"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        guard = "trigger enrollment_statement_stays"
        cursor.execute(f"alter table enrollment_yearlystatement disable {guard}")
        cursor.execute(change)
        cursor.execute(f"alter table enrollment_yearlystatement enable {guard}")
    issued = statements.of_year(wang.pk, 2025)
    assert told(issued) is Verdict.BROKEN
    wrong = [f.code for _question, all_ in oversight.run() for f in all_]
    assert "enrollment.statement_changed" in wrong


def told(issued):
    return certificates.check(serial=issued.serial, code=issued.code).verdict


def test_the_person_reads_it_in_the_portal_and_another_does_not(client, year, wang, enroll):
    year()
    backend = "django.contrib.auth.backends.ModelBackend"
    mine = users.create_insured(username="wang.fang", password="x" * 20, person_id=wang.pk, by=None)
    client.force_login(mine, backend=backend)
    assert "2025" in client.get(reverse("papers")).text
    page = client.get(reverse("statement", args=[2025]), headers={"accept-language": "en"})
    assert "3,000.00" in page.text
    serial = statements.of_year(wang.pk, 2025).serial
    assert client.get(reverse("paper_pdf", args=[serial]))["Content-Type"] == "application/pdf"
    assert client.get(reverse("statement", args=[2024])).status_code == 404
    other = users.create_insured(
        username="other", password="x" * 20, person_id=enroll("赵").pk, by=None
    )
    client.force_login(other, backend=backend)
    assert client.get(reverse("statement", args=[2025])).status_code == 404
    assert client.get(reverse("paper_pdf", args=[serial])).status_code == 404
