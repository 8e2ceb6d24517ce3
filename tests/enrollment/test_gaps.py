"""Full coverage: whoever should be insured and is not stands on the list, and leaves it by the facts alone."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment import queries
from enrollment.models import (
    CoverageCount,
    CoverageGap,
    GapContact,
    GapReason,
    Registration,
    RegistrationKind,
)
from enrollment.models.spans import from_day
from enrollment.params import GapRule
from enrollment.rules.gaps import Gap, Situation, gap
from enrollment.services import cover
from enrollment.services.people import gaps
from funds.models import Branch
from socsec.kernel.months import month_of
from socsec.office.errors import Conflict, Denied, Invalid, NotFound
from socsec.office.models import AuditEntry, Role
from tests.kernel.three_ways import three_ways

from .conftest import BEIJING, CHAOYANG, PENSION, SHANGHAI

RULE = GapRule(interrupted_months=3, adult_age=216, pension_from=192, pension_until=720)
MEDICAL = Branch.MEDICAL


def born(years):
    today = timezone.localdate()
    return date(today.year - years, today.month, 1)


def standing(who):
    rows = CoverageGap.objects.filter(person_id=who.pk, closed_on__isnull=True)
    return {Branch(row.branch): GapReason(row.reason) for row in rows.order_by("branch")}


def test_each_reason_is_found_and_nobody_else(edition, enroll, on_own_account, intake, beijing):
    child, worker, old, lately, long_ago = (
        enroll(born=born(years)) for years in (8, 40, 70, 30, 31)
    )
    on_own_account(lately, 800_000)
    on_own_account(long_ago, 800_000)
    today = timezone.localdate()
    cover.end(by=intake, person=lately, branch=PENSION, last_day=today, reason="left")
    cover.end(by=intake, person=long_ago, branch=PENSION, last_day=date(2026, 1, 31), reason="left")
    insured = enroll(born=born(33))
    on_own_account(insured, 800_000)
    gaps.refresh()
    assert standing(child) == {MEDICAL: GapReason.MINOR}
    assert standing(worker) == {PENSION: GapReason.WORKING_AGE, MEDICAL: GapReason.WORKING_AGE}
    assert standing(old) == {MEDICAL: GapReason.OLDER}
    assert PENSION not in standing(lately)
    assert standing(long_ago)[PENSION] == GapReason.INTERRUPTED
    assert PENSION not in standing(insured)


def test_an_employers_staff_without_one_branch_is_the_employers_matter(
    edition, enroll, found, employ
):
    who = enroll(born=born(40))
    employ(who, found())
    from enrollment.models import Coverage

    Coverage.objects.filter(person=who).exclude(branch=PENSION).delete()
    gaps.refresh()
    assert standing(who)[MEDICAL] == GapReason.LEFT_OUT


def test_a_second_refresh_changes_nothing_and_the_facts_close_it(edition, enroll, on_own_account):
    who, dead = enroll(born=born(40)), enroll(born=born(50))
    assert gaps.refresh() == 4
    before = AuditEntry.objects.count()
    assert gaps.refresh() == 0
    assert AuditEntry.objects.count() == before
    on_own_account(who, 800_000)
    assert gaps.refresh(person_id=who.pk) >= 1
    closed = CoverageGap.objects.get(person_id=who.pk, branch=PENSION)
    assert (closed.ended, closed.closed_on) == ("covered", timezone.localdate())
    from enrollment.models import Person

    Person.objects.filter(pk=dead.pk).update(
        died_on=timezone.localdate(), death_known_on=timezone.localdate()
    )
    gaps.refresh()
    assert standing(dead) == {}
    assert set(CoverageGap.objects.filter(person_id=dead.pk).values_list("ended", flat=True)) == {
        "no_longer"
    }


def test_the_refresh_asks_as_often_for_many_as_for_few(
    edition, enroll, django_assert_max_num_queries
):
    for _number in range(12):
        enroll(born=born(40))
    with django_assert_max_num_queries(20):
        gaps.refresh()
    assert CoverageGap.objects.count() == 24


def test_a_contact_is_written_down_once_for_all_and_sets_the_next_day(edition, staff, enroll):
    who = enroll(born=born(40))
    gaps.refresh()
    row = CoverageGap.objects.get(person_id=who.pk, branch=MEDICAL)
    clerk, reviewer = staff(Role.INTAKE), staff(Role.REVIEWER)
    soon = timezone.localdate() + timedelta(days=3)
    gaps.contact(by=clerk, gap=row, way="phone", outcome="thinks", note=" busy ", next_on=soon)
    row = queries.gap_of(clerk, who.pk, MEDICAL)
    assert (row.clerk_id, row.next_on) == (clerk.pk, soon)
    assert queries.gaps_due(clerk, soon).count() == 1
    assert queries.gaps_due(clerk, timezone.localdate()).count() == 0
    assert queries.contacts(row).get().note == "busy"
    gaps.assign(by=reviewer, gap=row, clerk=None)
    assert queries.gap_of(clerk, who.pk, MEDICAL).clerk_id is None
    with pytest.raises(Denied):
        gaps.assign(by=clerk, gap=row, clerk=clerk)
    with pytest.raises(Denied):
        gaps.assign(by=reviewer, gap=row, clerk=reviewer)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"way": "dove"}, "no_way"),
        ({"outcome": "maybe"}, "no_outcome"),
        ({"outcome": "unreached"}, "next_missing"),
        ({"next_on": date(2020, 1, 1)}, "next_day"),
        ({"next_on": date(2199, 1, 1)}, "next_day"),
    ],
)
def test_a_contact_that_cannot_be_is_refused_and_changes_nothing(
    edition, staff, enroll, said, code
):
    who = enroll(born=born(40))
    gaps.refresh()
    row = CoverageGap.objects.get(person_id=who.pk, branch=MEDICAL)
    before = AuditEntry.objects.count()
    with pytest.raises(Invalid) as refusal:
        gaps.contact(by=staff(Role.INTAKE), gap=row, **{"way": "phone", "outcome": "will", **said})
    assert refusal.value.code == code
    assert (AuditEntry.objects.count(), GapContact.objects.count()) == (before, 0)


def test_who_is_not_of_the_region_or_role_sees_and_writes_nothing(edition, staff, enroll):
    who = enroll(born=born(40))
    gaps.refresh()
    row = CoverageGap.objects.get(person_id=who.pk, branch=MEDICAL)
    stranger, assessor = staff(Role.INTAKE, region=SHANGHAI), staff(Role.ASSESSOR)
    assert not queries.gaps(stranger).exists()
    assert queries.gap_of(stranger, who.pk, MEDICAL) is None
    with pytest.raises(NotFound):
        gaps.contact(by=stranger, gap=row, way="phone", outcome="will")
    with pytest.raises(Denied):
        gaps.contact(by=assessor, gap=row, way="phone", outcome="will")
    CoverageGap.objects.update(closed_on=timezone.localdate(), ended="covered")
    with pytest.raises(Conflict, match="closed"):
        gaps.contact(by=staff(Role.INTAKE), gap=row, way="phone", outcome="will")


def test_rates_are_counted_by_region_age_and_area(edition, enroll, on_own_account, staff):
    today = timezone.localdate()
    month = month_of(today)
    one, two, child = enroll(born=born(40)), enroll(born=born(41)), enroll(born=born(8))
    on_own_account(one, 800_000)
    for who, kind in ((one, RegistrationKind.URBAN), (child, RegistrationKind.RURAL)):
        Registration.objects.create(
            person=who, kind=kind, region=CHAOYANG, span=from_day(date(2020, 1, 1))
        )
    gaps.count()
    assert [
        (r.key, r.people, r.insured) for r in queries.rates(BEIJING, month, PENSION, "band")
    ] == [
        (0, 1, 0),
        (30, 2, 1),
    ]
    assert [
        (r.key, r.people, r.insured) for r in queries.rates(BEIJING, month, PENSION, "area")
    ] == [
        (0, 1, 0),
        (1, 1, 1),
        (2, 1, 0),
    ]
    (whole,) = queries.rates_over_time(BEIJING, PENSION, month, month)
    assert (whole.people, whole.insured, whole.rate) == (3, 1, 333_333)
    assert queries.rates(SHANGHAI, month, PENSION, "region") == []
    rows = CoverageCount.objects.count()
    gaps.count()
    assert CoverageCount.objects.count() == rows
    assert two.alive_on(today)


def test_prison_and_emigration_take_off_the_list_until_the_return(edition, enroll, intake):
    from enrollment.models import LifeEvent

    who = enroll(born=born(40))
    event = LifeEvent.objects.create(
        person=who,
        kind="prison",
        happened_on=date(2025, 1, 1),
        known_on=date(2025, 1, 1),
        by=intake,
        document="D",
        region=CHAOYANG,
    )
    gaps.refresh()
    assert standing(who) == {}
    LifeEvent.objects.create(
        person=who,
        kind="prison",
        happened_on=date(2025, 1, 1),
        known_on=date(2025, 2, 1),
        by=intake,
        document="mistake",
        region=CHAOYANG,
        reverses=event,
    )
    gaps.refresh()
    assert set(standing(who)) == {PENSION, MEDICAL}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "branch": st.integers(1, 2),
                "age": st.one_of(
                    st.sampled_from([0, 191, 192, 215, 216, 719, 720]), st.integers(0, 1500)
                ),
                "months_out": st.one_of(st.sampled_from([0, 3, 4]), st.integers(0, 900)),
                **{
                    name: st.booleans()
                    for name in ("insured", "ever", "resident", "employed", "retired", "away")
                },
            }
        ),
        min_size=1,
        max_size=10,
    )
)
def test_the_rule_says_the_same_three_ways_and_never_names_the_insured(db, people):
    for row, sheet in zip(people, three_ways(gap, people, RULE, facts=Situation), strict=True):
        assert sheet is not None
        assert (sheet.reason == Gap.NONE) or not row["insured"]
        assert (sheet.reason == Gap.NONE) or not row["away"]
