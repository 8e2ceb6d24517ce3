"""A draft of a yearly adjustment, tried on every pension before anybody approves it."""

from datetime import date

import pytest
from django.urls import reverse

from funds.models import Scheme
from pensions.services.trial import Question, try_out
from socsec.kernel.months import month
from socsec.office.errors import Problem
from socsec.office.models import Role
from socsec.office.services import policy

from .conftest import BEIJING, PUDONG, SHANGHAI, staff, traces
from .test_adjustment_run import pensioner  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
JANUARY = month(2025, 1)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def enter(name, value, at="2025-01-01", by=None):
    return policy.enter(
        code=f"pensions.adjustment.{name}",
        region=SHANGHAI,
        from_date=date.fromisoformat(at),
        value=value,
        law="沪人社养〔2025〕草案",
        by=by or staff(Role.POLICY_OFFICER),
    )


def tried(question=Question.DRAFT_TO_LIVE, at=JANUARY, region=SHANGHAI, schemes=Scheme.values):
    return try_out(month=at, region=region, schemes=schemes, question=question)


def test_a_draft_stands_beside_what_is_in_force_and_writes_nothing(pensioner):  # noqa: F811
    """Flat 50 a month is in force: 91.65 for 5,500 and 25 years. The draft says 60, so 101.65."""
    pensioner(), pensioner(name="钱干", scheme=Scheme.AGENCIES)
    draft = enter("flat", "60")
    before = traces()
    found = tried()
    whole = found.spread["whole"]
    assert (whole["count"], whole["increase"], whole["other"]) == (2, 203_30, 183_30)
    assert (whole["more"], whole["less"]) == ([2, 20_00], [0, 0])
    by_scheme = next(each for each in found.spread["groups"] if each["en"] == "Scheme")
    assert [(row["en"], row["increase"]) for row in by_scheme["rows"]] == [
        ("Employees", 101_65),
        ("Agencies and institutions", 101_65),
    ]
    assert found.drafts == [draft]
    # Beside the year before: 61 + 25 + 1 % of 5,500.
    last = tried(Question.DRAFT_TO_LAST, schemes=[Scheme.EMPLOYEES]).spread["whole"]
    assert (last["increase"], last["other"], last["less"]) == (101_65, 141_00, [1, 39_35])
    assert traces() == before

    # Once approved it is the rule in force, and nothing waits.
    policy.approve(value_id=draft.pk, by=staff(Role.REVIEWER))
    assert tried().drafts == []
    assert tried(Question.LIVE_TO_LAST).spread["whole"]["increase"] == 203_30


def test_a_year_without_a_scheme_and_a_scheme_that_cannot_be_applied_are_named(pensioner):  # noqa: F811
    pensioner()
    later = month(2026, 1)
    assert (tried(at=later).spread, tried(at=later).without) == ({}, [PUDONG])
    enter("month", "2026-01", "2026-01-01")
    enter("flat", "-1", "2026-01-01")
    before = traces()
    for at, code in ((later, "negative"), (month(2025, 2), "not_january")):
        with pytest.raises(Problem) as refused:
            tried(at=at)
        assert refused.value.code == code
    assert traces() == before


def test_the_page_shows_it_to_whoever_may_read_policy_and_to_nobody_of_elsewhere(
    client,
    pensioner,  # noqa: F811
):
    pensioner()
    enter("flat", "60")
    url = reverse("admin:pensions_trial")
    client.force_login(staff(Role.POLICY_OFFICER), backend=BACKEND)
    page = client.get(url, {"year": "2025"}).content.decode()
    assert "101.65" in page
    assert "1 get more now (+10.00), 0 less (−0.00)" in page
    assert "Values that wait for a check" in page
    wrong = client.get(url, {"year": "1066", "scheme": "x", "question": "why"})
    assert wrong.status_code == 200
    assert client.get(url, {"region": BEIJING}).status_code == 404
    client.force_login(staff(Role.POLICY_OFFICER, region=BEIJING), backend=BACKEND)
    assert "101.65" not in client.get(url, {"year": "2025"}).content.decode()
    client.force_login(staff(), backend=BACKEND)
    assert client.get(url).status_code in (403, 404)
