"""Stays paid by group: the list and the budget of a year, the months, the year, and the retention."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from funds import queries as books
from funds.models import Scheme, accounts
from medical.models import (
    CasePayment,
    CaseYear,
    Decided,
    GroupList,
    ProviderAdjustment,
    ProviderPayment,
    ProviderScore,
    ProviderStatement,
    StayGroup,
    YearBudget,
)
from medical.queries import cases as queries
from medical.services import settling
from medical.services.grouping import budgets, lists, releasing, stays
from medical.services.paying import agreeing
from medical.services.settling import posting
from socsec.kernel.months import month
from socsec.office import oversight, spreadsheets
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from tests.medical.clerks import clerk as stranger
from tests.medical.hospital import YEAR, catalogue, clerk, hospital, provider, village
from tests.medical.paying import banked, bill, drive, fund, later
from tests.medical.test_api import speaks_for

__all__ = ["banked", "bill", "catalogue", "clerk", "drive", "fund", "hospital", "later", "village"]

SHANGHAI = "310000"
ASKED = [
    "medical.case_payments",
    "medical.case_years",
    "medical.provider_adjustments",
    "medical.provider_payments",
    "medical.provider_books",
]
GROUPS = [
    {"code": "GA1", "name": "重大手术", "weight": "1.6", "mean": "18000", "stable": "是"},
    {"code": "RC2", "name": "化学治疗", "weight": "0.4", "mean": "5000", "stable": "否"},
]


def wrong(*more):
    return [found for _q, each in oversight.run([*ASKED, *more]) for found in each]


def listed(village, rows=GROUPS, **more):
    said = {
        "region": SHANGHAI,
        "year": YEAR,
        "method": 40,
        "mean_all": 12_500_00,
        "document": "沪医保发〔2026〕1号",
        **more,
    }
    with spreadsheets.write(lists.LAYOUT, rows) as file:
        return lists.hand_in(by=village.by("assessor"), file=file, **said)


def budgeted(village, parts, **more):
    said = {
        "region": SHANGHAI,
        "scheme": Scheme.EMPLOYEES,
        "year": YEAR,
        "amount": 60_000_00,
        "stays": 24_000_00,
        "value": 12_500 * 10_000,
        "document": "总额预算方案",
        **more,
    }
    return budgets.propose(by=village.by("accountant"), parts=parts, **said)


@pytest.fixture
def terms(village, hospital, fund):
    """A list and a budget in force: one point is worth 12,500.00, the hospital's coefficient 1.05."""
    row = listed(village)
    lists.decide_list(by=village.by("reviewer"), row=row, approve=True)
    part = budgets.Part(provider=hospital.code, amount=30_000_00, coefficient=1_050_000)
    row = budgeted(village, [part])
    budgets.decide_budget(by=village.by("reviewer"), row=row, approve=True)
    return row


@pytest.fixture
def january(monkeypatch):
    """From now on it is the fifth of January of the next year."""
    today = timezone.localdate

    def go():
        monkeypatch.setattr(
            timezone,
            "localdate",
            lambda value=None, zone=None: today(value) if value else date(YEAR + 1, 1, 5),
        )
        posting.post_all()

    return go


def test_a_list_is_read_whole_and_put_in_force_by_another(village):
    first = listed(village)
    assert (first.state, first.groups_count) == ("waiting", 2)
    group = first.groups.get(code="GA1")
    assert (group.weight, group.mean, group.stable) == (16_000, 18_000_00, True)
    with pytest.raises(Conflict) as same:
        listed(village)
    assert same.value.code == "same_file"
    with pytest.raises(Denied):
        lists.decide_list(by=village.by("assessor"), row=first, approve=True)
    lists.decide_list(by=village.by("reviewer"), row=first, approve=True)
    with pytest.raises(Conflict):
        lists.decide_list(by=village.by("reviewer"), row=first, approve=True)
    second = listed(village, GROUPS[:1])
    with pytest.raises(Invalid):
        lists.decide_list(by=village.by("reviewer"), row=second, approve=False)
    lists.decide_list(by=village.by("reviewer"), row=second, approve=True)
    assert queries.list_in_force("310115", YEAR) == second
    first.refresh_from_db()
    assert first.state == Decided.REPLACED
    before = GroupList.objects.count()
    for rows, code in (
        ([{**GROUPS[0], "weight": "0"}], "bad_row"),
        ([{**GROUPS[0], "weight": "1.23456"}], "bad_row"),
        ([{**GROUPS[0], "code": "=1"}], "bad_row"),
        ([{**GROUPS[0], "stable": "也许"}], "bad_row"),
        ([GROUPS[0], GROUPS[0]], "bad_row"),
        ([], "empty"),
    ):
        with pytest.raises(Invalid) as refused:
            listed(village, rows)
        assert refused.value.code == code, rows
    for more, code in (
        ({"year": 2001}, "year_out_of_range"),
        ({"method": 41}, "unknown_method"),
        ({"mean_all": 0}, "amount_out_of_range"),
    ):
        with pytest.raises(Invalid) as refused:
            listed(village, **more)
        assert refused.value.code == code
    assert GroupList.objects.count() == before


def test_a_budget_is_not_given_out_twice_and_needs_two(village, hospital, fund):
    part = budgets.Part(provider=hospital.code, amount=30_000_00)
    with pytest.raises(Refused) as above:
        budgeted(village, [part], amount=20_000_00, stays=1)
    assert above.value.code == "parts_above_budget"
    for more, code in (
        ({"parts": [part, part]}, "unknown_provider"),
        ({"parts": [budgets.Part(provider="H999", amount=1)]}, "unknown_provider"),
        ({"parts": [], "stays": 60_000_01}, "amount_out_of_range"),
        ({"parts": [], "value": 0}, "value_out_of_range"),
    ):
        with transaction.atomic(), pytest.raises(Invalid) as refused:
            budgeted(village, **more)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        budgets.propose(
            by=stranger("accountant", region="510000"),
            region=SHANGHAI,
            scheme=Scheme.EMPLOYEES,
            year=YEAR,
            amount=1,
            stays=0,
            value=None,
            document="x",
            parts=[],
        )
    rows = [{"provider": hospital.code, "amount": "100.00", "coefficient": "6"}]
    with spreadsheets.write(budgets.LAYOUT, rows) as file, pytest.raises(Invalid, match="Row 2"):
        budgets.read(file)
    assert not YearBudget.objects.exists()
    row = budgeted(village, [part])
    with pytest.raises(Denied):
        budgets.decide_budget(by=village.by("accountant"), row=row, approve=True)
    budgets.decide_budget(by=village.by("reviewer"), row=row, approve=False, reason="数字有误")
    assert queries.budget_in_force(row.fund, YEAR) is None


def test_only_a_stay_that_has_ended_has_a_group_of_its_years_list(village, terms, bill, clerk):
    stay, visit = bill(20_000), bill(100, care=11, who="chen")
    with pytest.raises(Refused, match="stay in hospital"):
        stays.tell(by=clerk, encounter=visit, code="GA1")
    with pytest.raises(Invalid, match="does not name"):
        stays.tell(by=clerk, encounter=stay, code="XX9")
    with pytest.raises(NotFound):
        stays.tell(by=stranger("assessor", region="510000"), encounter=stay, code="GA1")
    assert not StayGroup.objects.exists()
    stays.tell(by=clerk, encounter=stay, code="RC2")
    stays.tell(by=clerk, encounter=stay, code="GA1")
    assert StayGroup.objects.get().code == "GA1"


def test_a_month_of_stays_a_group_that_changes_and_a_bill_that_is_taken_back(
    village, terms, bill, clerk, drive, later, hospital, fund
):
    stay, plain = bill(20_000), bill(8_000, who="chen", number="N7")
    stays.tell(by=clerk, encounter=stay, code="GA1")
    over = later()
    posting.post_all()
    owed = books.balance(fund, accounts.PROVIDERS_DUE)
    run = drive("case_payments", over, region=SHANGHAI)
    # GA1: 1.6 × 1.05 = 1.68 points × 12,500 = 21,000.00; less 4,275.00 of the person = 16,725.00,
    # where 15,725.00 were billed. The other has no group: 8,000 of 12,500 is 0.64 points, 8,000.00.
    first, second = CasePayment.objects.order_by("encounter_id")
    assert (first.points, first.standard, first.due, first.difference) == (
        16_800,
        21_000_00,
        16_725_00,
        1_000_00,
    )
    assert (second.points, second.standard, second.difference) == (6_400, 8_000_00, 0)
    assert (run.count, run.total) == (2, 1_000_00)
    adjusted = ProviderAdjustment.objects.get()
    assert (adjusted.kind, adjusted.amount) == ("group", 1_000_00)
    assert books.balance(fund, accounts.PROVIDERS_DUE) == owed + 1_000_00
    assert queries.used(terms) == {hospital.pk: 1_000_00}
    assert wrong("medical.bills_posted") == []
    with transaction.atomic():
        ProviderAdjustment.objects.update(amount=1)
        assert {each.code for each in wrong()} == {"case_difference", "provider_adjustment_books"}
        transaction.set_rollback(True)
    with transaction.atomic(), pytest.raises(IntegrityError):
        CasePayment.objects.update(difference=5)
    # Undone and done again, all is as it was.
    drive.undo(run)
    assert (CasePayment.objects.count(), ProviderAdjustment.objects.count()) == (0, 0)
    assert books.balance(fund, accounts.PROVIDERS_DUE) == owed
    run = drive("case_payments", over, region=SHANGHAI)
    # The other gets a group after all, of stays that count by their cost: no difference; and the
    # first is taken back: its bill and what it was worth count with the opposite.
    stays.tell(by=clerk, encounter=plain, code="RC2")
    settling.reverse(by=clerk, encounter=stay, reason="误结算")
    return_to = later.next()
    posting.post_all()
    again = drive("case_payments", return_to, region=SHANGHAI)
    assert (again.count, again.total) == (1, -1_000_00)
    back = CasePayment.objects.get(run=again)
    assert (back.encounter, back.stays, back.points, back.billed) == (
        stay,
        -1,
        -16_800,
        -15_725_00,
    )
    assert wrong("medical.bills_posted") == []
    with pytest.raises(Refused, match="later month"):
        drive.undo(run)
    with pytest.raises(Refused, match="later month"):
        drive("case_payments", over - 1, region=SHANGHAI)


def test_without_a_list_or_a_budget_stays_wait_and_a_month_may_bring_its_own_value(
    village, hospital, bill, drive, later, fund, clerk
):
    bill(20_000)
    over = later()
    with pytest.raises(Refused, match="paid together"):
        drive("case_payments", over - 1)
    run = drive("case_payments", over, region=SHANGHAI)
    assert (run.count, run.preview["held"][0]["total"]) == (0, 15_725_00)
    lists.decide_list(by=village.by("reviewer"), row=listed(village), approve=True)
    row = budgeted(village, [], value=None)
    budgets.decide_budget(by=village.by("reviewer"), row=row, approve=True)
    run = drive("case_payments", over, region=SHANGHAI)
    # A twelfth of 24,000.00 and the person's 4,275.00, for the only stay of the month.
    paid = CasePayment.objects.get()
    assert (paid.points, paid.standard, paid.due) == (16_000, 6_275_00, 2_000_00)
    assert paid.facts["value"] == 39_218_750  # 6,275.00 ÷ 1.6 = 3,921.875 yuan


def test_a_year_is_settled_from_its_budget_to_the_fen(
    village, terms, bill, drive, january, hospital, fund, clerk
):
    other = provider(village, "H31011500002", "浦东第二医院", 2)
    stay, far = bill(20_000), bill(9_000, who="chen", where=other, number="N2")
    stays.tell(by=clerk, encounter=stay, code="GA1")
    january()
    december = month(YEAR, 12)
    drive("case_payments", december, region=SHANGHAI)
    assert not CasePayment.objects.exists()  # their bills are of November
    with pytest.raises(Invalid, match="in its December"):
        drive("case_years", december - 1, region=SHANGHAI)
    drive("case_payments", far.settlements.get().booked_on.month - 1 + YEAR * 12, region=SHANGHAI)
    billed = {row.provider: row.billed for row in CasePayment.objects.all()}
    run = drive("case_years", december, region=SHANGHAI)
    ours, theirs = CaseYear.objects.order_by("provider_id")
    # 1.68 + 0.72 = 2.4 points share 24,000.00 and what others paid.
    pot = 24_000_00 + ours.others + theirs.others
    assert ours.worth == pot * 16_800 // 24_000 - ours.others
    assert ours.worth + theirs.worth == 24_000_00
    assert (ours.billed, theirs.billed) == (billed[hospital], billed[other])
    for row in (ours, theirs):
        adjusted = ProviderAdjustment.objects.get(kind="year", provider=row.provider)
        assert adjusted.amount == row.difference == row.final - row.billed - row.differences
    assert run.total == ours.difference + theirs.difference
    assert wrong() == []
    with transaction.atomic():
        YearBudget.objects.update(stays=1)
        assert {each.code for each in wrong()} == {"case_year_budget"}
        transaction.set_rollback(True)
    with pytest.raises(Refused, match="settled"):
        stays.tell(by=clerk, encounter=stay, code="RC2")
    row = budgeted(village, [], amount=70_000_00)
    with pytest.raises(Refused, match="settled"):
        budgets.decide_budget(by=village.by("reviewer"), row=row, approve=True)
    drive.undo(run)
    assert not CaseYear.objects.exists()
    assert wrong() == []


def test_a_difference_is_paid_and_the_score_of_the_year_releases_the_retention(
    village, terms, bill, drive, january, hospital, fund, clerk, banked
):
    stay = bill(20_000)
    stays.tell(by=clerk, encounter=stay, code="GA1")
    over = stay.settlements.get().booked_on.month - 1 + YEAR * 12
    january()
    assessor, reviewer = village.by("assessor"), village.by("reviewer")
    drive("provider_statements", over)
    agreeing.agree(by=assessor, statement=ProviderStatement.objects.get(), note="确认单")
    cases = drive("case_payments", over, region=SHANGHAI)
    drive("provider_payments", over)
    paid = ProviderPayment.objects.get()
    # 15,725.00 + 1,000.00 = 16,725.00, of which 5 % are retained
    assert (paid.adjusted, paid.retained, paid.payable) == (1_000_00, 836_25, 15_888_75)
    assert books.balance(fund, accounts.PROVIDERS_DUE) == 836_25
    with pytest.raises(Refused, match="in a payment"):
        drive.undo(cases)
    december = month(YEAR, 12)
    run = drive("retention_releases", december)
    assert (run.count, run.preview["held"][0]["total"]) == (0, 836_25)
    with pytest.raises(Invalid):
        releasing.enter_score(
            by=assessor, provider=hospital, year=YEAR, score=1_000_001, document="x"
        )
    score = releasing.enter_score(
        by=assessor, provider=hospital, year=YEAR, score=875_000, document="考核结果通报"
    )
    with pytest.raises(Denied):
        releasing.decide_score(by=assessor, row=score, approve=True)
    assert drive("retention_releases", december).count == 0
    releasing.decide_score(by=reviewer, row=score, approve=True)
    run = drive("retention_releases", december)
    # 87.5 releases 95 %: 836.25 × 95 % = 794.4375
    assert (run.count, run.total, run.preview["figures"]) == (1, 794_44, {"forfeited": 41_81})
    assert queries.retained(hospital) == 0
    assert books.balance(fund, accounts.PROVIDERS_DUE) == 794_44
    assert wrong() == []
    drive("provider_payments", december)
    last = ProviderPayment.objects.latest("pk")
    assert (last.due, last.released, last.retained, last.payable) == (0, 794_44, 0, 794_44)
    assert books.balance(fund, accounts.PROVIDERS_DUE) == 0
    assert wrong() == []
    with pytest.raises(Refused, match="in a payment"):
        drive.undo(run)
    assert ProviderScore.objects.get().state == Decided.TAKEN


def test_the_desk_hands_in_decides_and_shows_the_working_to_those_of_the_place(
    village, bill, drive, january, hospital, fund, client, django_assert_max_num_queries
):
    rows = [{"provider": hospital.code, "amount": "30000.00", "coefficient": "1.05"}]
    client.force_login(village.by("assessor"))
    with spreadsheets.write(lists.LAYOUT, GROUPS) as file:
        said = {"region": SHANGHAI, "year": str(YEAR), "method": "40", "mean_all": "12500"}
        sent = client.post(
            "/admin/medical/grouplist/send/", {**said, "document": "函", "file": _named(file)}
        )
    listed_ = GroupList.objects.get()
    assert sent.url == f"/admin/medical/grouplist/{listed_.pk}/change/"
    assert client.get("/admin/medical/grouplist/template/").status_code == 200
    client.force_login(village.by("accountant"))
    said = {"region": SHANGHAI, "scheme": "1", "year": str(YEAR), "amount": "60000"}
    said |= {"stays": "24000", "value": "12500", "document": "预算方案"}
    with spreadsheets.write(budgets.LAYOUT, rows) as file:
        sent = client.post("/admin/medical/yearbudget/propose/", {**said, "file": _named(file)})
    budget = YearBudget.objects.get()
    assert (sent.status_code, budget.value) == (302, 125_000_000)
    assert client.get("/admin/medical/yearbudget/template/").status_code == 200
    stay = bill(20_000)
    for place in range(5):  # further rows of each list cost no further query
        budgeted(village, [], document=f"草案{place}")
        bill(9_000, who="chen", number=f"M{place}")
    client.force_login(village.by("assessor"))
    sent = client.post(f"/admin/medical/provider/{hospital.pk}/score/", _score("87.5"))
    assert ProviderScore.objects.get().score == 875_000
    client.force_login(village.by("reviewer"))
    for made in (listed_, budget, ProviderScore.objects.get()):
        at = f"/admin/medical/{made._meta.model_name}/{made.pk}"
        assert client.post(f"{at}/approve/").status_code == 302
        made.refresh_from_db()
        assert made.state == Decided.TAKEN
    client.force_login(village.by("assessor"))
    noted = client.post(f"/admin/medical/encounter/{stay.pk}/group/", {"code": "GA1"})
    assert (noted.status_code, StayGroup.objects.get().code) == (302, "GA1")
    wrong_code = client.post(f"/admin/medical/encounter/{stay.pk}/group/", {"code": "XX"})
    assert wrong_code.status_code == 422
    over = stay.settlements.get().booked_on.month - 1 + YEAR * 12
    january()
    drive("case_payments", over, region=SHANGHAI)
    drive("case_years", month(YEAR, 12), region=SHANGHAI)
    pages = {
        f"/admin/medical/casepayment/{stay.case_payments.get().pk}/change/": "16,725.00",
        f"/admin/medical/caseyear/{CaseYear.objects.get().pk}/change/": "24,000.00",
        f"/admin/medical/yearbudget/{budget.pk}/change/": "30,000.00",
        f"/admin/medical/grouplist/{listed_.pk}/change/": "重大手术",
        f"/admin/medical/providerscore/{ProviderScore.objects.get().pk}/change/": "87.5",
    }
    lists_ = ["casepayment", "caseyear", "yearbudget", "grouplist", "providerscore"]
    for page, shown in pages.items():
        assert shown in client.get(page).content.decode(), page
    for name in lists_:
        with django_assert_max_num_queries(21):
            assert client.get(f"/admin/medical/{name}/").status_code == 200
    assert "Payment by group" in client.get(
        f"/admin/medical/encounter/{stay.pk}/change/"
    ).content.decode().replace("&nbsp;", " ")
    client.force_login(stranger("assessor", region="510000"))
    for page in pages:
        assert client.get(page).status_code in (302, 404), page
    assert client.post(
        f"/admin/medical/encounter/{stay.pk}/group/", {"code": "RC2"}
    ).status_code in (
        302,
        404,
    )
    assert StayGroup.objects.get().code == "GA1"


def test_a_provider_tells_groups_and_reads_its_own_stays_and_years(
    village, terms, bill, drive, january, hospital, fund
):
    system = speaks_for(hospital, "hospital-groups")
    other = speaks_for(provider(village, "H31011500009", "别家", 3), "other-groups")
    reads, writes = {"scopes": ["statements:read"]}, {"scopes": ["bills:write"]}
    groups = system.ask("get", f"/api/v1/stay-groups/?year={YEAR}", scopes=["bills:read"]).json()
    assert groups["results"][0] == {
        "code": "GA1",
        "name": "重大手术",
        "weight": "1.6",
        "mean": "18000.00",
        "stable": True,
    }
    unknown = system.ask("get", "/api/v1/stay-groups/?year=2020", scopes=["bills:read"])
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_list_of_groups")
    stay = bill(20_000)
    at = f"/api/v1/visits/{stay.public_id}/group/"
    body = {"msgid": "G1", "group": "GA1"}
    assert other.ask("post", at, body, **writes).status_code == 404
    refused = system.ask("post", at, {"msgid": "G0", "group": "XX"}, **writes)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_group")
    assert not StayGroup.objects.exists()
    told = system.ask("post", at, body, **writes)
    assert (told.status_code, told.json()) == (200, {"number": "N1", "group": "GA1"})
    again = system.ask("post", at, body, **writes)
    assert again.headers["Message-Replayed"] == "true"
    over = stay.settlements.get().booked_on.month - 1 + YEAR * 12
    january()
    drive("case_payments", over, region=SHANGHAI)
    drive("case_years", month(YEAR, 12), region=SHANGHAI)
    (seen,) = system.ask("get", "/api/v1/case-payments/", **reads).json()["results"]
    assert (seen["visit"], seen["group"], seen["points"], seen["difference"]) == (
        "N1",
        "GA1",
        "1.68",
        "1000.00",
    )
    assert (seen["facts"]["coefficient"], seen["facts"]["value"]) == ("1.05", "12500")
    (year,) = system.ask("get", "/api/v1/case-years/", **reads).json()["results"]
    assert (year["worth"], year["billed"], year["differences"]) == (
        "24000.00",
        "15725.00",
        "1000.00",
    )
    for path in ("case-payments", "case-years"):
        assert other.ask("get", f"/api/v1/{path}/", **reads).json()["results"] == []
        assert system.ask("get", f"/api/v1/{path}/", scopes=["bills:read"]).status_code == 403


def _named(file):
    return SimpleUploadedFile("file.xlsx", file.read())


def _score(score):
    return {"year": str(YEAR), "score": score, "document": "考核结果通报"}
