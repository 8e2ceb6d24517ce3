"""A hospital's system asks: each message once, its answer again, and taken back where it was lost."""

from datetime import date, timedelta
from itertools import count

import pytest
from django.core.cache import cache
from django.utils import timezone

from funds.models import Branch, Scheme
from funds.services import fund
from medical.models import (
    BillLine,
    Encounter,
    MedicalAccount,
    ProviderMessage,
    ProviderUser,
    Settlement,
)
from socsec.office.models import AuditEntry
from tests import people
from tests.api.conftest import partner
from tests.medical.hospital import YEAR, at, catalogue, clerk, hospital, provider, village

__all__ = ["catalogue", "clerk", "hospital", "village"]

pytestmark = pytest.mark.django_db
AT = "/api/v1/visits/"
DAY = date(YEAR, 1, 10)
_numbers = count(1)


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def speaks_for(place, name):
    who = partner("SH", name)
    ProviderUser.objects.create(user=who.application.user, provider=place, since=date(2020, 1, 1))
    return who


@pytest.fixture
def system(hospital, catalogue):
    return speaks_for(hospital, "hospital-system")


def post(who, path, body, msgid=None):
    body = {"msgid": msgid or f"M{next(_numbers)}", **body}
    return who.ask("post", path, body, scopes=["bills:write"])


def line(number="1", yuan="20000.00", **more):
    return {
        "number": number,
        "day": DAY.isoformat(),
        "kind": 1,
        "code": "A1",
        "name": "药",
        "quantity": "1",
        "price": yuan,
        "amount": yuan,
        **more,
    }


def visit_of(who, village, number="N1", **more):
    return {
        "number": number,
        "resident_id": village.souls["lin"].resident_id,
        "care": 21,
        "opened_at": at(DAY).isoformat(),
        **more,
    }


@pytest.fixture
def ready(system, village):
    """A stay with one line, ended: its address."""
    made = post(system, AT, visit_of(system, village))
    assert made.status_code == 201, made.content
    here = f"{AT}{made.json()['id']}/"
    assert post(system, f"{here}lines/", {"lines": [line()]}).status_code == 201
    ended = post(system, f"{here}discharge/", {"closed_at": at(DAY, 17).isoformat()})
    assert ended.status_code == 200, ended.content
    return here


def there():
    return (
        Encounter.objects.count(),
        BillLine.objects.filter(cancelled_at=None).count(),
        Settlement.objects.count(),
        ProviderMessage.objects.count(),
        AuditEntry.objects.exclude(act__startswith="partner").count(),
    )


def test_a_stay_is_settled_and_a_repeated_message_is_answered_again(system, ready):
    shown = system.ask("get", f"{ready}preview/", scopes=["bills:read"]).json()
    done = post(system, f"{ready}settle/", {}, msgid="S1")
    assert done.status_code == 201, done.content
    (part,) = done.json()["parts"]
    # Shanghai, working, third level: (20,000.00 − 1,500.00) × 85 %
    assert (part["deductible"], part["pool_pay"]) == ("1500.00", "15725.00")
    assert (part["fund_pay"], part["person_pay"], part["cash"]) == (
        "15725.00",
        "4275.00",
        "4275.00",
    )
    assert {**shown["parts"][0]} == part
    before = there()
    again = post(system, f"{ready}settle/", {}, msgid="S1")
    assert (again.status_code, again.json()) == (201, done.json())
    assert again.headers["Message-Replayed"] == "true"
    assert there() == before
    assert system.ask("get", ready, scopes=["bills:read"]).json()["state"] == "settled"


def test_a_word_that_is_not_what_is_on_file_is_answered_with_what_counts(system, village):
    made = post(system, AT, visit_of(system, village, away=1, disease=2, emergency=True))
    assert (made.status_code, made.json()["away"], made.json()["disease"]) == (201, 0, 0)
    assert [each.split(":")[0] for each in made.json()["noted"]] == [
        "away from home",
        "hypertension or diabetes",
    ]
    agreed = post(system, AT, visit_of(system, village, number="N2", away=0))
    assert agreed.json()["noted"] == []


def test_accounts_pay_only_where_the_insured_person_chooses_so(system, ready, village):
    MedicalAccount.objects.create(
        person=village.souls["lin"],
        fund=fund.for_(Branch.MEDICAL, Scheme.EMPLOYEES, people.PUDONG),
        region=people.PUDONG,
        balance=500_00,
    )

    def preview(asked):
        shown = system.ask("get", f"{ready}preview/{asked}", scopes=["bills:read"]).json()
        return shown["parts"][0]["account_pay"], shown["parts"][0]["cash"]

    assert preview("") == ("0.00", "4275.00")
    assert preview("?use_account=true") == ("500.00", "3775.00")
    done = post(system, f"{ready}settle/", {"use_account": True, "use_family": True})
    assert done.json()["accounts"] == [{"family": False, "amount": "500.00"}]
    assert done.json()["parts"][0]["account_pay"] == "500.00"
    assert MedicalAccount.objects.get().balance == 0
    assert post(system, f"{ready}reverse/", {"reason": "错"}).status_code == 200
    assert MedicalAccount.objects.get().balance == 500_00
    again = post(system, f"{ready}settle/", {})
    assert (again.json()["accounts"], again.json()["parts"][0]["cash"]) == ([], "4275.00")


def test_a_message_number_with_another_body_changes_nothing(system, ready):
    post(system, f"{ready}settle/", {}, msgid="S1")
    before = there()
    other = post(system, f"{ready}reverse/", {"reason": "错"}, msgid="S1")
    assert (other.status_code, other.json()["code"]) == (409, "msgid_reused")
    assert there() == before


def test_a_settlement_whose_answer_was_lost_is_taken_back_once(system, ready):
    post(system, f"{ready}settle/", {}, msgid="S1")
    undo = "/api/v1/messages/S1/undo/"
    first = system.ask("post", undo, {}, scopes=["bills:write"])
    assert first.status_code == 200, first.content
    assert Encounter.objects.get().state == "discharged"
    assert sum(Settlement.objects.values_list("total", flat=True)) == 0
    before = there()
    assert system.ask("post", undo, {}, scopes=["bills:write"]).json() == first.json()
    repeated = post(system, f"{ready}settle/", {}, msgid="S1")
    assert (repeated.status_code, repeated.json()["code"]) == (409, "msgid_undone")
    never = system.ask("post", "/api/v1/messages/S9/undo/", {}, scopes=["bills:write"])
    assert (never.status_code, never.json()["code"]) == (404, "no_such_message")
    assert there() == before
    assert post(system, f"{ready}settle/", {}, msgid="S2").status_code == 201


def test_what_cannot_be_is_refused_with_its_code_and_changes_nothing(system, ready, village):
    open_ = post(system, AT, visit_of(system, village, number="N2", care=11)).json()
    lines = f"{AT}{open_['id']}/lines/"
    post(system, f"{ready}settle/", {})
    assert post(system, f"{ready}reverse/", {"reason": "错"}).status_code == 200
    before = there()

    def refused(code, path, body, status=422):
        answer = post(system, path, body)
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.content
        assert there() == before

    nobody = visit_of(system, village, number="N3", resident_id="11010519491231002X")
    refused("not_covered", AT, nobody)
    early = visit_of(system, village, number="N3", opened_at=at(date(2019, 1, 1)).isoformat())
    refused("no_agreement", AT, early)
    ahead = (timezone.now() + timedelta(minutes=31)).isoformat()
    refused("in_the_future", AT, visit_of(system, village, number="N3", opened_at=ahead))
    refused("number_taken", AT, visit_of(system, village), status=409)
    refused("unknown_code", lines, {"lines": [line(code="ZZ")]})
    refused("quantity_not_positive", lines, {"lines": [line(quantity="-1", amount="0.00")]})
    refused("amount_differs", lines, {"lines": [line(), line("2", amount="1.00")]})
    left = {"closed_at": at(date(YEAR, 1, 9)).isoformat()}
    refused("discharge_before_admission", f"{AT}{open_['id']}/discharge/", left)
    refused("wrong_state", f"{ready}reverse/", {"reason": "又错"}, status=409)


def test_nobody_but_the_provider_sees_a_visit(system, ready, village, hospital):
    other = speaks_for(provider(village, "H31011500003", "别的医院", 3), "other-system")
    assert other.ask("get", ready, scopes=["bills:read"]).status_code == 404
    assert post(other, f"{ready}settle/", {}).status_code == 404
    unlinked = partner("SH", "no-hospital")
    assert unlinked.ask("get", ready, scopes=["bills:read"]).status_code == 403
    assert post(unlinked, AT, visit_of(unlinked, village, number="N5")).status_code == 403
    assert system.ask("get", ready, scopes=["bills:write"]).status_code == 403
    assert system.ask("get", ready).status_code == 401
    assert Settlement.objects.count() == 0


def test_a_body_of_a_hundred_megabytes_is_refused_and_changes_nothing(system, ready):
    before = there()
    body = {"lines": [line(name="药" * 100)], "padding": "x" * 100 * 2**20}
    open_ = f"{ready}settle/"
    answer = post(system, open_, body)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert there() == before
