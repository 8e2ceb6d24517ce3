"""One employer takes over another (合并、承继): its staff go over on a day, and so do its debts.

Nobody's coverage is interrupted: the same coverage is carried by the successor from that day on.
What the predecessor owes stays written as it was; it is owed by the successor from then on.
"""

from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Contribution, Employer, Takeover, WageDeclaration
from enrollment.queries.debts import owed_in_all
from enrollment.services.checks import known_name, lock
from enrollment.services.cover import AGENCY_CODES
from funds.models import Branch, Scheme
from funds.services import fund as funds
from socsec.kernel.months import format_month, month_of
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

_CUT = """
    update enrollment_employment
    set span = case when lower(span) >= %s then 'empty'::daterange
                    else daterange(lower(span), least(upper(span), %s)) end,
        ended_at = now()
    where employer_id = %s and span && daterange(%s, null)
    returning person_id
"""
_MOVE = """
    insert into enrollment_employment (person_id, employer_id, span, apart, recorded_at)
    select person_id, %s, daterange(greatest(lower(span), %s), upper(span)), apart, now()
    from enrollment_employment e
    where employer_id = %s and span && daterange(%s, null)
      and not exists (
          select from enrollment_employment there
          where there.person_id = e.person_id and there.employer_id = %s
            and there.span && daterange(greatest(lower(e.span), %s), upper(e.span))
      )
"""


@transaction.atomic
def propose(
    *, by: User, predecessor: Employer, successor: Employer, on: date, document: str
) -> Takeover:
    """Take down that one employer takes over another from the first day of a month on."""
    require(by, "takeover.propose", predecessor.region)
    require(by, "takeover.propose", successor.region)
    document = known_name(document, 200, "document")
    _check(lock(predecessor), lock(successor), on)
    try:
        with transaction.atomic():
            made = Takeover.objects.create(
                predecessor=predecessor, successor=successor, on=on, document=document, maker=by
            )
    except IntegrityError as error:
        raise Conflict(
            _("A takeover of %(employer)s is on record already.") % {"employer": predecessor.name},
            code="taken_over_already",
        ) from error
    _note(made, by, on=on)
    return made


@transaction.atomic
def carry_out(*, by: User, takeover: Takeover) -> Takeover:
    """A second person agrees: staff go over, and the debts with them."""
    takeover = _waiting(by, takeover)
    predecessor, successor = lock(takeover.predecessor), lock(takeover.successor)
    _check(predecessor, successor, takeover.on)
    takeover.debt = owed_in_all(predecessor)
    on = takeover.on
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [successor.pk, on, predecessor.pk, on, successor.pk, on])
        cursor.execute(_CUT, [on, on, predecessor.pk, on])
        people = [person for (person,) in cursor.fetchall()]
    takeover.people = len(people)
    takeover.state = Takeover.State.DONE
    takeover.checker, takeover.checked_at = by, timezone.now()
    takeover.save()
    audit.record_many(
        by=by,
        act="coverage.change",
        rows=[
            {
                "subject": takeover,
                "person_id": person,
                "region": successor.region,
                "employer": successor.pk,
                "before": predecessor.pk,
                "began": on,
            }
            for person in people
        ],
    )
    _note(takeover, by, people=len(people), debt=takeover.debt)
    return takeover


@transaction.atomic
def drop(*, by: User, takeover: Takeover) -> Takeover:
    """A second person disagrees: nothing is moved."""
    takeover = _waiting(by, takeover)
    takeover.state = Takeover.State.DROPPED
    takeover.checker, takeover.checked_at = by, timezone.now()
    takeover.save()
    _note(takeover, by, dropped=True)
    return takeover


def _waiting(by: User, takeover: Takeover) -> Takeover:
    require(by, "employer.approve", takeover.predecessor.region)
    takeover = lock(takeover)
    if takeover.state != Takeover.State.PROPOSED:
        raise Conflict(_("This takeover is decided already."), code="decided_already")
    require_other_hand(by, takeover.maker_id)
    return takeover


def _check(predecessor: Employer, successor: Employer, on: date) -> None:
    if predecessor.pk == successor.pk:
        raise Invalid(
            _("An employer cannot take over itself."), code="same_employer", field="successor"
        )
    if on.day != 1:
        raise Invalid(
            _("A takeover begins on the first day of a month, since months are owed whole."),
            code="not_first_day",
            field="on",
        )
    if month_of(on) > month_of(timezone.localdate()) + 1:
        raise Invalid(
            _("A takeover begins next month at the latest."), code="in_the_future", field="on"
        )
    for each in (predecessor, successor):
        if not each.open_on(on):
            raise Refused(
                _("%(employer)s is not registered on that day.") % {"employer": each.name},
                code="employer_not_open",
                field="on",
            )
    if _pool(predecessor.region) != _pool(successor.region):
        raise Refused(
            _("%(employer)s pays into another fund.") % {"employer": successor.name},
            code="other_pool",
            field="successor",
            fix=_("Let the staff leave here and join there."),
        )
    if _is_agency(predecessor) != _is_agency(successor):
        raise Refused(
            _("Agencies and institutions insure their staff in another scheme than enterprises."),
            code="other_scheme",
            field="successor",
            fix=_("Let the staff leave here and join there."),
        )
    month = month_of(on)
    assessed = Contribution.objects.filter(employer_id=predecessor.pk, month__gte=month).exists()
    if (
        assessed
        or WageDeclaration.objects.filter(employer_id=predecessor.pk, month__gte=month).exists()
    ):
        raise Refused(
            _("Wages of %(employer)s are declared for %(month)s or later.")
            % {"employer": predecessor.name, "month": format_month(month)},
            code="declared_already",
            field="on",
            fix=_("Choose a later month."),
        )


def _is_agency(employer: Employer) -> bool:
    return employer.credit_code.startswith(AGENCY_CODES)


def _pool(region: str) -> int:
    return int(funds.for_(Branch.PENSION, Scheme.EMPLOYEES, region).pk)


def _note(takeover: Takeover, by: User, **detail: Any) -> None:
    for each in (takeover.predecessor, takeover.successor):
        audit.record(
            by=by,
            act="employer.change",
            subject=each,
            region=each.region,
            takeover=takeover.pk,
            **detail,
        )
