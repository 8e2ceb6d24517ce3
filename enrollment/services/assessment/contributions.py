"""What a month owes is assessed (应缴核定): for one person at the counter, or for all in a run.

Both gather the same facts and apply the same rule. The counter applies it to whole numbers and
keeps the sheet to show; a run hands it to the database as one INSERT … SELECT.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import Category, Contribution, Coverage, Person, WageDeclaration
from enrollment.rules.branches import RULES, BranchRule
from enrollment.services.checks import lock, month_has_come
from enrollment.services.cover import late_months
from funds.models import Branch, Fund, Scheme, accounts
from funds.services import ledger
from socsec.kernel import sqlexpr
from socsec.kernel.document import explain
from socsec.kernel.months import first_day, format_month
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.ranges import MOST
from socsec.kernel.regions import NATION, upwards
from socsec.office.access import may, require
from socsec.office.errors import Invalid, NotFound, Refused, from_kernel, say
from socsec.office.gathering import gathered
from socsec.office.models import User
from socsec.office.services import audit, policy

CARRY = ("person_id", "employer_id", "region")


@dataclass(frozen=True, slots=True)
class Assessed:
    """A contribution and the sheet that shows how it came about.

    Whatever the branch, the sheet has `base`, `employer_share`, `person_share`, `account_share`,
    `waived` and `due`.
    """

    contribution: Contribution
    facts: Any
    params: Any
    sheet: Any


def assessable(branch: int) -> Branch:
    """The branch, if there is such a one."""
    if type(branch) is bool or branch not in Branch.values:
        raise Invalid(
            _("There is no such branch of insurance."),
            code="branch_not_assessed",
            field="branch",
        )
    return Branch(branch)


def rule_of(branch: int) -> BranchRule:
    """The rule that assesses a month in a branch."""
    return RULES[branch]  # type: ignore[index]


@transaction.atomic
def assess(
    *, by: User, person: Person, month: int, branch: int, ruling: str = ""
) -> list[Assessed]:
    """Assess one person's month at the counter, such as one enrolled late.

    Whatever of the month is assessed already stays; `Refused` if nothing is left to assess, or if
    it was enrolled too late to be paid any more (`late_months`); `ruling` is for months long past.
    """
    branch = assessable(branch)
    month_has_come(month)
    person = lock(person)
    coverage = _coverage_in(person, branch, month)
    require(by, "contribution.assess", coverage.region)
    late_months.check_assessed_late(coverage, month, ruling)
    return assess_now(
        by=by, person=person, month=month, branch=branch, region=_where(coverage), ruling=ruling
    )


@transaction.atomic
def assess_all(*, by: User, person: Person, month: int, ruling: str = "") -> list[Assessed]:
    """Assess one person's month in every branch that covers it, whatever of it is still open.

    `Refused` if nothing is left in any of them, with the reason of the first.
    """
    month_has_come(month)
    person = lock(person)
    first = _coverage_in(person, None, month)
    done: list[Assessed] = []
    refusal: Refused | None = None
    coverages = list(_coverages_in(person, None, month).order_by("branch", "span"))
    several = any(each.apart for each in coverages)
    for coverage in coverages:
        if several and not may(by, "contribution.assess", coverage.region):
            continue  # of a further job elsewhere: another office's to assess
        require(by, "contribution.assess", coverage.region)
        if coverage.category not in facts.PAYING:
            continue
        try:
            with transaction.atomic():
                late_months.check_assessed_late(coverage, month, ruling)
                done += assess_now(
                    by=by,
                    person=person,
                    month=month,
                    branch=coverage.branch,
                    region=_where(coverage),
                    ruling=ruling,
                )
        except Refused as error:
            refusal = refusal or error
    if not done:
        raise refusal or _nothing_left(person, month, first.branch)
    return done


def assess_now(
    *,
    by: User,
    person: Person,
    month: int,
    branch: int,
    region: str = NATION,
    ruling: str = "",
) -> list[Assessed]:
    """The assessment itself, for services that have asked who may, in their transaction.

    With a `region`, of what is covered there.
    """
    branch = Branch(branch)
    edition = policy.current_edition()
    law = policy.of(edition)
    done = [_decide(row, month, branch, law) for row in _gather(person, month, branch, law, region)]
    if not done:
        raise _nothing_left(person, month, branch)
    earlier = Contribution.objects.filter(person_id=person.pk, month=month, branch=branch).count()
    for each in done:
        each.contribution.edition = edition.number
    Contribution.objects.bulk_create([each.contribution for each in done])
    region = done[0].contribution.region
    scheme = Category(done[0].contribution.category).scheme_in(branch)
    postings = [
        ledger.Posting(
            person.pk,
            accounts.CONTRIBUTIONS_DUE,
            accounts.CONTRIBUTIONS_ASSESSED,
            each.contribution.due,
            month,
            region,
            heads=int(earlier == place == 0),
        )
        for place, each in enumerate(done)
        if each.contribution.due
    ]
    if postings:
        ledger.post(
            pool_of([region], branch, scheme)[region],
            "contribution_assessment",
            postings,
            source=f"enrollment.assessment:{person.pk}/{branch.value}/{month}/{earlier}",
            by=by,
        )
    audit.record(
        by=by,
        act="contribution.assess",
        subject=person,
        person_id=person.pk,
        region=region,
        branch=branch.value,
        month=format_month(month),
        due=sum(each.contribution.due for each in done),
        edition=edition.number,
        ruling=ruling.strip(),
    )
    return done


GATHERED = "enrollment_gathered"  # a table of one transaction


def assess_many(
    *, month: int, branches: Sequence[int], region: str, people: tuple[int, int], **stamp: Any
) -> tuple[int, list[tuple[int, int, str]]]:
    """Assess a range of person numbers in each branch. How many months, and where.

    What the rules must know is gathered once for all branches, and the months of all branches are
    written in one order, person by person. The places are branch, category and region. `stamp` is
    `edition`, the number of the policy edition, and `run_id`.
    """
    select, values = facts.contributions(
        law=policy.of(stamp["edition"]),
        month=month,
        branches=branches,
        region=region,
        first_person=people[0],
        last_person=people[1],
    )
    in_bounds = [
        f"branch <> {branch:d} or {rule_of(branch).facts.in_bounds()}" for branch in branches
    ]
    columns = ", ".join([*_lines(month, 0, None, **stamp), *CARRY])
    with connection.cursor() as cursor, gathered(GATHERED, select, values, *in_bounds):
        cursor.execute(f"select distinct branch, category, region from {GATHERED} order by 1")  # noqa: S608
        places = cursor.fetchall()
        if not places:
            return 0, []
        assessed = [
            _assess(
                month,
                branch,
                sorted({place[2] for place in places if place[0] == branch}),
                f"select * from {GATHERED} where branch = {branch:d}",  # noqa: S608
                checked=True,
                **stamp,
            )
            for branch in sorted({place[0] for place in places})
        ]
        cursor.execute(
            f"""insert into enrollment_contribution ({columns})
                {" union all ".join(assessed)} order by person_id"""
        )
        count = int(cursor.rowcount)
    return count, places


def rows(
    month: int, branch: int, region: str, first_person: int, last_person: int, **stamp: Any
) -> facts.Select:
    """What gathering and assessing would write, for previews: one row for each contribution."""
    gathered, values = facts.contributions(
        law=policy.of(stamp["edition"]),
        month=month,
        branches=[branch],
        region=region,
        first_person=first_person,
        last_person=last_person,
    )
    where = facts.regions(month=month, branch=branch, region=region)
    return _assess(month, branch, where or [region], gathered, **stamp), values


def _assess(
    month: int,
    branch: int,
    regions: Sequence[str],
    gathered: str,
    *,
    checked: bool = False,
    **stamp: Any,
) -> str:
    """The branch's rule over what was gathered (and `checked`), with the law of each region."""
    known = rule_of(branch)
    try:
        table, params = known.params.sql(policy.of(stamp["edition"]), regions, month)
    except PolicyError as error:
        raise from_kernel(error) from error
    source = f"select * from ({gathered}) as gathered join ({table}) as law using (region)"  # noqa: S608
    sheet = known.rule(known.facts.sql(checked=checked), params)
    return sqlexpr.compile(_lines(month, branch, sheet, **stamp), source, carry=CARRY)


def _lines(month: int, branch: int, sheet: Any, *, edition: int, run_id: int) -> dict[str, Any]:
    """The columns of a contribution that are numbers, by name; without a sheet, the names alone."""
    number = sqlexpr.column
    return {
        "month": month,
        "branch": branch,
        "part": 0,
        "category": number("category"),
        "wage": number("wage"),
        "wage_before": _before(branch, number("wage_before")),
        "base": sheet and sheet.base,
        "employer_share": sheet and sheet.employer_share,
        "person_share": sheet and sheet.person_share,
        "account_share": sheet and sheet.account_share,
        "waived": sheet and sheet.waived,
        "deemed": number("deemed", boolean=True),
        "standing_id": number("standing_id"),
        "run_id": run_id,
        "edition": edition,
    }


def _before(branch: int, wage_before: Any) -> Any:
    """Wages with other employers, where the branch counts them: in work injury it does not."""
    return 0 if branch == Branch.INJURY else wage_before


def samples(
    *, month: int, branch: int, region: str, edition: int, count: int
) -> list[dict[str, Any]]:
    """The sheets of the first few that a run would assess, as they are shown to its checker."""
    law = policy.of(edition)
    select, values = facts.contributions(
        law=law, month=month, branches=[branch], region=region, first_person=0, last_person=MOST
    )
    shown = []
    first = f"select * from ({select}) as gathered limit %s"  # noqa: S608
    for row in _fetch(first, [*values, count]):
        each = _decide(row, month, branch, law)
        document = explain(each.sheet, each.facts, each.params)
        shown.append({"person_id": row["person_id"], **document.as_json()})
    return shown


def checksum(digests: Iterable[str]) -> str:
    """One fingerprint of a chunk from those of its ledger batches."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def pool_of(regions: Iterable[str], branch: int, scheme: int = Scheme.EMPLOYEES) -> dict[str, Fund]:
    """The scheme's fund that pools each region. One query. `NotFound` where there is none."""
    funds = {
        fund.region_id: fund
        for fund in Fund.objects.select_related("region").filter(branch=branch, scheme=scheme)
    }
    found: dict[str, Fund] = {}
    for region in regions:
        place = next((place for place in upwards(region) if place in funds), None)
        if place is None:
            raise NotFound(
                say(_("No fund pools contributions in region %(region)s."), region=region),
                code="no_fund",
                fix=_("Establish the fund first."),
            )
        found[region] = funds[place]
    return found


def _coverages_in(person: Person, branch: int | None, month: int) -> QuerySet[Coverage]:
    found = Coverage.objects.filter(
        person=person, span__overlap=(first_day(month), first_day(month + 1))
    )
    return found if branch is None else found.filter(branch=branch)


def _coverage_in(person: Person, branch: int | None, month: int) -> Coverage:
    coverage = _coverages_in(person, branch, month).order_by("category", "span").first()
    if coverage is None:
        raise Refused(
            _("%(name)s was not insured in %(month)s.")
            % {"name": person.name, "month": format_month(month)},
            code="not_insured",
            fix=_("Enter the coverage first."),
        )
    return coverage


def _where(coverage: Coverage) -> str:
    """Work injury is insured by each employer where it is; every other branch in one place only."""
    return coverage.region if coverage.branch == Branch.INJURY else NATION


def _gather(
    person: Person, month: int, branch: int, law: Policy, region: str
) -> list[dict[str, Any]]:
    select, values = facts.contributions(
        law=law,
        month=month,
        branches=[branch],
        region=region,
        first_person=person.pk,
        last_person=person.pk,
    )
    return _fetch(select, values)


def _fetch(select: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(select, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _decide(row: dict[str, Any], month: int, branch: int, law: Policy) -> Assessed:
    rule = rule_of(branch)
    try:
        params = rule.params.at(law, row["region"], month)
    except PolicyError as error:
        raise from_kernel(error) from error
    known = rule.known(row)
    sheet = rule.rule(known, params)
    contribution = Contribution(
        person_id=row["person_id"],
        month=month,
        branch=branch,
        employer_id=row["employer_id"],
        category=row["category"],
        region=row["region"],
        wage=row["wage"],
        wage_before=_before(branch, row["wage_before"]),
        base=sheet.base,
        employer_share=sheet.employer_share,
        person_share=sheet.person_share,
        account_share=sheet.account_share,
        waived=sheet.waived,
        deemed=row["deemed"],
        standing_id=row["standing_id"],
    )
    return Assessed(contribution, known, params, sheet)


def _nothing_left(person: Person, month: int, branch: int) -> Refused:
    if Contribution.objects.filter(person_id=person.pk, month=month, branch=branch).exists():
        return Refused(
            _("%(month)s is assessed already.") % {"month": format_month(month)},
            code="assessed_already",
        )
    if (
        branch == Branch.INJURY
        and WageDeclaration.objects.filter(person_id=person.pk, month=month).exists()
    ):
        return Refused(
            _("The work injury risk class of the employer is not known for %(month)s.")
            % {"month": format_month(month)},
            code="no_risk_class",
            fix=_("Enter the employer's standing first."),
        )
    return Refused(
        _("No wage and no chosen base is known for %(name)s in %(month)s.")
        % {"name": person.name, "month": format_month(month)},
        code="undeclared",
        fix=_("Declare the wage, or choose a base, first."),
    )
