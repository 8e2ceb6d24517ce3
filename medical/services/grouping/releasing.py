"""The retention after the year is judged: what the score releases is paid, the rest is forfeited."""

from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from funds.models import Fund
from medical.models import (
    Decided,
    Provider,
    ProviderAdjustment,
    ProviderPayment,
    ProviderScore,
)
from medical.params import ReleaseTerms
from medical.rules.cases import RetainedFacts, release
from socsec.kernel import regions
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.kernel.units import UNITS
from socsec.office.access import require
from socsec.office.errors import Invalid
from socsec.office.models import Run, User
from socsec.office.services import policy as policies

from . import deciding
from .differences import post
from .years import year_of

KIND = "retention_releases"
PAYMENTS, ADJUSTMENTS = ProviderPayment._meta.db_table, ProviderAdjustment._meta.db_table
SCORES = ProviderScore._meta.db_table
MOST_SCORE = 100 * UNITS["points"].scale
_Kind = ProviderAdjustment.Kind

NO_SCORE = {
    "code": "no_score",
    "zh": "没有经复核的年度考核得分，预留款先留着",
    "en": "No approved score of the year; what is retained stays",
}
# What is still retained of the payments up to the end of the year, and the score of it.
_FACTS = f"""
    select r.*, s.score
      from (select p.provider_id, p.fund_id, min(p.region) as region,
                   (sum(p.retained) - coalesce(max(a.gone), 0))::bigint as retained
              from {PAYMENTS} p
              left join (select provider_id, fund_id, sum(amount) as gone from {ADJUSTMENTS}
                          where kind in ('{_Kind.RELEASE}', '{_Kind.FORFEIT}')
                          group by provider_id, fund_id) a
                     on a.provider_id = p.provider_id and a.fund_id = p.fund_id
             where p.month <= %(month)s and p.region between %(low)s and %(high)s
             group by p.provider_id, p.fund_id) r
      left join {SCORES} s on s.provider_id = r.provider_id and s.year = %(year)s
                          and s.state = '{Decided.TAKEN}'
     where r.retained > 0
"""  # noqa: S608


@transaction.atomic
def enter_score(
    *, by: User, provider: Provider, year: int, score: int, document: str
) -> ProviderScore:
    """Enter how a provider's year was judged, in ten-thousandths of a point out of a hundred."""
    require(by, "provider_score.enter", provider.region)
    deciding.possible_year(year)
    if not 0 <= score <= MOST_SCORE:
        raise Invalid(
            _("A score lies between 0 and 100."), code="score_out_of_range", field="score"
        )
    made = ProviderScore.objects.create(
        provider=provider,
        year=year,
        score=score,
        document=deciding.known_text(document, "document"),
        maker=by,
    )
    deciding.note(by, "provider_score.enter", made, provider=provider.pk, score=score)
    return made


@transaction.atomic
def decide_score(*, by: User, row: ProviderScore, approve: bool, reason: str = "") -> None:
    """Approve a score, in the place of the one before, or reject it and say why."""
    before = ProviderScore.objects.filter(provider=row.provider_id, year=row.year)
    deciding.decide(
        by, row, "provider_score.approve", before=before, approve=approve, reason=reason
    )


def worked_out(run: Run) -> tuple[str, dict[str, Any]]:
    """A SELECT of what is released and forfeited of each provider's retention in each fund."""
    low, high = regions.span(run.region_id)
    terms = ReleaseTerms.at(policies.of(run.edition_id or 0), run.region_id, run.month)
    sheet = release(RetainedFacts.sql(), terms)
    return (
        compile_rule(
            {"release": sheet.release, "forfeited": sheet.forfeited},
            _FACTS,
            carry=("provider_id", "fund_id", "region", "retained", "score"),
        ),
        {"month": run.month, "year": year_of(run), "low": low, "high": high},
    )


def preview(run: Run) -> tuple[int, int, dict[str, int], dict[str, list[int]], tuple[int, int]]:
    """Releases and fen released, figures, both by region, and what waits for a score."""
    rows, names = worked_out(run)
    by_region, forfeited = {}, 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select region, count(*), sum(release)::bigint, sum(forfeited)::bigint
                  from ({rows}) w where score is not null group by region order by region""",  # noqa: S608
            names,
        )
        for region, count, amount, lost in cursor.fetchall():
            by_region[region] = [count, int(amount)]
            forfeited += int(lost)
        cursor.execute(
            f"""select count(*), coalesce(sum(retained), 0)::bigint
                  from ({rows}) w where score is null""",  # noqa: S608
            names,
        )
        count, amount = cursor.fetchone()
    return (
        sum(each[0] for each in by_region.values()),
        sum(each[1] for each in by_region.values()),
        {"forfeited": forfeited} if forfeited else {},
        by_region,
        (int(count), int(amount)),
    )


def pay(run: Run) -> tuple[int, int]:
    """Write what is released and what is forfeited; releases and fen released."""
    rows, names = worked_out(run)
    with connection.cursor() as cursor:
        cursor.execute(f"lock table {ADJUSTMENTS}, {PAYMENTS} in share row exclusive mode")
        cursor.execute(
            f"""insert into {ADJUSTMENTS} (provider_id, fund_id, kind, month, amount, run_id)
                select w.provider_id, w.fund_id, k.kind, %(month)s, k.amount, %(run)s
                  from ({rows}) w
                 cross join lateral (values ('{_Kind.RELEASE}', w.release),
                                            ('{_Kind.FORFEIT}', w.forfeited)) as k (kind, amount)
                 where w.score is not null and k.amount > 0
                 order by w.provider_id, w.fund_id, k.kind""",  # noqa: S608
            {**names, "run": run.pk},
        )
    mine = ProviderAdjustment.objects.filter(run=run)
    for fund in Fund.objects.filter(pk__in=mine.values("fund")):
        post(run, fund)
    found = mine.filter(kind=_Kind.RELEASE).aggregate(sum=Sum("amount", default=0))
    return mine.order_by().values("provider", "fund").distinct().count(), int(found["sum"])
