"""A provider closes: its agreement ends, its open statements settle, and nothing begins any more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from medical.models import ProviderPayment, ProviderStatement
from medical.services import settling
from medical.services.paying import agreeing
from medical.services.providers import register
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from tests.medical.clerks import clerk as stranger
from tests.medical.hospital import at, catalogue, clerk, hospital, village
from tests.medical.paying import banked, bill, drive, fund, later
from tests.medical.test_api import speaks_for

__all__ = ["banked", "bill", "catalogue", "clerk", "drive", "fund", "hospital", "later", "village"]

TODAY = timezone.localdate()
LAST = TODAY - timedelta(days=2)


def test_it_closes_once_its_visits_are_settled_and_is_paid_what_is_due(
    village, bill, clerk, drive, later, hospital, fund, banked, client
):
    system = speaks_for(hospital, "hospital-closing")
    bill(20_000)
    left = settling.admit(
        by=clerk,
        provider=hospital,
        person=village.souls["chen"],
        number="OPEN",
        care=21,
        opened_at=at(TODAY - timedelta(days=5)),
    )
    over = later()
    drive("provider_statements", over)
    reviewer, said = village.by("reviewer"), {"provider": hospital, "on": LAST, "reason": "停业"}
    with pytest.raises(Refused, match="1 visit is not settled"):
        register.close(by=reviewer, **said)
    settling.cancel(by=clerk, encounter=left, reason="未入院")
    with pytest.raises(Invalid, match="after this day"):
        register.close(by=reviewer, **{**said, "on": TODAY - timedelta(days=60)})
    with pytest.raises(Invalid):
        register.close(by=reviewer, **{**said, "on": TODAY + timedelta(days=90)})
    with pytest.raises(Denied):
        register.close(by=village.by("intake"), **said)
    with pytest.raises(NotFound):
        register.close(by=stranger("reviewer", region="510000"), **said)
    hospital.refresh_from_db()
    assert hospital.closed_on is None
    assert ProviderStatement.objects.get().state == "waiting"
    client.force_login(reviewer)
    day = {"on_year": LAST.year, "on_month": LAST.month, "on_day": LAST.day, "reason": "停业"}
    client.post(f"/admin/medical/provider/{hospital.pk}/close/", day)
    hospital.refresh_from_db()
    assert hospital.closed_on == LAST
    assert hospital.agreements.get().last_day == LAST
    assert hospital.users.get().until is not None
    statement = ProviderStatement.objects.get()
    assert (statement.state, statement.agreed_note) == ("agreed", "停业")
    with pytest.raises(Refused):
        register.close(by=reviewer, **said)
    with pytest.raises(Refused, match="closed"):
        settling.admit(
            by=clerk,
            provider=hospital,
            person=village.souls["chen"],
            number="AFTER",
            care=21,
            opened_at=at(TODAY - timedelta(days=1)),
        )
    asked = system.ask("get", "/api/v1/statements/", scopes=["statements:read"])
    assert asked.status_code in (401, 403)
    drive("provider_payments", over)
    # 15,725.00 less the retention of 5 %, which waits for the score of the year.
    assert ProviderPayment.objects.get().payable == 14_938_75
    with pytest.raises(Conflict, match="agreed already"):
        agreeing.agree(by=village.by("assessor"), statement=statement, note="再次")
