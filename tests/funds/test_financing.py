"""Financing besides contributions: what is due and received, state-owned capital, reserves and their use."""

import doctest
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from funds import queries
from funds.models import (
    Branch,
    Channel,
    FundingDue,
    FundingReceipt,
    Public,
    ReserveMove,
    Scheme,
    accounts,
)
from funds.models.ledger import LedgerBatch
from funds.params import CapitalTerms, ReserveTerms
from funds.rules import reserve as rules
from funds.services import cash, financing, ledger
from funds.services import fund as funds
from socsec.kernel.ids import make_credit_code
from socsec.kernel.months import month
from socsec.kernel.policy import Policy
from socsec.kernel.regions import NATION
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Role
from tests.funds.test_statements import desk as desk
from tests.kernel.three_ways import three_ways

from .conftest import BEIJING, SHANGHAI, staff

ON = date(2026, 3, 10)
QUESTIONS = ("funds.financing", "funds.reserves", "funds.flows")


def found() -> list[str]:
    return sorted(each.code for _question, said in oversight.run(QUESTIONS) for each in said)


@pytest.fixture
def nation(edition):
    return {
        "fund": funds.establish(Public.RESERVE, Scheme.EMPLOYEES, NATION, since=date(2000, 8, 1)),
        "first": staff("nation-first", Role.ACCOUNTANT, region=NATION),
        "second": staff("nation-second", Role.REVIEWER, region=NATION),
    }


@pytest.fixture
def due(edition, beijing, accountant, reviewer):
    made = financing.ask_due(
        beijing,
        Channel.CENTRAL,
        year=2026,
        amount=1_000_00,
        due_on=date(2026, 6, 30),
        document="财社〔2026〕1号",
        by=accountant,
    )
    return financing.decide_due(made.pk, by=reviewer, agree=True)


def spends(fund, amount, by):
    """Benefits of `amount` fen paid this spring."""
    cash.opening(fund, amount, by=by, on=date(2026, 1, 5))
    legs = [
        (accounts.EXPENDITURE_ACCOUNT, accounts.FISCAL_ACCOUNT),
        (accounts.IN_TRANSIT, accounts.EXPENDITURE_ACCOUNT),
        (accounts.BENEFITS, accounts.IN_TRANSIT),
    ]
    ledger.post(
        fund,
        "payment_return",
        [
            ledger.Posting(0, debit, credit, amount, month(2026, 2), fund.region_id)
            for debit, credit in legs
        ],
        source=f"spent {fund.pk}",
        on=date(2026, 2, 5),
    )


def test_a_subsidy_is_due_arrives_in_parts_and_is_posted_by_another(
    edition, beijing, due, accountant, reviewer
):
    first = financing.enter_receipt(due.pk, amount=600_00, received_on=ON, by=accountant)
    assert queries.balance(beijing, accounts.SUBSIDY_INCOME) == 0
    with pytest.raises(Refused) as refusal:
        financing.enter_receipt(due.pk, amount=400_01, received_on=ON, by=accountant)
    assert refusal.value.code == "more_than_due"
    with pytest.raises(Denied):
        financing.decide_receipt(first.pk, by=accountant, agree=True)
    financing.decide_receipt(first.pk, by=reviewer, agree=True)
    due.refresh_from_db()
    assert (due.state, queries.balance(beijing, accounts.FISCAL_ACCOUNT)) == ("due", 600_00)
    second = financing.enter_receipt(due.pk, amount=400_00, received_on=ON, by=accountant)
    financing.decide_receipt(second.pk, by=reviewer, agree=True)
    due.refresh_from_db()
    assert due.state == FundingDue.State.RECEIVED
    assert found() == []
    financing.reverse_receipt(second.pk, by=reviewer, reason="sent to the wrong fund")
    due.refresh_from_db()
    assert (due.state, queries.balance(beijing, accounts.SUBSIDY_INCOME)) == ("due", 600_00)
    assert found() == []
    FundingReceipt.objects.filter(pk=first.pk).update(amount=500_00)
    assert found() == ["receipt_not_booked"]


def test_what_cannot_be_due_or_received_changes_nothing(
    edition, beijing, due, accountant, reviewer
):
    both = staff("both", Role.ACCOUNTANT, Role.REVIEWER)

    def ask(by=accountant, **more):
        given = {
            "channel": Channel.LOCAL,
            "year": 2026,
            "amount": 5,
            "due_on": ON,
            "document": "x",
            **more,
        }
        return financing.ask_due(beijing, given.pop("channel"), by=by, **given)

    for more, error, code in (
        ({"amount": 0}, Invalid, "amount_out_of_range"),
        ({"amount": 1.5}, Invalid, "amount_out_of_range"),
        ({"channel": "gift"}, Invalid, "no_such_channel"),
        ({"channel": Channel.LOTTERY}, Refused, "channel_not_of_fund"),
        ({"year": 12}, Invalid, "no_such_year"),
        ({"document": " "}, Invalid, "empty"),
        ({"by": reviewer}, Denied, "not_permitted"),
        ({"by": staff("far", Role.ACCOUNTANT, region=SHANGHAI)}, NotFound, "outside_region"),
    ):
        with pytest.raises(error) as refusal:
            ask(**more)
        assert refusal.value.code == code
    own = ask(by=both)
    with pytest.raises(Denied):
        financing.decide_due(own.pk, by=both, agree=True)
    with pytest.raises(Conflict):
        financing.enter_receipt(own.pk, amount=1, received_on=ON, by=accountant)
    with pytest.raises(Invalid):
        financing.decide_due(own.pk, by=reviewer, agree=False)
    financing.decide_due(own.pk, by=reviewer, agree=False, reason="not agreed")
    with pytest.raises(Conflict):
        financing.decide_due(own.pk, by=reviewer, agree=True)
    with pytest.raises(Invalid):
        financing.enter_receipt(due.pk, amount=1, received_on=date(2999, 1, 1), by=accountant)
    entered = financing.enter_receipt(due.pk, amount=1, received_on=ON, by=accountant)
    with pytest.raises(Conflict):
        financing.reverse_receipt(entered.pk, by=reviewer, reason="x")
    financing.decide_receipt(entered.pk, by=reviewer, agree=False, reason="a slip")
    with pytest.raises(Conflict):
        financing.decide_receipt(entered.pk, by=reviewer, agree=True)
    assert not LedgerBatch.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        FundingDue.objects.filter(pk=own.pk).update(checker=own.maker)


def test_a_tenth_of_the_state_s_equity_is_transferred_and_brings_its_part_of_dividends(nation):
    first, second = nation["first"], nation["second"]
    made = financing.enter_holding(
        nation["fund"],
        enterprise="北方重工集团",
        credit_code=make_credit_code("91", "110000", "MA1W1G00K"),
        equity=123_456_789_05,
        transferred_on=date(2019, 1, 1),
        document="国发〔2017〕49号",
        by=first,
    )
    # 123,456,789.05 × 10 % = 12,345,678.905 → 12,345,678.91
    assert made.transferred == 12_345_678_91
    asked = {"year": 2025, "due_on": ON, "document": "股东会决议", "by": first}
    with pytest.raises(Refused):
        financing.ask_dividend(made.pk, distributed=1_000_000_00, **asked)
    with pytest.raises(Denied):
        financing.approve_holding(made.pk, by=first)
    financing.approve_holding(made.pk, by=second)
    with pytest.raises(Conflict):
        financing.enter_holding(
            nation["fund"],
            enterprise="再来一次",
            credit_code=made.credit_code,
            equity=10,
            transferred_on=date(2019, 1, 1),
            document="x",
            by=first,
        )
    for code, equity in ((made.credit_code, 4), ("9111", 100)):
        with pytest.raises(Invalid):
            financing.enter_holding(
                nation["fund"],
                enterprise="小厂",
                credit_code=code,
                equity=equity,
                transferred_on=date(2019, 1, 1),
                document="x",
                by=first,
            )
    due = financing.ask_dividend(made.pk, distributed=1_000_000_00, **asked)
    assert (due.amount, due.channel, due.holding) == (100_000_00, Channel.CAPITAL, made)
    financing.decide_due(due.pk, by=second, agree=True)
    receipt = financing.enter_receipt(due.pk, amount=due.amount, received_on=ON, by=first)
    financing.decide_receipt(receipt.pk, by=second, agree=True)
    assert queries.balance(nation["fund"], accounts.CAPITAL_INCOME) == 100_000_00
    assert found() == []


def test_the_nation_s_reserve_is_granted_to_a_fund_below_its_line_alone(
    nation, beijing, accountant
):
    first, second = nation["first"], nation["second"]
    cash.opening(nation["fund"], 1_000_00, by=first, on=date(2026, 1, 5))
    spends(beijing, 120_00, accountant)
    # Beijing spent 120.00 and holds nothing: 0 months, 60.00 missing up to a line of six
    stands = financing.standing(beijing, ON)
    assert (stands.found.months, stands.found.below, stands.found.missing) == (0, True, 60_00)
    made = financing.propose_move(
        nation["fund"], "grant", amount=60_00, document="国务院批复", by=first, to=beijing
    )
    with pytest.raises(Denied):
        financing.decide_move(made.pk, by=first, agree=True, on=ON)
    financing.decide_move(made.pk, by=second, agree=True, on=ON)
    assert queries.balance(beijing, accounts.FROM_RESERVE) == 60_00
    assert queries.balance(nation["fund"], accounts.TO_FUNDS) == 60_00
    assert not financing.standing(beijing, ON).found.below
    assert found() == []
    with pytest.raises(Refused) as refusal:
        financing.propose_move(
            nation["fund"], "grant", amount=1, document="x", by=first, to=beijing
        )
    assert refusal.value.code == "above_the_line"
    financing.reverse_move(made.pk, by=second, reason="withdrawn")
    assert queries.balance(nation["fund"], accounts.TO_FUNDS) == 0
    assert found() == []


def test_what_is_set_aside_for_risk_is_used_only_below_the_line(edition, accountant, reviewer):
    medical = funds.establish(Branch.MEDICAL, Scheme.EMPLOYEES, BEIJING, since=date(2020, 1, 1))
    cash.opening(medical, 500_00, by=accountant, on=date(2026, 1, 4))
    posting = ledger.Posting(
        0,
        accounts.FISCAL_ACCOUNT,
        accounts.CONTRIBUTION_INCOME,
        1_000_00,
        month(2026, 1),
        BEIJING,
    )
    ledger.post(medical, "contribution_receipt", [posting], source="in", on=date(2026, 1, 4))
    # 10 % of 1,000.00 are to be held, 3 % of them are set aside this year
    stands = financing.standing(medical, ON)
    assert stands.risk is not None
    assert (stands.risk.target, stands.risk.due) == (100_00, 30_00)

    def move(kind, amount, by=accountant):
        return financing.propose_move(medical, kind, amount=amount, document="年度计划", by=by)

    with pytest.raises(Refused):
        move("aside", 1_500_01)
    with pytest.raises(Refused):
        move("use", 1)
    made = move("aside", 30_00)
    financing.decide_move(made.pk, by=reviewer, agree=True, on=ON)
    assert queries.balance(medical, accounts.RISK_FUND) == 30_00
    assert found() == []
    # nothing is spent, so the fund is not below its line
    with pytest.raises(Refused) as refusal:
        move("use", 1)
    assert refusal.value.code == "above_the_line"
    spends(medical, 9_000_00, accountant)
    taken = move("use", 20_00)
    financing.decide_move(taken.pk, by=reviewer, agree=True, on=ON)
    assert queries.balance(medical, accounts.RISK_FUND) == 10_00
    assert found() == []
    ReserveMove.objects.filter(pk=taken.pk).update(amount=21_00)
    assert found() == ["set_aside_differs"]


def test_rules_of_use_that_are_broken_move_nothing(nation, beijing, accountant, reviewer):
    first = nation["first"]
    for fund, kind, amount, document, by, to, code in (
        (beijing, "aside", 1, "x", accountant, None, "nothing_set_aside"),
        (beijing, "gift", 1, "x", accountant, None, "no_such_kind"),
        (beijing, "grant", 1, "x", accountant, nation["fund"], "grant_not_allowed"),
        (nation["fund"], "grant", 1, " ", first, beijing, "empty"),
        (nation["fund"], "grant", -1, "x", first, beijing, "amount_out_of_range"),
        (nation["fund"], "grant", 1, "x", reviewer, beijing, "not_permitted"),
        (nation["fund"], "grant", 1, "x", accountant, beijing, "outside_region"),
    ):
        with pytest.raises((Refused, Invalid, Denied, NotFound)) as refusal:
            financing.propose_move(fund, kind, amount=amount, document=document, by=by, to=to)
        assert refusal.value.code == code
    assert not ReserveMove.objects.exists()
    assert not LedgerBatch.objects.exists()


def test_the_examples_of_the_rules_hold():
    assert doctest.testmod(rules).failed == 0


FEN = st.integers(0, 10**13)
POLICY = Policy.files()


@pytest.mark.django_db
@settings(max_examples=15)
@given(st.lists(st.tuples(FEN, FEN, FEN), min_size=1, max_size=10))
def test_reserves_and_capital_three_ways(cases):
    terms = ReserveTerms.at(POLICY, NATION, ON)
    stands = three_ways(
        rules.standing,
        [{"held": a - b, "spent": c} for a, b, c in cases],
        terms,
        facts=rules.StandingFacts,
    )
    for sheet, (a, b, c) in zip(stands, cases, strict=True):
        assert sheet.below == (c > 0 and max(a - b, 0) * 12 // c < 6)
    risks = three_ways(
        rules.risk,
        [{"income": a, "aside": b, "free": c} for a, b, c in cases],
        terms,
        facts=rules.RiskFacts,
    )
    assert all(0 <= sheet.due <= case[2] for sheet, case in zip(risks, cases, strict=True))
    capital = three_ways(
        rules.capital,
        [{"equity": a, "distributed": b} for a, b, _ in cases],
        CapitalTerms.at(POLICY, NATION, ON),
        facts=rules.CapitalFacts,
    )
    assert all(sheet.transferred <= a for sheet, (a, _b, _c) in zip(capital, cases, strict=True))


# At the desk


def press(at, name, *args, **answers):
    done = at.post(reverse(f"admin:funds_{name}", args=args), answers)
    assert done.status_code == 302, done.context["form"].errors


def day(name, when):
    return {f"{name}_day": when.day, f"{name}_month": when.month, f"{name}_year": when.year}


def test_money_is_due_received_and_used_by_clicking(
    edition, beijing, nation, desk, accountant, reviewer
):
    press(
        desk(accountant),
        "due_ask",
        fund=beijing.pk,
        channel="local",
        year="2026",
        amount="100.00",
        document="京财社〔2026〕3号",
        **day("due_on", ON),
    )
    made = FundingDue.objects.get()
    press(desk(reviewer), "due_verb", made.pk, "approve")
    press(
        desk(accountant), "due_verb", made.pk, "receive", amount="40.00", **day("received_on", ON)
    )
    came = made.receipts.get()
    at = desk(reviewer)
    shown = at.get(reverse("admin:funds_fundingdue_change", args=[made.pk])).content.decode()
    assert reverse("admin:funds_receipt_verb", args=[made.pk, came.pk, "post"]) in shown
    press(at, "receipt_verb", made.pk, came.pk, "post")
    shown = at.get(reverse("admin:funds_fundingdue_change", args=[made.pk])).content.decode()
    assert "60.00" in shown
    press(at, "receipt_verb", made.pk, came.pk, "reverse", reason="wrong fund")
    stands = at.get(reverse("admin:funds_reserves")).content.decode()
    assert "Line, months" in stands
    far = desk(staff("far", Role.ACCOUNTANT, region=SHANGHAI))
    assert far.get(reverse("admin:funds_fundingdue_change", args=[made.pk])).status_code == 302
    assert far.get(reverse("admin:funds_due_verb", args=[made.pk, "receive"])).status_code == 404
    at = desk(nation["first"])
    press(
        at,
        "holding_enter",
        fund=nation["fund"].pk,
        enterprise="北方重工集团",
        credit_code=make_credit_code("91", "110000", "MA1W1G00K"),
        equity="5000.00",
        document="国发〔2017〕49号",
        **day("transferred_on", ON),
    )
    held = nation["fund"].holdings.get()
    press(desk(nation["second"]), "holding_verb", held.pk, "approve")
    at = desk(nation["first"])
    press(
        at,
        "holding_verb",
        held.pk,
        "dividend",
        year="2026",
        distributed="200.00",
        document="决议",
        **day("due_on", ON),
    )
    assert held.dividends.get().amount == 20_00
    assert (
        "20.00"
        in at.get(reverse("admin:funds_stateholding_change", args=[held.pk])).content.decode()
    )
    refused = at.post(
        reverse("admin:funds_reserve_propose"),
        {
            "fund": nation["fund"].pk,
            "to": beijing.pk,
            "kind": "grant",
            "amount": "1",
            "document": "x",
        },
    )
    assert refused.status_code == 422
    assert not ReserveMove.objects.exists()
