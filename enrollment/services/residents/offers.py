"""What a resident may ask for before enrolling: the window, the way in, the tiers, the waiting period.

Nothing here writes: portal, counter and the record's gaps read the same offer that `enrolment` takes.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, Coverage, Person, SponsorMembership, Way
from enrollment.models.spans import last_day
from enrollment.params import MedicalWait, MedicalWindow, PensionAges, PensionYear
from enrollment.queries.residents import covered_years
from enrollment.rules.residents import cover as cover_rules
from enrollment.rules.residents.medical import WaitFacts, waiting_period
from enrollment.services.checks import alive
from enrollment.services.residents.assessing import branch_of_residents
from funds.models import Branch
from socsec.kernel.policy import PolicyError
from socsec.office.errors import Invalid, Refused, from_kernel
from socsec.office.services import policy


@dataclass(frozen=True, slots=True)
class Window:
    """When one enrols for an insured year in a region, and what of it is now."""

    year: int
    opens: date
    closes: date
    grace_until: date | None
    law: MedicalWindow

    def way(self, on: date) -> Way | None:
        """How somebody comes in who pays on that day; None before the window opens."""
        if on < self.opens:
            return None
        if on <= self.closes:
            return Way.WINDOW
        return Way.GRACE if self.grace_until and on <= self.grace_until else Way.LATE


@dataclass(frozen=True, slots=True)
class Offer:
    """What enrolling would come to, before anybody decides: nothing is written."""

    year: int
    way: Way
    missed_years: int
    repaid_years: int
    wait: int
    window: Window | None


def window(region: str, year: int) -> Window:
    """The enrolment window of residents' medical insurance for a year."""
    try:
        law = MedicalWindow.at(policy.of(policy.current_edition()), region, date(year, 1, 1))
    except PolicyError as error:
        raise from_kernel(error, "year") from error
    opens, closes, grace = cover_rules.window(year, law.opens, law.closes, law.grace_until)
    return Window(year, opens, closes, grace, law)


def tiers(region: str, year: int) -> list[tuple[int, int]]:
    """The tiers of old-age insurance in a region, each with the subsidy it brings, in fen."""
    try:
        law = PensionYear.at(policy.of(policy.current_edition()), region, date(year, 1, 1))
    except PolicyError as error:
        raise from_kernel(error, "tier") from error
    return list(law.subsidies)


def offer(
    *,
    person: Person,
    branch: int,
    year: int,
    region: str,
    repaid_years: int = 0,
    eligible_since: date | None = None,
    on: date | None = None,
) -> Offer:
    """How the person would come in. Raises what `enroll` would raise."""
    branch = branch_of_residents(branch)
    today = on or timezone.localdate()
    alive(person, today)
    _not_a_worker(person, branch, max(today, date(year, 1, 1)))
    if branch == Branch.PENSION:
        return Offer(year, _pension_way(person, region, year, today), 0, 0, 0, None)
    found = window(region, year)
    if year < today.year or year > today.year + 1:
        raise Invalid(
            _("One enrols in medical insurance for this year or the next."),
            code="year_impossible",
            field="year",
        )
    way = _medical_way(person, found, today, eligible_since)
    missed = 0
    if way in (Way.WINDOW, Way.GRACE, Way.LATE):
        missed = _missed(person, year, found.law.missed_since, eligible_since)
    if not 0 <= repaid_years <= missed:
        raise Invalid(
            _("At most %(years)s missed years can be bought back.") % {"years": missed},
            code="repaid_too_many",
            field="repaid_years",
        )
    exempt = way in (Way.NEWBORN, Way.NEWLY_ELIGIBLE, Way.SWITCHED) or _sponsored(person, today)
    law = MedicalWait.at(policy.of(policy.current_edition()), region, date(year, 1, 1))
    sheet = waiting_period(
        WaitFacts(
            in_window=way in (Way.WINDOW, Way.GRACE),
            exempt=exempt,
            missed_years=missed,
            repaid_years=repaid_years,
        ),
        law,
    )
    return Offer(year, way, missed, repaid_years, int(sheet.months), found)


def _not_a_worker(person: Person, branch: int, from_: date) -> None:
    other = (
        Coverage.objects.filter(person=person, branch=branch, span__overlap=(from_, None))
        .exclude(category=Category.RESIDENT)
        .order_by("span")
        .first()
    )
    if other is None:
        return
    end = last_day(other.span)
    raise Refused(
        _("%(name)s is insured as a worker: %(coverage)s, until %(last)s.")
        % {
            "name": person.name,
            "coverage": other,
            "last": date_format(end) if end else _("further notice"),
        },
        code="insured_as_worker",
        fix=_("One person is in one scheme at a time. Enrol after that insurance has ended."),
    )


def _pension_way(person: Person, region: str, year: int, today: date) -> Way:
    try:
        ages = PensionAges.at(policy.of(policy.current_edition()), region, date(year, 1, 1))
    except PolicyError as error:
        raise from_kernel(error, "year") from error
    at_end = (year + 1) * 12 - 1 - person.birth_month
    if at_end < ages.from_age:
        raise Refused(
            _("%(name)s is too young: residents join from the age of %(age)s.")
            % {"name": person.name, "age": ages.from_age // 12},
            code="too_young",
        )
    if year * 12 - person.birth_month >= ages.pension_age:
        raise Refused(
            _("%(name)s has reached the age at which the pension is drawn.")
            % {"name": person.name},
            code="too_old",
            fix=_("Claim the pension instead, or make up earlier years."),
        )
    if year == today.year:
        return Way.WINDOW
    if year > today.year:
        raise Invalid(
            _("%(year)s has not begun yet.") % {"year": year}, code="year_impossible", field="year"
        )
    # Who had less than the least years left when the scheme began may make years up (国发〔2014〕8号).
    left = ages.since * 12 - person.birth_month + ages.years * 12
    if year < ages.since or left <= ages.pension_age:
        raise Refused(
            _("%(year)s cannot be made up.") % {"year": year},
            code="no_make_up",
            field="year",
            fix=_("Only who was too old to reach the least years when the scheme began makes up."),
        )
    return Way.MAKE_UP


def _medical_way(person: Person, found: Window, today: date, eligible_since: date | None) -> Way:
    newborn = timedelta(days=int(found.law.newborn_days))
    in_time = timedelta(days=int(found.law.newly_eligible_days))
    if person.born_on <= today <= person.born_on + newborn and found.year in (
        person.born_on.year,
        today.year,
    ):
        return Way.NEWBORN
    way = found.way(today)
    if way is None:
        raise Refused(
            _("Enrolment for %(year)s opens on %(day)s.")
            % {"year": found.year, "day": date_format(found.opens)},
            code="window_not_open",
            field="year",
            fix=_("Come back then."),
        )
    if way is Way.WINDOW:
        return way
    left = (
        Coverage.objects.filter(person=person, branch=Branch.MEDICAL)
        .exclude(category=Category.RESIDENT)
        .filter(span__endswith__gte=today - in_time, span__endswith__lte=today)
        .exists()
    )
    if left:
        return Way.SWITCHED
    if eligible_since is not None and eligible_since <= today <= eligible_since + in_time:
        return Way.NEWLY_ELIGIBLE
    return way


def _missed(person: Person, year: int, since: int, eligible_since: date | None) -> int:
    """Years before this one in which the person could have been insured and was not."""
    first = max(int(since), person.born_on.year)
    if eligible_since is not None:
        first = max(first, eligible_since.year)
    covered = covered_years(person.pk)
    # Only the unbroken gap before this year counts: an older gap was waited for when it ended.
    missed = 0
    for earlier in range(year - 1, first - 1, -1):
        if earlier in covered:
            break
        missed += 1
    return missed


def _sponsored(person: Person, on: date) -> bool:
    return SponsorMembership.objects.filter(person=person, span__contains=on).exists()
