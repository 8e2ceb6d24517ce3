"""Reports of life events from people: a clerk looks at the papers, a second one confirms."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import EventKind, EventReport, Person, Sex
from enrollment.services.checks import known_name, known_region, lock, not_in_future
from enrollment.services.living import events
from enrollment.services.people.changes import REASONS, Upload
from socsec.office.errors import Conflict, Invalid, NotFound
from socsec.office.models import Case, User
from socsec.office.services import case as cases
from socsec.office.services import messages

KIND = "event"


@transaction.atomic
def report(
    *,
    by: User,
    person: Person,
    kind: str,
    happened_on: date,
    channel: str,
    uploads: Sequence[Upload],
    teller: Person | None = None,
    child_name: str = "",
    child_sex: int = 0,
    to_region: str = "",
    key: str = "",
) -> EventReport:
    """Receive what somebody tells, with at least one paper. Nothing on file changes yet.

    For a birth `person` is the parent. `teller` is who tells it of somebody of their household:
    the case is the teller's then, and the file of the other stays closed to them.
    """
    teller = teller or person
    if teller.pk != person.pk and person.pk not in _household(teller):
        raise NotFound(
            _("There is no such person in your household."), code="not_in_household", field="person"
        )
    if kind not in EventKind.values:
        raise Invalid(_("Choose what happened."), code="no_kind", field="kind")
    person = lock(person)
    not_in_future(happened_on, "happened_on")
    if kind != EventKind.BIRTH and happened_on < person.born_on:
        raise Invalid(_("This lies before the birth."), code="before_birth", field="happened_on")
    if not uploads:
        raise Invalid(_("Add the paper that proves it."), code="no_document", field="file")
    detail: dict[str, Any] = {}
    if kind == EventKind.BIRTH:
        if child_sex not in Sex.values:
            raise Invalid(_("Choose the sex."), code="no_sex", field="child_sex")
        detail = {"name": known_name(child_name, 60, "child_name"), "sex": child_sex}
    if kind == EventKind.MOVE:
        detail = {"to": known_region(to_region)}
    case = cases.open_case(
        kind=KIND,
        person_id=teller.pk,
        subject=person.name,
        region=person.region,
        by=by,
        channel=channel,
        key=key,
        event=str(kind),
    )
    known = EventReport.objects.filter(case=case).first()
    if known is not None:
        return known  # the same key again
    if EventReport.objects.filter(
        person=person, kind=kind, happened_on=happened_on, case__state__in=Case.OPEN
    ).exists():
        raise Conflict(_("This was reported already, and we are looking at it."), code="reported")
    made = EventReport.objects.create(
        case=case, person=person, kind=kind, happened_on=happened_on, detail=detail
    )
    for upload in uploads:
        cases.attach(
            case_id=case.pk, by=by, name=upload.name, content=upload.content, label=upload.label
        )
    return made


@transaction.atomic
def examine(*, by: User, report: EventReport) -> EventReport:
    """The maker's part: the papers were looked at."""
    cases.propose(case_id=report.pk, by=by, sheet=None, edition=None, event=report.kind)
    return report


@transaction.atomic
def confirm(*, by: User, report: EventReport) -> EventReport:
    """The checker agrees: the event is on record, known since the day the report came.

    It stands in the name of whoever examined the papers, so that the checker may take it back.
    """
    case = cases.decide(case_id=report.pk, by=by, outcome=Case.State.GRANTED)
    examiner = case.maker or by
    document = str(_("Report %(number)s") % {"number": case.number})
    known_on = max(case.received_on, report.happened_on)
    if report.kind == EventKind.BIRTH:
        event = events.put_birth(
            by=examiner,
            parent=report.person,
            name=report.detail["name"],
            sex=report.detail["sex"],
            born_on=report.happened_on,
            document=document,
            known_on=known_on,
        )
    else:
        event = events.put(
            by=examiner,
            person=report.person,
            kind=report.kind,
            happened_on=report.happened_on,
            document=document,
            known_on=known_on,
            to_region=report.detail.get("to", ""),
        )
    report.event = event
    report.save(update_fields=["event"])
    _tell(report, by, case, _("We have recorded what you reported"))
    return report


@transaction.atomic
def refuse(*, by: User, report: EventReport, reason: str) -> EventReport:
    """The checker disagrees, with a reason; nothing is recorded."""
    if reason not in REASONS:
        raise Invalid(_("Choose a reason."), code="no_reason", field="reason")
    case = cases.decide(
        case_id=report.pk,
        by=by,
        outcome=Case.State.REFUSED,
        reasons=[{"code": reason, **REASONS[reason]}],
    )
    _tell(report, by, case, _("We could not record what you reported"))
    return report


def _household(person: Person) -> set[int]:
    """The numbers of those who live with the person today."""
    home = queries.household_of(person.pk)
    if home is None:
        return set()
    today = timezone.localdate()
    rows = queries.members(home).filter(span__contains=today)
    return set(rows.values_list("person_id", flat=True))


def _tell(report: EventReport, by: User, case: Case, title: Any) -> None:
    if case.person_id is not None:
        messages.notify(
            person_id=case.person_id,
            title=title,
            body=_("The case says what was decided, and why."),
            by=by,
            case=case,
        )
