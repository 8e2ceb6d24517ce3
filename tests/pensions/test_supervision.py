"""Supervision: each rule finds its one among many who are in order; judged by one, settled by another."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.models import (
    BankAccount,
    Category,
    Coverage,
    EventKind,
    LifeEvent,
    Person,
    ProofTask,
    Receipt,
    ReceiptAllocation,
    Refund,
)
from funds.models import Branch, Scheme, SupervisionFinding, accounts
from funds.services import ledger, supervision
from pensions.models import Award, Benefit, EntryKind
from pensions.services import entries
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role
from socsec.office.services import audit
from socsec.office.services import run as runs

from .conftest import BEIJING, PUDONG, SHANGHAI, staff

pytestmark = pytest.mark.django_db

AUGUST = month(2026, 8)
SEPTEMBER = month(2026, 9)
TODAY = date(2026, 10, 20)
State = SupervisionFinding.State


@pytest.fixture
def pensioner(shanghai, enroll, bank):
    """In payment since 2015 in due time: `pensioner(name)`."""

    def make(name="赵老", amount=2_000_00, born=date(1950, 5, 5)):
        who = enroll(name=name, born=born, region=PUDONG)
        parts = {"basic": amount, "account": 0, "transitional": 0}
        made = Award.objects.create(
            person=who, region=PUDONG, from_month=month(2015, 1), monthly=amount, **parts
        )
        Benefit.objects.create(
            person_id=who.pk, award_id=made.pk, from_month=month(2015, 1), **parts
        )
        bank(who)
        return made

    return make


def event(who, kind, day, by):
    return LifeEvent.objects.create(
        person=who, kind=kind, happened_on=day, known_on=day, by=by, document="通知", region=PUDONG
    )


def found(code):
    """What a rule found: the person's number and the amount of each."""
    return list(
        SupervisionFinding.objects.filter(rule=code, gone_on=None).values_list(
            "person_id", "amount"
        )
    )


def receipt(shanghai, who, day, amount):
    return Receipt.objects.create(
        person=who,
        branch=Branch.PENSION,
        region=PUDONG,
        fund_id=shanghai.pk,
        amount=amount,
        credit=0,
        received_on=day,
        reference=f"{who.pk}-{day}",
    )


def test_each_rule_of_pensions_finds_its_one(pensioner, drive, intake, shanghai, client, reviewer):
    fine, dead, twice, jailed, early, unproved, rises = (
        pensioner(name=name) for name in ("安老", "王老", "双老", "狱老", "早老", "未老", "涨老")
    )
    drive("pension_payroll", AUGUST)
    Benefit.objects.create(
        person_id=rises.person_id,
        award_id=rises.pk,
        from_month=SEPTEMBER,
        basic=3_500_00,
        account=0,
        transitional=0,
    )
    Award.objects.filter(pk=rises.pk).update(basic=3_500_00, monthly=3_500_00)
    drive("pension_payroll", SEPTEMBER)
    supervision.look(on=TODAY)
    assert SupervisionFinding.objects.values_list("rule", "person_id", "amount").get() == (
        "R12",
        rises.person_id,
        1_500_00,
    )
    jump = SupervisionFinding.objects.get()
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("admin:funds_supervisionfinding_change", args=[jump.pk]))
    assert "2,000.00" in page.content.decode()
    assert "3,500.00" in page.content.decode()
    Person.objects.filter(pk=dead.person_id).update(
        died_on=date(2026, 8, 20), death_known_on=date(2026, 10, 2)
    )
    Award.objects.create(
        person_id=twice.person_id,
        region=PUDONG,
        scheme=Scheme.RESIDENTS,
        from_month=month(2020, 1),
        monthly=100_00,
        basic=100_00,
        account=0,
        transitional=0,
    )
    event(jailed.person, EventKind.PRISON, date(2026, 7, 1), intake)
    event(jailed.person, EventKind.RELEASE, date(2026, 9, 3), intake)
    Person.objects.filter(pk=early.person_id).update(born_on=date(1965, 5, 5))
    ProofTask.objects.create(
        person_id=unproved.person_id,
        due_on=date(2026, 6, 30),
        region=PUDONG,
        what="pension",
        state=ProofTask.State.MISSED,
        missed_on=date(2026, 7, 15),
    )
    entries.write_one(
        fund=shanghai,
        kind=EntryKind.OPENING,
        person_id=dead.person_id,
        region=PUDONG,
        month=AUGUST,
        bears_from=SEPTEMBER,
        amount=900_00,
        source="balance",
    )
    with CaptureQueriesContext(connection) as asked:
        supervision.look(on=TODAY)
    assert len(asked) <= 12 * len(supervision.rules())
    assert found("R1") == [(dead.person_id, 2_000_00)]
    assert found("R2") == [(twice.person_id, 0)]
    # paid in August, free again in September
    assert found("R3") == [(jailed.person_id, 2_000_00)]
    assert found("R4") == [(early.person_id, 0)]
    assert found("R11") == [(unproved.person_id, 4_000_00)]
    assert found("R14") == []
    Person.objects.filter(pk=dead.person_id).update(died_on=date(2025, 8, 20))
    supervision.look(on=TODAY)
    assert found("R14") == [(dead.person_id, 900_00)]
    assert not SupervisionFinding.objects.filter(person_id=fine.person_id).exists()


def test_each_rule_of_records_and_books_finds_its_one(enroll, shanghai, bank, intake, reviewer):
    fine, child, shares, late, again = (
        enroll(name=name, born=born)
        for name, born in (
            ("安分", date(1990, 1, 1)),
            ("小童", date(2012, 1, 1)),
            ("同卡", date(1990, 1, 1)),
            ("补缴", date(1970, 1, 1)),
            ("退费", date(1980, 1, 1)),
        )
    )
    since = (date(2026, 1, 1), None)
    for who in (fine, child):
        Coverage.objects.create(
            person=who,
            branch=Branch.PENSION,
            category=Category.OWN_ACCOUNT,
            region=PUDONG,
            span=since,
        )
    card = {"bank": "工商银行", "account": "6222020200001234560", "last_four": "4560"}
    for who, purpose in ((fine, "benefit"), (shares, "contribution")):
        BankAccount.objects.create(
            person=who, purpose=purpose, holder=who.name, opened_on=date(2026, 1, 1), **card
        )
    paid = receipt(shanghai, late, date(2026, 9, 1), 36_000_00)
    ReceiptAllocation.objects.bulk_create(
        ReceiptAllocation(
            person_id=late.pk,
            month=month(2020, 1) + number,
            branch=Branch.PENSION,
            employer_id=0,
            receipt_id=paid.pk,
            region=PUDONG,
            amount=1_000_00,
            account_share=0,
            received_on=paid.received_on,
        )
        for number in range(36)
    )
    for day in (date(2026, 3, 1), date(2026, 5, 1)):
        Refund.objects.create(
            receipt=receipt(shanghai, again, day, 500_00),
            region=PUDONG,
            amount=500_00,
            way=Refund.Way.values[0],
            state=Refund.State.PAID,
            reason="多缴",
            maker=intake,
            checker=reviewer,
            decided_at=f"{day}T10:00:00+08:00",
        )
    own = staff(Role.INTAKE, person_id=fine.pk)
    audit.record(by=own, act="person.change", subject=fine, person_id=fine.pk, region=PUDONG)
    left = ledger.Posting(
        late.pk, accounts.INCOME_ACCOUNT, accounts.CONTRIBUTION_INCOME, 7_00, SEPTEMBER, PUDONG
    )
    ledger.post(shanghai, "receipt", [left], source="left", on=date(2026, 9, 30))
    supervision.look(on=TODAY)
    assert found("R5") == [(child.pk, 0)]
    assert found("R6") == [(late.pk, 36_000_00)]
    assert found("R8") == [(fine.pk, 0)]
    assert found("R9") == [(again.pk, 1_000_00)]
    assert [person for person, _amount in found("R10")] == [min(fine.pk, shares.pk)]
    assert found("R13") == [(None, 7_00)]


@pytest.fixture
def finding(pensioner, shanghai):
    pensioner()
    early = pensioner(name="早老")
    Person.objects.filter(pk=early.person_id).update(born_on=date(1965, 5, 5))
    supervision.look(on=TODAY)
    return SupervisionFinding.objects.get(rule="R4")


def test_one_judges_and_another_settles(finding, assessor, reviewer, intake):
    both = staff(Role.ASSESSOR, Role.REVIEWER)
    for error, by, act in (
        (Denied, intake, lambda by: supervision.judge(by=by, finding=finding.pk, real=True, reason="x")),
        (Invalid, assessor, lambda by: supervision.judge(by=by, finding=finding.pk, real=True, reason=" ")),
        (Conflict, reviewer, lambda by: supervision.settle(by=by, finding=finding.pk, remedy="x")),
        (NotFound, staff(Role.ASSESSOR, region=BEIJING),
         lambda by: supervision.judge(by=by, finding=finding.pk, real=True, reason="x")),
        (Denied, staff(Role.ASSESSOR, person_id=finding.person_id),
         lambda by: supervision.judge(by=by, finding=finding.pk, real=True, reason="x")),
    ):  # fmt: skip
        with pytest.raises(error):
            act(by)
        finding.refresh_from_db()
        assert finding.state == State.OPEN
    supervision.judge(by=both, finding=finding.pk, real=True, reason="档案出生日期更早")
    with pytest.raises(Denied):
        supervision.settle(by=both, finding=finding.pk, remedy="已更正")
    with pytest.raises(Conflict):
        supervision.judge(by=assessor, finding=finding.pk, real=False, reason="没有问题")
    done = supervision.settle(by=reviewer, finding=finding.pk, remedy="已更正出生日期")
    assert (done.state, done.judge, done.settler) == (State.SETTLED, both, reviewer)
    acts = AuditEntry.objects.filter(person_id=finding.person_id, act__startswith="finding.")
    assert [entry.act for entry in acts.order_by("pk")] == ["finding.judge", "finding.settle"]
    (rule,) = [each for each in supervision.precision(reviewer) if each.rule.code == "R4"]
    assert (rule.found, rule.open, rule.real, rule.false, rule.share) == (1, 0, 1, 0, 100)


def test_what_was_nothing_stays_nothing_and_what_is_gone_is_marked(finding, assessor):
    born = Person.objects.filter(pk=finding.person_id)
    born.update(born_on=date(1950, 5, 5))
    supervision.look(on=TODAY)
    finding.refresh_from_db()
    assert (finding.state, finding.gone_on) == (State.OPEN, TODAY)
    born.update(born_on=date(1965, 5, 5))
    assert supervision.look(on=TODAY)["R4"] == 0
    finding.refresh_from_db()
    assert finding.gone_on is None
    supervision.judge(by=assessor, finding=finding.pk, real=False, reason="特殊工种")
    assert supervision.look(on=TODAY)["R4"] == 0
    finding.refresh_from_db()
    assert finding.state == State.FALSE


def test_nobody_is_paid_about_whom_something_was_found(finding, assessor, reviewer, drive):
    made = runs.draft(kind="pension_payroll", month=AUGUST, region=SHANGHAI, by=assessor)
    made = runs.preview(run_id=made.pk, by=assessor)
    with pytest.raises(Refused) as refused:
        runs.approve(run_id=made.pk, by=reviewer, total=made.total)
    assert refused.value.code == "findings_open"
    made.refresh_from_db()
    assert (made.state, made.checker) == ("previewed", None)
    supervision.judge(by=assessor, finding=finding.pk, real=False, reason="特殊工种")
    runs.approve(run_id=made.pk, by=reviewer, total=made.total)


def test_the_desk_shows_judges_and_settles(
    client, finding, assessor, reviewer, django_assert_max_num_queries
):
    client.force_login(assessor, backend="django.contrib.auth.backends.ModelBackend")
    there = reverse("admin:funds_supervisionfinding_changelist")
    client.get(there)
    with django_assert_max_num_queries(22):
        page = client.get(there).content.decode()
    assert "早老" in page
    assert "R4" in page
    shown = client.get(reverse("admin:funds_supervisionfinding_change", args=[finding.pk]))
    assert "2015-01" in shown.content.decode()
    verb = reverse("admin:funds_finding_verb", args=[finding.pk, "real"])
    assert client.post(verb, {"reason": ""}).status_code == 422
    assert client.post(verb, {"reason": "出生日期不符"}).status_code == 302
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    settle = reverse("admin:funds_finding_verb", args=[finding.pk, "settle"])
    assert client.post(settle, {"reason": "已更正"}).status_code == 302
    finding.refresh_from_db()
    assert finding.state == State.SETTLED
    assert "100 %" in client.get(reverse("admin:funds_rules")).content.decode()
    stranger = staff(Role.ASSESSOR, region=BEIJING)
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert "早老" not in client.get(there).content.decode()
    assert client.get(verb).status_code == 404


def test_a_code_belongs_to_one_rule():
    rule = supervision.rules()[0]
    with pytest.raises(ValueError, match="twice"):
        supervision.register(supervision.Rule(rule.code, "x", "x", rule.ask, {}))
    assert [each.code for each in supervision.rules()] == sorted(
        {each.code for each in supervision.rules()}, key=lambda code: int(code[1:])
    )
