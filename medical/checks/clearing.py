"""Questions about clearing between regions: every bill once, sums, and money that both books know."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Max, Sum
from django.utils.translation import gettext_lazy as _

from funds.models import PaymentOrder
from funds.services import ledger
from medical.models import ClearingLine, ClearingStatement, ProviderAdjustment, Settlement
from medical.services.clearing import drawing
from medical.services.clearing.paying import source_of
from socsec.kernel.money import yuan
from socsec.kernel.months import last_day
from socsec.office.errors import say
from socsec.office.oversight import Finding, register

State = ClearingStatement.State
LINES, BILLS = ClearingLine._meta.db_table, Settlement._meta.db_table
STATEMENTS = ClearingStatement._meta.db_table

# A line is of a bill that goes that way, over the whole of its share.
_LINES = f"""
    select l.id from {LINES} l
      join {BILLS} s on s.id = l.settlement_id
      join {STATEMENTS} t on t.id = l.statement_id
      left join unnest(%s::int[], %s::text[], %s::text[], %s::int[], %s::int[], %s::int[])
           as way (scheme, home, region, share, debtor, creditor)
        on way.scheme = s.scheme and way.home = s.home and way.region = s.region
       and way.share = l.share
       and way.debtor = case when l.owed_by_low then t.low_id else t.high_id end
       and way.creditor = case when l.owed_by_low then t.high_id else t.low_id end
     where way.scheme is null or s.handed_in
        or l.amount <> case l.share when 1 then s.fund_pay - s.assistance_pay
                                    else s.assistance_pay end
     order by l.id
"""  # noqa: S608


def bills_in_one_statement() -> Iterator[Finding]:
    """Every bill of somebody insured elsewhere that was booked up to the last clearing of its two
    funds stands in exactly one statement (the database refuses a second)."""
    ways = drawing.ways()
    if not ways:
        return
    last = {
        (low, high): month
        for low, high, month in ClearingStatement.objects.order_by()
        .values_list("low", "high")
        .annotate(month=Max("month"))
    }
    every = drawing.columns(ways)
    with connection.cursor() as cursor:
        for way in ways:
            if way.pair not in last:
                continue
            cursor.execute(
                f"select s.id {drawing.WAITING} order by 1",
                [*drawing.columns([way]), last_day(last[way.pair])],
            )
            for (number,) in cursor.fetchall():
                yield Finding(
                    "clearing_missing",
                    f"settlement {number}",
                    say(_("It stands in no statement between its regions.")),
                )
        cursor.execute(_LINES, every)
        for (number,) in cursor.fetchall():
            yield Finding(
                "clearing_line",
                f"line {number}",
                say(_("The line is not what its bill says.")),
            )


def sums_and_money() -> Iterator[Finding]:
    """A statement adds up its lines; what providers get by it is what is owed; what one fund paid
    the other received."""
    for each in ClearingStatement.objects.select_related("envelope", "low", "high"):
        owed = {True: 0, False: 0}
        lines = each.lines.exclude(state=ClearingLine.State.CONCEDED)
        owed.update(lines.order_by().values_list("owed_by_low").annotate(sum=Sum("amount")))
        if (each.low_owes, each.high_owes) != (owed[True], owed[False]):
            yield Finding(
                "clearing_sums",
                f"clearing {each.pk}",
                say(_("The statement is not what its lines add up to.")),
            )
        if each.state != State.OPEN:
            passed = ProviderAdjustment.objects.filter(clearing=each).aggregate(
                sum=Sum("amount", default=0)
            )["sum"]
            if passed != each.low_owes + each.high_owes:
                yield Finding(
                    "clearing_providers",
                    f"clearing {each.pk}",
                    say(_("Providers do not get what the clearing says.")),
                )
        if each.state == State.PAID and each.net:
            orders = PaymentOrder.objects.filter(person_id=0, batch_id=each.envelope_id or 0)
            paid = orders.aggregate(sum=Sum("amount", default=0))["sum"]
            batch = ledger.batch(source_of(each))
            came = batch.total if batch else 0
            if not paid == came == abs(each.net):
                yield Finding(
                    "clearing_money",
                    f"clearing {each.pk}",
                    say(
                        _("%(net)s yuan net, %(paid)s paid, %(came)s received."),
                        net=yuan(abs(each.net)),
                        paid=yuan(paid),
                        came=yuan(came),
                    ),
                )


def register_clearing() -> None:
    register(
        "medical.clearing_bills",
        _("Bills of people insured elsewhere stand in exactly one clearing"),
        bills_in_one_statement,
    )
    register(
        "medical.clearing_money",
        _("Clearings between regions add up, and what one fund paid the other received"),
        sums_and_money,
    )
