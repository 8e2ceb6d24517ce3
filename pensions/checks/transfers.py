"""Transfers: what is on its way, and that each left one account and reached one."""

from collections.abc import Iterator

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from funds.models import Scheme, accounts
from funds.queries import control
from pensions.models import EntryKind, Transfer, TransferKind, TransferState
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .sql import ENTRIES, select


def transfers_in_flight() -> Iterator[Finding]:
    """What is on its way is the same for the books of both funds and for the transfers themselves."""
    ours: dict[int, int] = {}
    for each in Transfer.objects.filter(state__in=Transfer.IN_FLIGHT):
        for fund_id, sign in ((each.from_fund_id, -1), (each.to_fund_id, 1)):
            if fund_id is not None:
                ours[fund_id] = ours.get(fund_id, 0) + sign * each.total
    books = control(accounts.TRANSFERS_OPEN)
    for fund_id in sorted({*books, *ours}):
        if books.get(fund_id, 0) != ours.get(fund_id, 0):
            yield Finding(
                "pensions.transfers",
                f"fund {fund_id}",
                say(
                    _("%(ours)s yuan of transfers are on their way, the books say %(books)s."),
                    ours=yuan(ours.get(fund_id, 0)),
                    books=yuan(books.get(fund_id, 0)),
                ),
            )
    arrived: dict[int, int] = dict(
        Transfer.objects.filter(state=TransferState.ARRIVED, to_fund__isnull=False)
        .order_by()
        .values_list("to_fund__pk")
        .annotate(came=Sum(F("account") + F("pool")))
    )
    held = control(accounts.TRANSFERS_HELD)
    for fund_id in sorted({*held, *arrived}):
        if held.get(fund_id, 0) != arrived.get(fund_id, 0):
            yield Finding(
                "pensions.transfers",
                f"fund {fund_id}",
                _("What arrived and is not confirmed is not what the books hold of it."),
            )


def transfers_as_entries() -> Iterator[Finding]:
    """Each transfer left one account with its amount and reached one other: never none, never two."""
    at_arrival = f"(t.kind = '{TransferKind.LINK}' and t.to_scheme = {Scheme.RESIDENTS.value})"
    giver = f"case when {at_arrival} then t.to_fund_id else t.from_fund_id end"
    found = select(
        f"""select t.id, t.state, t.account, t.refund, {at_arrival},
                   coalesce(s.sent, 0)::bigint, coalesce(g.back, 0)::bigint,
                   coalesce(i.came, 0)::bigint, t.from_fund_id is null, t.to_fund_id is null
              from {Transfer._meta.db_table} t
              left join lateral ({_transferred("t.from_fund_id")} and e.kind = {EntryKind.SENT.value})
                     s (sent) on true
              left join lateral ({_transferred(giver)}
                                 and e.kind = {EntryKind.GIVEN_BACK.value}) g (back) on true
              left join lateral ({_transferred("t.to_fund_id")}
                                 and e.kind = {EntryKind.TAKEN_OVER.value}) i (came) on true"""  # noqa: S608
    )
    gone = {*Transfer.IN_FLIGHT, TransferState.DONE}
    for number, state, account, refund, late, sent, back, came, outside, to_outside in found:
        left = -account if state in gone and not outside else 0
        given = -refund if state == TransferState.DONE or (state in gone and not late) else 0
        reached = account if state == TransferState.DONE and not to_outside else 0
        if (sent, back, came) != (left, given, reached):
            yield Finding(
                "pensions.transferred",
                f"transfer {number}",
                _("The accounts do not show what this transfer says."),
            )


def _transferred(fund: str) -> str:
    """The sum of a transfer's entries that stand, in one fund, as a SELECT to be narrowed by kind."""
    return f"""select sum(e.amount) from {ENTRIES} e
                where e.person_id = t.person_id and e.fund_id = {fund} and e.reference = t.id
                  and not exists (select from {ENTRIES} u
                                   where u.person_id = e.person_id and u.fund_id = e.fund_id
                                     and u.kind = {EntryKind.REVERSAL.value}
                                     and u.reference = e.seq)"""  # noqa: S608
