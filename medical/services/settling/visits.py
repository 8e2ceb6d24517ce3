"""A visit or a stay begins, ends, or is cancelled before anything was settled."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, Coverage, Person
from enrollment.queries.coverage import coverage_as_of
from enrollment.services.checks import alive, known_name, known_text, lock
from funds.models import Branch
from medical.models import Care, Encounter, Provider, Standing
from medical.params import StandingAges, Stays
from medical.queries.providers import agreement_on, stop_on
from socsec.kernel.months import month_of
from socsec.kernel.policy import Policy
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit, policy

from . import known

State = Encounter.State
# Providers' clocks are set by hand; what lies further ahead is a slip.
AHEAD = timedelta(minutes=30)


@transaction.atomic
def admit(
    *,
    by: User,
    provider: Provider,
    person: Person,
    number: str,
    care: int,
    opened_at: datetime,
    emergency: bool = False,
    department: str = "",
    doctor: str = "",
    diagnosis: str = "",
) -> Encounter:
    """Begin a visit or a stay, under the provider's own number.

    The person must be insured on the day and the provider entitled to settle that kind of care;
    `Refused` otherwise, `Conflict` for a number that is taken. A stay that begins within the hours
    of the law after another ended continues that one (转院). How far from home, and for which
    registered disease, is what is on file; `emergency` says that it was one, which counts as filed.
    """
    require(by, "bill.enter", provider.region, person.pk)
    number = known_name(number, 30, "number")
    if opened_at > timezone.now() + AHEAD:
        raise Invalid(
            _("The visit begins after now."),
            code="in_the_future",
            field="opened_at",
            fix=_("Check the clock of the system that sent it."),
        )
    day = timezone.localdate(opened_at)
    alive(person, day)
    _may_settle(provider, care, department, day)
    coverage = _insured(person, day)
    known.must_be_registered(person.pk, care, day, diagnosis)
    emergency = emergency or care == Care.EMERGENCY
    law = policy.of(policy.current_edition())
    try:
        with transaction.atomic():
            opened = Encounter.objects.create(
                provider=provider,
                person=person,
                number=number,
                care=care,
                scheme=coverage.scheme,
                home=coverage.region,
                standing=standing_of(
                    person, coverage, day, StandingAges.at(law, coverage.region, month_of(day))
                ),
                region=provider.region,
                away=known.away_at_admission(
                    person, coverage, provider.region, day, emergency=emergency
                ),
                disease=known.disease(person.pk, care, day),
                department=department,
                doctor=doctor,
                diagnosis=diagnosis,
                opened_at=opened_at,
                previous=continued(person, opened_at, coverage.region, law)
                if care == Care.INPATIENT
                else None,
                by=by,
            )
    except IntegrityError:
        raise Conflict(
            _("The provider has a visit under the number %(number)s already.") % {"number": number},
            code="number_taken",
            field="number",
            fix=_("Go on with that one, or use another number."),
        ) from None
    _note(opened, by, "bill.enter", "opened")
    return opened


@transaction.atomic
def discharge(
    *, by: User, encounter: Encounter, closed_at: datetime, diagnosis: str = ""
) -> Encounter:
    """End a visit or a stay; nothing is charged afterwards."""
    encounter = lock(encounter)
    require(by, "bill.enter", encounter.region, encounter.person_id)
    must_be(encounter, State.OPEN)
    if closed_at < encounter.opened_at:
        raise Invalid(
            _("The discharge lies before the admission of %(day)s.")
            % {"day": date_format(timezone.localdate(encounter.opened_at))},
            code="discharge_before_admission",
            field="closed_at",
            fix=_("Check the date and the time of the discharge."),
        )
    if closed_at > timezone.now() + AHEAD:
        raise Invalid(_("The discharge has not come yet."), code="in_the_future", field="closed_at")
    last = (
        encounter.lines.filter(cancelled_at=None)
        .order_by("-day")
        .values_list("day", flat=True)
        .first()
    )
    if last is not None and last > timezone.localdate(closed_at):
        raise Invalid(
            _("A line of the bill is of %(day)s, after the discharge.")
            % {"day": date_format(last)},
            code="line_after_discharge",
            field="closed_at",
            fix=_("Take that line off, or correct the discharge."),
        )
    encounter.closed_at, encounter.state = closed_at, State.DISCHARGED
    encounter.diagnosis = diagnosis or encounter.diagnosis
    encounter.save(update_fields=["closed_at", "state", "diagnosis"])
    _note(encounter, by, "bill.enter", "discharged")
    return encounter


@transaction.atomic
def cancel(*, by: User, encounter: Encounter, reason: str) -> Encounter:
    """A visit that was never one; what is settled is reversed first."""
    encounter = lock(encounter)
    require(by, "bill.enter", encounter.region, encounter.person_id)
    must_be(encounter, State.OPEN, State.DISCHARGED)
    reason = known_text(reason, "reason")
    encounter.state = State.CANCELLED
    encounter.save(update_fields=["state"])
    _note(encounter, by, "bill.enter", "cancelled", reason)
    return encounter


def must_be(encounter: Encounter, *states: str) -> None:
    if encounter.state not in states:
        raise Conflict(
            _("This visit is: %(state)s.") % {"state": encounter.get_state_display()},
            code="wrong_state",
            state=encounter.state,
            fix=_("Look at what became of it before you go on."),
        )


def _may_settle(provider: Provider, care: int, department: str, day: date) -> None:
    if provider.closed_on is not None and day > provider.closed_on:
        raise Refused(_("%(name)s is closed.") % {"name": provider.name}, code="provider_closed")
    agreement = agreement_on(provider.pk, day)
    if agreement is None or care not in agreement.care:
        raise Refused(
            _("%(name)s has no agreement for this care on %(day)s.")
            % {"name": provider.name, "day": date_format(day)},
            code="no_agreement",
            fix=_("The person pays and asks for reimbursement at the office."),
        )
    measure = stop_on(provider.pk, day, department)
    if measure is not None:
        raise Refused(
            _("%(name)s may not settle: %(measure)s.")
            % {"name": provider.name, "measure": measure.get_kind_display()},
            code="provider_suspended",
            fix=_("The person pays and asks for reimbursement at the office."),
        )


def _insured(person: Person, day: date) -> Coverage:
    coverage = coverage_as_of(person.pk, Branch.MEDICAL, day)
    if coverage is None:
        raise Refused(
            _("%(name)s has no medical insurance on %(day)s.")
            % {"name": person.name, "day": date_format(day)},
            code="not_covered",
            fix=_("The office of the home region says how to enrol or to pay what is missing."),
        )
    return coverage


def standing_of(person: Person, coverage: Coverage, day: date, ages: StandingAges) -> Standing:
    """As whom benefits are given. A resident's age is that of the first day."""
    if coverage.category == Category.RETIREE:
        return Standing.RETIRED
    if coverage.category != Category.RESIDENT:
        return Standing.ACTIVE
    born = person.born_on
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    if age < ages.child_until:
        return Standing.CHILD
    return Standing.ELDERLY if age >= ages.elderly_from else Standing.ADULT


def continued(person: Person, opened_at: datetime, home: str, law: Policy) -> Encounter | None:
    hours = Stays.at(law, home, month_of(timezone.localdate(opened_at))).transfer_hours
    return (
        Encounter.objects.filter(
            person=person,
            care=Care.INPATIENT,
            state__in=[State.DISCHARGED, State.SETTLED],
            closed_at__lte=opened_at,
            closed_at__gte=opened_at - timedelta(hours=hours),
        )
        .order_by("-closed_at")
        .first()
    )


def _note(encounter: Encounter, by: User, act: str, what: str, reason: str = "") -> None:
    audit.record(
        by=by,
        act=act,
        subject=encounter,
        person_id=encounter.person_id,
        region=encounter.region,
        reason=reason,
        what=what,
    )
