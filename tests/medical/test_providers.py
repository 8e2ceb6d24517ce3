"""Providers: register, agreements and measures by two people, accounts, price lists, the public finder."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from medical.models import (
    Agreement,
    Care,
    CatalogueEdition,
    CatalogueItem,
    Provider,
    ProviderItem,
    Sanction,
)
from medical.queries import providers as queries
from medical.services.providers import agreements, prices, register
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Role, User

from .clerks import PUDONG, SHANGHAI, SICHUAN, clerk
from .test_catalogue import workbook

TODAY = timezone.localdate()
YEAR = timedelta(days=365)
HEAD = ["院内编码", "名称", "目录类别", "医保编码", "单价"]


@pytest.fixture
def intake(db):
    return clerk(Role.INTAKE)


@pytest.fixture
def reviewer(db):
    return clerk(Role.REVIEWER)


@pytest.fixture
def assessor(db):
    return clerk(Role.ASSESSOR)


@pytest.fixture
def hospital(intake):
    return register.enroll(
        by=intake,
        code="h31011500001",
        name="浦东某某医院",
        kind=1,
        level=3,
        region=PUDONG,
        address="世纪大道1号",
        phone="021-12345678",
    )


@pytest.fixture
def agreement(intake, reviewer, hospital):
    made = agreements.propose(
        by=intake,
        provider=hospital,
        from_date=TODAY - YEAR,
        until=TODAY + YEAR,
        care=[Care.OUTPATIENT, Care.INPATIENT],
        document="沪医协〔2025〕1号",
    )
    agreements.decide(by=reviewer, agreement=made, approve=True)
    made.refresh_from_db()
    return made


def test_an_agreement_counts_once_a_second_person_approved_it_and_ends_early(
    intake, reviewer, hospital
):
    said = {"from_date": TODAY, "until": TODAY + YEAR, "document": "协议1", "care": [11, 21]}
    made = agreements.propose(by=intake, provider=hospital, **said)
    assert queries.agreement_on(hospital.pk, TODAY) is None
    assert queries.to_decide(reviewer).count() == 1
    with pytest.raises(Denied):
        agreements.decide(by=intake, agreement=made, approve=True)
    agreements.decide(by=reviewer, agreement=made, approve=True)
    assert queries.agreement_on(hospital.pk, TODAY) == made
    with pytest.raises(Refused, match="协议1"):
        agreements.propose(by=intake, provider=hospital, **said)
    agreements.end(by=reviewer, agreement=made, on=TODAY, reason="搬迁")
    assert queries.agreement_on(hospital.pk, TODAY) == made
    assert queries.agreement_on(hospital.pk, TODAY + timedelta(days=1)) is None
    with pytest.raises(Conflict):
        agreements.end(by=reviewer, agreement=made, on=TODAY, reason="再次")


def test_what_is_refused_changes_nothing(intake, reviewer, hospital):
    more = {"name": "某某药店", "region": PUDONG}
    for wrong, said in (
        ("eleven digits", {"code": "310", "kind": 3, "level": 4}),
        ("level of pharmacies", {"code": "P31011500002", "kind": 3, "level": 1}),
        ("no such level", {"code": "P31011500002", "kind": 3, "level": 9}),
    ):
        with pytest.raises(Invalid, match=wrong):
            register.enroll(by=intake, **said, **more)
    with pytest.raises(Conflict, match="already"):
        register.enroll(by=intake, code=hospital.code, kind=1, level=1, **more)
    with pytest.raises(NotFound):
        register.enroll(
            by=intake, code="P51000000002", kind=3, level=4, name="远店", region=SICHUAN
        )
    with pytest.raises(Denied):
        register.enroll(by=reviewer, code="P31011500002", kind=3, level=4, **more)
    span = {"from_date": TODAY, "until": TODAY + YEAR, "document": "协议"}
    with pytest.raises(Invalid, match="gives"):  # a hospital is no pharmacy
        agreements.propose(by=intake, provider=hospital, care=[Care.PHARMACY], **span)
    with pytest.raises(Invalid, match="before it begins"):
        agreements.propose(
            by=intake, provider=hospital, care=[11], **span | {"until": TODAY - YEAR}
        )
    draft = agreements.propose(by=intake, provider=hospital, care=[11], **span)
    with pytest.raises(Invalid):
        agreements.decide(by=reviewer, agreement=draft, approve=False, reason=" ")
    agreements.decide(by=reviewer, agreement=draft, approve=False, reason="文号不对")
    assert (Provider.objects.count(), Agreement.objects.count()) == (1, 0)


def test_a_measure_stops_settlements_of_the_whole_or_of_a_department(
    intake, assessor, reviewer, hospital, agreement
):
    ward = register.set_department(
        by=intake, provider=hospital, code="N01", name="内科", from_date=TODAY - YEAR, until=None
    )
    said = {"reason": "过度诊疗", "law": "735号令第三十九条", "until": None}
    one = agreements.sanction(
        by=assessor, provider=hospital, department=ward, kind="suspended", from_date=TODAY, **said
    )
    assert queries.stop_on(hospital.pk, TODAY, "N01") is None
    agreements.decide_sanction(by=reviewer, sanction=one, approve=True)
    assert queries.stop_on(hospital.pk, TODAY, "N01") == one
    assert queries.stop_on(hospital.pk, TODAY) is None
    end = agreements.sanction(
        by=assessor, provider=hospital, kind="terminated", from_date=TODAY + YEAR / 5, **said
    )
    with pytest.raises(Denied):
        agreements.decide_sanction(by=assessor, sanction=end, approve=True)
    agreements.decide_sanction(by=reviewer, sanction=end, approve=True)
    agreement.refresh_from_db()
    assert agreement.last_day == end.from_date - timedelta(days=1)
    agreements.lift(by=reviewer, sanction=one, on=TODAY + timedelta(days=3), reason="整改完毕")
    assert queries.stop_on(hospital.pk, TODAY + timedelta(days=4), "N01") is None
    with pytest.raises(Invalid):
        agreements.sanction(by=assessor, provider=hospital, kind="fine", from_date=TODAY, **said)
    with pytest.raises(Invalid):
        agreements.lift(by=reviewer, sanction=end, on=TODAY, reason="不在期内")
    assert Sanction.objects.count() == 2


def test_an_account_of_a_providers_system(intake, reviewer, hospital):
    made, secret = register.open_account(by=reviewer, provider=hospital, username="pudong-his")
    assert secret
    assert queries.provider_of(made.user) == hospital
    assert made.user.kind == User.Kind.PARTNER
    assert queries.provider_of(reviewer) is None
    with pytest.raises(Denied):
        register.open_account(by=intake, provider=hospital, username="other")
    register.end_account(by=reviewer, account=made)
    assert not User.objects.get(pk=made.user_id).is_active
    assert queries.provider_of(made.user, TODAY + timedelta(days=1)) is None
    with pytest.raises(Conflict):
        register.end_account(by=reviewer, account=made)


@pytest.fixture
def listed(intake):
    """Two drugs of the catalogue of Shanghai."""
    edition = CatalogueEdition.objects.create(
        region=SHANGHAI,
        kind=1,
        from_date=date(2025, 1, 1),
        document="目录",
        digest="0",
        maker=intake,
    )
    for code, limit in (("XA01", 50), ("XA02", None)):
        CatalogueItem.objects.create(
            region=SHANGHAI,
            kind=1,
            code=code,
            name="药",
            item_class=1,
            price_limit=limit,
            from_date=edition.from_date,
            edition=edition,
        )


def test_a_price_list_is_matched_to_the_catalogue(
    intake, hospital, listed, django_capture_on_commit_callbacks
):
    def send(*rows, day=TODAY):
        with django_capture_on_commit_callbacks(execute=True):
            job = prices.hand_in(
                by=intake, provider=hospital, from_date=day, file=workbook(*rows, head=HEAD)
            )
        job.refresh_from_db()
        return job

    job = send(
        ["1", "阿司匹林", "药品", "XA01", "0.80"],
        ["2", "维生素", "药品", "XA02", "3"],
        ["3", "自制膏药", "药品", "", "12"],
        ["4", "坏行", "食品", "XA02", "1"],
        ["2", "重复", "药品", "XA02", "1"],
        day=TODAY - timedelta(days=9),
    )
    assert {name: job.result[name] for name in ("new", "changed", "same", "bad")} == {
        "new": 3,
        "changed": 0,
        "same": 0,
        "bad": 2,
    }
    assert [number for number, _why in prices.bad_rows(job)] == [5, 6]
    assert [each.local_code for each in queries.unmatched(hospital, TODAY)] == ["3"]
    assert [each.local_code for each in queries.dearer(hospital, TODAY)] == ["1"]
    job = send(["1", "阿司匹林", "药品", "XA01", "0.50"], ["2", "维生素", "药品", "XA02", "3"])
    assert (job.result["changed"], job.result["same"]) == (1, 1)
    assert not queries.dearer(hospital, TODAY).exists()
    before = ProviderItem.objects.get(local_code="1", until=TODAY - timedelta(days=1))
    assert before.price == 80
    # Older than what is known: refused, and nothing of it stays.
    old = send(["1", "阿司匹林", "药品", "XA01", "9"], day=TODAY - YEAR)
    assert (old.state, old.trouble["code"]) == ("failed", "newer_price")
    assert ProviderItem.objects.count() == 4


def test_providers_on_the_desk(
    client, intake, reviewer, assessor, django_capture_on_commit_callbacks
):
    client.force_login(intake)
    enroll = reverse("admin:medical_provider_enroll")
    said = {"code": "P31011500009", "name": "某某大药房", "kind": "3", "level": "4"}
    assert client.post(enroll, {**said, "region": PUDONG, "level": "1"}).status_code == 422
    client.post(enroll, {**said, "region": PUDONG})
    shop = Provider.objects.get()

    def url(verb, row=shop):
        return reverse(f"admin:medical_{row._meta.model_name}_{verb}", args=[row.pk])

    def day(name, when):
        return {f"{name}_{part}": str(getattr(when, part)) for part in ("year", "month", "day")}

    span = {**day("from_date", TODAY), **day("until", TODAY + YEAR)}
    client.post(url("agreement"), {"document": "药协1", "care": ["41"], **span})
    held = Agreement.objects.get()
    client.post(url("department"), {"code": "D1", "name": "柜台", **day("from_date", TODAY)})
    details = {"name": "某某大药房（浦东）", "level": "4", "address": "世纪大道2号", "phone": ""}
    client.post(url("correct"), details)
    with django_capture_on_commit_callbacks(execute=True):
        file = SimpleUploadedFile(
            "p.xlsx",
            workbook(["1", "膏药", "药品", "", "2"], ["2", "", "", "", ""], head=HEAD).getvalue(),
        )
        client.post(url("prices"), {"file": file, **day("from_date", TODAY)})
    assert client.get(url("bad")).status_code == 200
    assert client.get(reverse("admin:medical_provider_template")).status_code == 200
    client.force_login(assessor)
    measure = {
        "kind": "suspended",
        "reason": "串换药品",
        "law": "735号令",
        **day("from_date", TODAY),
    }
    assert client.get(url("sanction")).status_code == 200
    client.post(url("sanction"), measure)
    stop = Sanction.objects.get()
    client.force_login(reviewer)
    for row, verb in ((held, "approve"), (stop, "decide")):
        assert client.get(url("change", row)).status_code == 200
        client.post(url(verb, row))
    account = client.post(url("account"), {"username": "shop-his"}, follow=True)
    assert "shown only now" in account.content.decode()
    page = client.get(url("change")).content.decode()
    for words in ("某某大药房（浦东）", "串换药品", "药协1", "柜台", "shop-his", "膏药"):
        assert words in page
    ends = reverse(
        "admin:medical_provider_end_account", args=[User.objects.get(username="shop-his").pk]
    )
    assert client.get(ends).status_code == 200
    client.post(url("lift", stop), {"reason": "整改", **day("on", TODAY)})
    client.post(url("finish", held), {"reason": "停业", **day("on", TODAY)})
    assert Agreement.objects.get().ended_on == TODAY
    # Elsewhere it does not exist, and a clerk of another office cannot touch it.
    client.force_login(clerk(Role.INTAKE, Role.REVIEWER, region=SICHUAN))
    for page in (url("change"), url("agreement"), url("approve", held), ends):
        assert client.get(page).status_code in (302, 404)
    client.force_login(clerk(Role.POLICY_OFFICER))
    assert client.get(url("change")).status_code == 403


def test_anybody_finds_a_provider(client, agreement, hospital, assessor, reviewer):
    url = reverse("find_provider")
    assert hospital.name not in client.get(url).content.decode()
    for said in (
        {"name": "某某医院"},
        {"name": "", "place": "世纪大道"},
        {"place": "浦东", "kind": "1"},
    ):
        page = client.get(url, {"name": "", **said}).content.decode()
        assert hospital.name in page
        assert "Settles at once" in page
    for said in ({"name": "药店"}, {"place": "成都"}, {"kind": "3"}, {"kind": "x"}):
        assert hospital.name not in client.get(url, {"name": "", **said}).content.decode()
    stop = agreements.sanction(
        by=assessor,
        provider=hospital,
        kind="suspended",
        from_date=TODAY,
        until=None,
        reason="调查",
        law="735号令",
    )
    agreements.decide_sanction(by=reviewer, sanction=stop, approve=True)
    page = client.get(url, {"name": ""}).content.decode()
    assert "No direct settlement at present" in page
    agreements.end(by=reviewer, agreement=agreement, on=TODAY - timedelta(days=1), reason="搬迁")
    assert hospital.name not in client.get(url, {"name": ""}).content.decode()
