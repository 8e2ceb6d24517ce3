"""Instalment agreements (分期缴费协议) and the measures of the law against who does not pay.

An agreement is proposed by one and decided by another. It is kept as long as what has come in since
reaches the instalments that are due; once it does not, it is broken, and a surcharge that it
stopped is owed for the whole time.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement, Employer, Instalment, Measure, Person
from enrollment.params import AgreementTerms
from enrollment.queries import debts
from enrollment.rules.collection import owed_in_equal_parts
from enrollment.services.checks import known_text, lock, not_in_future
from enrollment.services.collection import surcharge
from enrollment.services.collection.spreading import today
from socsec.kernel.months import first_day, last_day, month_of
from socsec.kernel.policy import PolicyError
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, policy

State = Agreement.State
CHUNK = 1000

_SINCE = "a.month <= g.last_month and a.received_on >= g.from_day"
_OF_PERSON = "a.person_id = g.person_id and a.employer_id = 0"
_OF_EMPLOYER = "a.employer_id = g.employer_id and a.employer_id > 0"
_ALLOCATED = " union all ".join(
    f"""
    select g.id, sum(a.amount)::bigint
    from held g join {table} a on {mine} and {_SINCE} group by g.id
    """  # noqa: S608 - put together from text of this module
    for table in ("enrollment_receiptallocation", "enrollment_surchargeallocation")
    for mine in (_OF_PERSON, _OF_EMPLOYER)
)
_CAME_IN = f"""
    with held as materialized (select * from enrollment_agreement where id = any(%s)) {_ALLOCATED}
"""  # noqa: S608


@transaction.atomic
def propose(
    *,
    by: User,
    payer: Employer | Person,
    last_month: int,
    parts: int,
    first_due: date,
    guarantee: str = "",
) -> Agreement:
    """Propose to let a payer pay what is owed up to a month in equal monthly parts."""
    require(by, "agreement.propose", payer.region)
    payer = lock(payer)
    own = isinstance(payer, Person)
    require_stranger(by, payer.pk if own else None)
    try:
        terms = AgreementTerms.at(policy.of(policy.current_edition()), payer.region, today())
    except PolicyError as error:
        raise from_kernel(error) from error
    if type(parts) is not int or not 2 <= parts <= terms.most_parts:
        raise Invalid(
            _("An agreement has 2 to %(most)s instalments.") % {"most": terms.most_parts},
            code="parts_impossible",
            field="parts",
        )
    if first_due <= today():
        raise Invalid(
            _("The first instalment is due after today."), code="due_in_the_past", field="first_due"
        )
    if _running(payer):
        raise Conflict(_("This payer has an agreement already."), code="agreement_running")
    surcharge.count_up(by=None, payer=payer)
    total = sum(debt.open for debt in debts.owed(payer, last_month))
    if total < parts:
        raise Refused(_("Nothing is owed up to this month."), code="nothing_owed")
    agreement = Agreement.objects.create(
        employer=None if isinstance(payer, Person) else payer,
        person=payer if isinstance(payer, Person) else None,
        region=payer.region,
        last_month=last_month,
        total=total,
        stops_surcharge=bool(terms.stops_with_agreement),
        guarantee=guarantee.strip()[:200],
        from_day=today(),
        maker=by,
    )
    Instalment.objects.bulk_create(
        Instalment(
            agreement=agreement,
            number=number,
            due_on=_monthly(first_due, number - 1),
            amount=owed_in_equal_parts(total, parts, number),
        )
        for number in range(1, parts + 1)
    )
    _note(agreement, by, "agreement.propose", agreement.guarantee)
    return agreement


@transaction.atomic
def decide(*, by: User, agreement: Agreement, grant: bool, note: str) -> Agreement:
    """Grant it or not."""
    agreement = lock(agreement)
    require(by, "agreement.decide", agreement.region)
    require_other_hand(by, agreement.maker_id)
    require_stranger(by, agreement.person_id)
    if agreement.state != State.PROPOSED:
        raise Conflict(_("This was decided already."), code="decided_already")
    agreement.state = State.ACTIVE if grant else State.REFUSED
    agreement.checker = by
    agreement.note = known_text(note, "note")
    agreement.save()
    _note(agreement, by, "agreement.decide", agreement.note)
    return agreement


def review() -> int:
    """Find out which agreements are kept to the end or broken; gives how many changed."""
    changed = 0
    running = list(
        Agreement.objects.filter(state=State.ACTIVE).order_by("pk").values_list("pk", flat=True)
    )
    for start in range(0, len(running), CHUNK):
        changed += _review(running[start : start + CHUNK])
    return changed


def came_in(agreement: Agreement) -> int:
    """What was paid on the debts of an agreement since it began, in fen."""
    return _came_in([agreement])[agreement.pk]


def _came_in(held: Sequence[Agreement]) -> dict[int, int]:
    """The same of each."""
    found = dict.fromkeys((each.pk for each in held), 0)
    for pk, amount in debts.fetch(_CAME_IN, [list(found)]):
        found[pk] += amount
    return found


@transaction.atomic
def enter_measure(
    *, by: User, employer: Employer, kind: str, on: date, document: str, note: str = ""
) -> Measure:
    """Note a step of the law against an employer who does not pay."""
    require(by, "measure.enter", employer.region)
    if kind not in Measure.Kind.values:
        raise Invalid(_("There is no such measure."), code="unknown_kind", field="kind")
    not_in_future(on, "on")
    employer = lock(employer)
    if not debts.owed_in_all(employer):
        raise Refused(_("This employer owes nothing."), code="nothing_owed")
    measure = Measure.objects.create(
        employer=employer,
        region=employer.region,
        kind=kind,
        on=on,
        document=known_text(document, "document", 120),
        note=note.strip()[:200],
        by=by,
    )
    audit.record(
        by=by,
        act="measure.enter",
        subject=measure,
        region=employer.region,
        kind=kind,
        document=measure.document,
    )
    return measure


@transaction.atomic
def _review(running: Sequence[int]) -> int:
    """The same for some of them, by number."""
    day = today()
    held = list(
        Agreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("employer", "person")
        .filter(pk__in=running, state=State.ACTIVE)
        .order_by("pk")
    )
    paid = _came_in(held)
    owing = debts.owed_up_to([(each.payer, each.last_month) for each in held])
    due = dict(
        Instalment.objects.filter(agreement__in=held, due_on__lt=day)
        .values_list("agreement")
        .annotate(Sum("amount"))
    )
    ended = []
    for each in held:
        if paid[each.pk] >= each.total or not owing[each.payer]:
            each.state = State.KEPT
        elif paid[each.pk] < due.get(each.pk, 0):
            each.state = State.BROKEN
        else:
            continue
        each.ended_on = day
        ended.append(each)
    Agreement.objects.bulk_update(ended, ["state", "ended_on"])
    audit.record_many(
        by=None, act="agreement.review", rows=[{"subject": each, **_noted(each)} for each in ended]
    )
    return len(ended)


def _running(payer: Employer | Person) -> bool:
    who = {"person" if isinstance(payer, Person) else "employer": payer}
    return Agreement.objects.filter(state__in=[State.PROPOSED, State.ACTIVE], **who).exists()


def _monthly(first: date, months: int) -> date:
    month = month_of(first) + months
    return min(first_day(month).replace(day=min(first.day, last_day(month).day)), last_day(month))


def _note(agreement: Agreement, by: User | None, act: str, reason: str) -> None:
    audit.record(by=by, act=act, subject=agreement, reason=reason, **_noted(agreement))


def _noted(agreement: Agreement) -> dict[str, Any]:
    return {
        "person_id": agreement.person_id,
        "region": agreement.region,
        "total": agreement.total,
        "state": agreement.state,
    }
