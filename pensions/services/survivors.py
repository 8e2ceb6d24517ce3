"""After a death: funeral grant, survivors' grant, the balance of the account, and unpaid months.

社会保险法 arts. 14 and 17; 社会保险经办条例 art. 19. One claim settles a death: what is due is divided
among the heirs by their shares and paid in one envelope; what had been paid beyond the month of
death is an overpayment of its own, which the heirs may agree to have kept back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Fund, PaymentBatch
from funds.services import payments
from pensions.models import (
    AccountEntry,
    AccountState,
    EntryKind,
    Heir,
    IndividualAccount,
    RecoveryKind,
    Relation,
    SurvivorClaim,
)
from pensions.services import award as awards
from pensions.services import entries, law, recovery
from pensions.services import survivors_due as due
from pensions.services.agencies.decision import annuity_fund
from pensions.services.decision import InterestLine
from socsec.kernel import ids
from socsec.kernel.arith import ONE
from socsec.kernel.months import month_of, parse_month
from socsec.office import people
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, from_kernel, say
from socsec.office.models import Case, User
from socsec.office.services import audit, messages
from socsec.office.services import case as cases
from socsec.office.services import policy as policies

KIND = "pension_survivors"


@dataclass(frozen=True)
class Payee:
    """An heir as told: `share` in millionths of the whole, the plain account number."""

    name: str
    relation: str
    share: int
    bank: str
    account: str


@transaction.atomic
def open_claim(
    *,
    by: User,
    person: Person,
    heirs: Sequence[Payee],
    channel: str,
    claimant: Person | None = None,
    grants_elsewhere: bool = False,
    keep_back: bool = False,
    key: str = "",
) -> SurvivorClaim:
    """Receive what a family claims after a death, at the counter or from a relative in the portal.

    Shares add up to exactly one. `Refused` while the person is on record as alive, `Conflict`
    where this death is claimed for or settled already. The award, if it runs on, ends with it.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    scheme, region = due.place_of(person)
    require(by, "case.receive", region, claimant.pk if claimant else None)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    elif claimant is None or person.pk not in people.relatives(claimant.pk):
        raise NotFound(
            _("There is no such person in your household."), code="not_in_household", field="person"
        )
    if person.died_on is None:
        raise Refused(
            say(
                _("%(name)s is not on record as dead (%(law)s)."),
                name=person.name,
                law=law.INSURANCE_LAW_17,
            ),
            code="alive",
            fix=_("Record the death with its certificate first."),
        )
    there = SurvivorClaim.objects.filter(person=person).exclude(open=False, granted=False).first()
    if there is not None:
        if key and there.case.key == key:
            return there
        raise Conflict(
            say(
                _("This death is claimed for already, in case %(number)s (%(law)s)."),
                number=there.case.spaced_number,
                law=law.INSURANCE_LAW_17,
            ),
            code="claimed_already",
            fix=_("The grants of one death are paid once: look at that case."),
        )
    told = [_checked(heir) for heir in heirs]
    if not told or sum(heir.share for heir in told) != ONE:
        raise Invalid(
            _("The shares of the heirs must add up to the whole."), code="shares", field="share"
        )
    awards.end_of_the_dead(person=person, by=by if by.kind == User.Kind.STAFF else None)
    case = cases.open_case(
        kind=KIND,
        person_id=claimant.pk if claimant else person.pk,
        subject=person.name,
        region=region,
        by=by,
        channel=channel,
        key=key,
        died_on=person.died_on.isoformat(),
    )
    made = SurvivorClaim.objects.create(
        case=case,
        person=person,
        claimant=claimant,
        scheme=scheme,
        region=region,
        grants_elsewhere=grants_elsewhere,
        keep_back=keep_back,
        taken_by=by,
    )
    for number, heir in enumerate(told, start=1):
        Heir.objects.create(
            claim=made,
            number=number,
            name=heir.name,
            relation=heir.relation,
            share=heir.share,
            bank=heir.bank,
            account=heir.account,
            last_four=heir.account[-4:],
        )
    return made


@transaction.atomic
def assess(*, by: User, claim: SurvivorClaim) -> SurvivorClaim:
    """The maker's part: what is due, by the rule and the books, laid down for a colleague.

    `Refused` where the province's disposable income of the year before is not announced: grants
    are paid once, so no provisional value will do.
    """
    held, _case = _lock(claim, by, "case.assess", Case.State.RECEIVED)
    edition = policies.current_edition()
    held.gathered = due.gather(held)
    found, amounts = due.decide(held, edition.pk)
    for name, amount in amounts.items():
        setattr(held, name, amount)
    held.save()
    cases.propose(
        case_id=held.pk,
        by=by,
        sheet=found.as_json(),
        edition=edition,
        total=held.total,
        kept_back=held.kept_back,
    )
    return held


@transaction.atomic
def grant(*, by: User, claim: SurvivorClaim) -> SurvivorClaim:
    """The checker's part: the account is closed, and each heir has an order for the share.

    The envelope goes to the bank once a third hand releases it. If the books say something else
    than when it was assessed, nothing is granted.
    """
    held, case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    if due.gather(held) != held.gathered:
        raise Conflict(
            _("The books have changed since the claim was assessed."),
            code="facts_changed",
            fix=_("Send it back, so that it is assessed anew."),
        )
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.GRANTED.value, total=held.total)
    fund = due.fund_of(held)
    _close_account(held, fund, by, case.edition_id or 0)
    left = held.total - held.annuity - _keep_back(held, by)
    if left:
        held.envelope = _order(held, fund, left, by)
    if held.annuity:
        held.annuity_envelope = _settle_annuity(held, by, case.edition_id or 0)
    held.open, held.granted = False, True
    held.save()
    audit.record(
        by=by,
        act="survivors.grant",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        number=case.number,
        funeral=held.funeral,
        grant=held.grant,
        balance=held.balance,
        annuity=held.annuity,
        unpaid=held.unpaid,
        kept_back=held.kept_back,
        heirs=held.heirs.count(),
    )
    _tell(held, by, case, _("Your claim after the death was granted"))
    return held


@transaction.atomic
def send_back(*, by: User, claim: SurvivorClaim, text: str) -> SurvivorClaim:
    """The checker disagrees: back to the makers, with what is not right."""
    held, _case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    cases.send_back(case_id=held.pk, by=by, text=text)
    held.gathered = None
    held.save(update_fields=["gathered"])
    return held


@transaction.atomic
def withdraw(*, by: User, claim: SurvivorClaim, text: str) -> SurvivorClaim:
    """The family takes the claim back. It may be made again."""
    held = SurvivorClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    cases.withdraw(case_id=held.pk, by=by, text=text)
    held.open = False
    held.save(update_fields=["open"])
    return held


def divide(total: int, shares: Sequence[int]) -> list[int]:
    """A sum by shares in millionths that add up to one: the parts add up to the sum, to the fen.

    >>> divide(100, [333_333, 333_333, 333_334])
    [33, 33, 34]
    """
    parts, so_far, given = [], 0, 0
    for share in shares:
        so_far += share
        upto = total * so_far // ONE
        parts.append(upto - given)
        given = upto
    return parts


# what follows from the decision


def _close_account(held: SurvivorClaim, fund: Fund, by: User, edition: int) -> None:
    """Interest up to the death, then everything out: the account is inherited."""
    facts = held.gathered or {}
    died = parse_month(facts["died"])
    for line in due.interest(held, policies.of(edition)):
        _credit(held, fund, line, by)
    last = (
        AccountEntry.objects.filter(person_id=held.person_id, fund_id=fund.pk)
        .order_by("-seq")
        .first()
    )
    if last is not None and last.balance != held.balance:
        raise Conflict(
            _("The account holds another sum than the sheet says."),
            code="facts_changed",
            fix=_("Send it back, so that it is assessed anew."),
        )
    _empty(held, fund, held.balance, died, by)


def _settle_annuity(held: SurvivorClaim, by: User, edition: int) -> PaymentBatch:
    """The same for the annuity, whose own fund pays it to the heirs in an envelope of its own."""
    fund = annuity_fund(held.region)
    assert fund is not None  # there is a balance in it
    for _part, lines in due.annuity_interest(held, policies.of(edition)):
        for line in lines:
            _credit(held, fund, line, by)
    _empty(held, fund, held.annuity, parse_month((held.gathered or {})["died"]), by)
    return _order(held, fund, held.annuity, by)


def _credit(held: SurvivorClaim, fund: Fund, line: InterestLine, by: User) -> None:
    if line.amount:
        entries.write_one(
            fund=fund,
            kind=EntryKind.INTEREST,
            person_id=held.person_id,
            region=held.region,
            month=line.through,
            bears_from=line.through // 12 * 12 + 12,
            amount=line.amount,
            rate=line.rate.value,
            reference=held.pk,
            source=f"pensions.survivors:{held.pk}/interest:{fund.pk}:{line.through}",
            by=by,
        )


def _empty(held: SurvivorClaim, fund: Fund, balance: int, died: int, by: User) -> None:
    if balance:
        entries.write_one(
            fund=fund,
            kind=EntryKind.CLOSE,
            person_id=held.person_id,
            region=held.region,
            month=died,
            bears_from=died + 1,
            amount=-balance,
            reference=held.pk,
            source=f"pensions.survivors:{held.pk}/close:{fund.pk}",
            by=by,
        )
    IndividualAccount.objects.filter(person_id=held.person_id, fund_id=fund.pk).update(
        state=AccountState.CLOSED
    )


def _keep_back(held: SurvivorClaim, by: User) -> int:
    left = held.kept_back
    for debt in due.debts_of(held.person) if left else []:
        part = min(left, debt.remaining)
        if part:
            recovery.put(debt, RecoveryKind.GRANT, part, by=by, reference=held.case.number)
            left -= part
    return held.kept_back - left


def _order(held: SurvivorClaim, fund: Fund, total: int, by: User) -> PaymentBatch:
    """An order for each heir's share of what one fund pays."""
    heirs = list(held.heirs.all())
    parts = divide(total, [heir.share for heir in heirs])
    for heir, amount in zip(heirs, parts, strict=True):
        heir.amount += amount
        heir.save(update_fields=["amount"])
    paid = [(heir, amount) for heir, amount in zip(heirs, parts, strict=True) if amount]
    month, source = month_of(timezone.localdate()), f"pensions.survivors:{held.pk}/{fund.pk}"
    envelope = payments.open_batch(
        fund,
        KIND,
        month=month,
        count=len(paid),
        total=total,
        source=source,
        by=by,
        region=held.region,
    )
    payments.add_orders(
        envelope,
        [
            payments.Order(
                person_id=held.person_id,
                seq=heir.number,
                region=held.region,
                payee=heir.name,
                bank=heir.bank,
                account=heir.account,
                amount=amount,
                month=month,
                source=source,
            )
            for heir, amount in paid
        ],
    )
    return envelope


def _checked(heir: Payee) -> Payee:
    name, bank = " ".join(heir.name.split()), " ".join(heir.bank.split())
    if not name or len(name) > 60:
        raise Invalid(_("Enter the name of the heir."), code="no_name", field="name")
    if not bank or len(bank) > 60:
        raise Invalid(_("Enter the bank."), code="no_bank", field="bank")
    if heir.relation not in Relation.values:
        raise Invalid(_("Choose the relation."), code="no_relation", field="relation")
    if type(heir.share) is not int or not 0 < heir.share <= ONE:
        raise Invalid(
            _("The shares of the heirs must add up to the whole."), code="shares", field="share"
        )
    try:
        account = ids.read_bank_card(heir.account)
    except ids.IdError as error:
        raise from_kernel(error, "account") from error
    return Payee(name, heir.relation, heir.share, bank, account)


def _tell(held: SurvivorClaim, by: User, case: Case, title: Any) -> None:
    if held.claimant_id is not None:
        messages.notify(
            person_id=held.claimant_id,
            title=title,
            body=_("The case says what was decided, and why."),
            by=by,
            case=case,
        )


def _lock(claim: SurvivorClaim, by: User, act: str, *states: str) -> tuple[SurvivorClaim, Case]:
    case = cases.lock(claim.pk, by, act, *states)
    require_stranger(by, claim.person_id)
    if act == "case.check":
        require_other_hand(by, case.maker_id)
    held = SurvivorClaim.objects.select_for_update(of=("self",)).select_related("person", "case")
    return held.get(pk=claim.pk), case


def shares_of(parts: Sequence[int]) -> list[int]:
    """Whole parts, such as 2 for the widow and 1 for each of two children, as shares of one.

    >>> shares_of([1, 1, 1])
    [333333, 333333, 333334]
    """
    whole = sum(parts)
    if not parts or min(parts) <= 0:
        raise Invalid(
            _("The shares of the heirs must add up to the whole."), code="shares", field="share"
        )
    upto = [ONE * sum(parts[: place + 1]) // whole for place in range(len(parts))]
    return [now - before for before, now in zip([0, *upto], upto, strict=False)]
