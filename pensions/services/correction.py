"""A corrected fact: the award worked out anew, the difference shown month by month, posted once.

Wages and months corrected later, a birth date, a value announced late: the books are gathered as
they stand now and decided by the edition in force, for the same first month. Yearly adjustments
since are worked out anew from the corrected pension, each by the edition of its run. More is paid
by the next payroll, month by month; less is recorded as overpaid.
"""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pensions import queries
from pensions.models import (
    Award,
    AwardState,
    Benefit,
    Cause,
    Correction,
    EndReason,
    PensionAdjustment,
    PensionPayment,
)
from pensions.params import AdjustmentParams
from pensions.rules.adjustment import AdjustmentFacts, adjustment
from pensions.services import overpaid
from pensions.services.conditions import check_stated
from pensions.services.deciding import Decision, law_for
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of, parse_month
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import Case, Run, User
from socsec.office.services import audit, messages
from socsec.office.services import case as cases
from socsec.office.services import policy as policies

KIND = "pension_correction"
PARTS = ("basic", "account", "transitional", "addition")


@dataclass(frozen=True)
class Step:
    """What is paid from a month on, in fen."""

    from_month: int
    basic: int
    account: int
    transitional: int
    addition: int

    @property
    def monthly(self) -> int:
        return self.basic + self.account + self.transitional + self.addition

    @property
    def parts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in PARTS}


@transaction.atomic
def open_correction(
    *,
    by: User,
    award: Award,
    cause: str,
    reason: str,
    act: str = "benefit.change",
    key: str = "",
) -> Correction:
    """Note that a fact behind an award turned out otherwise. Nothing changes yet.

    `act` is by what right it is opened: a review that finds the award wrong is decided by a checker.
    Who has an open correction of an award gets that one again. `Refused` for an award that earlier
    books made, and for one that is suspended.
    """
    require(by, act, award.region)
    award = Award.objects.select_for_update(of=("self",)).select_related("person").get(pk=award.pk)
    there = Correction.objects.filter(award=award, open=True).first()
    if there is not None:
        return there
    _can_be_corrected(award)
    if cause not in Cause.values:
        raise Invalid(_("Choose what turned out otherwise."), code="no_cause", field="cause")
    if not reason.strip():
        raise Invalid(_("Say why."), code="empty", field="reason")
    case = cases.forward(
        kind=KIND,
        person_id=award.person_id,
        subject=award.person.name,
        region=award.region,
        by=by,
        act=act,
        own_region=award.region,
        channel=Case.Channel.COUNTER,
        key=key,
        cause=cause,
    )
    return Correction.objects.create(
        case=case,
        person=award.person,
        award=award,
        region=award.region,
        cause=cause,
        reason=reason.strip(),
    )


@transaction.atomic
def assess(*, by: User, correction: Correction, stated: dict[str, Any] | None = None) -> Correction:
    """The maker's part: work the award out anew and lay both down, with every month between.

    `Refused` where nothing changes by a fen.
    """
    held, _case = _lock(correction, by, "case.assess", Case.State.RECEIVED)
    award = held.award
    _can_be_corrected(award)
    if stated is not None:
        held.stated = check_stated(stated, award.scheme)
    edition = policies.current_edition()
    law = law_for(award)
    gathered = law.gather_again(award, held.stated)
    found: Decision = law.decide(gathered, policies.of(edition))
    before, after = steps(award), restated(award, found)
    if found.entitled and before == after:
        raise Refused(
            _("Nothing changes: the pension comes to the same, to the fen."),
            code="no_difference",
            fix=_("Withdraw the correction, or correct the facts first."),
        )
    held.before = {**resting_on(award), "steps": [asdict(each) for each in before]}
    held.after = {
        "gathered": gathered.as_json(),
        "sheet": found.as_json(),
        "edition": edition.pk,
        "parts": found.parts,
        "months": gathered.months,
        "provisional": bool(found.provisional),
        "last_month": getattr(found, "last_month", award.last_month),
        "entitled": found.entitled,
        "steps": [asdict(each) for each in after],
    }
    held.months = months_between(award, before, after)
    held.save(update_fields=["stated", "before", "after", "months"])
    cases.propose(
        case_id=held.pk,
        by=by,
        sheet=found.as_json(),
        edition=edition,
        entitled=found.entitled,
        monthly=found.monthly,
        more=sum(each["more"] for each in held.months),
        overpaid=sum(each["overpaid"] for each in held.months),
    )
    return held


@transaction.atomic
def send_back(*, by: User, correction: Correction, text: str) -> Correction:
    """The checker disagrees: back to the makers, with what is not right."""
    held, _case = _lock(correction, by, "case.check", Case.State.ASSESSED)
    cases.send_back(case_id=held.pk, by=by, text=text)
    held.before = held.after = None
    held.months = []
    held.save(update_fields=["before", "after", "months"])
    return held


@transaction.atomic
def withdraw(*, by: User, correction: Correction, text: str) -> Correction:
    """The fact was right after all: nothing changes."""
    held = Correction.objects.select_for_update(of=("self",)).get(pk=correction.pk)
    cases.withdraw(case_id=held.pk, by=by, text=text)
    held.open = False
    held.save(update_fields=["open"])
    return held


@transaction.atomic
def post(*, by: User, correction: Correction) -> Correction:
    """The checker's part: the award rests on the corrected facts from its first month on.

    The books are read again: if they say something else by now, nothing is posted. A month that
    was paid since the preview does not matter: it is compared anew.
    """
    held, case = _lock(correction, by, "case.check", Case.State.ASSESSED)
    award = held.award
    _can_be_corrected(award)
    after, before = held.after or {}, held.before or {}
    law = law_for(award)
    proposed = law.read(after["gathered"])
    if (
        law.gather_again(award, held.stated) != proposed
        or [asdict(each) for each in steps(award)] != before["steps"]
        or resting_on(award)
        != {name: before.get(name, now) for name, now in resting_on(award).items()}
    ):
        raise Conflict(
            _("The books have changed since the correction was assessed."),
            code="facts_changed",
            fix=_("Send it back, so that it is assessed anew."),
        )
    cases.decide(case_id=held.pk, by=by, outcome=Case.State.GRANTED.value)
    if after["entitled"]:
        put(award, after)
    else:
        award.state, award.end_reason = AwardState.ENDED, EndReason.ERROR
        award.until_month, award.owed_from = award.from_month - 1, None
        award.save(update_fields=["state", "end_reason", "until_month", "owed_from"])
    held.open, held.posted_at = False, timezone.now()
    held.save(update_fields=["open", "posted_at"])
    more = sum(each["more"] for each in months_between(award, [], steps(award)))
    found = overpaid.find(award=award, by=by)
    audit.record(
        by=by,
        act="award.correct",
        subject=award,
        person_id=award.person_id,
        region=award.region,
        reason=held.reason,
        number=case.number,
        more=more,
        overpaid=found.amount if found else 0,
        edition=after["edition"],
    )
    if award.person.died_on is None:
        messages.notify(
            person_id=award.person_id,
            title=_("Your pension was worked out anew"),
            body=say(
                _(
                    "It now comes to %(monthly)s yuan a month. The next payment brings"
                    " %(more)s yuan for earlier months. The case shows every line."
                ),
                monthly=yuan(_now_paid(award)),
                more=yuan(more),
            ),
            by=by,
            case=case,
        )
    return held


@transaction.atomic
def reverse(*, by: User, correction: Correction, reason: str) -> Correction:
    """Put the award back as it was before a correction. Later changes are taken back first.

    What the correction paid is then overpaid, and what it found overpaid is due again.
    """
    held = (
        Correction.objects.select_for_update(of=("self",))
        .select_related("award__person", "case")
        .get(pk=correction.pk)
    )
    require(by, "case.check", held.region)
    require_other_hand(by, held.case.maker_id)
    if not reason.strip():
        raise Invalid(_("Say why."), code="empty", field="reason")
    if held.posted_at is None or held.reversed_at is not None or held.before is None:
        raise Conflict(_("This correction does not stand."), code="correction_moved_on")
    award = Award.objects.select_for_update(of=("self",)).get(pk=held.award_id)
    later = Correction.objects.filter(
        award=award, posted_at__gt=held.posted_at, reversed_at__isnull=True
    ).exists()
    now = [asdict(each) for each in steps(award)]
    if later or ((held.after or {})["entitled"] and now != (held.after or {})["steps"]):
        raise Refused(
            _("The pension has changed since: a later change rests on this one."),
            code="later_change",
            fix=_("Open a new correction instead."),
        )
    if not (held.after or {})["entitled"]:
        award.state, award.end_reason, award.until_month = AwardState.IN_PAYMENT, "", None
        award.save(update_fields=["state", "end_reason", "until_month"])
    put(award, held.before)
    held.reversed_at, held.reversed_by = timezone.now(), by
    held.save(update_fields=["reversed_at", "reversed_by"])
    overpaid.find(award=award, by=by)
    audit.record(
        by=by,
        act="award.correct_reverse",
        subject=award,
        person_id=award.person_id,
        region=award.region,
        reason=reason.strip(),
        number=held.case.number,
    )
    return held


# what is paid from which month on


def steps(award: Award) -> list[Step]:
    """The amounts in force of an award, each from its month on."""
    rows = (
        Benefit.objects.filter(person_id=award.person_id, award_id=award.pk)
        .order_by("from_month", "-version")
        .distinct("from_month")
    )
    return [
        Step(row.from_month, row.basic, row.account, row.transitional, row.addition) for row in rows
    ]


def restated(award: Award, found: Decision) -> list[Step]:
    """The amounts that would be in force by another decision.

    The increase of each yearly adjustment is worked out anew; whatever else changed at a month
    changes by the same.
    """
    old = steps(award)
    parts = dict(found.parts)
    new = [Step(award.from_month, **parts)]
    standing: dict[int, list[PensionAdjustment]] = {}
    for row in queries.adjustments(award.person_id).filter(award_id=award.pk):
        standing.setdefault(row.month, []).append(row)
    for before, here in pairwise(old):
        change = {name: here.parts[name] - before.parts[name] for name in PARTS}
        for row in standing.get(here.from_month, []):
            change["addition"] += _increase(row, new[-1].monthly, found) - row.increase
        parts = {name: parts[name] + change[name] for name in PARTS}
        new.append(Step(here.from_month, **parts))
    return new


def _increase(row: PensionAdjustment, pension: int, found: Decision) -> int:
    edition = Run.objects.values_list("edition_id", flat=True).get(pk=row.run_id)
    assert edition is not None  # every run is drafted under one
    params = AdjustmentParams.at(policies.of(edition), row.region, row.month)
    given = {name: getattr(row, name) for name in AdjustmentFacts.specs()}
    life = found.gathered
    given.update(
        pension=pension,
        months=life.months,
        age=row.month - 1 - life.birth_month,
    )
    return int(adjustment(AdjustmentFacts(**given), params).increase)


def months_between(award: Award, before: list[Step], after: list[Step]) -> list[dict[str, Any]]:
    """Every paid month: due before and after, what was paid, and what follows from it, in fen."""
    paid: dict[int, int] = {}
    for row in PensionPayment.objects.filter(person_id=award.person_id, award_id=award.pk):
        paid[row.month] = paid.get(row.month, 0) + row.amount
    rows = []
    for month in sorted(paid):
        was, now = _in_force(before, month), _in_force(after, month)
        rows.append(
            {
                "month": format_month(month),
                "before": was,
                "after": now,
                "paid": paid[month],
                "more": max(now - paid[month], 0),
                "overpaid": max(paid[month] - now, 0),
            }
        )
    return rows


def _in_force(of: list[Step], month: int) -> int:
    return next((each.monthly for each in reversed(of) if each.from_month <= month), 0)


def _now_paid(award: Award) -> int:
    return _in_force(steps(award), month_of(timezone.localdate())) or award.monthly


def resting_on(award: Award) -> dict[str, Any]:
    """Everything of an award that a correction puts another in the place of."""
    return {
        "gathered": award.gathered,
        "sheet": award.sheet,
        "edition": award.edition_id,
        "parts": {name: getattr(award, name) for name in PARTS},
        "months": award.months,
        "provisional": award.provisional,
        "recomputed_by": award.recomputed_by,
        "last_month": award.last_month,
    }


def put(award: Award, rest: dict[str, Any]) -> None:
    """Let an award rest on other facts: its own columns, and a version of every changed step."""
    award.gathered, award.sheet = rest["gathered"], rest["sheet"]
    award.edition_id, award.provisional = rest["edition"], rest["provisional"]
    award.months, award.monthly = rest["months"], sum(rest["parts"].values())
    award.recomputed_by = rest.get("recomputed_by")
    award.last_month = rest.get("last_month", award.last_month)
    for name, amount in rest["parts"].items():
        setattr(award, name, amount)
    there = {each.from_month: each for each in steps(award)}
    wanted = [Step(**each) for each in rest["steps"]]
    for step in wanted:
        if there.get(step.from_month) != step:
            _state(award, step)
    # The first month paid here that comes to more: from there on the payroll looks again.
    short = [row for row in months_between(award, [], wanted) if row["more"]]
    if short and award.state == AwardState.IN_PAYMENT:
        first = parse_month(short[0]["month"])
        award.owed_from = first if award.owed_from is None else min(first, award.owed_from)
    award.save()


def _state(award: Award, step: Step) -> None:
    last = (
        Benefit.objects.filter(
            person_id=award.person_id, award_id=award.pk, from_month=step.from_month
        )
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
    Benefit.objects.create(
        person_id=award.person_id,
        award_id=award.pk,
        from_month=step.from_month,
        version=0 if last is None else last + 1,
        **step.parts,
    )


def _can_be_corrected(award: Award) -> None:
    if award.gathered is None or (award.claim_id is None and award.disability_id is None):
        raise Refused(
            _("This award was taken over from earlier books and has no sheet."),
            code="no_sheet",
            fix=_("Correct it in those books, or end it and claim anew."),
        )
    if award.state == AwardState.SUSPENDED:
        raise Refused(
            _("A suspended pension is not corrected."),
            code="suspended",
            fix=_("Resume or end it first."),
        )


def _lock(correction: Correction, by: User, act: str, *states: str) -> tuple[Correction, Case]:
    """The correction with its award, held. Makers do not check."""
    case = cases.lock(correction.pk, by, act, *states)
    if act == "case.check":
        require_other_hand(by, case.maker_id)
    held = Correction.objects.select_for_update(of=("self",)).get(pk=correction.pk)
    held.award = (
        Award.objects.select_for_update(of=("self",))
        .select_related("person", "claim")
        .get(pk=held.award_id)
    )
    return held, case
