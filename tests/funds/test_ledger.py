"""Posting: what the ledger takes, what it refuses, and that a refusal leaves nothing behind."""

import math
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from funds import queries
from funds.models import Branch, FlowRule, Scheme, accounts
from funds.models.ledger import BatchTotal, LedgerBatch, Transfer
from funds.services import fund as funds
from funds.services import ledger
from funds.services.digests import digest_of
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Invalid, NotFound, Refused

from .conftest import BEIJING

MARCH = month(2026, 3)
ON = date(2026, 3, 31)
DUE, ASSESSED = accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTIONS_ASSESSED
CASH, INCOME = accounts.INCOME_ACCOUNT, accounts.CONTRIBUTION_INCOME


def received(person: int, amount, **more) -> ledger.Posting:
    return ledger.Posting(person, CASH, INCOME, amount, MARCH, "110105", **more)


def nothing_posted() -> bool:
    return not any(model.objects.exists() for model in (LedgerBatch, Transfer, BatchTotal))


def test_a_receipt_is_posted_and_stands_on_both_accounts(beijing):
    batch = ledger.post(
        beijing, "receipt", [received(7, 150000), received(8, 50000)], source="r:1", on=ON
    )
    assert (batch.count, batch.total, batch.heads) == (2, 200000, 2)
    lines = {line.account.number: line for line in queries.trial_balance(beijing)}
    assert (lines[CASH].debit, lines[CASH].credit, lines[CASH].balance) == (200000, 0, 200000)
    assert (lines[INCOME].balance, lines[INCOME].heads) == (200000, 2)


def test_balances_are_those_of_the_day_asked_for(beijing):
    ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=date(2026, 1, 31))
    ledger.post(beijing, "receipt", [received(7, 20)], source="r:2", on=date(2026, 2, 28))
    days = (date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 27), date(2026, 2, 28))
    assert [queries.balance(beijing, CASH, day) for day in days] == [0, 100, 100, 120]
    assert queries.balance(beijing, CASH) == 120


def test_a_region_within_the_fund_has_its_own_trial_balance(beijing):
    postings = [received(7, 100), ledger.Posting(8, CASH, INCOME, 40, MARCH, "110106")]
    ledger.post(beijing, "receipt", postings, source="r:1", on=ON)
    (cash, income) = queries.trial_balance(beijing, region="110105")
    assert (cash.balance, income.balance) == (100, 100)
    assert queries.trial_balance(beijing, region=BEIJING)[0].balance == 140


def test_the_same_act_posted_again_adds_nothing(beijing):
    first = ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    again = ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    assert again == first
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("other", [[received(7, 101)], [received(7, 100), received(8, 1)]])
def test_another_act_under_the_same_source_is_refused(beijing, other):
    ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    with pytest.raises(Conflict) as refusal:
        ledger.post(beijing, "receipt", other, source="r:1", on=ON)
    assert refusal.value.code == "source_taken"
    assert Transfer.objects.count() == 1


def test_another_kind_or_fund_under_the_same_source_is_refused(beijing, shanghai):
    ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    with pytest.raises(Conflict):
        ledger.post(beijing, "refund", [received(7, 100)], source="r:1", on=ON)
    with pytest.raises(Conflict):
        ledger.post(
            shanghai,
            "receipt",
            [ledger.Posting(7, CASH, INCOME, 100, MARCH, "310101")],
            source="r:1",
            on=ON,
        )
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize(
    "amount",
    [0, -1, ledger.MOST + 1, 1.0, math.nan, Decimal("1"), "100", True, None],
    ids=repr,
)
def test_an_amount_that_is_no_positive_whole_number_of_fen_is_refused(beijing, amount):
    with pytest.raises(Invalid) as refusal:
        ledger.post(beijing, "receipt", [received(7, amount)], source="r:1", on=ON)
    assert refusal.value.field == "amount"
    assert nothing_posted()


def test_an_entry_against_its_own_account_is_refused(beijing):
    own = ledger.Posting(7, CASH, CASH, 100, MARCH, BEIJING)
    with pytest.raises(Invalid) as refusal:
        ledger.post(beijing, "receipt", [own], source="r:1", on=ON)
    assert refusal.value.code == "transfer_between_two_accounts"
    assert nothing_posted()


def test_a_journal_entry_that_does_not_balance_is_refused():
    with pytest.raises(Refused) as refusal:
        ledger.from_legs([(CASH, 500), (INCOME, -499)], month=MARCH, region=BEIJING)
    assert refusal.value.code == "unbalanced"
    assert "5.00" in str(refusal.value)
    assert "4.99" in str(refusal.value)


def test_a_journal_entry_of_many_legs_becomes_transfers_that_add_up(beijing):
    legs = [(CASH, 700), (DUE, 300), (INCOME, -600), (accounts.SUSPENSE, -100), (ASSESSED, -300)]
    postings = ledger.from_legs(legs, month=MARCH, region=BEIJING)
    for account, amount in legs:
        debits = sum(p.amount for p in postings if p.debit == account)
        credits = sum(p.amount for p in postings if p.credit == account)
        assert debits - credits == amount


def test_a_posting_for_a_month_that_cannot_be_is_refused(beijing):
    with pytest.raises(Invalid) as refusal:
        ledger.post(
            beijing,
            "receipt",
            [ledger.Posting(7, CASH, INCOME, 100, 2026, BEIJING)],
            source="r:1",
        )
    assert refusal.value.field == "month"


def test_a_flow_that_the_matrix_does_not_know_is_forbidden(beijing):
    spent = ledger.Posting(7, accounts.BENEFITS, CASH, 100, MARCH, BEIJING)
    with pytest.raises(Refused) as refusal:
        ledger.post(beijing, "benefit", [spent], source="b:1", on=ON)
    assert refusal.value.code == "forbidden_flow"
    assert nothing_posted()


def test_an_account_that_does_not_exist_is_forbidden(beijing):
    with pytest.raises(Refused) as refusal:
        ledger.post(
            beijing, "receipt", [ledger.Posting(7, 1234, INCOME, 1, MARCH, BEIJING)], source="r:1"
        )
    assert refusal.value.code == "forbidden_flow"


def test_a_flow_is_forbidden_before_the_rule_that_allows_it_begins(beijing):
    with pytest.raises(Refused):
        ledger.post(beijing, "receipt", [received(7, 1)], source="r:1", on=date(2017, 12, 31))


def test_where_the_tax_office_collects_the_nearest_rule_closes_the_income_account(
    beijing, shanghai
):
    FlowRule.objects.create(
        debit_id=CASH,
        credit_id=INCOME,
        branch=Branch.PENSION,
        region="310000",
        since=date(2020, 1, 1),
        allowed=False,
        purpose_zh="税务征收，不设收入户",
        purpose_en="Collected by the tax office: no income account",
        law="test",
        status="unverified",
    )
    ledger.post(beijing, "receipt", [received(7, 1)], source="r:1", on=ON)
    with pytest.raises(Refused):
        ledger.post(
            shanghai,
            "receipt",
            [ledger.Posting(7, CASH, INCOME, 1, MARCH, "310101")],
            source="r:2",
            on=ON,
        )
    medical = funds.establish(Branch.MEDICAL, Scheme.EMPLOYEES, "310000")
    ledger.post(
        medical,
        "receipt",
        [ledger.Posting(7, CASH, INCOME, 1, MARCH, "310101")],
        source="r:3",
        on=ON,
    )


def test_a_region_outside_the_fund_is_refused(beijing):
    with pytest.raises(Refused) as refusal:
        ledger.post(
            beijing,
            "receipt",
            [ledger.Posting(7, CASH, INCOME, 1, MARCH, "310101")],
            source="r:1",
            on=ON,
        )
    assert refusal.value.code == "region_outside_fund"
    assert nothing_posted()


def test_an_empty_act_is_refused(beijing):
    with pytest.raises(Refused):
        ledger.post(beijing, "receipt", [], source="r:1")


def test_money_that_is_not_there_cannot_leave(beijing):
    ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    out = ledger.Posting(0, accounts.FISCAL_ACCOUNT, CASH, 101, MARCH, BEIJING, heads=0)
    with pytest.raises(Refused) as refusal:
        ledger.post(beijing, "sweep", [out], source="s:1", on=ON)
    assert (refusal.value.code, refusal.value.detail["missing"]) == ("account_overdrawn", 1)
    assert LedgerBatch.objects.count() == 1


def test_money_cannot_leave_on_a_day_before_it_came(beijing):
    ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    out = ledger.Posting(0, accounts.FISCAL_ACCOUNT, CASH, 100, MARCH, BEIJING, heads=0)
    with pytest.raises(Refused):
        ledger.post(beijing, "sweep", [out], source="s:1", on=date(2026, 3, 30))


def test_money_dated_back_cannot_leave_if_it_was_gone_by_a_later_day(beijing):
    ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=date(2026, 3, 1))
    out = ledger.Posting(0, accounts.FISCAL_ACCOUNT, CASH, 60, MARCH, BEIJING, heads=0)
    ledger.post(beijing, "sweep", [out], source="s:1", on=date(2026, 3, 20))
    with pytest.raises(Refused):
        ledger.post(beijing, "sweep", [out], source="s:2", on=date(2026, 3, 10))


def test_a_reversal_is_the_exact_opposite_and_linked(beijing):
    first = ledger.post(
        beijing, "receipt", [received(7, 100), received(8, 50)], source="r:1", on=ON
    )
    second = ledger.reverse(first.pk, reason="bank's mistake", on=ON)
    assert second.reverses == first
    fields = ("person_id", "seq", "region", "amount", "month", "heads")
    there = Transfer.objects.filter(batch_id=first.pk).values_list(*fields, "debit", "credit")
    back = Transfer.objects.filter(batch_id=second.pk).values_list(*fields, "credit", "debit")
    assert sorted(there) == sorted(back)
    assert [line.balance for line in queries.trial_balance(beijing)] == [0, 0]
    assert [line.heads for line in queries.trial_balance(beijing)] == [0, 0]


def test_a_batch_is_reversed_once(beijing):
    first = ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    ledger.reverse(first.pk, reason="mistake", on=ON)
    with pytest.raises(Conflict) as refusal:
        ledger.reverse(first.pk, reason="mistake", source="another", on=ON)
    assert refusal.value.code == "reversed_already"
    assert Transfer.objects.count() == 2


def test_a_reversal_is_not_reversed(beijing):
    first = ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    second = ledger.reverse(first.pk, reason="mistake", on=ON)
    with pytest.raises(Refused) as refusal:
        ledger.reverse(second.pk, reason="mistake", on=ON)
    assert refusal.value.code == "reversal_of_a_reversal"


def test_a_reversal_gives_its_reason_and_names_a_batch_that_exists(beijing):
    first = ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    with pytest.raises(Invalid):
        ledger.reverse(first.pk, reason=" ")
    with pytest.raises(NotFound):
        ledger.reverse(first.pk + 999, reason="mistake")


def test_a_receipt_whose_money_was_moved_on_cannot_be_reversed(beijing):
    first = ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
    out = ledger.Posting(0, accounts.FISCAL_ACCOUNT, CASH, 100, MARCH, BEIJING, heads=0)
    ledger.post(beijing, "sweep", [out], source="s:1", on=ON)
    with pytest.raises(Refused) as refusal:
        ledger.reverse(first.pk, reason="mistake", on=ON)
    assert refusal.value.code == "account_overdrawn"
    assert not LedgerBatch.objects.filter(reverses=first).exists()


def test_an_act_that_fails_after_posting_leaves_no_posting(beijing):
    @transaction.atomic
    def act():
        ledger.post(beijing, "receipt", [received(7, 100)], source="r:1", on=ON)
        raise KeyError("the act")

    with pytest.raises(KeyError):
        act()
    assert nothing_posted()


SELECT = """
    SELECT p AS person_id, 1 AS seq, '110105' AS region, %s AS debit, %s AS credit,
           p * 10 AS amount, 24314 AS month, 1 AS heads
    FROM generate_series(0, %s) AS p
"""


def test_a_statement_posts_its_rows_in_one_batch_without_the_rows_of_nothing(beijing):
    batch = ledger.post_sql(
        beijing, "assessed", SELECT, [DUE, ASSESSED, 100], source="run:1/chunk:1", on=ON
    )
    assert (batch.count, batch.total, batch.heads) == (100, 50500, 100)
    assert Transfer.objects.filter(person_id=0).count() == 0


def test_the_digest_of_the_database_is_that_of_python(beijing):
    # 65,535 and 65,536 stand in different slices.
    select = """
        SELECT 65532 + p AS person_id, 3 - s AS seq, '110105' AS region, 9001 AS debit,
               9002 AS credit, p * 10 + s AS amount, 24314 AS month, s AS heads
        FROM generate_series(1, 6) AS p, generate_series(1, 2) AS s
    """
    batch = ledger.post_sql(beijing, "assessed", select, source="run:1", on=ON)
    columns = ("person_id", "seq", "fund_id", "debit", "credit", "amount", "month", "heads")
    rows = Transfer.objects.filter(batch_id=batch.pk).values_list(*columns, "region")
    assert bytes(batch.digest) == digest_of(rows)
    assert batch.count == 12


OF_TWO_FUNDS = """
    SELECT p AS person_id, 1 AS seq, CASE WHEN p % 2 = 0 THEN %s ELSE %s END AS fund_id,
           CASE WHEN p % 2 = 0 THEN '110105' ELSE '310101' END AS region, %s AS debit,
           %s AS credit, p * 10 AS amount, 24314 AS month, 1 AS heads
    FROM generate_series(1, 5) AS p
""".replace("p % 2", "p %% 2")


def test_a_statement_posts_for_several_funds_a_batch_in_each(beijing, shanghai):
    values = [beijing.pk, shanghai.pk, DUE, ASSESSED]
    sources = {beijing: "run:1/b", shanghai: "run:1/s"}
    first, second = ledger.post_funds_sql("assessed", OF_TWO_FUNDS, values, sources=sources, on=ON)
    assert (first.fund, first.source, first.count, first.total) == (beijing, "run:1/b", 2, 60)
    assert (second.fund, second.source, second.count, second.total) == (shanghai, "run:1/s", 3, 90)
    assert queries.balance(beijing, DUE) == 60
    assert queries.balance(shanghai, DUE) == 90
    again = ledger.post_funds_sql("assessed", OF_TWO_FUNDS, values, sources=sources, on=ON)
    assert again == [first, second]
    assert Transfer.objects.count() == 5


def test_a_fund_without_rows_gets_no_batch(beijing, shanghai):
    values = [beijing.pk, beijing.pk, DUE, ASSESSED]
    select = OF_TWO_FUNDS.replace("'310101'", "'110105'")
    (only,) = ledger.post_funds_sql(
        "assessed", select, values, sources={beijing: "b", shanghai: "s"}, on=ON
    )
    assert (only.fund, only.count) == (beijing, 5)


def test_what_one_fund_must_not_post_stops_the_others_too(beijing, shanghai):
    values = [beijing.pk, shanghai.pk, DUE, ASSESSED]
    select = OF_TWO_FUNDS.replace("'310101'", "'440100'")
    with pytest.raises(Refused) as refused:
        ledger.post_funds_sql(
            "assessed", select, values, sources={beijing: "b", shanghai: "s"}, on=ON
        )
    assert refused.value.code == "region_outside_fund"
    assert nothing_posted()


def test_a_statement_without_rows_posts_nothing(beijing):
    assert (
        ledger.post_sql(beijing, "assessed", SELECT, [DUE, ASSESSED, -1], source="run:1", on=ON)
        is None
    )
    assert nothing_posted()


def test_a_statement_run_again_posts_nothing(beijing):
    first = ledger.post_sql(beijing, "assessed", SELECT, [DUE, ASSESSED, 10], source="run:1", on=ON)
    again = ledger.post_sql(beijing, "assessed", SELECT, [DUE, ASSESSED, 10], source="run:1", on=ON)
    assert again == first
    assert Transfer.objects.count() == 10


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("-1", "transfer_amount_positive"),
        ("NULL::bigint", "amount"),
        ("1.5", "wrong_columns"),
        ("'NaN'::numeric", "wrong_columns"),
        ("1::float8", "wrong_columns"),
    ],
)
def test_a_statement_with_an_impossible_amount_posts_nothing(beijing, broken, code):
    select = f"""
        SELECT p AS person_id, 1 AS seq, '110105' AS region, 9001 AS debit, 9002 AS credit,
               CASE WHEN p = 50 THEN {broken} ELSE 1 END AS amount, 24314 AS month, 1 AS heads
        FROM generate_series(1, 100) AS p
    """
    with pytest.raises(Invalid) as refusal:
        ledger.post_sql(beijing, "assessed", select, source="run:1", on=ON)
    assert refusal.value.code == code
    assert nothing_posted()


def test_a_statement_that_names_a_person_twice_posts_nothing(beijing):
    with pytest.raises(Invalid) as refusal:
        ledger.post_sql(
            beijing,
            "assessed",
            SELECT.replace("FROM", "FROM generate_series(1, 2) AS twice,"),
            [DUE, ASSESSED, 10],
            source="run:1",
            on=ON,
        )
    assert refusal.value.code == "funds_transfer_pkey"
    assert nothing_posted()


def test_a_statement_that_lacks_a_column_is_told_which(beijing):
    with pytest.raises(Invalid, match="heads, region"):
        ledger.post_sql(
            beijing,
            "assessed",
            "SELECT 1 AS person_id, 1 AS seq, 1 AS debit, 1 AS credit, 1 AS amount, 1 AS month",
            source="run:1",
            on=ON,
        )


def test_a_forbidden_row_in_a_statement_forbids_it_all(beijing):
    select = SELECT.replace("%s AS credit", "CASE WHEN p = 99 THEN 5001 ELSE %s END AS credit")
    with pytest.raises(Refused) as refusal:
        ledger.post_sql(beijing, "assessed", select, [DUE, ASSESSED, 100], source="run:1", on=ON)
    assert refusal.value.code == "forbidden_flow"
    assert nothing_posted()


@pytest.mark.parametrize("mass", [False, True], ids=["assessment", "receipt"])
def test_posting_a_thousand_costs_as_many_statements_as_posting_one(
    beijing, django_assert_num_queries, mass
):
    pair = [CASH, INCOME] if mass else [DUE, ASSESSED]
    with connection.execute_wrapper(counted := Counted()):
        ledger.post_sql(beijing, "kind", SELECT, [*pair, 1], source="run:1", on=ON)
    with django_assert_num_queries(counted.number):
        ledger.post_sql(beijing, "kind", SELECT, [*pair, 1000], source="run:2", on=ON)


class Counted:
    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)


def test_a_persons_postings_add_up_to_what_the_books_say_of_them(beijing):
    ledger.post(beijing, "receipt", [received(7, 100), received(8, 50)], source="r:1", on=ON)
    ledger.post(beijing, "receipt", [received(7, 11)], source="r:2", on=ON)
    assert queries.person_total(beijing, 7, INCOME) == 111
    assert queries.control(INCOME) == {beijing.pk: 161}
    assert [row.amount for row in queries.transfers(person_id=7)] == [100, 11]
