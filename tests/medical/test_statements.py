"""The month of a provider: drawn up, compared total by total and bill by bill, agreed, paid."""

import pytest
from django.db import IntegrityError, transaction

from funds import queries as books
from funds.models import PaymentBatch, PaymentOrder, Scheme, accounts
from medical.models import (
    ProviderPayment,
    ProviderStatement,
    StatementShare,
)
from medical.queries import statements as queries
from medical.services import settling
from medical.services.paying import accounts as banks
from medical.services.paying import advances, agreeing
from medical.services.settling import posting
from socsec.office import oversight, spreadsheets
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from tests.medical.clerks import clerk as stranger
from tests.medical.hospital import catalogue, clerk, hospital, village
from tests.medical.paying import banked, bill, drive, fund, later, release

__all__ = ["banked", "bill", "catalogue", "clerk", "drive", "fund", "hospital", "later", "village"]

ASKED = [
    "medical.statements",
    "medical.provider_payments",
    "medical.provider_books",
    "medical.bills_posted",
]


def wrong(*more):
    return [found for _q, each in oversight.run([*ASKED, *more]) for found in each]


@pytest.fixture
def month(bill, fund, later):
    """Two stays that stand and one that was taken back, in a month that is over and in the books."""
    stays = [bill(20_000), bill(8_000, who="chen", number="N7"), bill(500, number="N8")]
    settling.reverse(by=stays[2].by, encounter=stays[2], reason="误结算")
    at = later()
    posting.post_all()
    return at


def told(statement):
    return {name: ours for name, ours, _theirs in queries.totals(statement)}


def test_a_statement_is_what_the_bills_of_the_month_come_to(village, month, drive, hospital):
    run = drive("provider_statements", month)
    (made,) = ProviderStatement.objects.all()
    # (20,000.00 − 1,500.00) × 85 % = 15,725.00; 8,000.00 of another person: 6,500.00 × 85 % = 5,525.00
    assert (made.bills, made.total, made.fund_pay) == (2, 28_000_00, 21_250_00)
    assert (run.count, run.total) == (1, 21_250_00)
    assert list(made.shares.values_list("amount", flat=True)) == [21_250_00]
    assert wrong() == []
    with transaction.atomic():
        ProviderStatement.objects.update(
            pool_pay=made.pool_pay + 1, fund_pay=made.fund_pay + 1, total=made.total + 1
        )
        assert {each.code for each in wrong()} == {"statement_bills", "statement_shares"}
        transaction.set_rollback(True)
    drive.undo(run)
    assert not ProviderStatement.objects.exists()
    drive("provider_statements", month)
    assert ProviderStatement.objects.count() == 1


def test_a_month_that_is_not_over_or_pooled_by_nobody_has_no_statements(village, month, drive):
    with pytest.raises(Invalid, match="not over"):
        drive("provider_statements", month + 1)
    with pytest.raises(NotFound):
        drive("provider_statements", month, region="510000")


def test_totals_agree_first_and_else_each_bill_that_differs_is_named(village, month, drive):
    drive("provider_statements", month)
    (made,) = ProviderStatement.objects.all()
    intake, ours = village.by("intake"), told(made)
    agreeing.state_totals(by=intake, statement=made, **{**ours, "total": ours["total"] + 1})
    made.refresh_from_db()
    assert made.state == "differs"
    assert queries.differences(made) == []
    rows = [
        {"number": "N1", "total": "20000.00", "fund_pay": "15000.00", "person_pay": "5000.00"},
        {"number": "N9", "total": "8000.01", "fund_pay": "5525.00", "person_pay": "2475.01"},
    ]
    with spreadsheets.write(agreeing.LAYOUT, rows) as file:
        agreeing.state_bills(by=intake, statement=made, bills=agreeing.read(file))
    assert [
        (each.number, each.why, each.ours, each.theirs) for each in queries.differences(made)
    ] == [
        ("N1", "funds", 15_725_00, 15_000_00),
        ("N9", "not_ours", None, 8_000_01),
        ("N7", "not_theirs", 8_000_00, None),
    ]
    agreeing.state_totals(by=intake, statement=made, **ours)
    made.refresh_from_db()
    assert made.state == "agreed"
    with pytest.raises(Conflict, match="agreed already"):
        agreeing.state_totals(by=intake, statement=made, **ours)
    with pytest.raises(Conflict):
        agreeing.state_bills(by=intake, statement=made, bills=[])


def test_what_cannot_be_told_changes_nothing(village, month, drive):
    drive("provider_statements", month)
    (made,) = ProviderStatement.objects.all()
    intake = village.by("intake")
    twice = [agreeing.Stated(number="N1", total=1, fund_pay=1, person_pay=0)] * 2
    for bills, code in ((twice, "bill_twice"), ([], "number_of_bills")):
        with pytest.raises(Invalid) as refused:
            agreeing.state_bills(by=intake, statement=made, bills=bills)
        assert refused.value.code == code
    bad = [{"number": "N1", "total": "12,0,0", "fund_pay": "1", "person_pay": "1"}]
    with spreadsheets.write(agreeing.LAYOUT, bad) as file, pytest.raises(Invalid, match="Row 2"):
        agreeing.read(file)
    with pytest.raises(NotFound):
        agreeing.agree(by=stranger("assessor", region="510000"), statement=made, note="函")
    with pytest.raises(Denied):
        agreeing.agree(by=village.by("accountant"), statement=made, note="函")
    made.refresh_from_db()
    assert (made.state, made.stated_total, made.stated.count()) == ("waiting", None, 0)


def test_what_is_agreed_is_paid_less_what_is_retained_and_stands_in_the_books(
    village, month, drive, fund, banked, hospital
):
    drive("provider_statements", month)
    (made,) = ProviderStatement.objects.all()
    assert drive("provider_payments", month).count == 0  # nobody has agreed
    agreeing.agree(by=village.by("assessor"), statement=made, note="双方对账确认单")
    run = drive("provider_payments", month + 1)
    (paid,) = ProviderPayment.objects.all()
    # 21,250.00 × 5 % = 1,062.50 retained
    assert (paid.due, paid.retained, paid.payable) == (21_250_00, 1_062_50, 20_187_50)
    assert run.total == 20_187_50
    order = PaymentOrder.objects.get(batch_id=paid.envelope_id)
    assert (order.person_id, order.amount, order.payee) == (0, 20_187_50, "浦东示范医院")
    assert books.balance(fund, accounts.PROVIDERS_DUE) == 1_062_50
    assert wrong() == []
    # Undone before the money left: all is open again.
    drive.undo(run)
    assert StatementShare.objects.get().payment is None
    assert PaymentBatch.objects.get().state == "cancelled"
    assert books.balance(fund, accounts.PROVIDERS_DUE) == 21_250_00
    again = drive("provider_payments", month + 1)
    envelope = ProviderPayment.objects.get().envelope
    release(village, envelope)
    assert books.balance(fund, accounts.BENEFITS) == 20_187_50
    with pytest.raises(Refused, match="gone to the bank"):
        drive.undo(again)
    with pytest.raises(Refused, match="agreed"):
        drive.undo(ProviderStatement.objects.get().run)
    assert wrong("funds.transit", "funds.orders", "funds.outcomes") == []


def test_without_an_account_of_its_own_a_provider_waits(village, month, drive, hospital):
    drive("provider_statements", month)
    agreeing.agree(
        by=village.by("assessor"), statement=ProviderStatement.objects.get(), note="确认单"
    )
    run = drive("provider_payments", month)
    assert run.preview["held"][0]["total"] == 20_187_50
    assert not ProviderPayment.objects.exists()
    entered = banks.enter(
        by=village.by("intake"), provider=hospital, holder="院", bank="行", account="62220000"
    )
    with pytest.raises(Denied):
        banks.decide(by=village.by("intake"), account=entered, approve=True)
    with pytest.raises(Invalid):
        banks.enter(
            by=village.by("intake"), provider=hospital, holder="院", bank="行", account="12x"
        )
    assert drive("provider_payments", month + 1).count == 0


def test_an_advance_is_paid_first_and_set_off_afterwards(
    village, month, drive, fund, banked, hospital
):
    advance = advances.propose(
        by=village.by("accountant"),
        provider=hospital,
        scheme=Scheme.EMPLOYEES,
        amount=5_000_00,
        settle_from=month + 1,
        reason="周转金",
    )
    with pytest.raises(Denied):
        advances.decide(by=village.by("accountant"), advance=advance, approve=True)
    advances.decide(by=village.by("reviewer"), advance=advance, approve=True)
    advance.refresh_from_db()
    release(village, advance.envelope)
    assert books.balance(fund, accounts.ADVANCES) == 5_000_00
    drive("provider_statements", month)
    agreeing.agree(
        by=village.by("assessor"), statement=ProviderStatement.objects.get(), note="确认单"
    )
    drive("provider_payments", month + 1)
    (paid,) = ProviderPayment.objects.all()
    # 21,250.00 − 1,062.50 − 5,000.00
    assert (paid.set_off, paid.payable) == (5_000_00, 15_187_50)
    assert advances.remaining(advance) == 0
    assert books.balance(fund, accounts.ADVANCES) == 0
    assert books.balance(fund, accounts.BENEFITS) == 5_000_00
    release(village, paid.envelope)
    assert wrong("funds.transit") == []


def test_more_taken_back_than_billed_is_carried_by_the_next_month(
    village, month, drive, bill, banked, clerk
):
    drive("provider_statements", month)
    made = ProviderStatement.objects.get()
    agreeing.agree(by=village.by("assessor"), statement=made, note="确认单")
    with transaction.atomic(), pytest.raises(IntegrityError):
        ProviderStatement.objects.filter(pk=made.pk).update(fund_pay=0)
    StatementShare.objects.update(amount=-1_00)
    assert drive("provider_payments", month).count == 0
