"""What a month owes is assessed (应缴核定), for one person at the counter.

A run gathers the same facts and applies the same rule (`many`); the counter applies it to whole
numbers and keeps the sheet to show.
"""

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
from socsec.kernel.months import first_day, format_month
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.regions import NATION, upwards
from socsec.office.access import may, require
from socsec.office.errors import Invalid, NotFound, Refused, from_kernel, say
from socsec.office.models import User
from socsec.office.services import audit, policy


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
    done = [decide(row, month, branch, law) for row in _gather(person, month, branch, law, region)]
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


def wage_before_of(branch: int, wage_before: Any) -> Any:
    """Wages with other employers, where the branch counts them: in work injury it does not."""
    return 0 if branch == Branch.INJURY else wage_before


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
    return fetch(select, values)


def fetch(select: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(select, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def decide(row: dict[str, Any], month: int, branch: int, law: Policy) -> Assessed:
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
        wage_before=wage_before_of(branch, row["wage_before"]),
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
