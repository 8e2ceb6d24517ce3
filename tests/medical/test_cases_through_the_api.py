"""The worked bills, sent by a hospital, settled, and worked out again in columns: each to the fen.

Only M01 and M03 have a published answer; the others are own calculations (`status: derived`). The
rest of the published cases are no bills: M04 (threshold and bands) stands in D02, M06 to M08 and D09
to D15 are enrolment, M10 is about years before retirement, D08 is assistance for illness-induced
poverty (`tests/cases/assistance/own.yaml`).
"""

from datetime import date
from pathlib import Path

import pytest
import yaml
from django.core.cache import cache

from enrollment.models import Category, Coverage
from funds.models import Branch
from medical.models import (
    Agreement,
    Care,
    CatalogueEdition,
    CatalogueItem,
    ItemClass,
    ItemKind,
    Level,
    Provider,
    ProviderKind,
    ProviderUser,
    Settlement,
)
from medical.services import next_payer
from medical.services.settling.replay import replay
from socsec.kernel.money import parse_yuan
from socsec.kernel.policy import Policy
from socsec.office.models import Office
from socsec.office.services import policy
from tests import people
from tests.api.conftest import partner
from tests.medical.hospital import at

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[1] / "cases/medical/settlement.yaml"
BILLS = {
    each["id"]: each
    for each in yaml.safe_load(ROOT.read_text("utf-8"))
    if each["rule"].endswith(".settlement")
}
POLICY = Policy.files()
# What the statement of Shandong says of basic insurance: it had paid 100,000 of the 270,000 in scope.
SHANDONG = [
    {
        "code": f"medical.residents.{name}",
        "region": "370000",
        "from": "2014-01-01",
        "value": value,
        "law": "2014年说明：基本医保已支付100000元",
    }
    for name, value in {
        "inpatient.deductible": {30: "0"},
        "inpatient.ratio": {30: "1"},
        "inpatient.cap": "100000",
        "outpatient.deductible": {30: "0"},
        "outpatient.ratio": {30: "0"},
        "outpatient.cap": {30: "0"},
    }.items()
]
BILLS["M01"] = {
    "rule": "medical.residents.settlement",
    "region": "370000",
    "month": "2014-06",
    "facts": {"care": "INPATIENT", "level": "THIRD", "standing": "ADULT"}
    | {"total": "300000", "uncovered": "30000"},
    "policy": SHANDONG,
    # (100,000 − 10,000) × 50 % + (170,000 − 100,000) × 60 % = 87,000; published: 187,000 in all
    "result": {
        "pooled": {"pay": "100000.00"},
        "major": {"pay": "87000.00"},
        "fund_pay": "187000.00",
    },
}
# D06 is the second stay of a year; its first is all deductible, so that nothing else changes.
BEFORE = {"D06": "1300"}
# A nationwide case stands in a region that has no values of its own.
PLACE = {"000000": "650100"}
ANSWERED = {
    "fund_pay": ("fund_pay",),
    "person_pay": ("person_pay",),
    "assistance_pay": ("assistance_pay",),
    "pool_pay": ("pooled", "pay"),
    "deductible": ("pooled", "deductible"),
    "major_pay": ("major", "pay"),
    "in_scope": ("scope", "in_scope"),
}


@pytest.fixture
def hospital(db):
    """A hospital that may settle everywhere, with a catalogue of one item of each class."""
    cache.clear()
    village = people.settle()
    Office.objects.create(code="CN", name_zh="全国", name_en="Nation", region_id="000000")
    who = partner("CN", "hospital-of-cases")
    place = Provider.objects.create(
        code="H00000000001", name="算例医院", kind=ProviderKind.HOSPITAL, level=3, region="000000"
    )
    ProviderUser.objects.create(user=who.application.user, provider=place, since=date(2010, 1, 1))
    hands = {"maker": village.by("intake"), "checker": village.by("reviewer")}
    Agreement.objects.create(
        provider=place,
        from_date=date(2010, 1, 1),
        until=date(2035, 12, 31),
        care=[int(care) for care in Care],
        document="协议",
        **hands,
    )
    edition = CatalogueEdition.objects.create(
        region="000000",
        kind=1,
        from_date=date(2010, 1, 1),
        document="目录",
        digest="0" * 64,
        state="taken",
        **hands,
    )
    for code, of_class, share in (
        ("in_scope", ItemClass.A, 0),
        ("first_self_pay", ItemClass.B, 1_000_000),
        ("uncovered", ItemClass.C, 0),
    ):
        CatalogueItem.objects.create(
            region="000000",
            kind=ItemKind.DRUG,
            code=code,
            name=code,
            item_class=of_class,
            share_employees=share,
            share_residents=share,
            from_date=date(2010, 1, 1),
            edition=edition,
        )
    who.place, who.lin = place, village.souls["lin"]
    return who


def settle(who, case, number, day):
    """Admit, charge, discharge and settle over the interface; the answer's one part."""
    facts = case["facts"]
    who.place.level = Level[facts["level"]]
    who.place.region = PLACE.get(case["region"], case["region"])
    who.place.save()

    def ask(path, body):
        body = {"msgid": f"{number}{path[-9:]}", **body}
        answer = who.ask("post", f"/api/v1/visits/{path}", body, scopes=["bills:write"])
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    visit = ask(
        "",
        {
            "number": number,
            "resident_id": who.lin.resident_id,
            "care": int(Care[facts["care"]]),
            "opened_at": at(day).isoformat(),
        },
    )["id"]
    parts = {name: facts.get(name, "0") for name in ("uncovered", "first_self_pay")}
    whole = int(facts["total"]) - sum(map(int, parts.values()))
    lines = [
        {
            "number": code,
            "day": day.isoformat(),
            "kind": 1,
            "code": code,
            "name": code,
            "quantity": "1",
            "price": str(amount),
            "amount": f"{amount}.00",
        }
        for code, amount in {"in_scope": whole, **parts}.items()
        if int(amount)
    ]
    ask(f"{visit}/lines/", {"lines": lines})
    ask(f"{visit}/discharge/", {"closed_at": at(day, 17).isoformat()})
    (part,) = ask(f"{visit}/settle/", {})["parts"]
    return part


@pytest.mark.parametrize("name", BILLS)
def test_a_worked_bill_is_settled_and_replayed_to_the_fen(name, hospital, monkeypatch):
    case = BILLS[name]
    law = POLICY.trying(yaml.safe_dump(case.get("policy", []), allow_unicode=True))
    monkeypatch.setattr(policy, "of", lambda _edition: law)
    if case["facts"].get("poor"):
        known = {"standing": 1, "poor": True}
        monkeypatch.setattr(next_payer, "_designated", lambda person, day, law: known)
    residents = "residents" in case["rule"]
    home = PLACE.get(case["region"], case["region"])
    Coverage.objects.filter(branch=Branch.MEDICAL).delete()
    Coverage.objects.create(
        person=hospital.lin,
        branch=Branch.MEDICAL,
        category=Category.RESIDENT if residents else Category.EMPLOYEE,
        region=home,
        span=(date(2010, 1, 1), None),
    )
    year, month = map(int, case["month"].split("-"))
    if name in BEFORE:
        first = {**case, "facts": {**case["facts"], "total": BEFORE[name]}}
        settle(hospital, first, f"{name}-1", date(year, month, 3))
    part = settle(hospital, case, name, date(year, month, 20))
    for answered, (first, *rest) in ANSWERED.items():
        expected = case["result"].get(first)
        for each in rest:
            expected = (expected or {}).get(each)
        if expected is not None:
            assert part[answered] == expected, answered
    done = replay(year)
    assert (done.bills, done.differing, done.years_differ) == (Settlement.objects.count(), 0, [])
    whole = sum(parse_yuan(part[each]) for each in ("fund_pay", "person_pay"))
    assert whole == parse_yuan(part["total"])
    assert done.found["fund_pay"] == done.booked["fund_pay"] >= parse_yuan(part["fund_pay"])
