"""Residents enrol for a year, pay, are paid for, go on, and get back what the law gives back."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.models import (
    Category,
    Coverage,
    DoubleEnrolment,
    Payer,
    ResidentDue,
    ResidentEnrolment,
    ResidentPayment,
    ResidentReceipt,
    SponsorBill,
    Sponsored,
    UnmatchedPayment,
    Way,
)
from enrollment.queries.residents import open_of, resident_years
from enrollment.services.assessment import contributions
from enrollment.services.employers import wages
from enrollment.services.living import life
from enrollment.services.residents import (
    enrolment,
    offers,
    receipts,
    refunds,
    sponsor_lists,
    sponsors,
    twice,
    unmatched,
)
from enrollment.services.residents.receipts import Line
from funds import queries as books
from funds.models import Branch, accounts
from socsec.kernel import rules
from socsec.kernel.months import month
from socsec.kernel.policy import Policy
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role, Run, User
from socsec.office.services import run as runs
from socsec.office.services import work
from tests.kernel.three_ways import three_ways_by_region

from .conftest import BEIJING, CHAOYANG, PENSION, SHANGHAI

MEDICAL = Branch.MEDICAL
NANCHANG = "360100"


def covers_of(who, branch=MEDICAL):
    return [
        (each.category, each.span.lower, each.span.upper)
        for each in Coverage.objects.filter(person=who, branch=branch, span__isempty=False)
    ]


def sound():
    """What `verify` finds wrong in the books of residents."""
    codes = [
        *("resident_books", "resident_receipts", "resident_years", "control_accounts"),
        "suspense",
    ]
    asked = oversight.run([f"enrollment.{code}" for code in codes])
    return [finding for _question, found in asked for finding in found]


def test_a_resident_enrols_in_the_window_pays_and_is_covered_from_the_first_of_january(
    insure, pay, enroll, pools
):
    who = enroll()
    made = insure(who)
    assert (made.way, made.wait, made.cover_from) == (Way.WINDOW, 0, None)
    # Beijing 2026, of working age: 795; the fiscal subsidy is 700 + 24.
    assert open_of(who.pk, MEDICAL, 2026).due == {
        "person_share": 79_500,
        "sponsor_share": 0,
        "collective_subsidy": 0,
        "government_subsidy": 72_400,
    }
    assert len(covers_of(who)) == 1  # only that of the year before
    receipt = pay(who, 79_500)
    assert (receipt.amount, receipt.unmatched) == (79_500, 0)
    assert covers_of(who)[1:] == [(Category.RESIDENT, date(2026, 1, 1), date(2027, 1, 1))]
    pool = pools[MEDICAL]
    assert books.balance(pool, accounts.CONTRIBUTION_INCOME) == 79_500
    assert books.balance(pool, accounts.INCOME_ACCOUNT) == 79_500
    assert books.balance(pool, accounts.SUBSIDIES_DUE) == 72_400
    assert sound() == []
    assert pay(who, 79_500).pk == receipt.pk  # the same once more changes nothing
    assert ResidentPayment.objects.count() == 1
    assert AuditEntry.objects.filter(act="resident.receive").count() == 1


def test_enrolling_twice_is_once_and_another_region_is_refused(insure, enroll, clerks):
    who = enroll()
    first = insure(who)
    assert insure(who).pk == first.pk
    with pytest.raises(Conflict, match="another region") as told:
        enrolment.enroll(by=clerks["intake"], person=who, branch=MEDICAL, year=2026, region=BEIJING)
    assert told.value.code == "enrolled_elsewhere"
    assert ResidentDue.objects.count() == 1


@pytest.mark.parametrize(
    ("day", "way", "wait", "begins"),
    [
        ((2026, 2, 28), Way.WINDOW, 0, date(2026, 1, 1)),  # Beijing's last day for 2026
        ((2026, 3, 1), Way.LATE, 4, date(2026, 7, 1)),  # 3 fixed and 1 for 2025, not insured
    ],
)
def test_the_last_day_of_the_window_decides_over_the_wait(
    insure, pay, enroll, today, day, way, wait, begins
):
    today(*day)
    who = enroll()
    made = insure(who, gap=way == Way.LATE)
    assert (made.way, made.wait) == (way, wait)
    pay(who, 79_500)
    made.refresh_from_db()
    assert made.cover_from == begins


def test_buying_a_missed_year_back_shortens_the_wait_and_costs_a_standard(
    insure, pay, enroll, today
):
    today(2026, 3, 10)
    who = enroll()
    made = insure(who, repaid_years=1, gap=True)
    assert (made.missed_years, made.repaid_years, made.wait) == (1, 1, 3)
    pay(who, 2 * 79_500)
    made.refresh_from_db()
    assert made.cover_from == date(2026, 6, 10)
    other = enroll("王芳", born=date(1991, 2, 2))
    with pytest.raises(Invalid) as told:
        insure(other, repaid_years=2, gap=True)
    assert told.value.field == "repaid_years"
    assert not ResidentEnrolment.objects.filter(person_id=other.pk).exists()


def test_before_the_window_opens_the_day_is_told(insure, enroll, today):
    today(2025, 11, 29)
    who = enroll()
    with pytest.raises(Refused, match="opens on") as told:
        insure(who)
    assert told.value.code == "window_not_open"
    assert not ResidentEnrolment.objects.exists()


@pytest.mark.parametrize("year", [2024, 2028])
def test_a_year_that_is_over_or_too_far_is_refused(insure, enroll, year):
    with pytest.raises(Invalid) as told:
        insure(enroll(), year=year)
    assert told.value.field == "year"


def test_a_newborn_is_covered_from_birth_even_out_of_the_window(insure, pay, enroll, today):
    today(2026, 7, 1)
    child = enroll("李小雨", born=date(2026, 5, 3))
    made = insure(child, gap=True)
    assert (made.way, made.wait) == (Way.NEWBORN, 0)
    pay(child, 43_500)  # Beijing 2026, students and children: 435
    assert covers_of(child) == [(Category.RESIDENT, date(2026, 5, 3), date(2027, 1, 1))]
    today(2026, 8, 2)  # 91 days after birth
    late = enroll("李小雪", born=date(2026, 5, 3))
    assert insure(late, gap=True).way == Way.LATE


def test_a_sponsored_resident_waits_for_nothing_and_pays_the_rest_or_nothing(
    insure, enroll, clerks, today, pools
):
    today(2026, 6, 1)
    who = enroll()
    for group in (Sponsored.DIBAO, Sponsored.EXTREME_HARDSHIP):
        sponsors.join(
            by=clerks["intake"],
            person=who,
            group=group,
            region=CHAOYANG,
            from_=date(2026, 1, 1),
            document="民政名单",
        )
    made = insure(who, gap=True)
    due = open_of(who.pk, MEDICAL, 2026).due
    assert (due["person_share"], due["sponsor_share"]) == (0, 79_500)  # the best one only
    assert (made.wait, made.cover_from) == (0, date(2026, 6, 1))
    assert covers_of(who) == [(Category.RESIDENT, date(2026, 6, 1), date(2027, 1, 1))]
    assert books.balance(pools[MEDICAL], accounts.SUBSIDIES_DUE) == 79_500 + 72_400
    assert sound() == []


def test_who_is_insured_as_a_worker_is_not_enrolled_as_a_resident_as_well(
    insure, enroll, found, employ
):
    who = enroll()
    employ(who, found(), from_=date(2025, 1, 1))
    with pytest.raises(Refused) as told:
        insure(who, branch=PENSION)
    assert told.value.code == "insured_as_worker"
    assert not ResidentEnrolment.objects.exists()


def test_who_begins_to_work_leaves_the_residents_scheme_with_the_day_before(
    insure, pay, enroll, found, employ, today
):
    who = enroll()
    insure(who, branch=PENSION)
    pay(who, 100_000, branch=PENSION, year=2025)
    assert covers_of(who, PENSION) == [(Category.RESIDENT, date(2025, 12, 1), None)]
    today(2026, 3, 2)
    employ(who, found(), from_=date(2026, 3, 2))
    assert covers_of(who, PENSION) == [
        (Category.RESIDENT, date(2025, 12, 1), date(2026, 3, 2)),
        (Category.EMPLOYEE, date(2026, 3, 2), None),
    ]


def test_leaving_employees_medical_insurance_and_enrolling_in_time_waives_the_wait(
    insure, pay, enroll, today
):
    today(2026, 6, 20)
    in_time, late = enroll(), enroll("王芳", born=date(1991, 2, 2))
    for who, ended in ((in_time, date(2026, 5, 1)), (late, date(2026, 3, 1))):
        Coverage.objects.create(
            person=who,
            branch=MEDICAL,
            category=Category.EMPLOYEE,
            region=CHAOYANG,
            span=(date(2024, 1, 1), ended),
        )
    assert (insure(in_time).way, insure(in_time).wait) == (Way.SWITCHED, 0)
    assert (insure(late).way, insure(late).wait) == (Way.LATE, 3)
    pay(in_time, 79_500)
    assert covers_of(in_time)[-1] == (Category.RESIDENT, date(2026, 6, 1), date(2027, 1, 1))


def test_a_tier_brings_its_subsidy_and_may_be_changed_until_it_is_paid(
    insure, pay, enroll, clerks, pools
):
    who = enroll()
    insure(who, branch=PENSION)
    chosen = enrolment.choose_tier(by=clerks["intake"], person=who, year=2025, tier=200_000)
    assert chosen.tier == 200_000
    due = open_of(who.pk, PENSION, 2025).due
    assert (due["person_share"], due["government_subsidy"]) == (200_000, 9_000)
    pay(who, 200_000, branch=PENSION, year=2025)
    with pytest.raises(Refused) as told:
        enrolment.choose_tier(by=clerks["intake"], person=who, year=2025, tier=400_000)
    assert told.value.code == "paid_already"
    assert books.balance(pools[PENSION], accounts.CONTRIBUTION_INCOME) == 200_000
    assert sound() == []
    (year,) = resident_years(who.pk)
    assert (year.year, year.money.settled, year.money.account) == (2025, True, 200_000)


@pytest.mark.parametrize("tier", [0, -1, 99_999, 150_000])
def test_a_tier_that_the_region_does_not_have_is_refused(insure, enroll, tier):
    with pytest.raises(Invalid) as told:
        insure(enroll(), branch=PENSION, tier=tier)
    assert told.value.field == "tier"


@pytest.mark.parametrize(
    ("born", "code"), [(date(2012, 1, 1), "too_young"), (date(1960, 1, 1), "too_old")]
)
def test_too_young_and_too_old_for_the_residents_pension(insure, enroll, born, code):
    with pytest.raises(Refused) as told:
        insure(enroll(born=born), branch=PENSION)
    assert told.value.code == code


def test_only_who_was_too_old_when_the_scheme_began_makes_years_up(insure, enroll):
    old, young = enroll(born=date(1963, 6, 1)), enroll("王芳", born=date(1990, 2, 2))
    made = insure(old, branch=PENSION, year=2019)
    assert made.way == Way.MAKE_UP
    # made-up years carry no subsidy
    assert open_of(old.pk, PENSION, 2019).due["government_subsidy"] == 0
    with pytest.raises(Refused) as told:
        insure(young, branch=PENSION, year=2019)
    assert told.value.code == "no_make_up"


def test_what_is_not_paid_is_owed_by_nobody_and_may_be_taken_back(insure, enroll, clerks, pools):
    who = enroll()
    insure(who)
    enrolment.cancel(by=clerks["intake"], person=who, branch=MEDICAL, year=2026)
    assert open_of(who.pk, MEDICAL, 2026).due["person_share"] == 0
    assert books.balance(pools[MEDICAL], accounts.SUBSIDIES_DUE) == 0
    again = insure(who)
    assert again.cancelled_on is None
    assert open_of(who.pk, MEDICAL, 2026).due["person_share"] == 79_500
    assert sound() == []


def test_a_file_keeps_what_fits_nobody_and_drops_nothing(insure, enroll, clerks, pools):
    who, other = enroll(), enroll("王芳", born=date(1991, 2, 2))
    insure(who)
    lines = [
        Line(who.resident_id, 2026, 79_500, "李芳"),
        Line(who.resident_id, 2026, 79_500),  # once more
        Line("110105199001010017", 2026, 100),  # no valid number
        Line(other.resident_id, 2026, 79_500),  # did not enrol
        Line(other.resident_id, 2026, 79_500, "王大山"),
    ]
    say = {"branch": MEDICAL, "region": BEIJING, "received_on": date(2025, 12, 9)}
    receipt = receipts.receive(by=clerks["accountant"], reference="TAX-1", lines=lines, **say)
    assert receipt.unmatched == 3 * 79_500 + 100
    assert [each.reason for each in UnmatchedPayment.objects.order_by("row")] == [
        "no_due",
        "number",
        "no_due",
        "name",
    ]
    pool = pools[MEDICAL]
    assert books.balance(pool, accounts.SUSPENSE) == receipt.unmatched
    assert books.balance(pool, accounts.CONTRIBUTION_INCOME) == 79_500
    assert sound() == []
    again = receipts.receive(by=clerks["accountant"], reference="TAX-1", lines=lines, **say)
    assert again.pk == receipt.pk
    with pytest.raises(Conflict):
        receipts.receive(by=clerks["accountant"], reference="TAX-1", lines=lines[:1], **say)

    insure(other)
    line = UnmatchedPayment.objects.get(row=4)
    unmatched.match(by=clerks["accountant"], line=line, person=other, year=2026)
    assert covers_of(other)
    back = UnmatchedPayment.objects.get(row=2)
    unmatched.send_back(by=clerks["reviewer"], line=back, reason="paid twice")
    assert books.balance(pool, accounts.SUSPENSE) == 79_500 + 100
    with pytest.raises(Conflict):
        unmatched.send_back(by=clerks["reviewer"], line=back, reason="once more")
    assert sound() == []


@pytest.mark.parametrize("amount", [0, -1, 79_499, 79_501, 10**13])
def test_a_payment_of_another_amount_changes_nothing(insure, enroll, pay, amount):
    who = enroll()
    insure(who)
    with pytest.raises(Invalid):
        pay(who, amount)
    assert not ResidentReceipt.objects.exists()
    assert not ResidentPayment.objects.exists()


def test_what_was_paid_goes_back_by_two_hands_until_the_year_begins(
    insure, pay, enroll, clerks, staff, pools, today, account
):
    who = enroll()
    account(who)
    insure(who)
    pay(who, 79_500)
    asked = refunds.ask(by=clerks["intake"], person=who, branch=MEDICAL, year=2026)
    both = staff(Role.INTAKE, Role.REVIEWER)
    with pytest.raises(Denied):
        refunds.approve(by=clerks["intake"], refund=asked)
    done = refunds.approve(by=both, refund=asked)
    assert (done.state, done.amount) == ("ordered", 79_500)
    assert [span for _category, *span in covers_of(who)] == [[date(2025, 1, 1), date(2026, 1, 1)]]
    assert books.balance(pools[MEDICAL], accounts.CONTRIBUTION_INCOME) == 0
    assert books.balance(pools[MEDICAL], accounts.SUSPENSE) == 79_500
    assert books.balance(pools[MEDICAL], accounts.SUBSIDIES_DUE) == 0
    assert sound() == []
    with pytest.raises(Conflict):
        refunds.approve(by=both, refund=asked)
    other = enroll("王芳", born=date(1991, 2, 2))
    insure(other)
    pay(other, 79_500, reference="P2")
    today(2026, 1, 1)
    with pytest.raises(Refused) as told:
        refunds.ask(by=clerks["intake"], person=other, branch=MEDICAL, year=2026)
    assert told.value.code == "year_has_begun"


def test_a_refund_by_one_hand_is_refused_also_by_the_database(insure, pay, enroll, staff, clerks):
    who = enroll()
    insure(who)
    pay(who, 79_500)
    both = staff(Role.INTAKE, Role.REVIEWER)
    asked = refunds.ask(by=both, person=who, branch=MEDICAL, year=2026)
    with pytest.raises(Denied, match="colleague"):
        refunds.approve(by=both, refund=asked)
    asked.state, asked.checker = "paid", both
    with pytest.raises(DatabaseError), transaction.atomic():
        asked.save()


def test_the_bill_to_a_sponsor_is_drawn_sent_by_another_and_paid_to_the_fen(
    insure, pay, enroll, clerks, pools
):
    poor, payer = enroll(), enroll("王芳", born=date(1991, 2, 2))
    sponsors.join(
        by=clerks["intake"],
        person=poor,
        group=Sponsored.EXTREME_HARDSHIP,
        region=CHAOYANG,
        from_=date(2025, 1, 1),
        document="民政名单",
    )
    insure(poor)
    insure(payer)
    draw = {"by": clerks["accountant"], "branch": MEDICAL, "year": 2026, "region": BEIJING}
    bill = sponsors.draw(payer=Payer.SPONSOR, **draw)
    assert (bill.count, bill.amount) == (1, 79_500)
    with pytest.raises(Refused) as told:
        sponsors.draw(payer=Payer.SPONSOR, **draw)
    assert told.value.code == "nothing_owed"
    with pytest.raises(Denied):
        sponsors.send(by=clerks["accountant"], bill=bill)
    with pytest.raises(Conflict):
        sponsors.paid(
            by=clerks["accountant"], bill=bill, reference="C1", received_on=date(2025, 12, 9)
        )
    bill = sponsors.send(by=clerks["reviewer"], bill=bill)
    for _twice in range(2):
        bill = sponsors.paid(
            by=clerks["accountant"], bill=bill, reference="C1", received_on=date(2025, 12, 9)
        )
    assert bill.state == SponsorBill.State.PAID
    # the subsidy is asked for those alone whose own part is settled: the second has not paid
    treasury = sponsors.draw(payer=Payer.GOVERNMENT, **draw)
    assert (treasury.count, treasury.amount) == (1, 72_400)
    sponsors.drop(by=clerks["accountant"], bill=treasury)
    pay(payer, 79_500)
    treasury = sponsors.draw(payer=Payer.GOVERNMENT, **draw)
    assert (treasury.count, treasury.amount) == (2, 144_800)
    sponsors.send(by=clerks["reviewer"], bill=treasury)
    sponsors.paid(
        by=clerks["accountant"], bill=treasury, reference="T1", received_on=date(2025, 12, 9)
    )
    pool = pools[MEDICAL]
    assert books.balance(pool, accounts.SUBSIDIES_DUE) == 0
    assert books.balance(pool, accounts.SUBSIDY_INCOME) == 144_800
    assert sound() == []


def test_a_list_of_civil_affairs_takes_whom_it_knows_and_ends_who_left(enroll, clerks):
    here, gone, new = enroll(), enroll("王芳", born=date(1991, 2, 2)), enroll("赵一")
    say = {"by": clerks["intake"], "group": Sponsored.DIBAO, "region": BEIJING, "document": "低保"}
    first = sponsor_lists.take(
        on=date(2025, 6, 1), numbers=[here.resident_id, gone.resident_id], **say
    )
    assert (first.new, first.same) == (2, 0)
    bad = sponsor_lists.take(
        on=date(2025, 7, 1), numbers=[here.resident_id, "123"], whole=True, **say
    )
    assert [(row, str(problem.code)) for row, problem in bad.wrong] == [(2, "number")]
    assert bad.ended == 0  # a list with a wrong line ends nobody
    later = sponsor_lists.take(
        on=date(2025, 7, 1), numbers=[here.resident_id, new.resident_id], whole=True, **say
    )
    assert (later.new, later.same, later.ended) == (1, 1, 1)
    assert gone.sponsorships.get().span.upper == date(2025, 7, 1)
    # Before the day on which she joined she cannot join once more, the dead cannot at all.
    life.record_death(
        by=clerks["intake"], person=gone, died_on=date(2025, 7, 3), document="死亡证明 1"
    )
    gone.refresh_from_db()
    none = sponsor_lists.take(
        on=date(2025, 6, 15), numbers=[new.resident_id, new.resident_id], **say
    )
    dead = sponsor_lists.take(on=date(2025, 7, 4), numbers=[gone.resident_id], **say)
    assert [(row, problem.code) for row, problem in none.wrong] == [(1, "in_group_already")]
    assert [problem.code for _row, problem in dead.wrong] == ["person_died"]
    assert (none.new, dead.new, new.sponsorships.count()) == (0, 0, 1)


def test_a_list_costs_as_many_queries_for_five_as_for_one(
    enroll, clerks, django_assert_max_num_queries
):
    say = {"by": clerks["intake"], "group": Sponsored.DIBAO, "region": BEIJING, "document": "低保"}
    people = [enroll() for _ in range(5)]
    for on, numbers in (
        (date(2025, 6, 1), [who.resident_id for who in people]),
        (date(2025, 7, 1), [people[0].resident_id]),
    ):
        with django_assert_max_num_queries(14):
            sponsor_lists.take(on=on, numbers=numbers, whole=True, **say)


def run_year(clerks, year=2026, branch=MEDICAL):
    drafted = runs.draft(
        kind="resident_year",
        month=month(year, 1),
        region=BEIJING,
        by=clerks["assessor"],
        params={"branch": int(branch)},
    )
    shown = runs.preview(run_id=drafted.pk, by=clerks["assessor"])
    runs.approve(run_id=drafted.pk, by=clerks["reviewer"], total=shown.total)
    work.work_through(drafted.pk)
    return shown, Run.objects.get(pk=drafted.pk)


def test_the_yearly_run_assesses_who_goes_on_as_the_counter_would(
    insure, pay, enroll, clerks, today, pools
):
    today(2024, 11, 20)
    ordinary, poor, left, dead = (
        enroll(name, born=date(1980 + place, 5, 1))
        for place, name in enumerate(("李一", "李二", "李三", "李四"))
    )
    for who in (ordinary, poor, left, dead):
        insure(who, year=2025)
        pay(who, 40_000, year=2025, reference=f"Y{who.pk}")
    today(2025, 12, 10)
    sponsors.join(
        by=clerks["intake"],
        person=poor,
        group=Sponsored.EXTREME_HARDSHIP,
        region=CHAOYANG,
        from_=date(2025, 6, 1),
        document="民政名单",
    )
    Coverage.objects.create(
        person=left,
        branch=MEDICAL,
        category=Category.EMPLOYEE,
        region=CHAOYANG,
        span=(date(2026, 1, 1), None),
    )
    type(dead).objects.filter(pk=dead.pk).update(
        died_on=date(2025, 9, 1), death_known_on=date(2025, 9, 2)
    )
    fresh = enroll("赵新", born=date(1990, 1, 1))
    ResidentEnrolment.objects.create(
        person_id=fresh.pk,
        branch=MEDICAL,
        year=2026,
        region=CHAOYANG,
        way=Way.WINDOW,
        enrolled_on=date(2025, 12, 10),
    )
    shown, done = run_year(clerks)
    assert done.state == "posted", done.error
    assert (shown.count, done.count) == (3, 3)
    # 2 × (795 + 724) and 795 paid for + 724
    assert done.total == 3 * (79_500 + 72_400)
    assert shown.preview["figures"]["sponsor_share"] == 79_500
    assert {row.person_id for row in ResidentDue.objects.filter(year=2026)} == {
        ordinary.pk,
        poor.pk,
        fresh.pk,
    }
    assert covers_of(poor)[-1] == (Category.RESIDENT, date(2026, 1, 1), date(2027, 1, 1))
    assert covers_of(ordinary)[-1][2] == date(2026, 1, 1)  # nothing is granted before it is paid
    assert books.balance(pools[MEDICAL], accounts.SUBSIDIES_DUE) == (
        4 * 70_000 + 3 * 72_400 + 79_500
    )
    assert sound() == []
    pay(ordinary, 79_500, reference="N1")
    assert covers_of(ordinary)[-1] == (Category.RESIDENT, date(2026, 1, 1), date(2027, 1, 1))
    with pytest.raises(Refused):
        runs.reverse(run_id=done.pk, by=clerks["reviewer"], reason="too late")


def test_a_yearly_run_is_undone_by_its_exact_opposite(insure, enroll, clerks, pools):
    who = enroll()
    sponsors.join(
        by=clerks["intake"],
        person=who,
        group=Sponsored.EXTREME_HARDSHIP,
        region=CHAOYANG,
        from_=date(2025, 6, 1),
        document="民政名单",
    )
    ResidentEnrolment.objects.create(
        person_id=who.pk,
        branch=MEDICAL,
        year=2026,
        region=CHAOYANG,
        way=Way.WINDOW,
        enrolled_on=date(2025, 12, 10),
    )
    _shown, done = run_year(clerks)
    assert covers_of(who)
    runs.reverse(run_id=done.pk, by=clerks["reviewer"], reason="wrong list")
    work.work_through(done.pk)
    assert not ResidentDue.objects.exists()
    assert covers_of(who) == []
    assert books.balance(pools[MEDICAL], accounts.SUBSIDIES_DUE) == 0
    assert sound() == []


def test_a_run_writes_with_the_same_statements_however_many_people(
    insure, pay, enroll, clerks, today, django_assert_max_num_queries
):
    counted = []
    for year, people in ((2025, 1), (2026, 4)):
        today(year - 1, 12, 10) if year == 2026 else today(2024, 11, 20)
        for place in range(people):
            who = enroll(f"李{place}", born=date(1980 + place, 5, 1))
            ResidentEnrolment.objects.create(
                person_id=who.pk,
                branch=MEDICAL,
                year=year,
                region=CHAOYANG,
                way=Way.WINDOW,
                enrolled_on=date(2024, 11, 20),
            )
        with connection.execute_wrapper(_count(counted)):
            counted.append(0)
            run_year(clerks, year)
    assert counted[0] == counted[1]


def _count(counted):
    def wrapper(execute, sql, params, many, context):
        counted[-1] += 1
        return execute(sql, params, many, context)

    return wrapper


@pytest.fixture
def both(insure, pay, enroll, clerks, today, found, employ):
    """A resident who paid 1,000 for 2025 in January, and worked from July on: six months twice."""
    today(2025, 1, 15)
    who = enroll()
    insure(who, branch=PENSION)
    pay(who, 100_000, branch=PENSION, year=2025)
    today(2025, 12, 10)
    shop = found()
    employ(who, shop, from_=date(2025, 7, 1))
    for number in range(7, 13):
        wages.declare(
            by=clerks["intake"], employer=shop, month=month(2025, number), wages={who.pk: 800_000}
        )
        contributions.assess(
            by=clerks["assessor"], person=who, month=month(2025, number), branch=PENSION
        )
    return who


def test_double_enrolment_is_found_once_looked_at_by_one_and_decided_by_another(
    both, clerks, staff, pools, account
):
    account(both)
    look = {"by": clerks["assessor"], "branch": PENSION, "year": 2025, "region": BEIJING}
    assert twice.find(**look) == 1
    assert twice.find(**look) == 0
    double = DoubleEnrolment.objects.get()
    assert (double.overlap, double.other, double.state) == (6, "employee", "found")
    shown = twice.preview(double)
    # 1,000 × 6 ÷ 12; the subsidy of 60 stays
    assert (shown.sheet.person_refund, shown.sheet.total) == (50_000, 50_000)
    assert not ResidentPayment.objects.filter(amount__lt=0).exists()
    double = twice.take_up(by=clerks["intake"], double=double)
    assert double.case.number.startswith("CF")
    double = twice.propose(by=clerks["assessor"], double=double)
    with pytest.raises(Denied):
        twice.resolve(by=clerks["assessor"], double=double)
    refund = twice.resolve(by=clerks["reviewer"], double=double)
    assert (refund.state, refund.amount) == ("ordered", 50_000)
    double.refresh_from_db()
    assert double.state == "resolved"
    assert open_of(both.pk, PENSION, 2025).due["person_share"] == 50_000
    assert books.balance(pools[PENSION], accounts.CONTRIBUTION_INCOME) == 50_000
    assert sound() == []


def test_books_that_changed_after_the_proposal_decide_nothing(both, clerks):
    twice.find(by=clerks["assessor"], branch=PENSION, year=2025, region=BEIJING)
    double = twice.take_up(by=clerks["intake"], double=DoubleEnrolment.objects.get())
    double = twice.propose(by=clerks["assessor"], double=double)
    DoubleEnrolment.objects.update(months=0b111)
    with pytest.raises(Conflict) as told:
        twice.resolve(by=clerks["reviewer"], double=double)
    assert told.value.code == "facts_changed"
    double = twice.send_back(by=clerks["reviewer"], double=double, text="look again")
    assert double.state == "found"


def test_what_is_none_is_dismissed_with_a_reason(both, clerks):
    twice.find(by=clerks["assessor"], branch=PENSION, year=2025, region=BEIJING)
    double = DoubleEnrolment.objects.get()
    with pytest.raises(Invalid):
        twice.dismiss(by=clerks["assessor"], double=double, reason=" ")
    assert twice.dismiss(by=clerks["assessor"], double=double, reason="test").state == "dismissed"


def test_whoever_may_not_do_it_changes_nothing(insure, enroll, staff, clerks, pools):
    who = enroll()
    shanghai = staff(Role.INTAKE, region=SHANGHAI)
    nobody = staff()
    portal = User.objects.create(username="p", kind=User.Kind.INSURED, person_id=who.pk)
    other = User.objects.create(username="q", kind=User.Kind.INSURED, person_id=who.pk + 999)
    of = {"person": who, "branch": MEDICAL, "year": 2026, "region": CHAOYANG}
    for by in (nobody, other, clerks["reviewer"]):
        with pytest.raises(Denied):
            enrolment.enroll(by=by, **of)
    with pytest.raises(NotFound):
        enrolment.enroll(by=shanghai, **of)
    with pytest.raises(Invalid):  # papers are shown at a counter
        enrolment.enroll(by=portal, eligible_since=date(2025, 12, 1), **of)
    assert not ResidentEnrolment.objects.exists()
    assert enrolment.enroll(by=portal, **of).region == CHAOYANG
    with pytest.raises(Denied):
        receipts.receive(
            by=clerks["intake"],
            branch=MEDICAL,
            region=BEIJING,
            reference="X",
            received_on=date(2025, 12, 9),
            lines=[Line(who.resident_id, 2026, 79_500)],
        )
    assert not ResidentPayment.objects.exists()


def test_payments_and_dues_are_never_changed(insure, pay, enroll):
    who = enroll()
    insure(who)
    pay(who, 79_500)
    for model in (ResidentPayment, ResidentDue):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(region="110000")
    with pytest.raises(DatabaseError), transaction.atomic():
        ResidentPayment.objects.all().delete()


POLICY = Policy.files()
rules.load(["enrollment"])
PLACES = ["000000", BEIJING, NANCHANG, "130000", "140000", "330000"]
FLAGS = {
    name: st.booleans()
    for name in ("extreme_hardship", "orphan", "dibao", "returned_poor", "near_poor", "disabled")
}
LIVES = {
    "enrollment.residents.medical_year": {
        "age": st.integers(0, 1300),
        "man": st.booleans(),
        "student": st.booleans(),
        "repaid_years": st.integers(0, 61),
        **FLAGS,
    },
    "enrollment.residents.pension_year": {
        "tier": st.sampled_from([0, 9_999, 10_000, 20_000, 100_000, 900_000, 10_000_001]),
        "collective": st.integers(0, 1_000_000),
        "make_up": st.booleans(),
        **FLAGS,
    },
    "enrollment.residents.waiting_period": {
        "in_window": st.booleans(),
        "exempt": st.booleans(),
        "missed_years": st.integers(0, 12),
        "repaid_years": st.integers(0, 12),
    },
    "enrollment.residents.ceiling_incentive": {
        "years": st.integers(0, 60),
        "zero_years": st.integers(0, 60),
        "ceiling": st.integers(0, 10**9),
    },
    "enrollment.residents.overlap_refund": {
        "person_paid": st.integers(0, 10_000_000),
        "collective_paid": st.integers(0, 10_000_000),
        "overlap_months": st.integers(0, 12),
        "covered_months": st.integers(0, 12),
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("code", LIVES)
def test_the_rules_of_residents_say_the_same_three_ways(code):
    found = rules.find(code)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(st.fixed_dictionaries(LIVES[code]), st.sampled_from(PLACES)),
            min_size=1,
            max_size=12,
        )
    )
    def agree(cases):
        sheets = three_ways_by_region(
            found.function,
            [row for row, _place in cases],
            [place for _row, place in cases],
            policy=POLICY,
            params_class=found.params,
            on=month(2026, 1),
            facts=found.facts,
        )
        for sheet in sheets:
            if code.endswith("medical_year") and sheet is not None:
                assert sheet.sponsor_share + sheet.person_share - sheet.repair == sheet.standard
                assert 0 <= sheet.sponsor_share <= sheet.standard

    agree()


def test_every_region_states_the_same_window_that_its_notice_does(edition):
    assert offers.window(BEIJING, 2026).opens == date(2025, 11, 30)
    assert offers.window(BEIJING, 2026).closes == date(2026, 2, 28)
    assert offers.window("350000", 2026).way(date(2026, 2, 1)) == Way.GRACE
    assert offers.window(NANCHANG, 2026).closes == date(2026, 2, 28)
