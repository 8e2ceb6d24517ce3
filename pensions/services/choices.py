"""Flexible retirement (弹性退休): a month chosen earlier by written notice, or later by agreement.

人社部发〔2024〕94号: who retires earlier tells the employer in writing three months before; who
retires later agrees on it with the employer one month before the statutory age, for at most three
years, once. Either may be given up: a notice before its month comes, an agreement whenever both
sides agree to end it.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Scheme
from pensions.models import ChoiceKind, PensionClaim, RetirementChoice
from pensions.params import ChoiceParams
from pensions.services import law
from pensions.services.conditions import alive, region_of
from pensions.services.retirement import Retirement, retirement
from socsec.kernel.months import first_day, format_month, month_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies


def standing(person_id: int) -> RetirementChoice | None:
    """The choice that stands, if any."""
    return RetirementChoice.objects.filter(person_id=person_id, withdrawn_on__isnull=True).first()


@transaction.atomic
def choose(
    *,
    by: User,
    person: Person,
    category: int,
    start_month: int,
    told_on: date,
    document: str,
) -> RetirementChoice:
    """Record the notice or the agreement: which of both it is, the statutory month says.

    `Refused` where another choice stands (an agreement is not prolonged), `Invalid` for a month
    that cannot be chosen or one that was told of too late.
    """
    region = region_of(person)
    require(by, "case.receive", region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    person = Person.objects.select_for_update().get(pk=person.pk)
    alive(person)
    there = standing(person.pk)
    if there is not None:
        raise Refused(
            say(
                _("%(month)s is chosen already (%(law)s)."),
                month=format_month(there.start_month),
                law=law.FLEXIBLE,
            ),
            code="chosen_already",
            fix=_("An agreement is not prolonged; a notice is withdrawn before another is given."),
        )
    if not document.strip():
        raise Invalid(_("Name the notice or the agreement."), code="empty", field="document")
    if told_on > timezone.localdate():
        raise Invalid(_("That day is still to come."), code="in_the_future", field="told_on")
    policy = policies.of(policies.current_edition())
    when = retirement(person.birth_month, category, region, policy)
    kind = _kind(start_month, when)
    _in_time(kind, start_month, told_on, when, policy, region)
    made = RetirementChoice.objects.create(
        person=person,
        kind=kind,
        category=category,
        region=region,
        start_month=start_month,
        told_on=told_on,
        document=document.strip(),
        taken_by=by,
    )
    audit.record(
        by=by,
        act="retirement.choose",
        subject=made,
        person_id=person.pk,
        region=region,
        kind=kind,
        start_month=format_month(start_month),
        told_on=told_on.isoformat(),
    )
    return made


@transaction.atomic
def withdraw(*, by: User, choice: RetirementChoice, text: str) -> RetirementChoice:
    """Give the choice up. A notice holds from its month on; an agreement may end at any time."""
    held = RetirementChoice.objects.select_for_update().get(pk=choice.pk)
    require(by, "case.receive", held.region, held.person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, held.person_id)
    if not text.strip():
        raise Invalid(_("Say why it is withdrawn."), code="empty", field="text")
    if held.withdrawn_on is not None:
        raise Conflict(_("This choice was withdrawn already."), code="withdrawn_already")
    if held.kind == ChoiceKind.EARLY and held.start_month <= month_of(timezone.localdate()):
        raise Refused(
            say(
                _("The month chosen, %(month)s, has come (%(law)s)."),
                month=format_month(held.start_month),
                law=law.FLEXIBLE,
            ),
            code="month_has_come",
            fix=_("Who goes on working claims later, or agrees on it with the employer."),
        )
    held.withdrawn_on, held.withdrawn_why = timezone.localdate(), text.strip()[:200]
    held.save(update_fields=["withdrawn_on", "withdrawn_why"])
    audit.record(
        by=by,
        act="retirement.unchoose",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        reason=text.strip(),
        start_month=format_month(held.start_month),
    )
    return held


def noticed(claim: PensionClaim) -> None:
    """`Refused` for an early pension whose written notice is not on record for that month.

    The notice periods hold since flexible retirement does; whoever has reached the statutory age
    needs none.
    """
    if not claim.flexible or claim.scheme == Scheme.RESIDENTS or claim.category is None:
        return
    policy = policies.of(policies.current_edition())
    when = retirement(claim.person.birth_month, claim.category, claim.region, policy)
    if claim.start_month >= when.statutory:
        return
    there = standing(claim.person_id)
    if there is None or there.kind != ChoiceKind.EARLY or there.start_month > claim.start_month:
        raise Refused(
            say(
                _("No written notice of retiring from %(month)s is on record (%(law)s)."),
                month=format_month(claim.start_month),
                law=law.FLEXIBLE,
            ),
            code="no_notice",
            fix=_("Record the notice to the employer, or claim from the statutory age on."),
        )


def _kind(start_month: int, when: Retirement) -> ChoiceKind:
    if not when.earliest <= start_month <= when.latest:
        raise Invalid(
            say(
                _("Between %(first)s and %(last)s may be chosen (%(law)s)."),
                first=format_month(when.earliest),
                last=format_month(when.latest),
                law=law.FLEXIBLE,
            ),
            code="impossible_start",
            field="start_month",
        )
    if start_month == when.statutory:
        raise Invalid(
            _("That is the statutory month: nothing needs to be chosen for it."),
            code="statutory_month",
            field="start_month",
        )
    return ChoiceKind.EARLY if start_month < when.statutory else ChoiceKind.LATE


def _in_time(
    kind: ChoiceKind,
    start_month: int,
    told_on: date,
    when: Retirement,
    policy: Policy,
    region: str,
) -> None:
    """A notice comes three months before its month, an agreement one before the statutory one."""
    try:
        params = ChoiceParams.at(policy, region, month_of(told_on))
    except PolicyError as error:
        raise from_kernel(error) from error
    early = kind == ChoiceKind.EARLY
    ahead = int(params.early_notice if early else params.late_notice)
    last = first_day((start_month if early else when.statutory) - ahead)
    if told_on > last:
        raise Invalid(
            say(
                _("It had to be told in writing by %(day)s (%(law)s)."),
                day=last.isoformat(),
                law=law.FLEXIBLE,
            ),
            code="told_too_late",
            field="told_on",
            fix=_("Choose a later month.")
            if early
            else _("The pension begins at the statutory age."),
        )
