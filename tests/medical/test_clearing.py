"""Care between regions: drawn up by month, disputed line by line, agreed by both, paid net, in both books."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Category, Coverage
from funds import queries as books
from funds.models import BankAccount, Branch, PaymentBatch, Scheme, accounts
from funds.services import cash, payments
from funds.services import fund as funds
from medical.models import (
    Agreement,
    Care,
    ClearingLine,
    ClearingStatement,
    Level,
    Provider,
    ProviderAdjustment,
    ProviderKind,
    ProviderPayment,
    ProviderStatement,
    Settlement,
)
from medical.services import clearing, settling
from medical.services.settling import posting
from socsec.kernel.money import parse_yuan
from socsec.office import oversight
from socsec.office.errors import Denied, Invalid, Problem
from socsec.office.services import run as runs
from tests import people
from tests.desk.test_walk import sign_in
from tests.funds import bank
from tests.medical.clerks import clerk as member
from tests.medical.hospital import catalogue, clerk, hospital, of, village
from tests.medical.paying import banked, bill, drive, fund, later, release

__all__ = ["banked", "bill", "catalogue", "clerk", "drive", "fund", "hospital", "later", "village"]
ASKED = [
    *("medical.clearing_bills", "medical.clearing_money", "medical.bills_posted"),
    *("medical.statements", "medical.provider_payments", "medical.provider_books"),
]


def wrong():
    return [found for _q, each in oversight.run(ASKED) for found in each]


def codes():
    return {each.code for each in wrong()}


@pytest.fixture
def other(village):
    """The fund of Sichuan's employees, with money."""
    made = funds.for_(Branch.MEDICAL, Scheme.EMPLOYEES, people.JINJIANG)
    cash.opening(made, 10_000_000_00, by=village.by("sc-accountant"))
    return made


@pytest.fixture
def month(village, bill, hospital, fund, other, later):
    """Chen, insured in Sichuan, was treated in Shanghai twice, once taken back; Lin in Sichuan."""
    Coverage.objects.filter(person=village.souls["chen"], branch=Branch.MEDICAL).delete()
    Coverage.objects.create(
        person=village.souls["chen"],
        branch=Branch.MEDICAL,
        category=Category.EMPLOYEE,
        region=people.JINJIANG,
        span=(date(2020, 1, 1), None),
    )
    there = Provider.objects.create(
        code="H51010400001",
        name="锦江医院",
        kind=ProviderKind.HOSPITAL,
        level=Level.SECOND,
        region=people.JINJIANG,
    )
    Agreement.objects.create(
        provider=there,
        from_date=date(2020, 1, 1),
        until=date(2035, 12, 31),
        care=[int(care) for care in Care],
        document="协议",
        maker=village.by("sc-intake"),
        checker=village.by("sc-reviewer"),
    )
    bill(20_000, who="chen")
    gone = bill(3_000, who="chen", day=timezone.localdate() - timedelta(days=9))
    settling.reverse(by=gone.by, encounter=gone, reason="误结算")
    bill(1_000)  # at home: in the provider's own statement
    both = village.by("sc-assessor")
    stay = settling.admit(
        by=both,
        provider=there,
        person=village.souls["lin"],
        number="S1",
        care=Care.INPATIENT,
        opened_at=timezone.now() - timedelta(days=6),
        emergency=True,
    )
    day = timezone.localdate() - timedelta(days=5)
    settling.charge(by=both, encounter=stay, charges=[of("A1", 9_000, day=day)])
    settling.discharge(by=both, encounter=stay, closed_at=timezone.now() - timedelta(days=2))
    settling.settle(by=both, encounter=stay)
    at = later()
    posting.post_all()
    return at


@pytest.fixture
def drawn(month, drive):
    drive("regional_clearing", month, region=people.SHANGHAI)
    return ClearingStatement.objects.get()


def sides(village, statement):
    """Who speaks for the low and for the high fund: assessor, reviewer, accountant."""
    shanghai = [village.by(name) for name in ("assessor", "reviewer", "accountant")]
    sichuan = [village.by(f"sc-{name}") for name in ("assessor", "reviewer", "accountant")]
    return (shanghai, sichuan) if statement.low_region.startswith("31") else (sichuan, shanghai)


def refused(code, act, **said):
    tables = (ClearingStatement, ClearingLine, ProviderAdjustment, PaymentBatch)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    with pytest.raises(Problem) as caught:
        act(**said)
    assert caught.value.code == code
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def owed(home):
    rows = Settlement.objects.filter(home=home).exclude(region__startswith=home[:2])
    return sum(rows.values_list("fund_pay", flat=True))


def test_every_bill_of_somebody_insured_elsewhere_stands_in_one_statement(
    village, month, drive, drawn, fund, other
):
    # Chen's two bills, the one taken back with its opposite, and Lin's.
    assert drawn.lines.count() == 4
    each = {fund.pk: owed(people.PUDONG), other.pk: owed(people.JINJIANG)}
    assert (drawn.low_owes, drawn.high_owes) == (each[drawn.low_id], each[drawn.high_id])
    assert all(each.values())
    assert wrong() == []
    # Whoever draws it up again finds nothing.
    again = {"kind": "regional_clearing", "month": month, "region": people.SICHUAN}
    drafted = runs.draft(**again, by=village.by("sc-accountant"))
    assert runs.preview(run_id=drafted.pk, by=village.by("sc-accountant")).count == 0
    with pytest.raises(Invalid, match="not over"):
        drive("regional_clearing", month + 1, region=people.SHANGHAI)
    line = drawn.lines.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClearingLine.objects.create(
            statement=drawn,
            settlement=line.settlement,
            share=line.share,
            owed_by_low=line.owed_by_low,
            provider_id=1,
            amount=1,
        )
    mine = ClearingLine.objects.filter(pk=line.pk)
    for change, code in (
        (lambda: mine.delete(), "clearing_missing"),
        (lambda: mine.update(amount=1), "clearing_line"),
        (lambda: ClearingStatement.objects.update(low_owes=1), "clearing_sums"),
    ):
        with transaction.atomic():
            change()
            assert code in codes()
            transaction.set_rollback(True)
    assert wrong() == []
    run = drawn.run
    drive.undo(run)
    assert not ClearingStatement.objects.exists()


def test_lines_are_disputed_by_who_owes_and_answered_by_who_is_owed(village, drawn):
    low, high = sides(village, drawn)
    line = drawn.lines.filter(owed_by_low=True).first()
    refused("outside_region", clearing.dispute, by=high[0], line=line, reason="无备案")
    refused("empty", clearing.dispute, by=low[0], line=line, reason=" ")
    with pytest.raises(Denied):
        clearing.dispute(by=low[2], line=line, reason="无备案")
    refused("not_disputed", clearing.answer, by=high[0], line=line, concede=True, text="同意")
    clearing.dispute(by=low[0], line=line, reason="无备案")
    refused("disputed_already", clearing.dispute, by=low[0], line=line, reason="无备案")
    refused("disputed", clearing.agree, by=low[1], statement=drawn)
    refused("outside_region", clearing.answer, by=low[0], line=line, concede=True, text="同意")
    clearing.answer(by=high[0], line=line, concede=False, text="急诊，视同备案")
    refused("disputed_already", clearing.dispute, by=low[0], line=line, reason="无备案")
    other = drawn.lines.filter(owed_by_low=False).first()
    clearing.dispute(by=high[0], line=other, reason="非本地参保")
    clearing.answer(by=low[0], line=other, concede=True, text="参保信息有误")
    drawn.refresh_from_db()
    rest = drawn.lines.filter(owed_by_low=False).exclude(pk=other.pk)
    assert drawn.high_owes == sum(rest.values_list("amount", flat=True))
    assert wrong() == []


def test_both_agree_and_the_net_is_paid_and_stands_in_both_books(
    village, drawn, drive, month, banked, hospital, fund, other
):
    low, high = sides(village, drawn)
    gross = {drawn.low: drawn.low_owes, drawn.high: drawn.high_owes}
    net = drawn.net
    due = {each: books.balance(each, accounts.PROVIDERS_DUE) for each in gross}
    spent = {each: books.balance(each, accounts.BENEFITS) for each in gross}
    payer, payee = (low, high) if net > 0 else (high, low)
    refused("wrong_state", clearing.order, by=payer[2], statement=drawn)
    stranger = member("reviewer", region="330000")
    refused("no_statement", clearing.agree, by=stranger, statement=drawn)
    with pytest.raises(Denied):
        clearing.agree(by=low[0], statement=drawn)
    clearing.agree(by=low[1], statement=drawn)
    refused("agreed_already", clearing.agree, by=low[1], statement=drawn)
    made = clearing.agree(by=high[1], statement=drawn)
    assert made.state == "agreed"
    # What each owed providers elsewhere is gone; what its own get for the other's insured is there.
    for each in gross:
        back = next(amount for who, amount in gross.items() if who != each)
        assert books.balance(each, accounts.PROVIDERS_DUE) == due[each] - gross[each] + back
    assert wrong() == []
    line = drawn.lines.first()
    refused("agreed_already", clearing.dispute, by=low[0], line=line, reason="x")
    refused("agreed_already", lambda: drive.undo(drawn.run))
    refused("no_account", clearing.order, by=payer[2], statement=made)
    BankAccount.objects.create(
        fund=made.payee,
        ledger_id=accounts.EXPENDITURE_ACCOUNT,
        bank="建设银行",
        number="4340610000123456",
        opened_on=date(2020, 1, 1),
    )
    refused("outside_region", clearing.order, by=payee[2], statement=made)
    envelope = clearing.order(by=payer[2], statement=made)
    refused("ordered_already", clearing.order, by=payer[2], statement=made)
    payments.cancel(envelope.pk, by=payer[2], reason="重开")
    envelope = clearing.order(by=payer[2], statement=made)
    assert (envelope.fund, envelope.total) == (made.payer, abs(net))
    today = timezone.localdate()
    refused("not_paid", clearing.receive, by=payee[2], statement=made, on=today)
    pay(village, envelope, payer)
    refused("outside_region", clearing.receive, by=payer[2], statement=made, on=today)
    later = today + timedelta(days=1)
    refused("in_the_future", clearing.receive, by=payee[2], statement=made, on=later)
    clearing.receive(by=payee[2], statement=made, on=today)
    made.refresh_from_db()
    assert made.state == "paid"
    refused("wrong_state", clearing.receive, by=payee[2], statement=made, on=today)
    # Nothing is lost between the two: what one spent the other spent less.
    assert books.balance(made.payer, accounts.BENEFITS) == spent[made.payer] + abs(net)
    assert books.balance(made.payee, accounts.BENEFITS) == spent[made.payee] - abs(net)
    assert wrong() == []
    # The hospital gets it with its next payment, beside its own statement.
    drive("provider_statements", month)
    statement = ProviderStatement.objects.get()
    assert statement.total == 1_000_00
    ProviderAdjustment.objects.get(provider=hospital)
    drive("provider_payments", month)
    paid = ProviderPayment.objects.get(provider=hospital)
    assert paid.adjusted == gross[other]
    assert wrong() == []


def pay(village, envelope, payer):
    if envelope.fund.region_id.startswith("31"):
        release(village, envelope)
        return
    payments.release(envelope.pk, by=payer[1])
    rows = bank.read(b"".join(payments.bank_file(envelope.pk, by=payer[2])))
    lines = [(row[1], parse_yuan(row[5]), "PAID") for row in rows[1:-1]]
    payments.read_return(bank.answer(envelope.pk, lines, day=timezone.localdate()), by=payer[2])


def test_both_offices_work_at_the_desk_and_no_third_one(client, village, drawn):
    low, high = sides(village, drawn)
    page = reverse("admin:medical_clearingstatement_change", args=[drawn.pk])
    listed = reverse("admin:medical_clearingstatement_changelist")
    line = drawn.lines.filter(owed_by_low=True).first()
    disputing = reverse("admin:medical_clearing_dispute", args=[line.pk])
    answering = reverse("admin:medical_clearing_answer", args=[line.pk])
    agreeing = reverse("admin:medical_clearingstatement_agree", args=[drawn.pk])
    sign_in(client, low[0])
    assert disputing in client.get(page).text
    assert client.post(disputing, {"reason": ""}).status_code == 422
    assert client.post(disputing, {"reason": "无备案"}).status_code == 302
    sign_in(client, high[0])
    assert answering in client.get(page).text
    assert client.post(answering, {"concede": "", "text": "急诊"}).status_code == 302
    assert "急诊" in client.get(page).text
    for reviewer in (low[1], high[1]):
        sign_in(client, reviewer)
        assert page in client.get(listed).text
        assert agreeing in client.get(page).text
        assert client.post(agreeing).status_code == 302
    assert client.post(agreeing).status_code == 422
    drawn.refresh_from_db()
    assert drawn.state == "agreed"
    sign_in(client, member("assessor", "reviewer", region="330000"))
    assert page not in client.get(listed).text
    for url in (page, disputing, answering, agreeing):
        assert client.get(url).status_code in (302, 404), url
