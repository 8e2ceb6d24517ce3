"""Mass jobs: four eyes, one per month, and nothing lost or done twice whoever dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import override

from socsec.kernel.months import parse_month
from socsec.office import queries, runs, tasks
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role, Run, RunChunk
from socsec.office.services import run as service
from socsec.office.services import work

from . import counting
from .conftest import office, staff

MARCH = parse_month("2026-03")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def kinds(db, monkeypatch):
    monkeypatch.setattr(runs, "_kinds", {})
    counting.register()
    with connection.cursor() as cursor:
        cursor.execute(counting.TABLE)
        cursor.execute("DELETE FROM test_counted")


@pytest.fixture
def maker(chaoyang):
    return staff("maker", Role.ACCOUNTANT, at=chaoyang)


@pytest.fixture
def checker(chaoyang):
    return staff("checker", Role.REVIEWER, at=chaoyang)


@pytest.fixture
def draft(maker, edition):
    def make(**changed):
        params = {"people": 35, **changed.pop("params", {})}
        columns = {"kind": "counting", "month": MARCH, "region": "110105", "by": maker}
        return service.draft(**{**columns, **changed}, params=params)

    return make


@pytest.fixture
def approved(draft, maker, checker):
    def make(**params):
        kind = params.pop("kind", "counting")
        run = draft(kind=kind, params=params)
        shown = service.preview(run_id=run.pk, by=maker)
        return service.approve(run_id=run.pk, by=checker, total=shown.total)

    return make


@pytest.fixture
def refuses():
    def check(problem, code, act, **arguments):
        def traces():
            return (
                list(Run.objects.order_by("id").values()),
                list(RunChunk.objects.order_by("id").values()),
                AuditEntry.objects.count(),
            )

        before = traces()
        with pytest.raises(problem) as caught:
            act(**arguments)
        assert caught.value.code == code
        assert traces() == before

    return check


TOTAL = sum(range(1, 36)) * 100


@pytest.mark.django_db
def test_a_run_goes_from_draft_to_posted(draft, maker, checker):
    run = draft()
    assert run.state == "drafted"
    run = service.preview(run_id=run.pk, by=maker)
    assert (run.state, run.count, run.total) == ("previewed", 35, TOTAL)
    run = service.approve(run_id=run.pk, by=checker, total=TOTAL)
    assert counting.paid(run.pk) == (0, 0, 0)
    seen = work.work(run.pk)
    assert (seen.state, seen.percent, seen.chunks, seen.done) == ("posted", 100, 4, 4)
    run.refresh_from_db()
    assert (run.count, run.total, run.state) == (35, TOTAL, "posted")
    assert run.checksum
    assert counting.paid(run.pk) == (35, TOTAL, 35)
    acts = AuditEntry.objects.filter(subject_type="run", subject_id=str(run.pk))
    assert list(acts.order_by("id").values_list("act", flat=True)) == [
        "run.draft",
        "run.preview",
        "run.approve",
        "run.start",
        "run.post",
    ]


@pytest.mark.django_db
def test_what_a_preview_writes_is_undone(draft, maker):
    run = draft()
    service.preview(run_id=run.pk, by=maker)
    assert counting.paid(run.pk) == (0, 0, 0)


@pytest.mark.django_db
def test_an_empty_selection_pays_nobody(draft, maker, checker, refuses):
    run = draft(params={"people": 0})
    shown = service.preview(run_id=run.pk, by=maker)
    assert (shown.count, shown.total) == (0, 0)
    refuses(Refused, "run_empty", service.approve, run_id=run.pk, by=checker, total=0)
    assert work.work(run.pk).state == "previewed"
    assert counting.paid(run.pk) == (0, 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["counting", "loose"])
def test_a_selection_that_has_become_empty_pays_nobody(approved, kind):
    run = approved(kind=kind)
    Run.objects.filter(pk=run.pk).update(params={"people": 0})
    assert work.work(run.pk).state == "failed"
    assert counting.paid(run.pk) == (0, 0, 0)


@pytest.mark.django_db
def test_the_checker_types_the_total(draft, maker, checker, refuses):
    run = draft()
    service.preview(run_id=run.pk, by=maker)
    approve = {"run_id": run.pk, "by": checker}
    refuses(Invalid, "total_differs", service.approve, **approve, total=TOTAL + 1)
    refuses(Invalid, "total_differs", service.approve, **approve, total=0)
    assert service.approve(**approve, total=TOTAL).state == "approved"


@pytest.mark.django_db
def test_maker_and_checker_of_a_run_are_two(draft, chaoyang, refuses):
    both = staff("both", Role.ACCOUNTANT, Role.REVIEWER, at=chaoyang)
    run = draft(by=both)
    service.preview(run_id=run.pk, by=both)
    refuses(Denied, "four_eyes", service.approve, run_id=run.pk, by=both, total=TOTAL)
    with pytest.raises(IntegrityError, match="run_four_eyes"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(checker=both)
    with pytest.raises(IntegrityError, match="run_approved_by_someone"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(state="approved")


@pytest.mark.django_db
def test_who_may_not_may_not(draft, maker, checker, auditor, nobody, stranger, refuses):
    for user in (checker, auditor, nobody):
        refuses(Denied, "not_permitted", draft, by=user)
    refuses(NotFound, "outside_region", draft, by=stranger)
    run = draft()
    refuses(NotFound, "outside_region", service.preview, run_id=run.pk, by=stranger)
    service.preview(run_id=run.pk, by=maker)
    refuses(Denied, "not_permitted", service.approve, run_id=run.pk, by=maker, total=TOTAL)
    refuses(NotFound, "no_run", service.preview, run_id=0, by=maker)


@pytest.mark.django_db
def test_one_run_per_kind_month_region_and_settings(draft, refuses, maker, checker):
    first = draft()
    refuses(Conflict, "run_exists", draft)
    draft(month=MARCH + 1)
    draft(params={"people": 36})
    draft(kind="loose")
    service.abandon(run_id=first.pk, by=maker, reason="Wrong month")
    assert draft().pk != first.pk


@pytest.mark.django_db
def test_the_database_itself_refuses_a_second_run(draft):
    run = draft()
    twin = Run.objects.get(pk=run.pk)
    twin.pk = None
    with pytest.raises(IntegrityError, match="run_once"), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.django_db
def test_a_run_for_part_of_a_region_is_refused_while_the_whole_has_one(draft, beijing, refuses):
    capital = staff("capital", Role.ACCOUNTANT, at=beijing)
    draft()
    refuses(Conflict, "run_exists", draft, region="110000", by=capital)
    draft(region="110108", by=capital)
    nation = staff("nation", Role.ACCOUNTANT, at=office("CN", "000000"))
    refuses(Conflict, "run_exists", draft, region="000000", by=nation)
    draft(region="510000", by=nation)


@pytest.mark.django_db
def test_settings_that_a_kind_does_not_take_are_refused(draft, refuses, monkeypatch):
    refuses(Invalid, "bad_people", draft, params={"people": "all"})
    refuses(Invalid, "unknown_run_kind", draft, kind="nothing")
    monkeypatch.setattr(counting.Counting, "check", runs.RunKind.check)
    refuses(Invalid, "unknown_setting", draft)


@pytest.mark.django_db
def test_steps_out_of_turn_are_refused(draft, maker, checker, refuses):
    run = draft()
    at = {"run_id": run.pk}
    moved = (Conflict, "run_moved_on")
    refuses(*moved, service.approve, **at, by=checker, total=TOTAL)
    refuses(*moved, service.resume, **at, by=maker)
    refuses(*moved, service.reverse, **at, by=checker, reason="x")
    service.preview(**at, by=maker)
    service.approve(**at, by=checker, total=TOTAL)
    work.work(run.pk)
    refuses(*moved, service.preview, **at, by=maker)
    refuses(*moved, service.approve, **at, by=checker, total=TOTAL)
    refuses(*moved, service.abandon, **at, by=maker, reason="x")


@pytest.mark.django_db
def test_a_new_preview_voids_the_approval(approved, maker):
    run = approved()
    run = service.preview(run_id=run.pk, by=maker)
    assert (run.state, run.checker, run.approved_at) == ("previewed", None, None)
    assert work.work(run.pk).state == "previewed"


@pytest.mark.django_db
def test_working_again_does_nothing_again(approved):
    run = approved()
    work.work(run.pk)
    before = Run.objects.values().get(pk=run.pk)
    work.work(run.pk)
    work.work(run.pk)
    assert Run.objects.values().get(pk=run.pk) == before
    assert counting.paid(run.pk) == (35, TOTAL, 35)


@pytest.mark.django_db
def test_a_strict_run_that_differs_from_what_was_approved_stops_and_is_undone(
    approved, maker, checker, refuses
):
    run = approved(extra=1)
    assert work.work(run.pk).state == "failed"
    run.refresh_from_db()
    assert "630.01" in run.why
    assert "630.00" in run.why
    with override("zh-hans"):
        assert run.why
    assert (run.count, run.total) == (35, TOTAL)
    refuses(Denied, "not_permitted", service.abandon, run_id=run.pk, by=checker, reason="Changed")
    refuses(Denied, "four_eyes", service.abandon, run_id=run.pk, by=maker, reason="Changed")


@pytest.mark.django_db
def test_a_stopped_run_is_abandoned_by_another_and_leaves_nothing(approved, chaoyang):
    run = approved(extra=1)
    work.work(run.pk)
    other = staff("other", Role.ACCOUNTANT, at=chaoyang)
    service.abandon(run_id=run.pk, by=other, reason="Facts changed")
    assert work.work(run.pk).state == "abandoned"
    assert counting.paid(run.pk) == (70, 0, 35)


@pytest.mark.django_db
def test_a_loose_run_posts_what_came_out(approved):
    run = approved(kind="loose", extra=1)
    assert work.work(run.pk).state == "posted"
    run.refresh_from_db()
    assert run.total == TOTAL + 1


@pytest.mark.django_db
def test_a_part_that_fails_stops_the_run_names_itself_and_may_be_tried_again(
    approved, maker, tmp_path
):
    mended = tmp_path / "mended"
    run = approved(bad_part=3, mended=str(mended))
    seen = work.work(run.pk)
    assert (seen.state, seen.done, seen.failed) == ("failed", 3, 1)
    run.refresh_from_db()
    assert "3" in run.why
    assert "This part cannot be paid." in run.why
    assert counting.paid(run.pk)[0] == 25
    mended.touch()
    service.resume(run_id=run.pk, by=maker)
    assert work.work(run.pk).state == "posted"
    assert counting.paid(run.pk) == (35, TOTAL, 35)


@pytest.mark.django_db
def test_a_run_that_cannot_be_cut_stops_and_may_be_tried_again(approved, maker):
    run = approved(broken_chunks=True)
    assert work.work(run.pk).state == "failed"
    Run.objects.filter(pk=run.pk).update(params={"people": 35})
    service.resume(run_id=run.pk, by=maker)
    assert work.work(run.pk).state == "posted"


@pytest.mark.django_db
def test_a_run_whose_posting_fails_stops_and_posts_nothing(approved):
    run = approved(post_fails=True)
    assert work.work(run.pk).state == "failed"
    run.refresh_from_db()
    assert "no money" in run.why
    assert run.checksum == ""


@pytest.mark.django_db
def test_a_deadlock_is_tried_again_and_not_for_ever(approved, monkeypatch):
    run = approved()
    calls = []

    def deadlocked(self, chunk):
        calls.append(chunk.number)
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(counting.Counting, "execute", deadlocked)
    seen = work.work(run.pk)
    assert (seen.state, seen.failed) == ("failed", 4)
    assert calls.count(1) == work.ATTEMPTS
    assert counting.paid(run.pk) == (0, 0, 0)


@pytest.mark.django_db
def test_a_posted_run_is_reversed_by_its_exact_opposite(approved, checker, draft, refuses, maker):
    run = approved()
    work.work(run.pk)
    at = {"run_id": run.pk}
    refuses(Invalid, "empty", service.reverse, **at, by=checker, reason=" ")
    refuses(Denied, "not_permitted", service.reverse, **at, by=maker, reason="x")
    service.reverse(**at, by=checker, reason="Paid to the wrong region")
    assert work.work(run.pk).state == "reversed"
    assert counting.paid(run.pk) == (70, 0, 35)
    work.work(run.pk)
    assert counting.paid(run.pk) == (70, 0, 35)
    assert draft().state == "drafted"  # the month is free again


@pytest.mark.django_db
def test_a_reversal_that_comes_too_late_is_refused_whole(approved, checker, refuses):
    run = approved(too_late=True)
    work.work(run.pk)
    refuses(Refused, "too_late", service.reverse, run_id=run.pk, by=checker, reason="x")


@pytest.mark.django_db
def test_progress_is_one_query(approved, django_assert_num_queries):
    run = approved()
    work.work(run.pk)
    with django_assert_num_queries(1):
        work.progress(run.pk)


@pytest.mark.django_db
def test_queries_per_chunk_do_not_grow_with_the_chunk(approved, draft, maker, checker):
    from django.test.utils import CaptureQueriesContext

    counts = []
    for people in (10, 1000):
        run = draft(params={"people": people, "size": people})
        shown = service.preview(run_id=run.pk, by=maker)
        service.approve(run_id=run.pk, by=checker, total=shown.total)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            work.work(run.pk)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_the_task_of_each_minute_finds_runs_that_lost_theirs(approved):
    run = approved()
    assert queries.working_runs() == [run.pk]
    tasks.work_runs()
    assert Run.objects.get(pk=run.pk).state == "posted"
    assert queries.working_runs() == []


@pytest.mark.django_db
def test_a_worker_lets_other_work_in_between_parts(approved, monkeypatch):
    run = approved()
    seen = work.work(run.pk, seconds=0)
    assert (seen.state, seen.done, seen.waiting) == ("running", 1, 3)
    monkeypatch.setattr(tasks, "TURN", 0)
    tasks.work_run(run.pk)
    assert work.progress(run.pk).state == "posted"
    assert counting.paid(run.pk) == (35, TOTAL, 35)


@pytest.mark.django_db
def test_a_list_of_runs_costs_one_query_and_hides_other_regions(
    draft, maker, stranger, django_assert_num_queries
):
    draft()
    draft(month=MARCH + 1)
    maker.held_roles()
    with django_assert_num_queries(1):
        assert [str(r.region) + str(r.maker) for r in queries.runs_in_progress(maker)]
    assert not queries.runs(stranger).exists()


# From here on real commits, since several connections must see each other.


def start_worker(run_id, **env):
    url = urlsplit(os.environ["DATABASE_URL"])
    here = urlunsplit(url._replace(path="/" + connection.settings_dict["NAME"]))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.office.worker", str(run_id)],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "socsec.settings.test",
            "DATABASE_URL": here,
            **env,
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(true, what):
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(f"never happened: {what}")


def kill_at(place, run, tmp_path):
    """Let a worker run into `place` and kill it there, as the machine or the kernel would."""
    victim = start_worker(run.pk, HALT=place)
    wait_for((tmp_path / "halted").exists, f"the worker reached {place}")
    before = counting.paid(run.pk)
    victim.send_signal(signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    # What it was writing was never there for others, and is not there now.
    assert counting.paid(run.pk) == before
    # Its lease was made by the settings of its own process: let it run out.
    RunChunk.objects.filter(run=run, state="taken").update(leased_until="2020-01-01T00:00Z")
    return before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("place", "rows"),
    [
        ("taken", 0),  # a part is taken, nothing is begun
        ("execute", 10),  # half of the second part is written, not committed
        ("post", 35),  # every part is done, the run is not posted
    ],
)
def test_a_worker_killed_anywhere_loses_nothing_and_doubles_nothing(
    approved, tmp_path, place, rows
):
    run = approved(halt=str(tmp_path / "halted"))
    assert kill_at(place, run, tmp_path)[0] == rows
    assert Run.objects.get(pk=run.pk).state == "running"
    assert start_worker(run.pk).communicate()[0].strip() == "posted"
    run.refresh_from_db()
    assert (run.state, run.count, run.total) == ("posted", 35, TOTAL)
    assert counting.paid(run.pk) == (35, TOTAL, 35)
    assert AuditEntry.objects.filter(act="run.post", subject_id=str(run.pk)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_reverses_reverses_nothing_twice(approved, checker, tmp_path):
    run = approved(halt=str(tmp_path / "halted"))
    work.work(run.pk)
    service.reverse(run_id=run.pk, by=checker, reason="Paid to the wrong region")
    assert kill_at("reverse", run, tmp_path)[0] == 45
    assert work.work_through(run.pk, pause=0.1).state == "reversed"
    assert counting.paid(run.pk) == (70, 0, 35)


@pytest.mark.django_db(transaction=True)
def test_a_slow_worker_keeps_its_part_even_when_its_lease_is_over(approved, tmp_path):
    halt = tmp_path / "halted"
    run = approved(halt=str(halt))
    slow = start_worker(run.pk, HALT="execute")
    try:
        wait_for(halt.exists, "the worker reached the middle of the second part")
        RunChunk.objects.filter(run=run).exclude(state="taken").update(leased_until=None)
        # We do all the rest, but never the part that it still holds locked.
        seen = work.work(run.pk)
        assert (seen.state, seen.done) == ("running", 3)
        assert counting.paid(run.pk)[0] == 25
    finally:
        slow.kill()
        slow.wait()


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_share_the_parts_and_one_of_them_posts(approved):
    run = approved(people=400, size=5)
    errors = []

    def worker():
        try:
            work.work(run.pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    work.work(run.pk)
    run.refresh_from_db()
    assert run.state == "posted"
    assert counting.paid(run.pk) == (400, run.total, 400)
    assert AuditEntry.objects.filter(act="run.post", subject_id=str(run.pk)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_drafts_at_once_make_one_run(draft):
    made, refused = [], []

    def drafter():
        try:
            made.append(draft())
        except Conflict:
            refused.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=drafter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 3)


@pytest.mark.django_db
def test_the_command_takes_a_run_from_draft_to_reversal(maker, checker, edition, capsys):
    def run(*words):
        call_command("run", *words)
        return capsys.readouterr().out

    made = run(
        "draft",
        "counting",
        "--month=2026-03",
        "--region=110105",
        '--params={"people": 35}',
        "--by=maker",
    )
    number = str(Run.objects.get().pk)
    assert number in made
    assert "630.00" in run("preview", number, "--by=maker")
    with pytest.raises(CommandError, match="may not"):
        run("approve", number, "--total=630", "--by=maker")
    with pytest.raises(CommandError, match="preview says otherwise"):
        run("approve", number, "--total=630.01", "--by=checker")
    run("approve", number, "--total=630.00", "--by=checker")
    assert "Posted, 35 rows, 630.00 yuan" in run("execute", number)
    assert "counting" in run("list")
    assert "Counting" in run("kinds")
    assert "Reversed" in run("reverse", number, "--by=checker", "--reason=wrong")
    with pytest.raises(CommandError, match="no run"):
        run("execute", "0")
    with pytest.raises(CommandError, match="no user"):
        run("preview", number, "--by=ghost")
