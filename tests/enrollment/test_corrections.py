"""Wages turn out otherwise, nothing is declared, months were missed: the difference is assessed."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from enrollment import queries
from enrollment.models import (
    Category,
    Contribution,
    Coverage,
    Employment,
    Reduction,
    WageDeclaration,
)
from enrollment.services.assessment import contributions, deemed
from enrollment.services.collection import receipts
from enrollment.services.employers import standing, wages
from enrollment.services.revision import back_payment, corrections
from funds import queries as books
from funds.models import Branch, Scheme, accounts
from socsec.kernel.months import first_day, month, month_of
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, Refused
from socsec.office.models import AuditEntry, Role, Run
from socsec.office.services import run as runs
from socsec.office.services import work

from .conftest import BEIJING, CHAOYANG, MARCH, assess_all, dues, enrol

CEILING = 3_581_100  # Beijing from 2025-07


def declare(by, where, who, wage, at=MARCH):
    wages.declare(by=by, employer=where, month=at, wages={who.pk: wage})


def clean():
    return [finding for _question, found in oversight.run() for finding in found] == []


@pytest.fixture
def assessed(intake, assessor, enroll, mill):
    """A person with an assessed March on 20,000 yuan."""
    who = enroll()
    enrol(intake, who, mill)
    declare(intake, mill, who, 2_000_000)
    assess_all(assessor, who)
    return who


def test_a_higher_wage_is_assessed_as_a_further_part(assessor, assessed, mill, everything):
    found = corrections.correct(
        by=assessor, person=assessed, employer=mill, month=MARCH, wage=2_100_000, reason="补发工资"
    )
    # 1,000 more: 24 % pension, 11.8 % medical (the flat amount stays), 1 % and 0.2 %
    assert {each.branch: each.due for each in found} == {
        Branch.PENSION: 240_00,
        Branch.MEDICAL: 118_00,
        Branch.UNEMPLOYMENT: 10_00,
        Branch.INJURY: 2_00,
    }
    more = Contribution.objects.get(branch=Branch.PENSION, part=1)
    assert (more.wage, more.base, more.due, more.account_share) == (100_000, 100_000, 24_000, 8_000)
    (record,) = queries.record(assessed.pk, Branch.PENSION)
    assert (record.base, record.due) == (2_100_000, 504_000)
    fund = everything[Branch.PENSION, Scheme.EMPLOYEES]
    assert books.balance(fund, accounts.CONTRIBUTIONS_DUE) == 504_000
    entry = AuditEntry.objects.get(act="contribution.correct")
    assert (entry.person_id, entry.detail["difference"]) == (assessed.pk, 370_00)
    assert clean()


def test_a_lower_wage_is_a_reduction_and_never_a_contribution_below_nought(
    assessor, accountant, assessed, mill, everything
):
    receipts.receive(
        by=accountant,
        branch=Branch.PENSION,
        amount=480_000,
        received_on=date(2026, 4, 1),
        reference="R1",
        employer=mill,
    )
    found = corrections.correct(
        by=assessor, person=assessed, employer=mill, month=MARCH, wage=1_500_000, reason="多报工资"
    )
    assert {each.branch: each.due for each in found}[Branch.PENSION] == -1_200_00
    off = Reduction.objects.get(branch=Branch.PENSION)
    assert (off.part, off.amount, off.base, off.account_share) == (0, 120_000, 500_000, 40_000)
    assert not Contribution.objects.filter(part__gt=0).exists()
    (record,) = queries.record(assessed.pk, Branch.PENSION)
    assert (record.base, record.due, record.paid) == (1_500_000, 360_000, 360_000)
    # what was paid too much is the employer's credit, and stands in suspense
    fund = everything[Branch.PENSION, Scheme.EMPLOYEES]
    assert books.balance(fund, accounts.CONTRIBUTIONS_DUE) == 0
    assert books.balance(fund, accounts.SUSPENSE) == 120_000
    assert not queries.arrears(Branch.PENSION, employer_id=mill.pk)
    assert clean()


def test_up_and_down_again_ends_where_it_began(assessor, assessed, mill, everything):
    before = dues(assessed)
    for wage in (2_500_000, 1_000_000, 9_000_000, 2_000_000):
        corrections.correct(
            by=assessor, person=assessed, employer=mill, month=MARCH, wage=wage, reason="更正"
        )
    for branch, shares in before.items():
        (record,) = queries.record(assessed.pk, branch)
        assert (record.base, record.employer_share, record.person_share) == (
            *(2_000_000, shares[0]),
            shares[1],
        )
        fund = everything[branch, Scheme.EMPLOYEES]
        assert books.balance(fund, accounts.CONTRIBUTIONS_DUE) == sum(shares[:2])
    assert clean()


def test_the_share_of_another_employer_moves_with_the_ceiling(
    intake, assessor, enroll, mill, school, everything
):
    who = enroll()
    for where, wage in ((mill, 2_000_000), (school, 2_000_000)):
        enrol(intake, who, where)
        declare(intake, where, who, wage)
    assess_all(assessor, who)
    first = min(mill, school, key=lambda each: each.pk)
    found = corrections.correct(
        by=assessor, person=who, employer=first, month=MARCH, wage=3_000_000, reason="补发"
    )
    of_pension = {each.employer_id: each.due for each in found if each.branch == Branch.PENSION}
    # the first owes on 10,000 more, the other on 10,000 less: the ceiling is the person's
    assert sorted(of_pension.values()) == [-2_400_00, 2_400_00]
    assert sum(row.base for row in queries.record(who.pk, Branch.PENSION)) == CEILING
    lower = corrections.correct(
        by=assessor, person=who, employer=first, month=MARCH, wage=1_000_000, reason="更正"
    )
    of_pension = {each.employer_id: each.due for each in lower if each.branch == Branch.PENSION}
    # 10,000 and 20,000 lie below the ceiling again; the other part has a base but no more wage
    assert sorted(of_pension.values()) == [-4_800_00, 3_405_36 + 0]
    assert clean()


def test_nothing_is_corrected_without_a_reason_a_right_or_a_difference(
    staff, assessor, assessed, mill, found
):
    said = {"person": assessed, "employer": mill, "month": MARCH, "wage": 2_100_000, "reason": "补"}
    before = list(Contribution.objects.values()), list(WageDeclaration.objects.values("wage"))
    for changed, kind, code in (
        ({"reason": " "}, Invalid, "reason_missing"),
        ({"wage": 0}, Invalid, "wage_impossible"),
        ({"wage": 2_000_000}, Refused, "no_difference"),
        ({"month": MARCH + 1}, Refused, "not_assessed"),
        ({"employer": found()}, Refused, "not_assessed"),
    ):
        with pytest.raises(kind) as refusal:
            corrections.correct(by=assessor, **(said | changed))
        assert refusal.value.code == code
    for role in set(Role) - {Role.ASSESSOR}:
        with pytest.raises(Denied):
            corrections.correct(by=staff(role), **said)
    shown = corrections.preview(corrections.correct, by=assessor, **said)
    assert sum(each.due for each in shown) == 370_00
    assert before == (
        list(Contribution.objects.values()),
        list(WageDeclaration.objects.values("wage")),
    )
    assert not Reduction.objects.exists()


def test_a_reduction_is_never_changed_nor_below_nought(assessor, assessed, mill):
    corrections.correct(
        by=assessor, person=assessed, employer=mill, month=MARCH, wage=1_500_000, reason="更正"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Reduction.objects.update(base=1)
    (one,) = Reduction.objects.filter(branch=Branch.PENSION)
    one.number, one.person_share = 2, -1
    with pytest.raises(IntegrityError, match="reduction_takes_off"), transaction.atomic():
        Reduction.objects.bulk_create([one])


def test_a_corrected_risk_class_is_assessed_anew(intake, assessor, assessed, mill):
    standing.set_standing(
        by=intake, employer=mill, from_month=MARCH, kind=2, risk_class=2, document="更正决定"
    )
    (changed,) = corrections.reassess(by=assessor, person=assessed, month=MARCH, reason="类别更正")
    # 20,000 × (0.4 % − 0.2 %)
    assert (changed.branch, changed.due) == (Branch.INJURY, 40_00)


# Nothing declared


@pytest.fixture
def silent(intake, assessor, assessed, mill):
    """The employer declares nothing for April."""
    return deemed.deem(by=assessor, employer=mill, month=MARCH + 1)


def test_where_nothing_is_declared_110_per_cent_of_the_month_before_is_taken(
    assessor, assessed, silent
):
    assert silent == 1
    contributions.assess_all(by=assessor, person=assessed, month=MARCH + 1)
    rows = Contribution.objects.filter(month=MARCH + 1)
    assert {(row.base, row.deemed) for row in rows} == {(2_200_000, True)}
    assert rows.count() == 4


def test_a_deemed_month_is_settled_once_the_wage_is_declared(
    intake, assessor, assessed, mill, silent
):
    contributions.assess_all(by=assessor, person=assessed, month=MARCH + 1)
    with pytest.raises(Refused, match="Nothing of 2026-04 changes"):
        corrections.settle(by=assessor, person=assessed, month=MARCH + 1, reason="结算")
    declare(intake, mill, assessed, 2_050_000, MARCH + 1)
    found = corrections.settle(by=assessor, person=assessed, month=MARCH + 1, reason="补办申报")
    assert {each.branch: each.due for each in found}[Branch.PENSION] == -360_00  # 24 % of 1,500
    assert not WageDeclaration.objects.get(month=MARCH + 1).deemed
    with pytest.raises(Invalid, match="is assessed for this person") as refusal:
        declare(intake, mill, assessed, 2_300_000, MARCH)
    assert "Correct the month" in str(refusal.value.detail["rows"][0].problem.fix)
    assert clean()


def test_a_deemed_wage_gives_way_to_a_declared_one(intake, assessor, assessed, mill, silent):
    declare(intake, mill, assessed, 2_050_000, MARCH + 1)
    contributions.assess_all(by=assessor, person=assessed, month=MARCH + 1)
    assert {row.deemed for row in Contribution.objects.filter(month=MARCH + 1)} == {False}
    with pytest.raises(Refused, match="can be deemed"):
        deemed.deem(by=assessor, employer=mill, month=MARCH + 1)


def test_the_run_deems_whom_the_counter_would(assessor, reviewer, assessed):
    drafted = runs.draft(kind="deemed_wages", month=MARCH + 1, region=BEIJING, by=assessor)
    shown = runs.preview(run_id=drafted.pk, by=assessor)
    assert (shown.count, shown.total) == (1, 2_200_000)
    assert not WageDeclaration.objects.filter(month=MARCH + 1).exists()
    runs.approve(run_id=drafted.pk, by=reviewer, total=shown.total)
    work.work(drafted.pk)
    assert WageDeclaration.objects.get(month=MARCH + 1).wage == 2_200_000
    runs.reverse(run_id=drafted.pk, by=reviewer, reason="too early")
    work.work(drafted.pk)
    assert Run.objects.get().state == Run.State.REVERSED
    assert not WageDeclaration.objects.filter(month=MARCH + 1).exists()


def test_a_run_whose_months_were_corrected_is_not_undone(
    intake, assessor, reviewer, enroll, mill, everything
):
    who = enroll()
    enrol(intake, who, mill)
    declare(intake, mill, who, 2_000_000)
    drafted = runs.draft(
        *(), kind="contributions", month=MARCH, region=BEIJING, by=assessor,
        params={"branches": [1, 2, 3, 4]},
    )  # fmt: skip
    shown = runs.preview(run_id=drafted.pk, by=assessor)
    # 4,800.00 + 2,363.00 + 200.00 + 40.00
    assert (shown.count, shown.total) == (4, 7_403_00)
    assert shown.preview["figures"]["injury"] == 40_00
    runs.approve(run_id=drafted.pk, by=reviewer, total=shown.total)
    work.work(drafted.pk)
    assert Run.objects.get(pk=drafted.pk).state == Run.State.POSTED
    assert dues(who)[Branch.MEDICAL] == (1_960_00, 403_00, 400_00)
    corrections.correct(
        by=assessor, person=who, employer=mill, month=MARCH, wage=2_100_000, reason="补发"
    )
    with pytest.raises(Refused, match="corrected since"):
        runs.reverse(run_id=drafted.pk, by=reviewer, reason="wrong")
    assert clean()


# Missed months


def asked(who, employer, **changed):
    wanted = {
        "person": who,
        "category": Category.EMPLOYEE if employer else Category.OWN_ACCOUNT,
        "region": CHAOYANG,
        "first_month": month(2025, 5),
        "last_month": month(2025, 8),
        "branches": [Branch.PENSION, Branch.MEDICAL],
        "wage": 650_000,
        "document": "劳动合同 2025-5",
        "employer": employer,
        "ruling": "京劳人仲字 12",
    }
    return back_payment.Asked(**(wanted | changed))


def test_months_that_an_employer_missed_are_paid_at_the_limits_of_each_month(
    assessor, enroll, mill, everything
):
    who = enroll()
    shown = back_payment.preview(by=assessor, asked=asked(who, mill))
    assert not Contribution.objects.exists()
    assert not Coverage.objects.exists()
    done = back_payment.pay_back(by=assessor, asked=asked(who, mill))
    assert [each.sheet.due for each in shown] == [each.sheet.due for each in done]
    # the floor was 6,821 until June 2025, and is 7,162 from July
    assert [row.base for row in queries.record(who.pk, Branch.PENSION)] == [
        *(682_100, 682_100),
        *(716_200, 716_200),
    ]
    assert len(done) == 8
    assert Employment.objects.get().span.upper == date(2025, 9, 1)
    assert AuditEntry.objects.get(act="contribution.pay_back").detail["due"] == sum(
        each.sheet.due for each in done
    )
    assert clean()


def test_back_payment_has_its_limits_and_changes_nothing_beyond_them(
    staff, intake, assessor, enroll, mill, everything
):
    who = enroll(born=date(1985, 1, 1))
    this_month = month_of(timezone.localdate())
    for wanted, kind, code in (
        (asked(who, None), Refused, "back_payment_closed"),
        (asked(who, mill, first_month=this_month - 40, ruling=""), Refused, "ruling_missing"),
        (asked(who, mill, last_month=month(2025, 4)), Invalid, "order"),
        (asked(who, mill, last_month=this_month + 1), Invalid, "in_the_future"),
        (asked(who, mill, document=" "), Invalid, "document_missing"),
        (asked(who, mill, branches=[]), Invalid, "no_branch"),
        (asked(who, mill, branches=[Branch.ANNUITY]), Refused, "branch_not_open"),
        (asked(who, mill, category=Category.RESIDENT), Invalid, "no_category"),
    ):
        with pytest.raises(kind) as refusal:
            back_payment.pay_back(by=assessor, asked=wanted)
        assert refusal.value.code == code
    enrol(intake, who, mill, from_=first_day(month(2025, 7)))
    with pytest.raises(Conflict, match="insured already"):
        back_payment.pay_back(by=assessor, asked=asked(who, mill))
    for role in set(Role) - {Role.ASSESSOR}:
        with pytest.raises(Denied):
            back_payment.pay_back(by=staff(role), asked=asked(enroll(), mill))
    assert not Contribution.objects.exists()
    assert Coverage.objects.count() == 4
