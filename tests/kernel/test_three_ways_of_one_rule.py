"""A small pension as ints, columns and SQL: the pattern that every rule's own test follows."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socsec.kernel.arith import ONE, Number, rounded, share, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.params import Fen, Params, Rate, RoundingMode, StepsTable, parameter
from socsec.kernel.policy import Policy
from socsec.kernel.sheet import Sheet, line
from tests.kernel.three_ways import three_ways, three_ways_by_region

POLICY = Policy.parse("""
example.accrual_rate:
  label: {zh: 每满一年发给比例, en: Accrual rate}
  unit: rate
  values:
    - {region: "000000", from: 2006-01-01, value: "0.01", law: 国发〔2005〕38号, status: official}
example.base:
  label: {zh: 计发基数, en: Calculation base}
  unit: fen
  values:
    - {region: "110000", from: 2025-01-01, value: "12049", law: 例, status: official}
    - {region: "310000", from: 2025-01-01, value: "12434", law: 例, status: unverified}
example.divisors:
  label: {zh: 计发月数, en: Annuity divisor}
  unit: steps
  key: age
  of: divisor
  values:
    - {region: "000000", from: 2006-01-01, value: {50y: "195", 55y: "170", 60y: "139", 60y1m: "138.4"}, law: 例, status: official}
    - {region: "310000", from: 2006-01-01, value: {50y: "195", 60y: "139"}, law: 例, status: official}
example.rounding:
  label: {zh: 舍入, en: Rounding}
  unit: rounding
  values:
    - {region: "000000", from: 2006-01-01, value: FEN, law: 例, status: official}
    - {region: "310000", from: 2006-01-01, value: JIAO_UP, law: 例, status: official}
""")
ON = 2025 * 12 + 6


@dataclass(frozen=True, kw_only=True)
class PensionFacts(Facts):
    index: Number = fact(("平均缴费工资指数", "Wage index"), "index")
    months: Number = fact(("缴费月数", "Months paid"), "months")
    balance: Number = fact(("账户储存额", "Balance"), "fen")
    age: Number = fact(("年龄", "Age"), "age")


class PensionParams(Params):
    accrual_rate: Rate = parameter("example.accrual_rate")
    base: Fen = parameter("example.base")
    divisors: StepsTable = parameter("example.divisors")
    rounding: RoundingMode = parameter("example.rounding")


@dataclass(frozen=True)
class AccountPension(Sheet):
    divisor: Number = line(("计发月数", "Divisor"), "divisors(age)", unit="divisor")
    amount: Number = line(("个人账户养老金", "Account"), "balance ÷ divisor", rounding="rounding")


@dataclass(frozen=True)
class Pension(Sheet):
    wage: Number = line(("指数化工资", "Indexed wage"), "base × index")
    basic: Number = line(
        ("基础养老金", "Basic"),
        "(base + wage) ÷ 2 × months ÷ 12 × accrual_rate",
        rounding="rounding",
    )
    account: AccountPension
    vested: Number = line(("年限够", "Vested"), "months ≥ 180", unit="bool")
    amount: Number = line(("合计", "Total"), "if(vested, basic + account.amount, 0)", kind="total")


def pension(f, p) -> Pension:
    wage = share(p.base, f.index)
    basic = rounded((p.base + wage) * f.months * p.accrual_rate, 24 * ONE, p.rounding)
    divisor = p.divisors.at(f.age)
    account = AccountPension(divisor, rounded(f.balance * 10, divisor, p.rounding))
    vested = f.months >= 180
    return Pension(wage, basic, account, vested, where(vested, basic + account.amount, 0))


SPECS = PensionFacts.specs()


def whole_range(name):
    """Any value of a fact, its bounds and their neighbours outside included."""
    spec = SPECS[name]
    edges = [spec.least, spec.least - 1, spec.most, spec.most + 1]
    return st.one_of(st.integers(spec.least, spec.most), st.sampled_from(edges))


ROW = st.fixed_dictionaries({name: whole_range(name) for name in SPECS})
ORDINARY = st.fixed_dictionaries(
    {
        "index": st.integers(0, 3 * ONE),
        "months": st.integers(0, 600),
        "balance": st.integers(0, 10**8),
        "age": st.integers(48 * 12, 70 * 12),
    }
)
THOROUGH = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.django_db
@THOROUGH
@given(st.lists(st.one_of(ROW, ORDINARY), min_size=1, max_size=20))
def test_one_many_and_sql_agree_to_the_fen(rows):
    params = PensionParams.at(POLICY, "310000", ON)
    three_ways(pension, rows, params, facts=PensionFacts)


@pytest.mark.django_db
@THOROUGH
@given(
    st.lists(
        st.tuples(ORDINARY, st.sampled_from(["110000", "310000", "310101"])),
        min_size=1,
        max_size=20,
    )
)
def test_each_row_follows_the_law_of_its_own_region(cases):
    three_ways_by_region(
        pension,
        [row for row, _ in cases],
        [region for _, region in cases],
        policy=POLICY,
        params_class=PensionParams,
        on=ON,
        facts=PensionFacts,
    )


@pytest.mark.django_db
def test_the_shanghai_form_of_february_2026_comes_out_to_the_fen():
    # index 1.5231, 12,434 base, 307,242 in the account, age 50: 1,575.5999 is 1,575.60
    row = {"index": 1_523_100, "months": 287, "balance": 30_724_200, "age": 600}
    (sheet,) = three_ways(
        pension, [row], PensionParams.at(POLICY, "310000", ON), facts=PensionFacts
    )
    assert sheet.account.amount == 157_560


@pytest.mark.django_db
def test_a_missing_fact_is_missing_in_every_line_that_needs_it():
    rows = [
        {"index": 1_000_000, "months": 200, "balance": None, "age": 720},
        {"index": 1_000_000, "months": 200, "balance": 13_900, "age": 720},
    ]
    missing, whole = three_ways(
        pension, rows, PensionParams.at(POLICY, "110000", ON), facts=PensionFacts
    )
    assert missing is None
    assert whole.account.amount == 100
