"""Insured twice: found by a mass matching, looked at by one, decided by another.

The months as an employee are kept, and those of the same time as a resident are given back
(人社部发〔2014〕17号 art. 6): the person's contribution and the collective subsidy, never the
government's subsidy. In medical insurance what was paid for a year that has begun is not given
back; the employees' cover is kept and the residents' ends. Of two regions in which somebody is a
resident the first enrolment counts, and what was paid in the other goes back. A worker's month that
was paid in two regions is `paid_twice`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Category,
    DoubleEnrolment,
    Payer,
    ResidentReceipt,
    ResidentRefund,
    UnmatchedPayment,
)
from enrollment.params import NoNumbers
from enrollment.queries.residents import money_of
from enrollment.rules.residents.links import OverlapFacts, Refund, overlap_refund
from enrollment.services.checks import known_region, lock
from enrollment.services.cover.residents import cut
from enrollment.services.residents import refunds
from enrollment.services.residents.assessing import branch_of_residents
from enrollment.services.revision import paid_twice
from funds.models import Branch
from socsec.kernel.document import explain
from socsec.kernel.months import first_day
from socsec.kernel.regions import NATION, span
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import case as cases
from socsec.office.services import policy as policies

KIND = "double_enrolment"
State = DoubleEnrolment.State
WHOLE_YEAR = (1 << 12) - 1

# The months of a year in which an enrolled resident was insured as a worker, as bits: those paid in
# the books, those carried over, and in medical insurance those covered.
_MATCH = """
    insert into enrollment_doubleenrolment
      (person_id, branch, year, region, other, other_region, months, state, found_at, reason)
    select w.person_id, w.branch, w.year, w.region, w.other, w.other_region, w.months, 'found',
           now(), ''
    from (
        select e.person_id, e.branch, e.year, e.region, m.other,
               min(m.region) as other_region, bit_or(1 << (m.month %% %s))::smallint as months
        from enrollment_residentenrolment e
        join lateral (
            select 'employee' as other, c.month, c.region
            from enrollment_contribution c
            where c.person_id = e.person_id and c.branch = e.branch
              and c.month between e.year * %s and e.year * %s + %s
            union all
            select 'employee', p.month, s.region
            from enrollment_priormonth p
            join enrollment_priorservice s on s.id = p.prior_id and s.state = 'approved'
            where p.person_id = e.person_id and p.branch = e.branch
              and p.month between e.year * %s and e.year * %s + %s
            union all
            select 'employee', t.month, v.region
            from enrollment_coverage v
            cross join generate_series(e.year * %s, e.year * %s + %s) as t (month)
            where e.branch = %s and v.person_id = e.person_id and v.branch = e.branch
              and v.category <> %s
              and v.span && daterange(
                  make_date(e.year, t.month - e.year * %s + 1, 1),
                  (make_date(e.year, t.month - e.year * %s + 1, 1) + interval '1 month')::date)
            union all
            select 'legacy', e.year * %s, l.region
            from enrollment_legacyyear l
            where l.person_id = e.person_id and l.branch = e.branch and l.year = e.year
        ) as m on true
        where e.branch = %s and e.year = %s and e.region between %s and %s
          and e.cancelled_on is null and e.cover_from is not null
          and m.month >= extract(year from e.cover_from) * %s + extract(month from e.cover_from) - 1
        group by e.person_id, e.branch, e.year, e.region, m.other
    ) as w
    on conflict (person_id, branch, year, other) do nothing
"""


@transaction.atomic
def find(*, by: User | None, branch: int, year: int, region: str) -> int:
    """Match everybody enrolled for a year in a region against all other insurance of the branch.

    What is found waits for somebody to look at it. Gives how many are new; nothing is found twice.
    `by` is None where the system acts, each night.
    """
    if by is not None:
        require(by, "resident.match", known_region(region))
    branch = branch_of_residents(branch)
    low, high = span(region)
    of_year = [12, 12, 11]
    with connection.cursor() as cursor:
        cursor.execute(
            _MATCH,
            [
                12,
                *of_year,
                *of_year,
                *of_year,
                Branch.MEDICAL.value,
                int(Category.RESIDENT),
                12,
                12,
                12,
                *(branch, year, low, high, 12),
            ],
        )
        new = cursor.rowcount
    new += paid_twice.find(branch=branch, year=year, region=region)
    audit.record(
        by=by, act="resident.match", subject=("year", year), region=region, branch=branch, new=new
    )
    return new


def find_all() -> int:
    """Match this year's residents of every region, in both branches. Gives how many are new."""
    year = timezone.localdate().year
    return sum(
        find(by=None, branch=branch, year=year, region=NATION)
        for branch in (Branch.PENSION, Branch.MEDICAL)
    )


def note_elsewhere(receipt: ResidentReceipt, found: Iterable[tuple[int, int, str]]) -> int:
    """Put people into the queue for whom a payment came in though they are enrolled elsewhere.

    Each with the year and the region of the enrolment. Gives how many are new.
    """
    before = DoubleEnrolment.objects.count()
    DoubleEnrolment.objects.bulk_create(
        [
            DoubleEnrolment(
                person_id=person_id,
                branch=receipt.branch,
                year=year,
                region=receipt.region,
                other=DoubleEnrolment.Other.ELSEWHERE,
                other_region=region,
                months=WHOLE_YEAR,
            )
            for person_id, year, region in sorted(set(found))
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    return DoubleEnrolment.objects.count() - before


def _elsewhere(double: DoubleEnrolment) -> list[UnmatchedPayment]:
    return refunds.paid_elsewhere(double.person_id, double.branch, double.year, double.region)


@dataclass(frozen=True, slots=True)
class Preview:
    """What resolving would give back, with its working; nothing is written."""

    sheet: Refund
    document: dict[str, Any]
    facts: OverlapFacts


def preview(double: DoubleEnrolment) -> Preview:
    """Keep the months as an employee, give back those as a resident."""
    money = money_of([(double.person_id, double.year)], double.branch)[
        double.person_id, double.year
    ]
    months = double.overlap
    if double.other == DoubleEnrolment.Other.LEGACY:
        months = 12  # the whole year was paid in two schemes
    begun = timezone.localdate() >= date(double.year, 1, 1)
    if double.branch == Branch.MEDICAL and begun:
        months = 0
    paid = max(money.paid.get(Payer.PERSON, 0), 0)
    village = max(money.paid.get(Payer.COLLECTIVE, 0), 0)
    if double.other == DoubleEnrolment.Other.ELSEWHERE:
        # One enrolment a year counts, the first; what came in for it elsewhere goes back whole.
        paid, village, months = sum(line.amount for line in _elsewhere(double)), 0, 12
    elif double.other == DoubleEnrolment.Other.TWICE:
        paid, village, months = paid_twice.paid(double), 0, 12
    facts = OverlapFacts(person_paid=paid, collective_paid=village, overlap_months=months)
    sheet = overlap_refund(facts, NoNumbers())
    return Preview(sheet, explain(sheet, facts, NoNumbers()).as_json(), facts)


@transaction.atomic
def take_up(*, by: User, double: DoubleEnrolment, key: str = "") -> DoubleEnrolment:
    """Open a case for what was found: from now on its clock runs, and the person can follow it."""
    double = lock(double)
    if double.state != State.FOUND:
        raise _moved_on(double)
    if double.case is not None:
        return double
    double.case = cases.open_case(
        kind=KIND,
        person_id=double.person_id,
        subject=double.person.name,
        region=double.region,
        by=by,
        channel=Case.Channel.COUNTER,
        key=key,
        year=double.year,
    )
    double.save(update_fields=["case"])
    return double


@transaction.atomic
def propose(*, by: User, double: DoubleEnrolment) -> DoubleEnrolment:
    """Lay down what would be given back, for a colleague to decide."""
    double = lock(double)
    if double.state != State.FOUND or double.case is None:
        raise _moved_on(double)
    found = preview(double)
    cases.propose(
        case_id=double.case.pk,
        by=by,
        sheet=found.document,
        edition=policies.current_edition(),
        refund=found.sheet.total,
    )
    double.state = State.PROPOSED
    double.save(update_fields=["state"])
    return double


@transaction.atomic
def resolve(*, by: User, double: DoubleEnrolment) -> ResidentRefund | None:
    """Decide as proposed: what gives way ends, and what was paid for it goes back.

    The books are read again: if they say something else by now, nothing is decided.
    """
    double = lock(double)
    if double.state != State.PROPOSED or double.case is None:
        raise _moved_on(double)
    case = cases.lock(double.case.pk, by, "case.check", Case.State.ASSESSED)
    maker = case.maker
    assert maker is not None  # proposed by somebody
    found = preview(double)
    if found.document != case.sheet:
        raise Conflict(
            _("The books have changed since this was proposed."),
            code="facts_changed",
            fix=_("Send it back, so that it is worked out anew."),
        )
    cases.decide(
        case_id=case.pk,
        by=by,
        outcome=Case.State.GRANTED.value,
        refund=found.sheet.total,
    )
    double.state = State.RESOLVED
    double.decided_at = timezone.now()
    double.save(update_fields=["state", "decided_at"])
    if double.other == DoubleEnrolment.Other.EMPLOYEE:
        first = (double.months & -double.months).bit_length() - 1
        cut(double.person_id, double.branch, first_day(double.year * 12 + first))
    if not found.sheet.total:
        return None
    if double.other == DoubleEnrolment.Other.TWICE:
        paid_twice.give_back(by=by, maker=maker, double=double)
        return None
    elsewhere = double.other == DoubleEnrolment.Other.ELSEWHERE
    asked = refunds.draft(
        by=maker,
        person=double.person,
        branch=double.branch,
        year=double.year,
        region=double.region,
        reason=ResidentRefund.Reason.ELSEWHERE if elsewhere else ResidentRefund.Reason.DOUBLE,
        person_amount=int(found.sheet.person_refund),
        collective_amount=int(found.sheet.collective_refund),
        double=double,
    )
    return refunds.approve(by=by, refund=asked)


@transaction.atomic
def send_back(*, by: User, double: DoubleEnrolment, text: str) -> DoubleEnrolment:
    """The checker disagrees: it is to be looked at again."""
    double = lock(double)
    if double.state != State.PROPOSED or double.case is None:
        raise _moved_on(double)
    cases.send_back(case_id=double.case.pk, by=by, text=text)
    double.state = State.FOUND
    double.save(update_fields=["state"])
    return double


@transaction.atomic
def dismiss(*, by: User, double: DoubleEnrolment, reason: str) -> DoubleEnrolment:
    """It is none: two people of one name, a wrong month that was corrected. It stays written down."""
    double = lock(double)
    require(by, "resident.refund", double.region)
    require_stranger(by, double.person_id)
    if double.state != State.FOUND:
        raise _moved_on(double)
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say why it is none."), code="no_reason", field="reason")
    if double.case is not None:
        raise Refused(
            _("A case is open for it."), code="case_open", fix=_("Withdraw the case first.")
        )
    double.state = State.DISMISSED
    double.reason = reason[:200]
    double.decided_at = timezone.now()
    double.save(update_fields=["state", "reason", "decided_at"])
    audit.record(
        by=by,
        act="resident.refund",
        subject=double,
        person_id=double.person_id,
        region=double.region,
        reason=reason,
    )
    return double


def _moved_on(double: DoubleEnrolment) -> Conflict:
    return Conflict(
        _("This is already “%(state)s”.") % {"state": double.get_state_display()},
        code="double_moved_on",
        fix=_("Open it again to see where it stands."),
    )
