"""Several jobs in several regions: each employer insures against accidents at work where it is."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from enrollment.models import Contribution, Coverage, EmployerKind, Employment, EndReason
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import standing, wages
from funds.models import Branch
from funds.services import fund
from socsec.office import oversight
from socsec.office.errors import Conflict, Refused
from socsec.office.models import Role
from socsec.office.services import run, work

from .conftest import CHAOYANG, JANUARY, MARCH, PENSION, enrol


def clean():
    return [finding for _question, found in oversight.run() for finding in found] == []


@pytest.fixture
def second_job(staff, intake, everything, found, enroll, mill):
    """Somebody with a job in Beijing, and a further one in Shanghai that insures in work injury."""
    fund.establish_all("310000", since=date(2020, 1, 1))
    there = staff(Role.INTAKE, region="310000")
    ferry = found("上海某某轮渡公司", by=there, region="310115")
    standing.set_standing(
        by=there,
        employer=ferry,
        from_month=MARCH - 12,
        kind=EmployerKind.SMALL_ENTERPRISE,
        risk_class=3,
        document="沪工伤核 2025-1",
    )
    who = enroll()
    enrol(intake, who, mill)
    cover.insure_at_work(by=there, person=who, employer=ferry, region="310115", from_=JANUARY)
    wages.declare(by=intake, employer=mill, month=MARCH, wages={who.pk: 2_000_000})
    wages.declare(by=there, employer=ferry, month=MARCH, wages={who.pk: 1_000_000})
    return who, there, ferry


def test_two_employers_in_two_regions_each_insure_against_accidents_at_work(
    staff, assessor, second_job, mill
):
    """Beijing, class 1: 20,000.00 x 0.2 % = 40.00. Shanghai, class 3: 10,000.00 x its rate.

    The other branches stay with Beijing: the wage of the second job is not counted in them.
    """
    who, _there, ferry = second_job
    injury = Coverage.objects.filter(person=who, branch=Branch.INJURY)
    assert {(each.region, each.apart) for each in injury} == {(CHAOYANG, 0), ("310115", 310115)}
    contributions.assess_all(by=assessor, person=who, month=MARCH)
    rows = Contribution.objects.filter(person_id=who.pk)
    assert set(rows.values_list("employer_id", flat=True)) == {mill.pk}
    assert rows.get(branch=Branch.INJURY).due == 40_00
    elsewhere = staff(Role.ASSESSOR, region="310000")
    (done,) = contributions.assess_all(by=elsewhere, person=who, month=MARCH)
    assert (done.contribution.employer_id, done.contribution.region) == (ferry.pk, "310115")
    assert done.contribution.branch == Branch.INJURY
    assert done.contribution.employer_share == done.sheet.employer_share > 0
    assert rows.filter(branch=PENSION).get().wage_before == 0
    assert clean()


def test_a_run_of_each_region_takes_its_own_injury_coverage(staff, second_job, mill):
    who, _there, ferry = second_job
    for region, employer in (("310000", ferry), ("110000", mill)):
        assessor, reviewer = (
            staff(Role.ASSESSOR, region=region),
            staff(Role.REVIEWER, region=region),
        )
        drafted = run.draft(
            kind="contributions",
            month=MARCH,
            region=region,
            by=assessor,
            params={"branches": [Branch.PENSION.value, Branch.INJURY.value]},
        )
        shown = run.preview(run_id=drafted.pk, by=assessor)
        run.approve(run_id=drafted.pk, by=reviewer, total=shown.total)
        work.work_through(drafted.pk)
        rows = Contribution.objects.filter(person_id=who.pk, run_id=drafted.pk)
        assert set(rows.values_list("employer_id", flat=True)) == {employer.pk}
    assert Contribution.objects.filter(person_id=who.pk, branch=PENSION).count() == 1
    assert Contribution.objects.filter(person_id=who.pk, branch=Branch.INJURY).count() == 2
    assert clean()


def test_the_second_job_ends_by_itself_and_leaves_the_first_insured(second_job, intake, mill):
    who, there, ferry = second_job
    (ended,) = cover.leave(
        by=there, person=who, last_day=date(2026, 3, 31), reason=EndReason.LEFT, employer=ferry
    )
    assert (ended.branch, ended.region) == (Branch.INJURY, "310115")
    running = Coverage.objects.filter(person=who, span__contains=date(2026, 4, 1))
    assert {each.branch for each in running} == {1, 2, 3, 4}
    assert [
        each.employer for each in Employment.objects.filter(person=who, span__endswith=None)
    ] == [mill]


def test_who_leaves_the_first_job_stays_insured_at_work_in_the_second(second_job, intake, mill):
    who, _there, ferry = second_job
    cover.leave(
        by=intake, person=who, last_day=date(2026, 3, 31), reason=EndReason.LEFT, employer=mill
    )
    (left,) = Coverage.objects.filter(person=who, span__contains=date(2026, 4, 1))
    assert (left.branch, left.region) == (Branch.INJURY, "310115")
    assert Employment.objects.get(person=who, span__endswith=None).employer == ferry


def test_leaving_everything_leaves_the_job_elsewhere_to_its_own_office(second_job, intake):
    who, there, _ferry = second_job
    cover.leave(by=intake, person=who, last_day=date(2026, 3, 31), reason=EndReason.LEFT)
    (left,) = Coverage.objects.filter(person=who, span__contains=date(2026, 4, 1))
    assert left.region == "310115"
    (ended,) = cover.leave(by=there, person=who, last_day=date(2026, 4, 30), reason=EndReason.LEFT)
    assert ended.pk == left.pk
    assert not Employment.objects.filter(person=who, span__endswith=None).exists()


def test_injury_alone_is_once_a_region_and_never_another_branch(second_job, found):
    who, there, ferry = second_job
    with pytest.raises(Conflict):
        cover.insure_at_work(by=there, person=who, employer=ferry, region="310115", from_=JANUARY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.filter(person=who, branch=PENSION).update(apart=110105)
    with pytest.raises(Refused) as refusal:  # the employer pays into Shanghai's fund
        cover.insure_at_work(by=there, person=who, employer=found(), region="310115", from_=JANUARY)
    assert refusal.value.code == "other_pool"
