"""What a resident's year owes, and who is to pay it: for one at the counter, for all in a run."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import Person, ResidentDue, ResidentEnrolment, Sex, Way
from enrollment.params import MedicalYear, PensionAges, PensionYear
from enrollment.queries.residents import in_need, sponsorships_on
from enrollment.rules.residents.medical import MedicalDue, MedicalFacts, medical_year
from enrollment.rules.residents.pension import PensionDue, PensionFacts, pension_year
from enrollment.services.assessment.contributions import pool_of
from funds.models import Branch, Scheme, accounts
from funds.services import ledger
from socsec.kernel import sqlexpr
from socsec.kernel.document import explain
from socsec.kernel.policy import PolicyError
from socsec.kernel.ranges import MOST
from socsec.office.errors import Invalid, from_kernel
from socsec.office.gathering import gathered
from socsec.office.models import PolicyEdition, User
from socsec.office.services import policy

CARRY = ("person_id", "region")
SHARES = ("person_share", "sponsor_share", "collective_subsidy", "government_subsidy")

LAW: dict[int, tuple[Any, Any, Any]] = {
    Branch.MEDICAL: (MedicalFacts, MedicalYear, medical_year),
    Branch.PENSION: (PensionFacts, PensionYear, pension_year),
}


@dataclass(frozen=True, slots=True)
class Assessed:
    """A year's due, and the sheet that shows how it came about."""

    due: ResidentDue
    sheet: MedicalDue | PensionDue
    document: dict[str, Any]


def branch_of_residents(branch: int) -> Branch:
    """The branch, if residents are insured in it."""
    if branch not in LAW:
        raise Invalid(
            _("Residents are insured for old age and in medical insurance."),
            code="no_residents",
            field="branch",
        )
    return Branch(branch)


def born_after(edition: int, region: str, branch: int, year: int) -> date:
    """Who was born by that day is too old to pay for old age in that year. None is in medical."""
    if branch == Branch.MEDICAL:
        return date.min
    try:
        ages = PensionAges.at(policy.of(edition), region, date(year, 1, 1))
    except PolicyError as error:
        raise from_kernel(error) from error
    years, months = divmod(int(ages.pension_age), 12)
    first = year * 12 - months
    return date(first // 12 - years, first % 12 + 1, 1)


def decide(row: dict[str, Any], branch: int, year: int, edition: PolicyEdition) -> Assessed:
    """The law applied to the facts of one resident."""
    known, params_class, rule = LAW[branch]
    try:
        params = params_class.at(policy.of(edition), row["region"], date(year, 1, 1))
    except PolicyError as error:
        raise from_kernel(error, "year") from error
    of = known(**{name: row[name] for name in known.specs()})
    sheet = rule(of, params)
    due = ResidentDue(
        person_id=row["person_id"],
        branch=branch,
        year=year,
        part=0,
        region=row["region"],
        run_id=0,
        edition=edition.number,
        **{name: getattr(sheet, name, 0) for name in SHARES},
    )
    return Assessed(due, sheet, explain(sheet, of, params).as_json())


def foresee(
    *,
    person: Person,
    region: str,
    branch: int,
    year: int,
    tier: int,
    way: int,
    repaid_years: int = 0,
) -> dict[str, int]:
    """What a year would come to, share by share in fen, by the rule that assesses it; nothing is written."""
    groups = {row.group for row in sponsorships_on(person.pk, timezone.localdate())}
    row = {
        "person_id": person.pk,
        "region": region,
        "tier": tier,
        "collective": 0,
        "make_up": way == Way.MAKE_UP,
        "man": person.sex == Sex.MALE,
        "student": False,
        "age": max(0, year * 12 - person.birth_month),
        "repaid_years": repaid_years,
        **in_need(groups),
    }
    due = decide(row, branch, year, policy.current_edition()).due
    return {name: getattr(due, name) for name in SHARES}


def gather(enrolment: ResidentEnrolment, on: date) -> dict[str, Any]:
    """The facts of one enrolment, whether it was assessed before or not."""
    select, values = facts.resident(
        person_id=enrolment.person_id, branch=enrolment.branch, year=enrolment.year, on=on
    )
    return fetch(select, values)[0]


def assess(enrolment: ResidentEnrolment, *, on: date, by: User | None) -> Assessed:
    """Assess one enrolment at the counter: the due is written, and claimed of those who sponsor it."""
    edition = policy.current_edition()
    found = decide(gather(enrolment, on), enrolment.branch, enrolment.year, edition)
    found.due.save(force_insert=True)
    claim(found.due, by=by)
    return found


def claim(due: ResidentDue, *, by: User | None) -> None:
    """Post what the sponsor and the government are to pay; a correction takes it back."""
    amount = due.sponsor_share + due.government_subsidy + due.collective_subsidy
    if not amount:
        return
    pair = (accounts.SUBSIDIES_DUE, accounts.SUBSIDIES_ASSESSED)
    debit, credit = pair if amount > 0 else pair[::-1]
    ledger.post(
        pool_of([due.region], due.branch, Scheme.RESIDENTS)[due.region],
        "resident_assessment",
        [
            ledger.Posting(
                due.person_id,
                debit,
                credit,
                abs(amount),
                due.year * 12,
                due.region,
                heads=int(due.part == 0),
            )
        ],
        source=f"enrollment.resident:{due.person_id}/{due.branch}/{due.year}/{due.part}",
        by=by,
    )


def correct(enrolment: ResidentEnrolment, *, by: User | None, **shares: int) -> ResidentDue | None:
    """A further part of a year's due: what is added, or with a minus what is taken off."""
    if not any(shares.values()):
        return None
    parts = ResidentDue.objects.filter(
        person_id=enrolment.person_id, branch=enrolment.branch, year=enrolment.year
    )
    due = ResidentDue.objects.create(
        person_id=enrolment.person_id,
        branch=enrolment.branch,
        year=enrolment.year,
        part=parts.aggregate(last=Max("part"))["last"] + 1,
        region=enrolment.region,
        run_id=0,
        edition=policy.current_edition().number,
        **{name: shares.get(name, 0) for name in SHARES},
    )
    claim(due, by=by)
    return due


GATHERED = "enrollment_gathered_residents"  # a table of one transaction


def rows(*, edition: int, run_id: int, **of: Any) -> facts.Select:
    """The SELECT of a run: one row for each resident's year, with every part of it."""
    gathered, values = _expected(edition=edition, **of)
    where = facts.resident_regions(branch=of["branch"], year=of["year"], region=of["region"])
    select = _assess(
        of["branch"], of["year"], where or [of["region"]], gathered, edition=edition, run_id=run_id
    )
    return select, values


def assess_many(*, edition: int, run_id: int, **of: Any) -> tuple[int, list[str]]:
    """Assess the residents of a range of person numbers. How many, and of which regions.

    Those who go on from the year before are enrolled by then: they are looked for once.
    """
    branch, year = of["branch"], of["year"]
    found, values = facts.residents(**of)
    known, _params, _rule = LAW[branch]
    names = [*_lines(branch, year, None, edition=edition, run_id=run_id), *CARRY]
    with connection.cursor() as cursor, gathered(GATHERED, found, values, known.in_bounds()):
        cursor.execute(f"select distinct region from {GATHERED} order by 1")  # noqa: S608
        regions = [row[0] for row in cursor.fetchall()]
        if not regions:
            return 0, []
        select = _assess(
            branch,
            year,
            regions,
            f"table {GATHERED}",
            checked=True,
            edition=edition,
            run_id=run_id,
        )
        cursor.execute(
            f"""insert into enrollment_residentdue ({", ".join(names)})
                    {select} order by person_id"""
        )
        count = int(cursor.rowcount)
    return count, regions


def _expected(
    *,
    branch: int,
    year: int,
    region: str,
    first_person: int,
    last_person: int,
    on: date,
    edition: int,
) -> facts.Select:
    """Everybody enrolled, and who goes on from the year before."""
    return facts.residents(
        branch=branch,
        year=year,
        region=region,
        first_person=first_person,
        last_person=last_person,
        on=on,
        born_after=born_after(edition, region, branch, year),
    )


def _assess(
    branch: int,
    year: int,
    regions: list[str],
    gathered: str,
    *,
    checked: bool = False,
    edition: int,
    run_id: int,
) -> str:
    """The branch's rule over what was gathered (and `checked`), with the law of each region."""
    known, params_class, rule = LAW[branch]
    try:
        table, params = params_class.sql(policy.of(edition), regions, date(year, 1, 1))
    except PolicyError as error:
        raise from_kernel(error) from error
    source = f"select * from ({gathered}) as gathered join ({table}) as law using (region)"  # noqa: S608
    sheet = rule(known.sql(checked=checked), params)
    lines = _lines(branch, year, sheet, edition=edition, run_id=run_id)
    return sqlexpr.compile(lines, source, carry=CARRY)


def samples(
    *, branch: int, year: int, region: str, on: date, edition: PolicyEdition, count: int
) -> list[dict[str, Any]]:
    """The sheets of the first few that a run would assess, as they are shown to its checker."""
    select, values = facts.residents(
        branch=branch,
        year=year,
        region=region,
        first_person=0,
        last_person=MOST,
        on=on,
        born_after=born_after(edition.number, region, branch, year),
    )
    first = f"select * from ({select}) as gathered limit %s"  # noqa: S608
    return [
        {"person_id": row["person_id"], **decide(row, branch, year, edition).document}
        for row in fetch(first, [*values, count])
    ]


def _lines(branch: int, year: int, sheet: Any, *, edition: int, run_id: int) -> dict[str, Any]:
    """The columns of a due that are numbers, by name; without a sheet, the names alone."""
    return {
        "branch": branch,
        "year": year,
        "part": 0,
        **{name: sheet and getattr(sheet, name, 0) for name in SHARES},
        "run_id": run_id,
        "edition": edition,
    }


def fetch(select: str, values: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(select, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
