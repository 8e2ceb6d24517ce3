"""A claim for a pension from the counter to the award, and every way in which it is refused."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from enrollment.models import EndReason as CoverageEnd
from enrollment.services import cover
from enrollment.services.living import life
from funds import queries as funds
from funds.models import Scheme, accounts
from funds.services import fund
from pensions import facts, queries
from pensions.models import (
    AccountEntry,
    AccountState,
    Award,
    AwardState,
    Benefit,
    Category,
    EntryKind,
    IndividualAccount,
    PensionClaim,
)
from pensions.rules import retirement
from pensions.services import award, claim, decision
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Case, Role, User
from socsec.office.services import policy

from .conftest import BEIJING, PENSION, PUDONG, SHANGHAI, START, findings, staff

pytestmark = pytest.mark.django_db

# Zhang San, 60 years and 4 months old in July 2026, in Shanghai.
#
# Years on 6,000 yuan a month, over the average wage of the year before (2,235 in 2006 …):
#   2.6846 2.4351 2.0747 1.8226 1.6826 1.5400 1.3854 1.2788 1.1914 1.1007
#   1.0103 0.9225 0.8413 0.7307 0.6425 0.5804 0.5265 0.4925 0.4875 0.4825
#   sum 23.9126, over 20 years: 1.19563, so 1.1956
# Calculation base of 2026: not announced when this was written, so that of 2025: 12,434
#   basic    (12,434 + 12,434 × 1.1956) ÷ 2 × 20 × 1 % = 2,730.009 → 2,730.10 (见分进角)
# Account: 150,000 carried over, 1.50 % (last announced) for January to June: 1,125
#   account  151,125 ÷ 136.7 = 1,105.52… → 1,105.60
BASIC, ACCOUNT, MONTHLY = 2_730_10, 1_105_60, 3_835_70
INTEREST = 1_125_00


def test_a_pension_is_awarded_to_the_fen(zhang, claimed, assessor, reviewer, shanghai):
    made = claimed(zhang)
    claim.assess(by=assessor, claim=made)
    given = claim.award(by=reviewer, claim=made)
    given.refresh_from_db()
    assert (given.basic, given.account, given.transitional, given.addition) == (
        BASIC,
        ACCOUNT,
        0,
        0,
    )
    assert (given.monthly, given.from_month, given.owed_from) == (MONTHLY, START, START)
    assert (given.region, given.state, given.until_month) == (PUDONG, AwardState.IN_PAYMENT, None)
    made.refresh_from_db()
    assert (made.case.state, made.case.maker, made.case.checker, made.open) == (
        Case.State.GRANTED,
        assessor,
        reviewer,
        False,
    )
    assert Benefit.objects.get(award_id=given.pk).monthly == MONTHLY
    # The account turned: interest up to June, the balance that the pension divides, the books.
    last = queries.statement(zhang.pk, shanghai.pk).first()
    assert (last.kind, last.amount, last.balance) == (EntryKind.INTEREST, INTEREST, 151_125_00)
    assert (last.month, last.bears_from, last.rate) == (month(2026, 6), month(2027, 1), 15_000)
    assert IndividualAccount.objects.get(person_id=zhang.pk).state == AccountState.PAYING
    assert funds.balance(shanghai, accounts.INDIVIDUAL_ACCOUNTS) == 151_125_00
    assert findings() == []


def test_an_award_says_what_is_provisional(zhang, granted):
    given = granted(zhang)
    assert given.provisional
    assert {row["code"] for row in given.sheet["beneath"]["provisional"]} == {
        "pensions.employees.calculation_base",
        "pensions.account.bookkeeping_rate",
    }
    assert given.sheet["open"]


def test_an_award_is_replayed_to_the_fen_by_the_edition_of_its_time(
    zhang, granted, reviewer, edition
):
    given = granted(zhang)
    officer = staff(Role.POLICY_OFFICER, region="000000")
    for code, value in (
        ("pensions.employees.calculation_base", "12600"),
        ("pensions.account.bookkeeping_rate", "0.0310"),
    ):
        entered = policy.enter(
            code=code,
            region=SHANGHAI,
            from_date=date(2026, 1, 1),
            value=value,
            law="沪人社规〔2026〕1号",
            by=officer,
        )
        policy.approve(value_id=entered.pk, by=reviewer)
    assert policy.current_edition().pk > edition.pk
    again = claim.replay(given)
    assert again.same
    assert again.decision.monthly == MONTHLY
    # By the new edition it would be another pension: the replay did use the old one.
    now = decision.decide(again.decision.gathered, policy.of(policy.current_edition()))
    assert now.monthly > MONTHLY


def test_a_replay_names_what_differs(zhang, granted):
    given = granted(zhang)
    given.gathered["years"][0][2] += 1_200_000
    again = claim.replay(given)
    assert not again.same
    assert any(line.startswith("pension.basic.amount: ") for line in again.differences)
    assert f"monthly: {MONTHLY} → {again.decision.monthly}" in again.differences


def test_an_award_of_earlier_books_has_nothing_to_replay(zhang, shanghai):
    taken_over = Award.objects.create(
        person=zhang, region=PUDONG, from_month=START, basic=1, account=0, transitional=0, monthly=1
    )
    with pytest.raises(Refused, match="taken over"):
        claim.replay(taken_over)


def test_every_step_leaves_its_audit(zhang, granted):
    granted(zhang)
    acts = (
        AuditEntry.objects.filter(person_id=zhang.pk).order_by("id").values_list("act", flat=True)
    )
    assert list(acts)[-4:] == ["case.open", "case.propose", "case.decide", "award.grant"]


def test_the_law_gives_twenty_working_days(zhang, claimed):
    made = claimed(zhang)
    assert made.case.days == 20
    assert made.case.number.startswith("YL")
    assert made.case.region_id == PUDONG


def test_a_claim_submitted_twice_is_one_case(zhang, claimed, intake):
    first = claimed(zhang, key="abc")
    cases, audits = Case.objects.count(), AuditEntry.objects.count()
    assert claimed(zhang, key="abc") == first
    assert claimed(zhang, key="other") == first
    assert claimed(zhang, start=START + 1) == first
    assert (Case.objects.count(), AuditEntry.objects.count()) == (cases, audits)


def test_the_database_refuses_a_second_open_claim(zhang, claimed):
    first = claimed(zhang)
    case = Case.objects.get(pk=first.pk)
    case.pk, case.number = None, "YL202601010001"
    case.save()
    second = PensionClaim(case=case, person=zhang, start_month=START, category=0, region=PUDONG)
    with pytest.raises(IntegrityError, match="pension_claim_one_open"), transaction.atomic():
        second.save(force_insert=True)


def test_a_claim_for_a_dead_person_is_refused_and_changes_nothing(zhang, claimed, intake, refuses):
    life.record_death(by=intake, person=zhang, died_on=date(2026, 6, 1), document="死亡证明")
    refuses(Refused, "dead", claimed, who=zhang)


def test_whoever_died_meanwhile_gets_no_pension(
    zhang, claimed, assessor, reviewer, intake, refuses
):
    made = claimed(zhang)
    claim.assess(by=assessor, claim=made)
    life.record_death(by=intake, person=zhang, died_on=date(2026, 8, 1), document="死亡证明")
    refuses(Refused, "dead", claim.award, by=reviewer, claim=made)


def test_insured_people_claim_for_themselves_and_for_nobody_else(zhang, enroll, claimed, refuses):
    self = User.objects.create(username="zhang", kind=User.Kind.INSURED, person_id=zhang.pk)
    other = User.objects.create(username="li", kind=User.Kind.INSURED, person_id=zhang.pk + 1)
    asked = {
        "person": zhang,
        "start_month": START,
        "category": Category.MALE_60,
        "channel": "portal",
    }
    refuses(Denied, "not_permitted", claim.open_claim, by=other, **asked)
    made = claim.open_claim(by=self, **asked)
    assert made.case.channel == "portal"
    # What another has no right to open, nobody tells them about either.
    refuses(Denied, "not_permitted", claim.open_claim, by=other, **asked)


def test_offices_of_other_regions_and_colleagues_without_the_role_can_do_nothing(
    zhang, claimed, intake, assessor, reviewer, refuses
):
    made = claimed(zhang)
    elsewhere = staff(Role.INTAKE, Role.ASSESSOR, Role.REVIEWER, region=BEIJING)
    nobody = staff()
    steps = [
        (claim.assess, {}, assessor),
        (claim.award, {}, reviewer),
        (claim.refuse, {}, reviewer),
        (claim.send_back, {"text": "?"}, reviewer),
        (claim.preview, {}, None),
    ]
    for step, arguments, right in steps:
        refuses(NotFound, "outside_region", step, claim=made, by=elsewhere, **arguments)
        refuses(Denied, "not_permitted", step, claim=made, by=nobody, **arguments)
        if right is not None:
            refuses(Denied, "not_permitted", step, claim=made, by=intake, **arguments)


def test_the_maker_does_not_check_and_nobody_handles_their_own_case(
    zhang, claimed, assessor, reviewer, refuses
):
    both = staff(Role.ASSESSOR, Role.REVIEWER)
    own = staff(Role.INTAKE, Role.ASSESSOR, Role.REVIEWER, person_id=zhang.pk)
    made = claimed(zhang)
    refuses(Denied, "own_case", claim.assess, by=own, claim=made)
    claim.assess(by=both, claim=made)
    refuses(Denied, "four_eyes", claim.award, by=both, claim=made)
    refuses(Denied, "four_eyes", claim.refuse, by=both, claim=made)
    refuses(Denied, "own_case", claim.award, by=own, claim=made)
    assert claim.award(by=reviewer, claim=made).monthly == MONTHLY


def test_nobody_opens_their_own_case_at_the_desk(zhang, claimed, refuses):
    own = staff(Role.INTAKE, person_id=zhang.pk)
    asked = {
        "person": zhang,
        "start_month": START,
        "category": Category.MALE_60,
        "channel": "counter",
    }
    refuses(Denied, "own_case", claim.open_claim, by=own, **asked)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"category": Category.FEMALE_50}, "wrong_category", "category"),
        ({"category": 9}, "wrong_category", "category"),
        ({"start": month(1966, 3)}, "impossible_start", "start_month"),
        ({"start": month(2190, 1)}, "impossible_start", "start_month"),
    ],
)
def test_a_claim_that_cannot_be_says_which_answer_is_wrong(zhang, claimed, changed, code, field):
    with pytest.raises(Invalid) as caught:
        claimed(zhang, **changed)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert PensionClaim.objects.count() == 0


def test_too_young_and_too_few_months_are_refused_with_numbers_and_articles(
    zhang, claimed, assessor, reviewer, refuses
):
    made = claimed(zhang, start=START - 1)
    assert made.case.state == Case.State.RECEIVED  # intake does not ask for the age
    claim.assess(by=assessor, claim=made)
    refuses(Refused, "not_entitled", claim.award, by=reviewer, claim=made)
    claim.refuse(by=reviewer, claim=made)
    made.refresh_from_db()
    assert made.case.state == Case.State.REFUSED
    (reason,) = made.case.reasons
    assert reason["code"] == "old_enough"
    assert reason["law"] == "国务院关于渐进式延迟法定退休年龄的办法第一条、第三条"
    assert reason["text_en"] == (
        "Not met: Old enough (Age 60 years 3 months ≥ Age required 60 years 4 months)"
    )
    assert reason["text_zh"] == (
        "没有满足：达到退休年龄（领取时年龄 60 岁 3 个月 ≥ 要达到的年龄 60 岁 4 个月）"
    )
    assert Award.objects.count() == 0
    assert not made.open


def test_with_179_months_the_qualifying_period_is_the_reason(
    shanghai, enroll, carry, claimed, assessor, reviewer
):
    li = enroll(name="李四")
    carry(li, month(2010, 1), month(2010, 1) + 178, 5_000_00)
    made = claimed(li)
    claim.assess(by=assessor, claim=made)
    claim.refuse(by=reviewer, claim=made)
    made.case.refresh_from_db()
    (reason,) = made.case.reasons
    assert (reason["code"], reason["law"]) == ("vested", "社会保险法第十六条")
    assert "179" in reason["text_en"]
    assert "180" in reason["text_en"]


def test_a_claim_whose_conditions_are_met_cannot_be_refused(
    zhang, claimed, assessor, reviewer, refuses
):
    made = claimed(zhang)
    claim.assess(by=assessor, claim=made)
    refuses(Refused, "entitled", claim.refuse, by=reviewer, claim=made)


def test_steps_out_of_order_are_refused(zhang, claimed, assessor, reviewer, refuses):
    made = claimed(zhang)
    refuses(Conflict, "case_moved_on", claim.award, by=reviewer, claim=made)
    claim.assess(by=assessor, claim=made)
    refuses(Conflict, "case_moved_on", claim.assess, by=assessor, claim=made)
    claim.award(by=reviewer, claim=made)
    refuses(Conflict, "case_moved_on", claim.award, by=reviewer, claim=made)
    refuses(Conflict, "case_moved_on", claim.withdraw, by=assessor, claim=made, text="?")


def test_what_was_sent_back_is_assessed_anew(zhang, claimed, assessor, reviewer):
    made = claimed(zhang)
    claim.assess(by=assessor, claim=made)
    claim.send_back(by=reviewer, claim=made, text="再核对一次缴费记录")
    made.refresh_from_db()
    assert (made.gathered, made.case.sheet) == (None, None)
    claim.assess(by=assessor, claim=made)
    assert claim.award(by=reviewer, claim=made).monthly == MONTHLY


def test_books_that_changed_since_the_assessment_stop_the_award(
    zhang, claimed, assessor, reviewer, carry, refuses
):
    made = claimed(zhang)
    claim.assess(by=assessor, claim=made)
    carry(zhang, month(2026, 1), month(2026, 1), 6_000_00)
    refuses(Conflict, "facts_changed", claim.award, by=reviewer, claim=made)


def test_whoever_is_still_insured_draws_no_pension_beside_it(
    zhang, claimed, work, company, intake, assessor, refuses
):
    work(zhang, month(2026, 1), month(2026, 2), 8_000_00)
    made = claimed(zhang)
    refuses(Refused, "still_insured", claim.assess, by=assessor, claim=made)
    cover.end(
        by=intake,
        person=zhang,
        branch=PENSION,
        last_day=date(2026, 6, 30),
        reason=CoverageEnd.RETIRED,
    )
    claim.assess(by=assessor, claim=made)
    made.refresh_from_db()
    assert made.gathered["months_paid"] == 242


def test_an_account_in_another_province_is_transferred_first(
    zhang, claimed, assessor, reviewer, open_account, refuses
):
    fund.establish(PENSION, Scheme.EMPLOYEES, BEIJING)
    central = [staff(role, region="000000") for role in (Role.ASSESSOR, Role.REVIEWER)]
    from pensions.services import account

    entered = account.enter_opening(
        by=central[0],
        person=zhang,
        amount=100,
        month=month(2025, 12),
        region=BEIJING,
        document="参保凭证",
    )
    account.approve_opening(by=central[1], opening=entered)
    refuses(Refused, "account_elsewhere", claim.assess, by=assessor, claim=claimed(zhang))


def test_a_province_without_an_average_wage_for_a_year_says_which(
    shanghai, enroll, carry, claimed, assessor, refuses
):
    old = enroll(name="王五", born=date(1955, 1, 1))
    carry(old, month(1985, 1), month(2005, 12), 100_00)
    made = claimed(old, start=month(2026, 7))
    refuses(Invalid, "not_yet_in_force", claim.assess, by=assessor, claim=made)


def test_papers_may_state_only_what_no_book_holds(zhang, claimed, assessor, refuses):
    made = claimed(zhang)
    for stated, code in (
        ({"account_balance": "1000000.00"}, "not_stated"),
        ({"calculation_base": "99999.00"}, "not_stated"),
        ({"nonsense": 1}, "not_stated"),
        ({"notional_balance": "-1"}, "impossible_fact"),
        ({"one_child": "maybe"}, "impossible_fact"),
    ):
        refuses(Invalid, code, claim.assess, by=assessor, claim=made, stated=stated)
    claim.assess(by=assessor, claim=made, stated={"notional_balance": "12000.00"})
    made.refresh_from_db()
    # Shanghai pays the notional balance for the time before accounts in 120 parts.
    assert made.case.sheet["result"]["pension"]["transitional"]["amount"] == "100.00"


def test_a_withdrawn_claim_may_be_made_again(zhang, claimed, intake):
    first = claimed(zhang)
    claim.withdraw(by=intake, claim=first, text="下个月再办")
    first.refresh_from_db()
    assert (first.open, first.case.state) == (False, Case.State.WITHDRAWN)
    assert claimed(zhang) != first


def test_one_pension_a_person(zhang, granted, claimed, refuses):
    given = granted(zhang)
    refuses(Refused, "in_payment", claimed, who=zhang)
    columns = {
        "person": zhang,
        "region": PUDONG,
        "basic": 1,
        "account": 0,
        "transitional": 0,
        "monthly": 1,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Award.objects.create(**columns, from_month=START + 500)
    Award.objects.filter(pk=given.pk).update(state=AwardState.ENDED, until_month=START + 5)
    with pytest.raises(IntegrityError, match="award_no_overlap"), transaction.atomic():
        Award.objects.create(**columns, from_month=START + 5)
    Award.objects.create(**columns, from_month=START + 6)


def test_parts_of_an_award_must_add_up(zhang):
    columns = {
        "person": zhang,
        "region": PUDONG,
        "from_month": START,
        "account": 0,
        "transitional": 0,
    }
    with pytest.raises(IntegrityError, match="award_parts_add_up"), transaction.atomic():
        Award.objects.create(**columns, basic=100, monthly=101)


def test_a_pension_paid_for_these_months_before_is_not_granted_over_them(
    zhang, granted, claimed, assessor, reviewer, refuses
):
    given = granted(zhang)
    award.end(
        by=assessor, award=given, last_month=START + 2, end_reason="error", reason="出生日期有误"
    )
    again = claimed(zhang, start=START + 2)
    claim.assess(by=assessor, claim=again)
    refuses(Conflict, "award_overlaps", claim.award, by=reviewer, claim=again)


def test_the_kinds_of_work_are_those_of_the_rules():
    assert {each.value: each.name for each in Category} == {
        int(each): each.name for each in retirement.Category
    }


def test_one_and_many_are_gathered_by_the_same_statements(
    zhang, enroll, carry, open_account, work, intake, assessor, reviewer
):
    """A range of all people gives each the same facts as a range of one."""
    from enrollment.services.record import prior

    li = enroll(name="李四", born=date(1970, 1, 1))
    work(li, month(2026, 1), month(2026, 3), 9_000_00)
    wang = enroll(name="王五", born=date(1968, 1, 1))
    entered = prior.enter_deemed(
        by=intake,
        person=wang,
        branch=PENSION,
        region=PUDONG,
        first_month=month(1990, 1),
        last_month=month(1991, 6),
        document="人事档案",
    )
    prior.approve(by=reviewer, prior=entered)
    carry(wang, month(1996, 1), month(1999, 12), 800_00)
    until, accounts_began = month(2026, 2), month(1998, 1)

    def fetch(select, params):
        with connection.cursor() as cursor:
            cursor.execute(select, params)
            return sorted(cursor.fetchall())

    people = [zhang.pk, li.pk, wang.pk]
    low, high = min(people), max(people)
    for select in (
        lambda a, b: facts.working_life(a, b, until, accounts_began),
        lambda a, b: facts.years(a, b, until),
        lambda a, b: facts.account_year(queries.accounts(zhang.pk)[0].fund_id, until, a, b),
    ):
        many = fetch(*select(low, high))
        single = [row for person in people for row in fetch(*select(person, person))]
        assert many == sorted(single)
        assert many
    assert fetch(*facts.working_life(low, high, until, accounts_began)) == [
        (zhang.pk, 240, 0, 0, 0),
        (li.pk, 2, 0, 0, 0),
        (wang.pk, 48, 24, 18, 0),
    ]


def test_months_assessed_but_not_paid_are_gaps(shanghai, enroll, intake, assessor, company):
    from enrollment.models import Category as Insured
    from enrollment.services.assessment import contributions
    from enrollment.services.employers import wages

    li = enroll(name="李四", born=date(1970, 1, 1))
    cover.start(
        by=intake,
        person=li,
        branch=PENSION,
        category=Insured.EMPLOYEE,
        region=PUDONG,
        from_=date(2026, 1, 1),
        employer=company,
    )
    wages.declare(by=intake, employer=company, month=month(2026, 1), wages={li.pk: 9_000_00})
    contributions.assess(by=assessor, person=li, month=month(2026, 1), branch=PENSION)
    with connection.cursor() as cursor:
        cursor.execute(*facts.working_life(li.pk, li.pk, month(2026, 6), month(1998, 1)))
        assert cursor.fetchall() == [(li.pk, 0, 0, 0, 1)]


def test_a_decision_costs_a_bounded_number_of_queries(
    zhang, claimed, assessor, django_assert_max_num_queries
):
    made = claimed(zhang)
    claim.preview(by=assessor, claim=made)  # loads the edition once
    with django_assert_max_num_queries(16):
        claim.preview(by=assessor, claim=made)


def test_entries_of_an_account_are_never_changed(zhang):
    entry = AccountEntry.objects.filter(person_id=zhang.pk)
    for act in (lambda: entry.update(amount=1), entry.delete):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            act()
