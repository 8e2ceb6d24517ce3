"""The review of a decision: asked once and in time, by other hands, carried out or not at all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from socsec.office import appeals, kinds
from socsec.office.appeals import Outcome
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Appeal, AuditEntry, Case, Notice
from socsec.office.services import appeal as services
from socsec.office.services import case as cases

from .conftest import staff

pytestmark = pytest.mark.django_db
REASON = {"code": "no", "text_zh": "不行", "text_en": "No", "law": "法"}


@pytest.fixture
def done(request):
    """What the outcome of the test's own source was asked to carry out."""
    asked, known = [], kinds.get(appeals.KIND)
    request.getfixturevalue("claim_kind")
    kinds.register(known)

    def carry_out(*, appeal, decision, by):
        if appeal.findings == "impossible":
            raise Conflict("It cannot be done.", code="impossible")
        asked.append((appeal.pk, decision.number, by))
        return "X1"

    better = Outcome("better", "Better", "", carry_out)
    appeals.register(appeals.of_cases("test_claim", lambda decision: (better,)))
    yield asked
    del appeals._sources["test_claim"]


@pytest.fixture
def decided(done, edition, intake, assessor, reviewer):
    case = cases.open_case(
        kind="test_claim",
        person_id=7,
        subject="张三",
        region="110105",
        by=intake,
        channel=Case.Channel.COUNTER,
    )
    cases.propose(case_id=case.pk, by=assessor, sheet=None, edition=None)
    return cases.decide(case_id=case.pk, by=reviewer, outcome="refused", reasons=[REASON])


@pytest.fixture
def second(chaoyang, intake, assessor, reviewer):
    """Another assessor and another reviewer, without a hand in the decision."""
    return (
        staff("assessor2", *assessor.held_roles(), at=chaoyang),
        staff("reviewer2", *reviewer.held_roles(), at=chaoyang),
    )


@pytest.fixture
def asked(decided, intake):
    def make(**changed):
        return services.open_appeal(
            **{
                "by": intake,
                "source": "test_claim",
                "decision": decided.pk,
                "grounds": "I worked in 1999.",
                "channel": "counter",
                **changed,
            }
        )

    return make


def traces():
    return (
        list(Appeal.objects.values()),
        list(Case.objects.order_by("id").values()),
        AuditEntry.objects.count(),
        Notice.objects.count(),
    )


def refuses(problem, code, act, **said):
    before = traces()
    with pytest.raises(problem) as caught:
        act(**said)
    assert caught.value.code == code, str(caught.value)
    assert traces() == before


def test_a_review_that_agrees_is_carried_out_once_by_hands_that_had_no_part(
    asked, done, decided, second, assessor, reviewer
):
    held = asked()
    assert held.case.days == 14
    one, other = second
    said = {"appeal": held, "outcome": "better", "findings": "The book of 1999 was found."}
    refuses(Denied, "four_eyes", services.propose, by=assessor, **said)
    services.propose(by=one, **said)
    refuses(Denied, "four_eyes", services.decide, by=reviewer, appeal=held)
    assert done == []
    services.decide(by=other, appeal=held)
    held.refresh_from_db()
    assert (held.case.state, held.carried, held.open) == ("granted", "X1", False)
    assert done == [(held.pk, decided.number, other)]
    assert Notice.objects.get().case == held.case
    refuses(Conflict, "case_moved_on", services.decide, by=other, appeal=held)
    refuses(Conflict, "reviewed_already", asked)


def test_a_review_that_finds_the_decision_right_says_why_and_does_nothing(asked, done, second):
    held = asked()
    one, other = second
    services.propose(by=one, appeal=held, outcome="kept", findings="1999 was not paid.")
    services.send_back(by=other, appeal=held, text="Look at the receipts, too.")
    held.refresh_from_db()
    assert (held.outcome, held.case.state) == ("", "received")
    services.propose(by=one, appeal=held, outcome="kept", findings="1999 was not paid at all.")
    services.decide(by=other, appeal=held)
    held.case.refresh_from_db()
    assert held.case.state == "refused"
    assert held.case.reasons[0]["text_en"] == "1999 was not paid at all."
    assert done == []


def test_what_cannot_be_carried_out_is_not_decided(asked, done, second):
    held = asked()
    one, other = second
    services.propose(by=one, appeal=held, outcome="better", findings="impossible")
    refuses(Conflict, "impossible", services.decide, by=other, appeal=held)


def test_what_cannot_be_asked_is_refused_and_changes_nothing(asked, decided, second, intake):
    refuses(Invalid, "empty", asked, grounds="  ")
    refuses(Invalid, "no_line", asked, line="pension.basic")
    refuses(NotFound, "no_decision", asked, source="nothing")
    refuses(NotFound, "no_decision", asked, decision=decided.pk + 1)
    under_way = cases.open_case(
        kind="test_claim",
        person_id=8,
        subject="李四",
        region="110105",
        by=intake,
        channel="counter",
    )
    refuses(NotFound, "no_decision", asked, decision=under_way.pk)
    outside = staff("elsewhere", *intake.held_roles(), at=None)
    refuses(Denied, "not_permitted", asked, by=outside)
    held = asked(key="one")
    assert asked(key="one") == held
    refuses(Conflict, "reviewed_already", asked)
    one = second[0]
    refuses(Invalid, "empty", services.propose, by=one, appeal=held, outcome="kept", findings=" ")
    refuses(
        Invalid,
        "unknown_outcome",
        services.propose,
        by=one,
        appeal=held,
        outcome="worse",
        findings="x",
    )


def test_after_sixty_days_only_with_what_kept_the_person(asked, decided):
    long_ago = timezone.now() - timedelta(days=61)
    Case.objects.filter(pk=decided.pk).update(decided_at=long_ago)
    refuses(Refused, "too_late", asked)
    assert asked(late_because="In hospital until yesterday.").open


def test_the_last_day_is_the_sixtieth(asked, decided):
    Case.objects.filter(pk=decided.pk).update(decided_at=timezone.now() - timedelta(days=60))
    assert asked().open


def test_taken_back_it_may_be_asked_again(asked, intake):
    services.withdraw(by=intake, appeal=asked(), text="It is clear now.")
    assert asked().open
    assert Appeal.objects.filter(open=False).count() == 1
