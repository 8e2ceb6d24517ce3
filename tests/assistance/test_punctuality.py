"""How punctual the steps are: counted by hand, and shown to those of the region alone."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assistance import queries
from assistance.models import Clock
from assistance.services import applying
from socsec.office.models import Role
from tests.assistance.conftest import worker
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def of_year(user, by):
    year = timezone.localdate().year
    rows = queries.punctuality(user, by, date(year, 1, 1), date(year, 12, 31))
    return {row.key: (row.in_time, row.late, row.overdue) for row in rows}


def test_steps_are_counted_in_time_late_and_overdue(
    client, granted, enroll, applied, intake, reviewer, django_assert_max_num_queries
):
    grant = granted()
    steps = {clock.step.code: clock for clock in grant.application.clocks.select_related("step")}
    Clock.objects.filter(pk=steps["match"].pk).update(
        due_on=steps["match"].done_on - timedelta(days=1)
    )
    # Another application, of somebody old, waits past its day.
    old = enroll("于阿公", date(1930, 1, 1))
    waiting = applied("elderly", who=old)
    waiting.clocks.update(due_on=timezone.localdate() - timedelta(days=1))
    assert of_year(reviewer, "programme") == {"dibao": (5, 1, 0), "elderly": (0, 0, 1)}
    assert of_year(reviewer, "step")["match"] == (0, 1, 0)
    with django_assert_max_num_queries(1):
        of_year(reviewer, "actor")
    client.force_login(reviewer, backend=BACKEND)
    for by in ("programme", "step", "actor", "office", "nonsense"):
        page = client.get(reverse("admin:assistance_punctuality"), {"by": by})
        assert page.status_code == 200
        assert "%" in page.content.decode()
    # What was withdrawn is nobody's fault.
    applying.withdraw(by=intake, application=waiting, text="不申请了")
    assert "elderly" not in of_year(reviewer, "programme")
    assert of_year(staff(Role.REVIEWER, region="310115"), "programme") == {}
    client.force_login(worker(Role.POLICY_OFFICER), backend=BACKEND)
    assert client.get(reverse("admin:assistance_punctuality")).status_code == 403
