"""Statements of providers: for the desk and for the providers themselves, with each difference by its name."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from medical.models import (
    STATED,
    Encounter,
    Provider,
    ProviderPayment,
    ProviderStatement,
    Settlement,
    StatedBill,
)
from socsec.kernel import months, regions
from socsec.office.access import scope


class Why(models.TextChoices):
    """What is wrong between our bills and the provider's."""

    NOT_THEIRS = "not_theirs", _("The provider does not have it")
    NOT_OURS = "not_ours", _("Not settled here in this month")
    TOTAL = "total", _("The total differs")
    FUNDS = "funds", _("What the funds pay differs")
    PERSON = "person", _("What the person pays differs")


@dataclass(frozen=True)
class Difference:
    """A bill that the two sides have differently: ours and theirs, in fen; None where there is none."""

    number: str
    why: Why
    ours: int | None
    theirs: int | None


_OURS = f"""
    select v.number, sum(s.total)::bigint as total, sum(s.fund_pay)::bigint as fund_pay,
           sum(s.person_pay)::bigint as person_pay
      from {Settlement._meta.db_table} s join {Encounter._meta.db_table} v on v.id = s.encounter_id
     where s.provider_id = %s and s.scheme = %s and not s.handed_in and s.booked_on between %s and %s
       and s.home between %s and %s
     group by v.number having sum(s.total) <> 0 or sum(s.fund_pay) <> 0
"""  # noqa: S608
_DIFFERENCES = f"""
    select coalesce(o.number, t.number),
           case when t.number is null then '{Why.NOT_THEIRS}' when o.number is null then '{Why.NOT_OURS}'
                when o.total <> t.total then '{Why.TOTAL}'
                when o.fund_pay <> t.fund_pay then '{Why.FUNDS}' else '{Why.PERSON}' end as why,
           case when t.number is null or o.total <> t.total then o.total
                when o.fund_pay <> t.fund_pay then o.fund_pay else o.person_pay end,
           case when o.number is null or o.total <> t.total then t.total
                when o.fund_pay <> t.fund_pay then t.fund_pay else t.person_pay end
      from ({_OURS}) o
      full join (select * from {StatedBill._meta.db_table} where statement_id = %s) t
        on t.number = o.number
     where (o.total, o.fund_pay, o.person_pay) is distinct from (t.total, t.fund_pay, t.person_pay)
     order by 2, 1
"""  # noqa: S608


def statements(user: Any) -> QuerySet[ProviderStatement]:
    return scope(ProviderStatement.objects.select_related("provider", "fund", "run"), user)


def of_provider(provider: Provider) -> QuerySet[ProviderStatement]:
    return ProviderStatement.objects.filter(provider=provider).select_related("provider")


def payments_of(statement: ProviderStatement) -> QuerySet[ProviderPayment]:
    """The payments in which a statement was paid, one of each fund."""
    return (
        ProviderPayment.objects.filter(shares__statement=statement)
        .select_related("fund", "envelope")
        .distinct()
    )


def totals(statement: ProviderStatement) -> list[tuple[str, int, int | None]]:
    """Each total that is compared: its name, ours, the provider's; fen, but for the number of bills."""
    return [
        (name, getattr(statement, name), getattr(statement, f"stated_{name}")) for name in STATED
    ]


def differences(statement: ProviderStatement) -> list[Difference]:
    """Bill by bill, where the provider's list is not ours; nothing before it handed one in."""
    if not statement.stated.exists():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _DIFFERENCES,
            [
                statement.provider_id,
                statement.scheme,
                months.first_day(statement.month),
                months.last_day(statement.month),
                *regions.span(statement.fund.region_id),
                statement.pk,
            ],
        )
        return [
            Difference(number, Why(why), ours, theirs)
            for number, why, ours, theirs in cursor.fetchall()
        ]


def to_agree(user: Any) -> QuerySet[ProviderStatement]:
    """Statements that are not agreed."""
    return statements(user).exclude(state=ProviderStatement.State.AGREED)
