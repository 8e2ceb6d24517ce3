"""Bills of providers of care: from confirmed orders to the bank, checked by one, approved by another."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from assistance.checks import QUESTIONS
from assistance.models import BillState, CareBill, CareBillPayment, CareOrder, OrderState
from assistance.queries.care import Odd, oddities
from assistance.services.care import bills, orders, plans, vouchers
from funds.models import PaymentBatch, PaymentOrder, Public, Scheme
from funds.services import cash, fund, payments
from funds.services.payments.demo_bank import bank_answer
from socsec.kernel.months import last_day, month_of
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, Refused
from socsec.office.models import Role
from tests.assistance.care import issued, levelled, provider_of
from tests.assistance.conftest import BEIJING, worker
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def month():
    return month_of(timezone.localdate()) - 1


@pytest.fixture
def old(enroll, assessor, reviewer, purse):
    made = enroll("冯秀兰", date(1940, 3, 8), woman=True)
    levelled(assessor, reviewer, made)
    return made


@pytest.fixture
def home(intake, reviewer):
    return provider_of(intake, reviewer)


@pytest.fixture
def care_fund(edition):
    made = fund.establish(Public.CARE, Scheme.RESIDENTS, BEIJING, since=date(2021, 1, 1))
    clerk = staff(Role.ACCOUNTANT, region=BEIJING)
    cash.opening(made, 1_000_000_00, by=clerk, on=date(2025, 12, 31))
    return made


@pytest.fixture
def given(intake, assessor, reviewer, old, home, month, monkeypatch, care_fund):
    """An order on the last day of last month, confirmed with the code; 4 hours at 50 yuan."""
    monkeypatch.setattr(orders, "insured_on", lambda person, day: object())
    issued(assessor, reviewer, month)
    speaker = worker(Role.INTAKE)
    speaker.kind = speaker.Kind.PARTNER
    speaker.save()
    home.user = speaker
    home.save(update_fields=["user"])

    def make(units=4):
        made = orders.order(
            by=intake,
            person=old,
            provider=home,
            service=0,
            setting=0,
            units=units,
            day=last_day(month),
        )
        return orders.confirm_by_code(by=speaker, order=made, code=made.code)

    return make


def found():
    return {question.code for question, findings in oversight.run(QUESTIONS) if findings}


def refused(error, code, act):
    before = list(CareBill.objects.values()), list(CareOrder.objects.order_by("pk").values())
    with pytest.raises(error) as told, transaction.atomic():
        act()
    assert told.value.code == code
    assert before == (
        list(CareBill.objects.values()),
        list(CareOrder.objects.order_by("pk").values()),
    )


def test_a_months_bill_is_checked_approved_and_paid_by_the_bank(
    given, home, month, assessor, reviewer, accountant, care_fund, purse
):
    done = given()
    # 4 × 50 = 200: 70 % of it, 140, from the insurance; 60 of the voucher of 600.
    assert (done.insurance, done.by_money, done.own) == (140_00, 60_00, 0)
    made = bills.hand_in(by=accountant, provider=home, month=month, stated=200_00)
    assert (made.count, made.insurance, made.vouchers) == (1, 140_00, 60_00)
    refused(Conflict, "not_checked", lambda: bills.approve(by=reviewer, bill=made))
    bills.check(by=accountant, bill=made)
    paid = bills.approve(by=reviewer, bill=made)
    assert {each.fund: each.amount for each in paid.payments.all()} == {
        care_fund: 140_00,
        purse: 60_00,
    }
    clerk = staff(Role.ACCOUNTANT, region=BEIJING)
    for each in paid.payments.all():
        order = PaymentOrder.objects.get(batch_id=each.envelope_id)
        assert (order.person_id, order.payee, order.amount) == (0, "松鹤养老院", each.amount)
        payments.release(each.envelope_id, by=staff(Role.REVIEWER, region=BEIJING))
        file = b"".join(payments.bank_file(each.envelope_id, by=clerk))
        payments.read_return(bank_answer(file), by=clerk)
        payments.reconcile(each.envelope_id, by=clerk)
    assert set(PaymentBatch.objects.values_list("state", flat=True)) == {"reconciled"}
    assert not found()
    # What is confirmed later goes on another bill of the same month.
    refused(
        Refused,
        "nothing_to_bill",
        lambda: bills.hand_in(by=accountant, provider=home, month=month),
    )
    given(units=1)
    assert bills.hand_in(by=accountant, provider=home, month=month).total == 50_00


def test_a_bill_is_not_handed_in_checked_or_decided_with_these_faults(
    given, home, month, accountant, assessor, reviewer, intake
):
    done = given()

    def hand_in(**more):
        return bills.hand_in(**({"by": accountant, "provider": home, "month": month} | more))

    for error, code, more in (
        (Refused, "month_not_over", {"month": month + 1}),
        (Refused, "nothing_to_bill", {"month": month - 1}),
        (Invalid, "amount", {"stated": 0}),
        (Denied, "not_permitted", {"by": intake}),
    ):
        refused(error, code, lambda more=more: hand_in(**more))
    made = hand_in(stated=210_00)
    assert CareOrder.objects.get(pk=done.pk).bill == made
    given(units=1)
    refused(Conflict, "bill_waits", hand_in)
    # The provider claims ten yuan more than its orders come to.
    refused(Refused, "say_what_was_found", lambda: bills.check(by=assessor, bill=made))
    bills.check(by=assessor, bill=made, note="机构多算一小时，按订单支付")
    made.refresh_from_db()
    refused(Conflict, "checked_already", lambda: bills.check(by=assessor, bill=made, note="x"))
    both = worker(Role.ACCOUNTANT, Role.REVIEWER)
    CareBill.objects.filter(pk=made.pk).update(checked_by=both)
    refused(Denied, "four_eyes", lambda: bills.approve(by=both, bill=made))
    refused(Invalid, "empty", lambda: bills.reject(by=reviewer, bill=made, reason=" "))
    refused(Refused, "billed", lambda: orders.take_back(by=reviewer, order=done, reason="没来"))
    bills.reject(by=reviewer, bill=made, reason="缺服务记录")
    refused(Conflict, "decided_already", lambda: bills.reject(by=reviewer, bill=made, reason="x"))
    # Both orders are free again.
    assert hand_in().count == 2
    assert not found()
    with pytest.raises(IntegrityError), transaction.atomic():
        CareBill.objects.filter(pk=made.pk).update(checker=made.maker)


def test_what_was_not_given_is_taken_back_and_left_again(given, old, intake, reviewer, month):
    done = given()
    assert vouchers.left(old.pk, last_day(month))[0].amount == 540_00
    refused(Denied, "not_permitted", lambda: orders.take_back(by=intake, order=done, reason="没来"))
    back = orders.take_back(by=reviewer, order=done, reason="投诉属实，没有上门")
    assert (back.state, back.cost, back.sheet) == (OrderState.CANCELLED, 0, None)
    assert vouchers.left(old.pk, last_day(month))[0].amount == 600_00
    refused(
        Conflict, "not_confirmed", lambda: orders.take_back(by=reviewer, order=done, reason="x")
    )
    assert not found()


def test_odd_orders_are_shown_to_whoever_checks(
    given, old, home, month, intake, assessor, reviewer, accountant
):
    given()
    clear = bills.hand_in(by=accountant, provider=home, month=month)
    assert oddities(clear) == []
    plan = plans.propose(
        by=assessor,
        person=old,
        from_date=last_day(month) - timedelta(days=5),
        lines=[{"service": "PERSONAL", "setting": "HOME", "units": 3}],
    )
    plans.decide(by=reviewer, plan=plan, approve=True)
    assert [why for _order, why in oddities(clear)] == [Odd.BEYOND]
    CareOrder.objects.update(how="desk")
    assert [why for _order, why in oddities(clear)] == [Odd.BY_OFFICE]
    bed = home.beds.create(label="1", since=date(2025, 1, 1))
    stay = bed.stays.create(
        person=old, region=old.region, from_date=last_day(month) - timedelta(days=3)
    )
    assert [why for _order, why in oddities(clear)] == [Odd.IN_A_BED]
    type(old).objects.filter(pk=old.pk).update(died_on=last_day(month) - timedelta(days=1))
    assert [why for _order, why in oddities(clear)] == [Odd.DEAD]
    refused(Refused, "say_what_was_found", lambda: bills.check(by=accountant, bill=clear))
    assert stay.until is None


def test_verify_names_a_bill_that_is_not_its_orders(given, home, month, accountant, reviewer):
    given()
    made = bills.hand_in(by=accountant, provider=home, month=month)
    assert not found()
    CareBill.objects.filter(pk=made.pk).update(insurance=150_00)
    assert found() == {"assistance.care_bills"}
    CareBill.objects.filter(pk=made.pk).update(insurance=140_00)
    bills.check(by=accountant, bill=made)
    bills.approve(by=reviewer, bill=made)
    assert not found()
    CareBillPayment.objects.filter(bill=made, amount=60_00).update(amount=61_00)
    assert found() == {"assistance.care_bills"}


def test_a_bill_goes_through_the_desk_and_another_region_never_sees_it(
    click, look, given, home, month, accountant, assessor, reviewer
):
    given()
    said = {"provider": home.pk, "month_month": month % 12 + 1, "month_year": month // 12}
    click(accountant, "carebill_hand_in", data=said | {"stated": "199.00"})
    made = CareBill.objects.get()
    page = reverse("admin:assistance_carebill_change", args=[made.pk])
    assert "−1.00" in look(assessor, page).content.decode()
    click(assessor, "carebill_check", [made.pk], {"note": ""}, status=422)
    click(assessor, "carebill_check", [made.pk], {"note": "机构少算一元"})
    click(reviewer, "carebill_approve", [made.pk])
    made.refresh_from_db()
    assert made.state == BillState.APPROVED
    assert "140.00" in look(reviewer, page).content.decode()
    other = staff(Role.ACCOUNTANT, Role.REVIEWER, region="310115")
    assert look(other, page).status_code in (302, 404)
    given(units=1)
    click(accountant, "carebill_hand_in", data=said)
    again = CareBill.objects.get(state=BillState.HANDED_IN)
    click(reviewer, "carebill_reject", [again.pk], {"reason": "缺服务记录"})
    order = CareOrder.objects.get(bill=None)
    click(reviewer, "careorder_take_back", [order.pk], {"reason": "没有上门"})
