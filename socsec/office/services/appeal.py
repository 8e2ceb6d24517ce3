"""The review of a decision: asked by the person, looked at by one, decided by another, carried out.

Neither of the two had a hand in the decision. Asking changes nothing about it meanwhile.
"""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import appeals
from ..access import require_other_hand
from ..appeals import KEPT, KIND, Decision, Outcome
from ..errors import Conflict, Invalid, NotFound, Refused, say
from ..models import Appeal, Case, User
from ..sheets import read as read_sheet
from . import case as cases
from . import messages, policy

State = Case.State
LAW = "社会保险行政争议处理办法"


def last_day(decision: Decision) -> date:
    """Up to and with which day a review may be asked for."""
    return last_day_after(decision.region, decision.decided_on)


def last_day_after(region: str, decided_on: date) -> date:
    """The same for what an office of a region decided on a day."""
    days = policy.of(policy.current_edition()).at("office.appeal.ask_days", region, decided_on)
    return decided_on + timedelta(days=int(days.value))


@transaction.atomic
def open_appeal(
    *,
    by: User,
    source: str,
    decision: int,
    grounds: str,
    channel: str,
    line: str = "",
    late_because: str = "",
    key: str = "",
) -> Appeal:
    """Receive what a person has against a decision, or against one line of its sheet.

    The same `key` gives the same review again. `Refused` after the period, unless `late_because`
    says what kept the person; `Conflict` where a review is under way or was decided.
    """
    found = appeals.get(source, decision)
    if found is None or not appeals.outcomes_of(found):
        raise NotFound(_("There is no such decision to review."), code="no_decision")
    case = cases.open_case(
        kind=KIND,
        person_id=found.person_id,
        subject=found.subject,
        region=found.region,
        by=by,
        channel=channel,
        key=key,
        decision=found.number,
        line=line,
    )
    if hasattr(case, "appeal"):
        return case.appeal  # the same key again
    there = (
        Appeal.objects.select_related("case")
        .filter(source=source, decision=decision)
        .exclude(open=False, outcome="")
        .first()
    )
    if there is not None:
        raise Conflict(
            say(
                _("This decision is or was reviewed in case %(number)s."),
                number=there.case.spaced_number,
            ),
            code="reviewed_already",
            fix=_("Look at that case; beyond it you may ask for administrative reconsideration."),
        )
    if not grounds.strip():
        raise Invalid(_("Say what is wrong, and why."), code="empty", field="grounds")
    _line_exists(found, line)
    last = last_day(found)
    if timezone.localdate() > last and not late_because.strip():
        raise Refused(
            say(
                _("A review could be asked for until %(day)s (%(law)s)."),
                day=last.isoformat(),
                law=f"{LAW}第九条",
            ),
            code="too_late",
            field="late_because",
            fix=_("Say what kept you from asking in time."),
        )
    try:
        with transaction.atomic():
            return Appeal.objects.create(
                case=case,
                source=source,
                decision=decision,
                line=line,
                grounds=grounds.strip(),
                late_because=late_because.strip(),
            )
    except IntegrityError as error:
        raise Conflict(
            _("Somebody asked for a review of it at the same moment."), code="reviewed_already"
        ) from error


@transaction.atomic
def send(*, by: User, paper: tuple[str, bytes] | None = None, **said: Any) -> Appeal:
    """`open_appeal` together with a paper (its name and its bytes): both are received, or neither."""
    held = open_appeal(by=by, **said)
    if paper is not None:
        cases.attach(case_id=held.pk, by=by, name=paper[0], content=paper[1])
    return held


@transaction.atomic
def propose(*, by: User, appeal: Appeal, outcome: str, findings: str) -> Appeal:
    """The maker's part: what was found, and what follows from it. Nothing changes yet."""
    held, decision = _lock(appeal, by, "case.assess", State.RECEIVED)
    _outcome(decision, outcome)
    if not findings.strip():
        raise Invalid(_("Say what you found."), code="empty", field="findings")
    held.outcome, held.findings = outcome, findings.strip()
    held.save(update_fields=["outcome", "findings"])
    cases.propose(case_id=held.pk, by=by, sheet=None, edition=None, outcome=outcome)
    return held


@transaction.atomic
def send_back(*, by: User, appeal: Appeal, text: str) -> Appeal:
    """The checker disagrees: back to the makers, with what is not right."""
    held, _decision = _lock(appeal, by, "case.check", State.ASSESSED)
    cases.send_back(case_id=held.pk, by=by, text=text)
    held.outcome = held.findings = ""
    held.save(update_fields=["outcome", "findings"])
    return held


@transaction.atomic
def decide(*, by: User, appeal: Appeal) -> Appeal:
    """The checker's part: the proposed outcome holds, and is carried out in the same transaction."""
    held, decision = _lock(appeal, by, "case.check", State.ASSESSED)
    chosen = _outcome(decision, held.outcome)
    held.open = False
    if chosen is None:
        reason = {"code": KEPT, "law": LAW, "text_zh": held.findings, "text_en": held.findings}
        cases.decide(case_id=held.pk, by=by, outcome=State.REFUSED.value, reasons=[reason])
        said = _("The decision stands. The case says why, and what you may do next.")
    else:
        cases.decide(case_id=held.pk, by=by, outcome=State.GRANTED.value, result=chosen.slug)
        held.carried = chosen.carry_out(appeal=held, decision=decision, by=by)
        said = _("You were right. The case says what was found and what we do now.")
    held.save(update_fields=["open", "carried"])
    messages.notify(
        person_id=decision.person_id,
        title=_("Your request for a review was decided"),
        body=said,
        by=by,
        case=held.case,
    )
    return held


@transaction.atomic
def withdraw(*, by: User, appeal: Appeal, text: str) -> Appeal:
    """The person does not contest the decision any more. It may be asked for again in time."""
    held = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
    cases.withdraw(case_id=held.pk, by=by, text=text)
    held.open, held.outcome, held.findings = False, "", ""
    held.save(update_fields=["open", "outcome", "findings"])
    return held


def _line_exists(decision: Decision, line: str) -> None:
    document = read_sheet(decision.sheet)
    if line and line not in {each.code for each in (document.lines if document else ())}:
        raise Invalid(_("There is no such line on the sheet."), code="no_line", field="line")


def _outcome(decision: Decision, slug: str) -> Outcome | None:
    """What is to be carried out; None where the decision stands."""
    if slug == KEPT:
        return None
    found = next((each for each in appeals.outcomes_of(decision) if each.slug == slug), None)
    if found is None:
        raise Invalid(
            _("Choose what follows from the review."), code="unknown_outcome", field="outcome"
        )
    return found


def _lock(appeal: Appeal, by: User, act: str, *states: str) -> tuple[Appeal, Decision]:
    """The review and its decision, held. Whoever decided then does not decide again."""
    case = cases.lock(appeal.pk, by, act, *states)
    held = Appeal.objects.select_for_update(of=("self",)).select_related("case").get(pk=appeal.pk)
    decision = appeals.decision_of(held)
    require_other_hand(by, *decision.hands)
    if act == "case.check":
        require_other_hand(by, case.maker_id)
    return held, decision
