"""Through the API: an employer's life, months, debts, residents' years, older schemes, banks' answers."""

import itertools
from datetime import date

import pytest
from django.utils import timezone

from enrollment.models import (
    BaseChoice,
    Contribution,
    DoubleEnrolment,
    EmployerPause,
    GapContact,
    LegacyImport,
    LegacyRow,
    Reduction,
    ResidentEnrolment,
    Sponsored,
    Takeover,
    Waiver,
    WithholdingFile,
)
from enrollment.services.assessment import contributions
from enrollment.services.collection import surcharge, withholding
from enrollment.services.employers import takeover, wages
from enrollment.services.people import gaps
from enrollment.services.residents import sponsors
from socsec.kernel.money import format_yuan
from socsec.office.models import AuditEntry, Case, Role
from tests.api.conftest import partner

from .conftest import BEIJING, CARD, CHAOYANG, GUANGZHOU, MARCH, MEDICAL, PENSION, assess_all, enrol

ALL = (
    *("people:read", "people:write", "contributions:read", "coverage:write", "declarations:write"),
    *("employers:write", "receipts:read", "collection:write", "payments:read", "payments:write"),
    *("corrections:write", "legacy:write", "status:read", "status:write"),
)
BOTH = (
    *("/api/v1/waivers/", "/api/v1/double-enrolments/", "/api/v1/sponsor-bills/"),
    *("/api/v1/legacy-imports/", "/api/v1/coverage/gaps/", "/api/v1/withholding-files/"),
)


class Side:
    """A partner that asks with every scope, each POST under a key of its own."""

    def __init__(self, office):
        self.partner, self.keys = partner(office, f"partner-{office}"), itertools.count()

    def send(self, path, body=None, **more):
        return self.partner.ask(
            "post", path, body, scopes=ALL, key=f"k{next(self.keys)}", purpose="enrolment", **more
        )

    def read(self, path):
        return self.partner.ask("get", path, scopes=ALL, purpose="enrolment")


@pytest.fixture
def here(staff):
    staff(Role.INTAKE)
    return Side(f"T{BEIJING}")


@pytest.fixture
def there(staff):
    staff(Role.INTAKE, region=GUANGZHOU)
    return Side(f"T{GUANGZHOU}")


def of(person, tail):
    return f"/api/v1/people/{person.public_id}/{tail}"


def code(answer):
    return answer.json().get("code")


def test_an_employer_rests_and_works_again_and_its_staff_is_listed(
    here, there, enroll, found, employ
):
    firm, idle, who = found(), found(), enroll()
    employ(who, firm)
    rests = f"/api/v1/employers/{idle.credit_code}/rests/"
    said = {"since": "2026-02-01", "reason": "停产"}
    busy = f"/api/v1/employers/{firm.credit_code}/rests/"
    assert code(here.send(busy, said)) == "staff_left"
    assert code(there.send(rests, said)) == "no_such_employer"
    assert code(here.send(rests + "end/", {"since": "2026-03-01"})) == "not_resting"
    assert not EmployerPause.objects.exists()
    assert here.send(rests, said).status_code == 201
    assert code(here.send(rests, said)) == "resting_already"
    assert here.send(rests + "end/", {"since": "2026-03-01"}).json()["until"] == "2026-02-28"
    assert here.read(rests).json()["results"] == [
        {"since": "2026-02-01", "until": "2026-02-28", "reason": "停产"}
    ]
    staff = f"/api/v1/employers/{firm.credit_code}/staff/?on="
    assert [each["person"] for each in here.read(staff + "2026-03-01").json()["results"]] == [
        str(who.public_id)
    ]
    assert here.read(staff + "2025-12-31").json()["results"] == []
    assert code(there.read(staff)) == "no_such_employer"


def test_a_takeover_is_reported_and_carried_out_by_an_officer(
    here, there, enroll, found, employ, reviewer
):
    old, new, who = found(), found(), enroll()
    employ(who, old)
    path = f"/api/v1/employers/{old.credit_code}/takeovers/"
    said = {"successor": new.credit_code, "on": "2026-04-01", "document": "合并协议 1"}
    assert here.send(path, said | {"on": "2026-04-02"}).status_code == 422
    assert code(there.send(path, said)) == "no_such_employer"
    assert not Takeover.objects.exists()
    made = here.send(path, said)
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    assert code(here.send(path, said)) == "taken_over_already"
    takeover.carry_out(by=reviewer, takeover=Takeover.objects.get())
    listed = here.read(f"/api/v1/employers/{new.credit_code}/takeovers/").json()["results"]
    assert [(each["state"], each["people"]) for each in listed] == [("done", 1)]


@pytest.fixture
def assessed(intake, assessor, enroll, mill):
    """Somebody with an assessed March on 20,000 yuan."""
    who = enroll()
    enrol(intake, who, mill)
    wages.declare(by=intake, employer=mill, month=MARCH, wages={who.pk: 2_000_000})
    assess_all(assessor, who)
    return who


def test_a_wage_is_corrected_and_a_month_is_said_to_be_wrong(here, there, assessed, mill):
    path = of(assessed, "corrections/")
    said = {"employer": mill.credit_code, "month": "2026-03", "wage": "21000", "reason": "补发"}
    before = Contribution.objects.count()
    for wrong, side, why in (
        ({"wage": "0"}, here, "wage_impossible"),
        ({"month": "2025-01"}, here, None),
        ({"employer": "91110105MA00000X00"}, here, None),
        ({}, there, "no_such_person"),
    ):
        answer = side.send(path, said | wrong)
        assert answer.status_code in (404, 409, 422), answer.content
        assert why is None or code(answer) == why
    assert (Contribution.objects.count(), Reduction.objects.count()) == (before, 0)
    done = here.send(path, said)
    assert done.status_code == 201, done.content
    # 1,000 yuan more: 24 % for old age, as at the desk
    assert {"branch": "pension", "difference": "240.00"} in done.json()["results"]
    wrong = of(assessed, "month-errors/")
    report = {"branch": "pension", "month": "2026-02", "text": "paid by the employer"}
    assert code(here.send(wrong, report | {"month": "2099-01"})) == "no_month"
    assert code(there.send(wrong, report)) == "no_such_person"
    assert not Case.objects.exists()
    first, again = here.send(wrong, report), here.send(wrong, report)
    assert first.json()["number"] == again.json()["number"] == Case.objects.get().number
    assert here.read(wrong).json()["results"][0]["state"] == "received"
    assert code(there.read(wrong)) == "no_such_person"


def test_missed_months_are_paid_and_a_base_is_chosen(
    here, there, enroll, on_own_account, mill, assessor
):
    who = enroll()
    path = of(who, "back-payments/")
    said = {
        "category": "employee",
        "employer": mill.credit_code,
        "region": CHAOYANG,
        "first_month": "2026-01",
        "last_month": "2026-02",
        "branches": ["pension"],
        "wage": "8000",
        "document": "补缴申请 1",
    }
    for wrong, side in (
        ({"last_month": "2025-12"}, here),
        ({"document": " "}, here),
        ({"wage": "0"}, here),
        ({}, there),
    ):
        assert side.send(path, said | wrong).status_code in (404, 422)
    assert not Contribution.objects.exists()
    assert not who.coverages.exists()
    done = here.send(path, said)
    assert done.status_code == 201, done.content
    # 16 % and 8 % of 8,000 for each of two months
    shares = [(row["employer_share"], row["person_share"]) for row in done.json()["results"]]
    assert shares == [("1280.00", "640.00")] * 2
    who = enroll()
    on_own_account(who, 800_000, date(2026, 3, 1))
    contributions.assess(by=assessor, person=who, month=MARCH, branch=PENSION)
    base = of(who, "base/")
    before = list(BaseChoice.objects.order_by("pk").values())
    assert code(here.send(base, {"base": "1", "from_month": "2026-05"})) == "base_out_of_range"
    assert code(here.send(base, {"base": "9000", "from_month": "2026-03"})) == "assessed_already"
    assert code(there.send(base, {"base": "9000", "from_month": "2026-05"})) == "no_such_person"
    assert list(BaseChoice.objects.order_by("pk").values()) == before
    assert here.send(base, {"base": "9000", "from_month": "2026-05"}).status_code == 201
    assert BaseChoice.objects.filter(person_id=who.pk, base=900_000).exists()


def test_debts_are_read_by_payer_and_age_and_a_waiver_waits_for_an_officer(
    here, there, assessed, mill, accountant
):
    surcharge.count_up(by=accountant, payer=mill)
    owed = here.read(f"/api/v1/debts/?payer={mill.credit_code}").json()["results"]
    assert {(row["month"], row["branch"], row["people"]) for row in owed} >= {
        ("2026-03", "pension", 1)
    }
    assert all(row["surcharge"] != "0.00" for row in owed)
    assert code(there.read(f"/api/v1/debts/?payer={mill.credit_code}")) == "no_such_payer"
    aged = here.read("/api/v1/arrears/").json()["results"]
    assert [(row["region"], row["people"]) for row in aged] == [(CHAOYANG, 1)]
    assert len(aged[0]["from_months"]) == len(aged[0]["amounts"])
    assert there.read("/api/v1/arrears/").json()["results"] == []
    said = {
        "payer": mill.credit_code,
        "kind": "surcharge",
        "first_month": "2026-03",
        "last_month": "2026-03",
        "reason": "不可抗力",
        "document": "京社征 1",
    }
    for wrong, side, why in (
        ({"first_month": "2026-04"}, here, "months_turned"),
        ({"first_month": "2025-01", "last_month": "2025-02"}, here, "nothing_open"),
        ({}, there, "no_such_payer"),
    ):
        assert code(side.send("/api/v1/waivers/", said | wrong)) == why
    assert not Waiver.objects.exists()
    made = here.send("/api/v1/waivers/", said | {"branch": "pension"})
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    assert here.read("/api/v1/waivers/").json()["results"] == [made.json()]


def test_a_bank_takes_the_file_and_answers_it(here, there, assessed, mill, accountant, intake):
    withholding.give_mandate(by=intake, payer=mill, holder=mill.name, bank="中国银行", account=CARD)
    file = withholding.draw(by=accountant, region=BEIJING, charge_on=timezone.localdate())
    listed = here.read("/api/v1/withholding-files/").json()["results"]
    assert [(row["name"], row["count"], row["state"]) for row in listed] == [(str(file), 1, "out")]
    taken = here.read(f"/api/v1/withholding-files/{file.pk}/")
    assert taken.content.splitlines()[1].startswith(b"D,")
    assert AuditEntry.objects.filter(act="withholding.file", actor=here.partner.application.user)
    assert code(there.read(f"/api/v1/withholding-files/{file.pk}/")) == "no_file"
    line = file.lines.get()
    amount = format_yuan(line.amount)
    rows = [
        ["H", "SOCSEC-WITHHOLDING-RETURN", 1, str(file), timezone.localdate()],
        ["D", line.reference, amount, "PAID", ""],
    ]
    answer = withholding.signed(rows, [1, amount])
    path = "/api/v1/withholding-files/"
    bent = answer.replace(amount.encode(), b"1.00", 1)
    for content, side in ((b"", here), (bent, here), (answer, there)):
        refused = side.send(path, content, content_type="text/csv")
        assert refused.status_code in (404, 422), refused.content
    assert WithholdingFile.objects.get().state == "out"
    for _n in range(2):
        done = here.send(path, answer, content_type="text/csv")
        assert (done.status_code, done.json()["state"]) == (201, "answered")
    assert here.read(f"/api/v1/debts/?payer={mill.credit_code}").json()["results"] == []


def test_a_resident_is_enrolled_changes_tier_and_is_taken_back(here, there, enroll, clerks):
    who = enroll()
    path = of(who, "resident-years/")
    said = {"branch": "pension", "year": 2025, "region": CHAOYANG, "tier": "1000"}
    for wrong, side, why in (
        ({"tier": "1"}, here, "no_such_tier"),
        ({"year": 2027}, here, None),
        ({"region": GUANGZHOU}, here, "outside_region"),
        ({}, there, "no_such_person"),
    ):
        answer = side.send(path, said | wrong)
        assert answer.status_code in (404, 422), answer.content
        assert why is None or code(answer) == why
    assert not ResidentEnrolment.objects.exists()
    made = here.send(path, said)
    assert (made.status_code, made.json()["person_share"]) == (201, "1000.00")
    assert code(here.send(path, said | {"tier": "2000"})) == "enrolled_already"
    tier = of(who, "resident-years/2025/tier/")
    assert code(here.send(tier, {"tier": "3"})) == "no_such_tier"
    assert here.send(tier, {"tier": "2000"}).json()["person_share"] == "2000.00"
    assert code(there.send(tier, {"tier": "1000"})) == "no_such_person"
    gone = of(who, "resident-years/pension/2025/cancel/")
    assert code(there.send(gone, {})) == "no_such_person"
    assert here.send(gone, {}).json()["cancelled_on"] == "2025-12-10"
    assert code(here.send(gone, {})) == "not_enrolled"
    assert code(here.send(of(who, "resident-years/injury/2025/cancel/"), {})) == "no_branch"


def test_what_waits_in_the_queues_of_residents_is_read_in_its_region_alone(
    here, there, enroll, insure, clerks
):
    who = enroll()
    sponsors.join(
        by=clerks["intake"],
        person=who,
        group=Sponsored.EXTREME_HARDSHIP,
        region=CHAOYANG,
        from_=date(2025, 1, 1),
        document="民政名单",
    )
    insure(who)
    sponsors.draw(by=clerks["accountant"], branch=MEDICAL, year=2026, region=BEIJING, payer=2)
    DoubleEnrolment.objects.create(
        person=who, branch=MEDICAL, year=2026, region=CHAOYANG, other="employee",
        other_region=CHAOYANG, months=0b101,
    )  # fmt: skip
    doubles = here.read("/api/v1/double-enrolments/").json()["results"]
    assert [(row["months"], row["state"]) for row in doubles] == [([1, 3], "found")]
    bills = here.read("/api/v1/sponsor-bills/").json()["results"]
    assert [(row["payer"], row["count"], row["state"]) for row in bills] == [
        ("sponsor", 1, "draft")
    ]
    for path in BOTH:
        assert there.read(path).json()["results"] == [], path


def test_a_file_of_an_older_scheme_is_read_once_and_carries_nothing_over(
    here, there, enroll, edition
):
    who = enroll()
    content = (
        "\ufeff身份证号,姓名,起始年份,终止年份,缴费档次,余额\n"
        f"{who.resident_id},李芳,2009,2013,1200,1234.56\n"
        "123,赵一,2010,2012,100,10.00\n"
    ).encode()
    path = "/api/v1/legacy-imports/?scheme=rural_pension&region="
    for address, body, side in (
        (path + GUANGZHOU, content, here),
        (path + CHAOYANG, content, there),
        (path.replace("rural_pension", "none") + CHAOYANG, content, here),
        (path + CHAOYANG, b"PK\x03\x04 no workbook", here),
    ):
        assert side.send(address, body, content_type="text/csv").status_code in (404, 422)
    assert not LegacyImport.objects.exists()
    for _n in range(2):
        made = here.send(path + CHAOYANG, content, content_type="text/csv").json()
    assert (made["rows"], made["closes"], made["carried"]) == (2, True, "0.00")
    assert {"state": "matched", "rows": 1, "balance": "1234.56"} in made["parts"]
    rows = here.read(f"/api/v1/legacy-imports/{made['number']}/rows/").json()["results"]
    assert [(row["row"], row["state"]) for row in rows] == list(
        LegacyRow.objects.order_by("row").values_list("row", "state")
    )
    assert code(there.read(f"/api/v1/legacy-imports/{made['number']}/rows/")) == "no_file"


def test_a_work_list_is_read_and_a_contact_is_written_down(here, there, edition, enroll):
    who = enroll(born=date(1950, 1, 1))
    gaps.refresh()
    listed = here.read("/api/v1/coverage/gaps/?reason=older").json()["results"]
    assert {(row["person"], row["branch"]) for row in listed} >= {(str(who.public_id), "medical")}
    assert here.read("/api/v1/coverage/gaps/?reason=minor").json()["results"] == []
    path = of(who, "gap-contacts/")
    said = {"branch": "medical", "way": "visit", "outcome": "unreached"}
    assert code(here.send(path, said)) == "next_missing"
    assert code(here.send(path, said | {"branch": "injury"})) == "no_gap"
    assert code(there.send(path, said)) == "no_such_person"
    assert not GapContact.objects.exists()
    assert here.send(path, said | {"outcome": "will"}).status_code == 201
    assert [row["outcome"] for row in here.read(path).json()["results"]] == ["will"]
    assert code(there.read(path)) == "no_such_person"


def test_who_was_seen_is_proved_alive_and_read_where_the_file_lies(here, there, edition, enroll):
    who = enroll(born=date(1950, 1, 1))
    path = of(who, "proofs/")
    said = {"way": "visit", "proved_on": "2026-11-02", "witness": "居委会 王某"}
    for wrong, side, why in (
        ({"witness": ""}, here, "no_witness"),
        ({"proved_on": "2099-01-01"}, here, "in_the_future"),
        ({"way": "guess"}, here, "invalid"),
        ({}, there, "no_such_person"),
    ):
        assert code(side.send(path, said | wrong)) == why
    assert here.read(path).json()["results"] == []
    made = here.send(path, said)
    assert made.status_code == 201, made.content
    assert made.json()["valid_until"] > "2026-11-02"
    assert here.read(path).json()["results"] == [made.json()]
    assert code(there.read(path)) == "no_such_person"
