"""The register of rules, and assessing a case by name."""

from dataclasses import dataclass
from datetime import date

import pytest

from socsec.kernel import rules
from socsec.kernel.arith import Number
from socsec.kernel.facts import FactError, Facts, fact
from socsec.kernel.params import Params, Rate, StepsTable, parameter
from socsec.kernel.policy import NotYetInForce, Policy
from socsec.kernel.rules import UnknownRule, assess, describe, find, rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import Choice

POLICY = Policy.parse("""
example.rate:
  label: {zh: 比例, en: Rate}
  unit: rate
  values:
    - {region: "000000", from: 2020-01-01, value: "0.08", law: 国, status: official}
    - {region: "110000", from: 2025-01-01, value: "0.1", law: 京, status: unverified}
example.table:
  label: {zh: 表, en: Table}
  unit: steps
  key: age
  of: divisor
  values: [{region: "000000", from: 2020-01-01, value: {50y: "195"}, law: 国, status: official}]
""")


class Kind(Choice):
    EMPLOYEE = 1, "职工", "Employee"
    OWN_ACCOUNT = 2, "灵活就业人员", "Own-account worker"


@dataclass(frozen=True, kw_only=True)
class Wage(Facts):
    wage: Number = fact(("月工资", "Monthly wage"), help=("税前", "Before tax"))
    age: Number = fact(("年龄", "Age"), "age", default=600)
    kind: Number = fact(("类别", "Kind"), choices=Kind, default=Kind.EMPLOYEE)
    month: Number = fact(("月份", "Month"), "month", default=2025 * 12)


class Law(Params):
    rate: Rate = parameter("example.rate")
    table: StepsTable = parameter("example.table")


@dataclass(frozen=True)
class Share(Sheet):
    divisor: Number = line(("计发月数", "Divisor"), "table(age)", unit="divisor")
    amount: Number = line(("缴费", "Contribution"), "wage × rate", "国")


@pytest.fixture(autouse=True)
def register(monkeypatch):
    monkeypatch.setattr(rules, "RULES", {})

    @rule("example.share", ("缴费", "Contribution"), facts=Wage, params=Law, law="国", on="month")
    def share_of(f, p):
        return Share(p.table.at(f.age), f.wage * p.rate // 1_000_000)

    return share_of


def test_a_case_is_assessed_by_the_name_of_the_rule():
    done = assess("example.share", {"wage": "5000"}, policy=POLICY, region="310000").as_json()
    assert done["result"] == {"divisor": "195.0", "amount": "400.00"}
    assert done["facts"] == {
        "wage": "5000.00",
        "age": "50y0m",
        "kind": "EMPLOYEE",
        "month": "2025-01",
    }
    assert (done["rule"], done["on"], done["region"]) == ("example.share", "2025-01", "310000")
    assert done["edition"] == POLICY.digest
    assert (done["open"], done["unverified"]) == (False, [])


def test_the_region_and_the_month_choose_the_law():
    beijing = assess("example.share", {"wage": "5000"}, policy=POLICY, region="110105").as_json()
    assert beijing["result"]["amount"] == "500.00"
    assert beijing["open"]
    assert [term["code"] for term in beijing["unverified"]] == ["example.rate"]
    before = assess(
        "example.share", {"wage": "5000", "month": "2024-12"}, policy=POLICY, region="110105"
    )
    assert before.sheet.amount == 40_000
    given = assess(
        "example.share",
        {"wage": "5000", "month": "2024-12"},
        policy=POLICY,
        region="110105",
        on=2025 * 12,
    )
    assert given.sheet.amount == 50_000


def test_a_rule_that_names_no_month_follows_the_law_of_today():
    rules.RULES["example.now"] = rules.Rule(
        "example.now", ("今", "Now"), Wage, Law, "", "", ("", ""), find("example.share").function
    )
    done = assess(
        "example.now", {"wage": "5000"}, policy=POLICY, region="110000", today=date(2024, 5, 31)
    )
    assert done.on == 2024 * 12 + 4
    assert done.sheet.amount == 40_000


def test_law_that_is_not_yet_in_force_is_an_error():
    with pytest.raises(NotYetInForce):
        assess("example.share", {"wage": "1"}, policy=POLICY, on=2019 * 12)


def test_a_case_for_which_the_law_has_no_answer_is_refused_and_not_guessed():
    with pytest.raises(FactError, match="no answer"):
        assess("example.share", {"wage": "1", "age": "49y11m"}, policy=POLICY)


def test_an_unknown_rule_names_those_that_there_are():
    with pytest.raises(UnknownRule, match=r"example\.share"):
        assess("example.nothing", {}, policy=POLICY)


def test_two_rules_cannot_have_one_name():
    def another(f, p):
        return Share(0, 0)

    with pytest.raises(ValueError, match="two rules"):
        rule("example.share", ("又", "Again"), facts=Wage, params=Law)(another)


def test_the_month_of_the_law_must_be_a_fact():
    with pytest.raises(ValueError, match="no fact colour"):
        rule("example.other", ("色", "Colour"), facts=Wage, params=Law, on="colour")(lambda f, p: 0)


def test_the_rule_itself_stays_a_plain_function(register):
    assert register(Wage(wage=100), Law.at(POLICY, "000000", 2025 * 12)).amount == 8


def test_a_rule_is_described_with_its_facts_in_natural_units():
    facts = {each["name"]: each for each in describe(find("example.share"))["facts"]}
    assert facts["wage"] == {
        "name": "wage",
        "label": {"zh": "月工资", "en": "Monthly wage"},
        "help": {"zh": "税前", "en": "Before tax"},
        "unit": "yuan",
        "required": True,
        "least": "0.00",
        "most": "1000000000.00",
        "choices": None,
    }
    assert facts["kind"]["choices"] == ["EMPLOYEE", "OWN_ACCOUNT"]
    assert facts["month"]["least"] == "1800-01"


def test_packages_without_rules_are_passed_over_and_broken_ones_are_not(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in {"bare_app": None, "broken_app": "import nothing_of_this_name"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
        if text:
            (tmp_path / name / "rules.py").write_text(text)
    rules.load(["bare_app"])
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        rules.load(["broken_app"])
