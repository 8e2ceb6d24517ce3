"""Telling supervisors of a step before its clock runs out.

Every night each running step that is due within the days that policy names is put before the
supervisors of its office, once: it stands first in their queue and on their start page.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from assistance.models import Clock
from socsec.kernel.regions import NATION
from socsec.office.calendar import add_working_days
from socsec.office.models import Case
from socsec.office.services import audit
from socsec.office.services import policy as policies


@transaction.atomic
def escalate(today: date | None = None) -> int:
    """Mark the steps that are about to run out, or have. Returns how many; the second time none.

    A case that waits for papers is left alone: its clock stands.
    """
    day = today or timezone.localdate()
    within = policies.of(policies.current_edition()).at("assistance.escalation.days", NATION, day)
    found = list(
        Clock.objects.select_for_update(of=("self",))
        .filter(
            application__open=True,
            began_on__isnull=False,
            done_on__isnull=True,
            escalated_at__isnull=True,
            due_on__lte=add_working_days(day, int(within.value)),
        )
        .exclude(application__case__state=Case.State.WAITING)
        .select_related("step", "application__case")
    )
    now = timezone.now()
    Clock.objects.filter(pk__in=[clock.pk for clock in found]).update(escalated_at=now)
    for clock in found:
        audit.record(
            by=None,
            act="assistance.escalate",
            subject=clock.application.case,
            person_id=clock.application.person_id,
            region=clock.application.region,
            number=clock.application.case.number,
            step=clock.step.code,
            due_on=clock.due_on.isoformat() if clock.due_on else "",
        )
    return len(found)
