"""Statements recompute many awards to what the services make of each, to the fen and line by line."""

import json
from dataclasses import asdict
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from funds.models import Scheme
from pensions.models import Award, Benefit, PensionAdjustment, PensionClaim
from pensions.services import adjustment, correction, recompute
from pensions.services.decision import AccountYear, Gathered, Year, decide
from pensions.services.recompute import found, steps
from socsec.kernel.months import month
from socsec.kernel.policy import NotYetInForce
from socsec.office.models import Case, Role, Run
from socsec.office.services import policy
from tests.pensions.cases import POLICY
from tests.pensions.test_rules_three_ways import PLACES

from .conftest import SHANGHAI, staff

pytestmark = pytest.mark.django_db

# In the second month every yearly value has run out, in the first most are announced.
BEGAN = (month(2025, 9), month(2027, 3))
ALL = "000000"


def known(place, began):
    """The first year whose wages the province has an average for."""
    try:
        return POLICY.series("pensions.average_wage", place, began)[0].start.year
    except NotYetInForce:
        return began // 12


def life(place, began, chance):
    """Somebody who retires at `began`, with whatever that province may ask of papers."""
    first = max(known(place, began), chance.choice((2016, 2019, 2021)))
    years = tuple(
        Year(year, 12, chance.randint(40_000_00, 200_000_00)) for year in range(first, began // 12)
    )
    paid = chance.randint(150, 420)
    through = [month(year, 12) for year in range(began // 12 - chance.randint(0, 2), began // 12)]
    return Gathered(
        region=place,
        category=chance.choice((0, 2)),
        birth_month=began - chance.randint(62, 66) * 12,
        claim_month=began,
        flexible=chance.random() < 0.2,
        months_paid=paid,
        months_before_account=chance.choice((0, 0, 24)),
        months_deemed=chance.choice((0, 0, 60, 89)),
        months_gap=chance.choice((0, 7)),
        years=years,
        balance=chance.randint(0, 400_000_00),
        account_years=tuple(
            AccountYear(
                each,
                chance.randint(0, 4_000_000_00),
                chance.choice((0, 12_34)),
                chance.choice((0, 8_000_00)),
                chance.choice((0, 50_000_00)),
            )
            for each in (*through, began - 1)
        ),
        stated=chance.choice(
            (
                {},
                {"one_child": True, "other_allowance": "12.30"},
                {"transitional_index": "0.8125", "notional_balance": "4321.09"},
                {"months_on_plateau": 130, "class_2_area": True, "extra_rate": "0.003"},
                {"old_transitional": None, "intellectual": True},
            )
        ),
    )


@pytest.fixture
def awarded(zhang, edition):
    """Provisional awards on given lives, each a yuan above the decision unless `exactly` it."""
    clerks = staff(Role.ASSESSOR), staff(Role.REVIEWER)

    def make(lives, exactly=False):
        made = []
        for number, each in enumerate(lives, Award.objects.count()):
            case = Case.objects.create(
                number=f"R{number}",
                kind="pension_claim",
                person_id=zhang.pk,
                state=Case.State.GRANTED,
                channel=Case.Channel.SYSTEM,
                received_on=timezone.localdate(),
                days=0,
                due_on=timezone.localdate(),
                region_id=SHANGHAI,
                opened_by=clerks[0],
                maker=clerks[0],
                checker=clerks[1],
                decided_at=timezone.now(),
                edition=edition,
            )
            claim = PensionClaim.objects.create(
                case=case,
                person=zhang,
                start_month=each.claim_month,
                category=each.category,
                region=each.region,
                gathered=each.as_json(),
                open=False,
            )
            parts = decide(each, policy.of(edition)).parts
            parts["basic"] += 0 if exactly else 1_00
            award = Award.objects.create(
                person_id=10**6 + number,
                scheme=Scheme.EMPLOYEES,
                region=each.region,
                claim=claim,
                from_month=each.claim_month,
                **parts,
                monthly=sum(parts.values()),
                provisional=True,
                months=each.months,
                gathered=each.as_json(),
                sheet={"lines": []},
                edition=edition,
            )
            Benefit.objects.create(
                person_id=award.person_id, award_id=award.pk, from_month=each.claim_month, **parts
            )
            made.append(award)
        return made

    return make


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"select * from {table} order by award_id")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_every_province_comes_to_the_same_by_statements_as_one_by_one(awarded, edition):
    chance = Random(1984)
    lives = [life(place, began, chance) for began in BEGAN for place in PLACES for _ in range(2)]
    made = {award.pk: award for award in awarded(lives)}
    law = policy.of(edition)
    found.find(adjustment.Part(0, Scheme.EMPLOYEES, ALL, edition.pk))
    by_statements = {row["award_id"]: row for row in rows(found.FOUND)}
    provisional = set()
    for pk, award in made.items():
        alone = decide(Gathered.from_json(award.gathered), law)
        assert (pk in by_statements) == alone.entitled, award.gathered
        if not alone.entitled:
            continue
        row = by_statements[pk]
        assert {name: row[name] for name in alone.parts} == alone.parts
        assert row["provisional"] == bool(alone.provisional), award.gathered
        assert json.loads(row["lines"]) == recompute.lines_of(alone)
        provisional.add((award.from_month, row["provisional"]))
    assert {(BEGAN[0], False), (BEGAN[1], True)} <= provisional
    assert len(by_statements) > len(made) * 3 // 4


def test_later_increases_are_worked_out_anew_from_the_pension_they_now_meet(
    awarded, edition, assessor
):
    chance = Random(7)
    places = ("110000", "310000", "370000", "440000")
    lives = [life(place, month(2024, 9), chance) for place in places for _ in range(3)]
    made = awarded(lives)
    ran = run_of("pension_adjustment", month(2025, 1), edition, assessor)
    taken_back = run_of("pension_adjustment", month(2024, 12), edition, assessor, "reversed")
    for number, award in enumerate(made):
        # a correction of no adjustment, then one of January, then another change
        changes = [
            (month(2024, 11), 0, 7_00),
            (month(2025, 1), 88_00, 0),
            (month(2025, 3), 0, -3_00),
        ]
        addition = award.addition
        for first, increase, other in changes[number % 2 :]:
            addition += increase + other
            if increase:
                for run in (ran, taken_back):
                    adjusted(award, run, first, increase)
            Benefit.objects.create(
                person_id=award.person_id,
                award_id=award.pk,
                from_month=first,
                basic=award.basic,
                account=award.account,
                transitional=award.transitional,
                addition=addition,
            )
    found.find(adjustment.Part(0, Scheme.EMPLOYEES, ALL, edition.pk))
    steps.lay()
    with connection.cursor() as cursor:
        cursor.execute(f"select award_id, {steps.as_json()} from {steps.STEPS} s group by award_id")
        by_statements = {award_id: json.loads(each) for award_id, each in cursor.fetchall()}
    law = policy.of(edition)
    assert len(by_statements) > len(made) // 2
    for award in made:
        if award.pk in by_statements:
            alone = decide(Gathered.from_json(award.gathered), law)
            new = [asdict(each) for each in correction.restated(award, alone)]
            assert by_statements[award.pk] == new
            assert len(new) == 4 - made.index(award) % 2


def run_of(kind, first, edition, by, state=Run.State.POSTED):
    return Run.objects.create(
        kind=kind,
        month=first,
        region_id=SHANGHAI,
        region_low=310000,
        region_high=319999,
        digest=f"{kind}{first}",
        identity=first,
        edition=edition,
        state=state,
        maker=by,
        checker=staff(Role.REVIEWER),
        approved_at=timezone.now(),
        started_at=timezone.now(),
        reversed_by=None if state == Run.State.POSTED else staff(Role.REVIEWER),
    )


def adjusted(award, run, first, increase):
    PensionAdjustment.objects.create(
        person_id=award.person_id,
        award_id=award.pk,
        month=first,
        run_id=run.pk,
        region=award.region,
        pension=award.monthly,
        months=award.months,
        age=1,
        woman=award.pk % 2 == 0,
        area=0,
        standing=0,
        land_taken=False,
        flat_part=increase,
        linked=0,
        level=0,
        tilt=0,
        increase=increase,
    )


def test_who_still_waits_for_the_same_goes_on_waiting(awarded, edition):
    chance = Random(3)
    lives = [life("310000", BEGAN[1], chance) for _ in range(6)]
    awarded(lives, exactly=True)
    part = adjustment.Part(0, Scheme.EMPLOYEES, ALL, edition.pk)
    assert recompute.preview(part, 3, 20).count == 0
    assert recompute.recompute(part, 1) == (0, 0)
    assert not Award.objects.filter(recomputed_by__isnull=False).exists()


def test_facts_that_cannot_be_stop_the_whole_part(awarded, edition):
    chance = Random(5)
    made = awarded([life("310000", BEGAN[0], chance) for _ in range(3)])
    wrong = made[1].gathered | {"months_paid": 961}
    Award.objects.filter(pk=made[1].pk).update(gathered=wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        recompute.recompute(adjustment.Part(0, Scheme.EMPLOYEES, ALL, edition.pk), 1)
    assert not Award.objects.filter(recomputed_by__isnull=False).exists()
    assert Benefit.objects.count() == 3
