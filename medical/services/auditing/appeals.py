"""The provider's word against a deduction (申诉), once more before a panel (合议), and its outcome.

A deduction that an appeal overturns is given back with the next payment. 医疗保障基金使用监督管理条例第十三条.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text, lock
from medical.models import BillFinding, FindingAppeal
from medical.params import AppealTerms
from socsec.kernel.months import month_of
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.calendar import add_working_days
from socsec.office.errors import Conflict, Refused
from socsec.office.models import User
from socsec.office.services import audit, policy

State, Outcome = BillFinding.State, FindingAppeal.Outcome
LONGEST = 1000
PANEL = 2


@transaction.atomic
def appeal(*, by: User, finding: BillFinding, text: str) -> FindingAppeal:
    """The provider says why a deduction is wrong; after a rejection once more, before a panel.

    `Refused` after the last day, `Conflict` where nothing is deducted or an appeal is under way.
    """
    require(by, "bill_finding.appeal", finding.region)
    finding = lock(finding)
    earlier = finding.appeals.count()
    if finding.state != State.CONFIRMED or earlier >= PANEL:
        raise Conflict(_("There is no deduction to appeal against."), code="nothing_to_appeal")
    today = timezone.localdate()
    if finding.appeal_until is None or today > finding.appeal_until:
        raise Refused(
            _("An appeal was possible until %(day)s.")
            % {"day": date_format(finding.appeal_until) if finding.appeal_until else "—"},
            code="too_late",
            fix=_(
                "Ask the office for reconsideration by the law of administrative reconsideration."
            ),
        )
    terms = _terms(finding)
    made = FindingAppeal.objects.create(
        finding=finding,
        turn=earlier + 1,
        text=known_text(text, "text", LONGEST),
        by=by,
        made_on=today,
        due_on=add_working_days(today, terms.decision_days),
    )
    finding.state = State.APPEALED
    finding.save(update_fields=["state"])
    audit.record(
        by=by, act="bill_finding.appeal", subject=finding, region=finding.region, turn=made.turn
    )
    return made


@transaction.atomic
def decide(*, by: User, made: FindingAppeal, upheld: bool, reason: str) -> FindingAppeal:
    """Decide an appeal, by somebody who had no hand in the deduction nor in an earlier turn.

    Upheld, the deduction is given back; rejected, it stands, and the days to appeal begin anew once.
    """
    require(by, "bill_finding.confirm", made.region)
    finding = lock(made.finding)
    made = lock(made)
    if made.outcome:
        raise Conflict(_("This has been decided already."), code="decided_already")
    require_stranger(by, finding.person_id)
    before = finding.appeals.exclude(pk=made.pk).values_list("decided_by", flat=True)
    require_other_hand(by, finding.maker_id, finding.checker_id, made.by_id, *before)
    today = timezone.localdate()
    made.outcome = Outcome.UPHELD if upheld else Outcome.REJECTED
    made.decided_by, made.decided_on, made.reason = by, today, known_text(reason, "reason")
    made.save()
    finding.state = State.RESTORED if upheld else State.CONFIRMED
    if not upheld and made.turn < PANEL:
        finding.appeal_until = add_working_days(today, _terms(finding).appeal_days)
    finding.save(update_fields=["state", "appeal_until"])
    audit.record(
        by=by,
        act="bill_finding.appeal_decide",
        subject=finding,
        region=finding.region,
        outcome=made.outcome,
        reason=made.reason,
    )
    return made


def _terms(finding: BillFinding) -> AppealTerms:
    law = policy.of(policy.current_edition())
    return AppealTerms.at(law, finding.region, month_of(timezone.localdate()))
