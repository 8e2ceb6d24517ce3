"""The life of a run: drafted, previewed, approved by another who types the total, then executed.

What the calendar brings is drafted by the clock (`drafting`); the first who previews it is its maker
from then on, so that two people stand behind it as behind any other. The work itself is in `services.work`.
"""

import hashlib
import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from socsec.kernel import regions
from socsec.kernel.money import format_yuan
from socsec.kernel.months import format_month

from .. import runs
from ..access import require, require_other_hand
from ..errors import Conflict, Invalid, NotFound, Refused
from ..models import Region, Run, RunChunk, User
from . import audit, policy

State = Run.State


@transaction.atomic
def draft(
    *, kind: str, month: int, region: str, by: User, params: dict[str, Any] | None = None
) -> Run:
    """Draft a run. Another for the same month in an overlapping region is refused by the database."""
    registered = runs.get(kind)
    require(by, "run.draft", region)
    if not Region.objects.filter(code=region).exists():
        raise Invalid(_("There is no such region."), code="unknown_region", field="region")
    run = laid_out(kind, month, region, registered.check(params or {}), by)
    save(run)
    _record(run, by, "run.draft", params=run.params)
    return run


def laid_out(kind: str, month: int, region: str, kept: dict[str, Any], maker: User) -> Run:
    """A run as it would be drafted today, with settings that were checked; not saved."""
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False)
    low, high = regions.span(region)
    return Run(
        kind=kind,
        month=month,
        region_id=region,
        region_low=int(low),
        region_high=int(high),
        params=kept,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        identity=_identity(kind, text),
        edition=policy.current_edition(),
        maker=maker,
    )


def save(run: Run) -> None:
    """Save a run that was laid out; `Conflict` where another of its kind stands in its way."""
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError as error:
        if "run_once" not in str(error):
            raise
        raise Conflict(
            _("There is a run of this kind already for %(month)s in this region or part of it.")
            % {"month": format_month(run.month)},
            code="run_exists",
            fix=_("Open that run, or have it abandoned or reversed first."),
        ) from error


@transaction.atomic
def preview(*, run_id: int, by: User) -> Run:
    """Work out what the run would do. Done again, an earlier approval is void."""
    run = lock(run_id, by, "run.draft", State.DRAFTED, State.PREVIEWED, State.APPROVED)
    run.edition = policy.current_edition()
    if run.maker.kind == User.Kind.SYSTEM:
        run.maker = by
    shown = _preview(run)
    run.preview = shown.as_json()
    run.count, run.total = shown.count, shown.total
    run.state = State.PREVIEWED
    run.previewed_at = timezone.now()
    run.checker = None
    run.approved_at = None
    run.save()
    _record(run, by, "run.preview", count=run.count, total=run.total)
    return run


@transaction.atomic
def approve(*, run_id: int, by: User, total: int) -> Run:
    """Approve what the preview shows; `total` is the sum in fen as the checker typed it."""
    run = lock(run_id, by, "run.approve", State.PREVIEWED)
    require_other_hand(by, run.maker_id)
    if not run.count:
        raise Refused(
            _("This run would reach nobody, so there is nothing to approve."),
            code="run_empty",
            fix=_("Abandon it, or preview it again."),
        )
    if total != run.total:
        raise Invalid(
            _("You typed %(typed)s; the preview says otherwise.") % {"typed": format_yuan(total)},
            code="total_differs",
            field="total",
            fix=_("Look at the preview again and type its total."),
        )
    runs.get(run.kind).check_approval(run)
    run.state = State.APPROVED
    run.checker = by
    run.approved_at = timezone.now()
    run.save(update_fields=["state", "checker", "approved_at"])
    _record(run, by, "run.approve", count=run.count, total=run.total)
    return run


@transaction.atomic
def resume(*, run_id: int, by: User) -> Run:
    """Let a run that stopped go on: its failed chunks are tried again."""
    run = lock(run_id, by, "run.execute", State.FAILED)
    run.chunks.filter(state=RunChunk.State.FAILED).update(
        state=RunChunk.State.DONE if run.backwards else RunChunk.State.WAITING,
        attempts=0,
        error={},
        worker="",
        leased_until=None,
    )
    if run.backwards:
        run.state = State.REVERSING
    else:
        # Without chunks it stopped while it was being cut: cut it again.
        run.state = State.RUNNING if run.chunks.exists() else State.APPROVED
    run.error = {}
    run.save(update_fields=["state", "error"])
    _record(run, by, "run.resume")
    return run


@transaction.atomic
def reverse(*, run_id: int, by: User, reason: str) -> Run:
    """Begin to undo a posted run; workers then reverse chunk by chunk. Not by its maker."""
    run = lock(run_id, by, "run.reverse", State.POSTED)
    require_other_hand(by, run.maker_id)
    _need_reason(reason)
    run.reversed_by, run.reversal_reason = by, reason.strip()
    runs.get(run.kind).unpost(run)
    return _turn_back(run, by, "run.reverse", reason)


@transaction.atomic
def abandon(*, run_id: int, by: User, reason: str) -> Run:
    """Give up a run that has not been posted; what its chunks wrote is reversed."""
    run = lock(
        run_id, by, "run.draft", State.DRAFTED, State.PREVIEWED, State.APPROVED, State.FAILED
    )
    _need_reason(reason)
    if run.backwards:
        raise Conflict(
            _("This run is being reversed: let that go on instead."),
            code="run_moved_on",
            fix=_("Choose “resume”."),
        )
    if run.chunks.filter(state=RunChunk.State.DONE).exists():
        require_other_hand(by, run.maker_id)
        return _turn_back(run, by, "run.abandon", reason)
    run.state = State.ABANDONED
    run.reversal_reason = reason.strip()
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "reversal_reason", "finished_at"])
    _record(run, by, "run.abandon", reason=reason.strip())
    return run


def lock(run_id: int, by: User, act: str, *states: str) -> Run:
    """The run, locked until the end of the transaction; refused where its state is none of these."""
    run = Run.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise NotFound(_("There is no such run."), code="no_run")
    require(by, act, run.region_id)
    if run.state not in states:
        raise Conflict(
            _("This run is already “%(state)s”.") % {"state": run.get_state_display()},
            code="run_moved_on",
            fix=_("Open it again to see where it stands."),
            state=run.state,
        )
    return run


def _preview(run: Run) -> runs.Preview:
    """What the kind foresees. Whatever it wrote to find out is undone."""
    with transaction.atomic():
        shown = runs.get(run.kind).preview(run)
        transaction.set_rollback(True)
    return shown


def _turn_back(run: Run, by: User, act: str, reason: str) -> Run:
    # A part that failed has written nothing, so there is nothing of it to reverse.
    run.chunks.filter(state=RunChunk.State.FAILED).update(state=RunChunk.State.WAITING)
    run.state = State.REVERSING
    run.backwards = True
    run.error = {}
    run.reversed_by = by
    run.reversal_reason = reason.strip()
    run.save(update_fields=["state", "backwards", "error", "reversed_by", "reversal_reason"])
    _record(run, by, act, reason=reason.strip(), count=run.count, total=run.total)
    return run


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(_("Say why."), code="empty", field="reason")


def _identity(kind: str, params: str) -> int:
    digest = hashlib.sha256(f"{kind}\n{params}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _record(run: Run, by: User | None, act: str, reason: str = "", **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=run,
        region=run.region_id,
        reason=reason,
        kind=run.kind,
        month=run.month,
        **detail,
    )
