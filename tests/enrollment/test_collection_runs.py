"""The runs of collection: the month's surcharge, demand notes, reminders, each done once."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrollment.models import DemandNote, Reminder, SurchargeEntry
from enrollment.queries import debts
from enrollment.services.collection import surcharge
from socsec.kernel.months import month, month_of
from socsec.office import oversight
from socsec.office.models import Notice, Run
from socsec.office.services import drafting, work
from socsec.office.services import run as runs

from .conftest import BEIJING
from .test_collection import (  # noqa: F401 - fixtures
    WHOLE,
    everything,
    hired,
    mill,
    remit,
    worker,
)


@pytest.fixture
def do(assessor, reviewer):
    def make(kind, at):
        drafted = runs.draft(kind=kind, month=at, region=BEIJING, by=assessor)
        seen = runs.preview(run_id=drafted.pk, by=assessor)
        runs.approve(run_id=drafted.pk, by=reviewer, total=seen.total)
        work.work_through(drafted.pk, pause=0)
        return Run.objects.get(pk=drafted.pk)

    return make


def well():
    found = [f for _q, each in oversight.run() for f in each]
    return [f for f in found if f.code != "income_not_swept"] == []


def test_the_months_surcharge_for_everybody_and_its_undoing(do, hired, mill, reviewer):  # noqa: F811
    hired()
    posted = do("surcharges", month(2026, 5))
    assert posted.state == Run.State.POSTED, posted.error
    # due 15 April: 46 days up to the end of May
    amounts = dict(SurchargeEntry.objects.values_list("branch", "amount"))
    assert amounts[1] == 4_800_00 * 46 * 5 // 10_000
    assert posted.total == sum(amounts.values())
    assert surcharge.count_up(by=None, payer=mill, until=date(2026, 6, 1)) == 0
    assert well()
    runs.reverse(run_id=posted.pk, by=reviewer, reason="错")
    work.work_through(posted.pk, pause=0)
    assert Run.objects.get(pk=posted.pk).state == Run.State.REVERSED
    assert not SurchargeEntry.objects.exists()
    assert well()


def reminders_drafted():
    return [each for each in drafting.draft_due() if each.kind == "reminders"]


def test_notes_for_everybody_and_reminders_once_a_stage(do, hired, mill, worker, assessor):  # noqa: F811
    hired()
    now = month_of(timezone.localdate())
    posted = do("demand_notes", now)
    assert posted.state == Run.State.POSTED, posted.error
    assert posted.total == debts.owed_in_all(mill) + debts.owed_in_all(worker)
    notes = {note.payer: note for note in DemandNote.objects.all()}
    assert set(notes) == {mill, worker}
    assert notes[mill].contributions == WHOLE
    assert notes[mill].lines.count() == 4
    assert Notice.objects.get().person_id == worker.pk
    assert reminders_drafted() == []  # nothing has run out
    DemandNote.objects.update(due_on=timezone.localdate() - timedelta(6))
    made = reminders_drafted()
    assert [(each.month, each.state) for each in made] == [(now, Run.State.DRAFTED)]
    assert reminders_drafted() == []
    runs.abandon(run_id=made[0].pk, by=assessor, reason="由人来办")
    reminded = do("reminders", now)
    assert reminded.state == Run.State.POSTED, reminded.error
    assert Reminder.objects.count() == 2
    assert Notice.objects.count() == 2
