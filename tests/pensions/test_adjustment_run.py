"""The yearly adjustment as a run: previewed, approved, paid month by month, undone, refused."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.services.living import life
from pensions import queries
from pensions.models import Award, Benefit, PensionAdjustment, PensionPayment
from pensions.services import adjustment, rises
from socsec.kernel.months import month
from socsec.office.errors import Denied, Invalid, Problem, Refused
from socsec.office.models import PolicyValue, Role, Run, RunChunk
from socsec.office.services import policy
from socsec.office.services import run as runs

from .conftest import PUDONG, SHANGHAI, findings, staff, traces

pytestmark = pytest.mark.django_db

JANUARY = month(2025, 1)
KIND = "pension_adjustment"


@pytest.fixture
def pensioner(shanghai, enroll, bank):
    """A pension that began in 2015, by months paid: `pensioner(fen, months)`."""

    def make(
        amount=5_500_00, months=300, name="赵老", born=date(1955, 5, 5), region=PUDONG, **more
    ):
        who = enroll(name=name, born=born, region=region)
        parts = {"basic": amount, "account": 0, "transitional": 0}
        begun = more.pop("from_month", month(2015, 6))
        made = Award.objects.create(
            person=who,
            region=region,
            from_month=begun,
            monthly=amount,
            months=months,
            **parts,
            **more,
        )
        Benefit.objects.create(person_id=who.pk, award_id=made.pk, from_month=begun, **parts)
        bank(who)
        return made

    return make


def draft(by, at=JANUARY, region=SHANGHAI):
    made = runs.draft(kind=KIND, month=at, region=region, by=by)
    return runs.preview(run_id=made.pk, by=by)


def test_pensions_rise_in_january_and_the_next_payroll_pays_the_difference(pensioner, drive):
    """Shanghai 2025: 50 + 25 × 0.5 + 5,500 × 0.53 % = 91.65; 72 years old: 25 more."""
    young, old = pensioner(), pensioner(name="钱老", born=date(1952, 6, 1))
    for paid in range(JANUARY, JANUARY + 7):
        drive("pension_payroll", paid)
    done = drive(KIND, JANUARY)
    assert (done.state, done.count, done.total) == (Run.State.POSTED, 2, 91_65 + 116_65)
    assert done.preview["figures"] == {
        "flat_part": 100_00,
        "linked": 25_00,
        "level": 58_30,
        "tilt": 25_00,
        "pensions_before": 11_000_00,
        "average_increase": 104_15,
    }
    assert done.preview["regions"] == {PUDONG: [2, 208_30]}
    assert len(done.preview["samples"]) == 2
    assert queries.benefit_in(young, JANUARY - 1).monthly == 5_500_00
    assert queries.benefit_in(young, JANUARY).monthly == 5_591_65
    assert queries.benefit_in(old, JANUARY + 20).monthly == 5_616_65
    assert findings() == []

    august = drive("pension_payroll", JANUARY + 7)
    # August, and for January to July what was added since
    assert august.total == 8 * 208_30 + 11_000_00
    assert august.preview["figures"]["arrears"] == 7 * 208_30
    rows = PensionPayment.objects.filter(person_id=young.person_id).order_by("month", "part")
    assert [(row.month, row.part, row.amount) for row in rows] == [
        *((JANUARY + n, part, fen) for n in range(7) for part, fen in ((0, 5_500_00), (1, 91_65))),
        (JANUARY + 7, 0, 5_591_65),
    ]
    assert findings() == []
    # Nothing is left over for the month after.
    assert drive("pension_payroll", JANUARY + 8).total == 11_208_30


def test_the_preview_shows_groups_and_who_is_left_out(pensioner, assessor):
    pensioner(), pensioner(3_000_00, 190, "李老")
    pensioner(months=0, name="不详")
    pensioner(name="新退", from_month=JANUARY + 2)
    seen = draft(assessor)
    assert seen.count == 2
    # 3,000: 50 + 15 years and 10 months × 0.5 = 7.92 + 15.90
    assert seen.total == 91_65 + 73_82
    spread = seen.preview["spread"]
    groups = {
        (each["en"], row["en"]): row["count"] for each in spread["groups"] for row in each["rows"]
    }
    assert groups["Years paid", "15 to 19"] == groups["Years paid", "25 to 29"] == 1
    assert groups["Pension before, yuan", "3,000 to 3,999"] == 1
    assert groups["Age", "65 to 69"] == 2
    assert groups["Scheme", "Employees"] == 2
    # Shanghai 2024: 61 + 25 + 1 % of 5,500, and 61 + 15.83 + 1 % of 3,000.
    whole = spread["whole"]
    assert (whole["known"], whole["other"]) == (2, 141_00 + 106_83)
    assert (whole["more"], whole["less"]) == ([0, 0], [2, 247_83 - 165_47])
    assert (whole["least"], whole["most"], spread["median"]) == (73_82, 91_65, 73_82)
    bars = spread["distribution"]["bars"]
    assert [sum(bar[place] for bar in bars) for place in (1, 2)] == [2, 2]
    assert [bar[0] for bar in bars if bar[1]] == [70_00, 90_00]
    held = {each["code"]: each["count"] for each in seen.preview["held"]}
    assert held == {"years_unknown": 1, "began_later": 1, "months_elsewhere": 2}
    assert PensionAdjustment.objects.count() == 0
    assert Benefit.objects.count() == 4


def test_each_adjustment_explains_itself_with_the_edition_of_its_run(pensioner, drive):
    mine = pensioner()
    drive(KIND, JANUARY)
    policy.issue(by=None, note="later")
    (row,) = queries.adjustments(mine.person_id)
    sheet = {line.code: line.value for line in adjustment.sheet_of(row).lines}
    assert (sheet["flat_part"], sheet["increase"], sheet["after"]) == (
        "50.00",
        "91.65",
        "5591.65",
    )
    assert row.increase == 91_65


def test_a_benefit_that_begins_later_in_the_year_rises_too(pensioner, drive):
    mine = pensioner()
    Benefit.objects.create(
        person_id=mine.person_id,
        award_id=mine.pk,
        from_month=JANUARY + 3,
        basic=5_600_00,
        account=0,
        transitional=0,
    )
    drive(KIND, JANUARY)
    assert queries.benefit_in(mine, JANUARY + 2).monthly == 5_591_65
    assert queries.benefit_in(mine, JANUARY + 3).monthly == 5_691_65


def test_the_dead_and_months_that_earlier_books_paid_are_left_alone(pensioner, drive, intake):
    dead, mine = pensioner(name="故去"), pensioner()
    life.record_death(by=intake, person=dead.person, died_on=date(2024, 12, 30), document="证明")
    drive("pension_payroll", JANUARY + 5)
    assert drive(KIND, JANUARY).count == 1
    # only June was paid here: July pays July and June's difference
    assert drive("pension_payroll", JANUARY + 6).total == 5_591_65 + 91_65
    assert mine.person_id != dead.person_id


def test_until_it_is_paid_a_run_can_be_undone_to_the_fen(pensioner, drive, reviewer):
    mine = pensioner()
    drive("pension_payroll", JANUARY)
    done = drive(KIND, JANUARY)
    from socsec.office.services import work

    runs.reverse(run_id=done.pk, by=reviewer, reason="办法有误")
    work.work_through(done.pk)
    done.refresh_from_db()
    assert done.state == Run.State.REVERSED
    assert queries.benefit_in(mine, JANUARY).monthly == 5_500_00
    assert Award.objects.get(pk=mine.pk).owed_from is None
    assert list(queries.adjustments(mine.person_id)) == []
    assert drive("pension_payroll", JANUARY + 1).total == 5_500_00
    # It can be made again, and then it counts once.
    drive(KIND, JANUARY)
    assert queries.benefit_in(mine, JANUARY).monthly == 5_591_65
    assert drive("pension_payroll", JANUARY + 2).total == 5_591_65 + 2 * 91_65
    assert findings() == []


def test_what_a_payroll_has_paid_is_not_undone(pensioner, drive, reviewer):
    pensioner()
    done = drive(KIND, JANUARY)
    drive("pension_payroll", JANUARY + 1)
    with pytest.raises(Refused) as refused:
        runs.reverse(run_id=done.pk, by=reviewer, reason="办法有误")
    assert refused.value.code == "paid_already"


@pytest.mark.parametrize(
    ("at", "code"), [(month(2025, 2), "not_january"), (month(2026, 1), "scheme_not_announced")]
)
def test_another_month_or_a_year_without_a_scheme_is_refused(pensioner, assessor, at, code):
    pensioner()
    before = Benefit.objects.count(), PensionAdjustment.objects.count()
    made = runs.draft(kind=KIND, month=at, region=SHANGHAI, by=assessor)
    with pytest.raises((Refused, Invalid)) as refused:
        runs.preview(run_id=made.pk, by=assessor)
    assert refused.value.code == code
    assert (Benefit.objects.count(), PensionAdjustment.objects.count()) == before


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("years_rates", '{5: "0.5", 15: "1"}', "gap"),
        ("tilts_men", '{70: "25"}', "gap"),
        ("flat", "-1", "negative"),
        ("years_rates", '{0: "0.5", 15: "-1"}', "negative"),
    ],
)
def test_a_scheme_that_cannot_be_applied_is_refused_before_any_preview(
    pensioner, assessor, refuses, name, value, code
):
    pensioner()
    for each, said in (("month", "2026-01"), (name, value)):
        entered = policy.enter(
            code=f"pensions.adjustment.{each}",
            region=SHANGHAI,
            from_date=date(2026, 1, 1),
            value=said,
            law="沪人社养〔2026〕1号",
            by=staff(Role.POLICY_OFFICER, region="000000"),
        )
        policy.approve(value_id=entered.pk, by=staff(Role.REVIEWER, region="000000"))
    made = runs.draft(kind=KIND, month=month(2026, 1), region=SHANGHAI, by=assessor)
    refuses(Problem, code, runs.preview, run_id=made.pk, by=assessor)


def test_bands_that_overlap_are_refused_when_they_are_entered(pensioner):
    """From 15 years on twice: no table says which rate holds."""
    officer, before = staff(Role.POLICY_OFFICER, region="000000"), traces()
    with pytest.raises(Invalid) as refused:
        policy.enter(
            code="pensions.adjustment.years_rates",
            region=SHANGHAI,
            from_date=date(2026, 1, 1),
            value='{0: "0.5", 15: "1", 15: "2"}',
            law="沪人社养〔2026〕1号",
            by=officer,
        )
    assert refused.value.code == "twice"
    assert traces() == before
    assert not PolicyValue.objects.exists()


def test_the_clerk_who_drafted_it_does_not_approve_it_and_it_runs_once(pensioner, assessor, drive):
    pensioner()
    seen = draft(assessor)
    with pytest.raises(Denied):
        runs.approve(run_id=seen.pk, by=assessor, total=seen.total)
    assert Benefit.objects.count() == 1


def test_a_chunk_asks_the_same_number_of_questions_for_one_and_for_many(pensioner, drive):
    def asked():
        chunk = RunChunk.objects.filter(run__kind=KIND).latest("pk")
        part = adjustment.part_of(chunk.run)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            rises.preview(part, 0)
        return len(seen)

    pensioner()
    drive(KIND, JANUARY)
    one = asked()
    for number in range(5):
        pensioner(name=f"老{number}")
    assert asked() == one


def test_an_empty_region_adjusts_nobody(shanghai, drive):
    with pytest.raises(Refused):
        drive(KIND, JANUARY)
    assert PensionAdjustment.objects.count() == 0
