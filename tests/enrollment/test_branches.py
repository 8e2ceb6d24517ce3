"""Every branch: who is insured in what, and what a month owes in each, to the fen."""

from datetime import date

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from enrollment import models, queries
from enrollment.models import Category, Contribution, Coverage, Employment, EndReason
from enrollment.params import Insured, insured
from enrollment.rules import facts as rule_facts
from enrollment.rules.branches import RULES
from enrollment.rules.branches import Branch as RuleBranch
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import standing, wages
from funds import queries as books
from funds.models import Branch, Scheme, accounts
from socsec.kernel.months import first_day, month_of
from socsec.kernel.policy import Policy
from socsec.office import oversight
from socsec.office.errors import Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role
from tests.kernel.three_ways import three_ways_by_region

from .conftest import CHAOYANG, MARCH, assess_all, dues, enrol

FOUR = [Branch.PENSION, Branch.MEDICAL, Branch.UNEMPLOYMENT, Branch.INJURY]
POLICY = Policy.files().with_rows(
    {
        "code": f"enrollment.{branch}.relief",
        "region": "110000",
        "from": date(2025, 1, 1),
        "value": {0: "0", 1: "0.5", 2: "1", 4: "0"},
        "law": "一项试行的减免",
        "status": "unverified",
    }
    for branch in ("pension", "medical", "unemployment", "injury")
)


def test_one_act_enrols_an_employee_in_all_branches_that_belong_together(intake, enroll, mill):
    who = enroll()
    begun = enrol(intake, who, mill)
    assert [each.branch for each in begun] == FOUR
    assert Employment.objects.filter(person=who).count() == 1
    assert AuditEntry.objects.filter(act="coverage.change", person_id=who.pk).count() == 4


def test_a_month_of_an_employee_in_every_branch(intake, assessor, enroll, mill, everything):
    who = enroll()
    enrol(intake, who, mill)
    wages.declare(by=intake, employer=mill, month=MARCH, wages={who.pk: 2_000_000})
    assess_all(assessor, who)
    assert dues(who) == {
        Branch.PENSION: (3_200_00, 1_600_00, 1_600_00),  # 16 %, 8 %
        Branch.MEDICAL: (1_960_00, 403_00, 400_00),  # 9.8 % with maternity; 2 % and 3 yuan
        Branch.UNEMPLOYMENT: (100_00, 100_00, 0),  # 0.5 % each
        Branch.INJURY: (40_00, 0, 0),  # class 1, 0.2 %
    }
    for branch, scheme in ((branch, Scheme.EMPLOYEES) for branch in FOUR):
        due = sum(dues(who)[branch][:2])
        assert books.balance(everything[branch, scheme], accounts.CONTRIBUTIONS_DUE) == due
    assert [finding for _question, found in oversight.run() for finding in found] == []


def test_an_agency_pays_into_books_of_its_own(intake, assessor, enroll, school, everything):
    who = enroll()
    begun = enrol(intake, who, school, category=Category.AGENCY)
    assert [each.branch for each in begun] == [
        *(Branch.PENSION, Branch.MEDICAL, Branch.INJURY, Branch.ANNUITY)
    ]
    assert {each.branch: each.scheme for each in begun} == {
        Branch.PENSION: Scheme.AGENCIES,
        Branch.MEDICAL: Scheme.EMPLOYEES,
        Branch.INJURY: Scheme.EMPLOYEES,
        Branch.ANNUITY: Scheme.AGENCIES,
    }
    wages.declare(by=intake, employer=school, month=MARCH, wages={who.pk: 2_000_000})
    assess_all(assessor, who)
    assert dues(who)[Branch.PENSION] == (3_200_00, 1_600_00, 1_600_00)
    assert dues(who)[Branch.ANNUITY] == (1_600_00, 800_00, 2_400_00)  # 8 %, 4 %, all to the account
    agencies = everything[Branch.PENSION, Scheme.AGENCIES]
    assert books.balance(agencies, accounts.CONTRIBUTIONS_DUE) == 4_800_00
    employees = everything[Branch.PENSION, Scheme.EMPLOYEES]
    assert books.balance(employees, accounts.CONTRIBUTIONS_DUE) == 0
    assert [finding for _question, found in oversight.run() for finding in found] == []


def test_an_enterprise_has_no_agency_staff(intake, enroll, mill):
    with pytest.raises(Refused, match="no agency"):
        enrol(intake, enroll(), mill, category=Category.AGENCY)
    assert not Coverage.objects.exists()


def test_an_own_account_worker_says_in_which_branches(intake, enroll, everything):
    who = enroll()
    alone = {
        "category": Category.OWN_ACCOUNT,
        "base": 800_000,
        "from_": first_day(month_of(timezone.localdate())),
    }
    with pytest.raises(Invalid, match="at least one branch"):
        enrol(intake, who, **alone)
    both = enrol(intake, who, **alone, also=[Branch.PENSION, Branch.MEDICAL])
    assert [each.branch for each in both] == [Branch.PENSION, Branch.MEDICAL]
    with pytest.raises(Refused, match="not insured in") as refusal:
        enrol(intake, enroll(), **alone, also=[Branch.INJURY])
    assert refusal.value.code == "branch_not_open"


def test_all_branches_end_together_or_not_at_all(intake, assessor, enroll, mill):
    who = enroll()
    enrol(intake, who, mill)
    wages.declare(by=intake, employer=mill, month=MARCH, wages={who.pk: 2_000_000})
    contributions.assess(by=assessor, person=who, month=MARCH, branch=Branch.INJURY)
    early = {"by": intake, "person": who, "reason": EndReason.LEFT}
    with pytest.raises(Refused, match="assessed up to 2026-03"):
        cover.leave(**early, last_day=date(2026, 2, 28))
    assert not any(each.last_day for each in queries.coverages(who.pk))
    ended = cover.leave(**early, last_day=date(2026, 3, 31), employer=mill)
    assert {each.last_day for each in ended} == {date(2026, 3, 31)}
    assert not queries.employments_as_of(who.pk, date(2026, 4, 1))


def test_who_leaves_one_branch_stays_on_the_staff_list(intake, enroll, mill):
    who = enroll()
    enrol(intake, who, mill)
    cover.end(
        by=intake,
        person=who,
        branch=Branch.UNEMPLOYMENT,
        last_day=date(2026, 3, 31),
        reason=EndReason.CHANGED,
    )
    assert queries.employments_as_of(who.pk, date(2026, 4, 1)).count() == 1
    again = enrol(intake, who, mill, from_=date(2026, 4, 1))
    assert [each.branch for each in again] == FOUR


def test_who_retires_with_enough_months_stays_in_medical_insurance_free_of_charge(
    intake, reviewer, enroll, mill
):
    from enrollment.services.record import prior

    long, short = enroll(born=date(1966, 1, 5)), enroll(born=date(1966, 1, 6))
    for who, years in ((long, 20), (short, 19)):
        enrol(intake, who, mill)
        earlier = prior.enter_deemed(
            by=intake,
            person=who,
            branch=Branch.MEDICAL,
            region=CHAOYANG,
            first_month=MARCH - 2 - years * 12,
            last_month=MARCH - 3,
            document="医保视同",
        )
        prior.approve(by=reviewer, prior=earlier)
        cover.retire(by=intake, person=who, last_day=date(2026, 3, 31))
    april = date(2026, 4, 1)
    there = queries.coverage_as_of(long.pk, Branch.MEDICAL, april)
    assert there.category == Category.RETIREE
    assert queries.coverage_as_of(short.pk, Branch.MEDICAL, april) is None
    assert queries.coverage_as_of(long.pk, Branch.PENSION, april) is None
    with pytest.raises(Refused, match="No wage and no chosen base"):
        contributions.assess(by=intake_as(reviewer), person=long, month=MARCH + 1, branch=2)


def intake_as(user):
    """The same clerk as an assessor."""
    from socsec.office.models import RoleGrant, User

    RoleGrant.objects.create(user=user, role=Role.ASSESSOR, since=date(2020, 1, 1))
    return User.objects.get(pk=user.pk)


def test_each_employer_pays_work_injury_insurance_on_its_own_wage(
    intake, assessor, enroll, mill, school
):
    who = enroll()
    for where, wage in ((mill, 3_000_000), (school, 3_000_000)):
        enrol(intake, who, where)
        wages.declare(by=intake, employer=where, month=MARCH, wages={who.pk: wage})
    assess_all(assessor, who)
    rows = Contribution.objects.filter(person_id=who.pk, month=MARCH)
    assert sum(row.base for row in rows.filter(branch=Branch.PENSION)) == 3_581_100  # the ceiling
    injury = rows.filter(branch=Branch.INJURY)
    assert [(row.base, row.employer_share) for row in injury] == [(3_000_000, 60_00)] * 2
    # the flat amount of medical insurance is paid once
    flat = sum(row.person_share for row in rows.filter(branch=Branch.MEDICAL))
    assert flat == 716_22 + 3_00


def test_without_a_risk_class_nothing_is_guessed(intake, assessor, enroll, found, everything):
    who, where = enroll(), found()
    enrol(intake, who, where)
    wages.declare(by=intake, employer=where, month=MARCH, wages={who.pk: 2_000_000})
    with pytest.raises(Refused, match="risk class") as refusal:
        contributions.assess(by=assessor, person=who, month=MARCH, branch=Branch.INJURY)
    assert refusal.value.code == "no_risk_class"


def test_a_float_that_the_class_does_not_allow_is_refused(intake, found, everything):
    common = {"by": intake, "employer": found(), "from_month": MARCH, "kind": 1, "document": "核"}
    with pytest.raises(Invalid, match="does not float down"):
        standing.set_standing(**common, risk_class=1, floating=1)
    with pytest.raises(Invalid, match="risk classes 1 to 8"):
        standing.set_standing(**common, risk_class=9)
    standing.set_standing(**common, risk_class=8, floating=1)
    assert models.EmployerStanding.objects.count() == 1


def test_without_funds_nothing_is_begun(intake, enroll, found, beijing):
    with pytest.raises(NotFound, match="fund"):
        enrol(intake, enroll(), found())
    assert not Coverage.objects.exists()
    assert not Employment.objects.exists()


@pytest.mark.parametrize(
    ("category", "branch", "how"),
    [
        ("employee", "injury", Insured.REQUIRED),
        ("own_account", "pension", Insured.OPTIONAL),
        ("own_account", "unemployment", Insured.NEVER),
        ("resident", "injury", Insured.NEVER),
        ("agency", "annuity", Insured.REQUIRED),
        ("retiree", "pension", Insured.NEVER),
    ],
)
def test_who_is_insured_in_what_is_policy(category, branch, how):
    assert insured(POLICY, category, branch, "110105", date(2026, 3, 1)) is how
    assert insured(POLICY, category, branch, "110105", date(1980, 1, 1)) is Insured.NEVER


def test_where_a_region_ties_branches_together_one_act_takes_both():
    found = {
        branch: insured(POLICY, "own_account", branch, "310115", date(2026, 3, 1))
        for branch in ("pension", "medical")
    }
    assert set(found.values()) == {Insured.REQUIRED}


def test_rules_and_records_mean_the_same():
    for here, there in (
        (RuleBranch, Branch),
        (rule_facts.EmployerKind, models.EmployerKind),
        (rule_facts.Floating, models.Floating),
    ):
        for member in there:
            assert here[member.name] == member.value


WAGES = st.integers(1, 10**9)
ROW = {
    "wage": WAGES,
    "wage_before": st.one_of(st.just(0), WAGES),
    "category": st.sampled_from([1, 2, 4]),
    "kind": st.sampled_from([int(kind) for kind in rule_facts.EmployerKind]),
    "risk_class": st.integers(1, 8),
    "floating": st.integers(1, 5),
    "fully_funded": st.booleans(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("branch", RULES, ids=lambda branch: branch.name.lower())
@given(st.lists(st.tuples(st.fixed_dictionaries(ROW), st.booleans()), min_size=1, max_size=12))
def test_a_month_in_every_branch_three_ways(branch, drawn):
    rule = RULES[branch]
    rows = [vars(rule.known(row)) for row, _beijing in drawn]
    regions = ["110105" if beijing else "310115" for _row, beijing in drawn]
    sheets = three_ways_by_region(
        rule.rule, rows, regions, policy=POLICY, params_class=rule.params, on=MARCH,
        facts=rule.facts,
    )  # fmt: skip
    for row, region, sheet in zip(rows, regions, sheets, strict=True):
        assert sheet.due == sheet.employer_share + sheet.person_share
        assert 0 <= sheet.account_share <= sheet.due + sheet.waived
        if region == "110105" and row.get("kind") == 2 and branch != RuleBranch.ANNUITY:
            assert sheet.employer_share == 0
        if region == "310115":
            assert sheet.waived == 0
