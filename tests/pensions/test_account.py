"""Individual accounts: credited from receipts, opened from earlier books, interest year by year."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from enrollment.models import Receipt
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import wages
from enrollment.services.revision import corrections
from funds import queries as funds
from funds.models import Fund, accounts
from pensions import queries
from pensions.models import AccountEntry, CreditedReceipt, EntryKind, OpeningBalance
from pensions.params import InterestParams
from pensions.rules.interest import MOST, InterestFacts, interest
from pensions.services import account, account_paper, entries
from pensions.services.decision import interest_of
from pensions.services.gathering import AccountYear, account_of
from socsec.kernel.months import month
from socsec.kernel.policy import Policy
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role, Run
from socsec.office.services import policy, users
from socsec.office.services import run as runs
from socsec.office.services import work as worker
from tests import papers
from tests.kernel.three_ways import three_ways

from .conftest import BEIJING, PENSION, PUDONG, SHANGHAI, findings, staff

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def entries_of(person):
    return [
        (EntryKind(entry.kind).name, entry.month, entry.amount, entry.balance)
        for entry in AccountEntry.objects.filter(person_id=person.pk).order_by("fund_id", "seq")
    ]


# crediting


def test_account_shares_are_credited_with_the_month_they_came_in(shanghai, enroll, work):
    li = enroll(name="李四", born=date(1990, 1, 1))
    work(li, month(2026, 1), month(2026, 2), 10_000_00, received=date(2026, 3, 2))
    done = account.credit_pending()
    # 8 % of 10,000 yuan for each month
    assert (done.receipts, done.entries, done.amount) == (1, 2, 1_600_00)
    assert entries_of(li) == [
        ("CREDIT", month(2026, 1), 800_00, 800_00),
        ("CREDIT", month(2026, 2), 800_00, 1_600_00),
    ]
    assert {e.bears_from for e in queries.statement(li.pk)} == {month(2026, 3)}
    assert queries.balance(li.pk) == 1_600_00
    assert funds.balance(shanghai, accounts.INDIVIDUAL_ACCOUNTS) == 1_600_00
    assert AuditEntry.objects.filter(act="account.credit").get().detail["entries"] == 2
    assert findings() == []


def test_nothing_is_credited_twice(shanghai, enroll, work):
    li = enroll(name="李四", born=date(1990, 1, 1))
    work(li, month(2026, 1), month(2026, 2), 10_000_00)
    account.credit_pending()
    before = entries_of(li)
    again = account.credit_pending()
    assert (again.receipts, again.entries, again.amount) == (0, 0, 0)
    # Even if the mark were lost, the account itself knows what it was credited with.
    CreditedReceipt.objects.all().delete()
    again = account.credit_pending()
    assert (again.receipts, again.entries) == (1, 0)
    assert entries_of(li) == before


def test_a_receipt_used_in_two_turns_is_credited_in_two(
    shanghai, enroll, work, intake, assessor, accountant, company
):
    li = enroll(name="李四", born=date(1990, 1, 1))
    work(li, month(2026, 1), month(2026, 1), 10_000_00)
    more = receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=2_400_00,
        received_on=date(2026, 3, 20),
        reference="B-early",
        employer=company,
    )
    assert account.credit_pending().entries == 1
    wages.declare(by=intake, employer=company, month=month(2026, 2), wages={li.pk: 10_000_00})
    contributions.assess(by=assessor, person=li, month=month(2026, 2), branch=PENSION)
    receipts.apply_credit(by=accountant, receipt=Receipt.objects.get(pk=more.pk))
    assert account.credit_pending().entries == 1
    assert entries_of(li)[-1] == ("CREDIT", month(2026, 2), 800_00, 1_600_00)
    assert findings() == []


def test_a_wage_corrected_downwards_takes_its_share_off_the_account_again(
    shanghai, enroll, work, company, assessor
):
    """8 % of 10,000.00 is 800.00; of 9,000.00 it is 720.00: 80.00 go back to the payer's credit."""
    li = enroll(name="李四", born=date(1990, 1, 1))
    work(li, month(2026, 1), month(2026, 1), 10_000_00)
    account.credit_pending()
    assert queries.balance(li.pk) == 800_00
    corrections.correct(
        by=assessor,
        person=li,
        employer=company,
        month=month(2026, 1),
        wage=9_000_00,
        reason="工资单",
    )
    done = account.credit_pending()
    assert (done.entries, done.amount) == (1, -80_00)
    entry = AccountEntry.objects.filter(person_id=li.pk).latest("seq")
    assert (entry.kind, entry.month, entry.amount) == (EntryKind.CORRECTED, month(2026, 1), -80_00)
    assert queries.balance(li.pk) == 720_00
    assert account.credit_pending().entries == 0
    assert findings() == []


def test_a_part_payment_credits_a_part(
    shanghai, enroll, work, intake, assessor, accountant, company
):
    li = enroll(name="李四", born=date(1990, 1, 1))
    work(li, month(2026, 1), month(2026, 1), 10_000_00)
    wages.declare(by=intake, employer=company, month=month(2026, 2), wages={li.pk: 10_000_00})
    contributions.assess(by=assessor, person=li, month=month(2026, 2), branch=PENSION)
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=600_00,  # a quarter of 2,400
        received_on=date(2026, 3, 20),
        reference="B-part",
        employer=company,
    )
    account.credit_pending()
    assert entries_of(li)[-1] == ("CREDIT", month(2026, 2), 200_00, 1_000_00)
    assert findings() == []


def test_crediting_costs_the_same_for_many_as_for_one(
    shanghai, enroll, work, django_assert_max_num_queries
):
    for serial in range(3):
        work(
            enroll(name=f"工{serial}", born=date(1990, 1, 1)),
            month(2026, 1),
            month(2026, 2),
            10_000_00,
        )
    with django_assert_max_num_queries(40):
        assert account.credit_pending().entries == 6


def test_crediting_by_hand_needs_the_right_and_the_region(shanghai, intake, refuses):
    refuses(Denied, "not_permitted", account.credit_pending, by=intake, region=SHANGHAI)
    beijing = staff(Role.ASSESSOR, region=BEIJING)
    refuses(NotFound, "outside_region", account.credit_pending, by=beijing, region=SHANGHAI)


# opening balances


@pytest.fixture
def entered(shanghai, enroll, assessor):
    return account.enter_opening(
        by=assessor,
        person=enroll(),
        amount=80_000_00,
        month=month(2025, 12),
        region=PUDONG,
        document="个人账户结转单",
    )


def test_an_opening_balance_counts_once_a_second_person_agrees(entered, reviewer, shanghai):
    assert entries_of(entered.person) == []
    account.approve_opening(by=reviewer, opening=entered)
    assert entries_of(entered.person) == [("OPENING", month(2025, 12), 80_000_00, 80_000_00)]
    assert funds.balance(shanghai, accounts.INDIVIDUAL_ACCOUNTS) == 80_000_00
    assert findings() == []


def test_the_maker_of_an_opening_balance_does_not_approve_it(entered, assessor, reviewer, refuses):
    both = staff(Role.ASSESSOR, Role.REVIEWER)
    OpeningBalance.objects.filter(pk=entered.pk).update(maker=both)
    own = staff(Role.REVIEWER, person_id=entered.person_id)
    refuses(Denied, "four_eyes", account.approve_opening, by=both, opening=entered)
    refuses(Denied, "own_case", account.approve_opening, by=own, opening=entered)
    refuses(Denied, "not_permitted", account.approve_opening, by=assessor, opening=entered)
    with pytest.raises(IntegrityError, match="opening_balance_four_eyes"), transaction.atomic():
        OpeningBalance.objects.filter(pk=entered.pk).update(state="approved", checker=both)


def test_an_opening_balance_is_entered_and_decided_once(
    entered, assessor, reviewer, shanghai, refuses
):
    told = {
        "by": assessor,
        "person": entered.person,
        "amount": 1,
        "month": month(2025, 12),
        "region": PUDONG,
        "document": "另一张",
    }
    refuses(Conflict, "opened_already", account.enter_opening, **told)
    account.reject_opening(by=reviewer, opening=entered, reason="金额与结转单不符")
    refuses(Conflict, "decided_already", account.approve_opening, by=reviewer, opening=entered)
    again = account.enter_opening(**told)
    account.approve_opening(by=reviewer, opening=again)
    refuses(Conflict, "decided_already", account.approve_opening, by=reviewer, opening=again)
    assert entries_of(entered.person) == [("OPENING", month(2025, 12), 1, 1)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 10**15}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": float("nan")}, "amount"),
        ({"month": month(1950, 1)}, "month"),
        ({"month": month(2190, 1)}, "month"),
        ({"document": "  "}, "document"),
    ],
)
def test_an_impossible_balance_is_refused(shanghai, enroll, assessor, changed, field):
    told = {
        "by": assessor,
        "person": enroll(),
        "amount": 100,
        "month": month(2025, 12),
        "region": PUDONG,
        "document": "结转单",
    }
    with pytest.raises(Invalid) as caught:
        account.enter_opening(**{**told, **changed})
    assert caught.value.field == field
    assert OpeningBalance.objects.count() == 0


# the books


def test_an_account_cannot_be_overdrawn_nor_written_by_two_at_once(zhang, shanghai):
    first = AccountEntry.objects.get(person_id=zhang.pk)
    more = {
        "person_id": zhang.pk,
        "fund_id": shanghai.pk,
        "kind": EntryKind.BENEFIT,
        "month": 1,
        "bears_from": 1,
        "batch_id": 1,
    }
    for columns, name in (
        ({"seq": 2, "amount": -first.balance - 1, "balance": -1}, "not_overdrawn"),
        ({"seq": 1, "amount": -1, "balance": first.balance - 1}, "pkey"),
        ({"seq": 2, "amount": 1, "balance": first.balance + 1}, "sign_of_its_kind"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            AccountEntry.objects.create(**more, **columns)


def test_verify_names_a_fund_whose_accounts_and_books_differ(zhang, shanghai):
    assert findings("pensions.accounts", "pensions.entries") == []
    AccountEntry.objects.create(
        person_id=zhang.pk,
        fund_id=shanghai.pk,
        seq=2,
        kind=EntryKind.OPENING,
        month=1,
        bears_from=1,
        amount=5,
        balance=7,
        batch_id=1,
    )
    (books, follows) = findings("pensions.accounts", "pensions.entries")
    assert books[:2] == ("pensions.accounts", f"fund {shanghai.pk}")
    assert "150,000.05" in books[2]
    assert follows[:2] == ("pensions.entries", f"person {zhang.pk}, fund {shanghai.pk}, entry 2")


def test_verify_names_a_receipt_credited_with_more_than_it_holds(shanghai, enroll, work):
    li = enroll(name="李四", born=date(1990, 1, 1))
    receipt = work(li, month(2026, 1), month(2026, 1), 10_000_00)
    account.credit_pending()
    entries.write_one(
        fund=shanghai,
        kind=EntryKind.CREDIT,
        person_id=li.pk,
        region=PUDONG,
        month=month(2026, 2),
        bears_from=month(2026, 3),
        amount=1,
        reference=receipt.pk,
        source="a mistake",
    )
    (found,) = findings("pensions.credited")
    assert found[1] == f"receipt {receipt.pk}"


# interest

# 2024: 10,000 carried over, 500 credited in each month; the rate of 2024 was 2.62 %.
#   10,000 × 12 + 500 × (12 + 11 + … + 1) = 120,000 + 39,000 = 159,000 yuan-months
#   159,000 × 2.62 % ÷ 12 = 347.15
LAST_YEAR = month(2024, 12)


def credit_of(who):
    return {
        "fund": Fund.objects.get(branch=1, scheme=1),
        "kind": EntryKind.CREDIT,
        "person_id": who.pk,
        "region": PUDONG,
    }


@pytest.fixture
def saver(shanghai, enroll, open_account):
    """Somebody with a year of credits, written straight into the books."""
    who = enroll(name="李四", born=date(1980, 1, 1))
    open_account(who, 10_000_00, month(2023, 12))
    for each in range(month(2024, 1), month(2025, 1)):
        entries.write_one(
            fund=shanghai,
            kind=EntryKind.CREDIT,
            person_id=who.pk,
            region=PUDONG,
            month=each,
            bears_from=each,
            amount=500_00,
            reference=each,
            source=f"credit {each}",
        )
    return who


def test_a_year_of_interest_by_the_month_method(saver, drive, shanghai):
    done = drive("account_interest", LAST_YEAR)
    assert (done.state, done.count, done.total) == (Run.State.POSTED, 1, 347_15)
    entry = queries.statement(saver.pk)[0]
    assert (entry.kind, entry.amount, entry.balance) == (EntryKind.INTEREST, 347_15, 16_347_15)
    assert (entry.rate, entry.month, entry.bears_from) == (26_200, LAST_YEAR, LAST_YEAR + 1)
    assert funds.balance(shanghai, accounts.INDIVIDUAL_ACCOUNTS) == 16_347_15
    (year,) = [row for row in queries.account_years(saver.pk) if row.year == 2024]
    assert (year.credited, year.interest, year.rate) == (6_000_00, 347_15, 26_200)
    assert findings() == []


def by_the_year():
    """Shanghai keeps the year method from 1998 on."""
    officer, other = (staff(role, region=SHANGHAI) for role in (Role.POLICY_OFFICER, Role.REVIEWER))
    entered = policy.enter(
        code="pensions.account.interest_method",
        region=SHANGHAI,
        from_date=date(1998, 1, 1),
        value="YEAR_AT_ONCE",
        law="沪劳保养发〔1998〕1号",
        by=officer,
    )
    policy.approve(value_id=entered.pk, by=other)


def test_a_year_of_interest_by_the_year_method(saver, drive):
    """10,000 × 2.62 % + 6,000 × 1.083 × ½ × 2.62 % = 262.00 + 85.1238 = 347.12.

    What was credited and undone again in the year bears nothing, and what was drawn bears no more.
    """
    by_the_year()
    march = month(2024, 3)
    undone = entries.write_one(
        **credit_of(saver), month=march, bears_from=march, amount=700_00, source="a mistake"
    )
    entries.undo(
        batch_id=undone.batch_id,
        fund=credit_of(saver)["fund"],
        people=(saver.pk, saver.pk),
        source="undone",
        reason="记错",
    )
    made = drive("account_interest", LAST_YEAR)
    assert (made.count, made.total) == (1, 347_12)
    assert "6,000.00" in str(made.preview["samples"][0])
    assert findings() == []
    # 16,347.12 carried into 2025, in which nothing was credited: by the months it is the same.
    drive("account_interest", month(2025, 12))
    assert queries.statement(saver.pk)[0].amount == 245_21


def test_a_part_of_a_year_goes_by_the_months_whatever_the_method(saver, shanghai):
    """Up to June 2024: (10,000 × 6 + 500 × (6 + … + 1)) × 2.62 % ÷ 12 = 70,500 × … = 153.93."""
    by_the_year()
    law = policy.of(policy.current_edition())
    balance, years = account_of(saver.pk, shanghai, month(2024, 6))
    (line,) = interest_of(SHANGHAI, years, law)
    assert (line.amount, balance) == (153_93, 16_000_00)
    # Of the whole year the credits of a working life to come weigh as those of the books do.
    _balance, (whole,) = account_of(saver.pk, shanghai, LAST_YEAR)
    laid = AccountYear(LAST_YEAR, 10_000_00 * 12, 0)
    for each in range(month(2024, 1), month(2025, 1)):
        laid = laid.with_credit(each, 500_00)
    assert laid == whole
    assert AccountYear.from_json(whole.as_json()) == whole
    assert [each.amount for each in interest_of(SHANGHAI, (laid,), law)] == [347_12]


def test_interest_bears_interest_only_from_the_next_year(saver, drive):
    drive("account_interest", LAST_YEAR)
    drive("account_interest", month(2025, 12))
    # 16,347.15 × 1.50 % = 245.2072…
    assert queries.statement(saver.pk)[0].amount == 245_21


def test_interest_credited_in_advance_is_part_of_the_year(saver, drive, shanghai):
    entries.write_one(
        fund=shanghai,
        kind=EntryKind.INTEREST,
        person_id=saver.pk,
        region=PUDONG,
        month=month(2024, 6),
        bears_from=month(2025, 1),
        amount=400_00,  # more than the year bears: the rate turned out lower
        rate=60_000,
        source="in advance",
    )
    done = drive("account_interest", LAST_YEAR)
    assert (done.count, done.total) == (1, 347_15 - 400_00)
    assert queries.balance(saver.pk) == 16_347_15
    assert findings() == []


def test_interest_is_credited_once_a_year_and_in_turn(saver, drive, assessor, refuses):
    refused = {"kind": "account_interest", "region": SHANGHAI, "by": assessor}
    early = runs.draft(month=month(2025, 12), **refused)
    refuses(Refused, "interest_out_of_turn", runs.preview, run_id=early.pk, by=assessor)
    drive("account_interest", LAST_YEAR)
    refuses(Conflict, "run_exists", runs.draft, month=LAST_YEAR, **refused)
    refuses(Conflict, "run_exists", runs.draft, **{**refused, "region": PUDONG}, month=LAST_YEAR)
    skipped = runs.draft(month=month(2026, 12), **refused)
    with pytest.raises(Refused):
        runs.preview(run_id=skipped.pk, by=assessor)


def test_interest_waits_for_the_rate_and_for_a_whole_year(saver, assessor, refuses):
    told = {"kind": "account_interest", "region": SHANGHAI, "by": assessor}
    for at, problem, code in (
        (month(2024, 6), Invalid, "not_december"),
        (month(2030, 12), Refused, "rate_not_announced"),
        (month(2010, 12), Invalid, "not_yet_in_force"),
    ):
        made = runs.draft(month=at, **told)
        refuses(problem, code, runs.preview, run_id=made.pk, by=assessor)


def test_the_country_has_no_one_fund_for_its_accounts(saver, assessor, refuses):
    central = staff(Role.ASSESSOR, region="000000")
    made = runs.draft(kind="account_interest", month=LAST_YEAR, region="000000", by=central)
    refuses(Refused, "no_fund", runs.preview, run_id=made.pk, by=central)


def test_interest_is_reversed_entry_by_entry(saver, drive, reviewer, shanghai):
    before = queries.balance(saver.pk)
    done = drive("account_interest", LAST_YEAR)
    runs.reverse(run_id=done.pk, by=reviewer, reason="利率录入有误")
    worker.work(done.pk)
    done.refresh_from_db()
    assert done.state == Run.State.REVERSED
    assert queries.balance(saver.pk) == before
    assert entries_of(saver)[-2:] == [
        ("INTEREST", LAST_YEAR, 347_15, before + 347_15),
        ("REVERSAL", LAST_YEAR, -347_15, before),
    ]
    assert findings() == []
    again = drive("account_interest", LAST_YEAR)
    assert (again.state, again.total) == (Run.State.POSTED, 347_15)
    assert [row.interest for row in queries.account_years(saver.pk) if row.year == 2024] == [347_15]


def test_only_the_last_years_interest_can_be_reversed(saver, drive, reviewer, refuses):
    first = drive("account_interest", LAST_YEAR)
    drive("account_interest", month(2025, 12))
    refuses(Refused, "interest_out_of_turn", runs.reverse, run_id=first.pk, by=reviewer, reason="?")


def test_a_chunk_of_interest_costs_the_same_for_many_as_for_one(
    saver, enroll, open_account, assessor, reviewer, django_assert_num_queries
):
    """The statements of a chunk do not depend on how many people are in it."""
    counts = []
    for region, people in (("310115", 1), ("310101", 4)):
        for serial in range(people):
            open_account(
                enroll(name=f"户{region}{serial}", born=date(1980, 1, 1)),
                10_000_00,
                month(2023, 12),
                region=region,
            )
        made = runs.draft(kind="account_interest", month=LAST_YEAR, region=region, by=assessor)
        made = runs.preview(run_id=made.pk, by=assessor)
        runs.approve(run_id=made.pk, by=reviewer, total=made.total)
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            worker.work(made.pk)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_interest_is_the_same_as_ints_columns_and_sql():
    params = InterestParams.at(Policy.files(), SHANGHAI, month(2024, 1))
    rows = [
        {"balance_months": balance_months, "credited": credited}
        for balance_months in (0, 1, 229, 159_000_00, MOST)
        for credited in (-5, 0, 347_15, 10**9)
    ]
    sheets = three_ways(interest, rows, params, facts=InterestFacts)
    assert [sheet.amount for sheet in sheets[12:15]] == [347_20, 347_15, 0]
    yearly = Policy.files().trying(
        "[{code: pensions.account.interest_method, region: '310000', from: 2024-01-01,"
        " value: YEAR_AT_ONCE}]"
    )
    rows = [
        {**row, "added": added, "added_months": months}
        for row in rows
        for added, months in ((0, 0), (6_000_00, 39_000_00), (-MOST, MOST), (MOST, -MOST))
    ]
    params = InterestParams.at(yearly, SHANGHAI, month(2024, 1))
    sheets = three_ways(interest, rows, params, facts=InterestFacts)
    assert 347_12 in [sheet.amount for sheet in sheets]


def test_the_rate_of_a_new_year_settles_what_was_provisional(zhang, granted, drive, reviewer):
    """Zhang's interest of 2026 was credited at 1.50 %; announced later, 2.60 % makes a difference.

    150,000 for twelve months and nothing drawn yet: 150,000 × 2.60 % = 3,900, less 1,125.
    """
    granted(zhang)
    officer = staff(Role.POLICY_OFFICER, region="000000")
    entered = policy.enter(
        code="pensions.account.bookkeeping_rate",
        region="000000",
        from_date=date(2026, 1, 1),
        value="0.026",
        law="人社厅发〔2027〕1号",
        by=officer,
    )
    policy.approve(value_id=entered.pk, by=staff(Role.REVIEWER, region="000000"))
    done = drive("account_interest", month(2026, 12))
    assert done.total == 3_900_00 - 1_125_00
    assert findings() == []


@pytest.mark.parametrize("yearly", [False, True])
def test_the_year_of_retirement_has_a_line_of_its_own_by_either_method(zhang, granted, yearly):
    """150,000 from January to June 2026 at 1.50 %: 150,000 × 6 × 1.50 % ÷ 12 = 1,125.00.

    The statement tells it apart from the interest of a whole year; what is left of the account goes
    on bearing from July, and the December run credits that part (the test before).
    """
    if yearly:
        by_the_year()
    granted(zhang)
    line = queries.statement(zhang.pk)[0]
    assert (line.month, line.amount, line.balance) == (month(2026, 6), 1_125_00, 151_125_00)
    said = papers.text(account_paper.write(zhang, "en"))
    assert "Interest for a part of the year" in said
    assert "2026-06" in said


def test_the_statement_is_printed_for_the_person_and_at_the_desk_and_that_is_noted(
    client, saver, drive
):
    drive("account_interest", LAST_YEAR)
    user = users.create_insured(
        username="lisi", password="a word that is long enough", person_id=saver.pk, by=None
    )
    client.force_login(user, backend=BACKEND)
    answer = client.get(reverse("account_paper"))
    assert answer["Content-Type"] == "application/pdf"
    said = papers.text(answer.content)
    for each in ("李四", "16,347.15", "347.15", "2.62%", "2024-12"):
        assert each in said, each
    clerk = staff(Role.ASSESSOR)
    client.force_login(clerk, backend=BACKEND)
    url = reverse("admin:pensions_account_paper", args=[saver.pk])
    assert "16,347.15" in papers.text(client.get(url).content)
    assert AuditEntry.objects.filter(person_id=saver.pk, act="person.read", actor=clerk).exists()
    client.force_login(staff(Role.ASSESSOR, region=BEIJING), backend=BACKEND)
    assert client.get(url).status_code == 404
    client.logout()
    assert client.get(reverse("account_paper")).status_code == 302
