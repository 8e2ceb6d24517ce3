"""Money of residents goes back by payment orders; what nobody paid lapses; two regions, one year."""

from datetime import UTC, date, datetime, time

import pytest
from django.urls import reverse
from django.utils import timezone

from enrollment.models import (
    Coverage,
    DoubleEnrolment,
    Payer,
    ResidentDue,
    ResidentEnrolment,
    UnmatchedPayment,
)
from enrollment.queries.residents import doubles, open_of, resident_years
from enrollment.services.collection.refund_orders import Payee
from enrollment.services.living import life
from enrollment.services.residents import enrolment, receipts, refunds, sponsors, twice
from enrollment.services.residents.receipts import Line
from funds import queries as books
from funds.models import Scheme, accounts
from funds.services import cash, fund, payments
from socsec.kernel.months import month
from socsec.office import oversight
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import Notice, Role, Run, User
from socsec.office.services import run as runs
from socsec.office.services import work
from tests.funds.bank import answer

from .conftest import BEIJING, CARD, CHAOYANG, MEDICAL, PENSION, SHANGHAI

OPEN = UnmatchedPayment.State.OPEN


def sound():
    codes = [each.code for each in oversight.questions() if each.code.startswith("enrollment.")]
    return [finding for _question, found in oversight.run(codes) for finding in found]


@pytest.fixture
def approved(insure, pay, enroll, clerks, account):
    """A refund of a year that has not begun, approved: 795.00."""
    who = enroll()
    insure(who)
    pay(who, 79_500)
    account(who)
    asked = refunds.ask(by=clerks["intake"], person=who, branch=MEDICAL, year=2026)
    return refunds.approve(by=clerks["reviewer"], refund=asked)


def answered(refund, pool, clerks, outcome):
    """The bank's answer to the order of a refund."""
    cash.sweep(pool, by=clerks["accountant"])
    batch = payments.release(refund.batch_id, by=clerks["reviewer"])
    line = [(f"P{batch.pk}-{refund.person_id}-1", refund.person_amount, outcome)]
    payments.read_return(answer(batch.pk, line, day=date(2025, 12, 10)), by=clerks["accountant"])
    refunds.pull()
    refund.refresh_from_db()
    return refund


def test_a_refund_is_an_order_that_others_release_and_the_bank_pays(approved, clerks, pools):
    pool = pools[MEDICAL]
    assert (approved.state, approved.person_amount) == ("ordered", 79_500)
    assert books.balance(pool, accounts.SUSPENSE) == 79_500
    assert books.balance(pool, accounts.CONTRIBUTION_INCOME) == 0
    assert sound() == []
    paid = answered(approved, pool, clerks, "PAID")
    assert paid.state == "paid"
    assert books.balance(pool, accounts.SUSPENSE) == 0
    assert sound() == []


def test_what_the_bank_returns_is_ordered_anew_to_the_new_account(approved, clerks, pools, account):
    back = answered(approved, pools[MEDICAL], clerks, "RETURNED")
    assert back.state == "returned"
    assert books.balance(pools[MEDICAL], accounts.SUSPENSE) == 79_500
    assert sound() == []
    first = back.batch_id
    account(back.person, "6222021001116245702")
    again = refunds.again(by=clerks["intake"], refund=back)
    assert (again.state, again.batch_id != first) == ("ordered", True)
    with pytest.raises(Conflict):
        refunds.again(by=clerks["intake"], refund=again)
    assert answered(again, pools[MEDICAL], clerks, "PAID").state == "paid"
    assert books.balance(pools[MEDICAL], accounts.SUSPENSE) == 0
    assert sound() == []


def test_without_an_account_nothing_is_decided(insure, pay, enroll, clerks, pools):
    who = enroll()
    insure(who)
    pay(who, 79_500)
    asked = refunds.ask(by=clerks["intake"], person=who, branch=MEDICAL, year=2026)
    with pytest.raises(Refused) as told:
        refunds.approve(by=clerks["reviewer"], refund=asked)
    assert told.value.code == "no_account"
    asked.refresh_from_db()
    assert (asked.state, asked.batch_id) == ("draft", None)
    assert books.balance(pools[MEDICAL], accounts.CONTRIBUTION_INCOME) == 79_500


def test_for_who_died_before_the_year_an_heir_is_named(insure, pay, enroll, clerks, pools):
    who = enroll()
    insure(who)
    pay(who, 79_500)
    life.record_death(
        by=clerks["intake"], person=who, died_on=date(2025, 12, 5), document="死亡证明 1"
    )
    wanted = {"by": clerks["intake"], "person": who, "branch": MEDICAL, "year": 2026}
    with pytest.raises(Invalid) as told:
        refunds.ask(**wanted)
    assert told.value.code == "no_payee"
    asked = refunds.ask(**wanted, payee=Payee("李大山", "中国银行", CARD))
    done = refunds.approve(by=clerks["reviewer"], refund=asked)
    assert (done.reason, done.state, done.payee_name) == ("died", "ordered", "李大山")
    assert sound() == []


# ---------------------------------------------------------------- lapse


def lapse(clerks, year=2026, branch=MEDICAL, at=3):
    drafted = runs.draft(
        kind="resident_lapse",
        month=month(year, at),
        region=BEIJING,
        by=clerks["assessor"],
        params={"branch": int(branch)},
    )
    day = datetime.combine(timezone.localdate(), time(9), UTC)
    Run.objects.filter(pk=drafted.pk).update(drafted_at=day)
    shown = runs.preview(run_id=drafted.pk, by=clerks["assessor"])
    runs.approve(run_id=drafted.pk, by=clerks["reviewer"], total=shown.total)
    work.work_through(drafted.pk)
    return shown, Run.objects.get(pk=drafted.pk)


@pytest.fixture
def unpaid(insure, pay, enroll, clerks):
    """Somebody who enrolled for 2026 and never paid, and somebody who paid."""
    late, good = enroll("李一"), enroll("李二", born=date(1985, 5, 1))
    insure(late)
    insure(good)
    pay(good, 79_500)
    return late, good


def test_what_nobody_paid_lapses_after_the_window_and_the_claims_on_others_go(
    unpaid, clerks, pools, today
):
    """Beijing's window for 2026 closes on 28 February 2026."""
    late, good = unpaid
    claimed = books.balance(pools[MEDICAL], accounts.SUBSIDIES_DUE)
    subsidy = open_of(late.pk, MEDICAL, 2026).due["government_subsidy"]
    assert claimed == 2 * subsidy > 0
    today(2026, 2, 28)
    with pytest.raises(Refused, match="reach nobody"):  # it may be paid until tonight
        lapse(clerks, at=2)
    assert not ResidentEnrolment.objects.exclude(lapsed_by=0).exists()
    today(2026, 3, 1)
    shown, run = lapse(clerks)
    assert (shown.count, shown.total) == (1, 79_500)
    assert run.state == Run.State.POSTED
    row = ResidentEnrolment.objects.get(person_id=late.pk, branch=MEDICAL, year=2026)
    assert (row.lapsed_by, row.cancelled_on, row.cover_from) == (run.pk, date(2026, 3, 1), None)
    assert not any(open_of(late.pk, MEDICAL, 2026).due.values())
    assert books.balance(pools[MEDICAL], accounts.SUBSIDIES_DUE) == subsidy
    kept = ResidentEnrolment.objects.get(person_id=good.pk, branch=MEDICAL, year=2026)
    assert (kept.lapsed_by, kept.cover_from) == (0, date(2026, 1, 1))
    (letter,) = Notice.objects.filter(person_id=late.pk)
    assert "has lapsed" in letter.body_en
    assert not Notice.objects.filter(person_id=good.pk, title_en=letter.title_en).exists()
    assert sound() == []


def test_who_lapsed_enrols_anew_with_a_wait_and_the_run_then_stands(
    unpaid, clerks, pools, today, pay
):
    late, _good = unpaid
    today(2026, 3, 1)
    _shown, run = lapse(clerks)
    today(2026, 3, 10)
    again = enrolment.enroll(
        by=clerks["intake"], person=late, branch=MEDICAL, year=2026, region=CHAOYANG
    )
    assert (again.wait, again.lapsed_by, again.cancelled_on) == (3, 0, None)
    assert open_of(late.pk, MEDICAL, 2026).open() == 79_500
    with pytest.raises(Refused) as told:
        runs.reverse(run_id=run.pk, by=clerks["reviewer"], reason="试")
    assert told.value.code == "enrolled_anew"
    pay(late, 79_500, reference="P9")
    assert sound() == []


def test_a_lapse_can_be_undone_to_the_fen(unpaid, clerks, pools, today):
    late, _good = unpaid
    before = open_of(late.pk, MEDICAL, 2026).due
    claimed = books.balance(pools[MEDICAL], accounts.SUBSIDIES_DUE)
    today(2026, 3, 1)
    _shown, run = lapse(clerks)
    runs.reverse(run_id=run.pk, by=clerks["reviewer"], reason="窗口期延长")
    work.work_through(run.pk)
    assert open_of(late.pk, MEDICAL, 2026).due == before
    row = ResidentEnrolment.objects.get(person_id=late.pk, branch=MEDICAL, year=2026)
    assert (row.lapsed_by, row.cancelled_on) == (0, None)
    assert books.balance(pools[MEDICAL], accounts.SUBSIDIES_DUE) == claimed
    assert not ResidentDue.objects.filter(run_id=run.pk).exists()
    assert sound() == []


# ---------------------------------------------------------------- two regions


@pytest.fixture
def elsewhere(unpaid, staff, clerks):
    """Enrolled and paid in Beijing; 400.00 for the same year come in a file of Shanghai."""
    _late, good = unpaid
    fund.establish(MEDICAL, Scheme.RESIDENTS, SHANGHAI)
    there = {
        role: staff(role, region=SHANGHAI)
        for role in (Role.INTAKE, Role.ASSESSOR, Role.REVIEWER, Role.ACCOUNTANT)
    }
    receipts.receive(
        by=there[Role.ACCOUNTANT],
        branch=MEDICAL,
        region=SHANGHAI,
        reference="SH-1",
        received_on=date(2025, 12, 9),
        lines=[Line(good.resident_id, 2026, 40_000)],
    )
    return good, there


def test_a_payment_in_a_second_region_stands_in_the_queue_of_both_offices(elsewhere, clerks, staff):
    good, there = elsewhere
    double = DoubleEnrolment.objects.get()
    assert (double.region, double.other_region, double.other) == (SHANGHAI, CHAOYANG, "elsewhere")
    for user in (there[Role.ASSESSOR], clerks["assessor"]):
        assert list(doubles(user)) == [double]
    assert not doubles(staff(Role.ASSESSOR, region="440100")).exists()
    (line,) = UnmatchedPayment.objects.filter(person_id=good.pk)
    assert (line.reason, line.state) == ("elsewhere", OPEN)


def test_it_is_resolved_where_the_money_came_in_and_goes_back_whole_by_an_order(
    elsewhere, clerks, account
):
    good, there = elsewhere
    account(good)
    double = DoubleEnrolment.objects.get()
    assert twice.preview(double).sheet.total == 40_000
    with pytest.raises(NotFound):
        twice.take_up(by=clerks["intake"], double=double)
    double = twice.take_up(by=there[Role.INTAKE], double=double)
    double = twice.propose(by=there[Role.ASSESSOR], double=double)
    refund = twice.resolve(by=there[Role.REVIEWER], double=double)
    assert (refund.reason, refund.state, refund.amount) == ("elsewhere", "ordered", 40_000)
    assert not UnmatchedPayment.objects.filter(state=OPEN).exists()
    pool = fund.for_(MEDICAL, Scheme.RESIDENTS, SHANGHAI)
    assert books.balance(pool, accounts.SUSPENSE) == 40_000
    # The year in Beijing stays as it is.
    assert open_of(good.pk, MEDICAL, 2026).paid == {Payer.PERSON: 79_500}
    assert Coverage.objects.filter(
        person=good, branch=MEDICAL, span__contains=date(2026, 6, 1)
    ).exists()
    assert sound() == []


def test_the_other_office_opens_the_page_and_has_no_verb(elsewhere, clerks, staff, client):
    double = DoubleEnrolment.objects.get()
    page = reverse("admin:enrollment_doubleenrolment_change", args=[double.pk])
    backend = "django.contrib.auth.backends.ModelBackend"
    stranger = staff(Role.INTAKE, region="440100")
    User.objects.update(is_staff=True)
    client.force_login(clerks["intake"], backend=backend)
    shown = client.get(page, headers={"accept-language": "en"})
    assert shown.status_code == 200
    assert "Open a case" not in shown.text
    client.force_login(stranger, backend=backend)
    assert client.get(page).status_code in (302, 404)


# ---------------------------------------------------------------- the subsidy


def test_the_subsidy_is_in_the_account_when_the_treasury_has_paid_and_not_before(
    insure, pay, enroll, clerks, staff, pools
):
    who = enroll()
    insure(who, branch=PENSION)
    pay(who, 100_000, branch=PENSION, year=2025)
    (year,) = resident_years(who.pk, PENSION)
    assert (year.money.account, year.subsidy_in) == (100_000, False)
    bill = sponsors.draw(
        by=clerks["accountant"], branch=PENSION, year=2025, payer=Payer.GOVERNMENT, region=BEIJING
    )
    sponsors.send(by=clerks["reviewer"], bill=bill)
    sponsors.paid(
        by=clerks["accountant"], bill=bill, reference="CZ-1", received_on=date(2025, 12, 10)
    )
    (year,) = resident_years(who.pk, PENSION)
    subsidy = year.money.due["government_subsidy"]
    assert (year.money.account, year.subsidy_in) == (100_000 + subsidy, True)
