"""Residents enrol for a year, choose a tier, change their mind. What they may ask for is in `offers`."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Person,
    ResidentEnrolment,
)
from enrollment.queries.residents import open_of, paid_of
from enrollment.services.checks import known_region, lock
from enrollment.services.cover.residents import begin_if_paid, cut
from enrollment.services.residents.assessing import (
    SHARES,
    Assessed,
    assess,
    branch_of_residents,
    correct,
    decide,
    gather,
)
from enrollment.services.residents.offers import offer, tiers
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit, policy

MOST_COLLECTIVE = 10_000_000  # fen


@transaction.atomic
def enroll(
    *,
    by: User,
    person: Person,
    branch: int,
    year: int,
    region: str,
    tier: int = 0,
    collective: int = 0,
    student: bool = False,
    repaid_years: int = 0,
    eligible_since: date | None = None,
) -> ResidentEnrolment:
    """Enrol a resident for a year and assess what it costs (居民参保登记).

    The same once more gives the enrolment that is there; another tier or region is `Conflict`.
    `eligible_since` is the day on which the person first could enrol here (moved in, came out of
    service), proved by a document at the counter; at the portal it cannot be stated.
    """
    require(by, "resident.enroll", known_region(region), person.pk)
    branch = branch_of_residents(branch)
    if by.kind == User.Kind.INSURED and (collective or eligible_since):
        raise Invalid(
            _("Your office notes this when it has seen the document."), code="needs_document"
        )
    person = lock(person)
    tier, collective = _check_tier(branch, region, year, tier, collective)
    there = ResidentEnrolment.objects.filter(person_id=person.pk, branch=branch, year=year).first()
    if there is not None and there.cancelled_on is None:
        return _the_same(person, there, region=region, tier=tier)
    found = offer(
        person=person,
        branch=branch,
        year=year,
        region=region,
        repaid_years=repaid_years,
        eligible_since=eligible_since,
    )
    said: dict[str, Any] = {
        "region": region,
        "tier": tier,
        "collective": collective,
        "student": student,
        "way": found.way,
        "missed_years": found.missed_years,
        "repaid_years": found.repaid_years,
        "wait": found.wait,
        "enrolled_on": timezone.localdate(),
        "cover_from": None,
        "cancelled_on": None,
        "lapsed_by": 0,
    }
    enrolment, made = ResidentEnrolment.objects.update_or_create(
        person_id=person.pk, branch=branch, year=year, defaults=said
    )
    done = assess(enrolment, on=timezone.localdate(), by=by) if made else _again(enrolment, by)
    begin_if_paid([enrolment], paid_on=timezone.localdate())
    audit.record(
        by=by,
        act="resident.enroll",
        subject=("residentenrolment", person.pk),
        person_id=person.pk,
        region=region,
        branch=branch,
        year=year,
        tier=tier,
        way=int(found.way),
        wait=found.wait,
        due=done.due.person_share,
    )
    enrolment.refresh_from_db()
    return enrolment


@transaction.atomic
def choose_tier(*, by: User, person: Person, year: int, tier: int) -> ResidentEnrolment:
    """Another tier of old-age insurance for the year, as long as nothing is paid for it."""
    enrolment = _held(person, Branch.PENSION, year)
    require(by, "resident.enroll", enrolment.region, person.pk)
    tier, _collective = _check_tier(Branch.PENSION, enrolment.region, year, tier, 0)
    if paid_of(person.pk, Branch.PENSION, year):
        raise Refused(
            _("%(year)s is paid already, so its tier stays.") % {"year": year},
            code="paid_already",
            fix=_("Choose another tier for the next year."),
        )
    if tier == enrolment.tier:
        return enrolment
    enrolment.tier = tier
    enrolment.save(update_fields=["tier"])
    done = _again(enrolment, by)
    audit.record(
        by=by,
        act="resident.enroll",
        subject=("residentenrolment", person.pk),
        person_id=person.pk,
        region=enrolment.region,
        branch=Branch.PENSION.value,
        year=year,
        tier=tier,
        due=done.due.person_share,
    )
    return enrolment


@transaction.atomic
def cancel(*, by: User, person: Person, branch: int, year: int) -> ResidentEnrolment:
    """Take an enrolment back for which nothing was paid. What was paid goes back by a refund."""
    enrolment = _held(person, branch, year)
    require(by, "resident.enroll", enrolment.region, person.pk)
    if paid_of(person.pk, branch, year):
        raise Refused(
            _("%(year)s is paid.") % {"year": year},
            code="paid_already",
            fix=_("Ask for a refund instead; it is possible until the insured year begins."),
        )
    take_back(enrolment, by=by)
    audit.record(
        by=by,
        act="resident.enroll",
        subject=("residentenrolment", person.pk),
        person_id=person.pk,
        region=enrolment.region,
        branch=branch,
        year=year,
        cancelled=True,
    )
    return enrolment


def take_back(enrolment: ResidentEnrolment, *, by: User | None) -> None:
    """What the year owed is owed no more; a cover that had not begun never was."""
    owed = open_of(enrolment.person_id, enrolment.branch, enrolment.year)
    correct(enrolment, by=by, **{name: -amount for name, amount in owed.due.items()})
    enrolment.cancelled_on = timezone.localdate()
    enrolment.save(update_fields=["cancelled_on"])
    begins = enrolment.cover_from
    if enrolment.branch == Branch.MEDICAL and begins and begins > timezone.localdate():
        cut(enrolment.person_id, enrolment.branch, begins)


def _again(enrolment: ResidentEnrolment, by: User) -> Assessed:
    """Assess anew: the difference to what was assessed before is a further part."""
    today = timezone.localdate()
    done = decide(
        gather(enrolment, today), enrolment.branch, enrolment.year, policy.current_edition()
    )
    before = open_of(enrolment.person_id, enrolment.branch, enrolment.year).due
    correct(enrolment, by=by, **{name: getattr(done.due, name) - before[name] for name in SHARES})
    return done


def _the_same(
    person: Person, there: ResidentEnrolment, *, region: str, tier: int
) -> ResidentEnrolment:
    if (there.region, there.tier) == (region, tier):
        return there
    if there.region != region:
        raise Conflict(
            _("%(name)s is enrolled for %(year)s in another region, %(region)s.")
            % {"name": person.name, "year": there.year, "region": there.region},
            code="enrolled_elsewhere",
            field="region",
            fix=_("Take that enrolment back first, or keep it: one a year counts."),
        )
    raise Conflict(
        _("%(name)s is enrolled for %(year)s in the tier of %(tier)s yuan.")
        % {"name": person.name, "year": there.year, "tier": yuan(there.tier)},
        code="enrolled_already",
        field="tier",
        fix=_("Choose another tier for that enrolment instead."),
    )


def _held(person: Person, branch: int, year: int) -> ResidentEnrolment:
    found = (
        ResidentEnrolment.objects.select_for_update(no_key=True)
        .filter(person_id=person.pk, branch=branch, year=year, cancelled_on__isnull=True)
        .first()
    )
    if found is None:
        raise Refused(
            _("%(name)s is not enrolled for %(year)s.") % {"name": person.name, "year": year},
            code="not_enrolled",
        )
    return found


def _check_tier(branch: int, region: str, year: int, tier: int, collective: int) -> tuple[int, int]:
    if branch == Branch.MEDICAL:
        if tier or collective:
            raise Invalid(_("Medical insurance has no tiers."), code="no_tiers", field="tier")
        return 0, 0
    offered = [amount for amount, _subsidy in tiers(region, year)]
    if tier not in offered:
        raise Invalid(
            _("Choose one of the tiers: %(tiers)s yuan.")
            % {"tiers": ", ".join(yuan(amount) for amount in offered)},
            code="no_such_tier",
            field="tier",
        )
    if not 0 <= collective <= MOST_COLLECTIVE:
        raise Invalid(
            _("The collective subsidy is at most %(most)s yuan.") % {"most": yuan(MOST_COLLECTIVE)},
            code="collective_impossible",
            field="collective",
        )
    return tier, collective
