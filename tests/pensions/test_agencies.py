"""A civil servant's way: two methods, an annuity written down and made real, paid by its own fund.

Shanghai. The bookkeeping rate of 2026 is not announced: that of 2025, 1.5 %, stands in.
"""

from datetime import date

import pytest

from enrollment.models import Category as Insured
from enrollment.models import EmployerKind
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import employer, standing, wages
from enrollment.services.living import life
from enrollment.services.record import prior
from funds import queries as funds
from funds.models import Branch, Scheme, accounts
from funds.services import cash, fund
from pensions import queries
from pensions.models import (
    AccountEntry,
    Award,
    AwardState,
    Category,
    EndReason,
    EntryKind,
    PensionPayment,
    Side,
)
from pensions.services import account, award, claim, survivors
from pensions.services.agencies import annuity
from socsec.kernel.ids import make_credit_code
from socsec.kernel.months import first_day, month
from socsec.office.errors import Conflict, Denied, Invalid, Refused
from socsec.office.models import Role, Run
from socsec.office.services import run
from socsec.office.services import work as worker

from .conftest import PUDONG, SHANGHAI, findings, staff

PENSION, ANNUITY, AGENCIES = Branch.PENSION, Branch.ANNUITY, Scheme.AGENCIES
DECEMBER, JULY = month(2025, 12), month(2026, 7)
TODAY = date(2026, 7, 10)
HEIRS = [
    survivors.Payee("文竹", "spouse", 500_000, "中国农业银行", "62284800000001"),
    survivors.Payee("文兰", "child", 500_000, "中国农业银行", "62284800000002"),
]


@pytest.fixture
def pools(edition):
    """The agencies' two funds of Shanghai, with money to pay from."""
    made = {
        branch: fund.establish(branch, AGENCIES, SHANGHAI, since=date(2020, 1, 1))
        for branch in (PENSION, ANNUITY)
    }
    for pool in made.values():
        cash.opening(pool, 500_000_00, by=staff(Role.ACCOUNTANT), on=date(2025, 10, 31))
    return made


@pytest.fixture
def open_books(assessor, reviewer, pools):
    """Approved opening balances of both accounts, up to a month."""

    def make(who, pension, funded, notional=0, up_to=DECEMBER):
        for branch, amount, noted in (
            (PENSION, pension, 0),
            (ANNUITY, funded + notional, notional),
        ):
            entered = account.enter_opening(
                by=assessor,
                person=who,
                amount=amount,
                month=up_to,
                region=PUDONG,
                document="机关事业单位账户结转单",
                scheme=AGENCIES,
                branch=branch,
                notional=noted,
            )
            account.approve_opening(by=reviewer, opening=entered)

    return make


@pytest.fixture
def wen(pools, enroll, carry, open_books, bank, intake, reviewer):
    """Wen Xin, born in March 1966: deemed from 1988 to the reform, then 10,000 yuan a month."""
    who = enroll("文心")
    entered = prior.enter_deemed(
        by=intake,
        person=who,
        branch=PENSION,
        region=PUDONG,
        first_month=month(1988, 1),
        last_month=month(2014, 9),
        document="人事档案",
    )
    prior.approve(by=reviewer, prior=entered)
    carry(who, month(2014, 10), month(2025, 12), 10_000_00)
    open_books(who, 100_000_00, 30_000_00, 50_000_00)
    bank(who)
    return who


@pytest.fixture
def claimed(intake):
    def make(who, start=JULY):
        return claim.open_claim(
            by=intake,
            person=who,
            scheme=AGENCIES,
            start_month=start,
            category=Category.MALE_60,
            channel="counter",
        )

    return make


@pytest.fixture
def made_real(accountant):
    def make(who, until=JULY - 1, reference="CZ-1"):
        return annuity.make_real(
            by=accountant,
            person=who,
            region=SHANGHAI,
            until=until,
            reference=reference,
            received_on=TODAY,
        )

    return make


@pytest.fixture
def granted(claimed, made_real, assessor, reviewer):
    def make(who, real=True, stated=None, **more):
        made = claimed(who, **more)
        if real:
            made_real(who)
        claim.assess(by=assessor, claim=made, stated=stated)
        return claim.award(by=reviewer, claim=made)

    return make


@pytest.fixture
def drive(assessor, reviewer):
    def make(kind, at, branch=PENSION):
        params = {"scheme": AGENCIES.value, "branch": branch.value}
        made = run.draft(kind=kind, month=at, region=SHANGHAI, by=assessor, params=params)
        made = run.preview(run_id=made.pk, by=assessor)
        run.approve(run_id=made.pk, by=reviewer, total=made.total)
        worker.work(made.pk)
        made.refresh_from_db()
        assert made.state == Run.State.POSTED, made.why
        return made

    return make


def held(who, pool):
    rows = AccountEntry.objects.filter(person_id=who.pk, fund_id=pool.pk).order_by("seq")
    return list(rows.values_list("kind", "side", "amount"))


def test_a_middle_person_is_awarded_a_pension_and_an_annuity_beside_it(wen, granted, pools, drive):
    given = granted(wen)
    sheet = claim.replay(given).decision.sheet
    new = sheet.by_new
    # 321 deemed and 135 paid months: 456, 38 years. Nothing stated of the old method, and the ten
    # years are over: the new method alone.
    assert (given.months, sheet.months, sheet.by_both) == (456, 456, False)
    base, index = new.base, claim.replay(given).decision.laid.index.index
    # (base + base × index) ÷ 2 × 38 × 1 %
    assert given.basic == round(base * (1_000_000 + index) * 38 / 2 / 100 / 1_000_000)
    # base × 1.0 × 26.75 deemed years × 1.2 %
    assert given.transitional == round(base * 26.75 * 0.012)
    # 100,000 and six months at 1.5 %, 750.00: 100,750 ÷ 136.7 (60 years, 4 months) = 737.0153
    assert (new.payout_months, given.account, given.addition) == (1367, 737_02, 0)
    beside = Award.objects.get(beside=given)
    # 80,000 and six months at 1.5 %: 375.00 written down and 225.00 funded: 80,600 ÷ 136.7 = 589.6123
    assert (beside.branch, beside.monthly, beside.account) == (ANNUITY, 589_61, 589_61)
    assert claim.replay(given).same
    pension = drive("pension_payroll", JULY)
    second = drive("pension_payroll", JULY, ANNUITY)
    assert (pension.total, second.total) == (given.monthly, 589_61)
    assert [row.from_account for row in PensionPayment.objects.order_by("award_id")] == [
        737_02,
        589_61,
    ]
    assert funds.balance(pools[ANNUITY], accounts.INDIVIDUAL_ACCOUNTS) == 80_600_00 - 589_61
    assert funds.balance(pools[ANNUITY], accounts.NOTIONAL_ACCOUNTS) == 0
    assert findings() == []


def test_what_is_written_down_is_made_real_with_interest_and_money_of_the_treasury(
    wen, pools, made_real
):
    pool = pools[ANNUITY]
    assert funds.balance(pool, accounts.NOTIONAL_ACCOUNTS) == 50_000_00
    assert funds.balance(pool, accounts.INDIVIDUAL_ACCOUNTS) == 30_000_00
    before = funds.balance(pool, accounts.FISCAL_ACCOUNT)
    # 50,000 × 6 months × 1.5 % ÷ 12 = 375.00
    assert made_real(wen) == 50_375_00
    assert held(wen, pool)[2:] == [
        (EntryKind.INTEREST, Side.NOTIONAL, 375_00),
        (EntryKind.MADE_REAL, Side.EMPLOYER, 50_000_00),
        (EntryKind.MADE_REAL, Side.NOTIONAL, -50_000_00),
        (EntryKind.MADE_REAL, Side.EMPLOYER, 375_00),
        (EntryKind.MADE_REAL, Side.NOTIONAL, -375_00),
    ]
    assert funds.balance(pool, accounts.NOTIONAL_ACCOUNTS) == 0
    assert funds.balance(pool, accounts.INDIVIDUAL_ACCOUNTS) == 80_375_00
    # The year brought its interest; what was made real only changed sides.
    year = queries.account_years(wen.pk)[0]
    assert (year.year, year.credited, year.interest, year.drawn) == (2026, 0, 375_00, 0)
    assert funds.balance(pool, accounts.FISCAL_ACCOUNT) == before + 50_375_00
    assert findings() == []


def test_nothing_is_awarded_while_a_part_is_only_written_down(
    wen, claimed, assessor, reviewer, refuses
):
    made = claimed(wen)
    claim.assess(by=assessor, claim=made)
    refuses(Refused, "notional_not_real", claim.award, by=reviewer, claim=made)


def test_making_real_is_refused_without_a_reference_twice_and_to_others(
    wen, made_real, assessor, accountant, enroll, refuses
):
    asked = {"person": wen, "region": SHANGHAI, "until": JULY - 1, "received_on": TODAY}
    refuses(Invalid, "no_reference", annuity.make_real, by=accountant, reference=" ", **asked)
    refuses(Denied, "not_permitted", annuity.make_real, by=assessor, reference="CZ-1", **asked)
    made_real(wen)
    refuses(
        Refused, "nothing_notional", annuity.make_real, by=accountant, reference="CZ-2", **asked
    )
    refuses(
        Refused,
        "nothing_notional",
        annuity.make_real,
        by=accountant,
        reference="CZ-3",
        **{**asked, "person": enroll("别人")},
    )


def test_one_payment_of_the_treasury_makes_one_annuity_real(
    wen, made_real, enroll, open_books, accountant, refuses
):
    other = enroll("文竹")
    open_books(other, 1_000_00, 1_000_00, 1_000_00)
    made_real(wen)
    refuses(
        Conflict,
        "reference_taken",
        annuity.make_real,
        by=accountant,
        person=other,
        region=SHANGHAI,
        until=JULY - 1,
        reference="CZ-1",
        received_on=TODAY,
    )


@pytest.mark.parametrize(("old_pay", "more"), [("4000", True), ("40000", False)])
def test_in_the_ten_years_a_share_of_the_excess_is_paid(
    pools, enroll, carry, open_books, intake, reviewer, granted, old_pay, more
):
    # Born in June 1961, 60 in June 2021: 321 deemed months and 80 paid ones.
    who = enroll("老文", born=date(1961, 6, 2))
    entered = prior.enter_deemed(
        by=intake,
        person=who,
        branch=PENSION,
        region=PUDONG,
        first_month=month(1988, 1),
        last_month=month(2014, 9),
        document="人事档案",
    )
    prior.approve(by=reviewer, prior=entered)
    carry(who, month(2014, 10), month(2021, 5), 10_000_00)
    open_books(who, 30_000_00, 13_900_00, up_to=month(2021, 5))
    stated = {
        "basic_pay": old_pay,
        "old_rate": "0.9",
        "subsidy": "1000",
        "increment": "260",
        "wage_growth": "1.05",
    }
    given = granted(who, real=False, start=month(2021, 6), stated=stated)
    sheet = claim.replay(given).decision.sheet
    # 13,900 ÷ 139
    assert sheet.annuity == 100_00
    assert sheet.by_both
    if more:
        # (4,000 × 0.9 + 1,000 + 260) × 1.05 = 5,103.00; 70 % of the excess in 2021; the annuity of
        # 100.00 is part of the new method, and is paid by its own fund.
        assert sheet.old_amount == 5_103_00
        excess = sheet.new_amount - 5_103_00
        assert excess > 0
        assert given.monthly == 5_103_00 + (excess * 7 + 5) // 10 - 100_00
        assert given.addition < 0
    else:
        # (36,000 + 1,260) × 1.05 = 39,123.00: the new method gives no more, so the old one stands.
        assert given.monthly == 39_123_00 - 100_00
    assert given.basic + given.account + given.transitional + given.addition == given.monthly
    assert claim.replay(given).same


def test_the_deemed_index_on_the_papers_comes_before_the_table(wen, granted):
    given = granted(wen, stated={"index_of_rank": "1.3"})
    base = claim.replay(given).decision.sheet.by_new.base
    assert given.transitional == round(base * 1.3 * 26.75 * 0.012)


def test_an_annuity_is_paid_until_its_account_is_used_up_then_ends(
    pools, enroll, carry, open_books, bank, granted, drive
):
    # Born in August 1965: 60 years and 2 months in October 2025; 1,000 yuan, divided by 2 on paper.
    who = enroll("简单", born=date(1965, 8, 1))
    carry(who, month(2005, 1), month(2025, 10), 8_000_00)
    open_books(who, 40_000_00, 1_000_00, up_to=month(2025, 10))
    bank(who)
    given = granted(who, real=False, start=month(2025, 11), stated={"divisor": "2"})
    beside = Award.objects.get(beside=given)
    assert beside.monthly == 500_00
    first = drive("pension_payroll", month(2025, 12), ANNUITY)
    assert first.total == 1_000_00  # November and December
    assert annuity.end_used_up() == 0  # the interest of 2025 is still to come
    # November's end stood at nothing drawn yet? Both months were drawn in the payroll of December:
    # 1,000 × 1 month × 1.5 % ÷ 12 = 1.25
    assert drive("account_interest", month(2025, 12), ANNUITY).total == 1_25
    assert drive("pension_payroll", month(2026, 1), ANNUITY).total == 1_25
    assert annuity.end_used_up() == 1
    beside.refresh_from_db()
    assert (beside.state, beside.end_reason) == (AwardState.ENDED, EndReason.EXPIRED)
    assert beside.until_month == month(2026, 1)
    given.refresh_from_db()
    assert given.state == AwardState.IN_PAYMENT
    assert annuity.end_used_up() == 0
    assert findings() == []


def test_arrears_of_an_annuity_reach_as_far_as_its_account(
    pools, enroll, carry, open_books, bank, granted, drive
):
    who = enroll("简单", born=date(1965, 8, 1))
    carry(who, month(2005, 1), month(2025, 10), 8_000_00)
    open_books(who, 40_000_00, 1_000_00, up_to=month(2025, 10))
    bank(who)
    granted(who, real=False, start=month(2025, 11), stated={"divisor": "3"})
    paid = drive("pension_payroll", month(2026, 3), ANNUITY)
    # 333.33 for three months, and the last fen in February; nothing is left for March.
    assert paid.total == 1_000_00
    rows = PensionPayment.objects.filter(person_id=who.pk).order_by("month")
    assert [(row.month, row.amount) for row in rows] == [
        (month(2025, 11), 333_33),
        (month(2025, 12), 333_33),
        (month(2026, 1), 333_33),
        (month(2026, 2), 1),
    ]
    assert findings() == []


@pytest.mark.parametrize("fully_funded", [True, False])
def test_contributions_reach_both_accounts_with_the_employers_part_apart(
    fully_funded, pools, enroll, intake, assessor, accountant
):
    who = enroll("新人", born=date(1995, 5, 5))
    school = employer.enroll(
        by=intake,
        credit_code=make_credit_code("12", "310115", "MA7654321"),
        name="柳湾中学",
        region=PUDONG,
        opened_on=date(2000, 1, 1),
    )
    standing.set_standing(
        by=intake,
        employer=school,
        from_month=month(2025, 1),
        kind=EmployerKind.INSTITUTION,
        risk_class=1,
        document="编制批文",
        fully_funded=fully_funded,
    )
    at = month(2026, 5)
    for branch in (PENSION, ANNUITY):
        cover.start(
            by=intake,
            person=who,
            branch=branch,
            category=Insured.AGENCY,
            region=PUDONG,
            from_=first_day(at),
            employer=school,
        )
    wages.declare(by=intake, employer=school, month=at, wages={who.pk: 10_000_00})
    for branch in (PENSION, ANNUITY):
        done = contributions.assess(by=assessor, person=who, month=at, branch=branch)
        receipts.receive(
            by=accountant,
            branch=branch,
            amount=sum(row.contribution.due for row in done),
            received_on=date(2026, 6, 15),
            reference=f"J-{branch}",
            employer=school,
            scheme=AGENCIES,
        )
    account.credit_pending()
    annuity.note_pending()
    assert account.credit_pending().entries == 0
    assert annuity.note_pending().entries == 0
    assert held(who, pools[PENSION]) == [(EntryKind.CREDIT, Side.WHOLE, 800_00)]  # 8 %
    # 4 % of the own wage; 8 % of the employer, written down where the treasury pays all wages.
    side = Side.NOTIONAL if fully_funded else Side.EMPLOYER
    assert sorted(held(who, pools[ANNUITY])) == [
        (EntryKind.CREDIT, Side.OWN, 400_00),
        (EntryKind.CREDIT, side, 800_00),
    ]
    assert findings() == []


def test_only_an_annuity_may_be_written_down_and_only_agencies_have_one(
    pools, enroll, assessor, refuses
):
    who = enroll()
    asked = {"by": assessor, "person": who, "month": month(2025, 12), "region": PUDONG}
    refuses(
        Invalid,
        "impossible_notional",
        account.enter_opening,
        amount=100_00,
        notional=50_00,
        document="结转单",
        scheme=AGENCIES,
        **asked,
    )
    refuses(
        Invalid,
        "no_such_fund",
        run.draft,
        kind="pension_payroll",
        month=JULY,
        region=SHANGHAI,
        by=assessor,
        params={"scheme": Scheme.EMPLOYEES.value, "branch": ANNUITY.value},
    )


def test_a_death_ends_the_pension_and_the_annuity(wen, granted, intake):
    given = granted(wen)
    assert queries.award_in_payment(wen.pk) == given
    assert queries.annuity_in_payment(wen.pk).beside == given
    life.record_death(by=intake, person=wen, died_on=date(2026, 9, 3), document="死亡证明")
    assert len(award.pull_deaths()) == 2
    assert {row.until_month for row in Award.objects.filter(person=wen)} == {month(2026, 9)}


@pytest.fixture
def died(intake):
    def make(who, on=date(2026, 7, 20)):
        life.record_death(by=intake, person=who, died_on=on, document="死亡证明")
        return survivors.open_claim(by=intake, person=who, heirs=HEIRS, channel="counter")

    return make


def test_account_and_annuity_are_inherited_each_from_its_own_fund(
    wen, granted, drive, died, assessor, reviewer, pools
):
    granted(wen)
    drive("pension_payroll", JULY)
    drive("pension_payroll", JULY, ANNUITY)
    made = died(wen)
    survivors.assess(by=assessor, claim=made)
    done = survivors.grant(by=reviewer, claim=made)
    # Up to July 6 × 100,000 and 99,262.98 stood there: 699,262.98 × 1.5 % ÷ 12 = 874.08, of which
    # 750.00 were credited in advance; 100,750.00 − 737.02 + 124.08.
    assert done.balance == 100_137_06
    # Funded: 6 × 30,000, then 30,000 + 50,000 − 589.61: 259,410.39 × 1.5 % ÷ 12 = 324.26, less 225.00;
    # 80,600.00 − 589.61 + 99.26. What was written down bears nothing more.
    assert done.annuity == 80_109_65
    assert (done.funeral, done.grant) == (0, 0)
    assert done.envelope.fund_id == pools[PENSION].pk
    assert done.annuity_envelope.fund_id == pools[ANNUITY].pk
    assert done.annuity_envelope.total == done.annuity
    assert sum(heir.amount for heir in done.heirs.all()) == done.total
    assert findings() == []


def test_an_annuity_that_is_written_down_is_made_real_before_it_is_inherited(
    wen, died, assessor, accountant, refuses
):
    made = died(wen)
    refuses(Refused, "notional_not_real", survivors.assess, by=assessor, claim=made)
    annuity.make_real(
        by=accountant,
        person=wen,
        region=SHANGHAI,
        until=JULY,
        reference="CZ-9",
        received_on=TODAY,
    )
    done = survivors.assess(by=assessor, claim=made)
    # 80,000 and seven months at 1.5 %: 437.50 and 262.50
    assert done.annuity == 80_700_00
