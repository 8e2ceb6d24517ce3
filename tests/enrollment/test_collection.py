"""One payment for every branch: split in the legal order, to the last fen, into each fund's books."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollment import models
from enrollment.models import (
    Agreement,
    Category,
    Contribution,
    DemandNote,
    Receipt,
    ReceiptAllocation,
    Reduction,
    Refund,
    Remittance,
    SurchargeAllocation,
    SurchargeEntry,
    UnmatchedReceipt,
    Waiver,
    WaiverLine,
)
from enrollment.queries import debts
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import (
    agreements,
    demand,
    receipts,
    refunds,
    surcharge,
    unmatched,
    waivers,
)
from enrollment.services.employers import standing, wages
from enrollment.services.people import bank_account
from enrollment.services.revision import credits
from funds import queries as books
from funds.models import Branch, Scheme, accounts
from funds.services import cash, fund, ledger, payments
from socsec.kernel import ids
from socsec.kernel.errors import KernelError
from socsec.kernel.ids import make_resident_id
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, Refused
from socsec.office.models import AuditEntry, Notice, Role
from tests.funds.bank import answer

from .conftest import BEIJING, CHAOYANG, MARCH

FOUR = [Branch.PENSION, Branch.MEDICAL, Branch.UNEMPLOYMENT, Branch.INJURY]
DAY = date(2026, 4, 10)  # before March is due
# Of a wage of 20,000: pension 16 % and 8 %, medical 9.8 % and 2 % and 3 yuan, unemployment 0.5 %
# twice, work injury 0.2 %
OWED = {
    Branch.PENSION: 4_800_00,
    Branch.MEDICAL: 2_363_00,
    Branch.UNEMPLOYMENT: 200_00,
    Branch.INJURY: 40_00,
}
WHOLE = sum(OWED.values())


@pytest.fixture
def everything(edition):
    return fund.establish_all(BEIJING, since=date(2020, 1, 1))


@pytest.fixture
def mill(intake, found, everything):
    where = found()
    standing.set_standing(
        by=intake,
        employer=where,
        from_month=MARCH - 12,
        kind=models.EmployerKind.SMALL_ENTERPRISE,
        risk_class=1,
        document="京工伤核 2025-1",
    )
    return where


@pytest.fixture
def hired(intake, assessor, enroll, mill):
    """Somebody who owes for some months in four branches, through the mill."""

    def make(*months, wage=2_000_000):
        who = enroll()
        cover.enrol(
            by=intake,
            person=who,
            employer=mill,
            category=Category.EMPLOYEE,
            region=CHAOYANG,
            from_=date(2026, 1, 1),
        )
        for at in months or (MARCH,):
            wages.declare(by=intake, employer=mill, month=at, wages={who.pk: wage})
            for branch in FOUR:
                contributions.assess(by=assessor, person=who, month=at, branch=branch)
        return who

    return make


@pytest.fixture
def remit(accountant):
    def make(payer, amount, reference="R1", on=DAY, **more):
        return receipts.remit(
            by=accountant,
            payer=payer,
            amount=amount,
            received_on=on,
            reference=reference,
            **more,
        )

    return make


@pytest.fixture
def worker(assessor, enroll, on_own_account, everything):
    """An own-account worker who owes 1,600.00 for each of January to March 2026."""
    who = enroll()
    on_own_account(who, 800_000)
    for at in range(MARCH - 2, MARCH + 1):
        contributions.assess(by=assessor, person=who, month=at, branch=Branch.PENSION)
    return who


def held(everything, account):
    return {branch: books.balance(everything[branch, Scheme.EMPLOYEES], account) for branch in FOUR}


def all_is_well():
    found = [
        f for question, each in oversight.run() for f in each if question.code != "income_not_swept"
    ]
    return [f for f in found if f.code not in ("income_not_swept",)] == []


def nothing(**more):
    return dict.fromkeys(FOUR, 0) | more


# ------------------------------------------------------------------ one payment, several funds


def test_one_payment_pays_every_branch_into_its_own_fund(hired, mill, remit, everything):
    hired()
    remittance = remit(mill, WHOLE)
    assert {r.branch: (r.amount, r.credit) for r in remittance.receipts.all()} == {
        branch: (amount, 0) for branch, amount in OWED.items()
    }
    assert held(everything, accounts.INCOME_ACCOUNT) == OWED
    assert held(everything, accounts.CONTRIBUTION_INCOME) == OWED
    assert held(everything, accounts.CONTRIBUTIONS_DUE) == nothing()
    assert debts.owed(mill) == []
    assert all_is_well()


def test_a_part_payment_goes_through_the_branches_of_the_oldest_month_in_order(
    hired, mill, remit, everything
):
    hired(MARCH - 1, MARCH)
    # February's pension and 100.00 of its medical insurance
    remit(mill, 4_900_00)
    assert held(everything, accounts.INCOME_ACCOUNT) == nothing() | {
        Branch.PENSION: 4_800_00,
        Branch.MEDICAL: 100_00,
    }
    # the rest of February, and one fen of March's pension
    remit(mill, WHOLE - 4_900_00 + 1, reference="R2")
    assert [(d.month, d.branch, d.open) for d in debts.owed(mill)] == [
        (MARCH, Branch.PENSION, OWED[Branch.PENSION] - 1),
        *((MARCH, branch, OWED[branch]) for branch in FOUR[1:]),
    ]
    assert all_is_well()


def test_any_cut_of_a_debt_adds_up_in_every_fund(hired, mill, remit, everything):
    hired()
    hired(wage=1_333_333)
    whole = debts.owed_in_all(mill)
    parts = [1, 99_999, 480_001, 333_333, 7]
    for number, part in enumerate([*parts, whole - sum(parts)]):
        remit(mill, part, reference=f"R{number}")
    assert debts.owed(mill) == []
    assert sum(held(everything, accounts.CONTRIBUTION_INCOME).values()) == whole
    assert all_is_well()


def test_the_same_remittance_twice_is_one_and_with_other_details_a_conflict(hired, mill, remit):
    hired()
    first = remit(mill, WHOLE)
    assert remit(mill, WHOLE) == first
    assert (Remittance.objects.count(), Receipt.objects.count()) == (1, 4)
    for changed in ({"amount": WHOLE - 1}, {"on": DAY - timedelta(1)}, {"branch": Branch.PENSION}):
        with pytest.raises(Conflict):
            remit(**{"payer": mill, "amount": WHOLE} | changed)
    assert Receipt.objects.count() == 4


def test_money_for_one_branch_stays_there(hired, mill, remit, everything):
    hired()
    remit(mill, 500_00, branch=Branch.UNEMPLOYMENT)
    assert held(everything, accounts.INCOME_ACCOUNT) == nothing() | {Branch.UNEMPLOYMENT: 500_00}
    assert held(everything, accounts.SUSPENSE) == nothing() | {Branch.UNEMPLOYMENT: 300_00}
    assert receipts.apply_credits() == 0
    assert all_is_well()


@pytest.mark.parametrize("swept", [False, True])
def test_credit_is_used_for_the_debts_of_other_funds(
    hired, mill, remit, everything, assessor, intake, swept
):
    who = hired()
    remit(mill, WHOLE + 7_000_00)
    assert held(everything, accounts.SUSPENSE)[Branch.PENSION] == 7_000_00
    if swept:
        cash.sweep(everything[Branch.PENSION, Scheme.EMPLOYEES])
    wages.declare(by=intake, employer=mill, month=MARCH + 1, wages={who.pk: 2_000_000})
    for branch in FOUR:
        contributions.assess(by=assessor, person=who, month=MARCH + 1, branch=branch)
    # pension 4,800, medical 2,200 of 2,363
    assert receipts.apply_credits() == 7_000_00
    assert [(d.branch, d.open) for d in debts.owed(mill)] == [
        (Branch.MEDICAL, 163_00),
        (Branch.UNEMPLOYMENT, 200_00),
        (Branch.INJURY, 40_00),
    ]
    assert held(everything, accounts.SUSPENSE) == nothing()
    assert held(everything, accounts.CONTRIBUTION_INCOME)[Branch.MEDICAL] == 2_363_00 + 2_200_00
    through = accounts.FISCAL_ACCOUNT if swept else accounts.INCOME_ACCOUNT
    assert held(everything, through)[Branch.MEDICAL] >= 2_200_00
    assert all_is_well()


# ------------------------------------------------------------------ corrections


def reduce(who, employer_id, branch, employer=0, person=0, account=0, part=0, at=MARCH):
    """A correction as the assessment makes it: the reduction and its posting."""
    row = Contribution.objects.get(person_id=who.pk, month=at, branch=branch, part=part)
    number = Reduction.objects.filter(person_id=who.pk, month=at, branch=branch).count()
    Reduction.objects.create(
        person_id=who.pk,
        month=at,
        branch=branch,
        employer_id=employer_id,
        part=part,
        number=number,
        region=row.region,
        wage=0,
        base=0,
        employer_share=employer,
        person_share=person,
        account_share=account,
        reason="工资更正",
        edition=row.edition,
    )
    pool = contributions.pool_of([row.region], branch)[row.region]
    ledger.post(
        pool,
        "contribution_reduction",
        [
            ledger.Posting(
                who.pk,
                accounts.CONTRIBUTIONS_ASSESSED,
                accounts.CONTRIBUTIONS_DUE,
                employer + person,
                at,
                row.region,
            )
        ],
        source=f"test.reduction:{who.pk}/{branch}/{at}/{number}",
    )
    return credits.give_back(
        by=None, person_id=who.pk, month=at, branch=branch, employer_id=employer_id
    )


def test_a_correction_downwards_makes_credit_of_what_was_paid_above_it(
    hired, mill, remit, everything
):
    who = hired()
    remit(mill, WHOLE)
    # the wage was 10,000: half of 3,200 and of 1,600, the account's half too
    assert reduce(who, mill.pk, Branch.PENSION, 1_600_00, 800_00, 800_00) == 2_400_00
    receipt = Receipt.objects.get(branch=Branch.PENSION)
    assert receipt.credit == 2_400_00
    assert held(everything, accounts.SUSPENSE)[Branch.PENSION] == 2_400_00
    assert held(everything, accounts.CONTRIBUTIONS_DUE)[Branch.PENSION] == 0
    rows = ReceiptAllocation.objects.filter(branch=Branch.PENSION).order_by("turn")
    assert [(r.amount, r.account_share) for r in rows] == [
        (4_800_00, 1_600_00),
        (-2_400_00, -800_00),
    ]
    assert all_is_well()
    again = {"by": None, "person_id": who.pk, "month": MARCH, "branch": Branch.PENSION}
    assert credits.give_back(**again, employer_id=mill.pk) == 0
    assert ReceiptAllocation.objects.filter(branch=Branch.PENSION).count() == 2


def test_what_several_payments_paid_too_much_comes_back_from_the_latest(hired, mill, remit):
    who = hired()
    remit(mill, 3_000_00, reference="A")
    remit(mill, WHOLE - 3_000_00, reference="B", on=DAY + timedelta(1))
    reduce(who, mill.pk, Branch.PENSION, 2_000_00, 1_000_00, 1_000_00)
    credit = dict(Receipt.objects.filter(branch=1).values_list("remittance__reference", "credit"))
    # 1,800 of pension came with B, the other 1,200 with A
    assert credit == {"A": 1_200_00, "B": 1_800_00}
    assert all_is_well()


def test_a_correction_of_a_month_paid_in_part_keeps_the_accounts_share_right(hired, mill, remit):
    who = hired()
    remit(mill, 2_400_00)
    reduce(who, mill.pk, Branch.PENSION, 1_600_00, 800_00, 0)
    # 2,400 are owed now and paid; the account's 1,600 of them are there in full
    shares = ReceiptAllocation.objects.filter(branch=1).values_list("account_share", flat=True)
    assert sum(shares) == 1_600_00
    assert all_is_well()


# ------------------------------------------------------------------ refunds


@pytest.fixture
def overpaid(worker, remit, intake):
    """The worker paid 200.00 too much, and has a bank account."""
    bank_account.set(
        by=intake,
        person=worker,
        purpose="benefit",
        account="6228480000000015",
        bank="中国农业银行",
        holder=worker.name,
    )
    return remit(worker, 5_000_00).receipts.get()


def test_a_refund_to_a_person_is_an_order_that_others_decide_and_release(
    overpaid, accountant, reviewer, staff, everything
):
    refund = refunds.ask(by=accountant, receipt=overpaid, reason="多缴")
    assert (refund.amount, refund.state) == (200_00, Refund.State.ASKED)
    assert receipts.apply_credits() == 0  # it is no credit any more
    assert all_is_well()
    refund = refunds.approve(by=reviewer, refund=refund)
    pool = everything[Branch.PENSION, Scheme.EMPLOYEES]
    cash.sweep(pool)
    batch = payments.release(refund.batch_id, by=reviewer)
    assert batch.maker == accountant
    assert all_is_well()
    line = [(f"P{batch.pk}-{overpaid.person_id}-1", 200_00, "PAID")]
    payments.read_return(answer(batch.pk, line, day=timezone.localdate()), by=accountant)
    assert all_is_well()
    assert refunds.pull() == 1
    assert Refund.objects.get().state == Refund.State.PAID
    assert books.balance(pool, accounts.SUSPENSE) == 0
    assert books.balance(pool, accounts.BENEFITS) == 0
    assert all_is_well()


def test_a_refund_that_the_bank_returns_becomes_credit_again(
    overpaid, accountant, reviewer, everything
):
    refund = refunds.ask(by=accountant, receipt=overpaid, reason="多缴", amount=50_00)
    refund = refunds.approve(by=reviewer, refund=refund)
    cash.sweep(everything[Branch.PENSION, Scheme.EMPLOYEES])
    batch = payments.release(refund.batch_id, by=reviewer)
    line = [(f"P{batch.pk}-{overpaid.person_id}-1", 50_00, "RETURNED")]
    payments.read_return(answer(batch.pk, line, day=timezone.localdate()), by=accountant)
    assert refunds.pull() == 1
    refunds.keep(by=accountant, refund=Refund.objects.get(), note="账号有误")
    overpaid.refresh_from_db()
    assert (overpaid.credit, overpaid.gone) == (200_00, 0)
    assert all_is_well()


def test_an_employers_refund_goes_back_the_way_it_came(
    hired, mill, remit, accountant, reviewer, everything
):
    hired()
    receipt = remit(mill, WHOLE + 100_00).receipts.get(branch=Branch.PENSION)
    refund = refunds.ask(by=accountant, receipt=receipt, reason="多缴")
    refunds.approve(by=reviewer, refund=refund)
    assert held(everything, accounts.INCOME_ACCOUNT)[Branch.PENSION] == OWED[Branch.PENSION]
    assert held(everything, accounts.SUSPENSE) == nothing()
    assert all_is_well()


def test_nobody_refunds_alone_or_more_than_there_is(overpaid, accountant, reviewer, staff):
    for amount in (0, -1, 200_01, 1.5, True):
        with pytest.raises(Invalid):
            refunds.ask(by=accountant, receipt=overpaid, reason="多缴", amount=amount)
    with pytest.raises(Invalid):
        refunds.ask(by=accountant, receipt=overpaid, reason=" ")
    refund = refunds.ask(by=accountant, receipt=overpaid, reason="多缴")
    both = staff(Role.ACCOUNTANT, Role.REVIEWER)
    Refund.objects.filter(pk=refund.pk).update(maker=both)
    for someone in (both, accountant):
        with pytest.raises(Denied):
            refunds.approve(by=someone, refund=refund)
    assert Refund.objects.get().state == Refund.State.ASKED
    refunds.refuse(by=reviewer, refund=refund, note="仍有欠费")
    overpaid.refresh_from_db()
    assert overpaid.credit == 200_00


# ------------------------------------------------------------------ unmatched


def a_line(payer, reference="T1", amount=1_600_00, **more):
    said = {"name": "某人", "branch": None, "received_on": DAY} | more
    return unmatched.Line(reference=reference, payer=payer, amount=amount, **said)


@pytest.fixture
def take(accountant):
    def make(line):
        return unmatched.take(
            by=accountant, line=line, region=BEIJING, channel=Remittance.Channel.API
        )

    return make


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("110105199001010015", UnmatchedReceipt.Why.UNREADABLE),
        ("", UnmatchedReceipt.Why.UNREADABLE),
        ("11010519491231002X", UnmatchedReceipt.Why.UNKNOWN),
    ],
)
def test_money_of_somebody_unknown_is_kept_and_never_dropped(take, everything, number, why):
    kept = take(a_line(number))
    assert (kept.why, kept.state) == (why, UnmatchedReceipt.State.OPEN)
    assert held(everything, accounts.SUSPENSE)[Branch.PENSION] == 1_600_00
    assert take(a_line(number)) == kept  # the same again
    assert UnmatchedReceipt.objects.count() == 1
    with pytest.raises(Conflict):
        take(a_line(number, amount=1))
    assert all_is_well()


def test_unmatched_money_is_matched_to_its_payer(take, accountant, worker, everything):
    kept = take(a_line("11010519491231002X", amount=5_000_00))
    remittance = unmatched.match(by=accountant, unmatched=kept, payer=worker, note="电话核实")
    assert remittance.channel == Remittance.Channel.UNMATCHED
    assert debts.owed(worker) == []
    assert remittance.receipts.get().credit == 200_00
    assert held(everything, accounts.SUSPENSE)[Branch.PENSION] == 200_00
    assert all_is_well()
    with pytest.raises(Conflict):
        unmatched.match(by=accountant, unmatched=kept, payer=worker, note="again")


def test_unmatched_money_pays_the_branches_of_its_payer(take, accountant, hired, mill, everything):
    hired()
    kept = take(a_line("11010519491231002X", amount=WHOLE))
    unmatched.match(by=accountant, unmatched=kept, payer=mill, note="电话核实")
    assert debts.owed(mill) == []
    assert held(everything, accounts.CONTRIBUTION_INCOME) == OWED
    assert held(everything, accounts.SUSPENSE) == nothing()
    assert all_is_well()


def test_unmatched_money_is_sent_back_by_two(take, accountant, reviewer, staff, everything):
    kept = take(a_line("11010519491231002X"))
    with pytest.raises(Denied):
        unmatched.decide_return(by=accountant, unmatched=kept, back=True)
    kept = unmatched.propose_return(by=accountant, unmatched=kept, note="查无此人")
    UnmatchedReceipt.objects.update(maker=reviewer)
    with pytest.raises(Denied):
        unmatched.decide_return(by=reviewer, unmatched=kept, back=True)
    UnmatchedReceipt.objects.update(maker=accountant)
    kept = unmatched.decide_return(by=reviewer, unmatched=kept, back=False)
    assert kept.state == UnmatchedReceipt.State.OPEN
    unmatched.propose_return(by=accountant, unmatched=kept, note="查无此人")
    unmatched.decide_return(by=reviewer, unmatched=kept, back=True)
    assert held(everything, accounts.SUSPENSE) == nothing()
    assert held(everything, accounts.INCOME_ACCOUNT) == nothing()
    assert all_is_well()


def test_a_payment_under_a_used_reference_is_kept_too(take, worker, remit):
    remit(worker, 100_00, reference="T1")
    kept = take(a_line(worker.resident_id, amount=200_00))
    assert kept.why == UnmatchedReceipt.Why.REFERENCE
    assert all_is_well()


def test_an_identity_number_that_reads_as_a_credit_code_is_its_persons(enroll, found):
    both = next(
        serial
        for serial in range(2, 998, 2)
        if _is_credit_code(make_resident_id("110105", date(1990, 5, 1), serial))
    )
    number = make_resident_id("110105", date(1990, 5, 1), both)
    who = enroll(serial=both)
    assert unmatched.find_payer(number, BEIJING) == who
    mill = found()
    assert unmatched.find_payer(mill.credit_code, BEIJING) == mill


def _is_credit_code(number):
    try:
        return bool(ids.read_credit_code(number))
    except KernelError:
        return False


# ------------------------------------------------------------------ surcharges


def test_late_payment_costs_five_in_ten_thousand_a_day(hired, mill, remit, accountant, everything):
    hired()
    # due 15 April; paid 25 April: the days from 16 to 24 April are late
    remit(mill, WHOLE, on=date(2026, 4, 25))
    assert surcharge.due_on(CHAOYANG, MARCH) == date(2026, 4, 15)
    added = surcharge.count_up(by=accountant, payer=mill, until=date(2026, 5, 1))
    # 7,403.00 × 9 × 0.0005 = 33.3135: 21.60 + 10.6335 + 0.90 + 0.18, each to the fen
    assert added == 2160 + 1063 + 90 + 18
    assert held(everything, accounts.SURCHARGE_DUE) == {
        Branch.PENSION: 2160,
        Branch.MEDICAL: 1063,
        Branch.UNEMPLOYMENT: 90,
        Branch.INJURY: 18,
    }
    assert all_is_well()


def test_counting_again_adds_nothing_and_day_by_day_comes_to_the_same(hired, mill, accountant):
    hired()
    for days in range(16, 40):
        until = date(2026, 4, 1) + timedelta(days)
        surcharge.count_up(by=accountant, payer=mill, until=until)
        surcharge.count_up(by=accountant, payer=mill, until=until)
    total = sum(SurchargeEntry.objects.values_list("amount", flat=True))
    # from 16 April to 9 May are 24 days: 57.60 + 28.356 + 2.40 + 0.48
    assert total == 5760 + 2836 + 240 + 48
    assert all_is_well()


def test_money_that_was_booked_late_corrects_the_surcharge(hired, mill, remit, accountant):
    hired()
    surcharge.count_up(by=accountant, payer=mill, until=date(2026, 5, 16))
    remit(mill, 4_800_00, on=date(2026, 4, 20))
    surcharge.count_up(by=accountant, payer=mill, until=date(2026, 5, 17))
    of_pension = SurchargeEntry.objects.filter(branch=1).values_list("amount", flat=True)
    # 30 days at first; in truth the four from 16 to 19 April
    assert sorted(of_pension) == [4_800_00 * 4 * 5 // 10_000 - 7200, 7200]
    assert all_is_well()


def test_a_surcharge_is_paid_behind_the_contribution_of_its_month_and_branch(
    hired, mill, remit, accountant, everything
):
    hired()
    surcharge.count_up(by=accountant, payer=mill, until=date(2026, 5, 16))
    # 30 days: 72.00 on pension; then medical insurance
    remit(mill, 4_800_00 + 72_00 + 1, on=date(2026, 5, 15))
    assert SurchargeAllocation.objects.get().amount == 72_00
    assert held(everything, accounts.OTHER_INCOME) == nothing() | {Branch.PENSION: 72_00}
    assert debts.owed(mill)[0].branch == Branch.MEDICAL
    assert debts.owed(mill)[0].contributions == 2_363_00 - 1
    assert all_is_well()


def test_who_pays_alone_bears_no_surcharge(worker, accountant):
    assert surcharge.count_up(by=accountant, payer=worker) == 0
    assert not SurchargeEntry.objects.exists()


# ------------------------------------------------------------------ waivers and write-offs


@pytest.fixture
def late_mill(hired, mill, accountant):
    hired()
    surcharge.count_up(by=accountant, payer=mill)
    return mill


def a_waiver(by, payer, kind=Waiver.Kind.SURCHARGE, **more):
    said = {"first_month": MARCH, "last_month": MARCH, "reason": "不可抗力", "document": "沪社征 1"}
    return waivers.propose(by=by, payer=payer, kind=kind, **(said | more))


def test_a_surcharge_is_waived_by_two_with_a_reason(
    late_mill, assessor, reviewer, staff, everything
):
    open_now = sum(debt.surcharge for debt in debts.owed(late_mill))
    waiver = a_waiver(assessor, late_mill)
    assert waiver.amount == open_now > 0
    for field in ("reason", "document"):
        with pytest.raises(Invalid):
            a_waiver(assessor, late_mill, **{field: " "})
    with pytest.raises(Denied):
        waivers.approve(by=assessor, waiver=waiver)
    assert not WaiverLine.objects.exists()
    waivers.approve(by=reviewer, waiver=waiver)
    assert sum(debt.surcharge for debt in debts.owed(late_mill)) == 0
    assert sum(debt.contributions for debt in debts.owed(late_mill)) == WHOLE
    assert held(everything, accounts.SURCHARGE_DUE) == nothing()
    assert all_is_well()
    with pytest.raises(Conflict):
        waivers.approve(by=reviewer, waiver=waiver)


def test_what_was_paid_since_makes_a_proposal_void(late_mill, assessor, reviewer, remit):
    waiver = a_waiver(assessor, late_mill, Waiver.Kind.DEBT)
    remit(late_mill, 1_00)
    with pytest.raises(Conflict):
        waivers.approve(by=reviewer, waiver=waiver)
    assert Waiver.objects.get().state == Waiver.State.PROPOSED
    waivers.refuse(by=reviewer, waiver=waiver, note="已缴")
    assert all_is_well()


def test_a_debt_written_off_is_owed_no_more_and_can_be_taken_up_again(
    late_mill, assessor, reviewer, accountant, remit, everything
):
    before = debts.owed_in_all(late_mill)
    waiver = a_waiver(assessor, late_mill, Waiver.Kind.DEBT)
    waivers.approve(by=reviewer, waiver=waiver)
    assert debts.owed(late_mill) == []
    assert held(everything, accounts.CONTRIBUTIONS_DUE) == nothing()
    assert remit(late_mill, 5_00, reference="X").receipts.get().credit == 5_00
    assert all_is_well()
    with pytest.raises(Denied):
        waivers.revoke(by=assessor, waiver=waiver, note="有财产")
    waivers.revoke(by=reviewer, waiver=waiver, note="有财产可供执行")
    assert debts.owed_in_all(late_mill) == before
    assert all_is_well()
    remit(late_mill, before, reference="Y", on=timezone.localdate())
    assert debts.owed(late_mill) == []
    assert all_is_well()


# ------------------------------------------------------------------ demand notes, agreements


def test_a_demand_note_shows_every_branch_and_replaces_the_one_before(hired, mill, accountant):
    hired(MARCH - 1, MARCH)
    note = demand.draw(by=accountant, payer=mill, month=MARCH - 1)
    assert {(x.branch, x.month): x.contributions for x in note.lines.all()} == {
        (branch, MARCH - 1): amount for branch, amount in OWED.items()
    }
    assert note.contributions == WHOLE
    assert note.surcharge == sum(x.surcharge for x in note.lines.all()) > 0
    assert note.due_on > timezone.localdate()
    newer = demand.draw(by=accountant, payer=mill)
    note.refresh_from_db()
    assert (note.state, newer.state) == (DemandNote.State.REPLACED, DemandNote.State.ISSUED)
    assert newer.contributions == 2 * WHOLE
    assert newer.number != note.number


def test_who_pays_alone_gets_the_note_as_a_letter(worker, accountant, remit):
    note = demand.draw(by=accountant, payer=worker)
    letter = Notice.objects.get(person_id=worker.pk)
    assert note.number in letter.body_en
    assert "4,800.00" in letter.body_zh
    remit(worker, 4_800_00)
    with pytest.raises(Refused):
        demand.draw(by=accountant, payer=worker)


def an_agreement(by, payer, parts=3, **more):
    first_due = more.pop("first_due", timezone.localdate() + timedelta(30))
    return agreements.propose(
        by=by, payer=payer, last_month=MARCH, parts=parts, first_due=first_due, **more
    )


def test_an_agreement_adds_up_to_the_fen_and_two_make_it(late_mill, assessor, reviewer):
    owed = debts.owed_in_all(late_mill)
    agreement = an_agreement(assessor, late_mill, parts=7)
    amounts = list(agreement.instalments.values_list("amount", flat=True))
    assert (len(amounts), sum(amounts), agreement.total) == (7, owed, owed)
    assert max(amounts) - min(amounts) <= 1
    with pytest.raises(Denied):
        agreements.decide(by=assessor, agreement=agreement, grant=True, note="同意")
    with pytest.raises(Conflict):
        an_agreement(assessor, late_mill)
    agreements.decide(by=reviewer, agreement=agreement, grant=True, note="同意")
    assert all_is_well()


@pytest.mark.parametrize(
    ("paid_in_time", "state"), [(True, Agreement.State.ACTIVE), (False, Agreement.State.BROKEN)]
)
def test_an_agreement_is_kept_or_broken(late_mill, assessor, reviewer, remit, paid_in_time, state):
    agreement = an_agreement(assessor, late_mill)
    agreements.decide(by=reviewer, agreement=agreement, grant=True, note="同意")
    assert agreements.review() == 0
    first = agreement.instalments.first()
    if paid_in_time:
        remit(late_mill, first.amount, on=timezone.localdate())
    agreement.instalments.filter(number=1).update(due_on=timezone.localdate() - timedelta(1))
    assert agreements.review() == (not paid_in_time)
    agreement.refresh_from_db()
    assert agreement.state == state
    if paid_in_time:
        remit(late_mill, agreement.total - first.amount, "R2", on=timezone.localdate())
        agreements.review()
        agreement.refresh_from_db()
        assert agreement.state == Agreement.State.KEPT


def test_reviewing_many_agreements_asks_no_more_than_reviewing_one(
    hired, late_mill, assessor, reviewer, worker
):
    def reviewed():
        Agreement.objects.update(state=Agreement.State.ACTIVE, ended_on=None)
        with CaptureQueriesContext(connection) as asked:
            assert agreements.review() == Agreement.objects.count()
        return len(asked)

    for payer in (late_mill, worker):
        agreement = an_agreement(assessor, payer)
        agreements.decide(by=reviewer, agreement=agreement, grant=True, note="同意")
        agreement.instalments.filter(number=1).update(due_on=timezone.localdate() - timedelta(1))
        if payer is late_mill:
            alone = reviewed()
    assert reviewed() == alone
    assert set(Agreement.objects.values_list("state", flat=True)) == {"broken"}
    entries = AuditEntry.objects.filter(act="agreement.review")
    assert set(entries.values_list("person_id", flat=True)) == {None, worker.pk}


def test_where_policy_says_so_the_surcharge_stops_while_it_is_kept(
    hired, mill, assessor, reviewer, accountant
):
    hired()
    agreement = an_agreement(assessor, mill)
    agreements.decide(by=reviewer, agreement=agreement, grant=True, note="同意")
    Agreement.objects.update(stops_surcharge=True, from_day=date(2026, 4, 20))
    SurchargeEntry.objects.all().delete()
    surcharge.count_up(by=accountant, payer=mill, until=date(2026, 5, 16))
    of_pension = SurchargeEntry.objects.filter(branch=1)
    # the four days before the agreement
    assert sum(of_pension.values_list("amount", flat=True)) == 9_60
    Agreement.objects.update(state=Agreement.State.BROKEN, ended_on=date(2026, 5, 10))
    surcharge.count_up(by=accountant, payer=mill, until=date(2026, 5, 17))
    # broken: all 31 days, as if it had never been
    assert sum(of_pension.values_list("amount", flat=True)) == 74_40


def test_measures_of_the_law_are_noted_against_who_owes(late_mill, assessor, accountant, remit):
    said = {"employer": late_mill, "kind": "inquiry", "on": DAY, "document": "沪社征询 1"}
    measure = agreements.enter_measure(by=assessor, **said)
    assert late_mill.measures.get() == measure
    with pytest.raises(Denied):
        agreements.enter_measure(by=accountant, **said)
    with pytest.raises(Invalid):
        agreements.enter_measure(by=assessor, **(said | {"kind": "prison"}))
    remit(late_mill, debts.owed_in_all(late_mill), on=timezone.localdate())
    with pytest.raises(Refused):
        agreements.enter_measure(by=assessor, **said)


def test_what_is_owed_is_the_sum_of_its_lines_however_many_payments_came(
    hired, mill, remit, accountant
):
    """Four branches, two months and three payments: no line is counted once for each payment."""
    hired(MARCH - 1, MARCH)
    for number, part in enumerate((1_000_00, 250_01, 3_333_33)):
        remit(mill, part, reference=f"R{number}")
    paid = 1_000_00 + 250_01 + 3_333_33
    lines = debts.owed(mill)
    assert sum(line.contributions for line in lines) == 2 * WHOLE - paid
    note = demand.draw(by=accountant, payer=mill)
    assert note.contributions == sum(x.contributions for x in note.lines.all()) == 2 * WHOLE - paid
    assert sum(x.amount for x in ReceiptAllocation.objects.all()) == paid
