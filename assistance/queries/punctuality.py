"""How punctual the steps are: done in time, done late, and not done although their day is over."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from assistance.models import Clock
from socsec.kernel.arith import ONE
from socsec.office.access import scope
from socsec.office.models import Case

BY = {
    "programme": "application__programme__slug",
    "step": "step__code",
    "actor": "step__actor",
    "office": "application__case__office",
}


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Steps of one group. `share` of them that were in time, in millionths."""

    key: Any
    in_time: int
    late: int
    overdue: int

    @property
    def count(self) -> int:
        return self.in_time + self.late + self.overdue

    @property
    def share(self) -> int:
        return self.in_time * ONE // self.count if self.count else 0


def punctuality(
    user: Any, by: str, first: date, last: date, today: date | None = None
) -> list[Punctuality]:
    """The steps of the user's region that were done between two days, both included, and those that
    came due between them and are not done; grouped by one of `BY`. Withdrawn cases are left out."""
    day = today or timezone.localdate()
    between = Q(done_on__gte=first, done_on__lte=last)
    overdue = Q(done_on__isnull=True, due_on__lt=day, due_on__gte=first, due_on__lte=last)
    rows = (
        scope(Clock.objects.order_by(), user, "application__region")
        .filter(between | overdue, due_on__isnull=False)
        .exclude(application__case__state=Case.State.WITHDRAWN)
        .values_list(BY[by])
        .annotate(
            done_in_time=Count("pk", filter=Q(done_on__lte=F("due_on"))),
            done_late=Count("pk", filter=Q(done_on__gt=F("due_on"))),
            not_done=Count("pk", filter=Q(done_on__isnull=True)),
        )
        .order_by(BY[by])
    )
    return [Punctuality(*row) for row in rows]
