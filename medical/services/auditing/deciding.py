"""What is decided on a finding: no fault, or a deduction, proposed by one and confirmed by another."""

from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text, lock
from medical.models import BillFinding, Encounter
from medical.params import AppealTerms
from medical.queries.findings import findings
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.calendar import add_working_days
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import User
from socsec.office.services import audit, policy

State = BillFinding.State
# Where a deduction is proposed or stands.
TAKEN = (State.PROPOSED, *BillFinding.STANDING)


@transaction.atomic
def take_next(*, by: User) -> BillFinding | None:
    """The finding with most at stake that nobody looks at, held for this clerk; None where none waits."""
    require(by, "bill_finding.decide")
    waiting = findings(by).filter(state=State.OPEN, holder=None).order_by("-stake", "pk")
    found = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if found is not None:
        found.holder = by
        found.save(update_fields=["holder"])
        _note(by, "bill_finding.take", found)
    return found


@transaction.atomic
def dismiss(*, by: User, finding: BillFinding, reason: str) -> BillFinding:
    """There is no fault: the finding counts against its rule."""
    finding = _to_decide(by, finding)
    finding.state, finding.maker, finding.reason = State.DISMISSED, by, known_text(reason, "reason")
    finding.save()
    _note(by, "bill_finding.dismiss", finding, reason=finding.reason)
    return finding


@transaction.atomic
def propose(*, by: User, finding: BillFinding, amount: int, reason: str) -> BillFinding:
    """Propose to deduct `amount` fen, at most what is at stake; a colleague confirms it.

    `Refused` where the deductions of a bill would come to more than the insurance paid of it.
    """
    finding = _to_decide(by, finding)
    if not 0 < amount <= finding.stake:
        raise Invalid(
            _("Deduct between 0.01 and %(most)s yuan.") % {"most": yuan(finding.stake)},
            code="amount_out_of_range",
            field="amount",
        )
    lock(finding.encounter)
    left = left_of(finding.encounter)
    if amount > left:
        raise Refused(
            say(_("Of this bill %(left)s yuan are left to deduct."), left=yuan(left)),
            code="deducted_already",
            field="amount",
            fix=_("Other findings of the same bill are deducted already."),
        )
    finding.state, finding.maker, finding.amount = State.PROPOSED, by, amount
    finding.reason = known_text(reason, "reason")
    finding.save()
    _note(by, "bill_finding.propose", finding, reason=finding.reason, amount=amount)
    return finding


@transaction.atomic
def confirm(*, by: User, finding: BillFinding, approve: bool, reason: str = "") -> BillFinding:
    """Confirm a deduction, taken with the next payment; or send the finding back, saying why.

    From here the provider may appeal, for the days of the agreement.
    """
    require(by, "bill_finding.confirm", finding.region)
    require_stranger(by, finding.person_id)
    finding = lock(finding)
    if finding.state != State.PROPOSED:
        raise Conflict(_("No deduction is proposed."), code="not_proposed")
    require_other_hand(by, finding.maker_id)
    if not approve:
        finding.state, finding.maker, finding.amount, finding.reason = State.OPEN, None, 0, ""
        finding.save()
        _note(by, "bill_finding.send_back", finding, reason=known_text(reason, "note"))
        return finding
    today = timezone.localdate()
    terms = AppealTerms.at(policy.of(policy.current_edition()), finding.region, month_of(today))
    finding.state, finding.checker, finding.confirmed_on = State.CONFIRMED, by, today
    finding.appeal_until = add_working_days(today, terms.appeal_days)
    finding.save()
    _note(by, "bill_finding.confirm", finding, amount=finding.amount, until=finding.appeal_until)
    return finding


def left_of(encounter: Encounter) -> int:
    """What the insurance paid of a bill and no deduction has taken yet, fen."""
    paid = encounter.settlements.aggregate(
        fund=Sum("fund_pay", default=0), assistance=Sum("assistance_pay", default=0)
    )
    taken = encounter.findings.filter(state__in=TAKEN).aggregate(sum=Sum("amount", default=0))
    return int(paid["fund"]) - int(paid["assistance"]) - int(taken["sum"])


def _to_decide(by: User, finding: BillFinding) -> BillFinding:
    require(by, "bill_finding.decide", finding.region)
    require_stranger(by, finding.person_id)
    finding = lock(finding)
    if finding.state != State.OPEN:
        raise Conflict(_("This has been decided already."), code="decided_already")
    return finding


def _note(by: User, act: str, finding: BillFinding, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=finding,
        region=finding.region,
        provider=finding.provider_id,
        rule=finding.rule,
        **detail,
    )
