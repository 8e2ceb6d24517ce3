"""Proofs of life: by a match first, then by the person, then by others; a missed one is a task.

社会保险经办条例 art. 26. Nothing here stops a benefit: only a life event does, in the app that pays.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Person, ProofOfLife, ProofTask, ProofWay
from enrollment.params import ProofRule
from enrollment.services.checks import alive, lock, not_in_future
from socsec.kernel.months import month_of
from socsec.kernel.policy import PolicyError
from socsec.kernel.regions import NATION
from socsec.office import display
from socsec.office.access import require, require_stranger
from socsec.office.errors import Invalid, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.services import audit, codes, messages, policy

State = ProofTask.State
PURPOSE = "proof"
BY_OTHERS = (ProofWay.RELATIVE, ProofWay.HELPER, ProofWay.VISIT)
AT_DESK = (*BY_OTHERS, ProofWay.COUNTER)


def ask_code(*, by: User, person: Person) -> None:
    """Send a code to the telephone on the file of whoever confirms."""
    own = Person.objects.filter(pk=by.person_id or 0).first()
    if own is None or not own.phone:
        raise Refused(
            _("We have no mobile number of yours."),
            code="no_phone",
            fix=_("Come to any desk, or ask the village helper."),
        )
    require(by, "proof.self", person_id=person.pk)
    codes.issue(user=by, purpose=PURPOSE, to=own.phone)


@transaction.atomic
def confirm_self(*, by: User, person: Person, digits: str) -> ProofOfLife:
    """Confirm in the portal with the code: for oneself, or for whom one may act."""
    require(by, "proof.self", person_id=person.pk)
    person = lock(person)
    alive(person, timezone.localdate())
    codes.check(user=by, purpose=PURPOSE, digits=digits)
    own = by.person_id == person.pk
    witness = "" if own else Person.objects.get(pk=by.person_id or 0).name
    return put(
        person=person,
        way=ProofWay.SELF if own else ProofWay.RELATIVE,
        proved_on=timezone.localdate(),
        by=by,
        witness=witness,
    )


@transaction.atomic
def record(
    *, by: User, person: Person, way: str, proved_on: date, witness: str = ""
) -> ProofOfLife:
    """Take down that somebody was seen: at the counter, at home, by a helper or a relative."""
    require(by, "proof.record", person.region)
    require_stranger(by, person.pk)
    person = lock(person)
    if way not in AT_DESK:
        raise Invalid(_("Choose how it was found."), code="no_way", field="way")
    if way in BY_OTHERS and not witness.strip():
        raise Invalid(_("Say who saw the person."), code="no_witness", field="witness")
    not_in_future(proved_on, "proved_on")
    alive(person, proved_on)
    return put(
        person=person, way=ProofWay(way), proved_on=proved_on, by=by, witness=witness.strip()[:60]
    )


def put(
    *,
    person: Person,
    way: ProofWay,
    proved_on: date,
    by: User | None,
    witness: str = "",
    notice_id: int | None = None,
) -> ProofOfLife:
    """The same, within a service that has asked for leave. Twice on one day is once."""
    made, new = ProofOfLife.objects.get_or_create(
        person_id=person.pk,
        proved_on=proved_on,
        way=way,
        defaults={
            "valid_until": _until(person.region, way, proved_on),
            "by_id": by.pk if by else None,
            "witness": witness,
            "notice_id": notice_id,
        },
    )
    if not new:
        return made
    today = timezone.localdate()
    if made.valid_until >= today:
        ProofTask.objects.filter(person_id=person.pk, closed_on__isnull=True).update(
            state=State.CLOSED, closed_on=today
        )
    audit.record(
        by=by,
        act="proof.record",
        subject=("proofoflife", f"{person.pk}/{proved_on:%Y-%m-%d}"),
        person_id=person.pk,
        region=person.region,
        way=str(way),
        valid_until=made.valid_until,
    )
    return made


def refresh(*, region: str = NATION, day: date | None = None) -> dict[str, int]:
    """Remind whose proof runs out soon, make a task of what has run out, close what is not due.

    Each night. It writes letters and tasks; no benefit is touched.
    """
    today = day or timezone.localdate()
    done = {"reminded": 0, "missed": 0, "closed": 0}
    open_tasks = {task.person_id: task for task in ProofTask.objects.filter(closed_on__isnull=True)}
    rules: dict[str, ProofRule] = {}
    asked = queries.asked(region)
    for due in asked:
        rule = rules.setdefault(due.region, _rule(due.region, today))
        until = due.valid_until or _add(due.proved_on, int(rule.match_months))
        task = open_tasks.get(due.person_id)
        with transaction.atomic():
            if until < today:
                done["missed"] += _miss(due, until, today, task)
            elif until - timedelta(days=int(rule.remind_days)) <= today and task is None:
                _remind(due, until, today)
                done["reminded"] += 1
    gone = set(open_tasks) - {due.person_id for due in asked}
    if region == NATION and gone:
        done["closed"] = ProofTask.objects.filter(
            person_id__in=gone, closed_on__isnull=True
        ).update(state=State.NOT_DUE, closed_on=today)
    return done


def _miss(due: queries.Due, until: date, today: date, task: ProofTask | None) -> int:
    """Open a task, or turn a reminder into one. Only the first time counts."""
    if task is not None and task.state == State.MISSED:
        return 0
    if task is None:
        task, _made = ProofTask.objects.get_or_create(
            person_id=due.person_id,
            due_on=until,
            defaults={"region": due.region, "what": due.what, "state": State.MISSED},
        )
    task.state, task.missed_on, task.closed_on = State.MISSED, today, None
    task.save(update_fields=["state", "missed_on", "closed_on"])
    audit.record(
        by=None,
        act="proof.miss",
        subject=("prooftask", f"{due.person_id}/{until:%Y-%m-%d}"),
        person_id=due.person_id,
        region=due.region,
        due_on=until,
    )
    return 1


def _remind(due: queries.Due, until: date, today: date) -> None:
    ProofTask.objects.create(
        person_id=due.person_id,
        due_on=until,
        region=due.region,
        what=due.what,
        state=State.REMINDED,
        reminded_on=today,
    )
    messages.notify(
        person_id=due.person_id,
        title=_("Confirm that you are well"),
        body=say(
            _(
                "By %(day)s we need a sign of life. Confirm it here in a minute, or at any desk, or"
                " tell the village helper. Your benefit goes on in any case."
            ),
            day=_Day(until),
        ),
        by=None,
    )


class _Day:
    """A day that is written in the language of whoever reads it."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __str__(self) -> str:
        return display.day(self.day)


def _rule(region: str, day: date) -> ProofRule:
    try:
        return ProofRule.at(policy.of(policy.current_edition()), region, month_of(day))
    except PolicyError as error:
        raise from_kernel(error) from error


def _until(region: str, way: ProofWay, day: date) -> date:
    rule = _rule(region, day)
    months: dict[ProofWay, int] = {
        ProofWay.MATCH: rule.match_months,
        ProofWay.SELF: rule.self_months,
    }
    return _add(day, months.get(way, int(rule.other_months)))


def _add(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where there is none.

    >>> _add(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    number = month_of(day) + months
    following = number + 1
    last = date(following // 12, following % 12 + 1, 1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))
