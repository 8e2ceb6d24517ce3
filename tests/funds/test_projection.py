"""Long-term balance of the nation: published sums are met, levers move it, bad input is refused and changes nothing."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from funds.checks.projections import projections as checked
from funds.models import Projection, ProjectionYear, Scheme
from funds.params import ReferenceParams
from funds.queries import projection as queries
from funds.services import projection
from funds.services.projection import Scenario, national, years
from funds.services.projection.working import assumed, chances, of_nation
from funds.services.projection.years import Years
from socsec.kernel.arith import ONE
from socsec.kernel.errors import KernelError
from socsec.kernel.policy import Policy
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role
from socsec.office.services import policy
from tests.funds.conftest import staff

NATION = "000000"


@pytest.fixture
def actuary(db):
    return staff("actuary", Role.POLICY_OFFICER, region=NATION)


@pytest.fixture
def second(db):
    return staff("second", Role.REVIEWER, region=NATION)


@cache
def files():
    return Policy.files()


@cache
def nation(**changed):
    """Both schemes under a scenario, once for all tests that ask for it."""
    return {each.scheme: each for each in of_nation(files(), Scenario.read(changed))}


def employees(**changed):
    return nation(**changed)[Scheme.EMPLOYEES]


def starts(**changed):
    held = Years(files(), NATION, assumed(files(), NATION), Scenario.read(changed))
    return held, {each.scheme: each for each in national.starts(held, years.people(held))}


def test_the_nation_starts_from_what_is_published():
    """349.17 million contribute and 131.57 million draw; 385.84 and 162.13 million of residents."""
    held, found = starts()
    first, other = found[Scheme.EMPLOYEES], found[Scheme.RESIDENTS]
    assert held.start == 2021
    assert first.members.active.sum() == pytest.approx(349_170_000)
    assert first.members.retired.sum() == pytest.approx(131_570_000)
    assert other.members.active.sum() == pytest.approx(385_840_000)
    assert other.members.retired.sum() == pytest.approx(162_130_000)
    assert first.reserve.sum() == 5_257_400_000_000_00
    # The part of the average wage contributed on is the one that collected 4.53 trillion:
    # (349.17 + 328.59) / 2 = 338.88 million x 0.8 x 88,200 yuan x 24 % = 5.7388 trillion; 0.7894.
    assert first.terms.base[0] == pytest.approx(0.7894, abs=1e-4)
    # Residents: 371.5 bn / ((162.13 + 160.68) / 2) = 2,301.7 yuan a year, nine tenths of it flat.
    assert other.terms.flat_before == pytest.approx(207_150, rel=1e-4)
    for each in (first, other):
        assert (each.members.active <= each.people[0] * (1 + 1e-9)).all()


def test_the_first_year_goes_on_from_the_last_one_published():
    """2022 is within a tenth of 2021 grown by 5 %, and heads and money balance in every year."""
    for scheme, income, outgo in (
        (Scheme.EMPLOYEES, 6_045_500_000_000_00, 5_648_100_000_000_00),
        (Scheme.RESIDENTS, 533_900_000_000_00, 371_500_000_000_00),
    ):
        found = nation()[scheme]
        assert found.measures.income[0] == pytest.approx(income * 1.05, rel=0.1)
        assert found.measures.expenditure[0] == pytest.approx(outgo * 1.05, rel=0.1)
        assert found.course.heads_missing < 1e-9
        assert found.course.money_missing < 1e-9
        assert found.measures.years == tuple(range(2022, 2101))


def test_at_the_ages_before_2025_it_comes_near_the_published_reference():
    """Published: first deficit 2028, exhaustion 2035, for the ages and members of 2019."""
    known = ReferenceParams.at(files(), NATION, 2026 * 12)
    before = employees(delayed=False).measures
    assert abs(before.first_deficit - known.first_deficit) <= 2
    assert abs(before.exhausted - known.exhausted) <= 2
    after = employees().measures
    assert after.first_deficit > before.first_deficit
    assert after.exhausted > before.exhausted


def test_each_lever_moves_the_balance_the_way_it_must():
    plain = employees().long_range
    for better in (
        {"later": 36},
        {"rate": "0.01"},
        {"index_share": "0.4"},
        {"mortality": "1.1"},
        {"growth": "0.01"},
        {"density": "0.9"},
        {"fertility": "1.5"},
    ):
        assert employees(**better).long_range > plain, better
    for worse in ({"delayed": False}, {"subsidy": "0"}, {"returns": "-0.01"}):
        assert employees(**worse).measures.exhausted < employees().measures.exhausted, worse
    # Residents contribute no part of a wage, so that a change of the rate is none of theirs.
    assert nation(rate="0.01")[Scheme.RESIDENTS].figures() == nation()[Scheme.RESIDENTS].figures()


def test_implicit_debt_is_what_was_earned_so_far():
    """More than the reserve, and less than everything that will ever be paid."""
    found = employees()
    returns = starts()[0].returns
    everything = (found.measures.expenditure / (1 + returns).cumprod()).sum()
    assert found.course.opening.sum() < found.debt < everything


def test_a_scenario_is_kept_with_its_inputs_its_edition_and_every_year(
    edition, actuary, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr(
        "funds.services.projection.asking.current_app.send_task", lambda *told: sent.append(told)
    )
    with django_capture_on_commit_callbacks(execute=True):
        asked = projection.ask(
            by=actuary, name="Later", scenario={"later": 36, "fertility": "1", "rate": ""}
        )
    assert sent == [("funds.project", [asked.pk])]
    assert asked.scenario == {"later": 36}  # what is as assumed is no change
    assert projection.waiting() == [asked.pk]

    done = projection.work(asked.pk)
    assert (done.state, done.done, done.steps) == ("done", 5, 5)
    assert done.edition == edition
    assert projection.waiting() == []
    rows = ProjectionYear.objects.filter(projection=done)
    assert rows.count() == 2 * 79
    outcome = employees(later=36)
    first, last = rows.filter(scheme=1).first(), rows.filter(scheme=1).last()
    assert (first.year, last.year) == (2022, 2100)
    assert first.income == pytest.approx(outcome.measures.income[0], abs=3)
    assert last.reserve == pytest.approx(outcome.measures.reserve[-1], abs=1)
    for before, after in zip(rows.filter(scheme=2), rows.filter(scheme=2)[1:], strict=False):
        # Whole fen of each part are rounded by themselves.
        assert abs(before.reserve + after.income - after.expenditure - after.reserve) <= 6
    assert done.measures["1"] == outcome.figures()
    assert done.measures["1"]["exhausted"] == outcome.measures.exhausted
    acts = AuditEntry.objects.filter(act__startswith="projection").values_list("act", flat=True)
    assert sorted(acts) == ["projection.done", "projection.make"]
    assert list(checked()) == []
    ProjectionYear.objects.filter(pk=last.pk).update(reserve=1)
    assert [each.code for each in checked()] == ["projection_changed"]
    # Handed out twice, it is worked out once.
    assert projection.work(asked.pk) is None
    with pytest.raises(Conflict) as refused:
        projection.ask(by=actuary, name="Again", scenario={"later": "36"})
    assert refused.value.code == "projected_before"
    assert "Later" in str(refused.value)
    assert Projection.objects.count() == 1


def test_what_cannot_be_is_refused_by_its_name_and_nothing_is_kept(edition, actuary, reviewer):
    for scenario, code, field in (
        ({"mortality": "-0.1"}, "beyond_bounds", "mortality"),
        ({"later": "a year"}, "not_whole", "later"),
        ({"wages": "1"}, "unknown_lever", "scenario"),
    ):
        with pytest.raises(Invalid) as refused:
            projection.ask(by=actuary, name="Bad", scenario=scenario)
        assert (refused.value.code, refused.value.field) == (code, field)
    with pytest.raises(Invalid) as refused:
        projection.ask(by=actuary, name=" ", scenario={})
    assert refused.value.code == "name_missing"
    with pytest.raises(Denied):
        projection.ask(by=reviewer, name="Mine", scenario={})
    assert not Projection.objects.exists()
    assert not AuditEntry.objects.filter(act__startswith="projection").exists()


@pytest.mark.parametrize(
    ("code", "value", "said"),
    [
        ("funds.projection.mortality", {2000: "-0.1"}, "negative_mortality"),
        ("funds.projection.fertility", {2000: "-1"}, "negative_fertility"),
        ("funds.projection.employees.contributors", 3_000_000_000, "more_members_than_people"),
    ],
)
def test_an_edition_that_cannot_be_projected_is_refused_with_its_reason(
    edition, actuary, monkeypatch, code, value, said
):
    wrong = files().with_rows(
        [{"code": code, "region": NATION, "from": "2001-01-01", "value": value, "law": "x"}]
    )
    with pytest.raises(KernelError) as refused:
        of_nation(wrong, Scenario({}))
    assert refused.value.code == said
    monkeypatch.setattr("funds.services.projection.asking.policy_of", lambda held: wrong)
    asked = projection.ask(by=actuary, name="Wrong", scenario={})
    done = projection.work(asked.pk)
    assert done.state == "refused"
    assert done.trouble["zh"] == refused.value.message_zh
    assert done.trouble["en"] in str(refused.value)
    assert not ProjectionYear.objects.exists()
    # What was refused may be asked again.
    assert projection.ask(by=actuary, name="Again", scenario={}).pk != done.pk


def test_a_worker_that_died_is_followed_by_another(edition, actuary, monkeypatch):
    asked = projection.ask(by=actuary, name="Plain", scenario={})

    def die(*told):
        raise MemoryError

    monkeypatch.setattr("funds.services.projection.asking.of_nation", die)
    assert projection.work(asked.pk) is None
    assert projection.waiting() == []  # not before its time is over
    for _try in range(2):
        Projection.objects.update(started_at="2026-01-01T00:00:00Z")
        assert projection.waiting() == [asked.pk]
        projection.work(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.attempts) == ("refused", 3)
    assert asked.trouble["en"]


def test_a_second_person_of_the_nation_makes_it_public(edition, actuary, second, reviewer):
    asked = projection.ask(by=actuary, name="Plain", scenario={})
    with pytest.raises(Conflict):  # not worked out yet
        projection.publish(by=second, projection=asked.pk)
    projection.work(asked.pk)
    for stranger, error in ((actuary, Denied), (reviewer, NotFound)):
        with pytest.raises(error):
            projection.publish(by=stranger, projection=asked.pk)
    assert projection.publish(by=second, projection=asked.pk).publisher == second
    with pytest.raises(Conflict):
        projection.publish(by=second, projection=asked.pk)
    assert projection.withdraw(by=second, projection=asked.pk).publisher is None
    with pytest.raises(Conflict):
        projection.withdraw(by=second, projection=asked.pk)


def test_a_hundredth_of_a_percent_is_no_rounding_of_levers():
    assert Scenario.read({"rate": "0.0001"}).changed == {"rate": ONE // 10_000}
    assert np.isclose(starts(rate="0.0001")[1][Scheme.EMPLOYEES].terms.rate[0], 0.2401)


def test_drafted_values_are_tried_beside_the_same_without_them(edition, actuary, second):
    """Two points more for the employer from 2030 on: later exhaustion, and nothing in force changes."""
    with pytest.raises(Refused) as refused:
        projection.ask(by=actuary, name="Dearer", scenario={}, drafted=True)
    assert refused.value.code == "no_drafts"
    assert not Projection.objects.exists()
    policy.enter(
        code="enrollment.pension.employer_rate",
        region=NATION,
        from_date=date(2030, 1, 1),
        value="0.18",
        law="草案",
        by=actuary,
    )
    asked = projection.ask(by=actuary, name="Dearer", scenario={}, drafted=True)
    plain = Projection.objects.get(drafts=[])
    assert asked.drafts[0]["value"] == "0.18"
    for each in (asked, plain):
        projection.work(each.pk)
        each.refresh_from_db()
    dearer, cheaper = asked.measures["1"], plain.measures["1"]
    assert cheaper == employees().figures()
    assert dearer["exhausted"] > cheaper["exhausted"]
    assert dearer["debt"] == cheaper["debt"]  # what was earned so far costs the same
    in_2029, in_2031 = (
        ProjectionYear.objects.filter(projection=asked, scheme=1, year=year).get()
        for year in (2029, 2031)
    )
    # 18 % and 8 % on the wages of the year.
    assert in_2029.contributions == pytest.approx(in_2029.base * 0.24)
    assert in_2031.contributions == pytest.approx(in_2031.base * 0.26)
    assert queries.without_drafts(asked) == plain


def test_chance_is_the_same_for_the_same_seed_and_its_bands_hold_the_plain_course(edition, actuary):
    plain = employees()
    drawn = chances(files(), Scenario({}), 4, 7)["1"]
    assert drawn == chances(files(), Scenario({}), 4, 7)["1"]
    assert drawn != chances(files(), Scenario({}), 4, 8)["1"]
    low, half, high = (np.array(row) for row in drawn["reserve"])
    assert (low <= half).all()
    assert (half <= high).all()
    assert low[0] == pytest.approx(plain.measures.reserve[0], rel=0.1)
    for draws in (-1, 501):
        with pytest.raises(Invalid):
            projection.ask(by=actuary, name="Many", scenario={}, draws=draws)
    asked = projection.ask(by=actuary, name="Chance", scenario={}, draws=2, seed=7)
    done = projection.work(asked.pk)
    assert done.state == "done"
    assert len(done.bands["1"]["reserve"][0]) == 79
    assert done.measures["1"] == plain.figures()
