"""The life of a case, its clock, and every way to get it wrong."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from socsec.office import kinds, people
from socsec.office.calendar import add_working_days
from socsec.office.errors import Conflict, Denied, Invalid, NotFound
from socsec.office.models import AuditEntry, Case, CaseDocument, CaseEvent, CaseNote
from socsec.office.services import case as cases

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a paper"
REASON = {
    "code": "too_young",
    "text_zh": "还没到法定退休年龄",
    "text_en": "Pensionable age is not reached",
    "law": "社会保险法 16",
}


@pytest.fixture
def open_one(claim_kind, intake):
    def make(**changed):
        return cases.open_case(
            **{
                "kind": "test_claim",
                "person_id": 7,
                "subject": "张三",
                "region": "110105",
                "by": intake,
                "channel": Case.Channel.COUNTER,
                **changed,
            }
        )

    return make


def traces():
    return (
        list(Case.objects.order_by("id").values()),
        AuditEntry.objects.count(),
        CaseEvent.objects.count(),
        CaseNote.objects.count(),
        CaseDocument.objects.count(),
    )


@pytest.fixture
def refuses():
    """Each refusal changes nothing: not the case, not its history, not the audit."""

    def check(problem, code, act, **arguments):
        before = traces()
        with pytest.raises(problem) as caught:
            act(**arguments)
        assert caught.value.code == code
        assert traces() == before

    return check


def test_a_case_goes_from_hand_to_hand_until_it_is_granted(
    open_one, intake, assessor, reviewer, edition
):
    case = open_one()
    cases.take(case_id=case.pk, by=assessor)
    cases.propose(case_id=case.pk, by=assessor, sheet={"lines": []}, edition=edition)
    done = cases.decide(case_id=case.pk, by=reviewer, outcome="granted")
    done.refresh_from_db()
    assert (done.state, done.maker, done.checker) == ("granted", assessor, reviewer)
    assert (done.sheet, done.edition, done.reasons) == ({"lines": []}, edition, [])
    assert done.decided_at is not None
    assert [event.act for event in done.events.all()] == ["open", "take", "propose", "decide"]
    assert list(
        AuditEntry.objects.filter(subject_type="case", subject_id=str(case.pk))
        .order_by("id")
        .values_list("act", "person_id", "region")
    ) == [(f"case.{act}", 7, "110105") for act in ("open", "take", "propose", "decide")]


def test_numbers_count_up_within_prefix_and_day(open_one):
    first, second = open_one(), open_one()
    today = timezone.localdate()
    assert first.number == f"CS{today:%Y%m%d}0001"
    assert second.number == f"CS{today:%Y%m%d}0002"
    assert first.spaced_number == f"CS {today:%Y} {today:%m%d} 0001"


def test_the_same_key_opens_one_case(open_one, refuses):
    first = open_one(key="abc")
    before = traces()
    assert open_one(key="abc") == first
    assert traces() == before
    refuses(Conflict, "key_reused", open_one, key="abc", person_id=8)


def test_the_same_key_of_another_user_is_another_case(open_one, both):
    assert open_one(key="abc") != open_one(key="abc", by=both)


def test_a_case_is_refused_outside_the_region_and_without_the_role(
    open_one, refuses, stranger, reviewer, nobody, auditor
):
    refuses(NotFound, "outside_region", open_one, by=stranger)
    for user in (reviewer, nobody, auditor):
        refuses(Denied, "not_permitted", open_one, by=user)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"channel": "pigeon"}, "unknown_channel"),
        ({"received_on": datetime.date(2999, 1, 1)}, "future_date"),
    ],
)
def test_impossible_openings_are_refused(open_one, refuses, changed, code):
    refuses(Invalid, code, open_one, **changed)


def test_a_person_opens_and_withdraws_their_own_case_and_no_other(open_one, refuses, insured):
    mine = open_one(by=insured, person_id=70, channel="portal")
    other = open_one()
    refuses(Denied, "not_permitted", open_one, by=insured, person_id=7, channel="portal")
    refuses(NotFound, "no_case", cases.withdraw, case_id=other.pk, by=insured, text="No more")
    done = cases.withdraw(case_id=mine.pk, by=insured, text="I changed my mind")
    assert done.state == "withdrawn"


def test_staff_do_not_open_their_own_case_at_the_counter(open_one, refuses, intake):
    intake.person_id = 7
    intake.save()
    refuses(Denied, "own_case", open_one)


def test_maker_and_checker_are_two(open_one, refuses, both, edition):
    case = open_one()
    cases.propose(case_id=case.pk, by=both, sheet={}, edition=edition)
    for act, more in (
        (cases.decide, {"outcome": "granted"}),
        (cases.send_back, {"text": "No"}),
    ):
        refuses(Denied, "four_eyes", act, case_id=case.pk, by=both, **more)


def test_the_database_itself_refuses_one_pair_of_eyes(open_one, both, edition):
    case = open_one()
    cases.propose(case_id=case.pk, by=both, sheet={}, edition=edition)
    with pytest.raises(IntegrityError, match="case_four_eyes"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(checker=both)
    with pytest.raises(IntegrityError, match="case_decided_by_two"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="granted")


def test_nobody_touches_their_own_case_or_that_of_a_relative(
    open_one, refuses, assessor, reviewer, edition, monkeypatch
):
    case = open_one()
    assessor.person_id = 7
    assessor.save()
    acts = [
        (cases.take, {}),
        (cases.note, {"text": "x"}),
        (cases.wait, {"text": "x"}),
        (cases.propose, {"sheet": {}, "edition": edition}),
        (cases.withdraw, {"text": "x"}),
    ]
    for act, more in acts:
        refuses(Denied, "own_case", act, case_id=case.pk, by=assessor, **more)
    assessor.person_id = 8
    assessor.save()
    monkeypatch.setattr(people, "_relatives", lambda person_id: {7})
    for act, more in acts:
        refuses(Denied, "relatives_case", act, case_id=case.pk, by=assessor, **more)


def test_a_refusal_states_its_reasons(open_one, refuses, assessor, reviewer, edition):
    case = open_one()
    cases.propose(case_id=case.pk, by=assessor, sheet={}, edition=edition)
    decide = {"case_id": case.pk, "by": reviewer, "outcome": "refused"}
    refuses(Invalid, "reasons_missing", cases.decide, **decide)
    refuses(Invalid, "reasons_missing", cases.decide, **decide, reasons=[])
    for part in REASON:
        broken = [{**REASON, part: " "}]
        refuses(Invalid, "reason_incomplete", cases.decide, **decide, reasons=broken)
    done = cases.decide(**decide, reasons=[REASON])
    assert (done.state, done.reasons) == ("refused", [REASON])


def test_a_grant_has_no_reasons_and_no_other_outcome_exists(
    open_one, refuses, assessor, reviewer, edition
):
    case = open_one()
    cases.propose(case_id=case.pk, by=assessor, sheet={}, edition=edition)
    decide = {"case_id": case.pk, "by": reviewer}
    refuses(
        Invalid, "reasons_not_wanted", cases.decide, **decide, outcome="granted", reasons=[REASON]
    )
    refuses(Invalid, "unknown_outcome", cases.decide, **decide, outcome="withdrawn")


def test_the_database_refuses_a_refusal_without_reasons(open_one, assessor, reviewer, edition):
    case = open_one()
    cases.propose(case_id=case.pk, by=assessor, sheet={}, edition=edition)
    cases.decide(case_id=case.pk, by=reviewer, outcome="refused", reasons=[REASON])
    with pytest.raises(IntegrityError, match="case_refused_with_reasons"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(reasons=[])


def test_a_verb_out_of_turn_is_refused(open_one, refuses, assessor, reviewer, edition):
    case = open_one()
    at = {"case_id": case.pk}
    moved = (Conflict, "case_moved_on")
    refuses(*moved, cases.decide, **at, by=reviewer, outcome="granted")
    refuses(*moved, cases.resume, **at, by=assessor)
    cases.propose(**at, by=assessor, sheet={}, edition=edition)
    refuses(*moved, cases.propose, **at, by=assessor, sheet={}, edition=edition)
    refuses(*moved, cases.wait, **at, by=assessor, text="x")
    cases.decide(**at, by=reviewer, outcome="granted")
    for act, user, more in [
        (cases.decide, reviewer, {"outcome": "refused", "reasons": [REASON]}),
        (cases.take, reviewer, {}),
        (cases.withdraw, assessor, {"text": "x"}),
        (cases.attach, assessor, {"name": "a.pdf", "content": PDF}),
    ]:
        refuses(*moved, act, **at, by=user, **more)


def test_a_case_that_is_not_there_is_not_found(refuses, assessor, claim_kind):
    refuses(NotFound, "no_case", cases.take, case_id=0, by=assessor)


def test_a_case_of_another_region_does_not_exist_for_anyone_there(open_one, refuses, stranger):
    case = open_one()
    refuses(NotFound, "outside_region", cases.take, case_id=case.pk, by=stranger)


def test_a_taken_case_is_taken_over_only_on_purpose(open_one, refuses, assessor, both):
    case = open_one()
    cases.take(case_id=case.pk, by=assessor)
    refuses(Conflict, "case_taken", cases.take, case_id=case.pk, by=both)
    assert cases.take(case_id=case.pk, by=both, over=True).clerk == both


def test_the_checker_may_send_a_case_back_with_words(
    open_one, refuses, assessor, reviewer, edition
):
    case = open_one()
    cases.propose(case_id=case.pk, by=assessor, sheet={"a": 1}, edition=edition)
    refuses(Invalid, "empty", cases.send_back, case_id=case.pk, by=reviewer, text=" ")
    back = cases.send_back(case_id=case.pk, by=reviewer, text="The months do not add up")
    back.refresh_from_db()
    assert (back.state, back.clerk, back.maker, back.sheet) == ("received", assessor, None, None)
    assert back.events.last().text == "The months do not add up"


def test_notes_and_papers_are_kept(open_one, assessor, refuses):
    case = open_one()
    cases.note(case_id=case.pk, by=assessor, text=" called her ")
    assert case.notes.get().text == "called her"
    paper = cases.attach(case_id=case.pk, by=assessor, name="id.pdf", content=PDF, label="ID card")
    paper.refresh_from_db()
    assert (paper.content, paper.content_type, paper.size) == (PDF, "application/pdf", len(PDF))
    before = traces()
    assert cases.attach(case_id=case.pk, by=assessor, name="again.pdf", content=PDF) == paper
    assert traces() == before
    refuses(Invalid, "empty", cases.note, case_id=case.pk, by=assessor, text=" ")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ a program that calls itself a picture", "unknown_file_type"),
        (b"<html>", "unknown_file_type"),
        (b"%PDF-" + bytes(10 * 2**20), "too_large"),
    ],
)
def test_papers_that_cannot_be_right_are_refused(open_one, refuses, assessor, content, code):
    case = open_one()
    refuses(
        Invalid, code, cases.attach, case_id=case.pk, by=assessor, name="photo.png", content=content
    )


def test_a_paper_is_ciphertext_at_rest(open_one, assessor):
    from django.db import connection

    case = open_one()
    paper = cases.attach(case_id=case.pk, by=assessor, name="id.pdf", content=PDF)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM office_casedocument WHERE id = %s", [paper.pk])
        raw = bytes(cursor.fetchone()[0])
    assert PDF not in raw
    assert b"%PDF" not in raw


def test_the_clock_counts_working_days_with_holidays_and_days_worked_instead(open_one):
    # 30 September 2026 is a Wednesday; 1 to 7 October are holidays, Saturday the 10th is worked.
    case = open_one(received_on=datetime.date(2026, 9, 30))
    assert case.days == 20
    assert case.due_on == datetime.date(2026, 11, 3)
    clock = case.clock(datetime.date(2026, 10, 12))
    # 8, 9, 10, 12 October
    assert (clock.used, clock.left, clock.late, clock.forecast) == (4, 16, 0, False)
    late = case.clock(datetime.date(2026, 11, 5))
    assert (late.used, late.left, late.late) == (20, 0, 2)


def test_the_clock_says_when_its_end_is_only_a_forecast(open_one):
    case = open_one()
    Case.objects.filter(pk=case.pk).update(due_on=datetime.date(2031, 1, 2))
    case.refresh_from_db()
    assert case.clock().forecast


def test_the_clock_stands_while_we_wait_for_papers(open_one, assessor):
    case = open_one(received_on=datetime.date(2026, 9, 1))
    due = case.due_on
    cases.wait(
        case_id=case.pk, by=assessor, text="Your contract of 1998", on=datetime.date(2026, 9, 8)
    )
    case.refresh_from_db()
    stands = case.clock(datetime.date(2026, 11, 20))
    assert (stands.used, stands.waiting, stands.late) == (5, True, 0)
    back = cases.resume(case_id=case.pk, by=assessor, on=datetime.date(2026, 9, 15))
    # 9, 10, 11, 14, 15 September were waited for.
    assert (back.waited, back.due_on) == (5, add_working_days(due, 5))
    assert back.clock(datetime.date(2026, 9, 15)).used == 5
    assert back.clock(datetime.date(2026, 9, 16)).used == 6


def test_the_clock_cannot_be_stopped_before_it_started_or_in_the_future(
    open_one, refuses, assessor
):
    case = open_one(received_on=datetime.date(2026, 9, 10))
    for day in (datetime.date(2026, 9, 9), datetime.date(2999, 1, 1)):
        refuses(
            Invalid, "impossible_date", cases.wait, case_id=case.pk, by=assessor, text="x", on=day
        )
    refuses(Invalid, "empty", cases.wait, case_id=case.pk, by=assessor, text=" ")


def test_a_case_may_be_withdrawn_while_it_waits(open_one, assessor):
    case = open_one()
    cases.wait(case_id=case.pk, by=assessor, text="A photo")
    assert cases.withdraw(case_id=case.pk, by=assessor, text="By phone").state == "withdrawn"


def test_the_statutory_period_may_come_from_policy(open_one, monkeypatch, edition):
    from socsec.kernel.policy import Policy
    from socsec.office.services import policy

    law = Policy.parse("""
test.days:
  label: {zh: 时限, en: Period}
  unit: count
  values:
    - {region: "000000", from: 2020-01-01, value: "15", law: 条例 18, status: official}
    - {region: "110000", from: 2020-01-01, value: "10", law: 京 1, status: official}
""")
    monkeypatch.setattr(policy, "of", lambda edition: law)
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register(
        kinds.CaseKind("test_claim", "CS", "Test", "test.days", "条例 18", lambda case: "/")
    )
    assert open_one().days == 10


def test_kinds_keep_their_slugs_and_prefixes_apart(claim_kind):
    import dataclasses

    assert kinds.register(claim_kind) is claim_kind
    with pytest.raises(ValueError, match="twice"):
        kinds.register(dataclasses.replace(claim_kind, days=3))
    with pytest.raises(ValueError, match="taken"):
        kinds.register(dataclasses.replace(claim_kind, slug="other"))
    with pytest.raises(ValueError, match="capital"):
        kinds.register(dataclasses.replace(claim_kind, slug="other", prefix="xy"))
    with pytest.raises(KeyError):
        kinds.get("nothing")
    assert kinds.choices() == [("test_claim", "Test claim")]


def test_a_case_opens_where_its_kind_says(open_one):
    case = open_one()
    assert case.get_absolute_url() == f"/test/{case.pk}"
