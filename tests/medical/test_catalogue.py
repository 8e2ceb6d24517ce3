"""Catalogues by edition: read from a file, compared, approved by another; the day of service decides."""

import hashlib
import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from medical.models import (
    Catalogue,
    CatalogueBadRow,
    CatalogueEdition,
    CatalogueItem,
    CatalogueRow,
    Diagnosis,
)
from medical.queries import catalogue as queries
from medical.services import catalogue
from socsec.office.errors import Conflict, Denied, Invalid, NotFound
from socsec.office.models import AuditEntry, Role, RoleGrant

from .clerks import PUDONG, SHANGHAI, SICHUAN, clerk

DRUG = Catalogue.DRUGS
OLD, NEW = date(2025, 1, 1), date(2026, 1, 1)
HEAD = ["编码", "名称", "类别", "先行自付比例", "居民先行自付比例", "限价", "国谈药", "双通道"]
ASPIRIN = ["XA01", "阿司匹林肠溶片", "甲", "", "", "0.50", "", ""]
GLIVEC = ["XL02", "甲磺酸伊马替尼片", "乙", "10%", "20%", "120", "是", "是"]


def workbook(*rows, head=HEAD) -> io.BytesIO:
    book = Workbook()
    for row in (head, *rows):
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file


@pytest.fixture
def maker(db):
    return clerk(Role.POLICY_OFFICER)


@pytest.fixture
def checker(db):
    return clerk(Role.REVIEWER)


@pytest.fixture
def send(maker, django_capture_on_commit_callbacks):
    """Hand a file in and let it be read."""

    def make(file, *, by=None, region=SHANGHAI, kind=DRUG, from_date=OLD, whole=True):
        with django_capture_on_commit_callbacks(execute=True):
            edition, _job = catalogue.hand_in(
                by=by or maker,
                region=region,
                kind=kind,
                from_date=from_date,
                whole=whole,
                document="医保发〔2025〕1号",
                file=file,
                filename="目录.xlsx",
            )
        edition.refresh_from_db()
        return edition

    return make


def counts(edition):
    return edition.state, edition.added, edition.changed, edition.same, edition.ended, edition.bad


def test_an_edition_is_compared_and_the_day_of_service_decides_which_holds(
    send, checker, maker, django_assert_num_queries
):
    first = send(workbook(ASPIRIN, GLIVEC, ["XB03", "维生素片", "丙", "", "", "", "", ""]))
    assert counts(first) == ("waiting", 3, 0, 0, 0, 0)
    assert not CatalogueItem.objects.exists()
    catalogue.approve(by=checker, edition=first)
    item = queries.item_on(PUDONG, date(2025, 6, 1), DRUG, "XL02")
    assert (item.item_class, item.share_employees, item.share_residents) == (2, 100_000, 200_000)
    assert (item.price_limit, item.negotiated, item.dual_channel) == (120_00, True, True)

    cheaper = [*GLIVEC[:5], "99.90", "是", "是"]
    second = send(
        workbook(ASPIRIN, cheaper, ["XN04", "新药", "乙", "5", "", "", "", ""]), from_date=NEW
    )
    assert counts(second) == ("waiting", 1, 1, 1, 1, 0)
    changed, ended = (next(queries.differences(second, kind)) for kind in ("changed", "ended"))
    assert (changed.old.price_limit, changed.new.price_limit) == (120_00, 99_90)
    assert (ended.code, ended.new) == ("XB03", None)
    catalogue.approve(by=checker, edition=second)

    def limit(day):
        return queries.item_on(SHANGHAI, day, DRUG, "XL02").price_limit

    assert (limit(date(2025, 12, 31)), limit(NEW)) == (120_00, 99_90)
    assert queries.item_on(SHANGHAI, date(2025, 12, 31), DRUG, "XB03").until == date(2025, 12, 31)
    assert queries.item_on(SHANGHAI, NEW, DRUG, "XB03") is None
    assert queries.item_on(SHANGHAI, OLD.replace(year=2024), DRUG, "XA01") is None
    # What was compared can still be read after it was taken.
    second.refresh_from_db()
    assert next(queries.differences(second, "changed")).old.price_limit == 120_00
    assert next(queries.differences(second, "ended")).code == "XB03"
    with django_assert_num_queries(1):
        found = queries.items_on(PUDONG, NEW, [(DRUG, "XA01"), (DRUG, "XL02"), (DRUG, "??")])
    assert set(found) == {(DRUG, "XA01"), (DRUG, "XL02")}
    with catalogue.comparison_file(second)[0] as file:
        rows = list(load_workbook(file).active.values)
    assert ("XL02", 120, 99.9) in {(row[1], row[4], row[5]) for row in rows}


def test_the_nearest_region_that_lists_an_item_decides(send, checker, db):
    nation, above = (
        clerk(Role.POLICY_OFFICER, region="000000"),
        clerk(Role.REVIEWER, region="000000"),
    )
    catalogue.approve(by=above, edition=send(workbook(ASPIRIN, GLIVEC), by=nation, region="000000"))
    local = send(workbook(["XA01", "阿司匹林肠溶片", "乙", "30%", "", "", "", ""]), whole=False)
    catalogue.approve(by=checker, edition=local)
    here = queries.items_on(PUDONG, NEW, [(DRUG, "XA01"), (DRUG, "XL02")])
    assert [here[DRUG, code].region for code in ("XA01", "XL02")] == [SHANGHAI, "000000"]
    assert queries.item_on(SICHUAN, NEW, DRUG, "XA01").region == "000000"


def test_bad_rows_come_back_with_the_reason_and_good_ones_wait(send):
    edition = send(
        workbook(
            ASPIRIN,
            ASPIRIN,
            ["", "无编码", "甲", "", "", "", "", ""],
            ["X1", "", "甲", "", "", "", "", ""],
            ["X2", "戊类药", "戊", "", "", "", "", ""],
            ["X3", "甲类有自付", "甲", "10%", "", "", "", ""],
            ["X4", "自付过多", "乙", "120%", "", "", "", ""],
            ["X5", "限价有误", "乙", "10%", "", "十元", "", ""],
            ["X6", "限价为负", "乙", "10%", "", "-1", "", ""],
        )
    )
    assert counts(edition) == ("waiting", 1, 0, 0, 0, 8)
    assert dict(CatalogueBadRow.objects.values_list("number", "code")) == {
        3: "twice",
        4: "code_impossible",
        5: "name_impossible",
        6: "unknown_word",
        7: "class_a_has_share",
        8: "not_a_share",
        9: "not_a_number",
        10: "negative",
    }
    with catalogue.bad_file(edition)[0] as file:
        sheet = load_workbook(file).active
    assert (sheet.max_row, sheet["A3"].value) == (9, None)
    service = send(workbook(["S1", "挂号费", "甲", "", "", "", "是", ""]), kind=Catalogue.SERVICES)
    assert (service.state, service.trouble["code"]) == ("failed", "no_good_row")


def bomb() -> io.BytesIO:
    file = workbook(ASPIRIN)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", b"\0" * 50_000_000)
    return file


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: workbook(["XA01", "=1+1", "甲", "", "", "", "", ""]), "formula"),
        (bomb, "unpacks_too_large"),
        (lambda: io.BytesIO(b"%PDF-1.7"), "not_a_spreadsheet"),
        (lambda: workbook(["XA01"], head=["编码"]), "columns_missing"),
        (lambda: io.BytesIO(), "empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(send, make, code):
    edition = send(make())
    assert (edition.state, edition.trouble["code"]) == ("failed", code)
    assert not CatalogueRow.objects.exists()


def test_what_is_refused_changes_nothing(send, maker, checker):
    first = send(workbook(ASPIRIN))
    with pytest.raises(Conflict, match="handed in on"):
        send(same_file(first))
    with pytest.raises(Denied):  # not whoever handed it in, whatever their roles
        catalogue.approve(by=with_role(maker, Role.REVIEWER), edition=first)
    with pytest.raises(Denied):
        send(workbook(GLIVEC), by=checker)
    with pytest.raises(NotFound):
        send(workbook(GLIVEC), region=SICHUAN)
    with pytest.raises(Invalid, match="1998"):
        send(workbook(GLIVEC), from_date=date(1990, 1, 1))
    with pytest.raises(Invalid):
        send(workbook(GLIVEC), kind=9)
    elsewhere = clerk(Role.REVIEWER, region=SICHUAN)
    with pytest.raises(NotFound):
        catalogue.approve(by=elsewhere, edition=first)
    assert CatalogueEdition.objects.count() == 1
    assert not CatalogueItem.objects.exists()

    catalogue.approve(by=checker, edition=first)
    with pytest.raises(Conflict, match="decision"):
        catalogue.reject(by=checker, edition=first, reason="太晚")
    with pytest.raises(Conflict, match="newer"):  # a whole catalogue older than what is known
        send(workbook(GLIVEC), from_date=date(2024, 1, 1))
    late = send(workbook(ASPIRIN, GLIVEC), from_date=date(2024, 1, 1), whole=False)
    assert counts(late) == ("waiting", 1, 0, 0, 0, 1)
    assert CatalogueBadRow.objects.get().code == "newer_in_force"
    assert catalogue.reject(by=checker, edition=late, reason="日期不对").reason == "日期不对"
    assert list(CatalogueItem.objects.values_list("code", flat=True)) == ["XA01"]
    assert AuditEntry.objects.filter(act="catalogue.approve").count() == 2


def same_file(edition):
    """A file with the fingerprint of one that is there: workbooks carry the second they were made."""
    file = workbook(ASPIRIN)
    CatalogueEdition.objects.filter(pk=edition.pk).update(
        digest=hashlib.sha256(file.getvalue()).hexdigest()
    )
    return file


def with_role(user, role):
    RoleGrant.objects.create(user=user, role=role, since=date(2020, 1, 1))
    return type(user).objects.get(pk=user.pk)


def test_of_two_files_that_wait_the_second_is_compared_anew(send, checker):
    one = send(workbook(ASPIRIN), whole=False)
    two = send(workbook(ASPIRIN, GLIVEC), from_date=NEW, whole=False)
    assert counts(two) == ("waiting", 2, 0, 0, 0, 0)
    catalogue.approve(by=checker, edition=one)
    again = catalogue.approve(by=checker, edition=two)
    assert counts(again) == ("waiting", 1, 0, 1, 0, 0)
    assert again.trouble["code"] == "compared_anew"
    assert catalogue.approve(by=checker, edition=again).state == "taken"
    assert CatalogueItem.objects.count() == 2


def test_diagnoses_stand_by_edition_too(send, checker):
    head = ["编码", "名称", "适用性别", "大病病种", "慢特病"]
    rows = (["I10", "高血压", "", "", "是"], ["C61", "前列腺恶性肿瘤", "男", "是", "是"])
    edition = send(workbook(*rows, head=head), kind=Catalogue.DIAGNOSES)
    catalogue.approve(by=checker, edition=edition)
    found = queries.diagnosis_on(PUDONG, NEW, "C61")
    assert (found.sex, found.listed, found.special) == (1, True, True)
    assert [each.code for each in queries.special_diseases(PUDONG, NEW)] == ["C61", "I10"]
    later = send(workbook(["I10", "高血压病", "", "", ""], head=head), kind=4, from_date=NEW)
    assert counts(later) == ("waiting", 0, 1, 0, 1, 0)
    catalogue.approve(by=checker, edition=later)
    assert queries.special_diseases(PUDONG, NEW) == []
    assert queries.diagnosis_on(PUDONG, OLD, "I10").special
    assert Diagnosis.objects.count() == 3


def test_an_edition_on_the_desk(client, maker, checker, django_capture_on_commit_callbacks):
    client.force_login(maker)
    send = reverse("admin:medical_catalogueedition_send", args=["drugs"])
    assert client.get(send).status_code == 200
    said = {"region": SHANGHAI, "document": "医保发〔2025〕1号", "whole": "on"}
    said |= {"from_date_year": "2025", "from_date_month": "1", "from_date_day": "1"}
    file = SimpleUploadedFile("目录.xlsx", workbook(ASPIRIN, GLIVEC, ["", "", "甲"]).getvalue())
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(send, {**said, "file": file}, follow=True)
    edition = CatalogueEdition.objects.get()
    shown = client.get(reverse("admin:medical_catalogueedition_change", args=[edition.pk]))
    assert page.status_code == 200
    assert "甲磺酸伊马替尼片" in shown.content.decode()
    template = client.get(reverse("admin:medical_catalogueedition_template", args=["diagnoses"]))
    assert template.status_code == 200
    verb = reverse("admin:medical_catalogueedition_approve", args=[edition.pk])
    assert client.post(verb).status_code == 422  # whoever handed it in does not approve it
    assert not CatalogueItem.objects.exists()
    client.force_login(checker)
    for which in ("bad", "comparison"):
        answer = client.get(
            reverse("admin:medical_catalogueedition_file", args=[edition.pk, which])
        )
        assert answer.status_code == 200
    assert "In force from" in client.post(verb, follow=True).content.decode()
    item = CatalogueItem.objects.get(code="XL02")
    for page in (
        reverse("admin:medical_catalogueitem_changelist") + "?in_force=today&q=XL",
        reverse("admin:medical_catalogueitem_change", args=[item.pk]),
    ):
        assert "甲磺酸伊马替尼片" in client.get(page).content.decode()
    # Another region's editions do not exist; whoever has no business with them sees nothing.
    client.force_login(clerk(Role.REVIEWER, region=SICHUAN))
    other = reverse("admin:medical_catalogueedition_change", args=[edition.pk])
    assert client.get(other).status_code in (302, 404)
    client.force_login(clerk(Role.ADMINISTRATOR))
    assert client.get(other).status_code == 403
    assert client.get(send).status_code == 403
