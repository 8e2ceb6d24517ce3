"""Ending the relation: asked for, told what it means, confirmed in writing, decided by two, paid.

人社部令13号 article 3: the office tells the person in writing of the right to move to the residents'
scheme and of the consequences; only a written confirmation ends the relation.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Person, Purpose
from funds.models import Branch, Fund, PaymentBatch, Scheme
from funds.services import fund as fund_services
from funds.services import payments
from pensions.models import AccountState, BalanceClaim, EntryKind, IndividualAccount
from pensions.services import entries, law
from pensions.services.conditions import not_insured, region_of
from pensions.services.decision import InterestLine, interest_of
from pensions.services.gathering import Gathered, gather_for
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import Case, User
from socsec.office.services import audit, messages
from socsec.office.services import case as cases
from socsec.office.services import policy as policies

from .offer import judge, may_choose, nothing_chosen, under_way

KIND = "pension_balance"


@transaction.atomic
def ask_balance(
    *, by: User, person: Person, category: int, channel: str, key: str = ""
) -> BalanceClaim:
    """Receive the wish to take the balance, and tell the person what it would mean.

    Who has an open claim gets that one again.
    """
    region = region_of(person, Scheme.EMPLOYEES)
    require(by, "case.receive", region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    person = Person.objects.select_for_update().get(pk=person.pk)
    there = under_way(person.pk)
    if there is not None:
        return there
    may_choose(person, category, law.INSURANCE_RULES_3)
    nothing_chosen(person)
    case = cases.open_case(
        kind=KIND,
        person_id=person.pk,
        subject=person.name,
        region=region,
        by=by,
        channel=channel,
        key=key,
    )
    made = BalanceClaim.objects.create(
        case=case,
        person=person,
        region=region,
        category=category,
        told_on=timezone.localdate(),
    )
    messages.notify(
        person_id=person.pk,
        title=_("Before you take the balance of your account"),
        body=_(
            "You may instead go on paying until your months are enough, or move to the residents'"
            " scheme, which pays a pension for life. If you take the balance, your months end and"
            " nothing is paid each month. Confirm it in writing if you want it all the same."
        ),
        by=by,
        case=case,
    )
    return made


@transaction.atomic
def confirm(*, by: User, claim: BalanceClaim, document: str) -> BalanceClaim:
    """The person confirms in writing, having been told. Confirmed again it stays as it is."""
    held = (
        BalanceClaim.objects.select_for_update(of=("self",)).select_related("case").get(pk=claim.pk)
    )
    require(by, "case.receive", held.region, held.person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, held.person_id)
    if not document.strip():
        raise Invalid(_("Name the written confirmation."), code="empty", field="document")
    if not held.open:
        raise Conflict(_("This claim has been decided."), code="claim_decided")
    if held.confirmed_on is not None:
        return held
    held.confirmed_on, held.confirmation = timezone.localdate(), document.strip()[:120]
    held.save(update_fields=["confirmed_on", "confirmation"])
    audit.record(
        by=by,
        act="balance.confirm",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        number=held.case.number,
        document=held.confirmation,
    )
    return held


@transaction.atomic
def assess(*, by: User, claim: BalanceClaim) -> BalanceClaim:
    """The maker's part: what the account holds with interest up to last month, laid down."""
    held, _case = _lock(claim, by, "case.assess", Case.State.RECEIVED)
    if held.confirmed_on is None:
        raise Refused(
            say(_("The person has not confirmed in writing (%(law)s)."), law=law.INSURANCE_RULES_3),
            code="not_confirmed",
            fix=_("Wait for the confirmation, or withdraw the claim for the person."),
        )
    month = month_of(timezone.localdate())
    not_insured(held.person, month)
    edition = policies.current_edition()
    gathered = gather_for(held.person, held.region, month, held.category, alone=False)
    found = judge(gathered, policies.of(edition))
    held.month, held.gathered = month, gathered.as_json()
    held.balance = int(found.sheet.balance)
    held.save(update_fields=["month", "gathered", "balance"])
    cases.propose(
        case_id=held.pk,
        by=by,
        sheet=found.document.as_json(),
        edition=edition,
        entitled=found.open,
        total=held.balance,
    )
    return held


@transaction.atomic
def pay(*, by: User, claim: BalanceClaim) -> BalanceClaim:
    """The checker's part: the account is closed, and its balance ordered to the person.

    A third hand releases the envelope. If the books say something else by now, nothing is paid.
    """
    held, case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    assert case.edition is not None  # proposed with one
    assert held.month is not None  # and for a month
    proposed = Gathered.from_json(held.gathered or {})
    policy = policies.of(case.edition)
    found = judge(proposed, policy)
    if not found.open:
        raise Refused(
            say(_("The sheet opens no choice (%(law)s)."), law=law.INSURANCE_RULES_3),
            code="not_entitled",
            fix=_("Refuse the claim, or send it back."),
        )
    not_insured(held.person, held.month)
    if gather_for(held.person, held.region, held.month, held.category, alone=False) != proposed:
        raise Conflict(
            _("The books have changed since the claim was assessed."),
            code="facts_changed",
            fix=_("Send it back, so that it is assessed anew."),
        )
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.GRANTED.value, total=held.balance)
    fund = fund_services.for_(Branch.PENSION, Scheme.EMPLOYEES, held.region)
    _close_account(held, fund, interest_of(held.region, proposed.account_years, policy), by)
    held.envelope = _order(held, fund, by) if held.balance else None
    held.open, held.granted = False, True
    held.save(update_fields=["envelope", "open", "granted"])
    audit.record(
        by=by,
        act="balance.pay",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        number=case.number,
        amount=held.balance,
        month=format_month(held.month),
    )
    messages.notify(
        person_id=held.person_id,
        title=_("The balance of your account is paid out"),
        body=say(
            _("%(amount)s yuan go to your bank account. Your months with this scheme have ended."),
            amount=yuan(held.balance),
        ),
        by=by,
        case=case,
    )
    return held


@transaction.atomic
def refuse(*, by: User, claim: BalanceClaim) -> BalanceClaim:
    """The checker's part: refuse a claim of which the sheet says that there is no choice."""
    held, case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    assert case.edition is not None  # proposed with one
    found = judge(Gathered.from_json(held.gathered or {}), policies.of(case.edition))
    if found.open:
        raise Refused(
            _("Every condition is met, so the claim cannot be refused."),
            code="entitled",
            fix=_("Pay the balance, or send the claim back."),
        )
    reasons = [
        {
            "code": line.code,
            "text_zh": f"没有满足：{line.label['zh']}",
            "text_en": f"Not met: {line.label['en']}",
            "law": line.law,
        }
        for line in found.document.lines
        if line.code in ("of_age", "short") and line.value is False
    ]
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.REFUSED.value, reasons=reasons)
    return _end(held)


@transaction.atomic
def send_back(*, by: User, claim: BalanceClaim, text: str) -> BalanceClaim:
    """The checker disagrees: back to the makers, with what is not right."""
    held, _case = _lock(claim, by, "case.check", Case.State.ASSESSED)
    cases.send_back(case_id=held.pk, by=by, text=text)
    held.gathered, held.month, held.balance = None, None, 0
    held.save(update_fields=["gathered", "month", "balance"])
    return held


@transaction.atomic
def withdraw(*, by: User, claim: BalanceClaim, text: str) -> BalanceClaim:
    """The person takes the claim back, and may choose another way."""
    held = BalanceClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    cases.withdraw(case_id=held.pk, by=by, text=text)
    return _end(held)


def _close_account(
    held: BalanceClaim, fund: Fund, lines: tuple[InterestLine, ...], by: User
) -> None:
    for line in lines:
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
                source=f"pensions.balance:{held.pk}/interest:{line.through}",
                by=by,
            )
    assert held.month is not None  # assessed
    if held.balance:
        entries.write_one(
            fund=fund,
            kind=EntryKind.CLOSE,
            person_id=held.person_id,
            region=held.region,
            month=held.month,
            bears_from=held.month,
            amount=-held.balance,
            reference=held.pk,
            source=f"pensions.balance:{held.pk}/close",
            by=by,
        )
    IndividualAccount.objects.filter(person_id=held.person_id, fund_id=fund.pk).update(
        state=AccountState.CLOSED
    )


def _order(held: BalanceClaim, fund: Fund, by: User) -> PaymentBatch:
    account = enrollment.account_for(held.person_id, Purpose.BENEFIT)
    if account is None:
        raise Refused(
            say(_("%(name)s has no bank account on file."), name=held.person.name),
            code="no_account",
            fix=_("Enter the bank account first."),
        )
    month, source = month_of(timezone.localdate()), f"pensions.balance:{held.pk}"
    envelope = payments.open_batch(
        fund,
        KIND,
        month=month,
        count=1,
        total=held.balance,
        source=source,
        by=by,
        region=held.region,
    )
    payments.add_orders(
        envelope,
        [
            payments.Order(
                person_id=held.person_id,
                seq=1,
                region=held.region,
                payee=account.holder,
                bank=account.bank,
                account=account.account,
                amount=held.balance,
                month=month,
                source=source,
            )
        ],
    )
    return envelope


def _end(held: BalanceClaim) -> BalanceClaim:
    held.open = False
    held.save(update_fields=["open"])
    return held


def _lock(claim: BalanceClaim, by: User, act: str, *states: str) -> tuple[BalanceClaim, Case]:
    case = cases.lock(claim.pk, by, act, *states)
    require_stranger(by, claim.person_id)
    if act == "case.check":
        require_other_hand(by, case.maker_id)
    held = BalanceClaim.objects.select_for_update(of=("self",)).select_related("person", "case")
    return held.get(pk=claim.pk), case
