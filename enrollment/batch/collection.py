"""Mass runs of collection: the month's surcharge, demand notes, reminders."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max, Sum
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import DemandNote, Person, Reminder
from enrollment.queries import debts, late
from enrollment.services.assessment.many import checksum
from enrollment.services.collection import demand, surcharge
from enrollment.services.collection.spreading import homes_of, today
from funds.models import Fund
from funds.services import ledger
from socsec.kernel.months import first_day, format_month, month_of
from socsec.kernel.ranges import MOST
from socsec.office.errors import Refused
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Due, Preview, RunKind
from socsec.office.services import policy

# People in one chunk, by ranges of person numbers.
CHUNK = 250_000

_TOTALS = """
    select region, count(*), coalesce(sum(amount), 0)::bigint
    from ({counted}) as counted group by region order by region
"""

_PAID = """
    select exists (
        select from enrollment_surchargeentry e
        join enrollment_surchargeallocation a using (person_id, month, branch, employer_id, part)
        where e.run_id = %s and e.person_id between %s and %s
    ) or exists (
        select from enrollment_surchargeentry e
        join enrollment_waiverline a using (person_id, month, branch, employer_id, part)
        where e.run_id = %s and e.person_id between %s and %s and a.surcharge
    )
"""


class Surcharges(RunKind):
    """The surcharge of everybody in a region for all days up to the end of a month (滞纳金).

    Counted anew from the first day of each debt, so a run adds what is missing and nothing twice.
    """

    slug = "surcharges"
    label = _("Late-payment surcharge")

    def preview(self, run: Run) -> Preview:
        _month_is_over(run)
        counted, values = _counted(run, 0, MOST)
        rows = debts.fetch(_TOTALS.format(counted=counted), values) if counted else []
        total = sum(amount for _region, _count, amount in rows)
        return Preview(
            count=sum(count for _region, count, _amount in rows),
            total=total,
            figures={"surcharge": total},
            regions={region: [count, amount] for region, count, amount in rows},
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        last = Person.objects.aggregate(last=Max("pk"))["last"] or 0
        return [{"first": first, "last": first + CHUNK - 1} for first in range(0, last + 1, CHUNK)]

    def execute(self, chunk: RunChunk) -> Counts:
        run, (first, last) = chunk.run, _range(chunk)
        where, values = late.of_range(run.region_id, first, last)
        assert run.edition is not None  # every run is drafted under one
        with connection.cursor() as cursor:
            cursor.execute(facts.FOR_MANY)
        count = surcharge.insert(
            where, values, until=_until(run), edition=run.edition, run_id=run.pk
        )
        if not count:
            return Counts(0, 0, checksum([]))
        digests = surcharge.post(
            [_until(run), run.pk, first, last], source=_source(chunk), by=run.checker
        )
        total = (
            surcharge.entries_of(run.pk)
            .filter(person_id__gte=first, person_id__lte=last)
            .aggregate(total=Sum("amount"))["total"]
        )
        return Counts(count, int(total), checksum(digest.hex() for digest in digests))

    def unpost(self, run: Run) -> None:
        if _settled(run, 0, MOST):
            raise _too_late()

    def reverse(self, chunk: RunChunk) -> None:
        """Post the opposite and take the surcharges out; the ledger keeps both."""
        run, (first, last) = chunk.run, _range(chunk)
        if _settled(run, first, last):
            raise _too_late()
        select = """
            select * from enrollment_surchargeentry
            where until = %s and run_id = %s and person_id between %s and %s
        """
        _homes, funds = homes_of(select, [_until(run), run.pk, first, last])
        for pk in funds:
            posted = ledger.batch(f"{_source(chunk)}/fund:{pk}")
            if posted is not None:
                ledger.reverse(posted.pk, reason=run.reversal_reason, by=run.reversed_by)
        surcharge.entries_of(run.pk).filter(person_id__gte=first, person_id__lte=last).delete()


class DemandNotes(RunKind):
    """The demand notes of everybody in a region who owes for months up to this one."""

    slug = "demand_notes"
    label = _("Demand notes")

    def preview(self, run: Run) -> Preview:
        rows = demand.foresee(run.region_id, run.month)
        total = sum(amount for _region, _count, amount in rows)
        return Preview(
            count=sum(count for _region, count, _amount in rows),
            total=total,
            figures={"open": total},
            regions={region: [count, amount] for region, count, amount in rows},
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """One: a payer's debts lie with many people, and a note holds them all."""
        return [{"region": run.region_id}]

    def execute(self, chunk: RunChunk) -> Counts:
        run = chunk.run
        assert run.edition is not None  # every run is drafted under one
        due = demand.due_on(run.region_id, run.month, today(), policy.of(run.edition))
        count, total = demand.issue(
            run.region_id, run.month, run_id=run.pk, edition=run.edition.number, due=due
        )
        return Counts(count, total, checksum([f"{run.pk}:{count}:{total}"]))

    def post(self, run: Run) -> None:
        demand.tell(run.pk)

    def unpost(self, run: Run) -> None:
        raise Refused(
            _("Demand notes that were sent cannot be unsent."),
            code="sent_already",
            fix=_("Draw new ones; they replace these."),
        )

    def reverse(self, chunk: RunChunk) -> None:
        """Only a run that was never posted comes here: nobody has been told of its notes."""
        DemandNote.objects.filter(run_id=chunk.run_id).delete()


class Reminders(RunKind):
    """A reminder for every demand note that ran out unpaid, once each stage."""

    slug = "reminders"
    label = _("Reminders of overdue contributions")

    def due(self, today: date) -> Iterator[Due]:
        """Those of the month, of each region that pools contributions, the widest first."""
        pools = Fund.objects.order_by("region_id").values_list("region_id", flat=True).distinct()
        for region in pools:
            yield Due(month_of(today), region)

    def check_due(self, run: Run) -> None:
        """Somebody is to be reminded."""
        assert run.edition_id is not None  # every run is drafted under one
        if not demand.remindable(run.region_id, policy.of(run.edition_id)):
            raise Refused(_("Nobody is to be reminded."), code="nobody_to_remind")

    def preview(self, run: Run) -> Preview:
        assert run.edition_id is not None  # every run is drafted under one
        rows = demand.remindable(run.region_id, policy.of(run.edition_id))
        regions: dict[str, list[int]] = {}
        for note, _stage, still_open in rows:
            there = regions.setdefault(note.region, [0, 0])
            there[0] += 1
            there[1] += still_open
        return Preview(
            count=len(rows),
            total=sum(row[2] for row in rows),
            figures={"open": sum(row[2] for row in rows)},
            regions=dict(sorted(regions.items())),
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return [{"region": run.region_id}]

    def execute(self, chunk: RunChunk) -> Counts:
        run = chunk.run
        assert run.edition_id is not None  # every run is drafted under one
        rows = demand.remindable(run.region_id, policy.of(run.edition_id))
        count, total = demand.remind(rows, run_id=run.pk)
        return Counts(count, total, checksum([f"{run.pk}:{count}:{total}"]))

    def unpost(self, run: Run) -> None:
        raise Refused(_("Reminders that were sent cannot be unsent."), code="sent_already")

    def reverse(self, chunk: RunChunk) -> None:
        """Only a run that was never posted comes here."""
        Reminder.objects.filter(run_id=chunk.run_id).delete()


def _until(run: Run) -> date:
    return first_day(run.month + 1)


def _month_is_over(run: Run) -> None:
    if _until(run) > today():
        raise Refused(
            _("%(month)s is not over yet.") % {"month": format_month(run.month)},
            code="month_not_over",
            fix=_("Draft the run for an earlier month."),
        )


def _counted(run: Run, first: int, last: int) -> tuple[str, list[Any]]:
    assert run.edition is not None  # every run is drafted under one
    where, values = late.of_range(run.region_id, first, last)
    return surcharge.rows(where, values, until=_until(run), edition=run.edition)


def _range(chunk: RunChunk) -> tuple[int, int]:
    return chunk.spec["first"], chunk.spec["last"]


def _source(chunk: RunChunk) -> str:
    return f"enrollment.surcharge:{chunk.run_id}/chunk:{chunk.number}"


def _settled(run: Run, first: int, last: int) -> bool:
    """Whether money was taken for a surcharge of the run, or some of it waived."""
    ((settled,),) = debts.fetch(_PAID, [run.pk, first, last] * 2)
    return bool(settled)


def _too_late() -> Refused:
    return Refused(
        _("Surcharges of this run were paid or waived, so it cannot be undone."),
        code="paid_already",
        fix=_("Waive single surcharges instead."),
    )
