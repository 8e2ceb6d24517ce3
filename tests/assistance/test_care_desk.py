"""Care at the desk by clicking: from the visit to the confirmed order and the bed, and who is kept out."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assistance.models import (
    Bed,
    BedStay,
    BedWait,
    CareAssessment,
    CareOrder,
    CarePlan,
    CareProvider,
    CareState,
    OrderState,
    WaitState,
)
from assistance.rules.care_level import LIVING, MIND, SENSES
from assistance.services.care import beds, orders
from socsec.kernel.ids import make_credit_code
from socsec.kernel.months import month_of
from socsec.office.models import Role
from tests.assistance.care import SEVERE, issued, levelled, provider_of
from tests.assistance.conftest import BACKEND, CHAOYANG, day
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db


def scored(scores):
    """The boxes of the page of assessment."""
    groups = (("living", LIVING), ("mind", MIND), ("senses", SENSES))
    return {f"{group}_{name}": scores[name] for group, names in groups for name in names}


@pytest.fixture
def file_of(client):
    """The page of a person, opened with a reason."""

    def at(user, person):
        client.force_login(user, backend=BACKEND)
        page = reverse("admin:enrollment_person_change", args=[person.pk])
        return client.post(page, {"reason": "养老服务"}, follow=True).content.decode()

    return at


@pytest.fixture
def old(enroll, purse):
    return enroll("冯秀兰", date(1940, 3, 8), woman=True)


def test_care_is_brought_from_the_visit_to_the_bed_by_clicking(
    click, look, file_of, old, intake, assessor, reviewer
):
    today = timezone.localdate()
    visit = {**day("assessed_on", today), "second": "胡干事"}
    assert "Assess the level of care" in file_of(assessor, old)
    assert "Order care" not in file_of(intake, old)
    wrong = click(
        assessor, "care", [old.pk, "assess"], visit | scored(SEVERE | {"eating": 7}), status=422
    )
    assert "living" in wrong.context["form"].errors
    empty = scored(SEVERE) | {"mind_time": ""}
    assert "mind" in (
        click(assessor, "care", [old.pk, "assess"], visit | empty, status=422)
        .context["form"]
        .errors
    )
    assert not CareAssessment.objects.exists()
    click(assessor, "care", [old.pk, "assess"], visit | scored(SEVERE))
    level = CareAssessment.objects.get()
    assert level.level == 4
    click(reviewer, "careassessment_approve", [level.pk])
    shown = look(assessor, reverse("admin:assistance_careassessment_change", args=[level.pk]))
    assert "4 · severe II" in shown.content.decode()

    said = {**day("from_date", today), "home_PERSONAL": "12", "community_MEALS": "20"}
    click(assessor, "care", [old.pk, "plan"], said)
    plan = CarePlan.objects.get()
    assert plan.lines == [
        {"service": "PERSONAL", "setting": "HOME", "units": 12},
        {"service": "MEALS", "setting": "COMMUNITY", "units": 20},
    ]
    click(reviewer, "careplan_approve", [plan.pk])
    # The next plan begins with the one in force.
    again = look(assessor, reverse("admin:assistance_care", args=[old.pk, "plan"]))
    assert 'name="home_PERSONAL" value="12"' in again.content.decode()

    agreement = {
        "name": "松鹤养老院",
        "credit_code": make_credit_code("91", "110000", "600037341"),
        "region": CHAOYANG,
        "services": ["0", "8"],
        "settings": ["0", "2"],
        "document": "协议2026-1",
        "bank": "北京银行",
        "account": "62284800000018",
        **day("from_date", today - timedelta(days=30)),
        **day("until", today + timedelta(days=300)),
    }
    click(intake, "careprovider_propose", data=agreement)
    home = CareProvider.objects.get()
    click(reviewer, "careprovider_approve", [home.pk])
    shown = look(
        reviewer, reverse("admin:assistance_careprovider_change", args=[home.pk])
    ).content.decode()
    assert "62284800000018" not in shown

    issued(assessor, reviewer, month_of(today))
    four = {"provider": home.pk, "service": "0", "setting": "0", "units": "4", **day("day", today)}
    click(intake, "care", [old.pk, "order"], four)
    made = CareOrder.objects.get()
    page = reverse("admin:assistance_careorder_change", args=[made.pk])
    # What the elder tells the worker is nobody else's to read.
    assert made.code not in look(intake, page).content.decode()
    click(intake, "careorder_confirm", [made.pk], {"reason": "老人不会上网，电话核实"})
    made.refresh_from_db()
    # Four hours at 50 yuan, all by the voucher of 600.
    assert (made.state, made.cost, made.by_money) == (OrderState.CONFIRMED, 200_00, 200_00)
    assert "200.00" in look(intake, page).content.decode()
    click(intake, "care", [old.pk, "order"], four)
    click(
        intake,
        "careorder_cancel",
        [CareOrder.objects.get(state=OrderState.ORDERED).pk],
        {"reason": "住院了"},
    )

    click(intake, "careprovider_bed", [home.pk], {"label": "201-1"})
    bed = Bed.objects.get()
    click(intake, "care", [old.pk, "wait"], {"provider": home.pk})
    click(intake, "bed_offer", [bed.pk])
    wait = BedWait.objects.get()
    click(intake, "bedwait_decline", [wait.pk], {"reason": "想等双人间"})
    click(intake, "bed_offer", [bed.pk])
    click(intake, "bedwait_accept", [wait.pk], day("on", today))
    file_shown = file_of(intake, old)
    for each in ("4 · severe II", "400.00 yuan", "201-1", "personal care", "Order care"):
        assert each in file_shown, each
    click(intake, "bed_out", [bed.pk], {"reason": "回家", **day("on", today)})
    assert BedStay.objects.get().until == today
    click(intake, "care", [old.pk, "wait"], {"provider": home.pk})
    last = BedWait.objects.get(state=WaitState.WAITING)
    click(intake, "bedwait_leave", [last.pk], {"reason": "去了女儿家"})


def test_what_is_not_approved_says_why_and_counts_for_nothing(
    click, look, old, assessor, reviewer, intake
):
    today = timezone.localdate()
    visit = {**day("assessed_on", today), "second": "胡干事", **scored(SEVERE)}
    click(assessor, "care", [old.pk, "assess"], visit)
    made = CareAssessment.objects.get()
    click(reviewer, "careassessment_reject", [made.pk], {"reason": "与走访不符"})
    made.refresh_from_db()
    assert (made.state, made.reason) == (CareState.REJECTED, "与走访不符")
    shown = look(assessor, reverse("admin:assistance_careassessment_change", args=[made.pk]))
    assert "与走访不符" in shown.content.decode()
    assert not shown.context["desk_buttons"]


def test_another_region_finds_no_care_and_an_auditor_only_reads(
    client, look, old, intake, assessor, reviewer
):
    level = levelled(assessor, reviewer, old)
    home = provider_of(intake, reviewer)
    rows = [("careassessment", level.pk), ("careprovider", home.pk)]
    other = staff(Role.INTAKE, Role.ASSESSOR, Role.REVIEWER, region="310115")
    auditor = staff(Role.AUDITOR, region=CHAOYANG)
    for name, pk in rows:
        page = reverse(f"admin:assistance_{name}_change", args=[pk])
        assert look(other, page).status_code in (302, 404)
        seen = look(auditor, page)
        assert seen.status_code == 200
        assert not seen.context["desk_buttons"]
    for verb in ("assess", "plan", "order", "wait"):
        page = reverse("admin:assistance_care", args=[old.pk, verb])
        assert look(other, page).status_code == 404
        assert look(auditor, page).status_code == 403
        assert client.post(page, {}).status_code == 403
    assert look(assessor, reverse("admin:assistance_care", args=[old.pk, "x"])).status_code == 404


def test_lists_of_care_ask_no_more_for_more_rows(look, enroll, purse, intake, assessor, reviewer):
    home = provider_of(intake, reviewer)
    names = ("careassessment", "careorder", "bedwait", "voucher")

    def asked():
        found = {}
        for name in names:
            with CaptureQueriesContext(connection) as caught:
                look(reviewer, reverse(f"admin:assistance_{name}_changelist"))
            found[name] = len(caught)
        return found

    def one(name):
        who = enroll(name, date(1941, 1, 1))
        levelled(assessor, reviewer, who)
        beds.ask(by=intake, person=who, provider=home)
        orders.order(
            by=intake,
            person=who,
            provider=home,
            service=0,
            setting=0,
            units=1,
            day=timezone.localdate(),
        )

    one("甲老人")
    asked()
    first = asked()
    for name in ("乙老人", "丙老人", "丁老人"):
        one(name)
    issued(assessor, reviewer, month_of(timezone.localdate()))
    assert asked() == first
