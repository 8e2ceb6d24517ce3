"""Studies at the desk: spending by level and disease, and what a draft plan would change."""

from datetime import date

import pytest

from medical.models import Settlement
from socsec.office.models import AuditEntry, Role
from socsec.office.services import policy
from tests.medical.clerks import clerk as member
from tests.medical.hospital import YEAR, catalogue, clerk, hospital, provider, village
from tests.medical.paying import bill, fund

__all__ = ["bill", "catalogue", "clerk", "fund", "hospital", "village"]

SPENDING = "/admin/medical/encounter/spending/"
WHAT_IF = "/admin/medical/catalogueedition/plan/what-if/"


@pytest.fixture
def stays(village, bill, fund):
    """Two stays of workers: the funds pay 15,725.00 of 20,000.00 and 5,525.00 of 8,000.00."""
    small = provider(village, "H31011500002", "社区医院", 1)
    bill(20_000, diagnosis="J18.900")
    bill(8_000, who="chen", where=small, number="N2")


def test_spending_is_shown_by_level_and_disease_to_those_of_the_place(village, stays, client):
    client.force_login(village.by("assessor"))
    page = client.get(SPENDING).content.decode()
    for shown in ("First level", "8,000.00", "Third level", "15,725.00", "J18", "Without a diag"):
        assert shown in page, shown
    nothing = client.get(SPENDING, {"region": "310000", "scheme": "residents", "year": YEAR})
    assert "There are no bills." in nothing.content.decode()
    assert client.get(SPENDING, {"region": "310000", "scheme": "x", "year": "1"}).status_code == 422
    client.force_login(member("assessor", region="510000"))
    assert "15,725.00" not in client.get(SPENDING).content.decode()
    assert client.get(SPENDING, {"region": "310000", "year": YEAR}).status_code == 422
    client.force_login(village.by("admin"))
    assert client.get(SPENDING).status_code == 403


def test_a_draft_plan_is_tried_on_the_bills_of_a_year_and_nothing_is_written(stays, client):
    officer = member(Role.POLICY_OFFICER)
    asked = {"region": "310000", "scheme": "employees", "year": YEAR + 1, "bills": YEAR}
    client.force_login(officer)
    page = client.get(WHAT_IF, asked).content.decode()
    assert "No value of this plan waits for approval" in page
    policy.enter(
        code="medical.employees.inpatient.ratio",
        region="310000",
        from_date=date(YEAR + 1, 1, 1),
        value='{"10": "0.9", "20": "0.92"}',
        law="沪医保发〔2027〕1号",
        source="",
        status="official",
        by=officer,
    )
    before = Settlement.objects.count(), AuditEntry.objects.count()
    answer = client.get(WHAT_IF, asked)
    # 90 % where it was 85 %: (20,000 − 1,500) × 5 % = 925.00, (8,000 − 1,500) × 5 % = 325.00 more.
    whole = answer.context["whole"]
    assert (whole.bills, whole.people, whole.total) == (2, 2, 28_000_00)
    assert (whole.funds_now, whole.funds_then, whole.more) == (21_250_00, 22_500_00, 1_250_00)
    assert (whole.gain, whole.gained, whole.lose, whole.lost) == (2, 1_250_00, 0, 0)
    found = answer.context["found"]
    assert found.payers["pool_pay"] == [21_250_00, 22_500_00]
    assert {key: each.more for key, each in found.groups["level"].items()} == {
        1: 325_00,
        3: 925_00,
    }
    assert "22,500.00" in answer.content.decode()
    assert (Settlement.objects.count(), AuditEntry.objects.count()) == before
    # In this year the draft is not in force yet.
    now = client.get(WHAT_IF, {**asked, "year": YEAR}).context["whole"]
    assert now.more == 0
    # A year for which no plan is known is said, not guessed.
    assert client.get(WHAT_IF, {**asked, "year": 2001}).status_code == 422
    client.force_login(member(Role.POLICY_OFFICER, region="510000"))
    assert client.get(WHAT_IF, asked).status_code == 422
