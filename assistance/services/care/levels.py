"""How much care a person needs: entered by one after a visit by two, approved by another."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from assistance.models import CareAssessment, CareState
from assistance.rules.care_level import LIVING
from enrollment.models import Person
from enrollment.services.checks import alive, known_name, known_text, lock
from socsec.kernel import rules
from socsec.kernel.errors import KernelError
from socsec.kernel.months import format_month, month_of, same_day
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.people import numbers
from socsec.office.services import audit
from socsec.office.services import policy as policies
from socsec.office.services.messages import notify

RULE = "assistance.care_level"
STEP = 5  # points of daily living are given in fives


def current(person_id: int, on: date | None = None) -> CareAssessment | None:
    """The assessment that holds on a day, today unless said; None where there is none or it ran out."""
    day = on or timezone.localdate()
    return (
        CareAssessment.objects.filter(
            person_id__in=numbers(person_id),
            state=CareState.IN_FORCE,
            assessed_on__lte=day,
        )
        .order_by("-assessed_on", "-pk")
        .filter(valid_until__gte=day)
        .first()
    )


@transaction.atomic
def propose(
    *,
    by: User,
    person: Person,
    assessed_on: date,
    second: str,
    scores: dict[str, int],
    reason: str = "",
) -> CareAssessment:
    """Enter the scores of a visit; the rule says what level follows.

    Whoever has a level in force asks again after the months that the law names, or with a reason.
    """
    require(by, "care.assess", person.region, person.pk)
    require_stranger(by, person.pk)
    person = lock(person)
    today = timezone.localdate()
    alive(person, assessed_on)
    if assessed_on > today:
        raise Invalid(
            _("The day of the visit lies in the future."), code="future_date", field="assessed_on"
        )
    other = known_name(second, 60, "second")
    if other == (by.get_full_name() or str(by)):
        raise Refused(
            _("A level of care is assessed by two people."),
            code="one_assessor",
            field="second",
            fix=_("Enter the name of the second."),
        )
    for name in LIVING:
        if type(scores.get(name)) is int and scores[name] % STEP:
            raise Invalid(
                _("Points of daily living are given in fives."), code="not_in_fives", field=name
            )
    edition = policies.current_edition()
    law = policies.of(edition)
    try:
        done = rules.assess(
            RULE,
            {"month": format_month(month_of(assessed_on)), **scores},
            policy=law,
            region=person.region,
        )
    except KernelError as error:
        raise from_kernel(error) from error
    last = current(person.pk, assessed_on)
    if last is not None and not reason.strip():
        wait = int(law.at("assistance.care.again_months", person.region, assessed_on).value)
        if assessed_on < same_day(last.assessed_on, wait):
            raise Refused(
                say(
                    _("The last assessment is of %(day)s, so the next is due from %(next)s."),
                    day=date_format(last.assessed_on),
                    next=date_format(same_day(last.assessed_on, wait)),
                ),
                code="assessed_lately",
                field="reason",
                fix=_("Say what has changed if it cannot wait."),
            )
    months = int(law.at("assistance.care.valid_months", person.region, assessed_on).value)
    try:
        with transaction.atomic():
            made = CareAssessment.objects.create(
                person=person,
                region=person.region,
                assessed_on=assessed_on,
                second=other,
                scores=scores,
                level=done.sheet.as_json()["level"],
                sheet=done.document.as_json(),
                edition=edition,
                valid_until=same_day(assessed_on, months) - timedelta(days=1),
                reason=reason.strip()[:200],
                maker=by,
            )
    except IntegrityError as error:
        raise Conflict(
            _("An assessment of this person waits for approval."),
            code="proposed_already",
            fix=_("Let it be decided first."),
        ) from error
    _note(by, "care.assess", made, level=made.level)
    return made


@transaction.atomic
def decide(*, by: User, assessment: CareAssessment, approve: bool, reason: str = "") -> None:
    """The checker's part: the level is in force and the person is told, or it is not approved."""
    held = lock(assessment)
    require(by, "care.approve", held.region, held.person_id)
    require_other_hand(by, held.maker_id)
    require_stranger(by, held.person_id)
    if held.state != CareState.PROPOSED:
        raise Conflict(_("This was decided already."), code="decided_already")
    held.checker = by
    held.state = CareState.IN_FORCE if approve else CareState.REJECTED
    if not approve:
        held.reason = known_text(reason, "reason")
    try:
        with transaction.atomic():
            held.save(update_fields=["checker", "state", "reason"])
    except IntegrityError as error:
        raise Conflict(
            _("This person was assessed on that day already."), code="assessed_that_day"
        ) from error
    _note(by, "care.approve", held, level=held.level, approved=approve)
    if approve:
        notify(
            person_id=held.person_id,
            title=_("Your level of care"),
            body=say(
                _("Your level of care is %(level)s. It holds until %(day)s."),
                level=held.level,
                day=date_format(held.valid_until),
            ),
            by=by,
        )


def _note(by: User, act: str, row: CareAssessment, **more: Any) -> None:
    audit.record(by=by, act=act, subject=row, person_id=row.person_id, region=row.region, **more)
