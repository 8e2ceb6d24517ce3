"""A claim for a pension, from the counter to the award: received, assessed by one, decided by another.

社会保险经办条例 art. 18 gives the office twenty working days. Whether the person is old enough is
not asked at intake: everybody may claim, and a refusal says which condition is missing.
"""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Coverage, Detail, Person, PersonFact
from funds.models import Branch, Scheme
from funds.services import fund as fund_services
from pensions.models import (
    AccountState,
    Award,
    AwardState,
    Benefit,
    Category,
    EntryKind,
    IndividualAccount,
    PensionClaim,
)
from pensions.rules.employees.old_age import ClaimFacts
from pensions.services import award as awards
from pensions.services import decision, entries
from pensions.services.decision import Decision, Gathered
from pensions.services.replay import Replay, replay
from socsec.kernel.facts import FactError
from socsec.kernel.months import first_day, format_month, last_day, month_of
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel, say
from socsec.office.models import Case, PolicyEdition, User
from socsec.office.services import audit
from socsec.office.services import case as cases
from socsec.office.services import policy as policies

__all__ = [
    "KIND",
    "Replay",
    "assess",
    "award",
    "check_stated",
    "open_claim",
    "preview",
    "refuse",
    "region_of",
    "replay",
    "send_back",
    "withdraw",
]

KIND = "pension_claim"
FURTHEST = 12  # months ahead that a claim may be made


@transaction.atomic
def open_claim(
    *,
    by: User,
    person: Person,
    start_month: int,
    category: int,
    channel: str,
    flexible: bool = False,
    region: str | None = None,
    received_on: date | None = None,
    key: str = "",
) -> PensionClaim:
    """Receive a claim for a pension from a month on.

    `region` is where the pension is to be paid; by default where the person is, or was last,
    insured. Who has an open claim gets that one again, whatever it says now: no second case.
    """
    region = region or region_of(person)
    require(by, "case.receive", region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    # One at a time: two who press at once get one claim.
    person = Person.objects.select_for_update().get(pk=person.pk)
    there = PensionClaim.objects.filter(person=person, scheme=Scheme.EMPLOYEES, open=True).first()
    if there is not None:
        return there
    _may_claim(person, start_month, category)
    case = cases.open_case(
        kind=KIND,
        person_id=person.pk,
        subject=person.name,
        region=region,
        by=by,
        channel=channel,
        key=key,
        received_on=received_on,
        start_month=format_month(start_month),
    )
    if hasattr(case, "pension_claim"):
        return case.pension_claim  # the same key, after the claim was decided
    return PensionClaim.objects.create(
        case=case,
        person=person,
        start_month=start_month,
        category=category,
        flexible=flexible,
        region=region,
    )


def preview(*, by: User, claim: PensionClaim) -> Decision:
    """What the decision would be today. Stores nothing."""
    require(by, "case.read", claim.region, claim.person_id)
    gathered = decision.gather(claim)
    return decision.decide(gathered, policies.of(policies.current_edition()))


@transaction.atomic
def assess(
    *,
    by: User,
    claim: PensionClaim,
    stated: dict[str, Any] | None = None,
    birth_examined: bool = False,
) -> PensionClaim:
    """The maker's part: gather the facts, apply the rules, lay the sheet down for a colleague.

    A date of birth that was changed lately stops it, until the clerk has found the same date in the
    personnel file (`birth_examined`): what was recorded first decides (劳社部发〔1999〕8号).

    `stated` are facts that the person's papers show and no book holds (`decision.STATED`), in
    natural units. Whether the sheet says that a pension is due or not, it is proposed as it is.
    """
    claim, _case = _lock(claim, by, "case.assess", Case.State.RECEIVED)
    _alive(claim.person)
    not_insured(claim.person, claim.start_month)
    _draws_nothing_else(claim)
    if not birth_examined:
        _birth_stands(claim)
    if stated is not None:
        claim.stated = check_stated(stated)
    edition = policies.current_edition()
    gathered = decision.gather(claim)
    found = decision.decide(gathered, policies.of(edition))
    claim.gathered = gathered.as_json()
    claim.save(update_fields=["stated", "gathered"])
    cases.propose(
        case_id=claim.pk,
        by=by,
        sheet=found.as_json(),
        edition=edition,
        entitled=found.entitled,
        monthly=found.monthly,
        birth_examined=birth_examined,
    )
    return claim


@transaction.atomic
def send_back(*, by: User, claim: PensionClaim, text: str) -> PensionClaim:
    """The checker disagrees: back to the makers, with what is not right."""
    claim, _case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    cases.send_back(case_id=claim.pk, by=by, text=text)
    claim.gathered = None
    claim.save(update_fields=["gathered"])
    return claim


@transaction.atomic
def award(*, by: User, claim: PensionClaim) -> Award:
    """The checker's part: grant the pension that was proposed.

    The books are read again: if they say something else by now, nothing is granted and the claim
    has to be assessed anew. The account stops taking contributions and begins to pay.
    """
    claim, case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    _alive(claim.person)
    not_insured(claim.person, claim.start_month)
    _draws_nothing_else(claim)
    edition = case.edition
    assert edition is not None  # proposed with one
    proposed = Gathered.from_json(claim.gathered or {})
    awards.end_run_out(by=by, person_id=claim.person_id)
    found = decision.decide(proposed, policies.of(edition))
    if not found.entitled:
        raise Refused(
            _("The sheet says that no pension is due."),
            code="not_entitled",
            fix=_("Refuse the claim, or send it back."),
            reasons=found.reasons,
        )
    if decision.gather(claim) != proposed:
        raise Conflict(
            _("The books have changed since the claim was assessed."),
            code="facts_changed",
            fix=_("Send it back, so that it is assessed anew."),
        )
    cases.decide(case_id=claim.pk, by=by, outcome=Case.State.GRANTED.value, monthly=found.monthly)
    granted = _award(claim, found, edition, case)
    _turn_account(granted, found, by)
    _close(claim)
    audit.record(
        by=by,
        act="award.grant",
        subject=granted,
        person_id=claim.person_id,
        region=claim.region,
        number=case.number,
        monthly=granted.monthly,
        from_month=format_month(granted.from_month),
        edition=edition.pk,
        provisional=granted.provisional,
    )
    return granted


@transaction.atomic
def refuse(*, by: User, claim: PensionClaim) -> PensionClaim:
    """The checker's part: refuse a claim of which the sheet says that a condition is not met.

    The reasons are the lines that are not met, each with its numbers and its article.
    """
    claim, case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    found = decision.decide(Gathered.from_json(claim.gathered or {}), policies.of(_edition(case)))
    if found.entitled:
        raise Refused(
            _("Every condition is met, so the claim cannot be refused."),
            code="entitled",
            fix=_("Award the pension, or send the claim back."),
        )
    cases.decide(case_id=claim.pk, by=by, outcome=Case.State.REFUSED.value, reasons=found.reasons)
    return _close(claim)


@transaction.atomic
def withdraw(*, by: User, claim: PensionClaim, text: str) -> PensionClaim:
    """The person takes the claim back. It may be made again at any time."""
    claim = PensionClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    cases.withdraw(case_id=claim.pk, by=by, text=text)
    return _close(claim)


def region_of(person: Person) -> str:
    """Where the person is insured for a pension, or was last; else where the file is kept."""
    last = (
        Coverage.objects.filter(person=person, branch=Branch.PENSION, span__isempty=False)
        .order_by("-span")
        .first()
    )
    return last.region if last else person.region


def _may_claim(person: Person, start_month: int, category: int) -> None:
    _alive(person)
    today = month_of(timezone.localdate())
    if category not in Category.values or Category(category).sex != person.sex:
        raise Invalid(
            _("Choose the kind of work by which the pensionable age is found."),
            code="wrong_category",
            field="category",
        )
    if not person.birth_month < start_month <= today + FURTHEST:
        raise Invalid(
            _("The pension may begin up to %(months)s months from now, and not before birth.")
            % {"months": FURTHEST},
            code="impossible_start",
            field="start_month",
        )
    running = (
        Award.objects.filter(person=person, scheme=Scheme.EMPLOYEES)
        .exclude(state=AwardState.ENDED)
        # An allowance for disability ends before the pension that takes its place.
        .exclude(disability__isnull=False, last_month__lt=start_month)
        .first()
    )
    if running is not None:
        raise Refused(
            say(
                _("%(name)s draws this pension already, from %(month)s."),
                name=person.name,
                month=format_month(running.from_month),
            ),
            code="in_payment",
            fix=_("Look at the award that is there."),
            award=running.pk,
        )


def _alive(person: Person) -> None:
    if person.died_on is not None:
        raise Refused(
            say(_("%(name)s died on %(day)s."), name=person.name, day=person.died_on.isoformat()),
            code="dead",
            fix=_("Heirs ask for the balance of the account and the survivors' benefits."),
        )


def not_insured(person: Person, start_month: int) -> None:
    """A pension and contributions do not run side by side."""
    running = Coverage.objects.filter(
        person=person,
        branch=Branch.PENSION,
        span__overlap=(first_day(start_month), None),
    ).first()
    if running is not None:
        raise Refused(
            say(
                _("%(name)s is still insured in %(month)s, from which the pension is claimed."),
                name=person.name,
                month=format_month(start_month),
            ),
            code="still_insured",
            fix=say(
                _("End the coverage with %(day)s first, because of retirement."),
                day=last_day(start_month - 1).isoformat(),
            ),
        )


def _draws_nothing_else(claim: PensionClaim) -> None:
    """Nobody draws two old-age pensions for the same months (人社部发〔2014〕17号第八条)."""
    other = (
        Award.objects.filter(person=claim.person)
        .exclude(scheme=claim.scheme)
        .exclude(state=AwardState.ENDED, until_month__lt=claim.start_month)
        .first()
    )
    if other is not None:
        raise Refused(
            say(
                _("%(name)s draws another pension from %(month)s (%(law)s)."),
                name=claim.person.name,
                month=format_month(other.from_month),
                law="人社部发〔2014〕17号第八条",
            ),
            code="draws_elsewhere",
            fix=_("End that one with the month before, or refuse the claim."),
            award=other.pk,
        )


def _birth_stands(claim: PensionClaim) -> None:
    today = timezone.localdate()
    months = policies.of(policies.current_edition()).at(
        "pensions.claim.birth_watch", claim.region, today
    )
    changed = (
        PersonFact.objects.filter(
            person_id=claim.person_id,
            detail=Detail.BORN_ON,
            seq__gt=0,
            recorded_at__date__gte=first_day(month_of(today) - int(months.value)),
        )
        .order_by("-recorded_at")
        .first()
    )
    if changed is not None:
        raise Refused(
            say(
                _("The date of birth was changed on %(day)s (%(law)s)."),
                day=timezone.localdate(changed.recorded_at).isoformat(),
                law="劳社部发〔1999〕8号",
            ),
            code="birth_changed",
            fix=_("Find the date recorded first in the personnel file, then confirm it."),
        )


def check_stated(stated: dict[str, Any]) -> dict[str, Any]:
    """Facts from papers, or `Invalid` for one that is found in the books or cannot be."""
    specs = ClaimFacts.specs()
    for name, value in stated.items():
        if name not in decision.STATED:
            raise Invalid(
                say(_("“%(name)s” is found in the books, so it is not stated."), name=name),
                code="not_stated",
                field=name,
            )
        try:
            specs[name].read(value)
        except FactError as error:
            raise from_kernel(error, field=name) from error
    return stated


def _lock(claim: PensionClaim, by: User, act: str, *states: str) -> tuple[PensionClaim, Case]:
    """The claim and its case, both held until the transaction ends. Makers do not check."""
    case = cases.lock(claim.pk, by, act, *states)
    if act == "case.check":
        require_other_hand(by, case.maker_id)
    held = PensionClaim.objects.select_for_update(of=("self",)).select_related("person")
    return held.get(pk=claim.pk), case


def _edition(case: Case) -> PolicyEdition:
    assert case.edition is not None  # an assessed claim has one
    return case.edition


def _close(claim: PensionClaim) -> PensionClaim:
    claim.open = False
    claim.save(update_fields=["open"])
    return claim


def _award(claim: PensionClaim, found: Decision, edition: PolicyEdition, case: Case) -> Award:
    parts = found.parts
    try:
        with transaction.atomic():
            granted = Award.objects.create(
                person=claim.person,
                scheme=claim.scheme,
                region=claim.region,
                claim=claim,
                from_month=claim.start_month,
                monthly=found.monthly,
                **parts,
                provisional=bool(found.provisional),
                months=found.gathered.months_paid + found.gathered.months_deemed,
                gathered=claim.gathered,
                sheet=case.sheet,
                edition=edition,
                owed_from=claim.start_month,
            )
    except IntegrityError as error:
        raise Conflict(
            _("This pension was paid for some of these months already."),
            code="award_overlaps",
            fix=_("Look at the awards of this person."),
        ) from error
    Benefit.objects.create(
        person_id=claim.person_id, award_id=granted.pk, from_month=claim.start_month, **parts
    )
    return granted


def _turn_account(granted: Award, found: Decision, by: User) -> None:
    """Interest up to the pension, as the sheet has it; from now on the account pays."""
    fund = fund_services.for_(Branch.PENSION, granted.scheme, granted.region)
    for each in found.interest:
        if each.amount:
            entries.write_one(
                fund=fund,
                kind=EntryKind.INTEREST,
                person_id=granted.person_id,
                region=granted.region,
                month=each.through,
                bears_from=each.through // 12 * 12 + 12,
                amount=each.amount,
                rate=each.rate.value,
                reference=granted.pk,
                source=f"pensions.award:{granted.pk}/interest:{each.through}",
                by=by,
            )
    IndividualAccount.objects.filter(person_id=granted.person_id, fund_id=fund.pk).update(
        state=AccountState.PAYING
    )
