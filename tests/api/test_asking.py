"""Partners ask for refunds, agreements, deferrals and mandates, and register employers; people decide."""

import uuid

import pytest
from django.utils import timezone

from enrollment.models import Agreement, Deferral, Employer, Refund, WithholdingMandate
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts, refunds
from funds.models import Branch
from socsec.kernel.ids import make_credit_code
from socsec.kernel.months import format_month, month, month_of
from socsec.office.models import PublicEvent
from tests import people

WRITE, READ = ("collection:write",), ("receipts:read",)
NOVEMBER = month(2025, 11)
MODELS = {
    "refund": Refund,
    "agreement": Agreement,
    "mandate": WithholdingMandate,
    "deferral": Deferral,
}


@pytest.fixture
def owing(village):
    """The mill owes for November 2025; the tile works overpaid."""
    people.declare(village, NOVEMBER)
    for key in ("lin", "ma"):
        contributions.assess(
            by=village.by("assessor"),
            person=village.souls[key],
            month=NOVEMBER,
            branch=Branch.PENSION,
        )
    return village.employers["mill"]


@pytest.fixture
def overpaid(village):
    """The mill paid before anything was assessed: all of it is credit."""
    made = receipts.remit(
        by=village.by("accountant"),
        payer=village.employers["mill"],
        amount=500_00,
        received_on=timezone.localdate(),
        reference="OVER-1",
    )
    return made.receipts.get()


@pytest.fixture
def wanted(village):
    """A right request of each kind: address and body."""
    mill = village.employers["mill"]
    next_year = timezone.localdate().year + 1
    this_month = format_month(month_of(timezone.localdate()))
    return {
        "refund": (
            "/api/v1/refunds/",
            {"reference": "OVER-1", "branch": "pension", "amount": "100.00", "reason": "多缴"},
        ),
        "agreement": (
            "/api/v1/agreements/",
            {
                "payer": mill.credit_code,
                "last_month": "2025-11",
                "parts": 3,
                "first_due": f"{next_year}-01-15",
            },
        ),
        "mandate": (
            "/api/v1/withholding-mandates/",
            {
                "payer": mill.credit_code,
                "holder": mill.name,
                "bank": "中国银行",
                "account": "6228480402564890018",
            },
        ),
        "deferral": (
            "/api/v1/deferrals/",
            {
                "employer": mill.credit_code,
                "branch": "pension",
                "first_month": this_month,
                "last_month": this_month,
                "months": 2,
                "reason": "订单减少",
            },
        ),
    }


@pytest.fixture
def ready(request):
    """What must be there before each may be asked for."""

    def make(what):
        request.getfixturevalue({"refund": "overpaid"}.get(what, "owing"))

    return make


@pytest.mark.parametrize("what", ["refund", "agreement", "mandate"])
def test_it_is_asked_for_once_however_often_it_is_sent_and_listed(mill, ready, wanted, key, what):
    ready(what)
    path, body = wanted[what]
    first = mill.ask("post", path, body, scopes=WRITE, key=key)
    assert first.status_code == 201, first.content
    again = mill.ask("post", path, body, scopes=WRITE, key=key)
    assert again.json() == first.json()
    assert MODELS[what].objects.count() == 1
    assert mill.ask("get", path, scopes=READ).json()["results"] == [first.json()]


@pytest.mark.parametrize("what", list(MODELS))
def test_without_the_scope_the_key_or_the_region_nothing_is_asked(
    mill, stranger, ready, wanted, key, what
):
    ready(what)
    path, body = wanted[what]
    assert mill.ask("post", path, body, scopes=READ, key=key).status_code == 403
    assert mill.ask("post", path, body, key=key).status_code == 401
    without = mill.ask("post", path, body, scopes=WRITE)
    assert without.json()["code"] == "idempotency_key_missing"
    elsewhere = stranger.ask("post", path, body, scopes=WRITE, key=key)
    assert elsewhere.status_code == 404
    assert elsewhere.headers["Content-Type"].startswith("application/problem+json")
    assert stranger.ask("get", path, scopes=READ).json()["results"] == []
    assert not MODELS[what].objects.exists()


@pytest.mark.parametrize(
    ("what", "changed", "code"),
    [
        ("refund", {"amount": "501.00"}, "more_than_credit"),
        ("refund", {"reference": "NOBODY"}, "no_payment"),
        ("agreement", {"parts": 1}, None),
        ("agreement", {"first_due": "2020-01-01"}, "due_in_the_past"),
        ("agreement", {"payer": "91310115MA1W1GXXXX"}, "no_such_payer"),
        ("mandate", {"account": "123"}, None),
        ("deferral", {}, "no_deferral"),  # no policy allows it
        ("deferral", {"months": 0}, None),
    ],
)
def test_what_cannot_be_asked_changes_nothing(mill, ready, wanted, key, what, changed, code):
    ready(what)
    path, body = wanted[what]
    answer = mill.ask("post", path, body | changed, scopes=WRITE, key=key)
    assert answer.status_code in (404, 422), answer.content
    if code:
        assert answer.json()["code"] == code
    assert not MODELS[what].objects.exists()


def test_a_mandate_ends_and_only_for_its_region(mill, stranger, ready, wanted, key):
    ready("mandate")
    path, body = wanted["mandate"]
    made = mill.ask("post", path, body, scopes=WRITE, key=key).json()
    end = f"{path}{made['id']}/end/"
    assert stranger.ask("post", end, {}, scopes=WRITE, key=uuid.uuid4().hex).status_code == 404
    assert WithholdingMandate.objects.get().until is None
    ended = mill.ask("post", end, {}, scopes=WRITE, key=uuid.uuid4().hex)
    assert ended.json()["until"] == timezone.localdate().isoformat()
    assert mill.ask("get", path, scopes=READ).json()["results"] == []
    twice = mill.ask("post", end, {}, scopes=WRITE, key=uuid.uuid4().hex)
    assert (twice.status_code, twice.json()["code"]) == (409, "mandate_ended")


BODY = {
    "credit_code": make_credit_code("91", "310115", "MA1W9A001"),
    "name": "上海新设公司",
    "region": people.PUDONG,
    "opened_on": "2026-01-05",
    "contact": "王会计",
}


def test_the_business_register_has_an_employer_registered_once(mill, village, key):
    path, scope = "/api/v1/employers/", ("employers:write",)
    first = mill.ask("post", path, BODY, scopes=scope, key=key)
    assert first.status_code == 201, first.content
    assert mill.ask("post", path, BODY, scopes=scope, key=key).json() == first.json()
    other = mill.ask("post", path, BODY, scopes=scope, key=uuid.uuid4().hex)
    assert (other.status_code, other.json()["code"]) == (409, "already_enrolled")
    read = mill.ask("get", f"{path}{BODY['credit_code']}/", scopes=("contributions:read",))
    assert read.json()["name"] == "上海新设公司"
    assert Employer.objects.filter(credit_code=BODY["credit_code"]).count() == 1


def test_an_employer_is_registered_by_nobody_else(mill, stranger, village, key):
    path = "/api/v1/employers/"
    assert mill.ask("post", path, BODY, scopes=READ, key=key).status_code == 403
    assert mill.ask("post", path, BODY, scopes=("employers:write",)).status_code == 422
    elsewhere = stranger.ask("post", path, BODY, scopes=("employers:write",), key=key)
    assert elsewhere.status_code == 404
    bad = mill.ask(
        "post", path, BODY | {"credit_code": "123"}, scopes=("employers:write",), key=key
    )
    assert bad.status_code == 422
    assert not Employer.objects.filter(credit_code=BODY["credit_code"]).exists()


def test_partners_hear_of_receipts_refunds_and_employers(
    mill, stranger, village, overpaid, publish, key
):
    mill.ask("post", "/api/v1/employers/", BODY, scopes=("employers:write",), key=key)
    asked = refunds.ask(by=village.by("accountant"), receipt=overpaid, reason="多缴")
    refunds.refuse(by=village.by("reviewer"), refund=asked, note="不符")
    publish()
    told = mill.ask(
        "get",
        "/api/v1/events/?limit=1000",
        scopes=("events:read", "receipts:read", "contributions:read"),
    ).json()["results"]
    heard = {each["kind"]: each["data"] for each in told}
    assert heard["receipt.booked"] == {"reference": "OVER-1", "channel": "counter"}
    assert heard["refund.asked"] == {"state": "asked"}
    assert heard["refund.decided"] == {"state": "refused"}
    assert heard["employer.registered"] == {"credit_code": BODY["credit_code"]}
    assert PublicEvent.objects.filter(kind="receipt.booked").exists()
    others = stranger.ask(
        "get", "/api/v1/events/?limit=1000", scopes=("events:read", "receipts:read")
    ).json()["results"]
    assert "receipt.booked" not in {each["kind"] for each in others}
