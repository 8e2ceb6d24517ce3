"""A local programme without code: entered and approved in the admin by two people, applied for, paid."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assistance.models import (
    Application,
    Grant,
    GrantPayment,
    Programme,
    ProgrammeState,
    Recognition,
    Step,
)
from assistance.rules.facts import Standing
from assistance.services import programmes
from funds.models import PaymentOrder
from socsec.kernel.months import month_of
from socsec.office.errors import Conflict, Denied, Invalid
from socsec.office.models import PolicyValue, Role
from tests.assistance.conftest import CHAOYANG, worker
from tests.assistance.test_application import paid

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def day(name, when):
    return {f"{name}_day": when.day, f"{name}_month": when.month, f"{name}_year": when.year}


@pytest.fixture
def two():
    return worker(Role.POLICY_OFFICER), worker(Role.POLICY_OFFICER)


@pytest.fixture
def click(client):
    def send(user, name, args=(), data=None, status=302):
        client.force_login(user, backend=BACKEND)
        url = reverse(f"admin:{name}", args=args)
        assert client.get(url).status_code == 200, url
        answer = client.post(url, data or {})
        assert answer.status_code == status, answer.context and answer.context["form"].errors
        return answer

    return send


HEATING = {
    "region": CHAOYANG,
    "slug": "heating",
    "name_zh": "冬季取暖补助",
    "name_en": "Heating aid",
    "about_zh": "低保家庭冬季取暖，按人发放",
    "about_en": "For heating in winter, so much for each member",
    "family": "special",
    "unit": "household",
    "rhythm": "once",
    "form": "cash",
    "first_month": "application",
    "noticed": "",
    "law": "朝政办发〔2026〕9号",
    **day("since", date(2026, 1, 1)),
    "fact_accepted": "DIBAO",
    "fact_part": "10",
    "fact_base": "20",
    "fact_a_head": "yes",
}
STEPS = {
    "region": CHAOYANG,
    "law": "朝政办发〔2026〕9号",
    **day("since", date(2026, 1, 1)),
    "survey_place": "1",
    "survey_actor": "township",
    "survey_limit": "5",
    "survey_unit": "working",
    "decide_place": "2",
    "decide_actor": "township",
    "decide_limit": "3",
    "decide_unit": "working",
}


def test_a_programme_goes_from_the_admin_to_money_in_the_bank_without_code(
    click, client, two, granted, head, intake, assessor, reviewer
):
    one, other = two
    granted()  # the household is recognised: the guarantee
    assert Recognition.objects.filter(person=head, standing=Standing.DIBAO).exists()
    # The standard of the county, as a policy value of two people.
    standard = {
        "code": "assistance.dibao.urban",
        "region": CHAOYANG,
        **day("from_date", date(2026, 1, 1)),
        "value": "1500",
        "law": "朝政办发〔2026〕8号",
        "status": "official",
    }
    client.force_login(one, backend=BACKEND)
    region = client.get(reverse("admin:office_policy_enter")).context["form"].fields["region"]
    standard["region"] = region.queryset.get(code=CHAOYANG).pk
    click(one, "office_policy_enter", data=standard)
    value = PolicyValue.objects.get()
    click(one, "office_policy_verb", [value.pk, "approve"], status=422)
    click(other, "office_policy_verb", [value.pk, "approve"])
    # The programme and its procedure.
    click(one, "assistance_programme_rule", data={"rule": "assistance.local"})
    click(one, "assistance_programme_enter", ["assistance.local"], HEATING)
    made = Programme.objects.get(slug="heating")
    assert made.given == {"accepted": "DIBAO", "part": "0.1", "base": "20.00", "a_head": True}
    asked = client.get(reverse("admin:assistance_programme_procedure", args=[made.pk]))
    assert 'name="survey_place"' in asked.content.decode()
    click(one, "assistance_programme_procedure", [made.pk], STEPS)
    click(one, "assistance_programme_approve", [made.pk], status=422)
    approval = [made.pk, CHAOYANG, "2026-01-01"]
    click(one, "assistance_programme_procedure_approve", approval, status=422)
    assert "heating" not in programmes.in_force(CHAOYANG, timezone.localdate())
    assert programmes.steps_of("heating", CHAOYANG, timezone.localdate()) == []
    click(other, "assistance_programme_approve", [made.pk])
    click(other, "assistance_programme_procedure_approve", approval)
    page = client.get(reverse("admin:assistance_programme_change", args=[made.pk]))
    assert "朝政办发〔2026〕9号" in page.content.decode()
    # A household applies, is visited, and is granted by two.
    today = timezone.localdate()
    click(intake, "assistance_apply", [head.pk, "heating"], day("received_on", today))
    application = Application.objects.get(programme__slug="heating")
    assert [clock.step.code for clock in application.clocks.all()] == ["survey", "decide"]
    visit = {**day("visited_on", today), "second": "胡干事", "hand_in": "1"}
    click(assessor, "assistance_survey", [application.pk], visit)
    click(assessor, "assistance_verb", [application.pk, "assess"])
    click(reviewer, "assistance_verb", [application.pk, "grant"])
    grant = Grant.objects.get(programme=made)
    # (20 + 1,500 × 10 %) × 3 members = 170 × 3
    assert grant.amounts.get().amount == 510_00
    paid(assessor, reviewer, month_of(today))
    assert GrantPayment.objects.get(grant=grant).amount == 510_00
    assert PaymentOrder.objects.get().amount == 510_00


def test_what_cannot_be_a_procedure_is_refused(click, two, purse):
    one, _other = two
    click(one, "assistance_programme_enter", ["assistance.local"], HEATING)
    made = Programme.objects.get(slug="heating")
    before = Step.objects.count()
    without_decision = {k: v for k, v in STEPS.items() if not k.startswith("decide")}
    click(one, "assistance_programme_procedure", [made.pk], without_decision, status=422)
    noticed = {**STEPS, "notice_place": "1", "notice_actor": "township", "notice_limit": "7"}
    noticed["notice_unit"] = "calendar"
    click(one, "assistance_programme_procedure", [made.pk], noticed, status=422)
    click(one, "assistance_programme_procedure", [made.pk], {**STEPS, "law": ""}, status=422)
    assert Step.objects.count() == before
    click(one, "assistance_programme_procedure", [made.pk], STEPS)
    decide = {"code": "decide", "place": 1, "actor": "county", "limit": 1, "unit": "working"}
    again = {"programme": "heating", "region": CHAOYANG, "since": date(2026, 1, 1), "law": "x"}
    with pytest.raises(Conflict):
        programmes.propose_steps(by=one, steps=[decide], **again)
    assert Step.objects.count() == before + 2


def test_a_programme_with_an_impossible_fact_or_a_notice_of_a_child_is_refused(click, two, purse):
    one, _other = two
    for wrong in (
        {"fact_part": "-5"},
        {"fact_base": "-1"},
        {"for_children": "on", "noticed": "on"},
        {"slug": "Not A Code"},
    ):
        click(one, "assistance_programme_enter", ["assistance.local"], {**HEATING, **wrong}, 422)
    assert not Programme.objects.filter(state=ProgrammeState.PROPOSED).exists()


def test_a_clerk_neither_enters_nor_approves_a_programme(client, two, intake, purse):
    one, _other = two
    made = programmes.propose(
        by=one,
        region=CHAOYANG,
        slug="local",
        name_zh="补助",
        name_en="Aid",
        about_zh="补助",
        about_en="Aid",
        family="special",
        rule="assistance.local",
        unit="person",
        rhythm="once",
        first_month="next",
        means_tested=False,
        noticed=False,
        law="区政府办",
        since=timezone.localdate() - timedelta(days=1),
    )
    client.force_login(intake, backend=BACKEND)
    assert (
        client.get(reverse("admin:assistance_programme_change", args=[made.pk])).status_code == 200
    )
    for name, args in (
        ("rule", []),
        ("enter", ["assistance.local"]),
        ("approve", [made.pk]),
        ("procedure", [made.pk]),
    ):
        url = reverse(f"admin:assistance_programme_{name}", args=args)
        assert client.get(url).status_code == 403, name
    with pytest.raises(Denied):
        programmes.approve(by=intake, programme=made)
    with pytest.raises(Invalid):
        programmes.check_facts("assistance.local", {"base": "-1"})
