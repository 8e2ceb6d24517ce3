"""`manage.py replay` of assistance: decisions come to the same lines, and one that does not is named."""

from datetime import date

import pytest

from assistance.models import CareAssessment, GrantAmount
from assistance.services import deciding
from socsec.office import replays
from tests.assistance.care import levelled

pytestmark = pytest.mark.django_db
SORTS = ["assistance.amounts", "assistance.applications", "assistance.care_levels"]


def found(sort):
    return [outcome for _replayer, outcome in replays.run(None, [sort])]


def test_decisions_come_to_the_same_and_one_that_was_touched_is_named(
    granted, applied, looked_into, enroll, assessor, reviewer
):
    grant = granted()
    levelled(assessor, reviewer, enroll("冯秀兰", date(1940, 3, 8), woman=True))
    assert [len(found(sort)) for sort in SORTS] == [1, 1, 1]
    assert all(outcome.same for sort in SORTS for outcome in found(sort))

    # A further version whose sheet says something else than its facts.
    row = GrantAmount.objects.get(grant=grant)
    line = row.sheet["lines"][-1]
    kept, line["value"] = line["value"], "1.23"
    row.pk, row.version = None, 2
    row.save(force_insert=True)
    assert [outcome.differences for outcome in found(SORTS[0]) if not outcome.same] == [
        (f"{line['code']}: 1.23 → {kept}",)
    ]

    CareAssessment.objects.update(level=5)
    (outcome,) = found(SORTS[2])
    assert outcome.differences == ("level: 5 → 4",)


def test_a_refusal_is_worked_out_again_too(applied, looked_into, assessor, reviewer):
    made = looked_into(applied(), wage=12_000_00)
    deciding.assess(by=assessor, application=made)
    deciding.refuse(by=reviewer, application=made)
    (outcome,) = found(SORTS[1])
    assert outcome.same
    made.refresh_from_db()
    made.gathered["earned"] = "100.00"
    made.save(update_fields=["gathered"])
    (outcome,) = found(SORTS[1])
    assert not outcome.same
