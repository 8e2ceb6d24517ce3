"""Administrative reconsideration of a decision: we answer in time, the body decides, two of us carry it out.

The person asks the government above within sixty days; it accepts within five working days, sends us
a copy within seven (summary: three), we answer with our evidence within ten (five), and it decides
within sixty days, thirty more at most, or thirty in summary procedure. 行政复议法第二十、三十、四十八、五十四、六十二条.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import Reconsideration
from assistance.params import ReconsiderationParams
from socsec.office import appeals
from socsec.office.access import require_other_hand
from socsec.office.calendar import add_working_days
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import Case, User
from socsec.office.services import case as cases
from socsec.office.services import policy as policies
from socsec.office.services.messages import notify
from socsec.office.sheets import read as read_sheet

KIND = "assistance_reconsideration"
LAW = "行政复议法"
State = Case.State


@dataclass(frozen=True)
class Deadline:
    """A step of reconsideration: what, by which day, by which article, and when it was done."""

    label: Any
    due_on: date
    law: str
    done_on: date | None

    @property
    def late(self) -> bool:
        return (self.done_on or timezone.localdate()) > self.due_on


def deadlines(held: Reconsideration) -> list[Deadline]:
    """The days of a reconsideration as the law sets them, counted from what is on file."""
    decision = appeals.get(held.source, held.decision)
    assert decision is not None  # it was there when this was received
    p = ReconsiderationParams.at(
        policies.of(policies.current_edition()), held.case.region_id, held.applied_on
    )
    # Parameters are whole numbers of days here.
    forward, answer = int(p.forward), int(p.answer)
    decide = int(p.decide) + (int(p.extend) if held.extended else 0)
    if held.summary:
        forward, answer = int(p.forward_summary), int(p.answer_summary)
        decide = int(p.decide_summary)
    copied = held.case.received_on
    return [
        Deadline(
            _("The person asks for it"),
            decision.decided_on + timedelta(days=int(p.ask)),
            f"{LAW}第二十条",
            held.applied_on,
        ),
        Deadline(
            _("The body accepts it"),
            add_working_days(held.applied_on, int(p.accept)),
            f"{LAW}第三十条",
            held.accepted_on,
        ),
        Deadline(
            _("The body sends us a copy"),
            add_working_days(held.accepted_on, forward),
            f"{LAW}第四十八条、第五十四条",
            copied,
        ),
        Deadline(
            _("We answer, with our evidence"),
            add_working_days(copied, answer),
            f"{LAW}第四十八条、第五十四条",
            held.answered_on,
        ),
        Deadline(
            _("The body decides"),
            held.accepted_on + timedelta(days=decide),
            f"{LAW}第六十二条",
            held.decided_on,
        ),
    ]


@transaction.atomic
def receive(
    *,
    by: User,
    source: str,
    decision: int,
    body: str,
    grounds: str,
    applied_on: date,
    accepted_on: date,
    received_on: date,
    line: str = "",
    summary: bool = False,
) -> Reconsideration:
    """The copy of an application reaches us. Our clock for the answer begins.

    `NotFound` for a decision that nobody knows, `Conflict` where it is or was reconsidered.
    """
    found = appeals.get(source, decision)
    if found is None:
        raise NotFound(_("There is no such decision to review."), code="no_decision")
    if not found.decided_on <= applied_on <= accepted_on <= received_on:
        raise Invalid(
            _("It is decided, then asked for, accepted and sent to us, in this order."),
            code="impossible_date",
            field="applied_on",
        )
    if not grounds.strip() or not body.strip():
        raise Invalid(_("Say who reconsiders it, and why it is asked for."), code="empty")
    document = read_sheet(found.sheet)
    if line and line not in {each.code for each in (document.lines if document else ())}:
        raise Invalid(_("There is no such line on the sheet."), code="no_line", field="line")
    case = cases.open_case(
        kind=KIND,
        person_id=found.person_id,
        subject=found.subject,
        region=found.region,
        by=by,
        channel=Case.Channel.COUNTER,
        received_on=received_on,
        decision=found.number,
        line=line,
    )
    try:
        with transaction.atomic():
            return Reconsideration.objects.create(
                case=case,
                source=source,
                decision=decision,
                line=line,
                body=body.strip()[:120],
                grounds=grounds.strip(),
                summary=summary,
                applied_on=applied_on,
                accepted_on=accepted_on,
            )
    except IntegrityError as error:
        raise Conflict(
            _("This decision is or was reconsidered already."), code="reconsidered_already"
        ) from error


@transaction.atomic
def answer(*, by: User, held: Reconsideration, text: str) -> Reconsideration:
    """Our answer goes out, with the evidence; then the body decides."""
    row = _lock(held, by, "case.assess", State.RECEIVED)
    if row.answered_on is not None:
        raise Conflict(_("This was answered already."), code="answered_already")
    if not text.strip():
        raise Invalid(_("Write what we answer, and list the evidence."), code="empty", field="text")
    row.answer, row.answered_on = text.strip(), timezone.localdate()
    row.save(update_fields=["answer", "answered_on"])
    cases.note(case_id=row.pk, by=by, text=row.answer)
    return row


@transaction.atomic
def decided(
    *, by: User, held: Reconsideration, outcome: str, findings: str, decided_on: date
) -> Reconsideration:
    """The maker's part: what the body decided, and what follows from it with us. `outcome` is one
    of the decision's own, or that it stands."""
    row = _lock(held, by, "case.assess", State.RECEIVED)
    if row.answered_on is None:
        raise Refused(
            _("We have not answered yet."),
            code="not_answered",
            fix=_("Enter our answer first."),
        )
    if not findings.strip():
        raise Invalid(_("Say what the body found."), code="empty", field="findings")
    if not row.accepted_on <= decided_on <= timezone.localdate():
        raise Invalid(
            _("It was decided between its acceptance and today."),
            code="impossible_date",
            field="decided_on",
        )
    _chosen(row, outcome)
    row.outcome, row.findings, row.decided_on = outcome, findings.strip(), decided_on
    row.save(update_fields=["outcome", "findings", "decided_on"])
    cases.propose(case_id=row.pk, by=by, sheet=None, edition=None, outcome=outcome)
    return row


@transaction.atomic
def carry_out(*, by: User, held: Reconsideration) -> Reconsideration:
    """The checker's part: what the body decided is done, in this transaction."""
    row = _lock(held, by, "case.check", State.ASSESSED)
    require_other_hand(by, row.case.maker_id)
    chosen = _chosen(row, row.outcome)
    decision = appeals.get(row.source, row.decision)
    if chosen is None or decision is None:
        reason = {"code": appeals.KEPT, "law": LAW}
        reason |= {"text_zh": row.findings, "text_en": row.findings}
        cases.decide(case_id=row.pk, by=by, outcome=State.REFUSED.value, reasons=[reason])
    else:
        require_other_hand(by, *decision.hands)
        cases.decide(case_id=row.pk, by=by, outcome=State.GRANTED.value, result=chosen.slug)
        row.carried = chosen.carry_out(appeal=row, decision=decision, by=by)
        row.save(update_fields=["carried"])
    if row.case.person_id is not None:
        notify(
            person_id=row.case.person_id,
            title=_("What the reconsideration decided is done"),
            body=_("The case says what was decided and what we do now."),
            by=by,
            case=row.case,
        )
    return row


def _chosen(row: Reconsideration, slug: str) -> appeals.Outcome | None:
    if slug == appeals.KEPT:
        return None
    decision = appeals.get(row.source, row.decision)
    offered = appeals.outcomes_of(decision) if decision is not None else ()
    found = next((each for each in offered if each.slug == slug), None)
    if found is None:
        raise Refused(_("Choose what follows from the decision."), code="unknown_outcome")
    return found


def _lock(held: Reconsideration, by: User, act: str, *states: str) -> Reconsideration:
    cases.lock(held.pk, by, act, *states)
    return (
        Reconsideration.objects.select_for_update(of=("self",))
        .select_related("case")
        .get(pk=held.pk)
    )
