"""Staff who join and leave by the thousand come out as one after the other, and ask no more."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollment.models import Category, Contribution, Coverage, Employment, EndReason
from enrollment.services import cover
from enrollment.services.cover import in_sets
from enrollment.services.living import life
from socsec.office.errors import Problem
from socsec.office.models import AuditEntry

from .conftest import CHAOYANG, MARCH, PENSION, enrol

APRIL = date(2026, 4, 1)


@pytest.fixture
def twins(intake, enroll, found, mill, on_own_account, employ):
    """Two of each: one for the sets, one for the counter, alike but for the number."""
    elsewhere = found()

    def plain(who):
        return ("join", APRIL)

    def resident(who):
        for branch in (1, 2):
            Coverage.objects.create(
                person=who, branch=branch, category=Category.RESIDENT, region=CHAOYANG,
                span=(date(2026, 1, 1), date(2027, 1, 1)),
            )  # fmt: skip
        return ("join", APRIL)

    def alone(who):
        on_own_account(who, 800_000)
        return ("join", APRIL)

    def second_job(who):
        enrol(intake, who, elsewhere)
        return ("join", APRIL)

    def too_early(who):
        return ("join", timezone.localdate() + timedelta(days=70))

    def dead(who):
        life.record_death(by=intake, person=who, died_on=date(2026, 3, 1), document="d")
        return ("join", APRIL)

    def there_already(who):
        enrol(intake, who, mill)
        return ("join", APRIL)

    def leaves(who):
        enrol(intake, who, mill)
        return ("leave", date(2026, 3, 31))

    def retires(who):
        enrol(intake, who, mill)
        Contribution.objects.create(
            person_id=who.pk, month=MARCH + 2, branch=PENSION, part=0, employer_id=mill.pk,
            category=2, region=CHAOYANG, wage=1, wage_before=0, base=1, employer_share=1,
            person_share=1, account_share=1, waived=0, edition=1,
        )  # fmt: skip
        return ("leave", date(2026, 3, 31), EndReason.RETIRED)

    def assessed_later(who):
        retires(who)
        return ("leave", date(2026, 3, 31))

    def keeps_another(who):
        enrol(intake, who, mill)
        enrol(intake, who, elsewhere)
        return ("leave", date(2026, 3, 31))

    def leaves_before_the_first(who):
        enrol(intake, who, mill)
        return ("leave", date(2025, 12, 31))

    def never_worked(who):
        return ("leave", date(2026, 3, 31))

    made = []
    for make in (
        *(plain, resident, alone, second_job, too_early, dead, there_already, leaves, retires),
        *(assessed_later, keeps_another, leaves_before_the_first, never_worked),
    ):
        pair = [enroll(name=make.__name__), enroll(name=make.__name__)]
        said = [make(who) for who in pair]
        for who in pair:
            who.refresh_from_db()
        made.append((make.__name__, *pair, said[0]))
    made.append(
        ("child", enroll(born=date(2015, 1, 1)), enroll(born=date(2015, 1, 1)), ("join", APRIL))
    )
    return made


def alone(by, who, employer, what, day, reason=EndReason.LEFT):
    """What the counter does with one; None where it refuses."""
    try:
        if what == "join":
            return cover.enrol(
                by=by, person=who, category=Category.EMPLOYEE, region=employer.region,
                from_=day, employer=employer,
            )  # fmt: skip
        return cover.leave(by=by, person=who, last_day=day, reason=reason, employer=employer)
    except Problem:
        return None


def standing(who):
    """Everything that the act left of somebody, but for numbers and moments."""
    return (
        list(
            Coverage.objects.filter(person=who)
            .order_by("branch", "span")
            .values_list("branch", "category", "region", "span", "end_reason", "apart")
        ),
        list(
            Employment.objects.filter(person=who)
            .order_by("employer", "span")
            .values_list("employer", "span", "apart")
        ),
        sorted(
            str({key: value for key, value in entry.detail.items() if key != "subject"})
            for entry in AuditEntry.objects.filter(person_id=who.pk, act="coverage.change")
        ),
    )


def test_in_sets_everybody_comes_out_as_at_the_counter(twins, intake, mill):
    joining = [in_sets.Joins(one.pk, said[1]) for _n, one, _o, said in twins if said[0] == "join"]
    leaving = [
        in_sets.Leaves(one.pk, said[1], said[2] if len(said) > 2 else EndReason.LEFT)
        for _n, one, _o, said in twins
        if said[0] == "leave"
    ]
    before = {one.pk: standing(one) for _n, one, _o, _said in twins}
    done = in_sets.leave(by=intake, employer=mill, rows=leaving) | in_sets.join(
        by=intake, employer=mill, category=Category.EMPLOYEE, rows=joining
    )
    assert {name for name, one, *_rest in twins if one.pk in done} == {
        *("plain", "resident", "leaves", "retires")
    }
    for name, one, other, said in twins:
        if one.pk not in done:
            assert standing(one) == before[one.pk], name
            continue
        assert alone(intake, other, mill, *said) is not None, name
        assert standing(one) == standing(other), name


def test_they_ask_no_more_for_more_people(intake, enroll, mill):
    def ask(act, people):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            act(people)
        return len(asked)

    def join(people):
        done = in_sets.join(
            by=intake, employer=mill, category=Category.EMPLOYEE,
            rows=[in_sets.Joins(who.pk, APRIL) for who in people],
        )  # fmt: skip
        assert len(done) == len(people)

    def leave(people):
        done = in_sets.leave(
            by=intake, employer=mill,
            rows=[in_sets.Leaves(who.pk, date(2026, 4, 30), EndReason.LEFT) for who in people],
        )  # fmt: skip
        assert len(done) == len(people)

    few, many = [enroll(), enroll()], [enroll() for _n in range(12)]
    join([enroll()])  # what is remembered of the policy
    assert ask(join, many) == ask(join, few)
    assert ask(leave, many) == ask(leave, few)
