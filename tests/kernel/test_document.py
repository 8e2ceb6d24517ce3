"""Sheets explained: every word of a line, its marks, and the way to JSON and back."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from socsec.kernel.arith import FEN, ONE, YUAN_UP, Number, half_up, rounded, share, where
from socsec.kernel.column import Column
from socsec.kernel.document import Document, explain
from socsec.kernel.expr import column
from socsec.kernel.facts import Facts, fact
from socsec.kernel.params import (
    ByMonth,
    Fen,
    Months,
    Params,
    Rate,
    RoundingMode,
    StepsTable,
    parameter,
)
from socsec.kernel.policy import Policy
from socsec.kernel.proof import faults
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.working import WorkingError

POLICY = Policy.parse("""
example.base:
  label: {zh: 计发基数, en: Calculation base}
  unit: fen
  values:
    - {region: "110000", from: 2024-01-01, value: "11883", law: 京一, source: 某页, status: official}
    - {region: "110000", from: 2025-01-01, value: "12049", law: 京二, source: 某页, status: unverified}
example.rate:
  label: {zh: 每满一年发给比例, en: Accrual rate}
  unit: rate
  values: [{region: "000000", from: 2006-01-01, value: "0.01", law: 国, status: official}]
example.minimum:
  label: {zh: 最低缴费年限, en: Qualifying period}
  unit: months
  values: [{region: "000000", from: 2006-01-01, value: 180, law: 国, status: unverified}]
example.divisors:
  label: {zh: 计发月数, en: Annuity divisor}
  unit: steps
  key: age
  of: divisor
  values: [{region: "000000", from: 2006-01-01, value: {50y: "195", 60y: "139"}, law: 国, status: official}]
example.rounding:
  label: {zh: 舍入, en: Rounding}
  unit: rounding
  values: [{region: "000000", from: 2006-01-01, value: YUAN_UP, law: 国, status: official}]
""")
MAY_2025 = 2025 * 12 + 4


@dataclass(frozen=True, kw_only=True)
class Work(Facts):
    index: Number = fact(("指数", "Index"), "index")
    months: Number = fact(("缴费月数", "Months paid"), "months")
    balance: Number = fact(("账户储存额", "Balance"))
    age: Number = fact(("年龄", "Age"), "age")
    joined: Number = fact(("参加工作", "Started work"), "month", default=24288)


class Law(Params):
    base: Fen = parameter("example.base")
    bases: ByMonth = parameter("example.base")
    rate: Rate = parameter("example.rate")
    minimum: Months = parameter("example.minimum")
    divisors: StepsTable = parameter("example.divisors")
    rounding: RoundingMode = parameter("example.rounding")


@dataclass(frozen=True)
class Account(Sheet):
    title = ("个人账户养老金", "Account pension")
    divisor: Number = line(("计发月数", "Divisor"), "divisors(age)", unit="divisor")
    amount: Number = line(
        ("个人账户养老金", "Account pension"),
        "balance ÷ divisor",
        "国发〔2005〕38号",
        help=("账户里的钱除以月数", "The money in the account over a number of months"),
        rounding="rounding",
    )


@dataclass(frozen=True)
class Pension(Sheet):
    title = ("基本养老金", "Old-age pension")
    vested: Number = line(("年限够", "Enough months"), "months ≥ minimum", unit="bool")
    wage: Number = line(("指数化工资", "Indexed wage"), "base × index")
    basic: Number = line(("基础养老金", "Basic pension"), "(base + wage) ÷ 2 × months ÷ 12 × rate")
    account: Account
    first_base: Number = line(("当年基数", "Base at the start"), "bases(joined)")
    amount: Number = line(("合计", "Total"), "if(vested, basic + account.amount, 0)", kind="total")


def pension(f, p):
    wage = share(p.base, f.index)
    basic = half_up((p.base + wage) * f.months * p.rate, 24 * ONE)
    divisor = p.divisors.at(f.age)
    account = Account(divisor, rounded(f.balance * 10, divisor, p.rounding))
    vested = f.months >= p.minimum
    total = where(vested, basic + account.amount, 0)
    return Pension(vested, wage, basic, account, p.bases.at(f.joined), total)


FACTS = Work(index=1_500_000, months=240, balance=10_000_050, age=725)
LAW = Law.at(POLICY, "110000", MAY_2025)
SHEET = pension(FACTS, LAW)
DOCUMENT = explain(SHEET, FACTS, LAW)


def test_each_working_comes_to_its_number():
    assert faults(SHEET, FACTS, LAW) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (Work(index=1_500_001, months=240, balance=10_000_050, age=725), "wage"),
        (Work(index=1_500_000, months=241, balance=10_000_050, age=725), "basic"),
        (Work(index=1_500_000, months=179, balance=10_000_050, age=725), "vested"),
        (Work(index=1_500_000, months=240, balance=20_000_050, age=725), "account.amount"),
        (Work(index=1_500_000, months=240, balance=10_000_050, age=600), "account.divisor"),
    ],
)
def test_a_working_that_does_not_come_to_its_number_is_found(facts, said):
    found = faults(SHEET, facts, LAW)
    assert any(fault.startswith(said) for fault in found)


def test_a_number_off_by_one_fen_is_found():
    from dataclasses import replace

    for name in ("wage", "basic", "amount"):
        wrong = replace(SHEET, **{name: getattr(SHEET, name) + 1})
        assert any(fault.startswith(name) for fault in faults(wrong, FACTS, LAW))


def test_a_condition_that_stands_as_a_number_is_found():
    from dataclasses import replace

    assert faults(replace(SHEET, vested=1), FACTS, LAW)


def test_lines_stand_in_order_with_their_path_and_depth():
    assert [(each.code, each.part, each.depth, each.kind) for each in DOCUMENT.lines] == [
        ("vested", "", 0, "condition"),
        ("wage", "", 0, "normal"),
        ("basic", "", 0, "normal"),
        ("account.divisor", "account", 1, "normal"),
        ("account.amount", "account", 1, "normal"),
        ("first_base", "", 0, "normal"),
        ("amount", "", 0, "total"),
    ]


def test_terms_carry_the_number_its_name_and_where_it_is_from():
    base, index = DOCUMENT.line("wage").terms
    assert (base.kind, base.value, base.unit) == ("parameter", "12049.00", "yuan")
    assert (base.label["zh"], base.law, base.region) == ("计发基数", "京二", "110000")
    assert (base.since, base.source, base.code) == ("2025-01-01", "某页", "example.base")
    assert (index.kind, index.value, index.shown["en"]) == ("fact", "1.5", "1.5")
    (divisor,) = DOCUMENT.line("account.divisor").terms
    assert (divisor.name, divisor.value, divisor.label["en"]) == (
        "divisors(age)",
        "139.0",
        "Annuity divisor",
    )


def test_a_nested_sheet_sees_the_names_around_it_and_a_path_reaches_into_it():
    assert [term.name for term in DOCUMENT.line("amount").terms] == ["basic", "account.amount"]
    inner = DOCUMENT.line("account.amount").terms
    assert [(term.name, term.kind) for term in inner] == [("balance", "fact"), ("divisor", "line")]


def test_marks_spread_through_lines_and_to_nothing_else():
    marks = {each.code: (each.open, each.status) for each in DOCUMENT.lines}
    assert marks == {
        "vested": (True, "unverified"),
        "wage": (True, "unverified"),
        "basic": (True, "unverified"),
        "account.divisor": (False, ""),
        "account.amount": (False, ""),
        "first_base": (False, ""),  # the value of its own year is official
        "amount": (True, "unverified"),
    }
    assert DOCUMENT.open
    assert [term.name for term in DOCUMENT.unverified] == ["minimum", "base"]


def test_what_decided_a_branch_marks_the_line_although_it_is_not_shown():
    law = Law.at(POLICY, "110000", 2024 * 12 + 4)  # the base is official, the minimum is not
    document = explain(pension(FACTS, law), FACTS, law)
    assert [t.name for t in document.line("amount").terms] == ["basic", "account.amount"]
    assert document.line("amount").open
    assert not document.line("basic").open


def test_a_sheet_on_official_values_alone_has_no_mark():
    official = Policy.parse(
        json.dumps(POLICY.content(), ensure_ascii=False).replace("unverified", "official")
    )
    law = Law.at(official, "110000", MAY_2025)
    document = explain(pension(FACTS, law), FACTS, law)
    assert not document.open
    assert document.unverified == []


def test_the_document_goes_through_json_and_back_whole():
    text = json.dumps(DOCUMENT.as_json(), ensure_ascii=False)
    assert Document.from_json(json.loads(text)) == DOCUMENT
    later = json.loads(text)
    later["lines"][0]["colour"] = "green"  # of a later version
    assert Document.from_json(later) == DOCUMENT


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_view_is_drawn_from_json_alone(language):
    view = Document.from_json(json.loads(json.dumps(DOCUMENT.as_json()))).view(language)
    chinese = language.startswith("zh")
    assert view["title"] == ("基本养老金" if chinese else "Old-age pension")
    total = view["lines"][-1]
    assert total["amount"] == SHEET_TOTAL
    assert [piece["text"] for piece in total["work"]] == [BASIC, "+", ACCOUNT]
    assert view["lines"][3]["heading"] == ("个人账户养老金" if chinese else "Account pension")
    assert view["lines"][4]["heading"] == ""
    assert view["lines"][0]["met"] is True
    assert view["lines"][1]["met"] is None
    assert view["lines"][4]["help"].startswith("账户" if chinese else "The money")
    # nothing is left to say in the other language
    other = [v for line_ in view["lines"] for v in (line_["label"], line_["help"])]
    assert all(text.isascii() for text in other) == (not chinese)


BASIC, ACCOUNT, SHEET_TOTAL = "3,012.25", "720.00", "3,732.25"


def test_the_result_is_nested_as_the_sheet_is():
    assert SHEET.as_json() == {
        "vested": True,
        "wage": "18073.50",
        "basic": "3012.25",
        "account": {"divisor": "139.0", "amount": "720.00"},
        "first_base": "11883.00",
        "amount": "3732.25",
    }


def test_flat_names_for_sql_and_for_tables():
    assert list(SHEET.columns()) == [
        "vested",
        "wage",
        "basic",
        "account_divisor",
        "account_amount",
        "first_base",
        "amount",
    ]


def test_two_lines_with_one_flat_name_are_refused():
    @dataclass(frozen=True)
    class Inner(Sheet):
        b: Number = line(("乙", "B"))

    @dataclass(frozen=True)
    class Outer(Sheet):
        a_b: Number = line(("甲乙", "AB"))
        a: Inner

    with pytest.raises(ValueError, match="a_b"):
        Outer(1, Inner(2)).columns()


def test_one_row_of_many():
    many = Account(divisor=Column([1390, None]), amount=np.array([5, 6]))
    assert many.row(0) == Account(1390, 5)
    assert many.row(1) == Account(None, 6)
    assert many.row(0).complete()
    assert not many.row(1).complete()
    with pytest.raises(TypeError, match="SQL"):
        Account(column("a"), 1).row()


def test_a_missing_number_is_shown_as_missing_and_not_as_nought():
    document = explain(Account(None, None), FACTS, LAW)
    assert document.line("amount").value is None
    assert document.line("amount").shown == {"zh": "—", "en": "—"}


@pytest.mark.parametrize(
    ("working", "said"),
    [
        ("nobody × 2", "nobody"),
        ("loop + 1", "rests on itself"),
        ("base(1)", "no table"),
        ("divisors(index)", "between two keys"),
    ],
)
def test_a_mistake_in_a_rule_is_an_error_and_not_a_strange_sheet(working, said):
    @dataclass(frozen=True)
    class Wrong(Sheet):
        loop: Number = line(("错", "Wrong"), working)

    facts = Work(index=1_500_000, months=1, balance=1, age=1)
    with pytest.raises(WorkingError, match=said):
        explain(Wrong(5), facts, LAW)


def test_rounding_by_a_setting_is_proven_too():
    @dataclass(frozen=True)
    class Rounded(Sheet):
        up: Number = line(("进元", "Up"), "balance ÷ 7", rounding=YUAN_UP)
        years: Number = line(("年", "Years"), "months ÷ 12", unit="years", rounding=100_000)

    right = Rounded(rounded(FACTS.balance, 7, YUAN_UP), 20_000_000)
    assert faults(right, FACTS) == []
    assert faults(Rounded(rounded(FACTS.balance, 7, FEN), 20_000_000), FACTS)
