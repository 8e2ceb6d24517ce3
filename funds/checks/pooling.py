"""What levels promise each other: what one paid the other received, and what went up came down (I9)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from funds.models import PoolingRound, PoolingTransfer, accounts
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .reading import rows

State = PoolingTransfer.State
PAID = [accounts.TO_ABOVE, accounts.TO_BELOW]
RECEIVED = [accounts.FROM_ABOVE, accounts.FROM_BELOW]
# What each side of a payment is booked between, by direction: debit, credit.
SIDES = f"""
    (VALUES (true, 'out', {accounts.TO_ABOVE}, {accounts.FISCAL_ACCOUNT}), (true, 'in', {accounts.FISCAL_ACCOUNT}, {accounts.FROM_BELOW}),
            (false, 'out', {accounts.TO_BELOW}, {accounts.FISCAL_ACCOUNT}), (false, 'in', {accounts.FISCAL_ACCOUNT}, {accounts.FROM_ABOVE}))
      AS side (up, name, debit, credit)
"""


def both_sides() -> Iterator[Finding]:
    """A posted payment stands on both books with its amount and nothing else, a reversed one not."""
    for number, side in rows(
        f"""
        SELECT p.id, side.name
        FROM funds_poolingtransfer p
        JOIN {SIDES} ON side.up = p.up
        LEFT JOIN funds_ledgerbatch b
          ON b.source = 'funds.pooling:' || p.id || ':' || side.name
         AND b.fund_id = CASE side.name WHEN 'out' THEN p.payer_id ELSE p.payee_id END
        LEFT JOIN LATERAL (
          SELECT count(*) AS pairs, sum(t.amount) AS amount
          FROM funds_batchtotal t
          WHERE t.batch_id = b.id AND (t.debit, t.credit) = (side.debit, side.credit)
        ) AS moved ON true
        WHERE CASE WHEN p.state IN ('{State.POSTED}', '{State.REVERSED}')
              THEN b.id IS NULL OR moved.amount IS DISTINCT FROM p.amount OR b.total <> p.amount
                   OR EXISTS (SELECT FROM funds_ledgerbatch r WHERE r.reverses_id = b.id)
                      <> (p.state = '{State.REVERSED}')
              ELSE b.id IS NOT NULL END
        ORDER BY p.id, side.name
        """  # noqa: S608
    ):
        yield Finding(
            "pooling_side",
            f"transfer between levels {number}",
            _("The payer's book does not say what it paid.")
            if side == "out"
            else _("The payee's book does not say what it received."),
        )


def rounds() -> Iterator[Finding]:
    """In each round what goes up comes down, and what was posted is what each region agreed to."""
    for number, up, down, total, odd in rows(
        """
        SELECT r.id, coalesce(p.up, 0), coalesce(p.down, 0), r.total, p.odd
        FROM funds_poolinground r
        LEFT JOIN LATERAL (
          SELECT sum(p.up) AS up, sum(p.down) AS down,
                 bool_or((p.up, p.down) IS DISTINCT FROM (paid.up, paid.down)) AS odd
          FROM funds_poolingpart p
          LEFT JOIN LATERAL (
            SELECT coalesce(sum(t.amount) FILTER (WHERE t.up), 0) AS up,
                   coalesce(sum(t.amount) FILTER (WHERE NOT t.up), 0) AS down
            FROM funds_poolingtransfer t WHERE t.part_id = p.id
          ) AS paid ON true
          WHERE p.round_id = r.id
        ) AS p ON true
        WHERE r.state IN (%s, %s, %s, %s)
          AND (p.up IS DISTINCT FROM p.down OR p.up IS DISTINCT FROM r.total
               OR r.state IN (%s, %s) AND p.odd)
        ORDER BY r.id
        """,
        [
            PoolingRound.State.PREVIEWED,
            PoolingRound.State.APPROVED,
            *[PoolingRound.State.POSTED, PoolingRound.State.REVERSED] * 2,
        ],
    ):
        if up != down or up != total:
            yield Finding(
                "pooling_not_conserved",
                f"pooling round {number}",
                say(
                    _(
                        "%(up)s yuan go up and %(down)s yuan come down, where %(total)s were agreed."
                    ),
                    up=yuan(int(up)),
                    down=yuan(int(down)),
                    total=yuan(total),
                ),
            )
        elif odd:
            yield Finding(
                "pooling_part",
                f"pooling round {number}",
                _("What was paid is not what the regions agreed to."),
            )


def levels() -> Iterator[Finding]:
    """By branch and scheme, what all levels paid up and down is what all received (I9)."""
    for branch, scheme, paid, received in rows(
        """
        SELECT f.branch, f.scheme,
               sum(CASE WHEN side.account = ANY(%s) THEN side.amount ELSE 0 END),
               sum(CASE WHEN side.account = ANY(%s) THEN -side.amount ELSE 0 END)
        FROM (
          SELECT batch_id, debit AS account, amount FROM funds_batchtotal
          UNION ALL
          SELECT batch_id, credit, -amount FROM funds_batchtotal
        ) AS side
        JOIN funds_ledgerbatch b ON b.id = side.batch_id
        JOIN funds_fund f ON f.id = b.fund_id
        WHERE side.account = ANY(%s)
        GROUP BY f.branch, f.scheme
        HAVING sum(side.amount) <> 0
        ORDER BY f.branch, f.scheme
        """,
        [PAID, RECEIVED, PAID + RECEIVED],
    ):
        yield Finding(
            "levels_differ",
            f"branch {branch}, scheme {scheme}",
            say(
                _("Levels paid each other %(paid)s yuan and received %(received)s."),
                paid=yuan(int(paid)),
                received=yuan(int(received)),
            ),
        )
