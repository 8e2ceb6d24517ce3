"""Against the office itself: a report without a name, and the government above reconsiders a decision."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from assistance.models import Application, Reconsideration, Report
from assistance.services import deciding, reconsidering, reporting
from socsec.office.errors import Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Case, Notice, Role
from tests.assistance.conftest import CHAOYANG, day, worker
from tests.assistance.test_desk import case_page
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def others(db):
    return worker(Role.INTAKE), worker(Role.ASSESSOR), worker(Role.REVIEWER)


@pytest.fixture
def refused(applied, looked_into, assessor, reviewer):
    application = looked_into(applied(), wage=9000_00)
    deciding.assess(by=assessor, application=application)
    return deciding.refuse(by=reviewer, application=application)


def test_a_report_without_a_name_is_looked_into_by_others_and_names_nobody(
    click, look, refused, others, assessor
):
    intake, second, checker = others
    refused.refresh_from_db()
    number = Case.objects.get(pk=refused.pk).number
    said = {"text": "调查的人没有进门", "number": number}
    click(intake, "report", data={**said, "number": "JZB1"}, status=422)
    click(intake, "report", data={**said, "text": " "}, status=422)
    assert not Report.objects.exists()
    click(intake, "report", data=said)
    report = Report.objects.get()
    assert (report.case.person_id, report.case.subject) == (None, reporting.NOBODY)
    entries = AuditEntry.objects.filter(subject_id=str(report.pk), act="case.open")
    assert [entry.person_id for entry in entries] == [None]
    # Those whom it is about neither read it nor handle it.
    assert "调查的人没有进门" not in look(assessor, case_page(report.pk)).text
    assert "调查的人没有进门" in look(second, case_page(report.pk)).text
    found = {"upheld": "on", "findings": "属实，已责令补做入户调查"}
    click(assessor, "grievance", [report.pk, "found"], found, status=422)
    report.refresh_from_db()
    assert report.upheld is None
    click(second, "grievance", [report.pk, "found"], found)
    click(checker, "grievance", [report.pk, "close"])
    report.refresh_from_db()
    assert (report.upheld, report.case.state) == (True, Case.State.GRANTED)
    assert not Notice.objects.filter(case=report.case).exists()


def test_who_gave_a_name_is_told_what_was_found(head, others):
    intake, second, checker = others
    report = reporting.receive(by=intake, region=CHAOYANG, text="排队太久", person=head)
    reporting.propose(by=second, report=report, upheld=False, findings="当日排队十分钟")
    with pytest.raises(Denied):
        reporting.decide(by=second, report=report)
    reporting.decide(by=checker, report=report)
    case = Case.objects.get(pk=report.pk)
    assert (case.state, len(case.reasons)) == (Case.State.REFUSED, 1)
    assert Notice.objects.filter(person_id=head.pk, case=case).count() == 1


def test_the_days_of_the_law_count_from_each_step(refused):
    held = Reconsideration(
        case=Case.objects.get(pk=refused.pk),
        source=refused.case.kind,
        decision=refused.pk,
        applied_on=date(2026, 11, 2),
        accepted_on=date(2026, 11, 9),
    )
    held.case.received_on = date(2026, 11, 16)
    due = [each.due_on for each in reconsidering.deadlines(held)]
    # Decided today: sixty days. Accepted within five working days of Monday the 2nd: Monday the 9th.
    # A copy within seven working days of the 9th: the 18th. Our answer within ten of the 16th: the
    # 30th. A decision sixty days after the 9th of November: the 8th of January.
    assert due == [
        timezone.localdate() + timedelta(days=60),
        date(2026, 11, 9),
        date(2026, 11, 18),
        date(2026, 11, 30),
        date(2027, 1, 8),
    ]
    held.extended = True
    assert reconsidering.deadlines(held)[-1].due_on == date(2027, 2, 7)
    held.summary = True
    due = [each.due_on for each in reconsidering.deadlines(held)]
    # Summary: three working days, five, and thirty days.
    assert due[2:] == [date(2026, 11, 12), date(2026, 11, 23), date(2026, 12, 9)]


def test_what_the_government_above_decides_is_carried_out_by_others(
    click, look, refused, others, reviewer
):
    intake, second, checker = others
    today = timezone.localdate()
    copy = {
        "body": "朝阳区人民政府",
        "grounds": "收入算错了",
        "line": "poor",
        **day("applied_on", today),
        **day("accepted_on", today),
        **day("received_on", today),
    }
    late = {**copy, **day("applied_on", today - timedelta(days=1))}
    click(intake, "reconsideration", [refused.pk], late, status=422)
    click(intake, "reconsideration", [refused.pk], {**copy, "line": "nothing"}, status=422)
    assert not Reconsideration.objects.exists()
    click(intake, "reconsideration", [refused.pk], copy)
    held = Reconsideration.objects.get()
    click(intake, "reconsideration", [refused.pk], copy, status=422)
    assert Reconsideration.objects.count() == 1
    click(second, "grievance", [held.pk, "answer"], {"text": "附核对材料"})
    result = {"outcome": "anew", "findings": "责令重新办理", **day("decided_on", today)}
    click(second, "grievance", [held.pk, "decided"], result)
    assert "朝阳区人民政府" in look(checker, case_page(held.pk)).text
    # Whoever refused it does not carry out the opposite.
    click(reviewer, "grievance", [held.pk, "carry"], status=422)
    assert not Application.objects.filter(open=True).exists()
    click(checker, "grievance", [held.pk, "carry"])
    held.refresh_from_db()
    assert held.carried == Application.objects.get(open=True).case.number


def test_a_reconsideration_that_keeps_the_decision_changes_nothing(refused, others):
    intake, second, checker = others
    today = timezone.localdate()
    asked = {
        "by": intake,
        "source": refused.case.kind,
        "decision": refused.pk,
        "body": "朝阳区人民政府",
        "grounds": "不同意",
        "applied_on": today,
        "accepted_on": today,
        "received_on": today,
    }
    with pytest.raises(NotFound):
        reconsidering.receive(**{**asked, "decision": 0})
    held = reconsidering.receive(**asked)
    with pytest.raises(Refused):
        reconsidering.decided(
            by=second, held=held, outcome="kept", findings="维持", decided_on=today
        )
    reconsidering.answer(by=second, held=held, text="附材料")
    with pytest.raises(Invalid):
        reconsidering.decided(
            by=second,
            held=held,
            outcome="kept",
            findings="维持",
            decided_on=today + timedelta(days=1),
        )
    reconsidering.decided(by=second, held=held, outcome="kept", findings="维持", decided_on=today)
    with pytest.raises(Denied):
        reconsidering.carry_out(by=second, held=held)
    reconsidering.carry_out(by=checker, held=held)
    assert not Application.objects.filter(open=True).exists()
    assert Case.objects.get(pk=held.pk).state == Case.State.REFUSED


def test_another_region_finds_no_report(look, head, others):
    intake, _second, _checker = others
    report = reporting.receive(by=intake, region=CHAOYANG, text="排队太久")
    stranger = staff(Role.ASSESSOR, region="310115")
    url = reverse("admin:assistance_grievance", args=[report.pk, "found"])
    assert look(stranger, url).status_code == 404


def test_anybody_reports_at_the_portal_without_a_name_and_follows_it_by_its_code(
    client, home, assessor, reviewer
):
    cache.clear()
    said = {"region": CHAOYANG, "text": "有人收礼才给办低保"}
    assert client.post(reverse("assistance_tell"), said | {"text": ""}).status_code == 422
    assert not Report.objects.exists()
    done = client.post(reverse("assistance_tell"), said)
    report, code = Report.objects.get(), done.context["code"]
    case = report.case
    assert code in done.content.decode()
    # Nobody stands behind it: no person, no clerk, and whoever opened it is the machine.
    assert (case.person_id, case.subject, case.channel) == (None, "匿名", "portal")
    assert case.opened_by.kind == "system"
    assert case.office.region_id == CHAOYANG

    def follow(**more):
        return client.post(
            reverse("assistance_follow"), {"number": case.number, "code": code} | more
        )

    assert "being looked into" in follow().content.decode()
    for wrong in ({"code": "0" * len(code)}, {"number": "JZT2020-1"}):
        assert follow(**wrong).status_code == 422
    reporting.propose(by=assessor, report=report, upheld=True, findings="属实，已经处分")
    assert "属实，已经处分" not in follow().content.decode()
    reporting.decide(by=reviewer, report=report)
    assert "属实，已经处分" in follow().content.decode()


def test_reports_of_one_address_are_limited(client, purse):
    cache.clear()
    said = {"region": CHAOYANG, "text": "反映问题"}
    answers = [client.post(reverse("assistance_tell"), said).status_code for _each in range(4)]
    assert answers == [200, 200, 200, 429]
    assert Report.objects.count() == 3
    cache.clear()
