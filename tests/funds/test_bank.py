"""Banks: statements that are taken or refused, lines matched or explained, days compared, deposits."""

from datetime import date
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from funds import queries, tasks
from funds.models import (
    BankAccount,
    BankLine,
    BankMatch,
    BankStatement,
    DayReconciliation,
    TaxDay,
    TermDeposit,
    accounts,
)
from funds.models.ledger import LedgerBatch
from funds.services import bank, cash, closing, ledger
from socsec.kernel.money import format_yuan
from socsec.kernel.months import month
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Role
from tests.funds.test_statements import desk as desk
from tests.funds.test_verify import another_hand

from .conftest import SHANGHAI, staff

NUMBER = "1102020301234567"
MARCH = month(2026, 3)
CASH = accounts.FISCAL_ACCOUNT
With = DayReconciliation.With


@pytest.fixture
def account(beijing, accountant):
    return bank.open_account(
        beijing, CASH, bank="中国工商银行", number=NUMBER, by=accountant, opened_on=date(2026, 3, 1)
    )


def booked(fund, amount: int, on: date, source: str):
    """Contributions that the tax office hands over: `amount` fen on the fiscal special account."""
    posting = ledger.Posting(7, CASH, accounts.CONTRIBUTION_INCOME, amount, MARCH, fund.region_id)
    return ledger.post(fund, "receipt", [posting], source=source, on=on)


def statement(
    lines, *, number="1", opening=0, closing=None, days=("2026-03-01", "2026-03-31"), account=NUMBER
) -> bytes:
    """A statement of (day, fen, reference) lines, in our CSV."""
    closing = opening + sum(fen for _day, fen, _ref in lines) if closing is None else closing
    head = (
        f"H,SOCSEC-STATEMENT,1,{account},{number},{days[0]},{days[1]},{_y(opening)},{_y(closing)}"
    )
    body = [f"D,{day},{_y(fen)},{ref},text" for day, fen, ref in lines]
    return "\n".join([head, *body, f"T,{len(body)}", ""]).encode()


def _y(fen: int) -> str:
    return ("-" if fen < 0 else "") + format_yuan(abs(fen))


MT940 = """:20:STMT-001
:25:ICBKCNBJ/{number}
:28C:7/1
:60F:C260301CNY0,00
:61:2603020302C500,25NTRF{reference}//BANK-001
:86:Contributions
:61:260305D200,NTRFNONREF
:86:Fee
:62F:C260331CNY{closing}
"""


def wrong() -> list[str]:
    asked = ("funds.statements", "funds.matches", "funds.deposits", "funds.guards")
    return [finding.code for _question, found in oversight.run(asked) for finding in found]


def test_a_statement_in_mt940_is_read_and_its_lines_meet_what_was_booked(
    account, beijing, accountant
):
    batch = booked(beijing, 50025, date(2026, 3, 1), "r:1")
    text = MT940.format(number=NUMBER, reference=f"B{batch.pk}", closing="300,25")
    made = bank.read_statement(text.encode(), by=accountant)
    assert (made.number, made.opening, made.closing) == ("7-2026", 0, 30025)
    first, second = made.lines.all()
    assert (first.amount, first.matches.get().batch_id) == (50025, batch.pk)
    assert (second.amount, second.reference, second.text) == (-20000, "", "Fee")
    assert [line.pk for line in queries.open_lines(account)] == [second.pk]
    assert queries.open_batches(account) == []
    assert wrong() == []


def test_lines_are_matched_by_reference_or_by_an_amount_that_stands_alone(
    account, beijing, accountant
):
    named = booked(beijing, 100, date(2026, 3, 2), "r:1")
    alone = booked(beijing, 250, date(2026, 3, 9), "r:2")
    booked(beijing, 70, date(2026, 3, 4), "r:3")
    booked(beijing, 70, date(2026, 3, 4), "r:4")  # two of one amount: nobody guesses
    booked(beijing, 33, date(2026, 3, 1), "r:5")  # the bank is three weeks later
    lines = [
        ("2026-03-20", 100, f"B{named.pk}"),
        ("2026-03-10", 250, ""),
        ("2026-03-04", 70, ""),
        ("2026-03-22", 33, ""),
    ]
    bank.read_statement(statement(lines), by=accountant)
    found = dict(BankMatch.objects.values_list("line__amount", "batch_id"))
    assert found == {100: named.pk, 250: alone.pk}
    assert sorted(each.amount for each in queries.open_batches(account)) == [33, 70, 70]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_size"),
        (b"\x00\xff\xfe", "statement_unreadable"),
        (b"hello", "statement_unreadable"),
        (statement([("2026-03-02", 5, "")], closing=6), "closing_does_not_follow"),
        (statement([("2026-04-02", 5, "")]), "statement_unreadable"),
        (statement([("2026-03-02", 5, "")]).replace(b"T,1", b"T,2"), "statement_unreadable"),
        (statement([("2026-03-32", 5, "")]), "statement_unreadable"),
        (statement([("2026-03-02", 5, "")]).replace(b"0.05,,", b"0.00,,"), "statement_unreadable"),
        (
            MT940.format(number=NUMBER, reference="X", closing="300,26").encode(),
            "closing_does_not_follow",
        ),
        (
            MT940.format(number=NUMBER, reference="X", closing="300,25")
            .replace("CNY", "EUR")
            .encode(),
            "statement_unreadable",
        ),
        (MT940[:60].encode(), "statement_unreadable"),
        (MT940.format(number=NUMBER, reference="X", closing="300,25").encode() * 2,
         "statement_unreadable"),
    ],
)  # fmt: skip
def test_a_statement_that_cannot_be_read_or_does_not_add_up_is_refused(
    account, accountant, content, code
):
    with pytest.raises(Invalid) as refusal:
        bank.read_statement(content, by=accountant)
    assert refusal.value.code == code
    assert not BankStatement.objects.exists()


def test_a_statement_twice_out_of_its_turn_or_of_nobody_is_refused(account, accountant):
    bank.read_statement(statement([("2026-03-02", 5, "")]), by=accountant)
    later = ("2026-04-01", "2026-04-30")
    for content, error, code in (
        (statement([("2026-03-02", 5, "")]), Conflict, "statement_twice"),
        (statement([("2026-03-02", 6, "")]), Conflict, "statement_twice"),
        (statement([], number="2", opening=4, days=later), Conflict, "statement_gap"),
        (statement([], number="2", opening=5), Conflict, "statement_gap"),
        (statement([], account="99999999"), NotFound, "no_bank_account"),
    ):
        with pytest.raises(error) as refusal:
            bank.read_statement(content, by=accountant)
        assert refusal.value.code == code
    assert BankStatement.objects.count() == 1
    bank.read_statement(statement([], number="2", opening=5, days=later), by=accountant)


def test_by_hand_a_line_is_matched_to_batches_that_come_to_the_same(
    account, beijing, accountant, reviewer
):
    first = booked(beijing, 60, date(2026, 3, 2), "r:1")
    second = booked(beijing, 40, date(2026, 3, 2), "r:2")
    bank.read_statement(statement([("2026-03-03", 100, "")]), by=accountant)
    line = BankLine.objects.get()
    for batches, code in (([first.pk], "match_differs"), ([], "no_open_batch"),
                          ([first.pk, 999], "no_open_batch")):  # fmt: skip
        with pytest.raises((Refused, Invalid)) as refusal:
            bank.match(line.pk, batches, by=accountant)
        assert refusal.value.code == code
    with pytest.raises(Denied):
        bank.match(line.pk, [first.pk, second.pk], by=reviewer)
    assert not BankMatch.objects.exists()
    bank.match(line.pk, [first.pk, second.pk], by=accountant)
    assert queries.open_batches(account) == []
    with pytest.raises(Conflict):
        bank.match(line.pk, [first.pk], by=accountant)
    with pytest.raises(Invalid):
        bank.unmatch(line.pk, by=accountant, reason=" ")
    bank.unmatch(line.pk, by=accountant, reason="another payer")
    assert len(queries.open_batches(account)) == 2


def test_a_days_difference_agrees_once_every_item_is_explained(account, beijing, accountant):
    ours = booked(beijing, 90, date(2026, 3, 30), "r:1")
    bank.read_statement(statement([("2026-03-15", 12, ""), ("2026-03-31", 7, "X")]), by=accountant)
    day = date(2026, 3, 31)
    (found,) = bank.compare(beijing, day)
    # ours 90, theirs 19; what stands on one side only: 90 − 12 − 7 = 71
    assert (found.what, found.ours, found.theirs, found.explained) == (With.TREASURY, 90, 19, 71)
    assert (found.open_items, found.agrees) == (3, False)
    interest, other = queries.open_lines(account)
    bank.book_interest(interest.pk, by=accountant)
    bank.explain(account, line_id=other.pk, text="of another fund, sent back", by=accountant)
    bank.explain(account, batch_id=ours.pk, text="arrives on 1 April", by=accountant)
    (found,) = bank.compare(beijing, day)
    assert (found.ours, found.theirs, found.explained, found.agrees) == (102, 19, 83, True)
    assert queries.balance(beijing, accounts.INTEREST_INCOME) == 12
    assert DayReconciliation.objects.count() == 1
    assert wrong() == []
    # a day that no statement reaches is not compared
    assert bank.compare(beijing, date(2026, 4, 1)) == []


def test_money_that_neither_side_explains_does_not_agree(account, beijing, accountant):
    cash.opening(beijing, 500, by=accountant, on=date(2026, 2, 1))
    bank.read_statement(statement([], opening=480), by=accountant)
    (found,) = bank.compare(beijing, date(2026, 3, 31))
    assert (found.ours - found.theirs, found.explained, found.agrees) == (20, 0, False)


def test_what_the_tax_office_collected_is_compared_with_what_was_booked(
    beijing, accountant, reviewer
):
    day = date(2026, 3, 5)
    booked(beijing, 700, day, "r:1")
    for amount, error in ((-1, Invalid), (1.5, Invalid)):
        with pytest.raises(error):
            bank.tax_day(beijing, day, amount, by=accountant)
    with pytest.raises(Invalid):
        bank.tax_day(beijing, date(2126, 1, 1), 5, by=accountant)
    with pytest.raises(Denied):
        bank.tax_day(beijing, day, 5, by=reviewer)
    assert not TaxDay.objects.exists()
    bank.tax_day(beijing, day, 650, by=accountant)
    found = DayReconciliation.objects.get(what=With.TAX)
    assert (found.ours, found.theirs, found.agrees) == (700, 650, False)
    with pytest.raises(Conflict):
        bank.tax_day(beijing, day, 700, by=accountant)
    ledger.reverse(LedgerBatch.objects.get().pk, reason="twice", on=date(2026, 3, 6))
    bank.tax_day(beijing, date(2026, 3, 6), 0, by=accountant)
    assert DayReconciliation.objects.get(day=date(2026, 3, 6)).ours == -700


def test_each_night_yesterday_is_compared(account, beijing, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "funds.services.bank.days.compare", lambda fund, day: asked.append(fund) or []
    )
    tasks.compare_days()
    assert asked == [beijing]


def test_a_month_is_not_closed_before_its_end_is_reconciled(account, beijing, accountant):
    booked(beijing, 90, date(2026, 3, 30), "r:1")

    def missing():
        return [item.code for item in closing.checklist(beijing, MARCH) if not item.done]

    assert missing() == ["banks"]
    bank.read_statement(statement([("2026-03-31", 90, "")]), by=accountant)
    bank.compare(beijing, date(2026, 3, 31))
    assert missing() == []


def test_an_account_is_entered_once_by_who_may(beijing, account, accountant, reviewer):
    said = {"bank": "工行", "number": "12345678", "opened_on": date(2026, 3, 1)}
    for ledger_account, more, by, error in (
        (accounts.RESERVE, {}, accountant, Invalid),
        (accounts.INCOME_ACCOUNT, {"number": "12"}, accountant, Invalid),
        (accounts.INCOME_ACCOUNT, {"number": NUMBER}, accountant, Conflict),
        (CASH, {}, accountant, Conflict),
        (accounts.INCOME_ACCOUNT, {}, reviewer, Denied),
        (accounts.INCOME_ACCOUNT, {}, staff("far", Role.ACCOUNTANT, region=SHANGHAI), NotFound),
    ):
        with pytest.raises(error):
            bank.open_account(beijing, ledger_account, by=by, **{**said, **more})
    assert BankAccount.objects.count() == 1


@pytest.mark.parametrize("table", ["funds_bankstatement", "funds_bankline"])
def test_what_a_bank_said_is_not_changed(account, accountant, table):
    bank.read_statement(statement([("2026-03-02", 5, "")]), by=accountant)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def test_verify_names_statements_matches_and_deposits_that_other_hands_changed(
    account, beijing, accountant, reviewer
):
    booked(beijing, 5, date(2026, 3, 2), "r:1")
    bank.read_statement(statement([("2026-03-02", 5, "")]), by=accountant)
    with another_hand() as cursor:
        cursor.execute("UPDATE funds_bankline SET amount = 6")
        cursor.execute(
            "INSERT INTO funds_termdeposit (fund_id, bank, receipt, amount, rate, placed_on, months,"
            " due_on, maker_id, checker_id) VALUES (%s, 'x', 'x', 9, 0, now(), 1, now(), %s, %s)",
            [beijing.pk, accountant.pk, reviewer.pk],
        )
    assert set(wrong()) == {"statement_sums", "match_differs", "deposits"}


# Term deposits


@pytest.fixture
def deposit(beijing, accountant):
    cash.opening(beijing, 1_000_000_00, by=accountant, on=date(2026, 1, 1))
    return bank.place(
        beijing,
        bank="中国银行",
        receipt="C-1",
        amount=800_000_01,
        rate=18_500,
        months=6,
        placed_on=date(2026, 1, 31),
        by=accountant,
    )


def test_a_deposit_lies_until_its_day_and_comes_back_with_interest(
    deposit, beijing, accountant, reviewer
):
    assert deposit.due_on == date(2026, 7, 31)
    # 800,000.01 × 1.85 % × 6 ÷ 12 = 7,400.00009…
    assert bank.expected_interest(deposit) == 7_400_00
    assert queries.balance(beijing, accounts.TERM_DEPOSITS) == 0
    for user in (accountant, staff("both", Role.ACCOUNTANT)):
        with pytest.raises(Denied):
            bank.approve_deposit(deposit.pk, by=user)
    with pytest.raises(Conflict):
        bank.take_back(deposit.pk, 5, by=accountant)
    bank.approve_deposit(deposit.pk, by=reviewer)
    with pytest.raises(Conflict):
        bank.approve_deposit(deposit.pk, by=reviewer)
    assert queries.balance(beijing, accounts.TERM_DEPOSITS) == 800_000_01
    with pytest.raises(Invalid):
        bank.take_back(deposit.pk, -1, by=accountant)
    bank.take_back(deposit.pk, 7_400_00, by=accountant, on=date(2026, 7, 31))
    assert queries.balance(beijing, accounts.TERM_DEPOSITS) == 0
    assert queries.balance(beijing, CASH) == 1_007_400_00
    assert wrong() == []


def test_a_deposit_of_money_that_is_not_there_or_that_cannot_be_is_refused(
    deposit, beijing, accountant, reviewer
):
    told = {"bank": "x", "receipt": "C-2", "amount": 5, "rate": 1, "months": 1,
            "placed_on": date(2026, 1, 31)}  # fmt: skip
    for more, error in (
        ({"amount": 0}, Invalid),
        ({"rate": 300_000}, Invalid),
        ({"months": 0}, Invalid),
        ({"receipt": " "}, Invalid),
        ({"bank": "中国银行", "receipt": "C-1"}, Conflict),
    ):
        with pytest.raises(error):
            bank.place(beijing, by=accountant, **{**told, **more})
    with pytest.raises(Denied):
        bank.place(beijing, by=reviewer, **told)
    more = bank.place(beijing, by=accountant, **{**told, "amount": 2_000_000_00})
    with pytest.raises(Refused) as refusal:
        bank.approve_deposit(more.pk, by=reviewer)
    assert refusal.value.code == "account_overdrawn"
    assert TermDeposit.objects.filter(checker__isnull=False).count() == 0


# The desk


def test_statements_matches_and_deposits_are_worked_at_the_desk(
    account, deposit, beijing, desk, accountant, reviewer
):
    batch = booked(beijing, 60, date(2026, 3, 2), "r:1")
    at = desk(accountant)
    content = statement([("2026-03-28", 60, ""), ("2026-03-29", 8, "")], opening=1_000_000_00)
    file = BytesIO(content)
    file.name = "march.csv"
    read = reverse("admin:funds_statement_read")
    assert at.post(read, {"file": file}).status_code == 302
    file.seek(0)
    assert "read before" in at.post(read, {"file": file}).content.decode()
    home = reverse("admin:funds_bankaccount_change", args=[account.pk])
    assert "0.60" in at.get(home).content.decode()
    line, other = queries.open_lines(account)

    def verb(of, name):
        return reverse("admin:funds_bank_line", args=[of.pk, name])

    assert at.post(verb(line, "match"), {"batches": f"{batch.pk}"}).status_code == 302
    assert at.post(verb(other, "interest")).status_code == 302
    assert at.post(verb(line, "unmatch"), {"reason": "wrong"}).status_code == 302
    assert at.post(verb(line, "explain"), {"text": "late"}).status_code == 302
    told = reverse("admin:funds_bank_batch", args=[account.pk, batch.pk])
    assert at.post(told, {"text": "later"}).status_code == 302
    page = reverse("admin:funds_bankstatement_change", args=[account.statements.get().pk])
    assert "late" in at.get(page).content.decode()
    tax = {"fund": beijing.pk, "day_day": 2, "day_month": 3, "day_year": 2026, "amount": "0.60"}
    assert at.post(reverse("admin:funds_tax_day"), tax).status_code == 302
    compared = DayReconciliation.objects.get(what=With.TAX)
    shown = at.get(reverse("admin:funds_dayreconciliation_change", args=[compared.pk]))
    assert "Agency and tax office" in shown.content.decode()
    approve = reverse("admin:funds_deposit_verb", args=[deposit.pk, "approve"])
    assert at.post(approve).status_code == 403
    assert desk(reviewer).post(approve).status_code == 302
    calendar = desk(reviewer).get(reverse("admin:funds_deposit_calendar")).content.decode()
    assert "2026-07" in calendar
    assert "7,400.00" in calendar
    far = staff("far", Role.ACCOUNTANT, region=SHANGHAI)
    for hidden in (home, page, verb(line, "explain"), approve, told):
        assert desk(far).get(hidden).status_code in (302, 404), hidden
    assert "2026-07" not in desk(far).get(reverse("admin:funds_deposit_calendar")).content.decode()
