"""Values of law: entered by one, checked by another, frozen under a number."""

import datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from socsec.kernel.policy import Policy
from socsec.office import checks
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, PolicyEdition, PolicyValue, Role
from socsec.office.services import policy

from .conftest import office, staff

pytestmark = pytest.mark.django_db

FILES = """
test.rate:
  label: {zh: 费率, en: Rate}
  unit: rate
  values:
    - {region: "000000", from: 2020-01-01, value: "0.16", law: 国发〔2019〕13号, status: official}
test.floor:
  label: {zh: 下限, en: Floor}
  unit: fen
  values: []
test.divisor:
  label: {zh: 计发月数, en: Divisor}
  unit: steps
  key: count
  of: count
  values:
    - {region: "000000", from: 2006-01-01, value: {9: 99, 10: 101, 100: 7}, law: 国发〔2005〕38号, status: official}
"""
DAY = datetime.date(2026, 7, 1)


@pytest.fixture(autouse=True)
def files(monkeypatch):
    monkeypatch.setattr(policy, "_files", lambda: Policy.parse(FILES))


@pytest.fixture
def officer(beijing):
    return staff("officer", Role.POLICY_OFFICER, at=beijing)


@pytest.fixture
def second(beijing):
    return staff("second", Role.POLICY_OFFICER, at=beijing)


@pytest.fixture
def enter(officer):
    def make(**changed):
        return policy.enter(
            **{
                "code": "test.floor",
                "region": "110000",
                "from_date": DAY,
                "value": "7162.00",
                "law": "京人社发〔2026〕9号",
                "by": officer,
                **changed,
            }
        )

    return make


@pytest.fixture
def refuses():
    def check(problem, code, act, **arguments):
        def traces():
            return (
                list(PolicyValue.objects.order_by("id").values()),
                PolicyEdition.objects.count(),
                AuditEntry.objects.count(),
            )

        before = traces()
        with pytest.raises(problem) as caught:
            act(**arguments)
        assert caught.value.code == code
        assert traces() == before
        return caught.value

    return check


def test_without_an_edition_nothing_can_be_decided():
    with pytest.raises(Refused) as caught:
        policy.current_edition()
    assert caught.value.code == "no_edition"


def test_the_first_edition_is_that_of_the_files():
    first = policy.issue(by=None, note="files")
    assert (first.number, first.note) == (1, "files")
    assert policy.issue(by=None) == first
    assert policy.of(first).at("test.rate", "110105", DAY).value == 160_000
    assert policy.of(1) is policy.of(first)
    assert policy.current_edition() == first


def test_an_edition_read_back_from_the_database_has_its_fingerprint():
    """JSON turns the whole-number keys of a table into text, and sorts them otherwise."""
    number = policy.issue(by=None).number
    content = PolicyEdition.objects.get(number=number).content
    assert policy.fingerprint(content) == PolicyEdition.objects.get(number=number).digest
    assert list(checks.editions()) == []


def test_a_value_counts_once_a_second_person_has_approved_it(enter, second):
    first = policy.issue(by=None)
    draft = enter()
    assert policy.issue(by=None) == first
    edition = policy.approve(value_id=draft.pk, by=second)
    assert edition.number == 2
    assert policy.of(edition).at("test.floor", "110105", DAY).value == 716_200
    draft.refresh_from_db()
    assert (draft.state, draft.checker) == ("approved", second)
    assert list(AuditEntry.objects.order_by("id").values_list("act", flat=True)) == [
        "policy.issue",
        "policy.enter",
        "policy.approve",
        "policy.issue",
    ]


def test_an_old_edition_stays_what_it_was(enter, second):
    policy.issue(by=None)
    one = policy.approve(value_id=enter().pk, by=second)
    two = policy.approve(value_id=enter(value="7200").pk, by=second)
    assert policy.of(one.number).at("test.floor", "110000", DAY).value == 716_200
    assert policy.of(two.number).at("test.floor", "110000", DAY).value == 720_000


def test_an_approved_value_corrects_a_file_from_the_same_day(enter, second):
    draft = enter(
        code="test.rate", region="110000", from_date=datetime.date(2020, 1, 1), value="0.15"
    )
    edition = policy.approve(value_id=draft.pk, by=second)
    assert policy.of(edition).at("test.rate", "110105", DAY).value == 150_000
    assert policy.of(edition).at("test.rate", "310000", DAY).value == 160_000


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "test.nothing"},
        {"value": "a lot"},
        {"value": "NaN"},
        {"value": "7162.005"},
        {"value": "1e9"},
        {"value": ""},
        {"status": "certain"},
        {"from_date": "2026-02-30"},
        {"code": "test.divisor", "value": "40"},
    ],
)
def test_a_value_that_does_not_read_is_refused_in_the_readers_language(enter, changed):
    with pytest.raises(Invalid) as caught:
        enter(**changed)
    english = str(caught.value.message)
    with translation.override("zh-hans"):
        assert str(caught.value.message) != english
    assert not PolicyValue.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_value_needs_a_region_and_a_document(enter, refuses, beijing):
    refuses(Invalid, "law_missing", enter, law=" ")
    refuses(Invalid, "unknown_region", enter, region="119999")


def test_who_may_not_enter_or_approve(enter, refuses, officer, second, stranger, nobody, auditor):
    refuses(NotFound, "outside_region", enter, region="000000")
    refuses(NotFound, "outside_region", enter, by=stranger)
    for user in (nobody, auditor):
        refuses(Denied, "not_permitted", enter, by=user)
    draft = enter()
    refuses(Denied, "four_eyes", policy.approve, value_id=draft.pk, by=officer)
    refuses(Denied, "four_eyes", policy.reject, value_id=draft.pk, by=officer, reason="x")
    refuses(NotFound, "outside_region", policy.approve, value_id=draft.pk, by=stranger)
    refuses(NotFound, "no_value", policy.approve, value_id=0, by=second)


def test_the_database_refuses_one_pair_of_eyes(enter, officer):
    draft = enter()
    with pytest.raises(IntegrityError, match="policy_value_four_eyes"), transaction.atomic():
        PolicyValue.objects.filter(pk=draft.pk).update(checker=officer, state="approved")
    with pytest.raises(IntegrityError, match="checked_by_someone"), transaction.atomic():
        PolicyValue.objects.filter(pk=draft.pk).update(state="approved")


def test_a_value_is_approved_or_rejected_once(enter, refuses, second):
    draft = enter()
    refuses(Conflict, "draft_exists", enter)
    refuses(Invalid, "empty", policy.reject, value_id=draft.pk, by=second, reason=" ")
    policy.reject(value_id=draft.pk, by=second, reason="The ceiling, not the floor")
    refuses(Conflict, "value_moved_on", policy.approve, value_id=draft.pk, by=second)
    edition = policy.approve(value_id=enter(value="7000").pk, by=second)
    assert policy.of(edition).at("test.floor", "110000", DAY).value == 700_000


def test_the_checker_covers_the_region_of_the_value(enter, refuses):
    draft = enter()
    district = staff("district", Role.POLICY_OFFICER, at=office("BJ-CY", "110105"))
    refuses(NotFound, "outside_region", policy.approve, value_id=draft.pk, by=district)


def test_an_edition_that_was_altered_is_found_and_not_used():
    edition = policy.issue(by=None)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE office_policyedition DISABLE TRIGGER USER")
        cursor.execute(
            """UPDATE office_policyedition
            SET content = jsonb_set(content, '{test.rate,values,0,value}', '"0.20"')"""
        )
        cursor.execute("ALTER TABLE office_policyedition ENABLE TRIGGER USER")
    assert [finding.code for finding in checks.editions()] == ["edition_changed"]
    policy._read.cache_clear()
    with pytest.raises(RuntimeError, match="fingerprint"):
        policy.of(edition)


def test_an_edition_that_does_not_exist_is_not_found():
    with pytest.raises(NotFound):
        policy.of(77)


def test_the_command_issues_the_files_and_then_finds_nothing_new(monkeypatch, capsys):
    monkeypatch.undo()
    call_command("load_policy")
    assert "Policy edition 1: issued" in capsys.readouterr().out
    call_command("load_policy")
    assert "nothing changed" in capsys.readouterr().out
    assert policy.of(1).digest == Policy.files().digest
