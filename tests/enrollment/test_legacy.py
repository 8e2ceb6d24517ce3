"""Records of the merged schemes come over once, by two hands, and the report closes to the fen."""

import doctest
import importlib
import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from enrollment.models import CarriedBalance, LegacyImport, LegacyRow, LegacyYear
from enrollment.queries.residents import carried_balances, covered_years
from enrollment.services.people import person
from enrollment.services.residents import legacy
from funds.models import Branch
from socsec.kernel.ids import make_resident_id
from socsec.office.errors import Conflict, Denied, Invalid, NotFound
from socsec.office.models import Role

from .conftest import CHAOYANG, SHANGHAI

HEAD = "身份证号,姓名,起始年份,终止年份,缴费档次,余额\n"


@pytest.fixture
def two(staff, edition):
    return staff(Role.ASSESSOR), staff(Role.REVIEWER)


def file_of(*rows):
    return io.BytesIO(("\ufeff" + HEAD + "\n".join(rows)).encode())


@pytest.fixture
def read(two):
    def make(*rows, scheme="rural_pension", by=None, region=CHAOYANG):
        return legacy.read(
            by=by or two[0], scheme=scheme, region=region, file=file_of(*rows), name="a.csv"
        )

    return make


def states(made):
    return list(
        LegacyRow.objects.filter(import_id=made.pk).order_by("row").values_list("state", flat=True)
    )


def test_a_file_is_read_first_and_carried_over_by_a_second_person(read, enroll, two):
    who, other = enroll(), enroll("王芳", born=date(1991, 2, 2))
    rows = [
        f"{who.resident_id},李芳,2009,2013,1200,1234.56",
        f"{who.resident_id},李芳,2009,2013,1200,1234.56",  # stands twice
        f"{other.resident_id},王大山,2010,2012,100,50.00",  # another name
        "110105199001010017,赵一,2010,2012,100,10.00",  # no valid number
        f"{other.resident_id},王芳,2013,2010,100,5.00",  # years crossed
        f"{other.resident_id},王芳,2010,2011,100,0.01",
    ]
    made = read(*rows)
    assert states(made) == ["matched", "duplicate", "name", "wrong", "wrong", "matched"]
    assert made.report["closes"]
    # 1,234.56 twice, 50.00, 5.00 and 0.01; the row without a number was not read to its balance
    assert made.report["balance"] == 2 * 123_456 + 5_000 + 500 + 1
    assert not LegacyYear.objects.exists()
    with pytest.raises(Denied):
        legacy.carry(by=two[0], legacy=made)
    done = legacy.carry(by=two[1], legacy=made)
    assert done.state == "carried"
    assert done.report["carried"] == 123_457
    assert (done.report["years"], done.report["years_carried"]) == (7, 7)
    assert [row.amount for row in carried_balances(who.pk)] == [123_456]
    # Beijing offers 1,000 and 2,000: 1,200 counts as 1,000
    assert set(LegacyYear.objects.filter(person_id=who.pk).values_list("tier", flat=True)) == {
        100_000
    }
    with pytest.raises(Conflict):
        legacy.carry(by=two[1], legacy=done)
    assert CarriedBalance.objects.count() == 2


def test_the_same_file_again_is_the_same_import(read, enroll, two):
    who = enroll()
    row = f"{who.resident_id},李芳,2009,2013,100,12.30"
    first = read(row)
    legacy.carry(by=two[1], legacy=first)
    assert read(row).pk == first.pk
    # another file with the same record: it was carried over before, so it stands twice
    again = read(row, "110105199001010017,无,2010,2011,1,1")
    assert states(again) == ["duplicate", "wrong"]
    legacy.carry(by=two[1], legacy=again)
    assert CarriedBalance.objects.count() == 1


def test_a_year_that_two_schemes_hold_counts_once_and_both_balances_come_over(read, enroll, two):
    who = enroll()
    for scheme, years, balance in (
        ("rural_pension", "2009,2012", "100.10"),
        ("urban_pension", "2011,2013", "200.20"),
    ):
        made = read(f"{who.resident_id},李芳,{years},100,{balance}", scheme=scheme)
        done = legacy.carry(by=two[1], legacy=made)
    assert (done.report["years"], done.report["years_held"], done.report["years_carried"]) == (
        3,
        2,
        1,
    )
    assert done.report["closes"]
    years = LegacyYear.objects.filter(person_id=who.pk, branch=Branch.PENSION)
    assert sorted(years.values_list("year", flat=True)) == [2009, 2010, 2011, 2012, 2013]
    assert sum(row.amount for row in carried_balances(who.pk)) == 30_030


def test_medical_years_of_the_older_schemes_count_as_insured(read, enroll, two):
    who = enroll()
    made = read(f"{who.resident_id},李芳,2014,2015,,", scheme="rural_medical")
    legacy.carry(by=two[1], legacy=made)
    assert covered_years(who.pk) == {2014, 2015}
    assert not CarriedBalance.objects.exists()


def test_people_who_are_registered_later_are_matched_anew(read, intake, two):
    number = make_resident_id("110105", date(1990, 5, 1), 902)
    made = read(f"{number},钱一,2009,2010,100,9.99")
    assert states(made) == ["unknown"]
    person.enroll(by=intake, name="钱一", resident_id=number, region=CHAOYANG)
    again = legacy.rematch(by=two[0], legacy=made)
    assert states(again) == ["matched"]
    assert again.report["closes"]


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"a,b\n1,2\n", "身份证号,姓名,起始年份,终止年份\n".encode()],
    ids=["empty", "pdf", "other columns", "no rows"],
)
def test_a_file_that_is_none_of_ours_is_refused_whole(two, content):
    with pytest.raises(Invalid):
        legacy.read(by=two[0], scheme="rural_pension", region=CHAOYANG, file=io.BytesIO(content))
    assert not LegacyImport.objects.exists()


def test_other_regions_and_other_roles_import_nothing(read, staff, enroll):
    who = enroll()
    row = f"{who.resident_id},李芳,2009,2013,100,12.30"
    with pytest.raises(NotFound):
        read(row, by=staff(Role.ASSESSOR, region=SHANGHAI))
    with pytest.raises(Denied):
        read(row, by=staff(Role.ACCOUNTANT))
    assert not LegacyImport.objects.exists()


def test_the_rows_that_did_not_come_over_go_back_as_a_file_with_reasons(read, enroll):
    who = enroll()
    made = read(
        f"{who.resident_id},李大,2009,2013,100,12.30", f"{who.resident_id},李芳,2009,2010,,"
    )
    sheet = load_workbook(legacy.wrong_rows(made)).active
    shown = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(shown) == 2
    assert who.resident_id in [str(value) for value in shown[1]]


def test_the_command_shows_the_report_and_keeps_nothing_in_a_dry_run(tmp_path, enroll, two):
    who = enroll()
    path = tmp_path / "rural.csv"
    path.write_bytes(file_of(f"{who.resident_id},李芳,2009,2013,100,12.30").getvalue())
    say = {"scheme": "rural_pension", "region": CHAOYANG, "by": two[0].username}
    out = io.StringIO()
    call_command("import_legacy", path, dry_run=True, stdout=out, **say)
    assert "12.30" in out.getvalue()
    assert not LegacyImport.objects.exists()
    with pytest.raises(CommandError, match="no user"):
        call_command("import_legacy", path, carry=True, stdout=out, **say)
    assert not LegacyImport.objects.exists()
    for _twice in range(2):
        call_command("import_legacy", path, carry=True, checker=two[1].username, stdout=out, **say)
    assert CarriedBalance.objects.get().amount == 1_230


@pytest.mark.parametrize(
    "name",
    [
        "enrollment.rules.residents.medical",
        "enrollment.rules.residents.pension",
        "enrollment.rules.residents.links",
        "enrollment.rules.residents.cover",
        "enrollment.services.residents.legacy",
        "enrollment.services.residents.online",
    ],
)
def test_the_examples_of_residents_rules_are_true(name):
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.attempted
    assert found.failed == 0
