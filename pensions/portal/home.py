"""What pensions puts on a person's home page."""

import logging

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.models import Person
from pensions import queries
from pensions.services import estimate as estimates
from pensions.services.claim import FURTHEST
from socsec.kernel.months import month_of
from socsec.office import display
from socsec.office.acting import acting_for
from socsec.office.display import as_day
from socsec.office.errors import Problem
from socsec.office.shell import Money, Todo

log = logging.getLogger(__name__)


def _outlook(request: HttpRequest) -> tuple[estimates.Retirement, estimates.Estimate] | None:
    """The pension at the statutory age, worked out once for a page; None where the books or the
    policy do not allow one."""
    if not hasattr(request, "_outlook"):
        found = None
        try:
            person = Person.objects.get(pk=acting_for(request))
            policy = estimates.current_policy()
            category = estimates.category_of(person)
            when = estimates.retirement(
                person.birth_month, category, estimates.region_of(person), policy
            )
            start = max(when.statutory, estimates.starts(when)[0])
            if person.died_on is None:
                found = when, estimates.of_person(person, start, category, policy)
        except Problem as problem:
            log.info("no estimate for person %s: %s", acting_for(request), problem.code)
        request._outlook = found  # type: ignore[attr-defined]
    return request._outlook  # type: ignore[attr-defined, no-any-return]


def todos(request: HttpRequest) -> list[Todo]:
    """Claim, once the pension may be claimed and nothing is under way."""
    person_id = acting_for(request)
    if queries.award_in_payment(person_id) or queries.open_claim(person_id):
        return []
    found = _outlook(request)
    if found is None or not found[1].met or not _soon(found[1].start):
        return []
    return [
        Todo(
            title=_("Claim your pension from %(month)s") % {"month": display.month(found[1].start)},
            url=reverse("claim"),
            why=_("It would be about %(amount)s a month. Without a claim nothing is paid.")
            % {"amount": display.money(found[1].monthly)},
            button=_("Claim"),
            main=True,
        )
    ]


def _soon(start: int) -> bool:
    from django.utils import timezone

    return start <= month_of(as_day(timezone.now())) + FURTHEST


def moneys(request: HttpRequest) -> list[Money]:
    """The pension in payment; before that, the one to expect."""
    monthly = queries.next_payment(acting_for(request))
    if monthly is not None:
        return [
            Money(
                _("Your pension"),
                monthly,
                unit=_("a month"),
                note=_("Paid every month to your bank account."),
                url=reverse("benefits"),
                link=_("Payments so far"),
            )
        ]
    found = _outlook(request)
    if found is None or not found[1].met:
        return []
    return [
        Money(
            _("Your pension, estimated"),
            found[1].monthly,
            unit=_("a month"),
            note=_("From %(month)s. A dashed line means: not final yet.")
            % {"month": display.month(found[1].start)},
            url=reverse("my_estimate"),
            link=_("See it worked out line by line"),
            open=True,
        )
    ]
