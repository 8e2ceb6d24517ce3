"""Several colleagues press at the same moment: these tests commit, in threads of their own."""

import threading

import pytest
from django.db import connection

from socsec.office.errors import Conflict, Denied
from socsec.office.models import AuditEntry, Case, CaseEvent, Role
from socsec.office.services import case as cases

from .conftest import staff

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Start every act together; what each returned or raised, in order."""
    barrier = threading.Barrier(len(acts))
    results: list = [None] * len(acts)

    def play(place, act):
        try:
            barrier.wait()
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=play, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def opener(intake, **changed):
    def act():
        return cases.open_case(
            **{
                "kind": "test_claim",
                "person_id": 7,
                "subject": "张三",
                "region": "110105",
                "by": intake,
                "channel": "counter",
                **changed,
            }
        )

    return act


def test_cases_opened_at_once_have_numbers_of_their_own(claim_kind, intake):
    opened = at_once(*[opener(intake) for _ in range(8)])
    numbers = sorted(case.number for case in opened)
    assert len(set(numbers)) == 8
    assert [int(number[-4:]) for number in numbers] == list(range(1, 9))


def test_one_key_pressed_many_times_at_once_opens_one_case(claim_kind, intake):
    opened = at_once(*[opener(intake, key="pressed") for _ in range(8)])
    assert len({case.pk for case in opened}) == 1
    assert Case.objects.count() == 1
    assert CaseEvent.objects.count() == 1
    assert AuditEntry.objects.filter(act="case.open").count() == 1


def test_two_checkers_at_once_make_one_decision(claim_kind, intake, assessor, edition, chaoyang):
    case = opener(intake)()
    cases.propose(case_id=case.pk, by=assessor, sheet={}, edition=edition)
    one, two = (staff(name, Role.REVIEWER, at=chaoyang) for name in ("one", "two"))
    reason = {"code": "c", "text_zh": "原因", "text_en": "Reason", "law": "法 1"}
    results = at_once(
        lambda: cases.decide(case_id=case.pk, by=one, outcome="granted"),
        lambda: cases.decide(case_id=case.pk, by=two, outcome="refused", reasons=[reason]),
    )
    won = [result for result in results if isinstance(result, Case)]
    lost = [result for result in results if isinstance(result, Conflict)]
    assert (len(won), len(lost)) == (1, 1)
    assert Case.objects.get().checker == won[0].checker
    assert AuditEntry.objects.filter(act="case.decide").count() == 1


def test_two_assessors_at_once_make_one_proposal(claim_kind, intake, assessor, both, edition):
    case = opener(intake)()
    results = at_once(
        *[
            lambda by=by: cases.propose(case_id=case.pk, by=by, sheet={}, edition=edition)
            for by in (assessor, both)
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["Case", "Conflict"]


def test_a_maker_who_also_checks_is_too_late_whichever_comes_first(
    claim_kind, intake, assessor, both, edition
):
    case = opener(intake)()
    results = at_once(
        lambda: cases.propose(case_id=case.pk, by=both, sheet={}, edition=edition),
        lambda: cases.decide(case_id=case.pk, by=both, outcome="granted"),
    )
    assert isinstance(results[0], Case)
    assert isinstance(results[1], Conflict | Denied)
    assert Case.objects.get().state == "assessed"
