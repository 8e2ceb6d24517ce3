"""An application for assistance: received in writing, by word of mouth, or through the portal.

One application names the household's members as they are registered, and each of them authorises
the questions to registers. 社会救助法第三十七条至第四十条; 民发〔2021〕57号第七条至第十一条.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import (
    Applicant,
    Application,
    Exclusion,
    Grant,
    GrantState,
    Programme,
    Unit,
)
from assistance.services import clocks, programmes
from enrollment import queries as people
from enrollment.models import Household, Person
from socsec.kernel import regions
from socsec.kernel.months import same_day
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import Case, User
from socsec.office.people import numbers, relatives
from socsec.office.services import audit
from socsec.office.services import case as cases
from socsec.office.services import policy as policies

OLDEST = timedelta(days=366)  # of an authorisation that is handed in


def kind_of(programme: Programme) -> str:
    """The kind of case that a programme's applications are."""
    return f"assistance_{programme.family}"


@transaction.atomic
def apply(
    *,
    by: User,
    programme: str,
    person: Person,
    channel: str,
    region: str | None = None,
    rural: bool = False,
    stated: dict[str, Any] | None = None,
    event: str = "",
    event_on: date | None = None,
    spoken: bool = False,
    received_on: date | None = None,
    key: str = "",
) -> Application:
    """Receive an application of one person, for themselves or for their household.

    Who has an open application for the programme gets that one again. Raises `Refused` for a dead
    person, a household without members, a grant that runs already, and an event that was aided
    within the year; members who are relatives of the clerk are another clerk's case.
    """
    region = region or person.region
    require(by, "case.receive", region, person.pk)
    person = Person.objects.select_for_update().get(pk=person.pk)
    day = received_on or timezone.localdate()
    found = programmes.find(programme, region, day)
    there = Application.objects.filter(
        person__in=numbers(person.pk), programme=found, open=True
    ).first()
    if there is not None:
        return there
    if person.died_on is not None:
        raise Refused(
            say(_("%(name)s died on %(day)s."), name=person.name, day=person.died_on.isoformat()),
            code="dead",
        )
    programmes.check_facts(found.rule, stated or {})
    home = _household(found, person, day)
    members = _members(found, person, home, day)
    if by.kind == User.Kind.STAFF:
        for member, _role in members:
            require_stranger(by, member.pk)
    _not_granted(found, person, home)
    _not_elsewhere(found, home, [member.pk for member, _role in members])
    _not_aided(found, person, home, event, event_on, day)
    case = cases.open_case(
        kind=kind_of(found),
        person_id=person.pk,
        subject=person.name,
        region=region,
        by=by,
        channel=channel,
        key=key,
        received_on=received_on,
        programme=found.slug,
        spoken=spoken,
    )
    if hasattr(case, "assistance"):
        return case.assistance
    made = Application.objects.create(
        case=case,
        programme=found,
        person=person,
        household=home,
        region=region,
        rural=rural,
        stated=stated or {},
        spoken=spoken,
        staff_relative=_of_staff(region, [member.pk for member, _role in members]),
        event=event.strip(),
        event_on=event_on,
    )
    Applicant.objects.bulk_create(
        Applicant(application=made, person=member, role=role) for member, role in members
    )
    clocks.start(made, day)
    return made


@transaction.atomic
def authorise(
    *, by: User, application: Application, person_id: int, on: date | None = None
) -> Applicant:
    """A member agrees in writing that registers are asked about them (社会救助法第四十条).

    It holds for the months that policy says, after which nobody may ask on the strength of it. At
    the portal each adult says so for themselves, whoever applied, and a guardian for a child.
    """
    held = locked_by_member(application, by, person_id)
    today = timezone.localdate()
    day = on or today
    if day > today or day < held.case.received_on - OLDEST:
        raise Invalid(
            _("An authorisation is dated within the last year."), code="impossible_date", field="on"
        )
    member = _member(held, person_id)
    months = policies.of(policies.current_edition()).at(
        "assistance.authorisation.months", held.region, day
    )
    member.authorised_on = day
    member.authorised_until = same_day(day, int(months.value))
    member.save(update_fields=["authorised_on", "authorised_until"])
    audit.record(
        by=by,
        act="assistance.authorise",
        subject=held.case,
        person_id=person_id,
        region=held.region,
        number=held.case.number,
        on=day.isoformat(),
    )
    return member


@transaction.atomic
def exclude(*, by: User, application: Application, person_id: int, reason: str) -> Applicant:
    """Say that a member does not count, and why, or with an empty reason that they do."""
    held = locked(application, by, "case.assess", Case.State.RECEIVED)
    if reason not in Exclusion.values:
        raise Invalid(_("There is no such reason."), code="unknown_reason", field="reason")
    member = _member(held, person_id)
    if reason and person_id == held.person_id:
        raise Refused(
            _("Who applies counts as a member."),
            code="applicant_counts",
            fix=_("Let another member apply."),
        )
    member.excluded = reason
    member.save(update_fields=["excluded"])
    audit.record(
        by=by,
        act="assistance.exclude",
        subject=held.case,
        person_id=person_id,
        region=held.region,
        number=held.case.number,
        reason=str(Exclusion(reason).label),
    )
    return member


@transaction.atomic
def withdraw(*, by: User, application: Application, text: str) -> Application:
    """The applicant takes it back; it may be made again at any time."""
    held = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    cases.withdraw(case_id=held.pk, by=by, text=text)
    return close(held)


def close(application: Application) -> Application:
    """No longer open: its clocks stop."""
    application.open = False
    application.save(update_fields=["open"])
    clocks.stop_all(application)
    return application


def locked(application: Application, by: User, act: str, *states: str) -> Application:
    """The application and its case, held until the transaction ends. No clerk handles a household
    of their own relatives (57号第十一条)."""
    cases.lock(application.pk, by, act, *states)
    held = (
        Application.objects.select_for_update(of=("self",))
        .select_related("case", "programme", "person", "household")
        .get(pk=application.pk)
    )
    if by.kind == User.Kind.STAFF:
        for member in held.members.values_list("person_id", flat=True):
            require_stranger(by, member)
    return held


def locked_by_member(application: Application, by: User, person_id: int) -> Application:
    """The same for what a member may do in an open application that another made, about themselves
    alone: staff act for anybody in it."""
    if by.kind != User.Kind.INSURED:
        return locked(application, by, "case.note", *Case.OPEN)
    require(by, "matching.own", None, person_id)
    held = (
        Application.objects.select_for_update(of=("self",))
        .select_related("case", "programme", "person", "household")
        .get(pk=application.pk)
    )
    _member(held, person_id)
    if held.case.state not in Case.OPEN:
        raise Conflict(
            _("This application was decided already."),
            code="case_moved_on",
            fix=_("Open it again to see where it stands."),
        )
    return held


def _household(programme: Programme, person: Person, day: date) -> Household | None:
    home = people.household_of(person.pk, day)
    if programme.unit == Unit.HOUSEHOLD and home is None:
        raise Refused(
            _("%(name)s belongs to no household on file.") % {"name": person.name},
            code="no_household",
            fix=_("Enter the household and its members first."),
        )
    return home


def _members(
    programme: Programme, person: Person, home: Household | None, day: date
) -> list[tuple[Person, str]]:
    if programme.unit == Unit.PERSON or home is None:
        return [(person, "")]
    return people.members_of(home, day)


def _not_granted(programme: Programme, person: Person, home: Household | None) -> None:
    running = Grant.objects.filter(programme__slug=programme.slug).exclude(state=GrantState.ENDED)
    running = (
        running.filter(household=home)
        if programme.unit == Unit.HOUSEHOLD
        else running.filter(person__in=numbers(person.pk))
    )
    if running.exists():
        raise Refused(
            _("“%(programme)s” is granted already.") % {"programme": programme},
            code="granted_already",
            fix=_("Report a change of circumstances instead."),
        )


def _not_elsewhere(programme: Programme, home: Household | None, members: list[int]) -> None:
    """Nobody counts in two households of one programme: not in an application that is open, nor in a
    grant that runs."""
    if programme.unit == Unit.PERSON or home is None:
        return
    counted = (
        Applicant.objects.filter(
            person_id__in={n for member in members for n in numbers(member)},
            excluded="",
            application__programme__slug=programme.slug,
            application__programme__unit=Unit.HOUSEHOLD,
        )
        .exclude(application__household=home)
        .filter(
            Q(application__open=True)
            | Q(application__grant__state__in=(GrantState.RUNNING, GrantState.SUSPENDED))
        )
        .select_related("person")
        .first()
    )
    if counted is not None:
        raise Refused(
            say(
                _("%(name)s counts in another household that applied or is granted this."),
                name=counted.person.name,
            ),
            code="in_two_households",
            fix=_("Report the change of that household first, so that nobody counts twice."),
        )


def _not_aided(
    programme: Programme,
    person: Person,
    home: Household | None,
    event: str,
    event_on: date | None,
    day: date,
) -> None:
    """One event is aided once within the months that policy names."""
    if programme.slug not in ("urgent", "spending"):
        return
    if not event.strip() or event_on is None:
        raise Invalid(
            _("Say what happened, and when."),
            code="event_missing",
            field="event",
        )
    if event_on > day:
        raise Invalid(
            _("The day of the event lies in the future."), code="future_date", field="event_on"
        )
    months = policies.of(policies.current_edition()).at(
        "assistance.event.months", person.region, day
    )
    before = Grant.objects.filter(
        programme__slug__in=("urgent", "spending"),
        application__event_on=event_on,
        granted_at__date__gte=same_day(day, -int(months.value)),
    )
    before = (
        before.filter(household=home)
        if home is not None
        else before.filter(person__in=numbers(person.pk))
    )
    if before.exists():
        raise Refused(
            _("This event was aided already."),
            code="aided_already",
            fix=_("For another event give its own day; for lasting need apply for the guarantee."),
        )


def _of_staff(region: str, members: list[int]) -> bool:
    """Whether a member is one of the staff of that office's region, or a relative of one.

    Such applications are registered apart and always visited (57号第十一条、第二十条)."""
    staff = User.objects.filter(
        kind=User.Kind.STAFF,
        is_active=True,
        person_id__isnull=False,
        office__region__in=regions.upwards(region),
    ).values_list("person_id", flat=True)
    near = {number for number in staff if number is not None}
    for number in list(near):
        near |= relatives(number)
    return bool(near & set(members))


def _member(application: Application, person_id: int) -> Applicant:
    member = application.members.filter(person_id=person_id).first()
    if member is None:
        raise Conflict(
            _("This person is no member of the household that applied."), code="no_member"
        )
    return member
