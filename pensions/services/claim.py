"""A claim for a pension, from the counter to the award: received, assessed by one, decided by another.

社会保险经办条例 art. 18 gives the office twenty working days. Whether the person is old enough is
not asked at intake: everybody may claim, and a refusal says which condition is missing.
"""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import EndReason, Person
from enrollment.services.cover import residents as covers
from funds.models import Branch, Scheme
from funds.services import fund as fund_services
from pensions.models import (
    AccountState,
    Award,
    Benefit,
    EntryKind,
    IndividualAccount,
    PensionClaim,
)
from pensions.services import award as awards
from pensions.services import entries, payer
from pensions.services.agencies import annuity
from pensions.services.agencies.decision import Decision as AgencyDecision
from pensions.services.choices import noticed
from pensions.services.conditions import (
    FURTHEST,
    alive,
    birth_stands,
    check_stated,
    draws_nothing_else,
    may_claim,
    months_once,
    not_insured,
    region_of,
)
from pensions.services.deciding import Decision, law_of
from pensions.services.replay import Replay, replay
from pensions.services.special_work import recognised
from socsec.kernel.months import first_day, format_month
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Refused, say
from socsec.office.models import Case, PolicyEdition, User
from socsec.office.services import audit
from socsec.office.services import case as cases
from socsec.office.services import policy as policies

__all__ = [
    "FURTHEST",
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


@transaction.atomic
def open_claim(
    *,
    by: User,
    person: Person,
    start_month: int,
    category: int | None,
    channel: str,
    scheme: int = Scheme.EMPLOYEES,
    flexible: bool = False,
    region: str | None = None,
    received_on: date | None = None,
    key: str = "",
) -> PensionClaim:
    """Receive a claim for a pension from a month on.

    `region` is where the pension is to be paid; by default where the person is, or was last,
    insured in the scheme. `category` is that of a worker's pensionable age, None for a resident. Who has an open claim gets that one again, whatever it says now: no second case.
    """
    region = region or region_of(person, scheme)
    require(by, "case.receive", region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    # One at a time: two who press at once get one claim.
    person = Person.objects.select_for_update().get(pk=person.pk)
    there = PensionClaim.objects.filter(person=person, scheme=scheme, open=True).first()
    if there is not None:
        return there
    may_claim(person, scheme, start_month, category)
    if scheme == Scheme.EMPLOYEES:
        payer.check(person, region)
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
        scheme=scheme,
        start_month=start_month,
        category=category,
        flexible=flexible,
        region=region,
    )


def preview(*, by: User, claim: PensionClaim) -> Decision:
    """What the decision would be today. Stores nothing."""
    require(by, "case.read", claim.region, claim.person_id)
    law = law_of(claim.scheme)
    found: Decision = law.decide(law.gather(claim), policies.of(policies.current_edition()))
    return found


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

    `stated` are facts that the person's papers show and no book holds (`Law.stated`), in
    natural units. Whether the sheet says that a pension is due or not, it is proposed as it is.
    """
    claim, _case = _lock(claim, by, "case.assess", Case.State.RECEIVED)
    alive(claim.person)
    not_insured(claim.person, claim.start_month, claim.scheme)
    draws_nothing_else(claim)
    noticed(claim)
    recognised(claim)
    months_once(claim.person_id)
    if not birth_examined:
        birth_stands(claim)
    if stated is not None:
        claim.stated = check_stated(stated, claim.scheme)
    edition, law = policies.current_edition(), law_of(claim.scheme)
    gathered = law.gather(claim)
    found: Decision = law.decide(gathered, policies.of(edition))
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
    alive(claim.person)
    not_insured(claim.person, claim.start_month, claim.scheme)
    draws_nothing_else(claim)
    edition = case.edition
    assert edition is not None  # proposed with one
    law = law_of(claim.scheme)
    awards.end_run_out(by=by, person_id=claim.person_id)
    found = law.decide_again(claim.gathered, policies.of(edition))
    if not found.entitled:
        raise Refused(
            say(
                _("The sheet says that no pension is due (%(law)s)."),
                law="；".join(dict.fromkeys(reason["law"] for reason in found.reasons)),
            ),
            code="not_entitled",
            fix=_("Refuse the claim, or send it back."),
            reasons=found.reasons,
        )
    if law.gather(claim) != found.gathered:
        raise Conflict(
            _("The books have changed since the claim was assessed."),
            code="facts_changed",
            fix=_("Send it back, so that it is assessed anew."),
        )
    if isinstance(found, AgencyDecision):
        annuity.all_real(found)
    cases.decide(case_id=claim.pk, by=by, outcome=Case.State.GRANTED.value, monthly=found.monthly)
    granted = _award(claim, found, edition, case)
    _turn_account(granted, found, by)
    if isinstance(found, AgencyDecision):
        annuity.begin(by=by, pension=granted, found=found)
    if claim.scheme == Scheme.RESIDENTS:
        covers.cut(claim.person_id, Branch.PENSION, first_day(claim.start_month), EndReason.RETIRED)
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
    found = law_of(claim.scheme).decide_again(claim.gathered, policies.of(_edition(case)))
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
                months=found.gathered.months,
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
