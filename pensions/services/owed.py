"""What pensions are owed in a month: one SELECT for most people, one for those owed earlier months too.

A month is owed to everybody whose award is in payment and who lived to see the month; from
`owed_from` of the award on, earlier months are looked at as well, and owed is what they come to
now beyond what was paid for them. An occupational annuity is owed as far as its account reaches.
"""

from dataclasses import dataclass
from typing import Any

from enrollment.models import BankAccount, Person, Purpose
from enrollment.queries import SAME_PERSON
from funds.models import Branch, Fund
from funds.services import fund as fund_services
from pensions.models import Award, AwardState, Benefit, PensionPayment
from pensions.services.entries import last_entry
from socsec.kernel import months, regions
from socsec.kernel.ranges import MOST

AWARDS = Award._meta.db_table
BENEFITS = Benefit._meta.db_table
PAYMENTS = PensionPayment._meta.db_table
PEOPLE = Person._meta.db_table
BANKS = BankAccount._meta.db_table

_BENEFIT = f"""
     cross join lateral (
           select * from {BENEFITS} b
            where b.person_id = a.person_id and b.award_id = a.id and b.from_month <= m.month
            order by b.from_month desc, b.version desc limit 1) b
"""  # noqa: S608
# Nothing is owed to the dead: for months up to the death that were never paid, heirs come forward.
_OWED = f"""
     where a.state = {AwardState.IN_PAYMENT} and a.scheme = %s and a.branch = %s
       and a.from_month <= %s
       and a.region between %s and %s and a.person_id between %s and %s
       and not exists (select from {PEOPLE} p where p.id = a.person_id and p.died_on < %s)
       and not exists (select from {SAME_PERSON} s join {PEOPLE} p on p.id = s.other
                        where s.number = a.person_id and p.died_on < %s)
       and (a.last_month is null or m.month <= a.last_month)
       and b.basic + b.account + b.transitional + b.addition > 0
"""  # noqa: S608
_COLUMNS = """
    select a.person_id, m.month, a.id as award_id, 0::smallint as part, a.region,
           b.basic, b.account, b.transitional, b.addition,
           b.basic + b.account + b.transitional + b.addition as amount
"""
# What a month comes to beyond what was paid for it: nothing paid is the whole of it.
_DIFFERENCE = """
    select a.person_id, m.month, a.id as award_id, p2.parts as part, a.region,
           b.basic - p2.basic as basic, b.account - p2.account as account,
           b.transitional - p2.transitional as transitional, b.addition - p2.addition as addition,
           b.basic + b.account + b.transitional + b.addition - p2.amount as amount
"""
_PAID = f"""
     cross join lateral (
           select (coalesce(max(y.part) + 1, 0))::smallint as parts,
                  coalesce(sum(y.basic), 0)::bigint as basic,
                  coalesce(sum(y.account), 0)::bigint as account,
                  coalesce(sum(y.transitional), 0)::bigint as transitional,
                  coalesce(sum(y.addition), 0)::bigint as addition,
                  coalesce(sum(y.amount), 0)::bigint as amount
             from {PAYMENTS} y
            where y.person_id = a.person_id and y.award_id = a.id and y.month = m.month) p2
"""  # noqa: S608
# Of everybody whose earlier months are settled: the month.
REGULAR = f"""{_COLUMNS}
      from {AWARDS} a cross join (select %s::int as month) m {_BENEFIT} {_OWED}
       and (a.owed_from is null or a.owed_from = %s)"""
# Of the others (new awards, held ones, all after an adjustment): every month that is not settled.
WITH_ARREARS = f"""{_DIFFERENCE}
      from {AWARDS} a
     cross join lateral generate_series(greatest(a.from_month, a.owed_from), %s) as m (month)
     {_BENEFIT} {_PAID} {_OWED}
       and a.owed_from < %s
       and b.basic + b.account + b.transitional + b.addition > p2.amount"""

# What of it the account still holds, the earliest month first (国办发〔2015〕18号第九条：发完为止).
CAPPED = f"""
    select c.person_id, c.month, c.award_id, c.part, c.region, 0::bigint as basic,
           c.left_for_it as account, 0::bigint as transitional, 0::bigint as addition,
           c.left_for_it as amount
      from (select d.*, greatest(0, least(d.account, coalesce(l.balance, 0) + d.account
                     - sum(d.account) over (partition by d.person_id, d.award_id
                                            order by d.month)))::bigint as left_for_it
              from ({{owed}}) d
              left join lateral {last_entry("d.person_id", "%s")} l on true) c
     where c.left_for_it > 0
"""  # noqa: S608

_OPEN = f"k.purpose = '{Purpose.BENEFIT}' and k.closed_on is null"
# An account of the number itself, or of one that was merged with it.
PAYABLE = f"""
    (exists (select from {BANKS} k where k.person_id = d.person_id and {_OPEN})
     or exists (select from {SAME_PERSON} s join {BANKS} k on k.person_id = s.other
                 where s.number = d.person_id and {_OPEN}))
"""  # noqa: S608
# The account to which each number is paid.
PAID_TO = f"""
    select k.person_id, k.holder, k.bank, k.account, k.last_four from {BANKS} k where {_OPEN}
     union all
    (select distinct on (s.number) s.number, k.holder, k.bank, k.account, k.last_four
       from {SAME_PERSON} s join {BANKS} k on k.person_id = s.other and {_OPEN}
      where not exists (select from {BANKS} k where k.person_id = s.number and {_OPEN})
      order by s.number, k.opened_on desc, k.person_id)
"""  # noqa: S608


@dataclass(frozen=True)
class Part:
    """A part of a payroll: a range of person numbers."""

    month: int
    scheme: int
    region: str
    first: int = 0
    last: int = MOST
    branch: int = Branch.PENSION

    def regular(self) -> tuple[str, list[Any]]:
        """The SELECT of those to whom only the month is owed, with its parameters."""
        return self._capped(REGULAR, self._params())

    def with_arrears(self) -> tuple[str, list[Any]]:
        """The same of those to whom earlier months are owed too."""
        return self._capped(WITH_ARREARS, self._params())

    def due(self) -> tuple[str, list[Any]]:
        """Both: a row for each person and month."""
        return self._capped(
            f"{REGULAR} union all {WITH_ARREARS}", [*self._params(), *self._params()]
        )

    def _capped(self, owed: str, params: list[Any]) -> tuple[str, list[Any]]:
        if self.branch != Branch.ANNUITY:
            return owed, params
        return CAPPED.format(owed=owed), [*params, self._fund().pk]

    def _fund(self) -> Fund:
        return fund_services.for_(self.branch, self.scheme, self.region)

    def _params(self) -> list[Any]:
        low, high = regions.span(self.region)
        return [
            *(self.month, self.scheme, self.branch, self.month, low, high),
            *(self.first, self.last),
            *[months.first_day(self.month)] * 2,
            self.month,
        ]
