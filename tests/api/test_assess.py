"""The public estimator: anyone may ask, nothing is stored, the limit holds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from enrollment.models import Person
from socsec.office.models import AuditEntry


@pytest.fixture(autouse=True)
def _policy(edition):
    """The estimator answers by the edition in force."""


def ask(client, rule, facts, **more):
    query = "".join(
        f"{'&' if i else '?'}{k}={v}" for i, (k, v) in enumerate(more.pop("query", {}).items())
    )
    return client.post(
        f"/api/v1/assess/{rule}{query}", json.dumps(facts), content_type="application/json", **more
    )


def test_the_pensionable_age_of_a_man_born_in_may_1965(client):
    answer = ask(
        client, "pensions.retirement_age", {"category": "MALE_60", "birth_month": "1965-05"}
    )
    assert answer.status_code == 200, answer.content
    said = answer.json()
    # five months after January 1965: two steps of four months begun, so 60 years and 2 months
    assert said["result"]["pension_month"] == "2025-07"
    assert said["estimate"] is True
    assert {line["code"] for line in said["lines"]} >= {"pension_month"}


def test_it_stores_nothing(client):
    ask(client, "pensions.retirement_age", {"category": "MALE_60", "birth_month": "1965-05"})
    assert not AuditEntry.objects.filter(act__startswith="assess").exists()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"category": "MALE_60"}, "birth_month"),
        ({"category": "MALE_60", "birth_month": "1965-05", "colour": "red"}, "colour"),
        ({"category": "MALE_60", "birth_month": "soon"}, "birth_month"),
        ({"category": "GIANT", "birth_month": "1965-05"}, "category"),
    ],
)
def test_a_fact_that_is_missing_unknown_or_impossible_is_named(client, facts, named):
    answer = ask(client, "pensions.retirement_age", facts)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{named}"


def test_an_unknown_rule_is_not_found(client):
    answer = ask(client, "pensions.eternal_youth", {})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_rule")


@pytest.mark.parametrize("region", ["31", "abcdef", "３１００００", "990000"])
def test_a_region_is_six_digits_of_a_province(client, region):
    answer = ask(client, "pensions.retirement_age", {}, query={"region": region})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/region"


def test_every_rule_is_listed_with_its_facts(client):
    listed = client.get("/api/v1/rules/").json()["results"]
    assert {"pensions.retirement_age", "pensions.employees.old_age", "enrollment.contribution"} <= {
        rule["rule"] for rule in listed
    }
    assert all(rule["label"]["zh"] and rule["label"]["en"] and rule["facts"] for rule in listed)


def test_who_asks_too_often_is_told_when_to_come_back(client, monkeypatch):
    from socsec.office.api.assess import AssessThrottle

    monkeypatch.setattr(AssessThrottle, "THROTTLE_RATES", {"assess": "3/min"})
    facts = {"category": "MALE_60", "birth_month": "1965-05"}
    statuses = [ask(client, "pensions.retirement_age", facts).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    last = ask(client, "pensions.retirement_age", facts)
    assert last.headers["Retry-After"].isdigit()
    assert last.json()["code"] == "throttled"


def test_the_partner_of_a_problem_finds_its_page_in_both_languages(client):
    english = client.get("/api/v1/problems/purpose_missing/", headers={"Accept-Language": "en"})
    chinese = client.get("/api/v1/problems/purpose_missing/", headers={"Accept-Language": "zh-CN"})
    assert english.status_code == chinese.status_code == 200
    assert english.content != chinese.content


def test_the_description_is_complete_and_served_from_here(client):
    schema = client.get("/api/v1/schema/?format=json").json()
    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/declarations/" in schema["paths"]
    page = client.get("/api/v1/docs/").content.decode()
    assert "https://" not in page.replace("https://schemas", "")


ONE_WORKER = """
import django
from django.conf import settings
from socsec.settings.base import cache
settings.CACHES = {"default": cache(settings.REDIS_URL)}
django.setup()
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from socsec.office.api.assess import AssessThrottle
AssessThrottle.THROTTLE_RATES = {"assess": "3/min"}
asked = RequestFactory().post("/", REMOTE_ADDR="203.0.113.7")
asked.user = AnonymousUser()
print(AssessThrottle().allow_request(asked, None))
"""


def test_the_limit_of_the_estimator_holds_across_workers():
    """Each worker counts in Redis as an office's settings say; a count of its own would be no limit."""
    said = [
        subprocess.run(
            [sys.executable, "-c", ONE_WORKER],
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "socsec.settings.test"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _worker in range(4)
    ]
    assert said == ["True", "True", "True", "False"]
