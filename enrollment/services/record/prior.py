"""Months from before these books: entered with a document, counted once a second person agrees."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Contribution,
    Person,
    PriorKind,
    PriorMonth,
    PriorService,
    PriorState,
)
from enrollment.params import MOST_WAGE
from enrollment.services.checks import known_region, lock, month_has_come
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def enter_deemed(
    *,
    by: User,
    person: Person,
    branch: int,
    region: str,
    first_month: int,
    last_month: int,
    document: str,
) -> PriorService:
    """Propose a deemed period (视同缴费年限), first and last month included."""
    return _enter(by, person, PriorKind.DEEMED, branch, region, first_month, last_month, document)


@transaction.atomic
def enter_paid(
    *, by: User, person: Person, branch: int, region: str, bases: Mapping[int, int], document: str
) -> PriorService:
    """Propose months that were paid before or elsewhere: the base of each month, in fen."""
    if not bases:
        raise Invalid(_("No month is given."), code="empty", field="bases")
    if any(type(base) is not int or not 0 < base <= MOST_WAGE for base in bases.values()):
        raise Invalid(
            _("A contribution base is more than 0 and at most %(most)s yuan.")
            % {"most": yuan(MOST_WAGE)},
            code="base_impossible",
            field="bases",
        )
    first, last = min(bases), max(bases)
    prior = _enter(by, person, PriorKind.PAID, branch, region, first, last, document)
    try:
        with transaction.atomic():
            PriorMonth.objects.bulk_create(
                PriorMonth(
                    person_id=person.pk,
                    branch=branch,
                    month=month,
                    prior_id=prior.pk,
                    base=bases[month],
                )
                for month in sorted(bases)
            )
    except IntegrityError as error:
        raise _overlaps() from error
    return prior


@transaction.atomic
def approve(*, by: User, prior: PriorService) -> PriorService:
    """Agree: from now on the months count. Not by whoever entered them, nor for oneself."""
    return _decide(by, prior, PriorState.APPROVED, "")


@transaction.atomic
def reject(*, by: User, prior: PriorService, reason: str) -> PriorService:
    """Disagree, with a reason. The months are struck out and may be entered again."""
    if not reason.strip():
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    prior = _decide(by, prior, PriorState.REJECTED, reason.strip())
    PriorMonth.objects.filter(prior_id=prior.pk).delete()
    return prior


def _enter(
    by: User,
    person: Person,
    kind: PriorKind,
    branch: int,
    region: str,
    first_month: int,
    last_month: int,
    document: str,
) -> PriorService:
    require(by, "prior.enter", known_region(region))
    require_stranger(by, person.pk)
    person = lock(person)
    if branch not in Branch.values:
        raise Invalid(_("Choose the branch."), code="no_branch", field="branch")
    if first_month > last_month:
        raise Invalid(
            _("The last month is before the first."), code="ends_before_start", field="last_month"
        )
    month_has_come(last_month, "last_month")
    if first_month < person.birth_month:
        raise Invalid(
            _("%(month)s is before the birth of %(name)s.")
            % {"month": format_month(first_month), "name": person.name},
            code="before_birth",
            field="first_month",
        )
    document = document.strip()
    if not document:
        raise Invalid(
            _("Name the document that proves the months."), code="no_document", field="document"
        )
    assessed = Contribution.objects.filter(
        person_id=person.pk, branch=branch, month__gte=first_month, month__lte=last_month
    ).first()
    if assessed is not None:
        raise Refused(
            _("%(month)s is in these books already.") % {"month": format_month(assessed.month)},
            code="assessed_already",
            field="first_month",
        )
    try:
        with transaction.atomic():
            prior = PriorService.objects.create(
                person=person,
                branch=branch,
                kind=kind,
                region=region,
                first_month=first_month,
                last_month=last_month,
                document=document,
                maker=by,
            )
    except IntegrityError as error:
        raise _overlaps() from error
    audit.record(
        by=by,
        act="prior.enter",
        subject=prior,
        person_id=person.pk,
        region=region,
        kind=str(kind),
        first_month=format_month(first_month),
        last_month=format_month(last_month),
        document=document,
    )
    return prior


def _decide(by: User, prior: PriorService, state: PriorState, reason: str) -> PriorService:
    require(by, "prior.approve", prior.region)
    require_other_hand(by, prior.maker_id)
    require_stranger(by, prior.person_id)
    prior = lock(prior)
    if prior.state != PriorState.DRAFT:
        raise Conflict(
            _("This is decided already: %(state)s.") % {"state": prior.get_state_display()},
            code="decided_already",
        )
    prior.state = state
    prior.checker = by
    prior.decided_at = timezone.now()
    prior.save(update_fields=["state", "checker", "decided_at"])
    audit.record(
        by=by,
        act="prior.approve",
        subject=prior,
        person_id=prior.person_id,
        region=prior.region,
        reason=reason,
        state=str(state),
    )
    return prior


def _overlaps() -> Conflict:
    return Conflict(
        _("Another entry covers some of these months."),
        code="prior_overlaps",
        field="first_month",
        fix=_("Look at the record first."),
    )
