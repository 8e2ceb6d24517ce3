"""Demand notes (缴费通知书) and reminders: for one payer at the desk, or for all in a run.

A note says what is owed up to a month, branch by branch, and until when. A new one takes the place
of the one before, so that what is owed stands on one paper.
"""

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import DemandLine, DemandNote, Employer, Person, Reminder
from enrollment.params import ReminderStages
from enrollment.queries import debts
from enrollment.services.checks import lock
from enrollment.services.collection import letters, surcharge
from enrollment.services.collection.spreading import today
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.regions import span
from socsec.office.access import require
from socsec.office.errors import Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.services import audit, messages, policy

State = DemandNote.State
NOBODY = 0

_REPLACE = """
    update enrollment_demandnote n set state = 'replaced'
    from ({payers}) as p
    where n.state = 'issued' and n.employer_id is not distinct from p.employer_id
      and n.person_id is not distinct from p.person_id
"""

# Who owes: an employer, or the person where no employer does.
_PAYERS = """
    select nullif(employer_id, 0) as employer_id,
           case when employer_id = 0 then person_id end as person_id,
           coalesce(sum(open_here) filter (where kind = 0), 0)::bigint as contributions,
           coalesce(sum(open_here) filter (where kind = 1), 0)::bigint as surcharge
    from ({debts}) as d group by 1, 2
"""

_ISSUE = """
    insert into enrollment_demandnote
      (employer_id, person_id, region, month, contributions, surcharge, due_on, issued_on, state,
       run_id, edition)
    select p.employer_id, p.person_id, coalesce(e.region, o.region), %s, p.contributions,
           p.surcharge, %s, %s, 'issued', %s, %s
    from ({payers}) as p
    left join enrollment_employer e on e.id = p.employer_id
    left join enrollment_person o on o.id = p.person_id
"""

_LINES = """
    insert into enrollment_demandline (note_id, branch, month, heads, contributions, surcharge)
    select n.id, d.branch, d.month, count(distinct d.person_id),
           coalesce(sum(d.open_here) filter (where d.kind = 0), 0)::bigint,
           coalesce(sum(d.open_here) filter (where d.kind = 1), 0)::bigint
    from ({debts}) as d
    join enrollment_demandnote n
      on n.run_id = %s and n.state = 'issued'
         and n.employer_id is not distinct from nullif(d.employer_id, 0)
         and (d.employer_id > 0 or n.person_id = d.person_id)
    group by n.id, d.branch, d.month
"""


@transaction.atomic
def draw(*, by: User, payer: Employer | Person, month: int | None = None) -> DemandNote:
    """Draw a payer's demand note for what is owed up to a month; `Refused` where nothing is."""
    require(by, "demand.draw", payer.region)
    payer = lock(payer)
    surcharge.count_up(by=None, payer=payer)
    day = today()
    month = month_of(day) if month is None else month
    own = isinstance(payer, Person)
    later = {} if own else debts.put_off(payer.pk)
    lines = [each for each in debts.owed(payer, month) if (each.branch, each.month) not in later]
    if not lines:
        raise Refused(_("Nothing is owed, so there is nothing to demand."), code="nothing_owed")
    who = {"person": payer if own else None, "employer": None if own else payer}
    DemandNote.objects.filter(state=State.ISSUED, **who).update(state=State.REPLACED)
    edition = policy.current_edition()
    note = DemandNote.objects.create(
        **who,
        region=payer.region,
        month=month,
        contributions=sum(line.contributions for line in lines),
        surcharge=sum(line.surcharge for line in lines),
        due_on=due_on(payer.region, month, day, policy.of(edition)),
        issued_on=day,
        edition=edition.number,
    )
    DemandLine.objects.bulk_create(
        DemandLine(
            note=note,
            branch=line.branch,
            month=line.month,
            heads=line.heads,
            contributions=line.contributions,
            surcharge=line.surcharge,
        )
        for line in lines
    )
    audit.record(
        by=by,
        act="demand.draw",
        subject=note,
        person_id=note.person_id,
        region=note.region,
        amount=note.total,
    )
    if own:
        messages.notify(person_id=payer.pk, title=_TITLE, body=_body(note), by=by)
    return note


def due_on(region: str, month: int, issued_on: date, law: Policy) -> date:
    """Until when a note is to be paid: the month's due date, or what a late note leaves."""
    try:
        leaves = int(ReminderStages.at(law, region, issued_on).demand_days)
    except PolicyError as error:
        raise from_kernel(error) from error
    return max(surcharge.due_on(region, month, law), issued_on + timedelta(days=leaves))


def issue(region: str, month: int, *, run_id: int, edition: int, due: date) -> tuple[int, int]:
    """Draw the notes of everybody in a region who owes; gives how many, and over how much."""
    owing, values = debts.of_region(region, month)
    payers = _PAYERS.format(debts=owing)
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE.format(payers=payers), values)
        cursor.execute(
            _ISSUE.format(payers=payers), [month, due, today(), run_id, edition, *values]
        )
        count = cursor.rowcount
        cursor.execute(_LINES.format(debts=owing), [*values, run_id])
    ((total,),) = debts.fetch(
        "select coalesce(sum(contributions + surcharge), 0)::bigint from enrollment_demandnote"
        " where run_id = %s",
        [run_id],
    )
    return count, int(total)


def foresee(region: str, month: int) -> list[tuple[str, int, int]]:
    """What `issue` would do: region, notes, fen."""
    owing, values = debts.of_region(region, month)
    return debts.fetch(
        f"""
        select coalesce(e.region, o.region), count(*), sum(p.contributions + p.surcharge)::bigint
        from ({_PAYERS.format(debts=owing)}) as p
        left join enrollment_employer e on e.id = p.employer_id
        left join enrollment_person o on o.id = p.person_id
        group by 1 order by 1
        """,  # noqa: S608
        values,
    )


def tell(run_id: int) -> int:
    """Put the notes of a run into the portals of the people whom they concern."""
    notes = DemandNote.objects.filter(run_id=run_id, person__isnull=False)
    return letters.send(
        (note.person_id, _TITLE, _body(note)) for note in notes.iterator() if note.person_id
    )


def remindable(region: str, law: Policy) -> list[tuple[DemandNote, int, int]]:
    """Notes that ran out unpaid and whose payer was not reminded at this stage: note, stage, open."""
    low, high = span(region)
    day = today()
    try:
        stages = ReminderStages.at(law, region, day).after
    except PolicyError as error:
        raise from_kernel(error) from error
    found = []
    notes = DemandNote.objects.filter(
        state=State.ISSUED, due_on__lt=day, region__gte=low, region__lte=high
    ).select_related("employer", "person")
    done = set(Reminder.objects.filter(note__in=notes).values_list("note_id", "stage"))
    for note in notes:
        late = (day - note.due_on).days
        reached = [
            stage for stage, after in zip(stages.keys, stages.values, strict=True) if late >= after
        ]
        if not reached or (note.pk, max(reached)) in done:
            continue
        still_open = sum(debt.open for debt in debts.owed(note.payer, note.month))
        if still_open:
            found.append((note, max(reached), still_open))
    return found


def remind(rows: list[tuple[DemandNote, int, int]], *, run_id: int) -> tuple[int, int]:
    """Remind them, once each stage; gives how many, and how much is open."""
    day = today()
    made = Reminder.objects.bulk_create(
        (
            Reminder(note=note, stage=stage, open=still_open, sent_on=day, run_id=run_id)
            for note, stage, still_open in rows
        ),
        ignore_conflicts=True,
    )
    letters.send(
        [
            (
                note.person_id,
                _("Contributions are overdue"),
                say(
                    _(
                        "Of demand note %(number)s %(open)s yuan are still open. It was due on %(due)s."
                    ),
                    number=note.number,
                    open=yuan(still_open),
                    due=note.due_on,
                ),
            )
            for note, _stage, still_open in rows
            if note.person_id is not None
        ]
    )
    return len(made), sum(row[2] for row in rows)


_TITLE = _("You owe contributions")


def _body(note: DemandNote) -> Any:
    return say(
        _("Demand note %(number)s: %(total)s yuan, to be paid by %(due)s. You can pay them here."),
        number=note.number,
        total=yuan(note.total),
        due=note.due_on,
    )
