"""Estimates: the rules of a claim on stated facts or on the record, and nothing is kept."""

from datetime import date

import pytest
from django.core.cache import cache

from pensions.models import PensionClaim
from pensions.services import decision, estimate
from pensions.services.claim import region_of
from socsec.kernel import rules
from socsec.kernel.months import format_month
from socsec.office.models import AuditEntry, Case
from tests.portal.conftest import this_month

pytestmark = pytest.mark.django_db

SAID = {
    "birth_month": "3",
    "birth_year": "1973",
    "category": "0",
    "region": "110000",
    "paid_years": "25",
    "index": "0.9",
    "balance": "100,000",
    "goes_on": "on",
}


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def test_the_public_estimate_is_what_the_rule_says(client, edition):
    page = client.post("/estimate/", SAID)
    one = page.context["one"]
    added = max(0, one.start - 1 - this_month())
    months = 25 * 12 + added
    # 8 % of 0.9 of Beijing's base goes to the account each month; all bears 1.5 % a year by months.
    balance, credit = 100_000_00, (12049_00 * 9 // 10 * 8 + 50) // 100
    year_interest, paid = 0, 0
    now = this_month()
    for year in range(now // 12, (one.start - 1) // 12 + 1):
        borne = 0
        for each in range(max(year * 12, now), min(year * 12 + 12, one.start)):
            paid += 1 if each > now else 0
            borne += balance + paid * credit
        borne += year_interest * (min(year * 12 + 12, one.start) - year * 12)
        year_interest += (borne * 15 * 2 + 12_000) // 24_000
    said = rules.assess(
        "pensions.employees.claim",
        {
            "category": "MALE_60",
            "birth_month": "1973-03",
            "claim_month": format_month(one.start),
            "months_paid": months,
            "average_index": "0.9",
            "account_balance": yuan_plain(balance + paid * credit + year_interest),
        },
        policy=estimate.current_policy(),
        region="110000",
    )
    assert one.monthly == said.sheet.amount
    assert one.start == page.context["when"].statutory
    assert "Estimate, not a decision" in page.text


def test_the_public_estimate_stores_nothing(client, edition):
    before = AuditEntry.objects.count()
    client.post("/estimate/", SAID)
    assert AuditEntry.objects.count() == before
    assert not Case.objects.exists()
    assert "sessionid" not in client.cookies


def test_the_start_page_asks_two_questions_and_the_next_one_the_rest(client, edition):
    assert "When were you born?" in client.get("/").text
    first = {name: SAID[name] for name in ("birth_month", "birth_year", "category")}
    page = client.post("/estimate/", first)
    assert page.context["form"]["birth"].value() == 1973 * 12 + 2
    assert 'value="1973"' in page.text
    assert not page.context["form"].is_bound  # nothing is called wrong before it was asked


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("birth_month", "13", "between 1 and 12"),
        ("paid_years", "-3", "whole number"),
        ("paid_years", "200", "between 0 and 60"),
        ("index", "NaN", "digits"),
        ("index", "-1", "below zero"),
        ("balance", "1e9", "digits"),
        ("balance", "0.001", "2 decimals"),
        ("category", "7", "valid choice"),
        ("region", "999999", "valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(client, edition, name, typed, words):
    page = client.post("/estimate/", {**SAID, name: typed})
    assert page.status_code == 200
    assert any(words in text for _anchor, text in page.context["form"].summary)
    assert "one" not in page.context
    assert "<title>Error: " in page.text


def test_an_impossible_pair_of_facts_is_an_error_and_not_a_fault(client, edition):
    page = client.post("/estimate/", {**SAID, "birth_year": "1901", "paid_years": "0"})
    assert page.status_code == 200


def test_too_few_months_is_told_with_how_many_are_missing(client, edition):
    page = client.post("/estimate/", {**SAID, "paid_years": "1", "goes_on": ""})
    assert "could not draw a pension yet" in page.text
    assert page.context["one"].short > 0


def test_the_estimator_can_be_asked_only_so_often_a_minute(client, edition, monkeypatch):
    monkeypatch.setattr("socsec.office.portal.timezone.now", lambda: _Noon)
    answers = [client.post("/estimate/", {}).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    assert client.get("/estimate/").status_code == 200


def yuan_plain(fen):
    return f"{fen // 100}.{fen % 100:02d}"


class _Noon:
    @staticmethod
    def timestamp() -> float:
        return 1_800_000_000.0


def test_the_own_estimate_is_the_decision_on_the_record_as_it_would_go_on(in_portal, shen):
    person, policy = shen.person, estimate.current_policy()
    start = this_month() + 2
    stopped = estimate.of_person(person, start, 0, policy, plan=estimate.STOPS)
    decided = decision.decide(
        decision.gather_for(person, region_of(person), start, 0, policy=policy), policy
    )
    assert stopped.monthly == decided.monthly
    going_on = estimate.of_person(person, start, 0, policy)
    assert going_on.months > stopped.months
    assert going_on.monthly > stopped.monthly


def test_the_page_of_the_own_estimate_shows_chart_table_and_sheet(in_portal):
    page = in_portal.get("/my-estimate/")
    ages = page.context["ages"]
    one = page.context["one"]
    assert one.start == page.context["when"].statutory
    assert len(ages["rows"]) == len(ages["chart"].lying) >= 7
    assert sum(one.parts.values()) == one.monthly
    assert 'role="img"' in page.text
    assert "<table" in page.text
    assert "sheet__title" in page.text
    later = in_portal.get("/my-estimate/", {"start": str(one.start + 6), "then": "stop"})
    assert later.context["one"].start == one.start + 6
    assert later.context["goes_on"] is False
    for odd in ("", "x", "99999999999", "²", "-1"):
        answer = in_portal.get("/my-estimate/", {"start": odd, "category": odd})
        assert answer.context["one"].start == one.start


def test_the_home_page_offers_the_claim_and_the_estimate_until_it_is_claimed(in_portal, shen):
    page = in_portal.get("/")
    assert "Claim your pension from" in page.text
    assert "Your pension, estimated" in page.text
    assert not PensionClaim.objects.exists()


def test_a_record_that_the_policy_cannot_value_gets_a_page_and_not_an_error(client, cast):
    old = cast.person("老档案", date(1970, 5, 5), phone="13900002089")
    cast.earlier(old, 23904, 23910, 50_000)  # 1992: no average wage of that year is known
    client.force_login(
        cast.account(old, "old"), backend="django.contrib.auth.backends.ModelBackend"
    )
    page = client.get("/my-estimate/")
    assert page.status_code == 200
    assert "We cannot estimate from your record yet" in page.text
    assert client.get("/").status_code == 200
