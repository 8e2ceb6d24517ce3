"""Bills paid in cash and handed in: received, compared, worked out, decided by two, paid, contested."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from enrollment.models import Purpose
from enrollment.services.people import bank_account
from funds import queries as books
from funds.models import PaymentBatch, PaymentOutcome, accounts
from funds.services import payments
from medical.models import (
    Agreement,
    Care,
    Encounter,
    Invoice,
    Level,
    Provider,
    ProviderStatement,
    Reimbursement,
    ReimbursementPayment,
    Settlement,
    YearSums,
)
from medical.queries import reimbursements as queries
from medical.services import reimbursing, reversing, settling
from medical.services.reimbursing import Paper, Said, appeals, paying
from medical.services.settling import posting
from socsec.kernel.money import parse_yuan
from socsec.office import oversight
from socsec.office.calendar import add_working_days
from socsec.office.errors import Conflict, Denied, NotFound, Problem
from socsec.office.models import Case, Role
from socsec.office.services import appeal as reviews
from socsec.office.services import case as cases
from tests.funds import bank
from tests.medical.clerks import SICHUAN
from tests.medical.clerks import clerk as member
from tests.medical.hospital import catalogue, clerk, hospital, village
from tests.medical.paying import bill, drive, fund, later

__all__ = ["bill", "catalogue", "clerk", "drive", "fund", "hospital", "later", "village"]

DAY = timezone.localdate() - timedelta(days=20)
PHOTO = ("票据.png", b"\x89PNG\r\n\x1a\n invoice")
SAID = Said(
    cause="emergency",
    care=Care.INPATIENT,
    provider_name="杭州示范医院",
    provider_code="H33010000001",
    level=Level.THIRD,
    place="330100",
    from_date=DAY,
    until=DAY + timedelta(days=4),
)
# 18,000.00 of class A, 2,000.00 outside the catalogue
LIST = f"{DAY}\t药品\tA1\t青霉素\t180\t100\n{DAY}，药品，，没有的药，1，2000"
INVOICE = Paper(number="0012345678", code="33010024", issued_on=DAY, amount=20_000_00, file=PHOTO)


def wrong():
    questions = (
        *("medical.reimbursements", "medical.reimbursement_orders", "medical.year_sums"),
        *("medical.bills_replayed", "medical.bills_posted", "medical.statements"),
    )
    return [found for _q, each in oversight.run(questions) for found in each]


@pytest.fixture
def hands(village):
    """Who receives, assesses, decides and pays."""
    return [village.by(name) for name in ("intake", "assessor", "reviewer", "accountant")]


@pytest.fixture
def claim(village, hands, catalogue, fund):
    """A claim of Lin, received at the counter; with `lines` its cost list is matched."""

    def make(said=SAID, invoice=INVOICE, lines=LIST, who="lin"):
        made = reimbursing.open_claim(
            by=hands[0], person=village.souls[who], said=said, invoice=invoice, channel="counter"
        )
        if lines:
            reimbursing.enter_lines(by=hands[1], claim=made, text=lines)
        return made

    return make


@pytest.fixture
def granted(claim, hands):
    def make(**more):
        made = claim(**more)
        reimbursing.assess(by=hands[1], claim=made, text="与病历相符")
        return reimbursing.grant(by=hands[2], claim=made)

    return make


@pytest.fixture
def account(village):
    return bank_account.set(
        by=village.by("intake"),
        person=village.souls["lin"],
        purpose=Purpose.BENEFIT,
        holder=village.souls["lin"].name,
        bank="工商银行",
        account="62284800000097",
    )


def refused(code, act, **said):
    """The act is refused with this code, and changes nothing."""
    tables = (Reimbursement, Invoice, Encounter, Settlement, ReimbursementPayment, Case, Provider)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    with pytest.raises(Problem) as caught:
        act(**said)
    assert caught.value.code == code
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def answer(village, envelope, outcome):
    payments.release(envelope.pk, by=village.by("reviewer"))
    rows = bank.read(b"".join(payments.bank_file(envelope.pk, by=village.by("accountant"))))
    lines = [(row[1], parse_yuan(row[5]), outcome) for row in rows[1:-1]]
    said = bank.answer(envelope.pk, lines, day=timezone.localdate())
    payments.read_return(said, by=village.by("accountant"))


def test_a_claim_is_decided_by_two_as_a_hospital_would_have_settled_it(claim, hands, village):
    made = claim()
    today = timezone.localdate()
    assert (made.case.days, made.case.due_on) == (30, add_working_days(today, 30))
    assert made.case.documents.get().name == "票据.png"
    assert [line.code for line in made.lines.all()] == ["A1", ""]
    reimbursing.assess(by=hands[1], claim=made)
    assert not Settlement.objects.exists()
    assert not YearSums.objects.exists()
    # An emergency counts as filed. (18,000.00 − 1,500.00) × 85 % = 14,025.00
    assert reimbursing.proposal(made)["fund_pay"] == 14_025_00
    reimbursing.grant(by=hands[2], claim=made)
    (row,) = Settlement.objects.all()
    assert (row.total, row.uncovered, row.deductible) == (20_000_00, 2_000_00, 1_500_00)
    assert (row.fund_pay, row.cash, row.handed_in) == (14_025_00, 5_975_00, True)
    assert YearSums.objects.get().pool_inpatient == 14_025_00
    made.case.refresh_from_db()
    assert made.case.state == Case.State.GRANTED
    assert made.case.notices.count() == 1
    assert Provider.objects.get(code="H33010000001").agreements.count() == 0
    assert wrong() == []


def test_it_stands_in_no_statement_moves_no_account_and_is_not_owed_to_a_provider(
    granted, bill, drive, later, hospital, fund
):
    said = replace(SAID, provider_code=hospital.code, until=DAY)
    granted(said=said, lines=f"{DAY};drug;A1;青霉素;200;100")
    bill(1_000, care=Care.OUTPATIENT, who="chen")
    month = later()
    posting.post_all()
    drive("provider_statements", month)
    (made,) = ProviderStatement.objects.all()
    assert (made.bills, made.total) == (1, 1_000_00)
    owed = sum(Settlement.objects.filter(handed_in=False).values_list("fund_pay", flat=True))
    assert books.balance(fund, accounts.PROVIDERS_DUE) == owed
    assert wrong() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.filter(handed_in=True).update(handed_in=True, account_pay=1, cash=0)


def test_single_lines_are_refused_with_reason_and_article(claim, hands):
    made = claim()
    refused("unknown_line", reimbursing.strike, by=hands[1], claim=made, number=9, refusal="paid")
    refused("unknown_reason", reimbursing.strike, by=hands[1], claim=made, number=1, refusal="x")
    reimbursing.strike(by=hands[1], claim=made, number=1, refusal="paid")
    reimbursing.restore(by=hands[1], claim=made, number=1)
    reimbursing.strike(by=hands[1], claim=made, number=2, refusal="third_party", text="肇事方已付")
    reimbursing.assess(by=hands[1], claim=made)
    reimbursing.grant(by=hands[2], claim=made)
    made.case.refresh_from_db()
    (reason,) = made.case.reasons
    assert (reason["code"], reason["law"]) == ("third_party", "社会保险法第三十条")
    assert "没有的药" in reason["text_zh"]
    assert "肇事方已付" in reason["text_zh"]
    assert "2,000.00 yuan" in reason["text_en"]
    line = Encounter.objects.get().lines.get(number="2")
    assert (line.code, line.uncovered) == ("", 2_000_00)


def test_an_invoice_counts_once_whoever_hands_it_in(claim, hands, village):
    first = claim()
    again = replace(INVOICE, file=None)
    refused("invoice_taken", claim, invoice=again, lines="")
    refused("invoice_taken", claim, invoice=replace(again, number="00 1234 5678"), who="chen")
    # By another person, at the portal: not whose it is.
    with pytest.raises(Conflict) as caught:
        reimbursing.open_claim(
            by=village.portal["chen"],
            person=village.souls["chen"],
            said=SAID,
            invoice=again,
            channel="portal",
        )
    assert caught.value.detail["claim"] == ""
    # With another code it is another paper, which looks alike: the assessor says why it is not.
    twin = claim(invoice=replace(again, code="33010025"), who="chen")
    assert [each.other.claim_id for each in queries.alike(twin)] == [first.pk]
    other = claim(invoice=replace(again, code="", number="77", amount=20_000_00), who="chen")
    assert {each.other.claim_id for each in queries.alike(other)} == {first.pk, twin.pk}
    refused("alike", reimbursing.assess, by=hands[1], claim=twin)
    reimbursing.assess(by=hands[1], claim=twin, text="两张票据号码不同，病历各一")
    # Taken back, it may come again.
    reimbursing.withdraw(by=hands[1], claim=first, text="本人撤回")
    assert claim(invoice=again).invoices.get().live


def test_care_that_a_provider_settled_is_not_reimbursed(claim, bill, hands, hospital):
    stay = bill(20_000, day=DAY, days=3)
    same = replace(SAID, provider_code=hospital.code)
    refused("settled_directly", claim, said=same)
    refused("settled_directly", claim, said=replace(SAID, provider_code=""))
    visit = replace(SAID, care=Care.OUTPATIENT, cause="system")
    refused("settled_directly", claim, said=visit, invoice=replace(INVOICE, number=stay.number))
    made = claim()  # elsewhere on the same days: the assessor sees it
    settling.reverse(by=stay.by, encounter=stay, reason="误结算")
    assert claim(said=same, invoice=replace(INVOICE, number="2")).pk > made.pk


def test_a_claim_that_cannot_be_is_refused_and_changes_nothing(claim, hands, village, hospital):
    for code, said, paper in (
        ("unknown_cause", {"cause": "lazy"}, {}),
        ("unknown_care", {"care": 99}, {}),
        ("unknown_level", {"level": Level.PHARMACY}, {}),
        ("unknown_level", {"care": Care.PHARMACY}, {}),
        ("discharge_before_admission", {"until": DAY - timedelta(days=1)}, {}),
        ("in_the_future", {"until": timezone.localdate() + timedelta(days=1)}, {}),
        ("no_region", {"place": "999999"}, {}),
        ("code_impossible", {"provider_code": "33"}, {}),
        ("name_missing", {"provider_name": " "}, {}),
        ("not_covered", {"from_date": date(2019, 12, 1), "until": date(2019, 12, 2)}, {}),
        ("too_old", {"from_date": date(2021, 1, 1), "until": date(2021, 1, 2)}, {}),
        ("amount_not_positive", {}, {"amount": 0}),
        ("impossible_day", {}, {"issued_on": DAY - timedelta(days=1)}),
        ("impossible_day", {}, {"issued_on": timezone.localdate() + timedelta(days=1)}),
        ("empty", {}, {"number": " "}),
        ("unknown_file_type", {}, {"file": ("a.exe", b"MZ")}),
    ):
        refused(code, claim, said=replace(SAID, **said), invoice=replace(INVOICE, **paper))
    with pytest.raises(NotFound):
        reimbursing.open_claim(
            by=member(Role.INTAKE, region=SICHUAN),
            person=village.souls["lin"],
            said=SAID,
            invoice=INVOICE,
            channel="counter",
        )
    with pytest.raises(Denied):
        reimbursing.open_claim(
            by=hands[3], person=village.souls["lin"], said=SAID, invoice=INVOICE, channel="counter"
        )


def test_a_cost_list_is_taken_whole_or_not_at_all(claim, hands):
    made = claim()
    for code, row in (
        ("number_of_lines", " "),
        ("bad_row", f"{DAY};drug;A1"),
        ("bad_row", f"{DAY};plant;A1;x;1;1"),
        ("bad_row", "gestern;drug;A1;x;1;1"),
        ("bad_row", f"{DAY};drug;A1;x;one;1"),
        ("day_outside_visit", f"{DAY - timedelta(days=1)};drug;A1;x;1;1"),
        ("quantity_not_positive", f"{DAY};drug;A1;x;-1;1"),
        ("quantity_not_positive", f"{DAY};drug;A1;x;1;99999999999999"),
        ("unknown_code", f"{DAY};drug;NO;x;1;1"),
        ("name_missing", f"{DAY};drug;A1;;1;1"),
    ):
        rows = row if code == "number_of_lines" else f"{DAY};drug;A1;青霉素;1;1\n{row}"
        refused(code, reimbursing.enter_lines, by=hands[1], claim=made, text=rows)
    assert made.lines.count() == 2
    # By its name, whatever the separator
    reimbursing.enter_lines(by=hands[1], claim=made, text=f"{DAY}；药品；；青霉素；2；1.5")
    line = made.lines.get()
    assert (line.code, line.amount) == ("A1", 3_00)
    refused("amounts_differ", reimbursing.assess, by=hands[1], claim=made)


def test_what_must_not_be_decided_so_is_not(claim, hands, hospital, village):
    _intake, assessor, reviewer, _accountant = hands
    open_level = claim(said=replace(SAID, level=None))
    refused("level_missing", reimbursing.assess, by=assessor, claim=open_level)
    shorter = replace(SAID, from_date=DAY + timedelta(days=1))
    refused("day_outside_visit", reimbursing.complete, by=assessor, claim=open_level, said=shorter)
    reimbursing.complete(by=assessor, claim=open_level, said=SAID)
    with pytest.raises(Denied):
        reimbursing.assess(by=reviewer, claim=open_level)
    refused("case_moved_on", reimbursing.grant, by=reviewer, claim=open_level)
    reimbursing.assess(by=assessor, claim=open_level)
    both = member(Role.ASSESSOR, Role.REVIEWER)
    Case.objects.filter(pk=open_level.pk).update(maker=both)
    refused("four_eyes", reimbursing.grant, by=both, claim=open_level)
    refused("entitled", reimbursing.refuse, by=reviewer, claim=open_level)
    Case.objects.filter(pk=open_level.pk).update(maker=assessor)
    reimbursing.send_back(by=reviewer, claim=open_level, text="级别不对")
    assert Encounter.objects.get().state == Encounter.State.CANCELLED
    refused("unknown_reason", reimbursing.assess, by=assessor, claim=open_level, reason="x")
    refused("empty", reimbursing.assess, by=assessor, claim=open_level, reason="abroad")
    reimbursing.assess(by=assessor, claim=open_level, reason="abroad", text="在境外")
    refused("not_entitled", reimbursing.grant, by=reviewer, claim=open_level)
    reimbursing.refuse(by=reviewer, claim=open_level)
    open_level.case.refresh_from_db()
    assert open_level.case.reasons[0]["law"] == "社会保险法第三十条"
    assert open_level.case.reasons[0]["text_en"].endswith("在境外")
    assert not Invoice.objects.filter(live=True).exists()
    # At home, without an agreement and without an emergency
    Agreement.objects.update(until=date(2020, 12, 31))
    here = claim(said=replace(SAID, provider_code=hospital.code, cause="card"))
    refused("no_agreement", reimbursing.assess, by=assessor, claim=here, text="无关")


def test_a_bill_that_comes_to_something_else_meanwhile_is_worked_out_again(claim, hands, bill):
    made = claim(said=replace(SAID, care=Care.OUTPATIENT))
    reimbursing.assess(by=hands[1], claim=made)
    bill(5_000, care=Care.OUTPATIENT, day=DAY - timedelta(days=10))  # uses the deductible up
    refused("worked_out_otherwise", reimbursing.grant, by=hands[2], claim=made)
    reimbursing.send_back(by=hands[2], claim=made, text="重算")
    reimbursing.assess(by=hands[1], claim=made)
    reimbursing.grant(by=hands[2], claim=made)
    assert wrong() == []


def test_the_funds_pay_to_the_persons_own_account_until_nothing_is_owed(
    granted, hands, village, fund, account, django_assert_max_num_queries
):
    made = granted()
    accountant = hands[3]
    with pytest.raises(Denied):
        reimbursing.order(by=hands[1])
    (envelope,) = reimbursing.order(by=accountant)
    assert (envelope.count, envelope.total, envelope.fund) == (1, 14_025_00, fund)
    refused("nobody_to_pay", reimbursing.order, by=accountant)
    refused("payment_waits", reimbursing.reverse, by=hands[1], encounter=made.encounter, reason="x")
    payments.cancel(envelope.pk, by=accountant, reason="账号有误")
    (envelope,) = reimbursing.order(by=accountant)
    answer(village, envelope, "RETURNED")
    (envelope,) = reimbursing.order(by=accountant)
    answer(village, envelope, "PAID")
    assert paying.of_claim(made) == []
    assert books.balance(fund, accounts.BENEFITS) == 14_025_00
    assert PaymentOutcome.objects.filter(outcome=PaymentOutcome.Outcome.PAID).count() == 1
    assert wrong() == []
    # Taken back at the desk by two, it is owed by the person, who pays it back.
    asked = reversing.propose(by=hands[1], encounter=made.encounter, reason="票据虚假")
    reversing.approve(by=hands[2], reversal=asked)
    (owed,) = paying.of_claim(made)
    assert owed.owed == -14_025_00
    assert not Invoice.objects.filter(live=True).exists()
    today = timezone.localdate()
    back = {"by": accountant, "claim": made, "share": 1, "on": today}
    refused("not_owed", reimbursing.receive_back, **back, amount=14_025_01)
    refused("not_owed", reimbursing.receive_back, **back, amount=0)
    refused("not_owed", reimbursing.receive_back, **{**back, "share": 2}, amount=1)
    late = {**back, "on": today + timedelta(days=1)}
    refused("in_the_future", reimbursing.receive_back, **late, amount=1)
    left = reimbursing.receive_back(**back, amount=10_000_00)
    assert left.owed == -4_025_00
    assert books.balance(fund, accounts.BENEFITS) == 4_025_00
    assert wrong() == []


def test_who_has_no_account_waits_and_an_accountant_does_not_pay_herself(granted, hands, account):
    granted(who="lin")
    accountant = member(Role.ACCOUNTANT)
    accountant.person_id = account.person_id
    accountant.save()
    refused("nobody_to_pay", reimbursing.order, by=accountant)
    account.closed_on = timezone.localdate()
    account.save()
    refused("nobody_to_pay", reimbursing.order, by=hands[3])
    assert not PaymentBatch.objects.exists()


def test_a_decision_is_contested_decided_anew_and_only_the_difference_paid(
    claim, hands, village, account
):
    made = claim()
    reimbursing.strike(by=hands[1], claim=made, number=1, refusal="not_shown")
    reimbursing.assess(by=hands[1], claim=made)
    reimbursing.grant(by=hands[2], claim=made)
    assert paying.of_claim(made) == []  # nothing of it is left in scope
    held = reviews.open_appeal(
        by=village.portal["lin"],
        source=reimbursing.KIND,
        decision=made.pk,
        grounds="第一项有清单",
        channel="portal",
    )
    second = [member(Role.ASSESSOR), member(Role.REVIEWER)]
    reviews.propose(by=second[0], appeal=held, outcome="anew", findings="清单在卷")
    held = reviews.decide(by=second[1], appeal=held)
    anew = Reimbursement.objects.get(replaces=made)
    assert (anew.case.number, anew.root) == (held.carried, made.pk)
    assert appeals._outcomes(reviews.appeals.get(reimbursing.KIND, made.pk)) == ()
    assert wrong() == []
    # Refused, the earlier decision stands, and its invoices count for it again.
    with transaction.atomic():
        reimbursing.assess(by=second[0], claim=anew, reason="not_shown", text="仍无")
        reimbursing.refuse(by=second[1], claim=anew)
        assert Invoice.objects.get(live=True).claim_id == made.pk
        assert wrong() == []
        transaction.set_rollback(True)
    reimbursing.assess(by=second[0], claim=anew)
    reimbursing.grant(by=second[1], claim=anew)
    (owed,) = paying.of_claim(made)
    assert (owed.claim, owed.owed) == (anew.pk, 14_025_00)
    assert [each.state for each in Encounter.objects.order_by("pk")] == ["cancelled", "settled"]
    assert Invoice.objects.get(live=True).claim_id == anew.pk
    assert wrong() == []


def test_verify_names_bills_and_orders_that_are_not_those_of_their_claims(granted, hands, account):
    made = granted()
    reimbursing.order(by=hands[3])
    for change, code in (
        (lambda: Case.objects.filter(pk=made.pk).update(state="withdrawn"), "reimbursement_claim"),
        (lambda: Invoice.objects.update(amount=1), "reimbursement_bill"),
        (lambda: ReimbursementPayment.objects.update(amount=1), "reimbursement_order"),
    ):
        with transaction.atomic():
            change()
            assert code in {each.code for each in wrong()}
            transaction.set_rollback(True)
    assert wrong() == []


def test_a_case_of_another_region_does_not_exist(claim):
    made = claim()
    stranger = member(Role.ASSESSOR, region=SICHUAN)
    assert not queries.claims(stranger).exists()
    with pytest.raises(NotFound):
        reimbursing.enter_lines(by=stranger, claim=made, text=LIST)
    with pytest.raises(NotFound):
        cases.note(case_id=made.pk, by=stranger, text="x")
