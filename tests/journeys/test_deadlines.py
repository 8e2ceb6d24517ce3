"""A deadline binds the office: it is shown, it escalates, and it never decides by itself."""

from datetime import date

import pytest
from django.conf import settings

from funds.models import PaymentOrder
from funds.models.ledger import LedgerBatch
from pensions.models import Award, Category
from socsec.celery import app
from socsec.kernel.months import month
from socsec.office import queries
from socsec.office.models import Case
from tests import people

pytestmark = pytest.mark.django_db


def test_no_deadline_that_passes_grants_or_pays_anything():
    """A claim a year overdue, and everything that the clock of the office ever does."""
    village = people.settle()
    people.carry(village)
    claim = people.open_claim(village, "chen", month(2026, 7), Category.MALE_60)
    Case.objects.filter(pk=claim.case_id).update(due_on=date(2025, 1, 1))
    booked = LedgerBatch.objects.count()
    app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        app.tasks[entry["task"]]()
    assert Case.objects.get(pk=claim.case_id).state == Case.State.RECEIVED
    assert not Award.objects.exists()
    assert not PaymentOrder.objects.exists()
    assert LedgerBatch.objects.count() == booked
    # It is the first in the queue, and among those that run out.
    assert queries.running_out(village.by("assessor"), 3).first().pk == claim.case_id
