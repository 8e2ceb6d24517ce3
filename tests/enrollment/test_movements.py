"""Insurance follows the person: three steps at two offices, and no month lost on the way."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment import queries
from enrollment.models import (
    Category,
    Coverage,
    Employment,
    Keep,
    MovedMonth,
    Movement,
    MovementState,
    PersonFact,
    Step,
)
from enrollment.params import MovementRule, NoNumbers
from enrollment.rules.movement import Mover, Overlap, overlap
from enrollment.rules.movement import movement as movement_rule
from enrollment.services import cover, movements
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import wages
from enrollment.services.record import prior
from funds.models import Scheme
from funds.services import fund
from socsec.kernel.months import month
from socsec.office import certificates as kinds
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Problem, Refused
from socsec.office.models import AuditEntry, Case, Notice, Role, User
from socsec.office.services import case as cases
from socsec.office.services import certificates as papers
from tests import papers as reading
from tests.api.conftest import partner
from tests.kernel.three_ways import three_ways

from .conftest import BEIJING, CHAOYANG, GUANGZHOU, MARCH, PENSION, SHANGHAI

RULES = MovementRule(temporary_age_man=600, temporary_age_woman=480)


@pytest.fixture
def two(staff, beijing):
    """The old place, Beijing, and the new one, Shanghai: a maker and a checker in each."""
    fund.establish(PENSION, Scheme.EMPLOYEES, SHANGHAI)

    class Two:
        intake = staff(Role.INTAKE)
        old = staff(Role.ASSESSOR), staff(Role.REVIEWER)
        new = staff(Role.ASSESSOR, region=SHANGHAI), staff(Role.REVIEWER, region=SHANGHAI)
        new_intake = staff(Role.INTAKE, region=SHANGHAI)
        stranger = staff(Role.INTAKE, Role.ASSESSOR, Role.REVIEWER, region=GUANGZHOU)

    return Two


@pytest.fixture
def mover(two, assessor, accountant, enroll, on_own_account):
    """Paid January to March 2026 in Beijing, and stopped there."""
    who = enroll()
    on_own_account(who, 800_000)
    for at in range(MARCH - 2, MARCH + 1):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=480_000,
        received_on=date(2026, 4, 15),
        reference="M1",
        person=who,
    )
    cover.end(by=two.intake, person=who, branch=PENSION, last_day=date(2026, 3, 31), reason="moved")
    return who


def ask(by, who, **more):
    return movements.ask(
        by=by,
        person=who,
        **{
            "branch": PENSION,
            "to_region": SHANGHAI,
            "household_region": CHAOYANG,
            "channel": "counter",
            **more,
        },
    )


def step(side, movement):
    """Maker and checker of one office do their part."""
    movements.propose(by=side[0], movement=movement)
    movement = movements.confirm(by=side[1], movement=movement)
    movement.refresh_from_db()
    return movement


def through(two, movement):
    for side in (two.new, two.old, two.new):
        movement = step(side, movement)
    return movement


def kept(who):
    return [(each.month, each.status, each.base) for each in queries.record(who.pk, PENSION)]


def test_a_record_moves_in_three_steps_and_stays_readable_at_both(two, mover):
    before = kept(mover)
    movement = ask(two.new_intake, mover)
    assert (movement.from_region, movement.state) == (CHAOYANG, MovementState.REQUESTED)
    movement = step(two.new, movement)
    assert movement.state == MovementState.ACCEPTED
    movement = step(two.old, movement)
    assert (movement.state, movement.months) == (MovementState.ATTESTED, 3)
    assert movement.serial.startswith("PZ2026")
    movement = step(two.new, movement)
    assert (movement.state, movement.money) == (MovementState.DONE, "due")
    mover.refresh_from_db()
    assert (mover.region, movement.file_before) == (SHANGHAI, CHAOYANG)
    history = PersonFact.objects.filter(person_id=mover.pk, detail="region").order_by("seq")
    assert [each.value for each in history] == [CHAOYANG, SHANGHAI]
    assert kept(mover) == before
    assert queries.keeper(mover.pk, PENSION) == SHANGHAI
    for clerk in (two.intake, two.new_intake):
        (seen,) = queries.movements(clerk)
        rows = list(queries.statement(seen))
        assert [(each.month, each.base, each.counts) for each in rows] == [
            (at, 800_000, True) for at in range(MARCH - 2, MARCH + 1)
        ]
    assert not queries.movements(two.stranger).exists()
    assert list(queries.done_since(0)) == list(queries.money_due()) == [movement]
    assert Notice.objects.filter(person_id=mover.pk).count() == 1
    regions = [each.case.region_id for each in movement.steps.order_by("case_id")]
    assert regions == [SHANGHAI, CHAOYANG, SHANGHAI]
    assert all(each.case.days == 15 for each in movement.steps.all())


@pytest.mark.parametrize("office", ["old", "new", "person"])
def test_either_office_and_the_person_can_ask_and_nobody_else(two, mover, office):
    person = User.objects.create(username="p", kind=User.Kind.INSURED, person_id=mover.pk)
    other = User.objects.create(username="o", kind=User.Kind.INSURED, person_id=mover.pk + 1)
    by = {"old": two.intake, "new": two.new_intake, "person": person}[office]
    for nobody in (two.stranger, other, two.old[1]):
        with pytest.raises((Denied, NotFound)):
            ask(nobody, mover)
    assert not Movement.objects.exists()
    movement = ask(by, mover)
    case = movement.steps.get().case
    assert (case.region_id, case.kind) == (SHANGHAI, "movement_accept")


def test_each_step_belongs_to_its_office_and_needs_two_hands(two, mover):
    movement = ask(two.new_intake, mover)
    with pytest.raises(NotFound):
        movements.propose(by=two.old[0], movement=movement)
    movements.propose(by=two.new[0], movement=movement)
    with pytest.raises((NotFound, Denied)):
        movements.confirm(by=two.old[1], movement=movement)
    with pytest.raises(Denied):
        movements.confirm(by=two.new[0], movement=movement)
    assert movements.confirm(by=two.new[1], movement=movement).state == MovementState.ACCEPTED
    with pytest.raises(NotFound):
        movements.propose(by=two.new[0], movement=movement)
    with pytest.raises((NotFound, Denied)):
        movements.propose(by=two.stranger, movement=movement)


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("how", ["refuse", "withdraw"])
def test_a_refusal_or_withdrawal_at_any_step_leaves_everything_as_it_was(two, mover, at, how):
    before, region = kept(mover), mover.region
    movement = ask(two.new_intake, mover)
    sides = [two.new, two.old, two.new]
    for side in sides[:at]:
        movement = step(side, movement)
    movements.propose(by=sides[at][0], movement=movement)
    if how == "refuse":
        with pytest.raises(Invalid, match="reason"):
            movements.refuse(by=sides[at][1], movement=movement, reason="because")
        movement = movements.refuse(by=sides[at][1], movement=movement, reason="wrong_person")
        assert Notice.objects.filter(person_id=mover.pk).count() == 1
    else:
        clerk = two.intake if at == 1 else two.new_intake
        movement = movements.withdraw(by=clerk, movement=movement, text="stays")
    mover.refresh_from_db()
    assert (kept(mover), mover.region) == (before, region)
    assert queries.keeper(mover.pk, PENSION) == CHAOYANG
    assert not Case.objects.filter(state__in=Case.OPEN).exists()
    with pytest.raises(Conflict, match="over"):
        movements.propose(by=two.new[0], movement=movement)
    assert ask(two.new_intake, mover).state == MovementState.REQUESTED  # it may be asked anew


def test_an_older_mover_away_from_home_keeps_the_record_and_gets_a_temporary_account(
    two, enroll, on_own_account
):
    who = enroll(born=date(1985, 5, 1))  # a woman of forty
    on_own_account(who, 800_000)
    away = ask(two.new_intake, who)
    assert step(two.new, away).state == MovementState.TEMPORARY
    assert queries.keeper(who.pk, PENSION) == CHAOYANG
    assert not away.steps.filter(step=Step.ATTEST).exists()
    home = ask(two.new_intake, who, household_region="310115")
    assert step(two.new, home).state == MovementState.ACCEPTED


def test_what_an_employer_insures_or_was_never_paid_is_not_attested(two, enroll, found, employ):
    who, firm = enroll(), found()
    employ(who, firm, wage=800_000)
    movement = step(two.new, ask(two.new_intake, who))
    before = AuditEntry.objects.count()
    with pytest.raises(Refused, match="still insured"):
        movements.propose(by=two.old[0], movement=movement)
    cover.end(
        by=two.intake,
        person=who,
        branch=PENSION,
        last_day=date(2026, 3, 31),
        reason="left",
        employer=firm,
    )
    with pytest.raises(Refused, match="No month"):
        movements.propose(by=two.old[0], movement=movement)
    assert AuditEntry.objects.count() == before + 1
    assert not MovedMonth.objects.exists()


@pytest.fixture
def silent(two, assessor, accountant, enroll, found, employ):
    """Paid January to March 2026 with an employer of Beijing, which never reported the leaving."""
    who, firm = enroll(), found()
    employ(who, firm)
    for at in range(MARCH - 2, MARCH + 1):
        wages.declare(by=two.intake, employer=firm, month=at, wages={who.pk: 800_000})
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    receipts.remit(
        by=accountant,
        payer=firm,
        amount=3 * 192_000,
        received_on=date(2026, 4, 15),
        reference="M3",
    )
    return who, firm


def leaving(by, movement, **said):
    wanted = {"last_day": date(2026, 3, 31), "document": "解除劳动合同证明 2026-3", **said}
    return movements.note_leaving(by=by, movement=movement, **wanted)


def test_a_silent_employers_own_certificate_ends_the_work_with_the_attestation(two, silent):
    who, _firm = silent
    movement = step(two.new, ask(two.new_intake, who))
    with pytest.raises(Refused, match="still insured"):
        movements.propose(by=two.old[0], movement=movement)
    leaving(two.old[0], movement)
    movements.propose(by=two.old[0], movement=movement)
    assert Employment.objects.get().span.upper is None  # nothing ends by one hand
    movement = movements.confirm(by=two.old[1], movement=movement)
    assert spans(who) == [(CHAOYANG, date(2026, 1, 1), date(2026, 3, 31), "left")]
    assert Employment.objects.get().span.upper == date(2026, 4, 1)
    # Who left has left, whatever becomes of the record.
    movements.withdraw(by=two.new_intake, movement=movement, text="stays")
    assert spans(who) == [(CHAOYANG, date(2026, 1, 1), date(2026, 3, 31), "left")]


def test_a_certificate_of_leaving_that_proves_nothing_changes_nothing(
    two, silent, mover, found, employ
):
    who, _firm = silent
    early = ask(two.new_intake, who)
    with pytest.raises(Conflict, match="old place"):
        leaving(two.new[0], early)
    movement = step(two.new, early)
    for said, code in (
        ({"document": " "}, "empty"),
        ({"last_day": date(2099, 1, 1)}, "in_the_future"),
        ({"last_day": date(2025, 12, 31)}, "before_begin"),
        # The law gives the employer fifteen days.
        ({"last_day": timezone.localdate() - timedelta(days=15)}, "employer_may_report"),
    ):
        with pytest.raises(Problem) as refused:
            leaving(two.old[0], movement, **said)
        assert refused.value.code == code
    with pytest.raises((Denied, NotFound)):
        leaving(two.new[0], movement)
    alone = step(two.new, ask(two.new_intake, mover))
    with pytest.raises(Refused, match="No employer"):
        leaving(two.old[0], alone)
    # March is assessed: who says that the work ended in February corrects it first.
    leaving(two.old[0], movement, last_day=date(2026, 2, 20))
    with pytest.raises(Refused, match="assessed"):
        movements.propose(by=two.old[0], movement=movement)
    leaving(two.old[0], movement)
    employ(who, found(), from_=timezone.localdate().replace(day=1))
    with pytest.raises(Refused, match="more than one"):
        movements.propose(by=two.old[0], movement=movement)
    assert {each.span.upper for each in Employment.objects.all()} == {None}
    assert spans(who)[0][2] is None


def test_a_partner_of_the_old_place_takes_the_certificate_of_leaving_down(two, silent):
    who, _firm = silent
    movement = ask(two.new_intake, who)
    old, new = partner("T110000", "bj-labour"), partner("T310000", "sh-labour")
    where = f"/api/v1/movements/{movement.public_id}/leaving/"
    body = {"last_day": "2026-03-31", "document": "解除劳动合同证明 2026-3"}

    def send(side, key, scope="movements:write", **said):
        return side.ask("post", where, body | said, scopes=(scope,), key=key, purpose="enrolment")

    early = send(old, "a")
    assert (early.status_code, early.json()["code"]) == (404, "outside_region")
    movement = step(two.new, movement)
    assert send(new, "b").json()["code"] == "outside_region"
    assert send(old, "c", "movements:read").status_code == 403
    assert send(old, "d", document=" ").json()["code"] == "invalid"
    movement.refresh_from_db()
    assert movement.left_on is None
    for _n in range(2):
        made = send(old, "e")
        assert (made.status_code, made.json()["left_on"]) == (201, "2026-03-31")
    assert AuditEntry.objects.filter(act="movement.leaving").count() == 1
    assert Employment.objects.get().span.upper is None  # the attestation ends it, by two hands
    step(two.old, movement)
    assert Employment.objects.get().span.upper == date(2026, 4, 1)


@pytest.fixture
def insured_still(two, assessor, accountant, enroll, on_own_account):
    """Paid January to March 2026 in Beijing as an own-account worker, and is insured there still."""
    who = enroll()
    on_own_account(who, 800_000)
    for at in range(MARCH - 2, MARCH + 1):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=480_000,
        received_on=date(2026, 4, 15),
        reference="M2",
        person=who,
    )
    return who


def spans(who):
    rows = Coverage.objects.filter(person=who, branch=PENSION).order_by("pk")
    return [(each.region, each.span.lower, each.last_day, each.end_reason) for each in rows]


def test_the_old_coverage_ends_with_the_attestation_and_the_new_place_goes_on_from_the_next_day(
    two, insured_still
):
    who, last_day = insured_still, timezone.localdate().replace(day=1) - timedelta(days=1)
    movement = step(two.new, ask(two.new_intake, who))
    assert movements.ending(movement).last_day == last_day
    movements.propose(by=two.old[0], movement=movement)
    assert spans(who)[0][2] is None  # nothing ends by one hand
    movement = movements.confirm(by=two.old[1], movement=movement)
    assert spans(who) == [(CHAOYANG, date(2026, 1, 1), last_day, "moved")]
    go_on_in_shanghai(two, who)
    assert step(two.new, movement).state == MovementState.DONE


def go_on_in_shanghai(two, who):
    cover.start(
        by=two.new_intake,
        person=who,
        branch=PENSION,
        category=Category.OWN_ACCOUNT,
        region=SHANGHAI,
        from_=timezone.localdate().replace(day=1),
        base=800_000,
    )


@pytest.mark.parametrize("how", ["refuse", "withdraw", "begun elsewhere"])
def test_the_old_coverage_goes_on_if_the_new_place_does_not_take_over(two, insured_still, how):
    before = spans(insured_still)
    movement = step(two.old, step(two.new, ask(two.new_intake, insured_still)))
    if how == "begun elsewhere":
        go_on_in_shanghai(two, insured_still)
    movements.propose(by=two.new[0], movement=movement)
    if how == "withdraw":
        movements.withdraw(by=two.new_intake, movement=movement, text="stays")
    else:
        movements.refuse(by=two.new[1], movement=movement, reason="wrong_person")
    assert (spans(insured_still) == before) == (how != "begun elsewhere")


def test_the_certificate_can_be_checked_by_anyone_and_says_what_was_attested(two, mover):
    movement = step(two.old, step(two.new, ask(two.new_intake, mover)))
    issued = papers.find(movement.serial)
    assert (issued.kind, issued.region, issued.person_id) == ("movement", CHAOYANG, mover.pk)
    checked = papers.check(serial=issued.serial, code=issued.code, mark=issued.mark)
    assert checked.verdict is papers.Verdict.TRUE
    said = " ".join(str(part) for line in checked.lines for part in line)
    assert "3 paid" in said
    assert mover.resident_id not in said
    with pytest.raises(NotFound):
        papers.check(serial=issued.serial, code="0000-0000-00")
    for language, word in (("en", "2026-01"), ("zh-hans", "参保缴费凭证")):
        printed = reading.text(kinds.pdf(issued, language))
        assert word in printed
        assert issued.code in printed


def test_a_month_that_changes_after_it_was_prepared_is_not_attested(two, mover, assessor):
    movement = step(two.new, ask(two.new_intake, mover))
    movements.propose(by=two.old[0], movement=movement)
    entered = prior.enter_paid(
        by=assessor,
        person=mover,
        branch=PENSION,
        region=BEIJING,
        bases={month(2019, 5): 500_000},
        document="D",
    )
    prior.approve(by=two.old[1], prior=entered)
    with pytest.raises(Conflict, match="changed"):
        movements.confirm(by=two.old[1], movement=movement)
    movements.send_back(by=two.old[1], movement=movement, text="a month more")
    movement = step(two.old, movement)
    assert (movement.turn, movement.months) == (2, 4)
    assert MovedMonth.objects.filter(turn=1).count() == 3  # what was sent back stays readable


def test_overlapping_months_count_once_as_the_person_chose(two, mover, staff):
    entered = prior.enter_deemed(
        by=two.new[0],
        person=mover,
        branch=PENSION,
        region=SHANGHAI,
        first_month=month(2025, 11),
        last_month=month(2025, 12),
        document="D",
    )
    prior.approve(by=two.new[1], prior=entered)
    # February 2026 was paid in both places; in these books only a correction can bring that about.
    queries_months = [
        *queries.place_months(mover.pk, PENSION),
        queries.PlaceMonth(MARCH - 1, SHANGHAI, False, False, 900_000),
    ]
    for keep, counted in ((Keep.NEW, 2), (Keep.OLD, 3)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(queries, "place_months", lambda *a: queries_months)
            movement = through(two, ask(two.new_intake, mover, keep=keep, from_region=CHAOYANG))
        rows = list(queries.statement(movement))
        assert [each.overlaps for each in rows] == [False, True, False]
        assert sum(each.counts for each in rows) == counted
        mover.region = CHAOYANG
        mover.save()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"branch": 3}, "branch_stays"),
        ({"to_region": "999999"}, "no_region"),
        ({"to_region": "110108"}, "same_pool"),
        ({"household_region": ""}, "no_region"),
        ({"keep": 9}, "no_choice"),
    ],
)
def test_what_cannot_be_asked_changes_nothing(two, mover, wrong, code):
    before = AuditEntry.objects.count()
    with pytest.raises(Problem) as refusal:
        ask(two.intake, mover, **wrong)
    assert refusal.value.code == code
    assert (AuditEntry.objects.count(), Movement.objects.count()) == (before, 0)


def test_one_at_a_time_and_a_repeated_key_is_the_same_request(two, mover, enroll):
    movement = ask(two.new_intake, mover, key="k1")
    assert ask(two.new_intake, mover, key="k1") == movement
    with pytest.raises(Conflict, match="under way"):
        ask(two.intake, mover, key="k2")
    with pytest.raises(IntegrityError), transaction.atomic():
        Movement.objects.create(
            person=mover,
            branch=PENSION,
            from_region=CHAOYANG,
            to_region=GUANGZHOU,
            household_region=CHAOYANG,
            requested_on=timezone.localdate(),
        )
    with pytest.raises(Refused, match="never insured"):
        ask(two.intake, enroll())


def test_the_retired_and_the_dead_do_not_move(two, enroll, on_own_account, intake):
    who = enroll()
    on_own_account(who, 800_000)
    cover.end(by=intake, person=who, branch=PENSION, last_day=date(2026, 3, 31), reason="retired")
    with pytest.raises(Refused, match="retired"):
        ask(two.intake, who)


def test_money_follows_the_record_forward_only(two, mover, accountant):
    movement = ask(two.new_intake, mover)
    with pytest.raises(Refused, match="follows"):
        movements.set_money(by=None, movement=movement, state="due")
    movement = through(two, movement)
    with pytest.raises(Conflict):
        movements.set_money(by=None, movement=movement, state="received")
    with pytest.raises(Denied):
        movements.set_money(by=two.intake, movement=movement, state="sent")
    movements.set_money(by=accountant, movement=movement, state="sent")
    movements.set_money(by=None, movement=movement, state="received")
    assert not queries.money_due().exists()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["propose", "confirm", "back", "refuse", "withdraw", "ask"]), max_size=14
    )
)
def test_months_are_conserved_in_any_order_of_steps_retries_and_refusals(two, mover, acts):
    """Whoever presses whatever at whichever office: the record has the same months all the time."""
    before = kept(mover)
    clerks = [*two.new, *two.old, two.new_intake, two.intake, two.stranger]
    with transaction.atomic():
        movement = ask(two.new_intake, mover)
        for act in acts:
            for by in clerks:
                try:
                    with transaction.atomic():
                        if act == "propose":
                            movements.propose(by=by, movement=movement)
                        elif act == "confirm":
                            movements.confirm(by=by, movement=movement)
                        elif act == "back":
                            movements.send_back(by=by, movement=movement, text="x")
                        elif act == "refuse":
                            movements.refuse(by=by, movement=movement, reason="wrong_person")
                        elif act == "withdraw":
                            movements.withdraw(by=by, movement=movement, text="x")
                        else:
                            movement = ask(by, mover)
                except Problem:
                    continue
                break
            movement.refresh_from_db()
            mover.refresh_from_db()
            assert kept(mover) == before
            done = Movement.objects.filter(state=MovementState.DONE).exists()
            assert mover.region == (SHANGHAI if done else CHAOYANG)
            if movement.state in (MovementState.ATTESTED, MovementState.DONE):
                counted = queries.statement(movement).filter(counts=True)
                assert [(each.month, each.base) for each in counted] == [
                    (at, base) for at, _status, base in before
                ]
            assert Movement.objects.filter(state__in=Movement.OPEN).count() <= 1
        transaction.set_rollback(True)


@pytest.mark.django_db
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "age": st.one_of(st.sampled_from([479, 480, 599, 600]), st.integers(0, 1200)),
                "woman": st.booleans(),
                "household": st.booleans(),
                "transferred": st.booleans(),
            }
        ),
        min_size=1,
        max_size=8,
    ),
    st.lists(
        st.fixed_dictionaries(
            {"old": st.integers(1, 2), "new": st.integers(1, 2), "chosen": st.integers(1, 2)}
        ),
        min_size=1,
        max_size=8,
    ),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_rules_say_the_same_three_ways(db, movers, overlaps):
    three_ways(movement_rule, movers, RULES, facts=Mover)
    three_ways(overlap, overlaps, NoNumbers(), facts=Overlap)


def test_the_clock_runs_at_each_office_by_itself(two, mover):
    movement = step(two.new, ask(two.new_intake, mover))
    case = movement.steps.get(step=Step.ATTEST).case
    assert case.is_open
    assert case.clock().left == 15
    with pytest.raises((Denied, NotFound)):
        cases.take(case_id=case.pk, by=two.new[0])
    assert cases.take(case_id=case.pk, by=two.old[0]).clerk == two.old[0]
