"""The audit of a month of bills: what each rule finds, what is decided on it, and the provider's word."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrollment.models import Person
from medical.models import (
    BillFinding,
    CatalogueItem,
    FindingAppeal,
    OfSex,
    ProviderItem,
    ProviderPayment,
    ProviderStatement,
)
from medical.queries import findings as queries
from medical.services.auditing import appeals, deciding, rules
from medical.services.paying import agreeing
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from tests.medical.clerks import clerk as stranger
from tests.medical.hospital import catalogue, clerk, hospital, of, provider, village
from tests.medical.paying import banked, bill, drive, fund, later
from tests.medical.test_api import speaks_for

__all__ = ["banked", "bill", "catalogue", "clerk", "drive", "fund", "hospital", "later", "village"]

TODAY = timezone.localdate()


@pytest.fixture
def look(drive, later):
    """Run the audit over the month that is over: what it found, as {rule: [(visit, cost)]}."""

    def audit():
        drive("bill_audit", later())
        found = {}
        for each in BillFinding.objects.select_related("encounter").order_by("encounter", "line"):
            found.setdefault(each.rule, []).append((each.encounter.number, each.cost))
        return found

    return audit


def test_rules_find_what_they_are_for_and_nothing_else(village, bill, look, fund, hospital):
    day = TODAY - timedelta(days=30)
    CatalogueItem.objects.filter(code="A1").update(most_a_day=2, sex=0)
    CatalogueItem.objects.filter(code="B1").update(least_age=12 * 90)
    twice = [of("A1", 2_500, "1", day=day), of("A1", 2_500, "2", day=day)]
    bill(number="twice", lines=twice, day=day)
    bill(number="many", lines=[of("A1", 1_000, quantity=5, day=day)], day=day, who="chen")
    third = day + timedelta(days=3)
    bill(number="young", lines=[of("B1", 100, quantity=50, day=third)], day=third, who="chen")
    first = day + timedelta(days=2)
    bill(9_000, number="first", day=first, days=2, diagnosis="J18.900")
    # Five days later for the same disease, without a charge on four of its six days.
    again = first + timedelta(days=6)
    lines = [of("A1", 50_000, "1", day=again), of("A1", 60, "2", day=again + timedelta(days=5))]
    bill(number="again", lines=lines, day=again, days=6, diagnosis="J18.900")
    within = again + timedelta(days=2)
    bill(number="inside", lines=[of("A1", 9_000, day=within)], day=within, care=11)
    assert look() == {
        "duplicate": [("twice", 2_500_00)],
        # 5 where 2 are possible: three fifths of 5,000.00
        "too_many": [("many", 3_000_00)],
        "age": [("young", 4_500_00)],
        "outpatient_in_stay": [("inside", 9_000_00)],
        "split_stay": [("again", 50_060_00)],
        # 50,060.00 in six days, where 6,000.00 a day are possible
        "daily_cost": [("again", 14_060_00)],
        "hanging_bed": [("again", 50_060_00)],
    }
    one = BillFinding.objects.get(rule="daily_cost")
    # What the insurance paid of that cost, and no more than the bill's whole.
    paid = sum(one.encounter.settlements.values_list("fund_pay", flat=True))
    assert one.stake == one.cost * paid // 50_060_00
    assert one.facts == {"days": 6, "a_day": 50_060_00 // 6, "most": 6_000_00}


def test_further_rules_on_sex_death_two_places_supply_and_the_own_price_list(
    village, bill, look, fund, hospital
):
    day = TODAY - timedelta(days=30)
    lin, chen = village.souls["lin"], village.souls["chen"]
    other = OfSex.MALE if chen.sex == OfSex.FEMALE else OfSex.FEMALE
    CatalogueItem.objects.filter(code="B1").update(sex=other, price_limit=None)
    bill(number="sex", lines=[of("B1", 100, quantity=30, day=day)], day=day, who="chen")
    # A stay here and another elsewhere from the day after: the later one is found.
    elsewhere = provider(village, "H31011500008", "另一家", 3)
    bill(9_000, number="here", day=day, days=3)
    second = day + timedelta(days=1)
    bill(9_000, number="there", day=second, days=2, where=elsewhere)
    # One a day is possible: 100 are 16 more than 84 days take, 16 % of 10,000.00.
    CatalogueItem.objects.filter(code="A1").update(most_a_day=1)
    third = day + timedelta(days=5)
    for number, quantity in (("s1", 50), ("s2", 50)):
        lines = [of("A1", 100, quantity=quantity, day=third)]
        bill(number=number, lines=lines, day=third, care=11, who="chen")
    # 9,000.00 a unit, where its own list says 6,750.00: a quarter of 9,000.00.
    ProviderItem.objects.create(
        provider=elsewhere,
        local_code="X1",
        name="一项",
        kind=1,
        code="A1",
        price=6_750_00,
        from_date=date(2020, 1, 1),
    )
    fourth = day + timedelta(days=6)
    late = bill(3_000, number="late", day=fourth + timedelta(days=1))
    # The registry learns afterwards of a death on the day before.
    Person.objects.filter(pk=lin.pk).update(died_on=fourth)
    found = look()
    assert {rule: found[rule] for rule in ("sex", "overlap", "after_death", "above_list")} == {
        "sex": [("sex", 2_700_00)],  # 3,000.00 less the first self-pay of a tenth
        "overlap": [("there", 9_000_00)],
        "after_death": [("late", 3_000_00)],
        "above_list": [("there", 2_250_00)],
    }
    assert found["oversupply"] == [("s2", 1_600_00)]
    assert BillFinding.objects.get(rule="after_death").encounter == late
    assert BillFinding.objects.get(rule="oversupply").facts == {
        "code": "A1",
        "charged": 100,
        "most": 84,
    }


def test_each_rule_has_its_own_code_and_the_article_that_it_may_breach():
    assert len(rules.all_rules()) >= 12
    assert all(each.law.startswith("医疗保障基金使用监督管理条例第") for each in rules.all_rules())
    with pytest.raises(ValueError, match="twice"):
        rules.register("duplicate", "", "", "")


@pytest.fixture
def finding(bill, fund, drive, later, banked):
    """A stay of 20,000.00, of which 500.00 are charged twice, found with the statement."""
    day = TODAY - timedelta(days=20)
    second = day + timedelta(days=1)
    lines = [
        of("A1", 19_000, "1", day=day),
        of("A1", 500, "2", day=second),
        of("A1", 500, "3", day=second),
    ]
    bill(number="N1", lines=lines, day=day, days=4)
    drive("provider_statements", later())
    return BillFinding.objects.get(rule="duplicate")


def test_a_deduction_is_confirmed_by_another_and_taken_with_the_payment(
    village, finding, drive, banked
):
    assessor, reviewer = village.by("assessor"), village.by("reviewer")
    # 500.00 of 20,000.00, of which the fund paid 15,725.00
    assert finding.stake == 500_00 * 15_725_00 // 20_000_00 == 393_12
    with pytest.raises(Invalid):
        deciding.propose(by=assessor, finding=finding, amount=393_13, reason="重复收费")
    with pytest.raises(NotFound):
        deciding.dismiss(by=stranger("assessor", region="510000"), finding=finding, reason="x")
    taken = deciding.take_next(by=assessor)
    assert (taken.pk, deciding.take_next(by=assessor)) == (finding.pk, None)
    deciding.propose(by=assessor, finding=finding, amount=393_12, reason="重复收费")
    with pytest.raises(Denied):
        deciding.confirm(by=assessor, finding=finding, approve=True)
    deciding.confirm(by=reviewer, finding=finding, approve=True)
    with pytest.raises(Conflict):
        deciding.dismiss(by=assessor, finding=finding, reason="晚了")
    agreeing.agree(by=assessor, statement=ProviderStatement.objects.get(), note="确认单")
    drive("provider_payments", finding.month)
    (paid,) = ProviderPayment.objects.all()
    # 15,725.00 − 393.12 = 15,331.88; 5 % of it, 766.59, is retained
    assert (paid.deducted, paid.retained, paid.payable) == (393_12, 766_59, 14_565_29)
    finding.refresh_from_db()
    assert finding.deducted_in == paid
    asked = ["medical.provider_payments", "medical.provider_books", "medical.statements"]
    assert [each for _q, found in oversight.run(asked) for each in found] == []
    (seen,) = queries.precision(reviewer)
    assert (seen.rule, seen.real, seen.wrong, seen.share) == ("duplicate", 1, 0, 100)


def test_an_appeal_that_is_upheld_gives_the_deduction_back_with_the_next_payment(
    village, finding, drive, bill, later, banked
):
    assessor, reviewer = village.by("assessor"), village.by("reviewer")
    other = stranger("reviewer", region="310000")
    with pytest.raises(Conflict):
        appeals.appeal(by=village.by("intake"), finding=finding, text="两次用药均有医嘱")
    deciding.propose(by=assessor, finding=finding, amount=300_00, reason="重复收费")
    deciding.confirm(by=reviewer, finding=finding, approve=True)
    agreeing.agree(by=assessor, statement=ProviderStatement.objects.get(), note="确认单")
    drive("provider_payments", finding.month)
    made = appeals.appeal(by=village.by("intake"), finding=finding, text="两次用药均有医嘱")
    assert made.due_on > made.made_on
    with pytest.raises(Denied):
        appeals.decide(by=reviewer, made=made, upheld=True, reason="有医嘱")
    appeals.decide(by=other, made=made, upheld=False, reason="医嘱只有一次")
    # Once more, before a panel of other people.
    panel = appeals.appeal(by=village.by("intake"), finding=finding, text="补交护理记录")
    with pytest.raises(Denied):
        appeals.decide(by=other, made=panel, upheld=True, reason="有记录")
    appeals.decide(
        by=stranger("reviewer", region="310000"), made=panel, upheld=True, reason="有记录"
    )
    finding.refresh_from_db()
    assert finding.state == "restored"
    assert queries.precision(reviewer)[0].wrong == 1
    # It comes back with the next payment, once: 1,000.00 × 85 % is due for a bill of the next month.
    bill(2_500, number="N2", who="chen")
    following = later.next()
    drive("provider_statements", following)
    next_ = ProviderStatement.objects.get(month=following)
    agreeing.agree(by=assessor, statement=next_, note="确认单")
    before = ProviderPayment.objects.get()
    drive("provider_payments", following)
    paid = ProviderPayment.objects.latest("pk")
    # 850.00 + 300.00 given back = 1,150.00, of which 5 % are retained
    assert (before.deducted, before.restored) == (300_00, 0)
    assert (paid.due, paid.restored, paid.retained, paid.payable) == (
        850_00,
        300_00,
        57_50,
        1_092_50,
    )
    finding.refresh_from_db()
    assert (finding.deducted_in, finding.restored_in) == (before, paid)
    asked = ["medical.provider_payments", "medical.provider_books", "medical.statements"]
    assert [each for _q, found in oversight.run(asked) for each in found] == []
    with pytest.raises(Conflict):
        appeals.appeal(by=village.by("intake"), finding=finding, text="再次")
    assert FindingAppeal.objects.count() == 2


def test_an_appeal_after_its_last_day_is_refused(village, finding):
    deciding.propose(by=village.by("assessor"), finding=finding, amount=1_00, reason="重复收费")
    deciding.confirm(by=village.by("reviewer"), finding=finding, approve=True)
    BillFinding.objects.update(appeal_until=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="possible until"):
        appeals.appeal(by=village.by("intake"), finding=finding, text="两次用药均有医嘱")
    assert not FindingAppeal.objects.exists()


def test_the_desk_shows_a_statement_and_its_findings_to_those_of_the_place(
    village, finding, client
):
    statement = ProviderStatement.objects.get()
    pages = [
        f"/admin/medical/providerstatement/{statement.pk}/change/",
        f"/admin/medical/billfinding/{finding.pk}/change/",
        "/admin/medical/billfinding/precision/",
        "/admin/medical/billfinding/next/",
    ]
    client.force_login(village.by("assessor"))
    for page in pages:
        assert client.get(page).status_code == 200
    answer = client.post(
        f"/admin/medical/billfinding/{finding.pk}/deduct/",
        {"amount": "100.00", "reason": "重复收费"},
    )
    assert answer.status_code == 302
    finding.refresh_from_db()
    assert (finding.state, finding.amount) == ("proposed", 100_00)
    told = {"bills": "1", "total": "20000", "fund_pay": "15725", "person_pay": "4275"}
    client.post(f"/admin/medical/providerstatement/{statement.pk}/totals/", told)
    statement.refresh_from_db()
    assert statement.state == "agreed"
    client.force_login(stranger("assessor", region="510000"))
    for page in pages[:2]:
        assert client.get(page).status_code == 302


def test_a_provider_reads_agrees_and_appeals_by_its_own_system(village, finding, hospital, later):
    system = speaks_for(hospital, "hospital-money")
    other = speaks_for(provider(village, "H31011500009", "别家", 3), "other-money")
    read, write = {"scopes": ["statements:read"]}, {"scopes": ["statements:write"]}
    (seen,) = system.ask("get", "/api/v1/statements/", **read).json()["results"]
    at = f"/api/v1/statements/{seen['id']}/"
    assert (seen["bills"], seen["fund_pay"]) == (1, "15725.00")
    assert other.ask("get", at, **read).status_code == 404
    told = {"bills": 1, "total": "20000.00", "fund_pay": "15725.01", "person_pay": "4274.99"}
    answer = system.ask("post", f"{at}totals/", told, key="k1", **write)
    assert answer.json()["state"] == "differs"
    bills = [{"number": "N1", **{name: told[name] for name in ("total", "fund_pay", "person_pay")}}]
    answer = system.ask("post", f"{at}bills/", {"bills": bills}, key="k2", **write).json()
    assert answer["differences"] == [
        {"number": "N1", "why": "funds", "ours": "15725.00", "theirs": "15725.01"}
    ]
    right = {**told, "fund_pay": "15725.00", "person_pay": "4275.00"}
    assert system.ask("post", f"{at}totals/", right, key="k3", **write).json()["state"] == "agreed"
    assert system.ask("get", "/api/v1/deductions/", **read).json()["results"] == []
    deciding.propose(by=village.by("assessor"), finding=finding, amount=300_00, reason="重复收费")
    deciding.confirm(by=village.by("reviewer"), finding=finding, approve=True)
    (cut,) = system.ask("get", "/api/v1/deductions/", **read).json()["results"]
    assert (cut["visit"], cut["line"], cut["amount"]) == ("N1", "3", "300.00")
    to = f"/api/v1/deductions/{cut['id']}/appeals/"
    assert other.ask("post", to, {"text": "不服"}, key="k4", **write).status_code == 404
    assert system.ask("post", to, {"text": "两次均有医嘱"}, key="k5", **write).status_code == 201
    assert FindingAppeal.objects.get().finding_id == finding.pk
