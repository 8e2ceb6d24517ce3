"""The yearly adjustment of all pensions: the lines of each sheet, and the benefits that take over."""

from benchmarks.base import EVERYONE, Rows, Statement
from benchmarks.payroll import PLACE
from enrollment.models import Sex
from funds.models import Scheme
from pensions.models import AwardState
from pensions.params import AdjustmentParams
from socsec.kernel.months import month
from socsec.office.services import policy

LABEL = "Yearly adjustment of pensions"
KIND = "pension_adjustment"
MONTH = month(2025, 1)
REGIONS = (PLACE,)
WRITES = (
    Rows(
        "pensions.PensionAdjustment",
        "person_id, award_id, month, region, pension, months, age, woman, area, standing,"
        " land_taken, flat_part, linked, level, tilt, increase, owed_before",
        "increase",
    ),
    Rows(
        "pensions.Benefit",
        "person_id, award_id, from_month, version, basic, account, transitional, addition",
        "basic + account + transitional + addition",
        # What is restated: from the January on, and the later benefit that stands already.
        f"(from_month = {MONTH} or version > 0)",
    ),
)

# The scheme of one province, whose bands of years have one rate. It knows that nobody died, that
# every award has one benefit before the January and one after it, and that nothing was paid since;
# the run finds out.
PLAIN = """
    with known as materialized (
        select a.person_id, a.id as award_id, a.region, a.months, a.area, a.standing, a.owed_from,
               b.basic, b.account, b.transitional, b.addition,
               b.basic + b.account + b.transitional + b.addition as pension,
               %s - 1 - (extract(year from p.born_on) * 12 + extract(month from p.born_on) - 1)::int
                   as age,
               p.sex = %s as woman
        from pensions_award a
        join enrollment_person p on p.id = a.person_id
        join (
            select distinct on (person_id, award_id) * from pensions_benefit where from_month < %s
            order by person_id, award_id, from_month desc
        ) b on b.person_id = a.person_id and b.award_id = a.id
        where a.state = %s and a.scheme = %s and a.from_month < %s and a.months > 0
          and a.person_id <= %s
    ),
    reckoned as materialized (
        select known.*, law.flat,
               greatest((months * law.year + 6) / 12, law.years_least) as linked,
               (pension * law.share + 500000) / 1000000 as level,
               case when age >= 80 * 12 then law.at_80 when age >= 75 * 12 then law.at_75
                    when age >= 70 * 12 then law.at_70 else 0 end as tilt
        from known
        cross join (values (%s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::bigint,
                            %s::bigint))
            as law (flat, year, years_least, share, at_70, at_75, at_80)
    ),
    adjusted as (
        insert into pensions_pensionadjustment
          (person_id, award_id, month, run_id, region, pension, months, age, woman, area, standing,
           land_taken, flat_part, linked, level, tilt, increase, owed_before)
        select person_id, award_id, %s, 1, region, pension, months, age, woman, area, standing,
               false, flat, linked, level, tilt, flat + linked + level + tilt, owed_from
        from reckoned
    )
    insert into pensions_benefit
      (person_id, award_id, from_month, version, basic, account, transitional, addition)
    select person_id, award_id, %s, 0, basic, account, transitional,
           addition + flat + linked + level + tilt
    from reckoned
    union all
    select r.person_id, r.award_id, b.from_month, b.version + 1, b.basic, b.account,
           b.transitional, b.addition + flat + linked + level + tilt
    from reckoned r
    join pensions_benefit b on b.person_id = r.person_id and b.award_id = r.award_id
                           and b.from_month > %s
"""


def prepare() -> None:
    """The pensions of the payroll are all that it needs."""


def plain(last: int = EVERYONE) -> Statement:
    """The same rows by hand, for the people up to a number."""
    law = AdjustmentParams.at(policy.of(policy.current_edition()), PLACE, MONTH)
    return Statement(
        PLAIN,
        [
            *(MONTH, Sex.FEMALE, MONTH, AwardState.IN_PAYMENT, Scheme.EMPLOYEES, MONTH, last),
            *(law.flat, law.years_rates.at(0), law.years_least, law.pension_rate),
            *(law.tilts_men.at(age) for age in (70, 75, 80)),
            *(MONTH, MONTH, MONTH),
        ],
    )
