"""Funds, their chart of accounts, and the money moved within one."""

import shutil
from datetime import date

import pytest
import yaml

from funds import queries, tasks
from funds.models import (
    Account,
    AccountCode,
    Branch,
    FlowRule,
    Fund,
    Scheme,
    StatementLine,
    Status,
    accounts,
)
from funds.models.ledger import LedgerSeal
from funds.params import Level
from funds.services import cash, ledger, reference
from funds.services import fund as funds
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role

from .conftest import BEIJING, SHANGHAI, staff

PENSION, EMPLOYEES = Branch.PENSION, Scheme.EMPLOYEES


def test_the_fund_of_the_nearest_region_above_pools(beijing, shanghai):
    assert funds.for_(PENSION, EMPLOYEES, "110105") == beijing
    assert funds.for_(PENSION, EMPLOYEES, BEIJING) == beijing
    assert funds.for_(PENSION, EMPLOYEES, "310115") == shanghai


@pytest.mark.parametrize(
    ("branch", "scheme", "region"),
    [
        (PENSION, EMPLOYEES, "510100"),
        (Branch.MEDICAL, EMPLOYEES, "110105"),
        (PENSION, Scheme.RESIDENTS, "110105"),
    ],
)
def test_without_a_fund_there_is_a_problem_and_not_another_fund(beijing, branch, scheme, region):
    with pytest.raises(NotFound) as refusal:
        funds.for_(branch, scheme, region)
    assert refusal.value.code == "no_fund"


def test_a_fund_is_established_once(beijing):
    assert funds.establish(PENSION, EMPLOYEES, BEIJING) == beijing
    assert Fund.objects.count() == 1


@pytest.mark.django_db
def test_a_region_that_does_not_exist_has_no_fund():
    with pytest.raises(NotFound):
        funds.establish(PENSION, EMPLOYEES, "990000")


@pytest.mark.django_db
def test_a_fund_is_not_split_below_the_level_that_the_law_pools():
    with pytest.raises(Refused) as refusal:
        funds.establish(PENSION, EMPLOYEES, "110105")
    assert refusal.value.code == "below_pooling_level"
    assert not Fund.objects.exists()
    assert funds.establish(Branch.UNEMPLOYMENT, EMPLOYEES, "510100").region_id == "510100"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("branch", "region", "level"),
    [
        (PENSION, "510104", Level.PROVINCE),
        (Branch.UNEMPLOYMENT, "510104", Level.CITY),
        (Branch.UNEMPLOYMENT, "440100", Level.PROVINCE),
        (Branch.MEDICAL, "330100", Level.CITY),
    ],
)
def test_the_law_says_at_which_level_a_branch_is_pooled(branch, region, level):
    assert funds.pooling_level(branch, EMPLOYEES, region, date(2026, 3, 1)) == level


@pytest.mark.django_db
def test_unemployment_insurance_knows_no_scheme_of_residents():
    with pytest.raises(NotFound) as refusal:
        funds.pooling_level(Branch.UNEMPLOYMENT, Scheme.RESIDENTS, BEIJING)
    assert refusal.value.code == "no_scheme"


# The chart of accounts


@pytest.mark.django_db
def test_every_account_that_code_posts_to_is_in_the_chart():
    named = {value for name, value in vars(accounts).items() if name.isupper()}
    assert named == set(Account.objects.values_list("number", flat=True))


@pytest.mark.django_db
def test_an_official_code_that_nobody_has_read_is_marked_so():
    assert set(AccountCode.objects.values_list("status", flat=True)) == {Status.UNVERIFIED}
    memorandum = Account.objects.filter(element=Account.Element.MEMORANDUM)
    assert not AccountCode.objects.filter(account__in=memorandum).exists()


@pytest.mark.django_db
def test_loading_the_chart_again_changes_nothing():
    before = [list(model.objects.values()) for model in (Account, AccountCode, FlowRule)]
    reference.load()
    assert [list(model.objects.values()) for model in (Account, AccountCode, FlowRule)] == before


@pytest.fixture
def files(tmp_path):
    """A copy of the data files that a test may change."""
    return shutil.copytree(reference.FILES, tmp_path / "reference")


def change(path, act) -> None:
    content = yaml.safe_load(path.read_text("utf-8"))
    act(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


@pytest.mark.django_db
def test_a_number_cannot_come_to_mean_another_kind_of_account(files):
    change(files / "chart.yaml", lambda chart: chart[0].update(element="expense"))
    with pytest.raises(Conflict) as refusal:
        reference.load(files)
    assert refusal.value.code == "account_number_taken"


def test_a_later_official_code_rewrites_no_posting(beijing, files):
    ledger.post(
        beijing,
        "receipt",
        [ledger.Posting(7, 1002, 4001, 100, month(2026, 3), BEIJING)],
        source="r:1",
        on=date(2026, 3, 31),
    )
    later = {
        "from": "2027-01-01",
        "code": "1012",
        "title": "收入户",
        "law": "x",
        "status": "official",
    }
    change(files / "chart.yaml", lambda chart: chart[0]["codes"].append(later))
    reference.load(files)
    income = Account.objects.get(number=accounts.INCOME_ACCOUNT)
    assert [(c.code, c.status) for c in income.codes.all()] == [
        ("1002", "unverified"),
        ("1012", "official"),
    ]
    assert queries.balance(beijing, accounts.INCOME_ACCOUNT) == 100


def test_a_flow_that_a_later_rule_forbids_was_allowed_before(beijing, files):
    def forbid(flows):
        first = next(f for f in flows if (f["debit"], f["credit"]) == (1002, 4501))
        flows.append({**first, "from": "2026-04-01", "allowed": False})

    change(files / "flows.yaml", forbid)
    reference.load(files)
    posting = ledger.Posting(0, 1002, 4501, 1, month(2026, 3), BEIJING)
    ledger.post(beijing, "other", [posting], source="o:1", on=date(2026, 3, 31))
    with pytest.raises(Refused):
        ledger.post(beijing, "other", [posting], source="o:2", on=date(2026, 4, 1))


@pytest.mark.django_db
def test_an_account_and_a_fund_are_called_what_the_reader_calls_them(beijing):
    from django.utils import translation

    with translation.override("zh-hans"):
        assert str(Account.objects.get(number=1004)) == "财政专户存款"
    with translation.override("en"):
        assert str(Account.objects.get(number=1004)) == "Fiscal special account"
        assert str(beijing) == "Beijing, Basic old-age insurance, Employees"


# Money within a fund


def receive(fund, amount: int, on: date, source: str) -> None:
    posting = ledger.Posting(
        7, accounts.INCOME_ACCOUNT, accounts.CONTRIBUTION_INCOME, amount, month(2026, 3), BEIJING
    )
    ledger.post(fund, "receipt", [posting], source=source, on=on)


def test_the_income_account_is_empty_at_every_months_end(beijing, shanghai):
    receive(beijing, 700, date(2026, 3, 30), "r:1")
    receive(beijing, 5, date(2026, 4, 1), "r:2")
    (swept,) = cash.month_end(date(2026, 4, 1))
    assert (swept.total, swept.booked_on) == (700, date(2026, 3, 31))
    assert queries.balance(beijing, accounts.INCOME_ACCOUNT, date(2026, 3, 31)) == 0
    assert queries.balance(beijing, accounts.INCOME_ACCOUNT) == 5
    assert cash.month_end(date(2026, 4, 1)) == []


def test_a_receipt_booked_late_is_swept_as_of_the_months_end_too(beijing):
    receive(beijing, 700, date(2026, 3, 30), "r:1")
    cash.month_end(date(2026, 4, 1))
    receive(beijing, 9, date(2026, 3, 31), "r:2")
    (swept,) = cash.month_end(date(2026, 4, 1))
    assert swept.total == 9
    assert queries.balance(beijing, accounts.INCOME_ACCOUNT, date(2026, 3, 31)) == 0


def test_the_clock_sweeps_and_seals(beijing, monkeypatch):
    receive(beijing, 700, date(2026, 3, 30), "r:1")
    tasks.empty_income_accounts()
    assert queries.balance(beijing, accounts.FISCAL_ACCOUNT) == 700
    tasks.seal_ledger()
    assert LedgerSeal.objects.get().count == 2
    tasks.seal_ledger()
    assert LedgerSeal.objects.count() == 1


def test_a_subsidy_and_an_opening_reserve_reach_the_fiscal_account(beijing, accountant):
    cash.subsidy(beijing, 300, by=accountant, on=date(2026, 3, 1))
    cash.opening(beijing, 200, by=accountant, on=date(2026, 3, 1))
    cash.subsidy(beijing, 300, by=accountant, on=date(2026, 3, 1))
    assert queries.balance(beijing, accounts.FISCAL_ACCOUNT) == 800
    assert AuditEntry.objects.filter(act="fund.subsidy").count() == 2


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, 10**15 + 1], ids=repr)
def test_a_subsidy_over_an_impossible_amount_is_refused(beijing, accountant, amount):
    with pytest.raises(Invalid):
        cash.subsidy(beijing, amount, by=accountant)
    assert queries.trial_balance(beijing) == []


def test_whoever_may_not_move_money_moves_none(beijing):
    for user, error in (
        (staff("reader", Role.AUDITOR), Denied),
        (staff("checks", Role.REVIEWER), Denied),
        (staff("far", Role.ACCOUNTANT, region=SHANGHAI), NotFound),
        (staff("district", Role.ACCOUNTANT, region="110105"), NotFound),
    ):
        with pytest.raises(error):
            cash.subsidy(beijing, 100, by=user)
        with pytest.raises(error):
            cash.sweep(beijing, by=user)
    assert queries.trial_balance(beijing) == []


def test_the_batches_of_other_regions_are_not_listed(beijing, accountant):
    cash.subsidy(beijing, 300, by=accountant)
    assert queries.batches(accountant).count() == 1
    assert not queries.batches(staff("far", Role.AUDITOR, region=SHANGHAI))


# What the chart says beyond names: laws of flows, accounts of some branches only, statements


def refusal_of(fund, debit, credit, on=date(2026, 3, 31)):
    posting = ledger.Posting(0, debit, credit, 1, month(2026, 3), fund.region_id)
    with pytest.raises(Refused) as refusal:
        ledger.post(fund, "other", [posting], source="x:1", on=on)
    assert queries.trial_balance(fund) == []
    return refusal.value


def test_a_forbidden_flow_names_its_article_and_where_the_money_may_go(beijing):
    for credit, debit, article, way in (
        (accounts.INCOME_ACCOUNT, accounts.BENEFITS, 40, "Fiscal special account"),
        (accounts.EXPENDITURE_ACCOUNT, accounts.INCOME_ACCOUNT, 41, "Payments in transit"),
        (accounts.FISCAL_ACCOUNT, accounts.BENEFITS, 42, "Expenditure account"),
        (accounts.CONTRIBUTION_INCOME, accounts.EXPENDITURE_ACCOUNT, 41, "Income account"),
    ):
        refused = refusal_of(beijing, debit, credit)
        assert refused.code == "forbidden_flow"
        assert f"article {article}" in str(refused.message)
        assert way in str(refused.fix)


def test_an_account_of_another_branch_is_not_kept(beijing):
    refused = refusal_of(beijing, accounts.RESERVE, accounts.SET_ASIDE)
    assert (refused.code, refused.detail["account"]) == ("account_not_kept", accounts.SET_ASIDE)
    injury = funds.establish(Branch.INJURY, EMPLOYEES, BEIJING)
    posting = ledger.Posting(0, accounts.RESERVE, accounts.SET_ASIDE, 5, month(2026, 3), BEIJING)
    ledger.post(injury, "other", [posting], source="x:2", on=date(2026, 3, 31))
    assert queries.balance(injury, accounts.SET_ASIDE) == 5


@pytest.mark.django_db
def test_every_account_of_money_stands_on_one_line_of_one_statement():
    on_lines = [
        number for line in StatementLine.objects.filter(branch=None) for number in line.accounts
    ]
    books = Account.objects.exclude(element=Account.Element.MEMORANDUM)
    assert sorted(on_lines) == sorted(books.values_list("number", flat=True))
    for line in StatementLine.objects.all():
        assert {a.element for a in Account.objects.filter(pk__in=line.accounts)} == {line.element}


@pytest.mark.django_db
def test_a_branch_calls_an_account_by_the_title_of_its_own_chart():
    titles = AccountCode.objects.filter(account=accounts.CONTRIBUTION_INCOME)
    assert titles.get(branch=Branch.INJURY).title == "工伤保险费收入"
    assert titles.get(branch=None).title == "社会保险费收入"
