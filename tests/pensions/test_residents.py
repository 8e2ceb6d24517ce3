"""A resident's way: years paid for, an account credited by four payers, a pension, a higher one.

Ningbo: the national basic pension (163 yuan in 2026), 30 yuan once 15 years are paid and 5 for each
year beyond, 10 yuan more from the age of 65 and 50 from 80.
"""

import io
from datetime import date

import pytest
from django.utils import timezone

from enrollment.models import Coverage, Payer
from enrollment.services.living import life
from enrollment.services.residents import enrolment, legacy, receipts, sponsors
from funds import queries as funds
from funds.models import Branch, Scheme, accounts
from funds.services import cash, fund
from pensions import queries
from pensions.models import (
    AccountEntry,
    AccountState,
    AwardState,
    Benefit,
    EntryKind,
    HeldPayment,
    IndividualAccount,
    PensionPayment,
    ResidentAdjustment,
    Side,
)
from pensions.services import claim, survivors
from pensions.services.replay import resident_adjustments
from pensions.services.residents import accounts as resident_accounts
from socsec.kernel.months import month
from socsec.kernel.regions import NATION
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import Role, Run
from socsec.office.services import drafting, run
from socsec.office.services import work as worker

from .conftest import findings, staff

NINGBO = "330200"
PENSION = Branch.PENSION
NOW, DECEMBER = date(2026, 11, 25), month(2026, 12)
HEAD = "身份证号,姓名,起始年份,终止年份,缴费档次,余额\n"

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def today(monkeypatch):
    """What day it is for everybody; at first the 25th of November 2026."""

    def turn(day):
        monkeypatch.setattr(timezone, "localdate", lambda *of: of[0].date() if of else day)

    turn(NOW)
    return turn


@pytest.fixture
def ningbo(edition):
    """The residents' fund of Ningbo, with money to pay from."""
    pool = fund.establish(PENSION, Scheme.RESIDENTS, NINGBO, since=date(2020, 1, 1))
    cash.opening(pool, 100_000_00, by=staff(Role.ACCOUNTANT, region=NINGBO), on=date(2025, 12, 31))
    return pool


@pytest.fixture
def clerks(ningbo):
    """Clerks for the whole country: some of these lives touch Shanghai."""
    return {
        role: staff(role, region=NATION)
        for role in (Role.INTAKE, Role.ASSESSOR, Role.REVIEWER, Role.ACCOUNTANT)
    }


@pytest.fixture
def intake(clerks):
    return clerks[Role.INTAKE]


@pytest.fixture
def assessor(clerks):
    return clerks[Role.ASSESSOR]


@pytest.fixture
def reviewer(clerks):
    return clerks[Role.REVIEWER]


@pytest.fixture
def farmer(clerks, enroll, bank):
    """A woman born in June 1966, with years of the older scheme: `farmer(first, last, balance)`."""

    def make(first=2009, last=2025, balance="30000.00", born=date(1966, 6, 3), name="禾苗"):
        who = enroll(name, born=born, woman=True, region=NINGBO)
        bank(who)
        if first:
            text = f"{HEAD}{who.resident_id},{who.name},{first},{last},100,{balance}\n"
            read = legacy.read(
                by=clerks[Role.ASSESSOR],
                scheme="rural_pension",
                region=NINGBO,
                file=io.BytesIO(text.encode()),
                name=f"{name}.csv",
            )
            legacy.carry(by=clerks[Role.REVIEWER], legacy=read)
        return who

    return make


@pytest.fixture
def pay(clerks):
    """A year in a tier, paid by the person, the village and the government."""

    def make(who, year=2026, payers=(Payer.COLLECTIVE, Payer.GOVERNMENT)):
        tier, collective = 1_000_00, 200_00
        enrolment.enroll(
            by=clerks[Role.INTAKE],
            person=who,
            branch=PENSION,
            year=year,
            region=NINGBO,
            tier=tier,
            collective=collective,
        )
        receipts.pay(
            by=clerks[Role.ACCOUNTANT],
            person=who,
            branch=PENSION,
            year=year,
            amount=tier,
            reference=f"N-{who.pk}-{year}",
        )
        for payer in payers:
            bill = sponsors.draw(
                by=clerks[Role.ACCOUNTANT], branch=PENSION, year=year, payer=payer, region=NINGBO
            )
            sponsors.send(by=clerks[Role.REVIEWER], bill=bill)
            sponsors.paid(
                by=clerks[Role.ACCOUNTANT],
                bill=bill,
                reference=f"N-{payer}-{who.pk}-{year}",
                received_on=NOW,
            )

    return make


@pytest.fixture
def claimed(clerks):
    def make(who, start=DECEMBER, **more):
        return claim.open_claim(
            by=clerks[Role.INTAKE],
            person=who,
            scheme=Scheme.RESIDENTS,
            start_month=start,
            category=None,
            channel="counter",
            **more,
        )

    return make


@pytest.fixture
def granted(claimed, clerks):
    def make(who, stated=None, **more):
        made = claimed(who, **more)
        claim.assess(by=clerks[Role.ASSESSOR], claim=made, stated=stated)
        return claim.award(by=clerks[Role.REVIEWER], claim=made)

    return make


@pytest.fixture
def drive(clerks):
    def make(kind, at, **params):
        made = run.draft(
            kind=kind, month=at, region=NINGBO, by=clerks[Role.ASSESSOR], params=params
        )
        made = run.preview(run_id=made.pk, by=clerks[Role.ASSESSOR])
        run.approve(run_id=made.pk, by=clerks[Role.REVIEWER], total=made.total)
        worker.work(made.pk)
        made.refresh_from_db()
        assert made.state == Run.State.POSTED, made.why
        return made

    return make


@pytest.fixture
def looked_at(clerks):
    """The preview of an adjustment."""

    def make(at):
        made = run.draft(
            kind="resident_adjustment", month=at, region=NINGBO, by=clerks[Role.ASSESSOR]
        )
        return run.preview(run_id=made.pk, by=clerks[Role.ASSESSOR])

    return make


def entries(who):
    return list(
        AccountEntry.objects.filter(person_id=who.pk)
        .order_by("seq")
        .values_list("kind", "side", "month", "bears_from", "amount")
    )


def test_four_payers_and_an_older_scheme_are_credited_once_each(farmer, pay, ningbo):
    who = farmer()
    pay(who)
    done = resident_accounts.credit_pending()
    assert (done.entries, done.amount) == (4, 30_000_00 + 1_000_00 + 200_00 + 60_00)
    november = month(2026, 11)
    assert entries(who) == [
        (EntryKind.OPENING, Side.WHOLE, november, november + 1, 30_000_00),
        (EntryKind.CREDIT, Side.OWN, month(2026, 1), november, 1_000_00),
        (EntryKind.CREDIT, Side.COLLECTIVE, month(2026, 1), november, 200_00),
        (EntryKind.CREDIT, Side.GOVERNMENT, month(2026, 1), november, 60_00),
    ]
    assert funds.balance(ningbo, accounts.INDIVIDUAL_ACCOUNTS) == 31_260_00
    assert resident_accounts.credit_pending().entries == 0
    assert entries(who)[4:] == []
    assert findings() == []


def test_a_resident_draws_basic_pension_long_service_and_account(
    farmer, pay, granted, ningbo, drive
):
    who = farmer()
    pay(who)
    resident_accounts.credit_pending()
    given = granted(who)
    # 17 years of the older scheme and 2026: 18 years, 3 beyond fifteen: 30 + 3 × 5 = 45.00.
    # 1,260.00 bear interest for November at 1.5 %: 1,260 × 0.015 ÷ 12 = 1.575, so 1.58.
    # (30,000 + 1,260 + 1.58) ÷ 139 = 224.9034…: 224.90. With 163.00: 432.90.
    assert (given.basic, given.addition, given.account, given.monthly) == (
        163_00,
        45_00,
        224_90,
        432_90,
    )
    assert (given.months, given.scheme, given.region) == (216, Scheme.RESIDENTS, NINGBO)
    assert claim.replay(given).same
    assert entries(who)[4:] == [
        (EntryKind.INTEREST, Side.WHOLE, month(2026, 11), month(2027, 1), 158)
    ]
    account = IndividualAccount.objects.get(person_id=who.pk)
    assert account.state == AccountState.PAYING
    # The cover as a resident ended with the day before.
    assert [row.span.upper for row in Coverage.objects.filter(person=who)] == [date(2026, 12, 1)]
    paid = drive("pension_payroll", month(2026, 12), scheme=Scheme.RESIDENTS.value)
    assert (paid.count, paid.total) == (1, 432_90)
    payment = PensionPayment.objects.get(person_id=who.pk)
    assert (payment.basic, payment.from_account) == (163_00, 224_90)
    assert funds.balance(ningbo, accounts.INDIVIDUAL_ACCOUNTS) == 31_261_58 - 224_90
    assert not HeldPayment.objects.exists()
    assert findings() == []


def test_who_was_sixty_when_the_scheme_began_draws_the_basic_pension_alone(farmer, granted):
    # 60 in August 2009, the month before the scheme began: nothing need be paid. 77 now.
    given = granted(farmer(first=None, born=date(1949, 8, 1)))
    assert (given.basic, given.account, given.addition, given.months) == (163_00, 0, 10_00, 0)


def test_short_years_are_refused_until_they_are_made_up(farmer, pay, claimed, clerks, refuses):
    # Born in June 1955: 60 in June 2015, 69 months after the scheme began: 69 months are required.
    who = farmer(first=2009, last=2013, born=date(1955, 6, 1))
    made = claimed(who)
    claim.assess(by=clerks[Role.ASSESSOR], claim=made)
    found = claim.preview(by=clerks[Role.ASSESSOR], claim=made)
    assert [row["code"] for row in found.reasons] == ["paid_enough"]
    assert "60" in found.reasons[0]["text_en"]
    refuses(Refused, "not_entitled", claim.award, by=clerks[Role.REVIEWER], claim=made)
    claim.send_back(by=clerks[Role.REVIEWER], claim=made, text="补缴 2015 年")
    pay(who, year=2015, payers=[Payer.COLLECTIVE])  # made up: no subsidy, but the year counts
    resident_accounts.credit_pending()
    claim.assess(by=clerks[Role.ASSESSOR], claim=made)
    given = claim.award(by=clerks[Role.REVIEWER], claim=made)
    assert given.months == 72


def test_years_as_an_employee_count_and_a_year_counts_once(farmer, clerks, claimed, carry):
    who = farmer(first=2020, last=2024)
    # 2024 was paid in both schemes; 2018 and 2019 as an employee alone.
    carry(who, month(2018, 1), month(2019, 12), 5_000_00)
    carry(who, month(2024, 1), month(2024, 6), 5_000_00)
    found = claim.preview(by=clerks[Role.ASSESSOR], claim=claimed(who))
    assert (found.gathered.years, found.gathered.months_employed) == (5, 24)
    assert found.gathered.months == 84


def test_a_higher_basic_pension_and_an_age_reached_are_paid_with_arrears(
    farmer, granted, drive, looked_at
):
    # Awarded from December 2025, when the basic pension was 143; 65 in February 2026.
    who = farmer(born=date(1961, 2, 10))
    resident_accounts.credit_pending()
    given = granted(who, start=month(2025, 12))
    # 17 years: 30 + 2 × 5 = 40.00. Carried over in November 2026, the balance bears no interest
    # before: 30,000 ÷ 139 = 215.83.
    assert (given.basic, given.addition, given.account) == (143_00, 40_00, 215_83)
    drive("pension_payroll", month(2026, 2), scheme=Scheme.RESIDENTS.value)
    assert PensionPayment.objects.filter(person_id=who.pk).count() == 3
    raised = drive("resident_adjustment", month(2026, 1))
    assert (raised.count, raised.total) == (1, 20_00)
    older = drive("resident_adjustment", month(2026, 2))
    assert (older.count, older.total) == (1, 10_00)
    assert [(row.month, row.increase) for row in ResidentAdjustment.objects.order_by("month")] == [
        (month(2026, 1), 20_00),
        (month(2026, 2), 10_00),
    ]
    assert queries.benefit_in(given, month(2025, 12)).monthly == 398_83
    assert queries.benefit_in(given, month(2026, 1)).monthly == 418_83
    assert queries.benefit_in(given, month(2026, 2)).monthly == 428_83
    # March with the difference of January (20) and of February (30).
    march = drive("pension_payroll", month(2026, 3), scheme=Scheme.RESIDENTS.value)
    assert march.total == 428_83 + 20_00 + 30_00
    # Nothing more to gain, and no run looks back behind a later one.
    assert looked_at(month(2026, 3)).count == 0
    assert [each.differences for each in resident_adjustments(None)] == [(), ()]
    assert findings() == []


def test_an_adjustment_is_undone_before_a_payroll_paid_it(farmer, granted, drive, clerks, refuses):
    who = farmer(born=date(1961, 2, 10))
    given = granted(who, start=month(2025, 12))
    raised = drive("resident_adjustment", month(2026, 1))
    run.reverse(run_id=raised.pk, by=clerks[Role.REVIEWER], reason="标准弄错了")
    worker.work(raised.pk)
    assert queries.benefit_in(given, month(2026, 1)).basic == 143_00
    assert Benefit.objects.filter(person_id=who.pk).count() == 3
    again = drive("resident_adjustment", month(2026, 1))
    drive("pension_payroll", month(2026, 1), scheme=Scheme.RESIDENTS.value)
    refuses(
        Refused,
        "paid_already",
        run.reverse,
        run_id=again.pk,
        by=clerks[Role.REVIEWER],
        reason="标准弄错了",
    )


def test_the_clock_drafts_an_adjustment_in_a_month_in_which_somebody_gains(farmer, granted):
    """She turned 65 in February 2026; the basic pension rose in January."""

    def drafted(day):
        made = drafting.draft_due(day)
        return [(each.kind, each.month) for each in made if each.kind == "resident_adjustment"]

    assert drafted(date(2025, 12, 3)) == []  # nobody draws yet
    granted(farmer(born=date(1961, 2, 10)), start=month(2025, 12))
    assert drafted(date(2025, 12, 3)) == []  # nobody gains
    assert drafted(date(2026, 1, 3)) == [("resident_adjustment", month(2026, 1))]
    assert drafted(date(2026, 1, 4)) == []
    assert not ResidentAdjustment.objects.exists()


def test_the_preview_tells_a_new_standard_from_an_age_that_was_reached(farmer, granted, looked_at):
    """20 yuan from January on; by the standards of December before she would gain nothing."""
    granted(farmer(born=date(1961, 2, 10)), start=month(2025, 12))
    spread = looked_at(month(2026, 1)).preview["spread"]
    assert (spread["whole"]["increase"], spread["whole"]["other"]) == (20_00, 0)
    assert spread["whole"]["more"] == [1, 20_00]
    rows = {each["en"]: each["rows"][0] for each in spread["groups"]}
    assert rows["Age"]["en"] == "60 to 64"
    assert rows["Pension before, yuan"]["en"] == "under 200"  # 143 + 40
    assert rows["Scheme"]["en"] == "Residents"


def test_an_adjustment_of_a_month_to_come_and_one_out_of_turn_are_refused(
    farmer, granted, drive, clerks, refuses
):
    granted(farmer(born=date(1961, 2, 10)), start=month(2025, 12))
    drive("resident_adjustment", month(2026, 2))
    for at, problem, code in (
        (month(2026, 1), Refused, "adjustment_out_of_turn"),
        (month(2027, 1), Invalid, "in_the_future"),
    ):
        made = run.draft(
            kind="resident_adjustment", month=at, region=NINGBO, by=clerks[Role.ASSESSOR]
        )
        refuses(problem, code, run.preview, run_id=made.pk, by=clerks[Role.ASSESSOR])


def test_a_basic_pension_stated_on_paper_is_paid_and_left_alone_by_adjustments(
    farmer, granted, looked_at
):
    given = granted(
        farmer(born=date(1961, 2, 10)), start=month(2025, 12), stated={"basic_pension": "130"}
    )
    assert given.basic == 130_00
    assert looked_at(month(2026, 1)).count == 0


def test_the_year_after_bears_interest_on_what_is_left(farmer, granted, drive, today):
    who = farmer()
    resident_accounts.credit_pending()
    granted(who)
    drive("pension_payroll", month(2026, 12), scheme=Scheme.RESIDENTS.value)
    today(date(2027, 3, 1))
    done = drive("account_interest", month(2026, 12), scheme=Scheme.RESIDENTS.value)
    # 30,000 from December on, less 215.83 drawn in December: 29,784.17 × 1 month × 1.5 % ÷ 12.
    assert done.total == 37_23
    assert findings("pensions.accounts", "pensions.entries") == []


def test_a_resident_names_no_kind_of_work_and_a_worker_must(farmer, claimed, clerks, refuses):
    who = farmer()
    refuses(
        Invalid,
        "wrong_category",
        claim.open_claim,
        by=clerks[Role.INTAKE],
        person=who,
        scheme=Scheme.RESIDENTS,
        start_month=month(2026, 12),
        category=1,
        channel="counter",
    )
    refuses(
        Invalid,
        "wrong_category",
        claim.open_claim,
        by=clerks[Role.INTAKE],
        person=who,
        start_month=month(2026, 12),
        category=None,
        channel="counter",
    )


def test_a_resident_with_an_employees_account_has_it_transferred_first(
    farmer, claimed, clerks, refuses, open_account
):
    who = farmer()
    open_account(who, 5_000_00, month(2025, 12))
    made = claimed(who)
    refuses(Refused, "account_elsewhere", claim.assess, by=clerks[Role.ASSESSOR], claim=made)


def test_money_that_comes_after_the_assessment_sends_the_claim_back(
    farmer, pay, claimed, clerks, refuses
):
    who = farmer()
    made = claimed(who)
    claim.assess(by=clerks[Role.ASSESSOR], claim=made)
    pay(who)
    refuses(Conflict, "facts_changed", claim.award, by=clerks[Role.REVIEWER], claim=made)


def test_the_award_of_a_resident_may_be_suspended_and_ends_like_any_other(farmer, granted):
    given = granted(farmer())
    assert given.state == AwardState.IN_PAYMENT
    assert queries.award_in_payment(given.person_id) == given


def test_heirs_of_a_resident_get_the_funeral_grant_and_the_whole_account(
    farmer, granted, drive, clerks, today
):
    who = farmer()
    resident_accounts.credit_pending()
    granted(who)
    drive("pension_payroll", DECEMBER, scheme=Scheme.RESIDENTS.value)
    today(date(2027, 1, 8))
    life.record_death(
        by=clerks[Role.INTAKE], person=who, died_on=date(2026, 12, 20), document="死亡证明"
    )
    made = survivors.open_claim(
        by=clerks[Role.INTAKE],
        person=who,
        heirs=[survivors.Payee("禾苗苗", "child", 1_000_000, "中国农业银行", "62284800000001")],
        channel="counter",
    )
    assert (made.scheme, made.region) == (Scheme.RESIDENTS, NINGBO)
    survivors.assess(by=clerks[Role.ASSESSOR], claim=made)
    done = survivors.grant(by=clerks[Role.REVIEWER], claim=made)
    # Twenty months of 163.00; the account: 30,000 − 215.83 drawn in December = 29,784.17, and a
    # month of interest on it, 29,784.17 × 1.5 % ÷ 12 = 37.23.
    assert (done.funeral, done.grant, done.unpaid) == (3_260_00, 0, 0)
    assert done.balance == 29_821_40
    assert [heir.amount for heir in done.heirs.all()] == [3_260_00 + 29_821_40]
    assert findings() == []


def test_a_resident_who_had_not_retired_leaves_the_account_alone(farmer, clerks, refuses):
    who = farmer(born=date(1980, 1, 1))
    resident_accounts.credit_pending()
    life.record_death(
        by=clerks[Role.INTAKE], person=who, died_on=date(2026, 11, 20), document="死亡证明"
    )
    made = survivors.open_claim(
        by=clerks[Role.INTAKE],
        person=who,
        heirs=[survivors.Payee("禾苗苗", "child", 1_000_000, "中国农业银行", "62284800000001")],
        channel="counter",
    )
    done = survivors.assess(by=clerks[Role.ASSESSOR], claim=made)
    assert (done.scheme, done.balance, done.funeral) == (Scheme.RESIDENTS, 30_000_00, 3_260_00)
