"""What employers hand in: good rows wait for a second person, bad ones come back, nothing half."""

import io
import json
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from enrollment import queries
from enrollment.models import (
    Coverage,
    EndReason,
    MonthDeclared,
    Person,
    ReturnedRow,
    Upload,
    UploadedWage,
    WageDeclaration,
)
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import officers, returned, uploads, wage_file
from funds.models import Branch
from funds.services import fund
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import last_day
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Problem
from socsec.office.fields import blind_index, encrypt
from socsec.office.models import AuditEntry, Job, Role, User
from socsec.office.services import jobs

from .conftest import BEIJING, CHAOYANG, GUANGZHOU, MARCH, PENSION

HEAD = ["身份证号", "姓名", "工资"]
STAFF_HEAD = ["身份证号", "姓名", "变动", "日期", "离职原因"]


def workbook(*rows, head=HEAD) -> io.BytesIO:
    book = Workbook()
    for row in (head, *rows):
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file


@pytest.fixture
def firm(enroll, found, employ):
    """An employer with three people on its staff since January."""
    where = found()
    people = [enroll(name=name) for name in ("李芳", "王伟", "赵敏")]
    for who in people:
        employ(who, where)
    return where, people


@pytest.fixture
def every_fund(edition):
    """The funds of every branch in Beijing."""
    return fund.establish_all(BEIJING, since=date(2020, 1, 1))


@pytest.fixture
def clerk(staff):
    """A second clerk at the intake."""
    return staff(Role.INTAKE)


@pytest.fixture
def send(intake, firm, django_capture_on_commit_callbacks):
    """Hand a file in, and let it be read: `send(file)`, `send(file, kind="staff")`."""

    def make(file, by=None, kind="wages", month=MARCH, heads=None, employer=None) -> Upload:
        with django_capture_on_commit_callbacks(execute=True):
            upload, _job = uploads.hand_in(
                by=by or intake,
                employer=employer or firm[0],
                kind=kind,
                file=file,
                filename="三月.xlsx",
                channel="desk",
                month=month if kind == "wages" else 0,
                heads=heads,
            )
        upload.refresh_from_db()
        return upload

    return make


def test_good_rows_wait_bad_ones_come_back_and_a_second_clerk_takes_them(
    intake, clerk, firm, send, enroll
):
    where, (li, wang, zhao) = firm
    stranger = enroll(name="钱多")
    upload = send(
        workbook(
            (li.resident_id, "李芳", "8,000"),
            (f" {wang.resident_id} ", "", 9500.5),
            (zhao.resident_id, "赵明", 7000),
            (stranger.resident_id, "钱多", 7000),
            (li.resident_id, "李芳", 8000),
            ("1101", "甲", 7000),
            (zhao.resident_id, "赵敏", "八千"),
        ),
        heads=4,
    )
    assert (upload.state, upload.good, upload.bad, upload.total) == ("waiting", 2, 5, 17_500_50)
    assert not WageDeclaration.objects.exists()
    back = {row.number: row.code for row in ReturnedRow.objects.all()}
    assert back == {
        4: "name_differs",
        5: "not_on_staff",
        6: "twice",
        7: "length",
        8: "not_a_number",
    }
    with returned.file(upload, wage_file.LAYOUT) as file, override("zh-hans"):
        sheet = load_workbook(file).active
    assert sheet.max_row == 6
    assert sheet["A2"].value == zhao.resident_id
    with pytest.raises(Denied, match="prepared this yourself"):
        uploads.approve(by=intake, upload=upload)
    assert not WageDeclaration.objects.exists()

    uploads.approve(by=clerk, upload=upload)
    upload.refresh_from_db()
    assert (upload.state, upload.checker) == ("taken", clerk)
    said = {row.person_id: row.wage for row in queries.declarations(where.pk, MARCH)}
    assert said == {li.pk: 800_000, wang.pk: 950_050}
    month = MonthDeclared.objects.get()
    assert (month.heads, month.listed, month.rows, month.total) == (4, 3, 2, 17_500_50)
    entry = AuditEntry.objects.get(act="wage.declare")
    assert (entry.detail["people"], entry.detail["total"]) == (2, 17_500_50)
    with pytest.raises(Conflict, match="does not wait"):
        uploads.approve(by=clerk, upload=upload)


def test_the_corrected_bad_rows_can_be_sent_again(clerk, firm, send):
    _where, (li, _wang, zhao) = firm
    upload = send(workbook((li.resident_id, "李芳", 8000), (zhao.resident_id, "赵明", 7000)))
    uploads.approve(by=clerk, upload=upload)
    with returned.file(upload, wage_file.LAYOUT) as file:
        book = load_workbook(file)
    book.active["B2"].value = "赵敏"
    again = io.BytesIO()
    book.save(again)
    second = send(again)
    assert (second.state, second.good, second.bad) == ("waiting", 1, 0)
    uploads.approve(by=clerk, upload=second)
    assert WageDeclaration.objects.count() == 2


def test_reasons_are_kept_in_both_languages(firm, send):
    upload = send(workbook((firm[1][0].resident_id, "别人", 8000)))
    assert upload.state == "failed"
    row = ReturnedRow.objects.get()
    with override("zh-hans"):
        assert row.why.startswith("姓名")
    with override("en"):
        assert row.why.startswith("The name")


def test_what_came_back_is_encrypted_at_rest(firm, send):
    number = firm[1][0].resident_id
    send(workbook((number, "别人", 8000)))
    with connection.cursor() as cursor:
        cursor.execute("select given from enrollment_returnedrow")
        assert number not in str(cursor.fetchall())
    assert json.loads(ReturnedRow.objects.get().given)["resident_id"] == number


def test_the_same_file_twice_is_recognised_until_another_was_taken(intake, clerk, firm, send):
    _where, (li, *_others) = firm
    first, second = workbook((li.resident_id, "", 8000)), workbook((li.resident_id, "", 8100))
    upload = send(first)
    with pytest.raises(Conflict, match="handed in on") as refusal:
        send(first)
    assert refusal.value.detail["upload"] == upload.pk
    uploads.approve(by=clerk, upload=upload)
    with pytest.raises(Conflict, match="handed in on"):
        send(first)
    assert Upload.objects.count() == 1
    uploads.approve(by=clerk, upload=send(second))
    assert send(first).state == "waiting"  # back to the first figures
    assert send(first, month=MARCH + 1).state == "waiting"


def test_what_was_rejected_or_taken_back_can_be_handed_in_again(intake, clerk, firm, send):
    file = workbook((firm[1][0].resident_id, "", 8000))
    uploads.reject(by=clerk, upload=send(file), reason="工资不对")
    uploads.take_back(by=intake, upload=send(file))
    assert [each.state for each in Upload.objects.order_by("pk")] == ["rejected", "withdrawn"]
    assert not WageDeclaration.objects.exists()
    with pytest.raises(Conflict):
        uploads.take_back(by=intake, upload=Upload.objects.latest("pk"))
    uploads.approve(by=clerk, upload=send(file))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7", "not_a_spreadsheet"),
        ("身份证号,姓名\n1,2\n".encode(), "columns_missing"),
        ("身份证号,工资\n=1+1,2\n".encode("gb18030"), "formula"),
        (b"", "empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(firm, send, content, code):
    upload = send(io.BytesIO(content))
    assert (upload.state, upload.trouble["code"]) == ("failed", code)
    assert upload.why
    assert upload.trouble["zh"] != upload.trouble["en"]
    assert not UploadedWage.objects.exists()
    assert not ReturnedRow.objects.exists()
    assert Job.objects.get().content is None


def test_a_file_that_turns_bad_at_its_end_leaves_nothing(firm, send):
    book = Workbook()
    for row in (HEAD, (firm[1][0].resident_id, "", 8000)):
        book.active.append(row)
    book.active.merge_cells("A5:B5")
    file = io.BytesIO()
    book.save(file)
    assert send(file).trouble["code"] == "merged_cells"
    assert not UploadedWage.objects.exists()


def test_rows_that_became_impossible_are_put_with_the_bad_ones_and_nothing_is_taken(
    intake, clerk, assessor, firm, send
):
    where, (li, wang, _zhao) = firm
    upload = send(workbook((li.resident_id, "李芳", 8000), (wang.resident_id, "王伟", 9000)))
    from enrollment.services.employers import wages

    wages.declare(by=intake, employer=where, month=MARCH, wages={li.pk: 500_000})
    contributions.assess(by=assessor, person=li, month=MARCH, branch=PENSION)
    uploads.approve(by=clerk, upload=upload)
    upload.refresh_from_db()
    assert (upload.state, upload.good, upload.bad, upload.total) == ("waiting", 1, 1, 900_000)
    assert upload.trouble["code"] == "rows_gone"
    assert WageDeclaration.objects.count() == 1
    assert ReturnedRow.objects.get().code == "assessed_already"
    uploads.approve(by=clerk, upload=upload)
    upload.refresh_from_db()
    assert (upload.state, upload.why) == ("taken", "")
    assert WageDeclaration.objects.get(person_id=wang.pk).wage == 900_000


def test_a_form_is_an_upload_too_and_all_of_its_rows_must_be_good(intake, clerk, firm):
    where, (li, wang, _zhao) = firm
    said = {"by": intake, "employer": where, "month": MARCH, "channel": "desk"}
    with pytest.raises(Invalid, match="Row 2"):
        uploads.hand_in_wages(**said, amounts={li.pk: 800_000, wang.pk: 0})
    assert not Upload.objects.exists()
    made = uploads.hand_in_wages(**said, amounts={li.pk: 800_000, wang.pk: 900_000}, heads=3)
    assert (made.state, made.good, made.total) == ("waiting", 2, 1_700_000)
    with pytest.raises(Conflict):
        uploads.hand_in_wages(**said, amounts={wang.pk: 900_000, li.pk: 800_000})
    uploads.approve(by=clerk, upload=made)
    assert WageDeclaration.objects.count() == 2


def test_staff_join_and_leave_by_spreadsheet_and_newcomers_are_registered(
    every_fund, intake, clerk, firm, send, enroll
):
    where, (li, wang, _zhao) = firm
    known, born = enroll(name="钱多"), date(1995, 5, 5)
    new = make_resident_id("110105", born, 77)
    upload = send(
        workbook(
            (known.resident_id, "钱多", "增员", "2026-04-01", ""),
            (new, "新人", "Joins", date(2026, 4, 2), ""),
            (li.resident_id, "李芳", "减员", "2026年3月31日", "退休"),
            (wang.resident_id, "王伟", "增员", "2026-04-01", ""),
            (wang.resident_id, "王伟", "走", "2026-04-01", ""),
            (known.resident_id, "钱多", "增员", "2026-04-09", ""),
            (make_resident_id("110105", born, 79), "外人", "减员", "2026-04-01", ""),
            (wang.resident_id, "王伟", "减员", "2026-02-30", ""),
            head=STAFF_HEAD,
        ),
        kind="staff",
    )
    assert (upload.state, upload.good, upload.bad) == ("waiting", 3, 5)
    codes = list(ReturnedRow.objects.order_by("number").values_list("number", "code"))
    assert codes == [
        (5, "on_staff_already"),
        (6, "no_change"),
        (7, "twice"),
        (8, "not_on_staff"),
        (9, "not_a_date"),
    ]
    assert not Person.objects.filter(name="新人").exists()
    uploads.approve(by=clerk, upload=upload)
    upload.refresh_from_db()
    assert upload.state == "taken", list(ReturnedRow.objects.values("reason"))
    assert [j.person.name for j in queries.staff(where.pk, date(2026, 4, 2))] == sorted(
        ["王伟", "赵敏", "钱多", "新人"], key=lambda n: (n,)
    )
    newcomer = Person.objects.get(name="新人")
    assert newcomer.region == CHAOYANG
    ended = Coverage.objects.get(person=li, branch=Branch.PENSION)
    assert (ended.last_day, ended.end_reason) == (date(2026, 3, 31), EndReason.RETIRED)


def test_a_change_that_cannot_be_carried_out_comes_back_and_none_of_them_is(
    every_fund, intake, clerk, firm, send, enroll, on_own_account
):
    where, (li, *_others) = firm
    busy = enroll(name="钱多")
    on_own_account(busy, 720_000)
    upload = send(
        workbook(
            (busy.resident_id, "钱多", "增员", "2026-04-01"),
            (li.resident_id, "李芳", "减员", "2026-03-31"),
            head=STAFF_HEAD[:4],
        ),
        kind="staff",
    )
    uploads.approve(by=clerk, upload=upload)
    upload.refresh_from_db()
    assert (upload.state, upload.good, upload.bad) == ("waiting", 1, 1)
    row = ReturnedRow.objects.get()
    assert row.code == "coverage_overlaps"
    assert row.reason["zh"] != row.reason["en"]
    assert queries.staff(where.pk, date(2026, 4, 1)).filter(person=li).exists()
    uploads.approve(by=clerk, upload=upload)
    assert not queries.staff(where.pk, date(2026, 4, 1)).filter(person=li).exists()


@pytest.fixture
def officer(intake, enroll, firm):
    """A person who speaks for the firm, with an account of the portal."""
    who = enroll(name="周敏")
    user = User.objects.create(username="zhou", kind=User.Kind.INSURED, person_id=who.pk)
    officers.appoint(
        by=intake, employer=firm[0], person=who, from_=date(2026, 3, 1), document="授权书"
    )
    return user


def test_an_officer_hands_in_for_the_own_employer_and_approves_nothing(
    officer, clerk, firm, send, found
):
    file = workbook((firm[1][0].resident_id, "", 8000))
    with pytest.raises(NotFound):
        send(file, by=officer, employer=found())
    upload = send(file, by=officer)
    with pytest.raises(Denied):
        uploads.approve(by=officer, upload=upload)
    assert uploads.find(officer, firm[0], upload.pk) == upload
    with pytest.raises(NotFound):
        uploads.find(officer, found(), upload.pk)
    uploads.approve(by=clerk, upload=upload)


def test_others_may_neither_hand_in_nor_approve(staff, firm, send, enroll):
    file = workbook((firm[1][0].resident_id, "", 8000))
    upload = send(file)
    for role in (Role.ASSESSOR, Role.ACCOUNTANT, Role.AUDITOR, Role.POLICY_OFFICER):
        with pytest.raises(Denied):
            uploads.approve(by=staff(role), upload=upload)
        with pytest.raises(Denied):
            send(file, by=staff(role))
    elsewhere = staff(Role.INTAKE, Role.REVIEWER, region=GUANGZHOU)
    with pytest.raises(NotFound):
        uploads.approve(by=elsewhere, upload=upload)
    nobody = User.objects.create(
        username="x", kind=User.Kind.INSURED, person_id=enroll(name="路人").pk
    )
    with pytest.raises(NotFound):
        send(file, by=nobody)
    with pytest.raises(IntegrityError, match="upload_four_eyes"), transaction.atomic():
        Upload.objects.update(state="taken", checker=upload.maker)
    assert not WageDeclaration.objects.exists()


def test_a_reviewer_approves_wages_but_staff_changes_need_the_intake(reviewer, firm, send, enroll):
    uploads.approve(by=reviewer, upload=send(workbook((firm[1][0].resident_id, "", 8000))))
    row = (enroll(name="钱多").resident_id, "钱多", "增员", "2026-04-01")
    upload = send(workbook(row, head=STAFF_HEAD[:4]), kind="staff")
    with pytest.raises(Denied):
        uploads.approve(by=reviewer, upload=upload)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"month": MARCH + 2000}, "in_the_future"),
        ({"month": 1990 * 12}, "before_registration"),
        ({"heads": -1}, "heads_impossible"),
    ],
)
def test_an_impossible_month_or_headcount_hands_in_nothing(firm, send, said, code):
    with pytest.raises(Problem) as refusal:
        send(workbook((firm[1][0].resident_id, "", 8000)), **said)
    assert refusal.value.code == code
    assert not Upload.objects.exists()
    assert not Job.objects.exists()


def test_the_template_holds_the_staff_list_and_last_months_wages(intake, firm, send, clerk):
    where, (li, wang, zhao) = firm
    cover.end(
        by=intake, person=zhao, branch=PENSION, last_day=last_day(MARCH), reason=EndReason.LEFT
    )
    uploads.approve(by=clerk, upload=send(workbook((li.resident_id, "", 8000.5))))
    with wage_file.template(where, MARCH + 1) as file:
        rows = [[cell.value for cell in row] for row in load_workbook(file).active]
        upload = send(io.BytesIO((file.seek(0) and b"") or file.read()), month=MARCH + 1)
    assert rows[1:] == [[li.resident_id, "李芳", 8000.5], [wang.resident_id, "王伟", None]]
    # As it is, it can be sent: who has no wage yet comes back.
    assert (upload.good, upload.bad) == (1, 1)


def crowd(employer, size: int) -> list[str]:
    """So many people on a staff list, written as the population is: their identity numbers."""
    born = date(1980, 1, 1)
    numbers = [
        make_resident_id("110105", date.fromordinal(born.toordinal() + n // 900), n % 900 + 1)
        for n in range(size)
    ]
    sealed = encrypt("110105198001010018")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with made as (
                insert into enrollment_person (name, resident_id, sex, born_on, phone, region, recorded_at)
                select '职工', %s, 1, '1980-01-01', '', %s, now() from generate_series(1, %s)
                returning id
            ), numbered as (select id, row_number() over (order by id) as n from made),
            known as (
                insert into enrollment_personidentifier (blind, kind, person_id)
                select blind, 'resident_id', id
                from numbered join unnest(%s::text[]) with ordinality as given (blind, n) using (n)
            )
            insert into enrollment_employment (person_id, employer_id, span, recorded_at)
            select id, %s, daterange('2026-01-01', null), now() from numbered
            """,
            [sealed, CHAOYANG, size, [blind_index(n, "resident_id") for n in numbers], employer.pk],
        )
        # What the database does by itself once the rows are there: its plans rest on it.
        cursor.execute(
            "analyze enrollment_person, enrollment_personidentifier, enrollment_employment"
        )
    return numbers


def test_fifty_thousand_rows_with_three_hundred_bad_ones(
    intake, clerk, found, django_assert_max_num_queries
):
    where = found()
    numbers = crowd(where, 50_000)
    lines = ["身份证号,姓名,工资"]
    lines += [
        f"{number},职工,{'x' if place % 1000 < 6 else 8000 + place % 7}"
        for place, number in enumerate(numbers)
    ]
    file = io.BytesIO("\n".join(lines).encode())
    upload, job = uploads.hand_in(
        by=intake,
        employer=where,
        kind="wages",
        file=file,
        filename="五万.csv",
        channel="api",
        month=MARCH,
    )
    with django_assert_max_num_queries(120):
        jobs.work(job.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.good, upload.bad) == ("waiting", 49_700, 300)
    assert not WageDeclaration.objects.exists()
    with django_assert_max_num_queries(40):
        uploads.approve(by=clerk, upload=upload)
    assert WageDeclaration.objects.count() == 49_700
    with returned.file(upload, wage_file.LAYOUT) as back:
        assert load_workbook(back).active.max_row == 301
