"""The contribution base that an own-account worker chooses (缴费基数选择)."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import BaseChoice, Category, Contribution, Coverage, Person
from enrollment.params import BaseLimits
from enrollment.services.checks import lock
from socsec.kernel.money import yuan
from socsec.kernel.months import first_day, format_month
from socsec.kernel.policy import (
    NotInRegion,
    NotYetInForce,
    Policy,
    PolicyError,
    UnknownParameter,
)
from socsec.office.access import require
from socsec.office.errors import Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, policy

TIERS = "enrollment.pension.own_account_tiers"


def tiers(law: Policy, region: str, month: int) -> list[int]:
    """The bases that a region lets people choose from, in fen; none where any base will do."""
    try:
        return list(law.at(TIERS, region, month).value.values)
    except (UnknownParameter, NotInRegion, NotYetInForce):
        return []


@transaction.atomic
def choose_base(
    *, by: User, person: Person, base: int, from_month: int, act: str = "coverage.change"
) -> BaseChoice:
    """An own-account worker chooses another base, in fen, from a month on, for every branch."""
    person = lock(person)
    coverage = (
        Coverage.objects.filter(
            person=person,
            category=Category.OWN_ACCOUNT,
            span__overlap=(first_day(from_month), first_day(from_month + 1)),
        )
        .order_by("branch")
        .first()
    )
    if coverage is None:
        raise Refused(
            _("%(name)s is not insured as an own-account worker in that month.")
            % {"name": person.name},
            code="not_own_account",
        )
    require(by, act, coverage.region, person_id=person.pk)
    if Contribution.objects.filter(
        person_id=person.pk, employer_id=0, month__gte=from_month
    ).exists():
        raise Refused(
            _("Months from %(month)s on are assessed already.")
            % {"month": format_month(from_month)},
            code="assessed_already",
            field="from_month",
            fix=_("Choose the base from a later month on."),
        )
    choice = choose(person, coverage.region, base, from_month)
    audit.record(
        by=by,
        act="coverage.change",
        subject=coverage,
        person_id=person.pk,
        region=coverage.region,
        base=base,
        from_month=format_month(from_month),
    )
    return choice


def choose(person: Person, region: str, base: int | None, from_month: int) -> BaseChoice:
    """The choice itself, for services that have asked who may."""
    if base is None:
        raise Invalid(_("Choose a contribution base."), code="base_missing", field="base")
    try:
        law = policy.of(policy.current_edition())
        limits = BaseLimits.at(law, region, from_month)
    except PolicyError as error:
        raise from_kernel(error, "base") from error
    if not limits.base_floor <= base <= limits.base_ceiling:
        raise Invalid(
            _("The base lies between %(floor)s and %(ceiling)s yuan in that month.")
            % {"floor": yuan(limits.base_floor), "ceiling": yuan(limits.base_ceiling)},
            code="base_out_of_range",
            field="base",
        )
    offered = tiers(law, region, from_month)
    if offered and base not in offered:
        raise Invalid(
            _("Choose one of these bases, in yuan: %(bases)s.")
            % {"bases": ", ".join(yuan(each) for each in offered)},
            code="base_no_tier",
            field="base",
        )
    choice, _made = BaseChoice.objects.update_or_create(
        person_id=person.pk, from_month=from_month, defaults={"base": base}
    )
    return choice
