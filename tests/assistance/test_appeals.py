"""A household disagrees: with a refusal, with a line of its sheet, with a reduction; other hands decide."""

import pytest
from django.urls import reverse

from assistance.models import Application, Circumstance, Grant, GrantState, Recognition
from assistance.services import appeals as assistance
from assistance.services import changing, deciding, paying
from socsec.office import appeals
from socsec.office.errors import Denied
from socsec.office.models import Appeal, Case, Role
from socsec.office.services import appeal as services
from tests.assistance.conftest import CHAOYANG, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def others(db):
    """Who had no hand in the decisions."""
    return worker(Role.INTAKE), worker(Role.ASSESSOR), worker(Role.REVIEWER)


@pytest.fixture
def reviewed(others):
    """Asks for a review of a decision, and brings it to its outcome."""
    intake, assessor, reviewer = others

    def make(source, decision, outcome, line=""):
        held = services.open_appeal(
            by=intake,
            source=source,
            decision=decision,
            grounds="我家的情况不是这样",
            channel="counter",
            line=line,
        )
        services.propose(by=assessor, appeal=held, outcome=outcome, findings="经复查属实")
        return services.decide(by=reviewer, appeal=held)

    return make


@pytest.fixture
def refused(applied, looked_into, assessor, reviewer):
    application = looked_into(applied(), wage=9000_00)
    deciding.assess(by=assessor, application=application)
    return deciding.refuse(by=reviewer, application=application)


def cut(grant, assessor, reviewer, kind, **more):
    changing.hear(by=assessor, grant=grant, text="不同意")
    change = changing.propose(by=assessor, grant=grant, kind=kind, reason="调整", **more)
    return changing.approve(by=reviewer, change=change)


def test_a_refusal_contested_by_its_line_is_applied_for_anew(refused, reviewed, assessor):
    kind = refused.case.kind
    held = reviewed(kind, refused.pk, "anew", line="poor")
    anew = Application.objects.get(open=True)
    assert held.carried == anew.case.number
    assert held.line == "poor"
    assert anew.members.count() == 3
    assert all(member.authorised_until for member in anew.members.all())
    assert anew.clocks.filter(began_on__isnull=False).exists()
    # Whoever decided then does not review.
    assert refused.case.maker_id in appeals.decision_of(held).hands


def test_who_decided_does_not_review_and_nothing_changes(refused, others, assessor):
    intake, _assessor, _reviewer = others
    held = services.open_appeal(
        by=intake, source=refused.case.kind, decision=refused.pk, grounds="不对", channel="counter"
    )
    with pytest.raises(Denied):
        services.propose(by=assessor, appeal=held, outcome="anew", findings="属实")
    assert Appeal.objects.get().outcome == ""
    assert not Application.objects.filter(open=True).exists()


def test_a_grant_contested_is_put_before_the_assessors(granted, reviewed):
    grant = granted()
    reviewed(grant.application.case.kind, grant.application_id, "looked_at", line="gap")
    found = Circumstance.objects.get()
    assert (found.grant, found.text) == (grant, "经复查属实")


def test_a_reduction_taken_back_pays_what_was_not_paid(granted, assessor, reviewer, reviewed):
    grant = granted()
    change = cut(grant, assessor, reviewer, "amount", changed={"earned": "3000"})
    part = paying.Part(change.from_month, CHAOYANG)
    assert paying.counted(part)[1] == 1712_50
    reviewed(assistance.CHANGE, change.pk, "undone")
    assert paying.counted(part)[1] == 2872_50
    assert Case.objects.get(kind=appeals.KIND).state == Case.State.GRANTED


def test_an_end_taken_back_revives_grant_and_recognition(granted, assessor, reviewer, reviewed):
    grant = granted()
    change = cut(grant, assessor, reviewer, "end", from_month=grant.from_month + 1)
    assert not Recognition.objects.filter(until=None).exists()
    reviewed(assistance.CHANGE, change.pk, "undone")
    grant = Grant.objects.get()
    assert (grant.state, grant.until_month) == (GrantState.RUNNING, None)
    assert Recognition.objects.filter(until=None).count() == 3
    part = paying.Part(grant.from_month + 2, CHAOYANG)
    assert paying.counted(part) == (3, 3 * 2872_50)


def test_the_page_of_a_decision_offers_the_review(
    client, refused, others, granted, assessor, reviewer
):
    intake, _assessor, _reviewer = others
    change = cut(granted(), assessor, reviewer, "suspend")
    client.force_login(intake, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("admin:office_case_change", args=[refused.pk]))
    assert reverse("admin:office_appeal_open", args=[refused.case.kind, refused.pk]) in page.text
    page = client.get(reverse("admin:assistance_grantchange_change", args=[change.pk]))
    assert reverse("admin:office_appeal_open", args=[assistance.CHANGE, change.pk]) in page.text
