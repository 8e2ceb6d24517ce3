"""An employer's officer pays online: the bank confirms, and what is owed in every branch is paid."""

import pytest

from enrollment.models import Category, GatewayMessage, PaymentIntent, Receipt, Remittance
from enrollment.queries import debts
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import officers, wages
from enrollment.services.online import employer_payment, local_gateway, paying
from funds import queries as books
from funds.models import Branch, Scheme, accounts
from socsec.office.errors import Denied, Refused

from .conftest import CHAOYANG, JANUARY, MARCH
from .test_paying import account, pays, says

THREE = [Branch.PENSION, Branch.MEDICAL, Branch.UNEMPLOYMENT]


@pytest.fixture
def firm(intake, assessor, enroll, found, everything):
    """An employer that owes March for one person in three branches."""
    where, who = found(), enroll()
    cover.enrol(
        by=intake,
        person=who,
        employer=where,
        category=Category.EMPLOYEE,
        region=CHAOYANG,
        from_=JANUARY,
    )
    wages.declare(by=intake, employer=where, month=MARCH, wages={who.pk: 2_000_000})
    for branch in THREE:
        contributions.assess(by=assessor, person=who, month=MARCH, branch=branch)
    return where


@pytest.fixture
def officer(intake, enroll, firm):
    who = enroll("经办人")
    officers.appoint(by=intake, employer=firm, person=who, from_=JANUARY, document="委托书 1")
    return account(who, "officer")


def begin(user, firm, amount):
    return paying.begin(by=user, purpose=employer_payment.EMPLOYER, payer=firm, amount=amount)


def test_what_the_bank_confirms_pays_every_branch_once(firm, officer, everything):
    owed = debts.owed_in_all(firm)
    intent = begin(officer, firm, owed)
    said = pays(intent)
    assert says(said).effect == GatewayMessage.Effect.TAKEN
    assert says(said, 2).effect == GatewayMessage.Effect.REPEATED
    intent.refresh_from_db()
    assert (intent.state, intent.trouble) == (PaymentIntent.State.PAID, {})
    (remittance,) = Remittance.objects.all()
    assert (remittance.employer, remittance.channel, remittance.amount) == (firm, "online", owed)
    assert {each.branch for each in Receipt.objects.all()} == set(THREE)
    assert debts.owed(firm) == []
    income = sum(
        books.balance(everything[branch, Scheme.EMPLOYEES], accounts.CONTRIBUTION_INCOME)
        for branch in THREE
    )
    assert income == owed


def test_a_part_is_paid_and_the_rest_stays_owed(firm, officer):
    owed = debts.owed_in_all(firm)
    says(pays(begin(officer, firm, 1_000_00)))
    assert debts.owed_in_all(firm) == owed - 1_000_00
    assert sum(each.credit for each in Receipt.objects.all()) == 0


def test_a_refusal_by_the_bank_leaves_everything_owed(firm, officer):
    owed = debts.owed_in_all(firm)
    intent = begin(officer, firm, owed)
    says(pays(intent, paid=False))
    intent.refresh_from_db()
    assert (intent.state, intent.reason) == (PaymentIntent.State.FAILED, local_gateway.NO_FUNDS)
    assert debts.owed_in_all(firm) == owed
    assert not Remittance.objects.exists()


def test_only_the_officer_pays_and_no_more_than_is_owed(firm, officer, enroll):
    owed = debts.owed_in_all(firm)
    with pytest.raises(Denied):
        begin(account(enroll("别人"), "stranger"), firm, owed)
    with pytest.raises(Refused) as told:
        begin(officer, firm, owed + 1)
    assert told.value.code == "more_than_owed"
    assert not PaymentIntent.objects.exists()
