"""What the office itself promises: its audit is whole, its decisions were made by two."""

from collections.abc import Iterator

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from . import replays
from .models import Case, Certificate, PolicyEdition, PolicyValue, Run, RunChunk
from .oversight import Finding, register
from .services import policy, seals

REPLAYED = 50  # decisions of each sort; `manage.py replay --all` takes every one


def audit_chain() -> Iterator[Finding]:
    for flaw in seals.verify():
        subject = f"audit entry {flaw.entry}" if flaw.entry is not None else f"seal {flaw.seal}"
        yield Finding(flaw.code, subject, flaw.message)


def four_eyes() -> Iterator[Finding]:
    """Constraints refuse this; a database that was handled by other hands may hold it all the same."""
    same = Q(checker=F("maker"))
    message = _("Maker and checker are the same person.")
    for number in Case.objects.filter(same).values_list("number", flat=True):
        yield Finding("four_eyes", f"case {number}", message)
    for pk in Run.objects.filter(same).values_list("pk", flat=True):
        yield Finding("four_eyes", f"run {pk}", message)
    for pk in PolicyValue.objects.filter(same).values_list("pk", flat=True):
        yield Finding("four_eyes", f"policy value {pk}", message)


def editions() -> Iterator[Finding]:
    for number in PolicyEdition.objects.order_by("number").values_list("number", flat=True):
        edition = PolicyEdition.objects.get(number=number)
        if policy.fingerprint(edition.content) != edition.digest:
            yield Finding(
                "edition_changed",
                f"policy edition {number}",
                _("The content is not what the fingerprint says."),
            )


def posted_runs() -> Iterator[Finding]:
    unfinished = RunChunk.objects.filter(run__state=Run.State.POSTED).exclude(
        state=RunChunk.State.DONE
    )
    for run_id, number in unfinished.values_list("run_id", "number"):
        yield Finding(
            "chunk_not_done",
            f"run {run_id}/{number}",
            _("The run is posted, this part is not done."),
        )
    for run in Run.objects.filter(state=Run.State.POSTED).defer("preview"):
        chunks = list(run.chunks.values_list("count", "total"))
        if (sum(c for c, _t in chunks), sum(t for _c, t in chunks)) != (run.count, run.total):
            yield Finding(
                "run_total", f"run {run.pk}", _("The parts do not add up to the total of the run.")
            )


def replayed() -> Iterator[Finding]:
    """A sample of stored decisions, worked out again from their facts and editions."""
    for replayer, outcome in replays.run(REPLAYED):
        if not outcome.same:
            yield Finding(
                "other_fen",
                f"{replayer.slug} {outcome.subject}",
                _("Worked out again it comes to something else: %(differences)s")
                % {"differences": "; ".join(outcome.differences)},
            )


def papers() -> Iterator[Finding]:
    """Triggers refuse a change; a database that was handled by other hands may hold one all the same."""
    for row in Certificate.objects.iterator():
        issued = row.issued
        if not issued.whole:
            yield Finding(
                "certificate_changed",
                f"certificate {issued.serial}",
                _("What it states is not what it stated when it was issued."),
            )


def register_all() -> None:
    register("office.audit_chain", _("The audit is as it was sealed"), audit_chain)
    register("office.four_eyes", _("Maker and checker differ everywhere"), four_eyes)
    register("office.editions", _("Policy editions are as they were issued"), editions)
    register("office.replays", _("Stored decisions come to the same fen again"), replayed)
    register("office.papers", _("Certificates state what they stated when issued"), papers)
    register("office.posted_runs", _("Posted runs are the sum of their parts"), posted_runs)
