"""One scheme at a time, several employers at once, and no day covered twice."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from enrollment import queries
from enrollment.models import BaseChoice, Category, Coverage, Employment, EndReason
from enrollment.models.spans import from_day
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import employer
from funds.models import Branch, Scheme
from funds.services import fund
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role

from .conftest import CHAOYANG, GUANGZHOU, MARCH, PENSION, SHANGHAI

JANUARY = date(2026, 1, 1)


def start(by, person, **changed):
    wanted = {
        "branch": PENSION,
        "category": Category.EMPLOYEE,
        "region": CHAOYANG,
        "from_": JANUARY,
    } | changed
    return cover.start(by=by, person=person, **wanted)


def test_an_employee_is_insured_through_the_employer(intake, enroll, found, beijing):
    who, where = enroll(), found()
    coverage = start(intake, who, employer=where)
    assert coverage.holds_on(date(2030, 1, 1))
    assert not coverage.holds_on(date(2025, 12, 31))
    assert [job.employer for job in queries.employments_as_of(who.pk, JANUARY)] == [where]
    assert [job.person for job in queries.staff(where.pk, JANUARY)] == [who]
    entry = AuditEntry.objects.get(act="coverage.change")
    assert (entry.person_id, entry.detail["employer"]) == (who.pk, where.pk)


def test_coverage_that_overlaps_is_refused_and_changes_nothing(
    intake, enroll, found, beijing, on_own_account
):
    who = enroll()
    start(intake, who, employer=found())
    before = list(Coverage.objects.values()), list(Employment.objects.values())
    with pytest.raises(Conflict, match="insured already") as refusal:
        on_own_account(who, 800_000, from_=date(2026, 2, 1))
    assert (refusal.value.code, refusal.value.field) == ("coverage_overlaps", "from_")
    assert "End that coverage first" in str(refusal.value)
    # An earlier start that would run into it is refused too.
    with pytest.raises(Conflict):
        on_own_account(who, 800_000, from_=date(2025, 12, 1))
    assert before == (list(Coverage.objects.values()), list(Employment.objects.values()))
    assert not BaseChoice.objects.exists()


def test_the_database_itself_refuses_overlapping_coverage(intake, enroll, found, beijing):
    who = enroll()
    start(intake, who, employer=found())
    with pytest.raises(IntegrityError, match="coverage_no_overlap"), transaction.atomic():
        Coverage.objects.create(
            person=who,
            branch=PENSION,
            category=Category.RESIDENT,
            region=SHANGHAI,
            span=from_day(date(2026, 6, 1)),
        )
    # Another branch, and another person, are no overlap.
    Coverage.objects.create(
        person=who,
        branch=Branch.MEDICAL,
        category=Category.EMPLOYEE,
        region=CHAOYANG,
        span=from_day(JANUARY),
    )
    start(intake, enroll(), employer=found())


def test_a_second_employer_joins_the_same_coverage(intake, enroll, found, beijing):
    who, first, second = enroll(), found(), found()
    one = start(intake, who, employer=first)
    two = start(intake, who, employer=second, from_=date(2026, 3, 10))
    assert one == two
    assert Employment.objects.filter(person=who).count() == 2


def test_the_same_employer_twice_is_refused_and_changes_nothing(intake, enroll, found, beijing):
    who, where = enroll(), found()
    start(intake, who, employer=where)
    with pytest.raises(Conflict) as refusal:
        start(intake, who, employer=where)
    assert refusal.value.code == "on_staff_already"
    assert Employment.objects.count() == Coverage.objects.count() == 1


def test_coverage_ends_with_the_last_employment(intake, enroll, found, beijing):
    who, first, second = enroll(), found(), found()
    start(intake, who, employer=first)
    start(intake, who, employer=second)

    def leave(where, day):
        return cover.end(
            by=intake,
            person=who,
            branch=PENSION,
            last_day=day,
            reason=EndReason.LEFT,
            employer=where,
        )

    assert leave(first, date(2026, 3, 15)).last_day is None
    ended = leave(second, date(2026, 4, 30))
    assert (ended.last_day, ended.end_reason) == (date(2026, 4, 30), EndReason.LEFT)
    assert not queries.employments_as_of(who.pk, date(2026, 5, 1))


def test_a_new_coverage_may_begin_the_day_after(intake, enroll, found, beijing, on_own_account):
    who = enroll()
    start(intake, who, employer=found())
    cover.end(
        by=intake,
        person=who,
        branch=PENSION,
        last_day=date(2026, 3, 10),
        reason=EndReason.CHANGED,
    )
    on_own_account(who, 800_000, from_=date(2026, 3, 11))
    assert [c.category for c in queries.coverages(who.pk)] == [
        Category.EMPLOYEE,
        Category.OWN_ACCOUNT,
    ]


def test_coverage_can_be_read_as_it_was_known(intake, enroll, found, beijing):
    who = enroll()
    start(intake, who, employer=found())
    known_before = timezone.now()
    cover.end(
        by=intake,
        person=who,
        branch=PENSION,
        last_day=date(2026, 3, 10),
        reason=EndReason.LEFT,
    )
    after = date(2026, 3, 11)
    assert queries.coverage_as_of(who.pk, PENSION, after) is None
    assert queries.coverage_as_of(who.pk, PENSION, after, known_at=known_before) is not None
    long_before = known_before - timedelta(days=1)
    assert queries.coverage_as_of(who.pk, PENSION, JANUARY, known_at=long_before) is None


def test_coverage_cannot_end_before_months_that_are_assessed(
    intake, assessor, enroll, found, employ
):
    who, where = enroll(), found()
    employ(who, where, wage=1_000_000)
    contributions.assess(by=assessor, person=who, month=MARCH, branch=PENSION)
    ending = {"by": intake, "person": who, "branch": PENSION}
    with pytest.raises(Refused, match="2026-03"):
        cover.end(**ending, last_day=date(2026, 2, 28), reason=EndReason.LEFT)
    assert Coverage.objects.get().last_day is None
    assert cover.end(**ending, last_day=date(2026, 2, 28), reason=EndReason.RETIRED).last_day


@pytest.mark.parametrize(
    ("changed", "kind", "code"),
    [
        ({"category": 9}, Invalid, "no_category"),
        ({"branch": 9}, Invalid, "no_category"),
        ({"region": "119999"}, Invalid, "no_region"),
        ({"region": SHANGHAI}, NotFound, "outside_region"),
        ({"from_": date(2005, 1, 1)}, Refused, "too_young"),
        ({"from_": date(1989, 1, 1)}, Invalid, "before_birth"),
        ({"from_": date(2090, 1, 1)}, Invalid, "in_the_future"),
        ({"employer": None}, Invalid, "employer_and_category"),
        ({"category": Category.OWN_ACCOUNT}, Invalid, "employer_and_category"),
        ({"category": Category.OWN_ACCOUNT, "employer": None}, Invalid, "base_missing"),
    ],
)
def test_coverage_that_cannot_be_is_refused_and_changes_nothing(
    intake, enroll, found, beijing, changed, kind, code
):
    who = enroll(born=date(1990, 5, 1))
    with pytest.raises(kind) as refusal:
        start(intake, who, **({"employer": found()} | changed))
    assert refusal.value.code == code
    assert not Coverage.objects.exists()
    assert not Employment.objects.exists()


def test_an_employer_of_another_fund_cannot_insure_here(intake, staff, enroll, found, beijing):
    fund.establish(PENSION, Scheme.EMPLOYEES, "440000")
    elsewhere = found(by=staff(Role.INTAKE, region=GUANGZHOU), region=GUANGZHOU)
    with pytest.raises(Refused, match="another fund"):
        start(intake, enroll(), employer=elsewhere)


def test_a_closed_employer_insures_nobody(intake, enroll, found, beijing):
    where = found()
    employer.close(by=intake, employer=where, last_day=date(2025, 12, 31))
    with pytest.raises(Refused, match="not registered"):
        start(intake, enroll(), employer=where)


def test_an_employer_with_staff_cannot_be_closed(intake, enroll, found, employ):
    where = found()
    employ(enroll(), where)
    with pytest.raises(Refused, match="staff list"):
        employer.close(by=intake, employer=where, last_day=date(2026, 2, 1))


@pytest.mark.parametrize("base", [716_199, 3_581_101, -1, 10**14])
def test_an_own_account_worker_chooses_between_floor_and_ceiling(
    enroll, beijing, on_own_account, base
):
    with pytest.raises(Invalid, match=r"7,162.00 and 35,811.00"):
        on_own_account(enroll(), base)
    assert not Coverage.objects.exists()


def test_a_chosen_base_holds_until_the_next_choice(
    intake, assessor, enroll, beijing, on_own_account
):
    who = enroll()
    on_own_account(who, 716_200)
    cover.choose_base(by=intake, person=who, base=1_000_000, from_month=month(2026, 3))

    def base_of(at):
        (done,) = contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
        return done.contribution.base

    assert [base_of(month(2026, m)) for m in (1, 2, 3, 4)] == [716_200] * 2 + [1_000_000] * 2
    with pytest.raises(Refused, match="assessed already"):
        cover.choose_base(by=intake, person=who, base=900_000, from_month=month(2026, 4))


def test_a_resident_is_insured_without_employer_base_or_contribution(
    intake, assessor, enroll, beijing
):
    child = enroll(born=date(2015, 1, 1))
    coverage = start(intake, child, category=Category.RESIDENT, employer=None)
    assert coverage.scheme == Scheme.RESIDENTS
    with pytest.raises(Refused, match="No wage and no chosen base"):
        contributions.assess(by=assessor, person=child, month=MARCH, branch=PENSION)


def test_only_intake_changes_coverage(staff, enroll, found, beijing):
    who, where = enroll(), found()
    for role in set(Role) - {Role.INTAKE}:
        with pytest.raises(Denied):
            start(staff(role), who, employer=where)
    assert not Coverage.objects.exists()


def test_a_credit_code_is_checked_and_unique(intake, db):
    def register(code):
        return employer.enroll(
            by=intake,
            credit_code=code,
            name="某某公司",
            region=CHAOYANG,
            opened_on=date(2020, 1, 1),
        )

    with pytest.raises(Invalid, match="check character"):
        register("91110000600037341M")
    with pytest.raises(Invalid, match=r"too long|short"):
        register("911100006000373")
    register("9111 0000 6000 37341l")
    with pytest.raises(Conflict, match="registered already"):
        register("91110000600037341L")


def test_coverage_in_a_region_without_a_fund_is_refused(intake, staff, enroll, found, edition):
    with pytest.raises(NotFound, match="fund"):
        start(intake, enroll(), employer=found())
    assert not Coverage.objects.exists()


def test_two_jobs_that_end_on_one_day_leave_no_coverage_behind(intake, enroll, found, employ):
    """The second to be reported ends it, and a job that lasted longer carries it as far as it went."""
    for first, second, last in ((31, 31, 31), (20, 31, 31), (31, 20, 31)):
        who, firms = enroll(), (found(), found())
        for firm in firms:
            employ(who, firm)
        for firm, day in zip(firms, (first, second), strict=True):
            cover.end(
                by=intake,
                person=who,
                branch=PENSION,
                last_day=date(2026, 3, day),
                reason="left",
                employer=firm,
            )
        coverage = Coverage.objects.get(person=who, branch=PENSION)
        assert coverage.last_day == date(2026, 3, last)
