"""The allowance for illness and disability, from the counter to the award. 人社部发〔2024〕72号.

It is paid up to a month known from the start: its limit of months for a short record, and in any
case the month before the pensionable age, from which the old-age pension is claimed instead.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Scheme
from pensions.models import (
    Award,
    AwardState,
    Benefit,
    Category,
    DisabilityClaim,
    PensionClaim,
)
from pensions.services import law
from pensions.services.conditions import not_insured, region_of
from pensions.services.disability_decision import decide
from pensions.services.gathering import Gathered, gather_for
from socsec.kernel.months import format_month, month_of
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import case as cases
from socsec.office.services import policy as policies

KIND = "pension_disability"
FURTHEST = 12  # months ahead that it may be claimed


@transaction.atomic
def open_claim(
    *,
    by: User,
    person: Person,
    start_month: int,
    category: int,
    document: str,
    channel: str,
    region: str | None = None,
    key: str = "",
) -> DisabilityClaim:
    """Receive a claim with the conclusion of the appraisal. One open claim a person."""
    region = region or region_of(person)
    require(by, "case.receive", region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    person = Person.objects.select_for_update().get(pk=person.pk)
    there = DisabilityClaim.objects.filter(person=person, open=True).first()
    if there is not None:
        return there
    _may_claim(person, start_month, category, document)
    case = cases.open_case(
        kind=KIND,
        person_id=person.pk,
        subject=person.name,
        region=region,
        by=by,
        channel=channel,
        key=key,
        start_month=format_month(start_month),
    )
    return DisabilityClaim.objects.create(
        case=case,
        person=person,
        region=region,
        start_month=start_month,
        category=category,
        document=document.strip(),
    )


@transaction.atomic
def assess(*, by: User, claim: DisabilityClaim) -> DisabilityClaim:
    """The maker's part: gather the facts, apply the rule, lay the sheet down for a colleague."""
    held, _case = _lock(claim, by, "case.assess", Case.State.RECEIVED)
    _may_claim(held.person, held.start_month, held.category, held.document)
    not_insured(held.person, held.start_month)
    edition = policies.current_edition()
    gathered = _gather(held)
    found = decide(gathered, policies.of(edition))
    held.gathered = gathered.as_json()
    held.save(update_fields=["gathered"])
    cases.propose(
        case_id=held.pk,
        by=by,
        sheet=found.assessment.as_json(),
        edition=edition,
        entitled=found.entitled,
        monthly=found.monthly,
        last_month=format_month(found.last_month),
    )
    return held


@transaction.atomic
def award(*, by: User, claim: DisabilityClaim) -> Award:
    """The checker's part: grant what was proposed, if the books still say the same."""
    held, case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    _may_claim(held.person, held.start_month, held.category, held.document)
    edition = case.edition
    assert edition is not None  # proposed with one
    proposed = Gathered.from_json(held.gathered or {})
    found = decide(proposed, policies.of(edition))
    if not found.entitled:
        raise Refused(
            _("The sheet says that no allowance is due."),
            code="not_entitled",
            fix=_("Refuse the claim, or send it back."),
            reasons=found.reasons,
        )
    if _gather(held) != proposed:
        raise Conflict(
            _("The books have changed since the claim was assessed."),
            code="facts_changed",
            fix=_("Send it back, so that it is assessed anew."),
        )
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.GRANTED.value, monthly=found.monthly)
    granted = Award.objects.create(
        person=held.person,
        scheme=Scheme.EMPLOYEES,
        region=held.region,
        disability=held,
        from_month=held.start_month,
        last_month=found.last_month,
        monthly=found.monthly,
        **found.parts,
        provisional=bool(found.provisional),
        months=proposed.months_paid + proposed.months_deemed,
        gathered=held.gathered,
        sheet=case.sheet,
        edition=edition,
        owed_from=held.start_month,
    )
    Benefit.objects.create(
        person_id=held.person_id,
        award_id=granted.pk,
        from_month=held.start_month,
        **found.parts,
    )
    _close(held)
    audit.record(
        by=by,
        act="award.grant",
        subject=granted,
        person_id=held.person_id,
        region=held.region,
        number=case.number,
        monthly=granted.monthly,
        from_month=format_month(granted.from_month),
        last_month=format_month(found.last_month),
        edition=edition.pk,
    )
    return granted


@transaction.atomic
def refuse(*, by: User, claim: DisabilityClaim) -> DisabilityClaim:
    """The checker's part: refuse, with the lines that are not met."""
    held, case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    assert case.edition is not None  # proposed with one
    found = decide(Gathered.from_json(held.gathered or {}), policies.of(case.edition))
    if found.entitled:
        raise Refused(
            _("Every condition is met, so the claim cannot be refused."),
            code="entitled",
            fix=_("Award the allowance, or send the claim back."),
        )
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.REFUSED.value, reasons=found.reasons)
    return _close(held)


@transaction.atomic
def send_back(*, by: User, claim: DisabilityClaim, text: str) -> DisabilityClaim:
    """The checker disagrees: back to the makers, with what is not right."""
    held, _case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    cases.send_back(case_id=held.pk, by=by, text=text)
    held.gathered = None
    held.save(update_fields=["gathered"])
    return held


@transaction.atomic
def withdraw(*, by: User, claim: DisabilityClaim, text: str) -> DisabilityClaim:
    """The person takes the claim back."""
    held = DisabilityClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    cases.withdraw(case_id=held.pk, by=by, text=text)
    return _close(held)


def _may_claim(person: Person, start_month: int, category: int, document: str) -> None:
    if person.died_on is not None:
        raise Refused(
            say(_("%(name)s died on %(day)s."), name=person.name, day=person.died_on.isoformat()),
            code="dead",
            fix=_("Heirs ask for the balance of the account and the survivors' benefits."),
        )
    if category not in Category.values or Category(category).sex != person.sex:
        raise Invalid(
            _("Choose the kind of work by which the pensionable age is found."),
            code="wrong_category",
            field="category",
        )
    today = month_of(timezone.localdate())
    if not person.birth_month < start_month <= today + FURTHEST:
        raise Invalid(
            _("The pension may begin up to %(months)s months from now, and not before birth.")
            % {"months": FURTHEST},
            code="impossible_start",
            field="start_month",
        )
    if not document.strip():
        raise Invalid(
            say(_("Name the conclusion of the appraisal (%(law)s)."), law=law.DISABILITY),
            code="no_document",
            field="document",
        )
    running = Award.objects.filter(person=person).exclude(state=AwardState.ENDED).first()
    if running is not None:
        raise Refused(
            say(
                _("%(name)s draws a pension already, from %(month)s (%(law)s)."),
                name=person.name,
                month=format_month(running.from_month),
                law=law.DISABILITY,
            ),
            code="in_payment",
            fix=_("Look at the award that is there."),
            award=running.pk,
        )
    if PensionClaim.objects.filter(person=person, open=True).exists():
        raise Refused(
            _("An old-age pension is claimed already."),
            code="pension_claimed",
            fix=_("Decide that claim first."),
        )


def _gather(held: DisabilityClaim) -> Gathered:
    return gather_for(held.person, held.region, held.start_month, held.category)


def _close(held: DisabilityClaim) -> DisabilityClaim:
    held.open = False
    held.save(update_fields=["open"])
    return held


def _lock(claim: DisabilityClaim, by: User, act: str, *states: str) -> tuple[DisabilityClaim, Case]:
    case = cases.lock(claim.pk, by, act, *states)
    if act == "case.check":
        require_other_hand(by, case.maker_id)
    held = DisabilityClaim.objects.select_for_update(of=("self",)).select_related("person")
    return held.get(pk=claim.pk), case
