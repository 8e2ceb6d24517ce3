"""Partners insure people in every branch, end it, and read what each branch assessed."""

import uuid
from datetime import date

import pytest
from django.utils import timezone

from enrollment.models import Coverage, Person
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import wages
from enrollment.services.people import person
from funds.models import Branch
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import first_day, month_of
from socsec.office.models import AuditEntry
from tests import people

WRITE = ("coverage:write",)
READ = ("people:read", "contributions:read")


@pytest.fixture
def fang(village):
    """Somebody of Pudong whom nobody has insured yet."""

    return person.enroll(
        by=village.by("intake"),
        name="方草",
        resident_id=make_resident_id(people.PUDONG, date(1992, 2, 2), 72),
        region=people.PUDONG,
    )


@pytest.fixture
def body(village):
    return {
        "category": "employee",
        "region": people.PUDONG,
        "first_day": "2026-06-01",
        "employer": village.employers["mill"].credit_code,
    }


def path(person, more=""):
    return f"/api/v1/people/{person.public_id}/coverage/{more}"


def start(mill, fang, body, key, **more):
    return mill.ask("post", path(fang), body, scopes=WRITE, key=key, purpose="enrolment", **more)


def test_one_request_insures_in_every_branch_once_however_often_it_is_sent(mill, fang, body, key):
    first = start(mill, fang, body, key)
    assert first.status_code == 201, first.content
    assert [row["branch"] for row in first.json()["results"]] == [
        *("pension", "medical", "unemployment", "injury")
    ]
    again = start(mill, fang, body, key)
    assert again.json() == first.json()
    assert Coverage.objects.filter(person=fang).count() == 4
    assert AuditEntry.objects.filter(act="coverage.change", person_id=fang.pk).count() == 4


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"employer": "91310115MA1W1GXXXX"}, 404, "no_such_employer"),
        ({"category": "resident"}, 422, None),
        ({"category": "pirate"}, 422, None),
        ({"first_day": "2026-02-30"}, 422, None),
        ({"category": "own_account", "base": "-1", "employer": None}, 422, None),
        ({"region": people.JINJIANG}, 404, "outside_region"),
    ],
)
def test_what_cannot_be_insured_changes_nothing(mill, fang, body, key, changed, status, code):
    wanted = {name: value for name, value in (body | changed).items() if value is not None}
    answer = start(mill, fang, wanted, key)
    assert answer.status_code == status, answer.content
    if code:
        assert answer.json()["code"] == code
    assert not Coverage.objects.filter(person=fang).exists()


def test_without_the_scope_the_key_or_the_region_nothing_is_insured(
    mill, stranger, fang, body, key
):
    refused = mill.ask("post", path(fang), body, scopes=READ, key=key, purpose="enrolment")
    assert refused.status_code == 403
    without = mill.ask("post", path(fang), body, scopes=WRITE, purpose="enrolment")
    assert without.json()["code"] == "idempotency_key_missing"
    elsewhere = start(stranger, fang, body, key)
    assert elsewhere.status_code == 404
    assert not Coverage.objects.filter(person=fang).exists()


def test_coverage_ends_in_every_branch(mill, fang, body, key):
    start(mill, fang, body, key)
    end = {"last_day": "2026-08-31", "reason": "left"}
    answer = mill.ask(
        *("post", path(fang, "end/"), end),
        scopes=WRITE,
        key=str(uuid.uuid4()),
        purpose="enrolment",
    )
    assert answer.status_code == 201, answer.content
    assert {row["until"] for row in answer.json()["results"]} == {"2026-08-31"}
    assert answer.json()["last_month"] == "2026-08"


def test_an_own_account_worker_ends_one_branch(mill, fang, body, key):
    this_month = first_day(month_of(timezone.localdate()))
    own = {
        "category": "own_account",
        "region": people.PUDONG,
        "first_day": this_month.isoformat(),
        "base": "8000.00",
        "also": ["pension", "medical"],
    }
    assert start(mill, fang, own, key).status_code == 201
    end = {"last_day": this_month.isoformat(), "reason": "left", "branch": "medical"}
    answer = mill.ask(
        *("post", path(fang, "end/"), end),
        scopes=WRITE,
        key=str(uuid.uuid4()),
        purpose="enrolment",
    )
    assert [row["branch"] for row in answer.json()["results"]] == ["medical"]
    running = Coverage.objects.filter(person=fang, span__endswith=None)
    assert [each.branch for each in running] == [Branch.PENSION]


def test_own_account_months_of_the_past_are_refused(mill, fang, body, key):
    own = {
        "category": "own_account",
        "region": people.PUDONG,
        "first_day": "2026-06-01",
        "base": "8000.00",
        "also": ["pension"],
    }
    answer = start(mill, fang, own, key)
    assert (answer.status_code, answer.json()["code"]) == (422, "back_payment_closed")
    assert not Coverage.objects.filter(person=fang).exists()


def test_a_further_job_is_insured_in_work_injury_alone(mill, fang, body, key):
    body["injury_only"] = True
    answer = start(mill, fang, body, key)
    assert [row["branch"] for row in answer.json()["results"]] == ["injury"]
    assert Coverage.objects.get(person=fang).apart == int(people.PUDONG)
    del body["employer"]
    alone = start(mill, fang, body, str(uuid.uuid4()))
    assert alone.json()["code"] == "employer_and_category"


def test_contributions_are_read_branch_by_branch(mill, village, fang):
    june = people.FIRST + 7
    who = Person.objects.get(pk=fang.pk)
    cover.enrol(
        by=village.by("intake"),
        person=who,
        category=1,
        region=people.PUDONG,
        from_=date(2026, 6, 1),
        employer=village.employers["mill"],
    )
    wages.declare(
        by=village.by("intake"),
        employer=village.employers["mill"],
        month=june,
        wages={who.pk: 20_000_00},
    )
    contributions.assess_all(by=village.by("assessor"), person=who, month=june)

    def months(branch=""):
        where = f"/api/v1/people/{fang.public_id}/contributions/{branch}"
        return mill.ask("get", where, scopes=READ, purpose="enrolment")

    assert [row["employer_share"] for row in months().json()["results"]] == ["3200.00"]
    (injury,) = months("?branch=injury").json()["results"]
    assert injury["employer_share"] == "180.00"
    assert months("?branch=housing").status_code == 422
    code = village.employers["mill"].credit_code
    listed = mill.ask(
        "get", f"/api/v1/contributions/?employer={code}&month=2026-06&limit=2", scopes=READ
    )
    assert [row["branch"] for row in listed.json()["results"]] == ["pension", "medical"]
    only = mill.ask(
        *("get", f"/api/v1/contributions/?employer={code}&month=2026-06&branch=unemployment"),
        scopes=READ,
    )
    assert [row["person_share"] for row in only.json()["results"]] == ["100.00"]
