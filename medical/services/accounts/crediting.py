"""The credit of a month to medical accounts (个人账户划入). 国办发〔2021〕14号.

Who works gets what came in of their own contribution, of this month and of earlier ones that came
late; who is retired gets the fixed amount of their age. What was credited before is not again.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, Coverage, Person, ReceiptAllocation
from funds.models import Branch, Fund, Scheme
from funds.services import fund as fund_services
from funds.services import ledger
from medical.models import MedicalEntry
from medical.params import AccountTerms
from medical.rules.account import RetiredFacts, retired_credit
from socsec.kernel import months, regions
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.ranges import MOST
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office import cutting
from socsec.office.errors import Invalid, NotFound, Refused
from socsec.office.gathering import gathered
from socsec.office.models import Run
from socsec.office.runs import Preview
from socsec.office.services import policy as policies

from . import entries

KIND = "medical_accounts"
Entry = MedicalEntry.Kind
WORKED_OUT = "medical_credit_worked_out"  # a temporary table: each account is reckoned once

# What of a kind stands credited for a month: what was reversed does not count.
_CREDITED = f"""
    coalesce((select sum(e.amount) from {MedicalEntry._meta.db_table} e
               where e.person_id = {{person}} and e.month = {{month}} and e.kind = {{kind}}
                 and not exists (select from {MedicalEntry._meta.db_table} u
                                  where u.person_id = e.person_id and u.kind = {Entry.REVERSAL}
                                    and u.reference = e.seq)), 0)
"""  # noqa: S608 - names of this module
_OWN = f"""
    select r.person_id, r.region, {Entry.CREDIT}::smallint as kind, r.month,
           (r.share - {_CREDITED.format(person="r.person_id", month="r.month", kind=Entry.CREDIT)}
           )::bigint as amount
      from (select a.person_id, min(a.region) as region, a.month, sum(a.account_share) as share
              from {ReceiptAllocation._meta.db_table} a
             where a.branch = {Branch.MEDICAL} and a.month <= %s
               and a.person_id between %s and %s and a.region between %s and %s
             group by a.person_id, a.month) r
"""  # noqa: S608
_RETIRED = f"""
    select c.person_id, c.region, extract(year from age(%s::date, p.born_on))::bigint as age
      from {Coverage._meta.db_table} c
      join {Person._meta.db_table} p on p.id = c.person_id
     where c.branch = {Branch.MEDICAL} and c.category = {Category.RETIREE} and c.span @> %s::date
       and (p.died_on is null or p.died_on >= %s)
       and c.person_id between %s and %s and c.region = any(%s)
       and {_CREDITED.format(person="c.person_id", month="%s", kind=Entry.FIXED)} = 0
"""  # noqa: S608

TAKEN_BACK = {
    "code": "taken_back",
    "zh": "单位退费后多划入的，先不动，待核对",
    "en": "Credited more than what came in; to be looked at, nothing is taken",
}
NO_AMOUNT = {
    "code": "no_amount",
    "zh": "参保地没有录入退休人员定额，未划入",
    "en": "No fixed amount is entered for the region; not credited",
}


@dataclass(frozen=True)
class Part:
    """A range of people insured with a fund, a region of it, and the month to credit."""

    fund: Fund
    month: int
    region: str
    policy: Policy
    first: int = 0
    last: int = MOST


def part_of(run: Run, first: int = 0, last: int = MOST) -> Part:
    """The part of a run. `Refused` for a region pooled in more than one fund, `Invalid` for a month to come."""
    if run.month > months.month_of(timezone.localdate()):
        raise Invalid(_("This month has not begun yet."), code="in_the_future", field="month")
    try:
        fund = fund_services.for_(Branch.MEDICAL, Scheme.EMPLOYEES, run.region_id)
    except NotFound as error:
        raise Refused(
            _("No one fund keeps the accounts of this region."),
            code="no_fund",
            fix=_("Draft a run for each pooling region."),
        ) from error
    assert run.edition_id is not None  # every run is drafted under one
    return Part(fund, run.month, run.region_id, policies.of(run.edition_id), first, last)


def select(part: Part) -> tuple[str, list[Any]]:
    """What is to be credited: person_id, region, kind, month, amount, all above zero."""
    own, asked = _own(part)
    selects = [f"select * from ({own}) o where o.amount > 0"]  # noqa: S608
    known = _with_amount(part)
    if known:
        day = months.last_day(part.month)
        params, values = AccountTerms.sql(part.policy, known, part.month)
        sheet = retired_credit(RetiredFacts.sql(), values)
        rows = compile_rule(
            {"amount": sheet.amount},
            f"select * from ({_RETIRED}) a join ({params}) p using (region)",  # noqa: S608
            carry=("person_id", "region"),
            keep=sheet.amount != 0,
        )
        selects.append(
            f"""select f.person_id, f.region, {Entry.FIXED}::smallint as kind,
                       {part.month}::int as month, f.amount from ({rows}) f"""  # noqa: S608
        )
        first = months.first_day(part.month)
        asked += [day, day, first, part.first, part.last, known, part.month]
    return " union all ".join(selects), asked


def preview(part: Part) -> Preview:
    """Totals by region and kind, and what is left out."""
    rows, values = select(part)
    own, asked = _own(part)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select region, kind, count(*), sum(amount)::bigint
                  from ({rows}) c group by region, kind order by region, kind""",  # noqa: S608
            values,
        )
        found = cursor.fetchall()
        cursor.execute(
            f"select count(*), coalesce(-sum(amount), 0)::bigint from ({own}) o where o.amount < 0",  # noqa: S608
            asked,
        )
        too_much, amount = cursor.fetchone()
    where: dict[str, list[int]] = {}
    for region, _kind, count, total in found:
        sums = where.setdefault(region, [0, 0])
        sums[0], sums[1] = sums[0] + count, sums[1] + total
    held = []
    if too_much:
        held.append({**TAKEN_BACK, "count": too_much, "total": int(amount)})
    if without := _without_amount(part):
        held.append({**NO_AMOUNT, "count": without, "total": 0})
    return Preview(
        count=sum(row[2] for row in found),
        total=sum(row[3] for row in found),
        figures={
            "own_contributions": sum(row[3] for row in found if row[1] == Entry.CREDIT),
            "fixed_amounts": sum(row[3] for row in found if row[1] == Entry.FIXED),
        },
        regions=where,
        held=held,
    )


def chunks(part: Part, size: int) -> list[dict[str, Any]]:
    rows, values = select(part)
    return cutting.by_person(f"select person_id from ({rows}) c", values, size)  # noqa: S608


def credit(part: Part, run_id: int, source: str) -> tuple[int, int]:
    """Credit a part, on the accounts and in the books."""
    rows, values = select(part)
    with gathered(WORKED_OUT, rows, values):
        return entries.write(
            fund=part.fund,
            rows=f"""select person_id, region, kind, month, amount, %s::bigint as reference,
                            0::bigint as for_person_id from {WORKED_OUT}""",  # noqa: S608
            params=[run_id],
            source=source,
        )


def undo(part: Part, run: Run, source: str) -> None:
    """Take a part's credit back, unless it was spent since."""
    credited = ledger.batch(source)
    if credited is not None:
        entries.undo(
            batch_id=credited.pk,
            people=(part.first, part.last),
            source=f"{source}/reversed",
            reason=run.reversal_reason,
            by=run.reversed_by,
        )


def _own(part: Part) -> tuple[str, list[Any]]:
    low, high = regions.span(part.region)
    return _OWN, [part.month, part.first, part.last, low, high]


def _retired_regions(part: Part) -> list[str]:
    """Where somebody is insured as retired in that month."""
    low, high = regions.span(part.region)
    rows = Coverage.objects.filter(
        branch=Branch.MEDICAL,
        category=Category.RETIREE,
        region__range=(low, high),
        person_id__gte=part.first,
        person_id__lte=part.last,
        span__contains=months.last_day(part.month),
    )
    return list(rows.order_by("region").values_list("region", flat=True).distinct())


def _with_amount(part: Part) -> list[str]:
    """Of these regions those whose policy knows the fixed amount."""
    return [region for region in _retired_regions(part) if _known(part, region)]


def _known(part: Part, region: str) -> bool:
    try:
        AccountTerms.at(part.policy, region, part.month)
    except PolicyError:
        return False
    return True


def _without_amount(part: Part) -> int:
    missing = [region for region in _retired_regions(part) if not _known(part, region)]
    return Coverage.objects.filter(
        branch=Branch.MEDICAL,
        category=Category.RETIREE,
        region__in=missing,
        span__contains=months.last_day(part.month),
    ).count()
