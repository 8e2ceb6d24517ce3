"""Awards: nobody draws two, nobody before the age."""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Sex
from funds.models import Branch, Scheme
from pensions.models import (
    AwardState,
    Category,
)
from pensions.params import ResidentParams, RetirementParams
from pensions.rules.retirement import RetirementFacts, retirement_age
from socsec.kernel.arith import where
from socsec.kernel.months import format_month
from socsec.kernel.regions import NATION
from socsec.kernel.sqlexpr import column
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office.errors import say
from socsec.office.oversight import Finding
from socsec.office.services import policy as policies

from .sql import AWARDS, CLAIMS, FEW, PEOPLE, select


def two_awards() -> Iterator[Finding]:
    """Nobody draws two pensions of this house side by side. An annuity is no pension of its own."""
    rows = select(
        f"""select person_id, count(*) from {AWARDS} where state <> %s and branch = {Branch.PENSION}
             group by person_id having count(*) > 1 limit {FEW}""",  # noqa: S608
        [AwardState.ENDED],
    )
    for person_id, count in rows:
        yield Finding(
            "pensions.two_awards",
            f"person {person_id}",
            say(_("%(count)s awards are in payment or suspended."), count=count),
        )


def resident_too_young() -> Iterator[Finding]:
    """No resident's pension begins before the age of the scheme, the same for men and women."""
    params = ResidentParams.at(
        policies.of(policies.current_edition()), NATION, timezone.localdate()
    )
    found = select(
        f"""select a.id, a.person_id, a.from_month, b.month + %s as required
              from {AWARDS} a
              join {PEOPLE} p on p.id = a.person_id
             cross join lateral (select (extract(year from p.born_on) * 12
                                         + extract(month from p.born_on) - 1)::int as month) b
             where a.scheme = {Scheme.RESIDENTS} and a.from_month < b.month + %s
             limit {FEW}""",  # noqa: S608
        [params.pension_age, params.pension_age],
    )
    for award_id, person_id, from_month, required in found:
        yield _early(award_id, person_id, from_month, required)


def too_young() -> Iterator[Finding]:
    """Nobody's pension begins before the earliest age of their sex, work and year of birth."""
    found = select(f"{early(timezone.localdate())} limit {FEW}")
    for required, award_id, person_id, from_month in found:
        yield _early(award_id, person_id, from_month, required)


def early(on: date) -> str:
    """A SELECT of awards (required, id, person_id, from_month) that began before the month required.

    Awards taken over from earlier books do not tell the work: the lowest age of the sex is asked.
    """
    params = RetirementParams.at(policies.of(policies.current_edition()), NATION, on)
    source = f"""
        select a.id, a.person_id, a.from_month,
               (extract(year from p.born_on) * 12 + extract(month from p.born_on) - 1)::int
                 as birth_month,
               coalesce(c.category, case when p.sex = {Sex.MALE} then {Category.MALE_55}
                                         else {Category.FEMALE_45} end) as category,
               coalesce(c.flexible, false) as flexible
          from {AWARDS} a
          join {PEOPLE} p on p.id = a.person_id
          left join {CLAIMS} c on c.case_id = a.claim_id
         where a.disability_id is null and a.branch = {Branch.PENSION}
           and a.scheme <> {Scheme.RESIDENTS}"""  # noqa: S608
    sheet = retirement_age(RetirementFacts.sql(), params)
    flexible = column("flexible", boolean=True)
    required = where(flexible, sheet.earliest_month, sheet.pension_month)
    begun = column("from_month", 0, 10**6)
    return compile_rule(
        {"required": required},
        source,
        carry=("id", "person_id", "from_month"),
        keep=begun < required,
    )


def _early(award_id: int, person_id: int, from_month: int, required: int) -> Finding:
    return Finding(
        "pensions.too_young",
        f"award {award_id}, person {person_id}",
        say(
            _("The pension began in %(month)s; the age is reached in %(required)s."),
            month=format_month(from_month),
            required=format_month(required),
        ),
    )
