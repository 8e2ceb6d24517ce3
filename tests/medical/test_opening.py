"""A year is opened for everybody insured, and the cap of who was long or lightly insured rises."""

from datetime import date

import pytest
from django.utils import timezone

from enrollment.models import Category, Coverage, LegacyYear
from funds.models import Branch, Scheme
from funds.services import fund
from medical.models import Care, Settlement, YearSums
from medical.params import Incentive
from medical.queries import bills as queries
from medical.services import opening, settling
from socsec.kernel.months import month
from socsec.office import oversight
from socsec.office.errors import Invalid
from socsec.office.models import Role, Run
from socsec.office.services import run
from socsec.office.services import work as worker

from .clerks import clerk as someone
from .hospital import at, catalogue, clerk, hospital, of, village

__all__ = ["catalogue", "clerk", "hospital", "village"]
NANCHANG, JIANGXI = "360100", "360000"
YEAR = timezone.localdate().year
JANUARY = month(YEAR, 1)


@pytest.fixture
def insured(village, monkeypatch):
    """Residents of Nanchang: 3,000.00 a year, at most a fifth of the cap of 300,000.00."""
    # The law counts years without a claim from 2025; two of them lie behind us here.
    monkeypatch.setattr(Incentive, "at", lambda *said: Incentive(since=YEAR - 2))
    for scheme in (Scheme.RESIDENTS, Scheme.EMPLOYEES):
        fund.establish(Branch.MEDICAL, scheme, NANCHANG)
    Coverage.objects.filter(branch=Branch.MEDICAL).delete()

    def make(who, *spans, category=Category.RESIDENT):
        for since, until in spans:
            Coverage.objects.create(
                person=village.souls[who],
                branch=Branch.MEDICAL,
                category=category,
                region=NANCHANG,
                span=(date(since, 1, 1), until and date(until, 1, 1)),
            )
        return village.souls[who]

    return make


@pytest.fixture
def drive(db):
    maker, checker = someone(Role.ASSESSOR, region=JIANGXI), someone(Role.REVIEWER, region=JIANGXI)

    def make(at_month=JANUARY):
        made = run.draft(kind=opening.KIND, month=at_month, region=NANCHANG, by=maker)
        made = run.preview(run_id=made.pk, by=maker)
        run.approve(run_id=made.pk, by=checker, total=made.total)
        worker.work(made.pk)
        made.refresh_from_db()
        return made

    def undo(made):
        run.reverse(run_id=made.pk, by=checker, reason="参数有误")
        worker.work(made.pk)
        made.refresh_from_db()
        return made

    make.undo, make.maker = undo, maker
    return make


def claimed(who, year, paid, major=0):
    YearSums.objects.create(
        person_id=who.pk,
        year=year,
        scheme=Scheme.RESIDENTS,
        home=NANCHANG,
        bills=1,
        fund_pay=paid,
        major_pay=major,
    )


def raised():
    rows = YearSums.objects.filter(year=YEAR)
    return dict(rows.values_list("person_id", "cap_raise"))


def test_the_cap_rises_by_years_in_a_row_and_years_without_a_claim(insured, drive):
    loyal = insured("lin", (YEAR - 6, None))
    late = insured("chen", (YEAR - 9, YEAR - 7), (YEAR - 2, None))
    claimed(late, YEAR - 1, 500_00)
    used = insured("wu", (YEAR - 6, None))
    claimed(used, YEAR - 1, 900_000_00, major=301_000_00)
    ever = insured("zhou", (1990, None))
    worker_ = insured("gao", (YEAR - 6, None), category=Category.EMPLOYEE)
    carried = insured("ma", (YEAR, None))
    for year in range(YEAR - 6, YEAR):
        LegacyYear.objects.create(
            person_id=carried.pk,
            branch=Branch.MEDICAL,
            year=year,
            scheme="",
            region=NANCHANG,
            import_id=1,
        )
    made = drive()
    expected = {
        # Seven years in a row, two of them without a claim: (7 − 4 + 2) × 3,000
        loyal.pk: 15_000_00,
        # Three in a row after a gap, one without a claim: 0 + 1 × 3,000
        late.pk: 3_000_00,
        # What was saved up is gone with the year that used it: (7 − 4) × 3,000
        used.pk: 9_000_00,
        # At most 20 % of 300,000
        ever.pk: 60_000_00,
        worker_.pk: 0,
        # Years carried over from an older scheme count
        carried.pk: 15_000_00,
    }
    assert raised() == expected
    assert (made.state, made.count, made.total) == ("posted", 6, sum(expected.values()))
    assert made.preview["figures"]["for_zero"] == 3_000_00 * (2 + 1 + 0 + 2 + 2)
    drive.undo(made)
    assert raised() == {}
    assert YearSums.objects.count() == 2  # the years before stand
    assert drive().total == made.total


def test_bills_before_the_opening_are_worked_out_anew_by_it_and_by_its_reversal(
    insured, drive, village, clerk, hospital, catalogue
):
    insured("lin", (YEAR - 6, None))
    opened = settling.admit(
        by=clerk,
        provider=hospital,
        person=village.souls["lin"],
        number="1",
        care=Care.INPATIENT,
        opened_at=at(date(YEAR, 1, 5)),
        emergency=True,
    )
    line = of("A1", 1_500_000, day=date(YEAR, 1, 5))
    settling.charge(by=clerk, encounter=opened, charges=[line])
    stay = settling.discharge(by=clerk, encounter=opened, closed_at=at(date(YEAR, 1, 8)))
    settling.settle(by=clerk, encounter=stay)
    assert queries.amounts(stay)["major_pay"] == 300_000_00
    made = drive()
    assert queries.amounts(stay)["major_pay"] == 315_000_00
    assert Settlement.objects.filter(kind="restated").count() == 1
    assert [f for _q, each in oversight.run(["medical.year_sums"]) for f in each] == []
    drive.undo(made)
    assert queries.amounts(stay)["major_pay"] == 300_000_00
    assert raised() == {village.souls["lin"].pk: 0}
    assert [f for _q, each in oversight.run(["medical.year_sums"]) for f in each] == []


def test_only_a_january_that_has_begun_is_opened(insured, drive):
    insured("lin", (YEAR - 6, None))
    for at_month, code in ((JANUARY + 1, "not_january"), (month(2099, 1), "in_the_future")):
        with pytest.raises(Invalid) as told:
            drive(at_month)
        assert told.value.code == code
    assert raised() == {}
    assert not Run.objects.filter(state="posted").exists()


def test_a_region_without_a_cap_on_file_is_opened_without_a_raise_and_said_so(insured, drive):
    insured("lin", (YEAR - 6, None))
    Coverage.objects.filter(branch=Branch.MEDICAL).update(region="360102")
    made = drive()
    assert made.total == 15_000_00  # Donghu lies in Nanchang, whose values hold there
    guiyang, guizhou = "520100", "520000"
    Coverage.objects.filter(branch=Branch.MEDICAL).update(region=guiyang)
    maker = someone(Role.ASSESSOR, region=guizhou)
    elsewhere = run.draft(kind=opening.KIND, month=JANUARY, region=guiyang, by=maker)
    elsewhere = run.preview(run_id=elsewhere.pk, by=maker)
    assert (elsewhere.count, elsewhere.total) == (1, 0)
    assert [each["code"] for each in elsewhere.preview["held"]] == ["no_plan"]
