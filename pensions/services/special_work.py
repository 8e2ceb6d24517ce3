"""Arduous work (特殊工种): recognised period by period, and asked for by who claims early for it."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Scheme
from pensions.models import (
    ArduousWork,
    Category,
    PensionClaim,
    SpecialWorkPeriod,
    SpecialWorkState,
)
from pensions.params import SpecialWorkParams
from pensions.rules.special_work import SpecialWorkFacts, special_work
from pensions.services import law
from pensions.services.conditions import alive, region_of
from socsec.kernel.document import Document, explain
from socsec.kernel.months import format_month, month_of
from socsec.kernel.policy import PolicyError
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

EARLY = (Category.MALE_55, Category.FEMALE_45)
# To which group of the rule a kind of work belongs.
GROUPS = {
    ArduousWork.HEIGHTS: "months_heavy",
    ArduousWork.HEAVY: "months_heavy",
    ArduousWork.UNDERGROUND: "months_underground",
    ArduousWork.HEAT: "months_underground",
    ArduousWork.COLD: "months_underground",
    ArduousWork.PLATEAU: "months_underground",
    ArduousWork.HARMFUL: "months_harmful",
}


@transaction.atomic
def enter(
    *,
    by: User,
    person: Person,
    kind: int,
    first_month: int,
    last_month: int,
    employer: str,
    post: str,
    document: str,
) -> SpecialWorkPeriod:
    """Enter a period from the personnel file; a colleague approves it.

    `Conflict` where months of it are entered already: each is recognised once.
    """
    region = region_of(person, Scheme.EMPLOYEES)
    require(by, "benefit.change", region)
    require_stranger(by, person.pk)
    alive(person)
    if kind not in ArduousWork.values:
        raise Invalid(_("Choose the kind of work."), code="no_kind", field="kind")
    if not person.birth_month < first_month <= last_month <= month_of(timezone.localdate()):
        raise Invalid(
            _("The period lies between birth and this month, its first month before its last."),
            code="impossible_period",
            field="last_month",
        )
    said = {"employer": employer.strip(), "post": post.strip(), "document": document.strip()}
    for field, value in said.items():
        if not value:
            raise Invalid(
                say(_("Name employer, post and document (%(law)s)."), law=law.SPECIAL_WORK),
                code="empty",
                field=field,
            )
    try:
        with transaction.atomic():
            made = SpecialWorkPeriod.objects.create(
                person=person,
                region=region,
                kind=kind,
                first_month=first_month,
                last_month=last_month,
                maker=by,
                **said,
            )
    except IntegrityError as error:
        raise Conflict(
            _("Months of this period are entered already."),
            code="overlapping_months",
            fix=_("Enter only the months that are missing."),
        ) from error
    return _noted(made, by, "special_work.enter", document=made.document)


@transaction.atomic
def approve(*, by: User, period: SpecialWorkPeriod) -> SpecialWorkPeriod:
    """A second pair of eyes: the months count."""
    return _decide(period, by, SpecialWorkState.APPROVED)


@transaction.atomic
def reject(*, by: User, period: SpecialWorkPeriod, reason: str) -> SpecialWorkPeriod:
    """The file does not show it. The period may be entered anew."""
    if not reason.strip():
        raise Invalid(_("Say why."), code="empty", field="reason")
    return _decide(period, by, SpecialWorkState.REJECTED, reason.strip())


def months_of(person_id: int, until: int) -> dict[str, int]:
    """A person's recognised months up to and with a month, by the groups of the rule."""
    found = dict.fromkeys(GROUPS.values(), 0)
    periods = SpecialWorkPeriod.objects.filter(
        person_id=person_id, state=SpecialWorkState.APPROVED, first_month__lte=until
    )
    for kind, first, last in periods.values_list("kind", "first_month", "last_month"):
        found[GROUPS[ArduousWork(kind)]] += min(last, until) - first + 1
    return found


def judge(person_id: int, region: str, start_month: int) -> tuple[bool, Document]:
    """Whether a person's months are enough to retire early from a month on, and the sheet."""
    policy = policies.of(policies.current_edition())
    try:
        params = SpecialWorkParams.at(policy, region, start_month)
    except PolicyError as error:
        raise from_kernel(error) from error
    facts = SpecialWorkFacts(**months_of(person_id, start_month - 1))
    sheet = special_work(facts, params)
    return bool(sheet.enough), explain(sheet, facts, params)


def recognised(claim: PensionClaim) -> None:
    """`Refused` for who claims at the age of arduous work without enough recognised months of it."""
    if claim.scheme == Scheme.RESIDENTS or claim.category not in EARLY:
        return
    enough, document = judge(claim.person_id, claim.region, claim.start_month)
    if enough:
        return
    found = months_of(claim.person_id, claim.start_month - 1)
    raise Refused(
        say(
            _("Too few months at arduous work are recognised: %(months)s (%(law)s)."),
            months=" / ".join(map(str, found.values())),
            law=law.SPECIAL_WORK,
        ),
        code="special_work_short",
        fix=_("Have the periods in the personnel file entered and approved, or refuse the claim."),
        sheet=document.as_json(),
    )


def _decide(
    period: SpecialWorkPeriod, by: User, state: SpecialWorkState, reason: str = ""
) -> SpecialWorkPeriod:
    held = SpecialWorkPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    require(by, "case.check", held.region)
    require_stranger(by, held.person_id)
    require_other_hand(by, held.maker_id)
    if held.state != SpecialWorkState.DRAFT:
        raise Conflict(_("This period has been decided already."), code="decided_already")
    held.state, held.checker, held.decided_at = state, by, timezone.now()
    held.save(update_fields=["state", "checker", "decided_at"])
    return _noted(held, by, f"special_work.{state.value}", reason=reason)


def _noted(period: SpecialWorkPeriod, by: User, act: str, **detail: Any) -> SpecialWorkPeriod:
    audit.record(
        by=by,
        act=act,
        subject=period,
        person_id=period.person_id,
        region=period.region,
        first_month=format_month(period.first_month),
        last_month=format_month(period.last_month),
        **detail,
    )
    return period
