"""Benefit plans on the desk: every value with its status, a draft by one and its approval by another."""

import html
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from medical.queries import plans
from socsec.office.models import PolicyValue, Role
from socsec.office.services import policy

from .clerks import clerk

BEIJING = "110000"


@pytest.fixture
def officer(edition):
    return clerk(Role.POLICY_OFFICER, region="000000")


def test_a_plan_is_shown_drafted_and_approved_by_two_people(client, officer):
    client.force_login(officer)
    url = reverse("admin:medical_plan")
    asked = {"region": BEIJING, "scheme": "residents", "year": "2025"}
    page = client.get(url, asked).content.decode()
    for words in ("Adult resident", "300", "Not officially confirmed", "Draft a value"):
        assert words in page
    assert client.get(url, {**asked, "year": "1"}).status_code == 422
    # The draft begins with what is in force, filled in.
    code = "medical.residents.inpatient.deductible"
    links = [each.split('"')[0] for each in html.unescape(page).split('href="')[1:]]
    link = next(each for each in links if f"code={code}&" in each)
    known = {name: each[0] for name, each in parse_qs(urlsplit(link).query).items()}
    assert client.get(link).status_code == 200
    said = {**known, "value": known["value"].replace("300", "350", 1), "law": "京医保发〔2027〕1号"}
    said |= {"status": "official", "source": ""}
    said |= {"from_date_year": "2027", "from_date_month": "1", "from_date_day": "1"}
    assert client.post(reverse("admin:office_policy_enter"), said).status_code == 302
    draft = PolicyValue.objects.get()
    assert f"/policyvalue/{draft.pk}/" in client.get(url, asked).content.decode()
    policy.approve(value_id=draft.pk, by=clerk(Role.POLICY_OFFICER, region="000000"))
    found = {
        line.name: line
        for line in plans.plan(policy.of(policy.current_edition()), "residents", BEIJING, 2027)
    }
    line = found["inpatient_deductible"]
    assert (line.changed, line.value.start, line.drafts) == (True, date(2027, 1, 1), [])
    assert not found["inpatient_ratio"].changed
    page = client.get(url, {**asked, "year": "2027"}).content.decode()
    assert "350" in page
    client.force_login(clerk())
    assert client.get(url).status_code == 403


def test_a_place_without_a_plan_says_so(client, officer):
    client.force_login(officer)
    page = client.get(
        reverse("admin:medical_plan"), {"region": "650000", "scheme": "employees", "year": "2025"}
    )
    assert "Not on file" in page.content.decode()
