"""Offices with books of their own: they ask, send forms, confirm and reject, through the API."""

import uuid

import pytest
from django.utils import timezone

from enrollment.queries import place_months
from enrollment.services.living import status
from pensions import queries
from pensions.models import Transfer, TransferState
from pensions.queries import Watch
from pensions.services import claim, transfers
from socsec.kernel.months import month
from socsec.office.errors import Refused
from socsec.office.models import PublicEvent, Role
from tests.api.conftest import partner

from . import offices
from .conftest import BEIJING, PENSION, START, findings, staff
from .offices import FIRST, LAST, arrive, in_flight, pay, send, take

GUANGDONG = "440000"
READ, WRITE = ("transfers:read", "people:read"), ("transfers:write",)
FORM = "/api/v1/transfers/forms/"
ASK = "/api/v1/transfers/requests/"


@pytest.fixture
def two(edition):
    return offices.two()


@pytest.fixture
def mover(two):
    return two.mover()


@pytest.fixture
def away(two):
    """The system of Guangdong's office, whose books are not here."""
    staff(region=GUANGDONG)
    return partner(f"P{GUANGDONG}", "yue-transfer")


@pytest.fixture
def other(two):
    staff(region="330000")
    return partner("P330000", "zhe-transfer")


def key():
    return uuid.uuid4().hex


def post(asker, path, body, *, scopes=WRITE, token=None):
    return asker.ask("post", path, body, scopes=scopes, key=token or key())


def request_of(who, **more):
    return {
        "resident_id": who.resident_id,
        "from_region": BEIJING,
        "household_region": GUANGDONG,
        "reference": "YUE-1",
        "payee": "广东省社会保险基金",
        "bank": "中国建设银行",
        "account": "622848000000090",
        **more,
    }


def form_of(who, **more):
    # 24 months on 5,000.00: 120,000.00, of which 12 % are 14,400.00; the account holds 9,600.00.
    return {
        "resident_id": who.resident_id,
        "to_region": BEIJING,
        "household_region": BEIJING,
        "reference": "YUE-9",
        "months": [
            {"month": f"{year}-{number:02}", "base": "5000.00"}
            for year in (2017, 2018)
            for number in range(1, 13)
        ],
        "account": "9600.00",
        "pool": "14400.00",
        "total": "24000.00",
        "bears_from": "2026-01",
        **more,
    }


def test_another_office_asks_for_a_record_and_confirms_what_arrived(two, mover, away, publish):
    token = key()
    asked = post(away, ASK, request_of(mover), token=token)
    assert asked.status_code == 201, asked.content
    said = asked.json()
    assert (said["state"], said["from_region"], said["to_region"]) == ("due", BEIJING, GUANGDONG)
    assert post(away, ASK, request_of(mover), token=token).headers["Idempotency-Replayed"] == "true"
    assert Transfer.objects.count() == 1
    made = send(two.old, Transfer.objects.get())
    assert in_flight() == {two.old.fund.pk: -76_514_14}
    confirm = f"/api/v1/transfers/{said['id']}/confirm/"
    early = post(away, confirm, {"received": "76514.14"})
    assert (early.status_code, early.json()["code"]) == (422, "not_paid_yet")
    pay(two.old, made)
    wrong = post(away, confirm, {"received": "76514.13"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "amount_differs")
    done = post(away, confirm, {"received": "76514.14"})
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert queries.balance(mover.pk) == 0
    assert in_flight() == {}
    assert findings() == []
    months = away.ask(
        "get", f"/api/v1/transfers/{said['id']}/months/", scopes=READ, purpose="enrolment"
    ).json()["results"]
    assert [row["month"] for row in months][:2] == ["2019-03", "2019-04"]
    assert len(months) == LAST - FIRST + 1
    publish()
    kinds = PublicEvent.objects.filter(kind__startswith="transfer").values_list("kind", "region")
    assert set(kinds) == {("transfer.sent", GUANGDONG), ("transfer.done", BEIJING)}


def test_who_moved_away_claims_where_the_record_is(two, mover, away):
    post(away, ASK, request_of(mover))
    with pytest.raises(Refused) as caught:
        claim.open_claim(
            by=two.old.intake,
            person=mover,
            start_month=month(2027, 1),
            category=1,
            channel="counter",
        )
    assert caught.value.code == "transfer_under_way"
    made = send(two.old, Transfer.objects.get())
    pay(two.old, made)
    post(away, f"/api/v1/transfers/{made.public_id}/confirm/", {"received": "76514.14"})
    with pytest.raises(Refused) as caught:
        claim.open_claim(
            by=two.old.intake,
            person=mover,
            start_month=month(2027, 1),
            category=1,
            channel="counter",
        )
    assert caught.value.code == "record_elsewhere"


def test_another_office_rejects_and_the_money_comes_back(two, mover, away):
    post(away, ASK, request_of(mover))
    made = send(two.old, Transfer.objects.get())
    reject = f"/api/v1/transfers/{made.public_id}/reject/"
    assert post(away, reject, {"reason": "months_differ"}).json()["state"] == "back"
    with pytest.raises(Refused) as caught:
        transfers.came_back(by=two.old.money, transfer=made, on=timezone.localdate(), reference="R")
    assert caught.value.code == "not_paid_yet"
    made = transfers.recall(by=two.old.checker, transfer=made, text="对方退回")
    assert queries.balance(mover.pk) == 31_490_14
    assert in_flight() == {}
    made = send(two.old, made)
    pay(two.old, made)
    assert post(away, reject, {"reason": "months_differ"}).json()["state"] == "back"
    transfers.came_back(by=two.old.money, transfer=made, on=timezone.localdate(), reference="R")
    assert queries.balance(mover.pk) == 31_490_14
    assert in_flight() == {}
    assert findings() == []


def test_a_form_from_outside_is_compared_here_and_its_months_count_from_then_on(two, mover, away):
    token = key()
    answer = post(away, FORM, form_of(mover), token=token)
    assert answer.status_code == 201, answer.content
    again = post(away, FORM, form_of(mover), token=token)
    assert again.json() == answer.json()
    made = Transfer.objects.get()
    assert (made.state, made.months, made.total) == (TransferState.SENT, 24, 24_000_00)
    assert in_flight() == {two.old.fund.pk: 24_000_00}
    before = len(place_months(mover.pk, PENSION))
    # Here Beijing is the new place.
    made = arrive(two.old, made)
    assert len(place_months(mover.pk, PENSION)) == before
    take(two.old, made)
    assert len(place_months(mover.pk, PENSION)) == before + 24
    assert queries.balance(mover.pk) == 31_024_77 + 9_600_00
    assert in_flight() == {}
    assert findings() == []


def test_a_form_that_is_rejected_here_leaves_nothing(two, mover, away):
    post(away, FORM, form_of(mover))
    made = arrive(two.old, Transfer.objects.get())
    transfers.compare(by=two.old.maker, transfer=made)
    made = transfers.reject(by=two.old.checker, transfer=made, reason="wrong_person")
    assert made.state == TransferState.REFUSED
    assert queries.balance(mover.pk) == 31_024_77
    assert in_flight() == {}
    assert findings() == []


def test_the_other_office_takes_its_form_back(two, mover, away, other):
    said = post(away, FORM, form_of(mover)).json()
    path = f"/api/v1/transfers/{said['id']}/withdraw/"
    assert post(other, path, {}).status_code == 404
    assert post(away, path, {}).json()["state"] == "withdrawn"
    assert in_flight() == {}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"total": "24000.01"}, "does_not_add_up"),
        ({"pool": "14400.01", "total": "24000.01"}, "does_not_add_up"),
        ({"account": "9600.01"}, "does_not_add_up"),
        ({"months": [{"month": "2019-03", "base": "120000.00"}]}, "months_overlap"),
        ({"months": [{"month": "2017-01"}], "pool": "0", "total": "9600"}, "base"),
        ({"to_region": GUANGDONG}, "same_place"),
        ({"reference": " "}, "blank"),
    ],
)
def test_a_form_that_cannot_be_is_not_taken(two, mover, away, wrong, code):
    answer = post(away, FORM, form_of(mover, **wrong))
    assert answer.status_code == 422, answer.content
    assert code in answer.content.decode()
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert not Transfer.objects.exists()
    assert in_flight() == {}


def test_a_number_of_the_other_office_means_one_form(two, mover, away):
    post(away, FORM, form_of(mover))
    stranger = two.mover(serial=56)
    answer = post(away, FORM, form_of(stranger))
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_taken")


def test_others_see_nothing_and_scopes_are_asked(two, mover, away, other):
    said = post(away, ASK, request_of(mover)).json()
    path = f"/api/v1/transfers/{said['id']}/"
    assert away.ask("get", path, scopes=READ, purpose="enrolment").status_code == 200
    assert other.ask("get", path, scopes=READ, purpose="enrolment").status_code == 404
    assert away.ask("get", path, scopes=("people:read",), purpose="enrolment").status_code == 403
    assert away.ask("get", path, scopes=READ).status_code == 422
    assert post(other, path + "confirm/", {"received": "1.00"}).status_code == 404
    assert post(away, ASK, request_of(mover), scopes=READ).status_code == 403
    listed = away.ask("get", "/api/v1/transfers/", scopes=READ).json()["results"]
    assert [row["id"] for row in listed] == [said["id"]]
    assert other.ask("get", "/api/v1/transfers/", scopes=READ).json()["results"] == []
    assert away.ask("post", ASK, request_of(mover), scopes=WRITE).status_code == 422


@pytest.fixture
def here(zhang):
    staff(region="310000")
    return partner("P310000", "hu-benefits")


def test_a_partner_reads_a_pension_and_what_a_record_promises(zhang, granted, here, publish):
    scopes = ("people:read", "benefits:read", "estimates:read")
    promised = here.ask(
        "get",
        f"/api/v1/people/{zhang.public_id}/estimate/?category=male_60",
        scopes=scopes,
        purpose="benefit",
    )
    assert promised.status_code == 200, promised.content
    first = promised.json()["results"][0]
    assert first["conditions_met"] is True
    assert float(first["monthly"]) > 2_000
    wrong = here.ask(
        "get",
        f"/api/v1/people/{zhang.public_id}/estimate/?category=child",
        scopes=scopes,
        purpose="benefit",
    )
    assert wrong.status_code == 422
    made = granted(zhang)
    path = f"/api/v1/people/{zhang.public_id}/pension/"
    (row,) = here.ask("get", path, scopes=scopes, purpose="benefit").json()["results"]
    assert (row["state"], row["from_month"]) == ("in_payment", "2026-07")
    assert row["monthly"] == f"{made.monthly // 100}.{made.monthly % 100:02}"
    publish()
    assert PublicEvent.objects.filter(kind="pension.awarded").count() == 1


def test_a_partner_of_another_region_reads_no_pension(zhang, granted, other):
    granted(zhang)
    for path in ("pension/", "estimate/?category=male_60"):
        answer = other.ask(
            "get",
            f"/api/v1/people/{zhang.public_id}/{path}",
            scopes=("people:read", "benefits:read", "estimates:read"),
            purpose="benefit",
        )
        assert answer.status_code == 404


def test_payrolls_are_listed_with_the_batch_whose_file_is_fetched(zhang, granted, drive, here):
    granted(zhang)
    drive("pension_payroll", START)
    (row,) = here.ask("get", "/api/v1/payrolls/", scopes=("payments:read",)).json()["results"]
    assert (row["month"], row["people"]) == ("2026-07", 1)
    assert row["payment_batch"]


def test_a_notice_of_a_death_stops_no_pension_until_somebody_decides(
    zhang, granted, here, assessor
):
    made = granted(zhang)
    answer = here.ask(
        "post",
        "/api/v1/status-notices/",
        {
            "register": "deaths",
            "lines": [
                {
                    "reference": "H-1",
                    "kind": "death",
                    "resident_id": zhang.resident_id,
                    "name": zhang.name,
                    "happened_on": "2026-11-01",
                }
            ],
        },
        scopes=("status:write",),
        key=key(),
    )
    assert answer.status_code == 201, answer.content
    made.refresh_from_db()
    assert made.get_state_display() == "In payment"
    (mine,) = queries.watched(assessor, 50)
    assert [why for why, _since in mine.reasons] == [Watch.REPORTED]
    notice = zhang.status_notices.get()
    status.dismiss(by=staff(Role.INTAKE), notice=notice, reason="本人健在")
    assert queries.watched(assessor, 50) == []
