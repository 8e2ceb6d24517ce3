"""Posting: the only door to the ledger, the same for one act and for a million.

An act posts in its own transaction: `post` for a few postings, `post_sql` for the rows of a
statement, `post_funds_sql` for those of several funds at once, `reverse` for the exact opposite of
a batch. Each is one INSERT … SELECT, then totals, matrix and digest in the database; the batch row
is written last and nothing is ever updated.

What is posted late is booked on the first day of the next open month, and stays for the month that
it is for; `exact` refuses instead, where the day of booking is the point.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Account, Fund
from funds.models.ledger import BatchTotal, LedgerBatch
from funds.queries.balances import lowest_balance
from funds.services import flows
from funds.services.closing import booking_day
from funds.services.digests import DIGESTS, digest_of
from funds.services.statement import check_columns, unfit
from socsec.kernel.money import MOST_YUAN, yuan
from socsec.kernel.months import FIRST_MONTH, LAST_MONTH, format_month, month_of
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User

NUMBERS = ("person_id", "seq", "debit", "credit", "amount", "month", "heads")
# A thousand times the most that anyone may enter: a transfer may move what many acts brought.
MOST = MOST_YUAN * 100 * 1000

TOTALS = """
    INSERT INTO funds_batchtotal (batch_id, region, month, debit, credit, count, amount, heads)
    SELECT batch_id, region, month, debit, credit, count(*), sum(amount), sum(heads)
    FROM funds_transfer WHERE batch_id = ANY(%s)
    GROUP BY batch_id, region, month, debit, credit
"""

SAID = {
    "transfer_amount_positive": _("An amount is zero or below."),
    "transfer_between_two_accounts": _(
        "An entry debits and credits the same account, so it does not balance."
    ),
    "transfer_person_known": _("A posting names a person number below zero."),
    "transfer_heads_not_negative": _("A posting counts fewer than no heads."),
    "transfer_region_six_digits": _("A posting names a region that is no six-digit code."),
    "funds_transfer_pkey": _("The same person and sequence occur twice in one batch."),
}


@dataclass(frozen=True)
class Posting:
    """`amount` fen, above zero, from the credited to the debited account; `heads` people count.

    `person_id` 0 is the fund's own money. `month` is the month it is for, `region` the region it is
    for, within that of the fund. `seq` tells postings of one person apart; None takes its place in
    the list.
    """

    person_id: int
    debit: int
    credit: int
    amount: int
    month: int
    region: str
    heads: int = 1
    seq: int | None = None


def post(
    fund: Fund,
    kind: str,
    postings: Sequence[Posting],
    *,
    source: str,
    on: date | None = None,
    by: User | None = None,
    exact: bool = False,
) -> LedgerBatch:
    """Post one act. The same source with the same postings gives the batch that is there already.

    `Invalid` for an amount that is no positive whole number of fen, `Refused` for an empty list or
    a flow that the matrix forbids, `Conflict` for a source that posted something else.
    """
    if not postings:
        raise Refused(_("There is nothing to post."), code="nothing_to_post")
    rows = [_row(posting, place) for place, posting in enumerate(postings, start=1)]
    batch = post_sql(
        fund,
        kind,
        """
        SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::smallint[], %s::smallint[],
                             %s::bigint[], %s::int[], %s::int[])
          AS posting (person_id, seq, region, debit, credit, amount, month, heads)
        """,
        [list(column) for column in zip(*rows, strict=True)],
        source=source,
        on=on,
        by=by,
        exact=exact,
    )
    said = digest_of(
        (person, seq, fund.pk, debit, credit, amount, month, heads, region)
        for person, seq, region, debit, credit, amount, month, heads in rows
    )
    if batch is None or bytes(batch.digest) != said:
        raise _posted_before(source)
    return batch


def post_sql(
    fund: Fund,
    kind: str,
    select: str,
    params: Sequence[Any] = (),
    *,
    source: str,
    on: date | None = None,
    by: User | None = None,
    exact: bool = False,
) -> LedgerBatch | None:
    """Post the rows of a SELECT with the columns `NUMBERS`, all whole, and `region`, in any order.

    Rows of nothing (amount 0) are left out; without any other row nothing is posted, and None comes
    back. The number of statements does not depend on the number of rows.
    """
    of_fund = f"SELECT row.*, %s::int AS fund_id FROM ({select}) AS row"  # noqa: S608
    posted = post_funds_sql(
        kind, of_fund, [fund.pk, *params], sources={fund: source}, on=on, by=by, exact=exact
    )
    return posted[0] if posted else None


def post_funds_sql(
    kind: str,
    select: str,
    params: Sequence[Any] = (),
    *,
    sources: Mapping[Fund, str],
    on: date | None = None,
    by: User | None = None,
    exact: bool = False,
) -> list[LedgerBatch]:
    """The same for several funds at once: the SELECT has a `fund_id` as well.

    `sources` names the act in each fund. A batch comes back for each fund that has rows; rows of
    other funds are not posted.
    """
    check_columns(select, params, whole=[*NUMBERS, "fund_id"], text=["region"])
    statement = f"""
        INSERT INTO funds_transfer
          (person_id, batch_id, seq, fund_id, region, debit, credit, amount, month, heads)
        SELECT person_id, batch.id, seq, batch.fund, region, debit, credit, amount, month, heads
        FROM ({select}) AS row
        JOIN unnest(%s::int[], %s::bigint[]) AS batch (fund, id) ON batch.fund = row.fund_id
        WHERE amount IS DISTINCT FROM 0
    """  # noqa: S608  the statement is a scheme's, its values are parameters

    def insert(batches: Mapping[Fund, int]) -> None:
        funds, numbers = [fund.pk for fund in batches], list(batches.values())
        with connection.cursor() as cursor:
            cursor.execute(statement, [*params, funds, numbers])

    return _post(sources, insert, kind=kind, wanted=on, by=by, exact=exact)


def reverse(
    batch_id: int,
    *,
    reason: str,
    source: str | None = None,
    on: date | None = None,
    by: User | None = None,
) -> LedgerBatch:
    """Post the exact opposite of a batch, linked to it, once: debit and credit change places.

    Without a date of its own it is booked today. A reversal is not reversed: post the act anew.
    """
    source = source or f"funds.reversal:{batch_id}"
    with transaction.atomic():
        # Held until the end: of two who reverse the same batch, the second finds it reversed.
        original = (
            LedgerBatch.objects.select_for_update(no_key=True, of=("self",))
            .select_related("fund__region")
            .filter(pk=batch_id)
            .first()
        )
        if original is None:
            raise NotFound(_("There is no ledger batch %(id)s.") % {"id": batch_id})
        if original.reverses_id:
            raise Refused(
                _("Batch %(id)s is itself a reversal.") % {"id": batch_id},
                fix=_("Post the act again instead."),
                code="reversal_of_a_reversal",
            )
        if LedgerBatch.objects.filter(reverses=original).exists():
            raise Conflict(
                _("Batch %(id)s is reversed already.") % {"id": batch_id}, code="reversed_already"
            )
        if not reason.strip():
            raise Invalid(_("Say why the batch is reversed."), field="reason")

        def insert(batches: Mapping[Fund, int]) -> None:
            (opposite_id,) = batches.values()
            with connection.cursor() as cursor:
                cursor.execute(
                    """
                    INSERT INTO funds_transfer
                      (person_id, batch_id, seq, fund_id, region, debit, credit, amount, month, heads)
                    SELECT person_id, %s, seq, fund_id, region, credit, debit, amount, month, heads
                    FROM funds_transfer WHERE batch_id = %s
                    """,
                    [opposite_id, batch_id],
                )

        posted = _post(
            {original.fund: source},
            insert,
            kind=original.kind,
            wanted=on,
            by=by,
            reverses=original,
            reason=reason.strip(),
        )
        if not posted or posted[0].reverses_id != batch_id:
            raise _posted_before(source)
        return posted[0]


def batch(source: str) -> LedgerBatch | None:
    """The batch that an act posted, or None."""
    return LedgerBatch.objects.filter(source=source).first()


def from_legs(
    legs: Sequence[tuple[int, int]], *, month: int, region: str, person_id: int = 0, heads: int = 0
) -> list[Posting]:
    """A journal entry as people write it, (account, fen) with debits above zero and credits below,
    as transfers. `Refused` unless debits and credits add up to the same.

    >>> from_legs([(1002, 500), (4001, -300), (2001, -200)], month=24312, region="110000")[1].amount
    200
    """
    if sum(amount for _account, amount in legs):
        debits = sum(amount for _account, amount in legs if amount > 0)
        credits = -sum(amount for _account, amount in legs if amount < 0)
        raise Refused(
            _("The entry does not balance: debits are %(debits)s yuan, credits %(credits)s yuan.")
            % {"debits": yuan(debits), "credits": yuan(credits)},
            fix=_("Correct the amounts so that both sides are equal."),
            code="unbalanced",
        )
    debits_left = [[account, amount] for account, amount in legs if amount > 0]
    credits_left = [[account, -amount] for account, amount in legs if amount < 0]
    postings = []
    while debits_left:
        amount = min(debits_left[0][1], credits_left[0][1])
        postings.append(
            Posting(person_id, debits_left[0][0], credits_left[0][0], amount, month, region, heads)
        )
        for side in (debits_left, credits_left):
            side[0][1] -= amount
            if not side[0][1]:
                side.pop(0)
    return postings


def _post(
    sources: Mapping[Fund, str],
    insert: Callable[[Mapping[Fund, int]], None],
    *,
    kind: str,
    wanted: date | None,
    by: User | None,
    exact: bool = False,
    reverses: LedgerBatch | None = None,
    reason: str = "",
) -> list[LedgerBatch]:
    """The one path of every posting: a batch for each fund. Any problem leaves nothing behind."""
    with transaction.atomic(), connection.cursor() as cursor:
        posted: list[LedgerBatch] = []
        numbers: dict[Fund, int] = {}
        days: dict[Fund, date] = {}
        wanted = wanted or timezone.localdate()
        for fund, source in sources.items():
            # Two who post the same act at the same time: the second waits, then finds the batch.
            # Whoever closes a month of the fund at this moment is waited for as well.
            cursor.execute(
                """
                SELECT funds_last_closed(%s),
                       pg_advisory_xact_lock(hashtextextended('funds:' || %s, 0))
                """,
                [fund.pk, source],
            )
            closed, _held = cursor.fetchone()
            if there := batch(source):
                if (there.fund_id, there.kind) != (fund.pk, kind):
                    raise _posted_before(source)
                posted.append(there)
                continue
            cursor.execute("SELECT nextval(pg_get_serial_sequence('funds_ledgerbatch', 'id'))")
            (numbers[fund],) = cursor.fetchone()
            days[fund] = booking_day(wanted, closed)
            if exact and days[fund] != wanted:
                raise _month_closed(fund, wanted, days[fund])
        if not numbers:
            return posted
        try:
            insert(numbers)
            cursor.execute(TOTALS, [list(numbers.values())])
        except (IntegrityError, DataError) as error:
            raise unfit(error, SAID) from error
        cursor.execute(DIGESTS.format(where="batch_id = ANY(%s)"), [list(numbers.values())])
        found = {batch_id: rest for batch_id, *rest in cursor.fetchall()}
        for fund, batch_id in numbers.items():
            if batch_id not in found:
                continue  # nothing for this fund
            moved = BatchTotal.objects.filter(batch_id=batch_id).order_by()
            flows.check(
                fund,
                set(moved.values_list("debit", "credit").distinct()),
                set(moved.values_list("region", flat=True).distinct()),
                days[fund],
                opposite=reverses is not None,
            )
            digest, count, total, heads = found[batch_id]
            made = LedgerBatch.objects.create(
                id=batch_id,
                fund=fund,
                kind=kind,
                source=sources[fund],
                booked_on=days[fund],
                count=count,
                total=total,
                heads=heads,
                digest=bytes(digest),
                reverses=reverses,
                reason=reason,
                by=by,
                posted_at=timezone.now(),
            )
            _guard(fund, made)
            posted.append(made)
        return posted


def _guard(fund: Fund, posted: LedgerBatch) -> None:
    """Accounts that hold money never fall below zero, on any day.

    Only a batch that takes from one asks, and only such batches wait for each other: the lock lets
    other batches refer to the fund meanwhile.
    """
    taken = {
        (account, side)
        for pair in BatchTotal.objects.filter(batch=posted).values_list("debit", "credit")
        for account, side in zip(pair, (False, True), strict=True)
    }
    guarded = [
        account
        for account in Account.objects.filter(guarded=True)
        if (account.number, account.debit_normal) in taken
    ]
    if guarded:
        Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    for account in guarded:
        lowest = lowest_balance(fund, account.number, posted.booked_on)
        if lowest < 0:
            raise Refused(
                _("The account “%(account)s” of %(fund)s would be %(missing)s yuan short.")
                % {"account": account, "fund": fund, "missing": yuan(-lowest)},
                fix=_("Move money into it first."),
                code="account_overdrawn",
                account=account.number,
                missing=-lowest,
            )


def _row(posting: Posting, place: int) -> tuple[int, int, str, int, int, int, int, int]:
    seq = place if posting.seq is None else posting.seq
    numbers = [value for name, value in vars(posting).items() if name not in ("region", "seq")]
    if any(type(number) is not int for number in numbers):
        raise Invalid(
            _("Posting %(place)s holds something that is no whole number.") % {"place": place},
            fix=_("Give amounts in whole fen."),
            code="not_a_whole_number",
            field="amount",
        )
    if not 0 < posting.amount <= MOST:
        raise Invalid(
            _("Posting %(place)s is over %(amount)s yuan: an amount must be above zero and real.")
            % {"place": place, "amount": yuan(posting.amount)},
            code="amount_out_of_range",
            field="amount",
        )
    if not FIRST_MONTH <= posting.month <= LAST_MONTH:
        raise Invalid(
            _("Posting %(place)s is for a month that cannot be.") % {"place": place},
            code="month_out_of_range",
            field="month",
        )
    person, debit, credit, amount, month, region, heads, _seq = astuple(posting)
    return person, seq, region, debit, credit, amount, month, heads


def _month_closed(fund: Fund, wanted: date, first_open: date) -> Refused:
    return Refused(
        _("%(month)s of %(fund)s is closed.")
        % {"month": format_month(month_of(wanted)), "fund": fund},
        fix=_("Book it on %(day)s or later: the month that it is for stays the same.")
        % {"day": first_open.isoformat()},
        code="month_closed",
        first_open=first_open.isoformat(),
    )


def _posted_before(source: str) -> Conflict:
    return Conflict(
        _("“%(source)s” has posted something else before.") % {"source": source},
        fix=_("Reverse that batch, then post under a new source."),
        code="source_taken",
    )
