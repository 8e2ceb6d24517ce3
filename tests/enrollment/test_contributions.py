"""A month is owed once, by whoever owes it, to the fen: at the counter and in a run alike."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from enrollment import queries
from enrollment.models import Category, Contribution, EndReason
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import wages
from enrollment.services.living import life
from funds import queries as books
from funds.models import Branch, Scheme, accounts
from funds.services import fund
from socsec.kernel.months import month, month_of
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role, Run
from socsec.office.services import run as runs
from socsec.office.services import work

from .conftest import BEIJING, CHAOYANG, MARCH, PENSION

FLOOR, CEILING = 716_200, 3_581_100  # Beijing from 2025-07


@pytest.fixture
def run_month(assessor, reviewer):
    """Draft, preview, approve and do a month's run."""

    def go(at=MARCH, region=BEIJING):
        drafted = runs.draft(kind="contributions", month=at, region=region, by=assessor)
        shown = runs.preview(run_id=drafted.pk, by=assessor)
        runs.approve(run_id=drafted.pk, by=reviewer, total=shown.total)
        work.work(drafted.pk)
        return Run.objects.get(pk=drafted.pk)

    return go


def assess(by, who, at=MARCH):
    return contributions.assess(by=by, person=who, month=at, branch=PENSION)


def amounts(person, at=MARCH):
    return list(
        Contribution.objects.filter(person_id=person.pk, month=at)
        .order_by("wage_before")
        .values_list("base", "employer_share", "person_share", "account_share")
    )


def test_an_employee_at_the_counter(assessor, enroll, found, employ, beijing):
    who = enroll()
    employ(who, found(), wage=1_000_000)
    (done,) = assess(assessor, who)
    # 10,000.00 × 16 % = 1,600.00; × 8 % = 800.00, all of it to the individual account
    assert amounts(who) == [(1_000_000, 160_000, 80_000, 80_000)]
    assert done.sheet.due == 240_000
    assert books.balance(beijing, accounts.CONTRIBUTIONS_DUE) == 240_000
    entry = AuditEntry.objects.get(act="contribution.assess")
    assert (entry.person_id, entry.detail["due"]) == (who.pk, 240_000)


def test_an_own_account_worker_at_the_counter(assessor, enroll, on_own_account):
    who = enroll()
    on_own_account(who, 800_000)
    assess(assessor, who)
    # 8,000.00 × 20 % = 1,600.00, of which 8 % = 640.00 to the account and 960.00 to the pool
    assert amounts(who) == [(800_000, 0, 160_000, 64_000)]
    assert Contribution.objects.get().pool_share == 96_000


@pytest.mark.parametrize(
    ("wage", "base"),
    [(1, FLOOR), (FLOOR, FLOOR), (1_234_567, 1_234_567), (CEILING, CEILING), (10**9, CEILING)],
)
def test_a_wage_counts_between_floor_and_ceiling(assessor, enroll, found, employ, wage, base):
    who = enroll()
    employ(who, found(), wage=wage)
    (done,) = assess(assessor, who)
    assert done.contribution.base == base


def test_the_base_year_changes_in_july(intake, assessor, enroll, found, employ):
    who, where = enroll(), found()
    employ(who, where, from_=date(2025, 1, 1))
    for at, floor in ((month(2025, 6), 682_100), (month(2025, 7), 716_200)):
        wages.declare(by=intake, employer=where, month=at, wages={who.pk: 100_000})
        (done,) = assess(assessor, who, at)
        assert done.contribution.base == floor


def test_several_employers_share_one_floor_and_one_ceiling(
    assessor, enroll, found, employ, beijing
):
    who = enroll()
    for wage in (300_000, 200_000, 4_000_000, 100_000):
        employ(who, found(), wage=wage)
    assess(assessor, who)
    bases = [base for base, *_shares in amounts(who)]
    # 3,000 counts as the floor, 7,162; with 2,000 more it still does; then up to the ceiling.
    assert bases == [FLOOR, 0, CEILING - FLOOR, 0]
    assert books.balance(beijing, accounts.CONTRIBUTIONS_DUE) == CEILING * 24 // 100


def test_an_employer_who_declares_late_does_not_lift_the_ceiling(
    intake, assessor, enroll, found, employ
):
    who, first, second = enroll(), found(), found()
    employ(who, second, wage=3_000_000)
    assess(assessor, who)
    employ(who, first, wage=3_000_000)  # a smaller number, but later
    assess(assessor, who)
    assert sum(base for base, *_shares in amounts(who)) == CEILING


def test_any_day_of_a_month_makes_the_month_due_once(intake, assessor, enroll, found, employ):
    who, first, second = enroll(), found(), found()
    employ(who, first, from_=date(2026, 2, 28))
    cover.end(
        by=intake,
        person=who,
        branch=PENSION,
        last_day=date(2026, 3, 10),
        reason=EndReason.LEFT,
    )
    employ(who, second, from_=date(2026, 3, 11))
    for where, at, wage in (
        (first, MARCH - 1, 1_000_000),
        (first, MARCH, 300_000),
        (second, MARCH, 700_000),
    ):
        wages.declare(by=intake, employer=where, month=at, wages={who.pk: wage})
    for at in (MARCH - 1, MARCH):
        assess(assessor, who, at)
        assert sum(base for base, *_shares in amounts(who, at)) == 1_000_000
        assert all(min(row) >= 0 for row in amounts(who, at))


def test_who_turns_own_account_within_a_month_owes_it_as_an_employee(
    intake, assessor, enroll, found, employ, on_own_account
):
    who, where = enroll(), found()
    employ(who, where, wage=1_000_000)
    cover.end(
        by=intake,
        person=who,
        branch=PENSION,
        last_day=date(2026, 3, 10),
        reason=EndReason.CHANGED,
    )
    on_own_account(who, 800_000, from_=date(2026, 3, 11))
    assess(assessor, who)
    assess(assessor, who, MARCH + 1)
    found_as = dict(Contribution.objects.values_list("month", "category"))
    assert found_as == {MARCH: Category.EMPLOYEE, MARCH + 1: Category.OWN_ACCOUNT}


def test_the_same_month_again_is_refused_and_changes_nothing(
    assessor, enroll, found, employ, beijing
):
    who = enroll()
    employ(who, found(), wage=1_000_000)
    assess(assessor, who)
    before = list(Contribution.objects.values()), books.trial_balance(beijing)
    with pytest.raises(Refused, match="assessed already"):
        assess(assessor, who)
    assert before == (list(Contribution.objects.values()), books.trial_balance(beijing))


def test_months_that_cannot_be_assessed_say_why(
    intake, assessor, enroll, found, employ, on_own_account
):
    nobody, undeclared = enroll(), enroll()
    employ(undeclared, found())
    with pytest.raises(Refused, match="not insured in 2026-03"):
        assess(assessor, nobody)
    with pytest.raises(Refused, match="No wage and no chosen base is known"):
        assess(assessor, undeclared)
    with pytest.raises(Invalid, match="not begun"):
        assess(assessor, undeclared, month_of(timezone.localdate()) + 1)
    with pytest.raises(Refused, match="not insured in 2026-03"):
        contributions.assess(
            by=assessor, person=undeclared, month=MARCH, branch=Branch.UNEMPLOYMENT
        )
    with pytest.raises(Invalid, match="no such branch"):
        contributions.assess(by=assessor, person=undeclared, month=MARCH, branch=9)
    assert not Contribution.objects.exists()


def test_a_month_before_any_known_rate_is_refused_with_the_reason(
    intake, assessor, enroll, found, employ
):
    who, where = enroll(), found()
    employ(who, where, from_=date(2015, 1, 1))
    early = month(2015, 1)
    wages.declare(by=intake, employer=where, month=early, wages={who.pk: 500_000})
    with pytest.raises(Invalid, match="there is no value for 110105 on 2015-01-01"):
        contributions.assess(
            by=assessor, person=who, month=early, branch=PENSION, ruling="京劳人仲字 3"
        )
    assert not Contribution.objects.exists()


def test_only_an_assessor_of_the_region_assesses(staff, enroll, found, employ):
    who = enroll()
    employ(who, found(), wage=1_000_000)
    for role in set(Role) - {Role.ASSESSOR}:
        with pytest.raises(Denied):
            assess(staff(role), who)
    with pytest.raises(NotFound):
        assess(staff(Role.ASSESSOR, region="310000"), who)


def test_nobody_is_assessed_for_a_month_after_death(
    intake, assessor, enroll, on_own_account, run_month
):
    who = enroll()
    on_own_account(who, 800_000)
    life.record_death(by=intake, person=who, died_on=date(2026, 3, 20), document="死亡证明 1")
    assess(assessor, who, MARCH)
    with pytest.raises(Refused, match="not insured in 2026-04"):
        assess(assessor, who, MARCH + 1)


def test_the_run_and_the_counter_say_the_same(
    intake, assessor, enroll, found, employ, on_own_account, run_month
):
    def people():
        one, two, three = enroll(), enroll(), enroll()
        employ(one, found(), wage=1_234_567)
        for wage in (300_000, 500_050, 9_000_000):
            employ(two, found(), wage=wage)
        on_own_account(three, 800_001)
        return [one, two, three]

    by_hand, by_run = people(), people()
    for who in by_hand:
        assess(assessor, who)
    done = run_month()
    for hand, run in zip(by_hand, by_run, strict=True):
        assert amounts(hand) == amounts(run)
    assert Contribution.objects.filter(run_id=done.pk).count() == 5
    assert set(Contribution.objects.values_list("edition", flat=True)) == {done.edition_id}


def test_a_run_posts_what_it_assesses(
    assessor, enroll, found, employ, on_own_account, run_month, beijing
):
    one, two = enroll(), enroll()
    employ(one, found(), wage=1_000_000)
    on_own_account(two, 800_000)
    done = run_month()
    assert (done.state, done.count, done.total) == (Run.State.POSTED, 2, 240_000 + 160_000)
    assert done.preview["figures"] == {
        "employer_share": 160_000,
        "person_share": 240_000,
        "account_share": 144_000,
        "pool_share": 256_000,
    }
    assert done.preview["regions"] == {CHAOYANG: [2, 400_000]}
    assert len(done.preview["samples"]) == 2
    assert books.balance(beijing, accounts.CONTRIBUTIONS_DUE) == 400_000
    (line,) = [
        line
        for line in books.trial_balance(beijing)
        if line.account.number == accounts.CONTRIBUTIONS_DUE
    ]
    assert line.heads == 2


def test_a_run_with_several_chunks_assesses_everybody_once(
    monkeypatch, enroll, found, employ, run_month
):
    monkeypatch.setattr("enrollment.batch.contributions.CHUNK", 2)
    where = found()
    for _ in range(5):
        employ(enroll(), where, wage=1_000_000)
    done = run_month()
    assert done.chunks.count() == 3
    assert (done.count, Contribution.objects.count()) == (5, 5)
    assert len({chunk.checksum for chunk in done.chunks.all()}) == 3


def test_the_same_run_twice_is_refused(assessor, enroll, found, employ, run_month):
    employ(enroll(), found(), wage=1_000_000)
    run_month()
    for region in (BEIJING, CHAOYANG):
        with pytest.raises(Conflict, match="already"):
            runs.draft(kind="contributions", month=MARCH, region=region, by=assessor)
    assert Contribution.objects.count() == 1


def test_an_empty_selection_assesses_nobody(assessor, reviewer, enroll, found, employ, beijing):
    employ(enroll(), found())  # insured, but nothing declared
    drafted = runs.draft(kind="contributions", month=MARCH, region=BEIJING, by=assessor)
    shown = runs.preview(run_id=drafted.pk, by=assessor)
    assert (shown.count, shown.total) == (0, 0)
    assert [(left["code"], left["count"]) for left in shown.preview["held"]] == [
        ("wage_not_declared", 1)
    ]
    with pytest.raises(Refused, match="nobody"):
        runs.approve(run_id=drafted.pk, by=reviewer, total=0)
    work.work(drafted.pk)
    assert not Contribution.objects.exists()


def test_a_run_of_another_region_leaves_ours_alone(staff, assessor, enroll, found, employ, edition):
    fund.establish(PENSION, Scheme.EMPLOYEES, "310000")
    employ(enroll(), found(), wage=1_000_000)
    elsewhere = staff(Role.ASSESSOR, region="310000")
    drafted = runs.draft(kind="contributions", month=MARCH, region="310000", by=elsewhere)
    assert runs.preview(run_id=drafted.pk, by=elsewhere).count == 0


def test_what_changes_after_the_preview_stops_the_run(
    intake, assessor, reviewer, enroll, found, employ
):
    who, where = enroll(), found()
    employ(who, where, wage=1_000_000)
    drafted = runs.draft(kind="contributions", month=MARCH, region=BEIJING, by=assessor)
    shown = runs.preview(run_id=drafted.pk, by=assessor)
    runs.approve(run_id=drafted.pk, by=reviewer, total=shown.total)
    wages.declare(by=intake, employer=where, month=MARCH, wages={who.pk: 1_000_100})
    work.work(drafted.pk)
    assert Run.objects.get().state == Run.State.FAILED


def test_a_reversed_run_leaves_the_books_as_they_were(
    reviewer, enroll, found, employ, run_month, beijing
):
    who = enroll()
    employ(who, found(), wage=1_000_000)
    done = run_month()
    runs.reverse(run_id=done.pk, by=reviewer, reason="wrong wages")
    work.work(done.pk)
    assert Run.objects.get().state == Run.State.REVERSED
    assert not Contribution.objects.exists()
    assert books.balance(beijing, accounts.CONTRIBUTIONS_DUE) == 0
    assert run_month().count == 1


def test_a_run_that_was_paid_for_cannot_be_reversed(
    reviewer, accountant, enroll, found, employ, run_month
):
    where = found()
    employ(enroll(), where, wage=1_000_000)
    done = run_month()
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=1,
        received_on=date(2026, 4, 1),
        reference="R1",
        employer=where,
    )
    with pytest.raises(Refused, match="Money has come in"):
        runs.reverse(run_id=done.pk, by=reviewer, reason="too late")
    assert Contribution.objects.count() == 1


def test_a_contribution_is_never_changed(assessor, enroll, found, employ):
    who = enroll()
    employ(who, found(), wage=1_000_000)
    assess(assessor, who)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Contribution.objects.update(base=1)
    (made,) = Contribution.objects.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        Contribution.objects.bulk_create([made])
    made.part, made.employer_share = 1, -40_000
    with pytest.raises(IntegrityError, match="shares_possible"), transaction.atomic():
        Contribution.objects.bulk_create([made])


def test_the_working_of_a_contribution_can_be_shown_years_later(assessor, enroll, found, employ):
    who = enroll()
    employ(who, found(), wage=300_000)
    employ(who, found(), wage=800_000)
    assess(assessor, who)
    second = Contribution.objects.get(wage_before__gt=0)
    document = queries.working(second)
    shown = {line.code: line.shown["en"] for line in document.lines}
    assert shown["wage.base"] == "3,838.00"  # 11,000.00 − 7,162.00
    assert shown["due"] == "921.12"  # 24 % of it


def test_a_chunk_costs_the_same_queries_however_many_people(enroll, found, employ, run_month):
    where = found()

    def queries_of(at):
        with CaptureQueriesContext(connection) as captured:
            run_month(at)
        return len(captured)

    employ(enroll(), where, wage=1_000_000)
    few = queries_of(MARCH)
    for _ in range(6):
        employ(enroll(), where, wage=1_000_000, at=MARCH + 1)
    assert queries_of(MARCH + 1) <= few + 2


def test_an_insurance_that_is_renewed_within_a_month_owes_the_month_once_and_never_less_than_nothing(
    intake, assessor, enroll, found, employ, beijing
):
    """Left on the 10th, back with the same employer on the 20th: one month of 10,000.00, not a
    first part, a second and a negative difference."""
    who, where = enroll(), found()
    employ(who, where, from_=date(2026, 1, 1))
    cover.end(
        by=intake, person=who, branch=PENSION, last_day=date(2026, 3, 10), reason=EndReason.LEFT
    )
    employ(who, where, from_=date(2026, 3, 20), wage=1_000_000)
    assess(assessor, who)
    # 10,000.00 at 16 % is 1,600.00 and at 8 % 800.00
    assert amounts(who) == [(1_000_000, 160_000, 80_000, 80_000)]
    assert books.balance(beijing, accounts.CONTRIBUTIONS_DUE) == 240_000
